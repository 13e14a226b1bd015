"""Where a picture lies in a window, and what a drag of the mouse means in the picture."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..box import Box

__all__ = ["Fit", "box_of_drag", "fit", "is_click", "opening_size"]

Size = tuple[int, int]  # width, height in px
Point = tuple[int, int]  # x, y in px of the window

DEFAULT_SCREEN: Size = (1280, 800)  # a small laptop's, where the screen's size cannot be known
SCREEN_SHARE = 0.9  # of the screen a window may take: title bar and task bar need room
WIDEST_SCREEN = 16 / 9  # two monitors side by side count as one screen; stay on the first
SMALLEST_SIDE = 400  # px; smaller pictures are enlarged, or their target could not be hit
SHORTEST_DRAG = 3  # px of the window; less is a click, not a box


class Fit(NamedTuple):
    """A picture drawn undistorted into a window: px of the window = picture × scale + corner."""

    left: int
    top: int
    width: int
    height: int
    scale_x: float  # the two differ by the rounding of width and height to whole px
    scale_y: float


def fit(picture: Size, room: Size) -> Fit:
    """Fit a picture of this size into the middle of a room, as large as it goes.

    Examples
    --------
    >>> fit((1920, 1080), (960, 600))
    Fit(left=0, top=30, width=960, height=540, scale_x=0.5, scale_y=0.5)
    """
    scale = min(room[0] / picture[0], room[1] / picture[1])
    width = max(math.floor(picture[0] * scale + 0.5), 1)
    height = max(math.floor(picture[1] * scale + 0.5), 1)
    left, top = max((room[0] - width) // 2, 0), max((room[1] - height) // 2, 0)
    return Fit(left, top, width, height, width / picture[0], height / picture[1])


def opening_size(picture: Size, screen: Size | None) -> Size:
    """Give the size to show a picture at: its own, if neither too large nor too small.

    Examples
    --------
    >>> opening_size((640, 360), (1920, 1080))
    (711, 400)
    >>> opening_size((3840, 2160), (1920, 1080))
    (1728, 972)
    """
    wide, high = screen or DEFAULT_SCREEN
    room = (min(wide, high * WIDEST_SCREEN) * SCREEN_SHARE, high * SCREEN_SHARE)
    wanted = max(1.0, SMALLEST_SIDE / min(picture))
    scale = min(wanted, room[0] / picture[0], room[1] / picture[1])
    return max(round(picture[0] * scale), 1), max(round(picture[1] * scale), 1)


def is_click(start: Point, end: Point) -> bool:
    """Tell whether the mouse was hardly moved while it was pressed."""
    return max(abs(end[0] - start[0]), abs(end[1] - start[1])) < SHORTEST_DRAG


def box_of_drag(start: Point, end: Point, place: Fit, picture: Size) -> Box | None:
    """Turn a drag, from pixel to pixel of the window, into the box of the picture it spans.

    Both pixels are inside the box, whichever way the mouse went; what lies beyond the picture is
    cut off. None for a click, and for a drag beside the picture.

    Examples
    --------
    >>> box_of_drag((149, 119), (50, 60), fit((640, 480), (320, 240)), (640, 480))
    Box(x=100.0, y=120.0, width=200.0, height=120.0)
    """
    if is_click(start, end):
        return None
    left, right = _span(start[0] - place.left, end[0] - place.left, place.scale_x, picture[0])
    top, bottom = _span(start[1] - place.top, end[1] - place.top, place.scale_y, picture[1])
    if left >= right or top >= bottom:
        return None
    return Box(left, top, right - left, bottom - top)


def _span(first: int, last: int, scale: float, length: int) -> tuple[float, float]:
    """Give the part of one axis of the picture, in its px, that two pixels of the window span."""
    low, high = min(first, last) / scale, (max(first, last) + 1) / scale
    return max(low, 0.0), min(high, float(length))
