"""The plate beside a target: label, state, score and reason in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..confidence import State
from ..track import Track
from .primitives import (
    CAP_HEIGHT,
    FRAME_COLOR,
    LINE_HEIGHT,
    WHITE,
    Color,
    Image,
    Rect,
    bounds,
    draw_text,
    panel,
    text_mask,
    wrap_text,
)

__all__ = ["STATE_COLORS", "Plate", "draw_plate", "lay_out_beside"]

# BGR; bluish green, amber and red-orange stay apart for color-blind eyes, and the word says it too
STATE_COLORS: dict[State, Color] = {
    State.TRACKING: (150, 222, 64),
    State.UNCERTAIN: (46, 190, 255),
    State.LOST: (92, 98, 255),
}
REASON_COLOR: Color = (214, 208, 204)

PADDING = 5.0  # units
REASON_SCALE = 0.85  # of the header's letters
MOST_COVERED = 0.25  # of a box, by the words on it: more would hide what is followed


@dataclass(frozen=True)
class Plate:
    """The words beside the box, laid out but not placed."""

    header: list[tuple[str, Color]]
    reason: list[str]
    cap_height: float
    width: int
    height: int


def lay_out(track: Track, label: str, unit: float, picture_width: int) -> Plate:
    """Lay out label, state, score and reason within the width of the picture."""
    cap, pad = CAP_HEIGHT * unit, PADDING * unit
    widest = picture_width - 2 * (pad + unit)
    header = [(label, WHITE)] if label else []
    header += [(str(track.state), STATE_COLORS[track.state]), (f"{track.score:.2f}", WHITE)]
    header_width = sum(_width(text, cap) for text, _ in header) + (len(header) - 1) * _space(cap)
    small = cap * REASON_SCALE
    reason = wrap_text(track.reason, small, min(widest, max(header_width, 22 * small)))
    width = max([header_width, *(_width(line, small) for line in reason)]) + 2 * pad
    height = 2 * pad + cap + (len(reason) * LINE_HEIGHT * small) + 2 * unit
    return Plate(header, reason, cap, round(width), round(height))


def lay_out_beside(
    track: Track, label: str, outline: NDArray[np.float64], unit: float, shape: tuple[int, ...]
) -> tuple[Plate, Rect] | None:
    """Lay out and place what there is room for: all, all but the reason, or nothing.

    In a picture of few pixels the words are as large as the target.
    """
    rows, columns = shape[:2]
    target = Box(*bounds(outline))
    for reason in dict.fromkeys((track.reason, "")):
        plate = lay_out(replace(track, reason=reason), label, unit, columns)
        x, y, *_ = place = place_beside(outline, plate, unit, shape)
        hidden = target.shared_area(Box(x, y, plate.width, plate.height))
        covered = hidden / max(target.area, 1)
        if covered <= MOST_COVERED and plate.width <= columns and plate.height <= rows:
            return plate, place
    return None


def _width(text: str, cap_height: float) -> int:
    return int(text_mask(text, cap_height)[0].shape[1])


def _space(cap_height: float) -> float:
    """Give the gap between two words of the header."""
    return 0.7 * cap_height


def place_beside(
    outline: NDArray[np.float64], plate: Plate, unit: float, shape: tuple[int, ...]
) -> Rect:
    """Place the plate above the box, else below it, else inside; always within the picture."""
    rows, columns = shape[:2]
    left, top, _, height = bounds(outline)
    gap = round(4 * unit)
    above, below = top - gap - plate.height, top + height + gap
    if above >= 0 and top <= rows:
        y = above
    elif below + plate.height <= rows:
        y = below
    else:
        y = top + gap
    x = min(max(left, 0), columns - plate.width)
    y = min(max(y, 0), rows - plate.height)
    return max(x, 0), max(y, 0), plate.width, plate.height


def draw_plate(canvas: Image, plate: Plate, place: Rect, track: Track, unit: float) -> None:
    """Paint the plate: words on a dark ground, and the score as a bar along its bottom."""
    left, top, width, height = place
    pad, cap, small = PADDING * unit, plate.cap_height, plate.cap_height * REASON_SCALE
    panel(canvas, place, 3 * unit)
    x, y = left + pad, top + pad
    for text, color in plate.header:
        x += draw_text(canvas, text, x, y, cap, color) + _space(cap)
    y += cap + (LINE_HEIGHT - 1) * small
    for line in plate.reason:
        draw_text(canvas, line, left + pad, y, small, REASON_COLOR)
        y += LINE_HEIGHT * small
    bar = max(round(2 * unit), 1)
    length = round((width - 2 * pad) * min(max(track.score, 0.0), 1.0))
    bar_top = top + height - bar - round(1.5 * unit)
    for filled, color in (
        (round(width - 2 * pad), FRAME_COLOR),
        (length, STATE_COLORS[track.state]),
    ):
        if filled > 0:
            panel(
                canvas, (round(left + pad), bar_top, filled, bar), bar / 2, opacity=1, color=color
            )
