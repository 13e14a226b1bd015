"""Pictures that a program has already: an array, a list, a generator of them."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from fractions import Fraction
from typing import Any, cast

import cv2
import numpy as np

from ..errors import FrameError, SourceError
from .feed import Feed, Image, Picture, size_of

__all__ = ["ARRAY_FPS", "read_arrays"]

ARRAY_FPS = Fraction(25)
"""Of pictures that come without times, as those of a folder."""


def read_arrays(items: Iterable[Any], start_s: float) -> Feed:
    """Take pictures, or pairs of a picture and its time in seconds, as they are given.

    Raises
    ------
    FrameError
        By the pictures, when one is none, has another size than the first, or no later time.
    """
    return Feed(_pictures(items, start_s), ARRAY_FPS, None)


def _pictures(items: Iterable[Any], start_s: float) -> Generator[Picture, None, None]:
    size, last_s, n_given = "", -math.inf, 0
    for number, item in enumerate(items):
        image, time_s = item if isinstance(item, tuple) else (item, float(number / ARRAY_FPS))
        bgr = _to_bgr(image, number)
        size = size or size_of(bgr)
        if size_of(bgr) != size:
            raise FrameError(
                f"frame {number} is {size_of(bgr)}, the frames before it are {size}; a source "
                "must keep one size"
            )
        if not (math.isfinite(time_s) and time_s > last_s):
            raise FrameError(
                f"frame {number} has the time {time_s} s; expected one after {last_s:g} s"
            )
        last_s = float(time_s)
        if last_s >= start_s - float(1 / ARRAY_FPS) / 2:
            n_given += 1
            yield Picture(bgr, last_s)
    if not n_given:
        raise SourceError(f"frames: none at or after {start_s:g} s")


def _to_bgr(image: Any, number: int) -> Image:
    """Check that it is a picture, and give it as BGR."""
    rule = "expected a uint8 array of shape (H, W, 3) BGR, (H, W) gray or (H, W, 4) BGRA"
    if not isinstance(image, np.ndarray):
        raise FrameError(f"frame {number} of type {type(image).__name__}: {rule}")
    gray = image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 1)
    if image.dtype != np.uint8 or not image.size or not (gray or image.shape[2:] in ((3,), (4,))):
        raise FrameError(f"frame {number}, {image.dtype} of shape {image.shape}: {rule}")
    if image.shape[2:] == (3,):
        return image
    code = cv2.COLOR_GRAY2BGR if gray else cv2.COLOR_BGRA2BGR
    return cast(Image, cv2.cvtColor(np.ascontiguousarray(image), code))
