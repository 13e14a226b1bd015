"""The strip under the picture that shows where in a film one is, and takes one elsewhere."""

from __future__ import annotations

from ..overlay.primitives import DARK, WHITE, Image, draw_line, panel

__all__ = ["TIMELINE_HEIGHT", "draw_timeline", "time_at"]

TIMELINE_HEIGHT = 18  # px
MARGIN = 12  # px left and right
TRACK_COLOR, DONE_COLOR = (84, 78, 74), (150, 222, 64)
KNOB = 5  # px, half its height

Span = tuple[float, float]  # seconds


def time_at(x: float, width: int, span: Span) -> float:
    """Give the time at a place across a window of that width.

    Examples
    --------
    >>> time_at(160, 320, (0.0, 10.0)), time_at(-5, 320, (0.0, 10.0))
    (5.0, 0.0)
    """
    share = (x - MARGIN) / max(width - 2 * MARGIN, 1)
    return span[0] + min(max(share, 0.0), 1.0) * (span[1] - span[0])


def draw_timeline(strip: Image, span: Span, at_s: float) -> None:
    """Draw the line with its knob into a strip of the window."""
    height, width = strip.shape[:2]
    middle, wide = height // 2, max(width - 2 * MARGIN, 1)
    share = (at_s - span[0]) / max(span[1] - span[0], 1e-9)
    done = round(min(max(share, 0.0), 1.0) * wide)
    panel(strip, (MARGIN, middle - 2, wide, 4), 2, opacity=1, color=TRACK_COLOR)
    if done > 0:
        panel(strip, (MARGIN, middle - 2, done, 4), 2, opacity=1, color=DONE_COLOR)
    for color, width_px in ((DARK, 8), (WHITE, 4)):
        x = MARGIN + done
        draw_line(strip, [(x, middle - KNOB), (x, middle + KNOB)], color, width_px)
