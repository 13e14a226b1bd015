"""What overlays are made of: the canvas, a target's outline, its trail.

The outline is solid while the target is followed, dashed where it was last seen once it is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box, RotatedBox
from ..confidence import State
from ..errors import FrameError
from ..track import Track
from .primitives import (
    DARK,
    FAR,
    Color,
    Image,
    Rect,
    dashes,
    draw_line,
    line_width,
)

__all__ = ["canvas_of", "draw_outline", "draw_trail", "handed_back", "outline_of"]

# all in units (see drawing_unit)
OUTLINE = 1.5
THINNEST = 2.0  # px; a smooth line of 1 px fades where it falls between two pixels
SMALL_BOX = 32.0  # px; a thin line around a box smaller than this, or it would hide the target
EDGE = 0.8  # the dark tone on each side of a line
DASH, GAP = 6.0, 7.0

TURNED_DEG = 5.0  # a box turned by less is drawn upright: it would only tremble
STRONGER = 1.6  # the line at the corners than elsewhere
CORNER_SHARE = 0.2  # of the shorter side of a box is drawn stronger at its corners


def canvas_of(image: NDArray[Any], out: Image | None) -> Image:
    """Give a contiguous BGR picture of the image to draw on: *out* itself where that can be."""
    _check(image, out)
    shape = (*image.shape[:2], 3)
    canvas = out if out is not None and out.flags.c_contiguous else np.empty(shape, np.uint8)
    if canvas is image:
        return canvas
    if image.shape == shape:
        canvas[:] = image
    else:
        from_gray = image.ndim == 2 or image.shape[2] == 1
        code = cv2.COLOR_GRAY2BGR if from_gray else cv2.COLOR_BGRA2BGR
        cv2.cvtColor(np.ascontiguousarray(image), code, dst=canvas)
    return canvas


def handed_back(canvas: Image, out: Image | None) -> Image:
    """Give the finished picture: *out* with the canvas in it, or the canvas where there is none."""
    if out is None:
        return canvas
    if out is not canvas:
        out[:] = canvas
    return out


def _check(image: NDArray[Any], out: Image | None) -> None:
    """Raise FrameError unless the image can be drawn on *out*."""
    rule = "expected a uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)"
    if not isinstance(image, np.ndarray):
        raise FrameError(f"image of type {type(image).__name__}: {rule}")
    pictured = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3, 4))
    if image.dtype != np.uint8 or not pictured or image.size == 0:
        raise FrameError(f"image {image.dtype} of shape {image.shape}: {rule}")
    if out is None:
        return
    shape = (*image.shape[:2], 3)
    if out.shape != shape or out.dtype != np.uint8:
        raise FrameError(f"out {out.dtype} of shape {out.shape}: must be uint8 of shape {shape}")
    if not out.flags.writeable:
        raise FrameError("out is read-only: give a writeable array, or none for a new one")


def outline_of(track: Track) -> NDArray[np.float64]:
    """Give the four corners to draw, (4, 2), none further than can be drawn."""
    turned = track.rotated_box
    turned_deg = abs((turned.angle_deg + 180) % 360 - 180)
    if turned_deg < TURNED_DEG or min(turned.size) <= 0:
        box = track.box
        turned = RotatedBox(box.center, (box.width, box.height), 0.0)
    return np.clip(turned.corners(), -FAR, FAR)


def draw_outline(
    canvas: Image,
    corners: NDArray[np.float64],
    color: Color,
    unit: float,
    *,
    dashed: bool,
    stronger: float = 1.0,
) -> None:
    """Draw a box, (4, 2): solid with stronger corners, or dashed."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width = max(OUTLINE * unit, min(THINNEST, THINNEST * float(sides.min()) / SMALL_BOX))
    width *= stronger
    edge = EDGE * unit
    if dashed:
        lines = [(dash, width) for dash in dashes(corners, DASH * unit, GAP * unit)]
    else:
        lines = [(np.vstack([corners, corners[:1]]), width)]
        lines += [(angle, STRONGER * width) for angle in _strong_corners(corners, 4 * width)]
    # the dark tone of all first, or it would cut the lines where they meet
    for line, thickness in lines:
        draw_line(canvas, line, DARK, line_width(thickness, edge))
    for line, thickness in lines:
        draw_line(canvas, line, color, line_width(thickness))


def _strong_corners(corners: NDArray[np.float64], shortest: float) -> list[NDArray[np.float64]]:
    """Give the lines, (3, 2), around each corner; none on a box that they would hide."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    reach = CORNER_SHARE * float(sides.min())
    if reach < shortest:
        return []
    after = (np.roll(corners, -1, axis=0) - corners) / sides[:, None] * reach
    before = -np.roll(after, 1, axis=0)
    return list(np.stack([corners + before, corners, corners + after], axis=1))


def draw_trail(
    canvas: Image,
    trail: Iterable[Track],
    box: Box,
    unit: float,
    colors: Mapping[State, Color],
) -> None:
    """Draw the way of a target up to its box, fading into the past."""
    tracks = list(trail)
    steps = [
        (np.array([before.box.center, now.box.center]), colors[now.state], age / len(tracks))
        for age, (before, now) in enumerate(pairwise(tracks), start=1)
        if before.ok and now.ok and not (_covers(box, before) and _covers(box, now))
    ]
    rect = _visible([line for line, _, _ in steps], 3 * unit, canvas.shape)
    if rect is None:
        return
    left, top, width, height = rect
    view = canvas[top : top + height, left : left + width]
    painted, strength = view.copy(), np.zeros((height, width), np.uint8)
    thickness = max(OUTLINE * unit, THINNEST)
    inner, outer = line_width(thickness), line_width(thickness, EDGE * unit)
    for line, _, age in steps:
        draw_line(strength, line - (left, top), (round(255 * age),) * 3, outer)
        draw_line(painted, line - (left, top), DARK, outer)
    for line, color, _ in steps:
        draw_line(painted, line - (left, top), color, inner)
    # only the pixels of the line: the rectangle around it can be the whole picture
    row, column = np.divmod(np.flatnonzero(strength), width)
    alpha = strength[row, column, None].astype(np.float32) / 255
    under = view[row, column]
    view[row, column] = np.rint(under + (painted[row, column] - under.astype(np.float32)) * alpha)


def _covers(box: Box, track: Track) -> bool:
    """Tell whether the center of *track* lies in *box*."""
    x, y = track.box.center
    return box.x <= x <= box.right and box.y <= y <= box.bottom


def _visible(
    lines: Sequence[NDArray[np.float64]], room: float, shape: tuple[int, ...]
) -> Rect | None:
    """Give the part of the picture that the lines pass through, with *room* px around them."""
    if not lines:
        return None
    points, end = np.concatenate(lines), (shape[1], shape[0])
    left, top = np.clip(np.floor(points.min(axis=0) - room), 0, end).astype(int).tolist()
    right, bottom = np.clip(np.ceil(points.max(axis=0) + room), 0, end).astype(int).tolist()
    return (left, top, right - left, bottom - top) if left < right and top < bottom else None
