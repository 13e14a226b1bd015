"""Shrinking: frames as small pictures of one size, and windows back in the frame's pixels."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..errors import BoxError
from ..inputs import as_bgr_code, check_frame

__all__ = ["LONGEST_SIDE", "check_point", "in_frame", "shrunk"]

LONGEST_SIDE = 320  # pixels: 400 finds one benchmark target more, for half as much time again


def shrunk(frame: NDArray[np.uint8], channels: str = "bgr") -> NDArray[np.uint8]:
    """Shrink a frame to LONGEST_SIDE, unless it is smaller, and make it BGR.

    Raises
    ------
    FrameError
        If the frame is not a picture.
    ConfigError
        If there is no such order of channels.
    """
    frame = check_frame(frame)
    rows, columns = frame.shape[:2]
    factor = min(LONGEST_SIDE / max(rows, columns), 1.0)
    size = max(round(columns * factor), 1), max(round(rows * factor), 1)
    picture = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    code = as_bgr_code(frame.shape, channels)
    return np.asarray(picture if code is None else cv2.cvtColor(picture, code), np.uint8)


def check_point(point: Iterable[float], frame_shape: tuple[int, ...]) -> tuple[float, float]:
    """Read a point (x, y) in pixels of a frame; raise BoxError if it is none, or not in it."""
    try:
        x, y = map(float, point)
    except (TypeError, ValueError):
        raise BoxError(f"point {point!r}: expected two numbers (x, y)") from None
    height, width = frame_shape[:2]
    if not (0 <= x < width and 0 <= y < height):
        raise BoxError(
            f"point ({x:g}, {y:g}) is not in the {width}x{height} frame: "
            f"expected 0 <= x < {width} and 0 <= y < {height}"
        )
    return x, y


def in_frame(
    windows: Iterable[Box], picture_shape: tuple[int, ...], frame_shape: tuple[int, ...]
) -> list[Box]:
    """Give the windows of a shrunk frame in the frame's own pixels."""
    across = frame_shape[1] / picture_shape[1]
    down = frame_shape[0] / picture_shape[0]
    return [
        Box(box.x * across, box.y * down, box.width * across, box.height * down) for box in windows
    ]
