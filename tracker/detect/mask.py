"""Mask: the window of what a mask marks."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..errors import BoxError, FrameError

__all__ = ["mask_window"]


def mask_window(mask: NDArray[Any]) -> Box:
    """Give the upright box round all that a mask marks.

    Parameters
    ----------
    mask : bool or uint8 array of shape (H, W)
        Of the frame's size; what is not 0 is the target.

    Raises
    ------
    FrameError
        If it is no such array.
    BoxError
        If it marks nothing.

    Examples
    --------
    >>> mask = np.zeros((240, 320), bool)
    >>> mask[100:140, 50:110] = True
    >>> mask_window(mask)
    Box(x=50, y=100, width=60, height=40)
    """
    if not isinstance(mask, np.ndarray) or mask.ndim != 2 or mask.dtype not in (np.bool_, np.uint8):
        kind = f"{mask.dtype} of shape {mask.shape}" if isinstance(mask, np.ndarray) else type(mask)
        raise FrameError(
            f"mask {kind}: expected a bool or uint8 array of shape (H, W), such as `mask > 0`"
        )
    if not mask.any():
        raise BoxError("mask: it marks nothing; set the target's pixels to something else than 0")
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Box(x, y, width, height)
