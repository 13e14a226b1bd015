"""Frames for measuring time: a textured target that moves to and fro over textured ground."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from tracker.synthetic import Camera, Crowd, Layer, Path, Pose, Sprite, patchwork, texture

N_FRAMES = 12  # different ones: 300 MB at 2160p, far more than a processor's cache keeps
STEP = 0.04  # of the target's side, from frame to frame
NOISE = 2.0  # gray levels
SEED = 3

ROUND, LAP = 0.3, 50  # of many: radius of the circles they go, in sides; frames a lap

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


class Crowded(NamedTuple):
    """Frames in memory with the boxes of all targets, to and fro like a :class:`Clip`."""

    frames: list[Frame]
    boxes: list[list[Box]]

    def at(self, index: int) -> int:
        """Tell which frame comes *index* steps after the first, to the end and back for ever."""
        there = len(self.frames) - 1
        return there - abs(index % (2 * there) - there)


def many_targets(size: tuple[int, int], count: int) -> Crowded:
    """Draw *count* targets of different looks on a grid, each going about in a small circle."""
    columns = math.ceil(math.sqrt(count * size[0] / size[1]))
    rows = math.ceil(count / columns)
    pitch = min(size[0] / columns, size[1] / rows)
    side = round(pitch * 0.5)
    targets = []
    for number in range(count):
        row, column = divmod(number, columns)
        middle = (column - (columns - 1) / 2) * pitch, (row - (rows - 1) / 2) * pitch
        body = patchwork(side, side, seed=SEED + number, elliptic=True)
        targets.append(Layer(body, _circle(middle, ROUND * side, number)))
    ground = Layer(Sprite.of(texture(*size, seed=SEED)))
    crowd = Crowd(N_FRAMES, ground, tuple(targets), Camera(size), seed=SEED)
    boxes = [[scene.whole(index) for scene in crowd.scenes.values()] for index in range(N_FRAMES)]
    return Crowded([crowd.scenes[1].image(index) for index in range(N_FRAMES)], boxes)


def _circle(middle: tuple[float, float], radius: float, phase: float) -> Path:
    def path(time: float) -> Pose:
        turn = 2 * math.pi * time / LAP + phase
        return Pose(middle[0] + radius * math.cos(turn), middle[1] + radius * math.sin(turn))

    return path
