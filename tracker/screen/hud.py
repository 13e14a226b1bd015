"""What is drawn over the picture in the window, and in no recording: box, help, plot, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..confidence import State
from ..overlay.inset import draw_inset
from ..overlay.plate import STATE_COLORS
from ..overlay.primitives import (
    DARK,
    FRAME_COLOR,
    WHITE,
    Color,
    Image,
    draw_line,
    draw_text,
    panel,
    text_mask,
)
from ..track import Track
from .editor import edges, handles
from .fitting import Fit
from .keys import KEYS

__all__ = ["draw_box", "draw_cross", "draw_help", "draw_note", "draw_plot", "draw_preview"]

BOX_COLOR: Color = (150, 222, 64)
DIMMED = 0.55  # of the brightness, outside the box
CAP_HEIGHT = 10.0  # px
PAD = 7
HANDLE = 7  # px across
LINE = 22  # px from one line of the help to the next
PLOT_WIDTH, PLOT_HEIGHT = 180, 56  # px
PLOTTED = 150  # frames
WORDS_HEIGHT = 48  # px above or below a target for what is said of it
HELP_TITLE = "Keys"
MOUSE_HELP = (
    ("drag", "a box around the target"),
    ("its handles", "correct it"),
    ("enter", "follow what is in it"),
    ("click", "select one of several"),
)
HELP_COLOR: Color = (214, 208, 204)


def draw_box(canvas: Image, box: Box, place: Fit) -> None:
    """Draw a box with its handles and its size; what is outside is dimmed."""
    left, top, right, bottom = edges(box, place)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    inside = slice(round(top), round(bottom)), slice(round(left), round(right))
    kept = canvas[inside].copy()
    canvas[:] = (canvas * DIMMED).astype(canvas.dtype)
    canvas[inside] = kept
    draw_line(canvas, corners, DARK, 4)
    draw_line(canvas, corners, BOX_COLOR, 2)
    if min(right - left, bottom - top) > 3 * HANDLE:
        for x, y in handles(box, place):
            for color, side in ((DARK, HANDLE + 4), (WHITE, HANDLE)):
                corner = round(x - side / 2), round(y - side / 2)
                panel(canvas, (*corner, side, side), 2, opacity=1, color=color)
    text = f"{box.width:.0f} x {box.height:.0f}"
    width, height = text_mask(text, CAP_HEIGHT)[0].shape[1] + 2 * PAD, round(CAP_HEIGHT) + 2 * PAD
    x = min(max(round(left), 0), max(canvas.shape[1] - width, 0))
    y = round(bottom) + 8
    if y + height > place.top + place.height:
        y = max(round(top) - height - 8, 0)
    panel(canvas, (x, y, width, height), 4)
    draw_text(canvas, text, x + PAD, y + PAD, CAP_HEIGHT, WHITE)


def draw_cross(canvas: Image, x: int, y: int) -> None:
    """Draw lines through the pointer, which shows on any color and helps to hit a corner."""
    rows, columns = canvas.shape[:2]
    for line in ([(x + 0.5, 0), (x + 0.5, rows)], [(0, y + 0.5), (columns, y + 0.5)]):
        draw_line(canvas, line, DARK, 3)
        draw_line(canvas, line, WHITE, 1)


def draw_preview(canvas: Image, box: Box, density: tuple[NDArray[Any], Box], place: Fit) -> None:
    """Show the density that a box would give, in a corner of the picture away from the box."""
    picture = canvas[place.top : place.top + place.height, place.left : place.left + place.width]
    left, top, right, bottom = edges(box, place)
    keep = (round(left) - place.left, round(top) - place.top)
    outline = np.array(
        [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
    )
    draw_inset(
        picture, outline, density, keep_clear=[(*keep, round(right - left), round(bottom - top))]
    )


def draw_help(canvas: Image) -> None:
    """List the keys on a plate in the middle, in two columns where one is too high."""
    entries = [*((key.names(), key.words) for key in KEYS), *MOUSE_HELP]
    rows, columns = canvas.shape[:2]
    high = (len(entries) + 1) * LINE + 4 * PAD
    n_columns = 1 if high <= rows else 2
    n_lines = -(-len(entries) // n_columns)
    cap = CAP_HEIGHT
    wide_key = max(text_mask(name, cap)[0].shape[1] for name, _ in entries)
    wide = wide_key + 16 + max(text_mask(words, cap)[0].shape[1] for _, words in entries)
    gap = 28
    if n_columns * (wide + gap) + 4 * PAD > columns:  # a small window: smaller letters
        cap = max(cap * columns / (n_columns * (wide + gap) + 4 * PAD), 5.5)
        wide_key, wide, gap = (round(each * cap / CAP_HEIGHT) for each in (wide_key, wide, gap))
    line = min(LINE, (rows - 6 * PAD) / (n_lines + 1))
    width, height = n_columns * (wide + gap) + 2 * PAD, round((n_lines + 1) * line) + 4 * PAD
    left, top = max((columns - width) // 2, 0), max((rows - height) // 2, 0)
    panel(canvas, (left, top, width, height), 8, opacity=0.88)
    left += 2 * PAD + gap // 4
    draw_text(canvas, HELP_TITLE, left, top + 2 * PAD, cap, BOX_COLOR)
    for number, (name, words) in enumerate(entries):
        x = left + (number // n_lines) * (wide + gap)
        y = top + 2 * PAD + (number % n_lines + 1) * line
        draw_text(canvas, name, x, y, cap, WHITE)
        draw_text(canvas, words, x + wide_key + 16 * cap / CAP_HEIGHT, y, cap, HELP_COLOR)


def draw_plot(canvas: Image, tracks: Sequence[Track], place: Fit) -> None:
    """Draw the score of the last frames as a curve in the color of its state.

    It is in the top left corner, or in the right one while the target is in that.
    """
    if place.width < 2 * PLOT_WIDTH or place.height < 3 * PLOT_HEIGHT:
        return
    left, top = place.left + PAD, place.top + PAD
    at_right = place.left + place.width - PAD - PLOT_WIDTH
    box = tracks[-1].box
    if _is_covered(left, top, box, place) and not _is_covered(at_right, top, box, place):
        left = at_right
    panel(canvas, (left, top, PLOT_WIDTH, PLOT_HEIGHT), 4)
    inner_left, inner_top = left + PAD, top + PAD
    inner_width, inner_height = PLOT_WIDTH - 2 * PAD, PLOT_HEIGHT - 2 * PAD
    for share in (0.0, 0.5, 1.0):
        y = inner_top + share * inner_height
        draw_line(canvas, [(inner_left, y), (inner_left + inner_width, y)], FRAME_COLOR, 1)
    shown = list(tracks)[-PLOTTED:]
    first = PLOTTED - len(shown)
    points = [
        (
            inner_left + (first + number) / (PLOTTED - 1) * inner_width,
            inner_top + (1 - min(max(track.score, 0.0), 1.0)) * inner_height,
        )
        for number, track in enumerate(shown)
    ]
    for state, start, end in _runs(shown):
        draw_line(canvas, points[max(start - 1, 0) : end], STATE_COLORS[state], 2)


def _is_covered(left: int, top: int, box: Box, place: Fit) -> bool:
    """Tell whether a plot there would cover a target, or what is said above or below it."""
    box_left, box_top, box_right, box_bottom = edges(box, place)
    return (
        box_left < left + PLOT_WIDTH
        and max(box_right, box_left + PLOT_WIDTH) > left
        and box_top - WORDS_HEIGHT < top + PLOT_HEIGHT
        and box_bottom + WORDS_HEIGHT > top
    )


def _runs(tracks: Sequence[Track]) -> list[tuple[State, int, int]]:
    """Cut tracks where the state changes: state, first, one after the last."""
    starts = [n for n, track in enumerate(tracks) if not n or track.state != tracks[n - 1].state]
    ends = [*starts[1:], len(tracks)]
    return [(tracks[start].state, start, end) for start, end in zip(starts, ends, strict=True)]


def draw_note(canvas: Image, text: str, place: Fit) -> None:
    """Say something for a moment, at the top of the picture."""
    width, height = text_mask(text, CAP_HEIGHT)[0].shape[1] + 2 * PAD, round(CAP_HEIGHT) + 2 * PAD
    left = place.left + max((place.width - width) // 2, 0)
    panel(canvas, (left, place.top + PAD, width, height), 4)
    draw_text(canvas, text, left + PAD, place.top + 2 * PAD, CAP_HEIGHT, WHITE)
