"""A decoded frame -> a BGR picture in its true colors, upright."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from .feed import Image

__all__ = ["is_hd", "to_bgr"]

HD_WIDTH, HD_HEIGHT = 1280, 576
# Pictures at least that wide or higher than that are BT.709 unless they say otherwise, smaller
# ones BT.601: what players do (mpv's guess), since many files do not say.

SQUARE = Fraction(1)  # the aspect of a pixel as high as it is wide

DISPLAY_MATRIX = "DISPLAYMATRIX"  # PyAV's name of the side data that turns phones' films upright

AVCOL_SPC_BT709, AVCOL_SPC_UNSPECIFIED = 1, 2  # numbers of ITU-T H.273, table 4


def is_hd(width: int, height: int) -> bool:
    """Tell whether pictures of this size are BT.709 where they do not say."""
    return width >= HD_WIDTH or height > HD_HEIGHT


def to_bgr(frame: VideoFrame, aspect: Fraction = SQUARE) -> Image:
    """Convert to BGR with the frame's own colors, turned as its display matrix says.

    *aspect* is how wide a pixel is for its height: the picture is stretched to square ones, the
    way that adds pixels.
    """
    if frame.colorspace == AVCOL_SPC_UNSPECIFIED and is_hd(frame.width, frame.height):
        frame.colorspace = AVCOL_SPC_BT709
    # One thread: starting swscale's own for each frame costs more than they save.
    width, height = _square(frame, aspect)
    bgr = frame.reformat(width, height, "bgr24", threads=1)
    image = cast(Image, bgr.to_ndarray())
    matrix = frame.side_data.get(DISPLAY_MATRIX)
    return image if matrix is None else _turn(image, np.frombuffer(cast(bytes, matrix), np.int32))


def _square(frame: VideoFrame, aspect: Fraction) -> tuple[int, int]:
    """Give the width and height at which pixels are square."""
    if aspect < 1:
        return frame.width, round(frame.height / aspect)
    return round(frame.width * aspect), frame.height


def _turn(image: Image, matrix: NDArray[np.int32]) -> Image:
    """Turn and mirror as a display matrix says: x' = ax + cy, y' = bx + dy, to the next 90°."""
    a, b, _, c, d = (int(number) for number in matrix[:5])
    if abs(b) + abs(c) > abs(a) + abs(d):
        image, a, d = cast(Image, cv2.transpose(image)), c, b
    if a < 0:
        image = cast(Image, cv2.flip(image, 1))
    if d < 0:
        image = cast(Image, cv2.flip(image, 0))
    return image
