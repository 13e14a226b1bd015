"""Patch: the search region of a frame, cut and shrunk by one warp to a small picture of fixed size.

After this the size of the frame and of the target cost nothing more. Coordinates are edges, not
pixel centers (``docs/coordinates.md``): the patch covers ``[0, columns) × [0, rows)`` as the region
covers its part of the frame, and the two maps between them are one multiplication each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .box import Box

__all__ = ["Develop", "Image", "Patch", "cut"]

Image = NDArray[np.uint8]
Point = tuple[float, float]
# Frame pixels to one of the patch up to which a copy with its border repeated, then shrunk, takes
# less time than a warp: a third of it for what is enlarged, and the same at 8 (OpenCV 4 and 5).
COPIED_UP_TO = 8
Develop = Callable[[Image], Image]
"""What makes a picture cut out of a frame BGR, in the light that is wanted."""


class Patch(NamedTuple):
    """A piece of a frame as a small picture, and where it came from."""

    image: Image
    """(rows, columns, 3) BGR; beyond the frame's border its edge pixels are repeated."""
    region: Box
    """What was cut, in frame pixels: whole pixels, so not quite what was asked for."""
    valid: tuple[slice, slice] | None
    """Rows and columns that lie in the frame; None when all of them do."""

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a patch pixel, in frame pixels."""
        rows, columns = self.image.shape[:2]
        return self.region.width / columns, self.region.height / rows

    def to_frame(self, x: float, y: float) -> Point:
        """Map a point of the patch to the frame."""
        across, down = self.pixel_size
        return self.region.x + x * across, self.region.y + y * down

    def to_patch(self, x: float, y: float) -> Point:
        """Map a point of the frame to the patch."""
        across, down = self.pixel_size
        return (x - self.region.x) / across, (y - self.region.y) / down


def cut(
    frame: Image,
    region: Box,
    shape: tuple[int, int],
    develop: Develop | None = None,
    nearest_from: float = math.inf,
) -> Patch:
    """Cut *region* out of *frame* and bring it to *shape* (rows, columns), bilinearly.

    The region is rounded to whole pixels, and the rounded one is returned: taking the asked one
    for it would come back as drift. It may hang over the border, or lie beyond it.

    Parameters
    ----------
    frame : uint8 array of shape (H, W) or (H, W, 3 or 4)
    region : Box
        In frame pixels.
    shape : (int, int)
        Rows and columns of the patch.
    develop : callable, optional
        Makes the patch BGR, see :class:`~tracker.exposure.Exposure`.
    nearest_from : float
        Frame pixels to a patch pixel from which on the patch shows the nearest ones instead: as
        good where only colors or coarse shapes count, and less of the frame is read.
    """
    height, width = frame.shape[:2]
    left, top = round(region.x), round(region.y)
    right, bottom = max(round(region.right), left + 2), max(round(region.bottom), top + 2)
    rows, columns = shape
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        # The exact method: OpenCV's older one is off by half a patch pixel.
        nearest = right - left >= nearest_from * columns
        how = cv2.INTER_NEAREST_EXACT if nearest else cv2.INTER_LINEAR
        image = cv2.resize(frame[top:bottom, left:right], (columns, rows), interpolation=how)
        valid = None
    else:
        image, valid = _cut_over_border(frame, (left, top, right, bottom), shape)
    if develop is not None:
        image = develop(image)  # type: ignore[arg-type]
    return Patch(image, Box(left, top, right - left, bottom - top), valid)  # type: ignore[arg-type]


def _cut_over_border(
    frame: Image, corners: tuple[int, int, int, int], shape: tuple[int, int]
) -> tuple[Any, tuple[slice, slice]]:
    """Cut a region that is partly or wholly outside; the border's pixels are repeated."""
    height, width = frame.shape[:2]
    left, top, right, bottom = corners
    rows, columns = shape
    across, down = (right - left) / columns, (bottom - top) / rows
    # The visible part, or one row or column of pixels where nothing is visible.
    x0, x1 = min(max(left, 0), width - 1), max(min(right, width), 1)
    y0, y1 = min(max(top, 0), height - 1), max(min(bottom, height), 1)
    part, beyond = frame[y0:y1, x0:x1], (y0 - top, bottom - y1, x0 - left, right - x1)
    if min(beyond) >= 0 and across * down <= COPIED_UP_TO:
        whole = cv2.copyMakeBorder(part, *beyond, cv2.BORDER_REPLICATE)
        image = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_LINEAR)
    else:
        to_part = np.array(
            [
                [across, 0, left - x0 + across / 2 - 0.5],
                [0, down, top - y0 + down / 2 - 0.5],
            ]
        )
        image = cv2.warpAffine(
            part,
            to_part,
            (columns, rows),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    valid = (_within(top, down, height, rows), _within(left, across, width, columns))
    return image, valid


def _within(start: int, pixel: float, length: int, count: int) -> slice:
    """Tell which of *count* patch pixels have their center in the frame's [0, length)."""
    first = math.ceil(-start / pixel - 0.5)
    last = math.ceil((length - start) / pixel - 0.5)
    first = min(max(first, 0), count)
    return slice(first, max(min(last, count), first))
