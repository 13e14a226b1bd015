"""The floor: what a tracker of this kind cannot do without, as bare calls of cv2 and NumPy.

One warp of the search region, one look-up of a density by joint color and texture, one box filter
and its maximum, one matrix product for mass and moments. No model is learnt, no size, no score, no
state. The floor of color alone is the same without the texture in the look-up.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from scenes import Clip

SIDE = 53  # px of the patch: 24 for the target, 1.2 times that around it
TARGET_SIDE = 24
REGION = SIDE / TARGET_SIDE  # of the target's sides
BOX = 22  # px of the box filter, 0.9 of the target
CODES = 1 << 16  # 5 bits a channel, and one for an edge; its direction takes blue's last
EDGE = 15  # gray levels


def floor(clip: Clip) -> Callable[[int], object]:
    """Make the step that does this at the truth's place of each frame of a clip."""
    return _bare_step(clip, texture=True)


def color_floor(clip: Clip) -> Callable[[int], object]:
    """Make the step that looks up colors alone."""
    return _bare_step(clip, texture=False)


def _bare_step(clip: Clip, *, texture: bool) -> Callable[[int], object]:
    rng = np.random.default_rng(0)
    table = rng.random(CODES, np.float32)
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    basis = np.stack([np.ones((SIDE, SIDE), np.float32), columns, rows]).reshape(3, -1)
    across, down = np.zeros((2, SIDE, SIDE), np.uint8)
    corners = [
        _region(box, frame.shape) for box, frame in zip(clip.boxes, clip.frames, strict=True)
    ]

    def step(place: int) -> object:
        left, top, right, bottom = corners[place]
        patch = cv2.resize(
            clip.frames[place][top:bottom, left:right],
            (SIDE, SIDE),
            interpolation=cv2.INTER_NEAREST_EXACT,
        )
        codes = cv2.cvtColor(patch, cv2.COLOR_BGR2BGR555).view(np.uint16)
        codes = codes.reshape(SIDE, SIDE)
        if texture:
            green = cv2.extractChannel(patch, 1)
            across[:, 1:-1] = cv2.absdiff(green[:, 2:], green[:, :-2])
            down[1:-1] = cv2.absdiff(green[2:], green[:-2])
            codes &= np.uint16(CODES - 2)
            codes |= (across > down).view(np.uint8)
            codes += np.multiply(cv2.add(across, down) > EDGE, CODES // 2, dtype=np.uint16)
        density = table.take(codes)
        best = cv2.minMaxLoc(cv2.boxFilter(density, -1, (BOX, BOX)))
        return best, basis @ density.ravel()

    return step


def _region(
    box: tuple[float, float, float, float], shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    x, y, width, height = box
    aside, above = (REGION - 1) / 2 * width, (REGION - 1) / 2 * height
    left, top = max(round(x - aside), 0), max(round(y - above), 0)
    right = min(round(x + width + aside), shape[1])
    return left, top, right, min(round(y + height + above), shape[0])
