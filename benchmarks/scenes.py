"""Frames for measuring time: a textured target that moves to and fro over textured ground."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from tracker.synthetic import patchwork, texture

N_FRAMES = 12  # different ones: 300 MB at 2160p, far more than a processor's cache keeps
STEP = 0.04  # of the target's side, from frame to frame
NOISE = 2.0  # gray levels
SEED = 3

SIZES = {"480p": (854, 480), "1080p": (1920, 1080), "2160p": (3840, 2160)}

Frame = np.ndarray
Box = tuple[float, float, float, float]


class Clip(NamedTuple):
    """Frames in memory, with the truth; the last is followed by the one before it."""

    frames: list[Frame]
    boxes: list[Box]

    def at(self, index: int) -> int:
        """Tell which frame comes *index* steps after the first, to the end and back for ever."""
        there = len(self.frames) - 1
        return there - abs(index % (2 * there) - there)


def moving_target(size: tuple[int, int], target: int) -> Clip:
    """Draw a clip of this width and height, with a target of *target* px about its middle."""
    width, height = size
    rng = np.random.default_rng(SEED)
    ground = texture(width, height, seed=SEED)
    noise = (NOISE * rng.standard_normal((height, width, 3), np.float32)).round().astype(np.int8)
    sprite = patchwork(target, target, seed=SEED, elliptic=True).levels[0]  # colors × alpha
    step = max(1, round(STEP * target))
    left, top = (width - target - step * N_FRAMES) // 2, (height - target) // 2
    frames, boxes = [], []
    for index in range(N_FRAMES):
        x = left + index * step
        frame = ground.copy()
        place = frame[top : top + target, x : x + target]
        place[:] = (sprite[..., :3] + place * (1 - sprite[..., 3:])).round().astype(np.uint8)
        moved = np.roll(noise, (7 * index, 13 * index), axis=(0, 1))
        frames.append(cv2.add(frame, moved, dtype=cv2.CV_8U))
        boxes.append((float(x), float(top), float(target), float(target)))
    return Clip(frames, boxes)
