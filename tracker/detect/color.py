"""Color: windows of what has one color, given by name, as hex, or picked from a frame."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..errors import ConfigError
from ..features import BASIC_COLORS, cielab, code_colors
from ..inputs import as_bgr_code, check_frame
from ..kernels import gaussian
from .shrinking import check_point, in_frame, shrunk
from .windows import density_windows

__all__ = ["color_at", "color_density", "color_windows", "read_color"]

BGR = tuple[int, int, int]

HEX = re.compile(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)
PICK_REACH = 2  # pixels round a point whose median is its color: noise and coding make dots
DEVIATION = 28.0  # CIELAB units within which a color is the same
# Light and shade change the lightness of a color, but it is all that tells grays apart.
COLORFUL = 20.0  # CIELAB units from gray
LIGHTNESS_WEIGHT, LIGHTNESS_WEIGHT_OF_GRAY = 0.2, 1.0


def read_color(text: str) -> BGR:
    """Read a color: one of the eleven basic names, or hex as in ``#c81e28`` (red first).

    Returns
    -------
    (int, int, int)
        Blue, green, red, 0 to 255.

    Raises
    ------
    ConfigError
        If it is neither.

    Examples
    --------
    >>> read_color("#ff8c00"), read_color("orange")
    ((0, 140, 255), (0, 140, 255))
    """
    if text.lower() in BASIC_COLORS:
        return BASIC_COLORS[text.lower()]
    match = HEX.fullmatch(text)
    if match is None:
        raise ConfigError(
            f"color {text!r}: expected #rrggbb, or one of {', '.join(sorted(BASIC_COLORS))}"
        )
    red, green, blue = (int(part, 16) for part in match.groups())
    return blue, green, red


def _checked(color: Iterable[int]) -> BGR:
    """Read blue, green, red: a tuple, a list, a pixel of a picture."""
    try:
        blue, green, red = map(int, color)
    except (TypeError, ValueError):
        blue = green = red = -1
    if not 0 <= min(blue, green, red) <= max(blue, green, red) <= 255:
        raise ConfigError(
            f"color {color!r}: expected a name, #rrggbb, or blue, green, red of 0 to 255"
        )
    return blue, green, red


def color_at(frame: NDArray[np.uint8], point: tuple[float, float], channels: str = "bgr") -> BGR:
    """Pick the color at a point of a frame: the median of the pixels round it.

    Parameters
    ----------
    frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
    point : (float, float)
        x, y in frame pixels.
    channels : {"bgr", "rgb"}
        Order of the frame's first three channels.

    Returns
    -------
    (int, int, int)
        Blue, green, red, 0 to 255.

    Raises
    ------
    FrameError
        If the frame is not a picture.
    BoxError
        If the point is not two numbers, or not in the frame.
    ConfigError
        If there is no such order of channels.
    """
    frame = check_frame(frame)
    column, row = map(int, check_point(point, frame.shape))
    top, left = max(row - PICK_REACH, 0), max(column - PICK_REACH, 0)
    part = frame[top : row + PICK_REACH + 1, left : column + PICK_REACH + 1]
    code = as_bgr_code(frame.shape, channels)
    if code is not None:
        part = np.asarray(cv2.cvtColor(np.ascontiguousarray(part), code), np.uint8)
    blue, green, red = np.median(part.reshape(-1, 3), axis=0).astype(int).tolist()
    return blue, green, red


def color_density(picture: NDArray[np.uint8], color: BGR) -> NDArray[np.float32]:
    """Tell how near each pixel is to a color, as a Gaussian of the distance in CIELAB.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns, 3)
        BGR.
    color : (int, int, int)
        Blue, green, red.

    Returns
    -------
    float32 array of shape (rows, columns)
        0 to 1.
    """
    codes = cv2.cvtColor(picture, cv2.COLOR_BGR2BGR555).view(np.uint16)[..., 0]
    return _table(color).take(codes)


def color_windows(frame: NDArray[np.uint8], color: str | BGR, channels: str = "bgr") -> list[Box]:
    """Find what has a color in a frame.

    Parameters
    ----------
    frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
    color : str or (int, int, int)
        A name or hex, as :func:`read_color` takes it; or blue, green, red, as picked from a frame.
    channels : {"bgr", "rgb"}
        Order of the frame's first three channels.

    Returns
    -------
    list of Box
        In frame pixels, the largest first; none where nothing has it.

    Raises
    ------
    FrameError
        If the frame is not a picture.
    ConfigError
        If it is no color, or there is no such order of channels.
    """
    picture = shrunk(frame, channels)
    density = color_density(
        picture, read_color(color) if isinstance(color, str) else _checked(color)
    )
    windows = sorted(density_windows(density), key=lambda box: -box.area)
    return in_frame(windows, picture.shape, frame.shape)


@functools.lru_cache(maxsize=16)
def _table(color: BGR) -> NDArray[np.float32]:
    """Give the density of every 15-bit color, (32768,)."""
    wanted = cielab(np.array([color]) / 255)[0]
    colorful = float(np.hypot(*wanted[1:])) > COLORFUL
    lightness = LIGHTNESS_WEIGHT if colorful else LIGHTNESS_WEIGHT_OF_GRAY
    distance2 = (cielab(code_colors()) - wanted) ** 2 @ np.array([lightness, 1, 1], np.float32)
    return gaussian(distance2 / DEVIATION**2).astype(np.float32)
