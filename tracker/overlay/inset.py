"""The density map as an inset: what the tracker sees, in a corner of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..errors import ConfigError
from .primitives import (
    CAP_HEIGHT,
    DARK,
    FRAME_COLOR,
    WHITE,
    Image,
    Rect,
    draw_line,
    draw_text,
    drawing_unit,
    line_width,
    panel,
    text_mask,
)

__all__ = ["corner_clear_of", "draw_inset"]

MARGIN = 8.0  # units between the inset and the border of the picture
TITLE = "density"
SIZE_SHARES = (0.28, 0.2, 0.14)  # of the shorter side of the picture, for the longer of the inset
LARGEST_ASPECT = 3.0  # so that a strange region stays readable


def corner_clear_of(
    keep_clear: Sequence[Rect], size: tuple[int, int], picture: tuple[int, int], margin: int
) -> tuple[int, int]:
    """Choose the corner of the picture where a rectangle covers least of *keep_clear*.

    Sizes are (width, height); returns (left, top). The first of equals is taken: bottom right,
    bottom left, top right, top left.

    Examples
    --------
    >>> corner_clear_of([(250, 200, 40, 30)], size=(60, 60), picture=(320, 240), margin=4)
    (4, 176)
    """
    right, bottom = picture[0] - size[0] - margin, picture[1] - size[1] - margin
    corners = [(right, bottom), (margin, bottom), (right, margin), (margin, margin)]
    return min(corners, key=lambda at: sum(_shared((*at, *size), rect) for rect in keep_clear))


def _shared(a: Rect, b: Rect) -> int:
    """Give the area that two rectangles share."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(across, 0) * max(down, 0)


def draw_inset(
    canvas: Image,
    outline: NDArray[np.float64],
    density: tuple[NDArray[Any], Box],
    *,
    keep_clear: Sequence[Rect],
) -> None:
    """Show the map (values, region) as the tracker sees it, with *outline*, (4, 2), on it.

    Smaller where every corner is taken; left away on a picture too small to hold it.
    """
    if not (isinstance(density, tuple) and len(density) == 2 and isinstance(density[1], Box)):
        raise ConfigError("density: expected a map and the Box it covers, as Tracker.density gives")
    values, region = density
    unit, (rows, columns) = drawing_unit(canvas.shape), canvas.shape[:2]
    margin, frame = round(MARGIN * unit), line_width(1.5 * unit)
    left, top, width, height = _place(region, (columns, rows), keep_clear, margin)
    if min(left, top) < 0 or min(width, height) <= 4 * frame:
        return
    panel(canvas, (left, top, width, height), 2 * unit, opacity=1, color=FRAME_COLOR)
    left, top, width, height = left + frame, top + frame, width - 2 * frame, height - 2 * frame
    picture = _colored(values, (width, height))
    to_inset = np.array([width / region.width, height / region.height])
    window = (np.vstack([outline, outline[:1]]) - (region.x, region.y)) * to_inset
    draw_line(picture, window, DARK, line_width(unit, 0.5 * unit))
    draw_line(picture, window, WHITE, line_width(unit))
    canvas[top : top + height, left : left + width] = picture
    _write_title(canvas, left, top, width, unit)


def _write_title(canvas: Image, left: int, top: int, width: int, unit: float) -> None:
    """Say what the inset is, where there is room."""
    cap, pad = 0.75 * CAP_HEIGHT * unit, round(3 * unit)
    title_width = text_mask(TITLE, cap)[0].shape[1]
    if title_width + 4 * pad > width:
        return
    panel(canvas, (left, top, title_width + 2 * pad, round(cap) + 2 * pad), 0, opacity=0.6)
    draw_text(canvas, TITLE, left + pad, top + pad, cap, WHITE)


def _place(region: Box, picture: tuple[int, int], keep_clear: Sequence[Rect], margin: int) -> Rect:
    """Choose size and corner of the inset: the largest that covers nothing, else the smallest."""
    aspect = min(max(region.width / region.height, 1 / LARGEST_ASPECT), LARGEST_ASPECT)
    for share in SIZE_SHARES:
        long_side = share * min(picture)
        size = round(long_side * min(aspect, 1.0)), round(long_side / max(aspect, 1.0))
        place = (*corner_clear_of(keep_clear, size, picture, margin), *size)
        if not any(_shared(place, rect) for rect in keep_clear):
            break
    return place


def _colored(values: NDArray[Any], size: tuple[int, int]) -> Image:
    """Color a map of values 0 to 1 at the size (width, height); NaN counts as 0."""
    levels = np.rint(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8)
    larger = cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.applyColorMap(larger, cv2.COLORMAP_INFERNO), np.uint8)
