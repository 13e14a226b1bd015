"""Inputs: frames, boxes and times as users give them, checked before anything is done with them."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .box import Box
from .errors import BoxError, ConfigError, FrameError

__all__ = [
    "as_bgr_code",
    "check_channels",
    "check_frame",
    "is_number",
    "lies_on",
    "on_frame",
    "seconds",
]

LEAST_LENGTH = 1.0  # pixels of a box's width or height: a target of less is not seen
LARGEST_OF_FRAME = 10.0  # widths or heights of the frame: a larger box is a mistake


def check_frame(frame: Any) -> NDArray[np.uint8]:
    """Return *frame* when it is a picture the tracker can read.

    Parameters
    ----------
    frame : uint8 array of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)
        May be read-only and non-contiguous; it is never written to.

    Raises
    ------
    FrameError
        If it is None, empty, of another dtype or shape; the message says how to convert it.
    """
    if frame is None:
        raise FrameError("frame is None: expected a picture; did the capture end or fail?")
    if not isinstance(frame, np.ndarray):
        kind = type(frame).__name__
        how = "frame.get()" if kind == "UMat" else "numpy.asarray(frame)"
        raise FrameError(f"frame is a {kind}: expected a NumPy array; use {how}")
    if frame.ndim not in (2, 3) or (frame.ndim == 3 and frame.shape[2] not in (1, 3, 4)):
        raise FrameError(
            f"frame of shape {frame.shape}: expected (H, W), (H, W, 3) or (H, W, 4); "
            "channels come last"
        )
    if frame.size == 0:
        raise FrameError(f"frame of shape {frame.shape}: expected at least one pixel")
    if frame.dtype != np.uint8:
        raise FrameError(
            f"frame of dtype {frame.dtype}: expected uint8; convert by {_conversion(frame)}"
        )
    return frame


def _conversion(frame: NDArray[Any]) -> str:
    """Say how a frame of another dtype becomes uint8."""
    if frame.dtype == np.bool_:
        return "frame.astype(numpy.uint8) * 255"
    if frame.dtype == np.uint16:
        return "(frame >> 8).astype(numpy.uint8)"
    if np.issubdtype(frame.dtype, np.floating):
        return "(frame * 255).clip(0, 255).astype(numpy.uint8) if its values are 0 to 1"
    return "frame.clip(0, 255).astype(numpy.uint8)"


def lies_on(box: Box, frame: NDArray[np.uint8]) -> bool:
    """Tell whether some of *box* lies on the frame."""
    height, width = frame.shape[:2]
    return box.right > 0 and box.bottom > 0 and box.x < width and box.y < height


def on_frame(box: Box, frame: NDArray[np.uint8]) -> Box:
    """Return *box* when some of it lies on the frame.

    Raises
    ------
    BoxError
        If it lies outside, or its size is not that of a target in pixels of the frame.
    """
    height, width = frame.shape[:2]
    if not lies_on(box, frame):
        raise BoxError(
            f"box {box} lies outside the {width}x{height} frame: expected x < {width}, "
            f"y < {height}, x + width > 0 and y + height > 0"
        )
    if min(box.width, box.height) < LEAST_LENGTH:
        raise BoxError(
            f"box {box} is less than a pixel across: expected pixels, not shares of the "
            f"{width}x{height} frame"
        )
    if max(box.width / width, box.height / height) > LARGEST_OF_FRAME:
        raise BoxError(
            f"box {box} is more than {LARGEST_OF_FRAME:g} times as large as the {width}x{height} "
            "frame: expected x, y, width, height in its pixels"
        )
    return box


def seconds(time_s: float | None) -> float | None:
    """Return the time of a frame when it is one, or none was given.

    Raises
    ------
    FrameError
        If it is no finite number.
    """
    if time_s is None:
        return None
    try:
        seconds = float(time_s)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise FrameError(f"time_s {time_s!r}: expected a finite number of seconds, or None")
    return seconds


def is_number(value: Any, least: float = -math.inf, most: float = math.inf) -> bool:
    """Tell whether it is one real number, not less than *least* and not more than *most*.

    Examples
    --------
    >>> is_number(0.5, 0, 1), is_number(2, 0, 1), is_number("0.5", 0, 1), is_number(math.nan)
    (True, False, False, False)
    """
    return isinstance(value, Real) and least <= value <= most  # type: ignore[operator]


def check_channels(channels: Any) -> str:
    """Return the order of a frame's channels when it is one.

    Raises
    ------
    ConfigError
        If it is neither ``"bgr"`` nor ``"rgb"``.
    """
    if channels not in ("bgr", "rgb"):
        raise ConfigError(f"channels {channels!r}: expected 'bgr' or 'rgb'")
    return str(channels)


def as_bgr_code(frame_shape: tuple[int, ...], channels: str) -> int | None:
    """Tell which ``cv2.cvtColor`` code makes BGR of such frames; None when they are BGR.

    Parameters
    ----------
    frame_shape : (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)
    channels : {"bgr", "rgb"}
        The order of the first three channels.

    Raises
    ------
    ConfigError
        If *channels* is neither.
    """
    check_channels(channels)
    depth = 1 if len(frame_shape) == 2 else frame_shape[2]
    if depth == 1:
        return int(cv2.COLOR_GRAY2BGR)
    if depth == 4:
        return int(cv2.COLOR_BGRA2BGR if channels == "bgr" else cv2.COLOR_RGBA2BGR)
    return None if channels == "bgr" else int(cv2.COLOR_RGB2BGR)
