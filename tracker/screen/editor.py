"""A box that is drawn, and corrected by its handles, with the mouse."""

from __future__ import annotations

from ..box import Box
from .fitting import Fit, Point, Size, box_of_drag
from .window import Drag

__all__ = ["BoxEditor", "Grip", "grip_at", "handles", "pulled"]

REACH = 9.0  # px of the window around an edge in which it is taken hold of
LEAST = 2.0  # px of the picture that a side is kept long

Grip = tuple[int, int]
"""What of a box is held: -1 its left (upper) side, 1 its right (lower) one, 0 none of the two."""

MIDDLE: Grip = (0, 0)  # the whole box


def edges(box: Box, place: Fit) -> tuple[float, float, float, float]:
    """Give left, top, right, bottom of a box in px of the window."""
    left, top = place.left + box.x * place.scale_x, place.top + box.y * place.scale_y
    return left, top, left + box.width * place.scale_x, top + box.height * place.scale_y


def handles(box: Box, place: Fit) -> list[tuple[float, float]]:
    """Give the places of the eight handles, in px of the window."""
    left, top, right, bottom = edges(box, place)
    across, down = (left, (left + right) / 2, right), (top, (top + bottom) / 2, bottom)
    return [(x, y) for x in across for y in down if (x, y) != (across[1], down[1])]


def grip_at(box: Box, place: Fit, point: Point) -> Grip | None:
    """Tell what of the box is taken hold of at a point of the window; None beside it.

    Examples
    --------
    >>> from tracker.screen.fitting import fit
    >>> place = fit((640, 480), (640, 480))
    >>> [grip_at(Box(100, 100, 80, 60), place, at) for at in ((101, 99), (140, 162), (140, 130))]
    [(-1, -1), (0, 1), (0, 0)]
    """
    left, top, right, bottom = edges(box, place)
    across = _side_at(point[0] + 0.5, left, right)
    down = _side_at(point[1] + 0.5, top, bottom)
    return None if across is None or down is None else (across, down)


def _side_at(at: float, low: float, high: float) -> int | None:
    # of a small box a third is left to hold the whole of it by
    inside = min(REACH, (high - low) / 3)
    if not low - REACH <= at <= high + REACH:
        return None
    if at < low + inside:
        return -1
    return 1 if at > high - inside else 0


def pulled(box: Box, grip: Grip, move: tuple[float, float], picture: Size) -> Box:
    """Move what is held of a box by so many px of the picture; the box stays inside it.

    Examples
    --------
    >>> pulled(Box(100.0, 100.0, 80.0, 60.0), (1, 0), (20, 5), (640, 480))
    Box(x=100.0, y=100.0, width=100.0, height=60.0)
    >>> pulled(Box(100.0, 100.0, 80.0, 60.0), (0, 0), (-200, 5), (640, 480))
    Box(x=0.0, y=105.0, width=80.0, height=60.0)
    """
    whole = grip == MIDDLE
    left, right = _pulled_side(box.x, box.right, grip[0], move[0], picture[0], whole=whole)
    top, bottom = _pulled_side(box.y, box.bottom, grip[1], move[1], picture[1], whole=whole)
    return Box(left, top, right - left, bottom - top)


def _pulled_side(
    low: float, high: float, side: int, move: float, length: int, *, whole: bool
) -> tuple[float, float]:
    if whole:
        move = min(max(move, -low), length - high)
        return low + move, high + move
    if side < 0:
        return min(max(low + move, 0.0), high - LEAST), high
    if side > 0:
        return low, max(min(high + move, float(length)), low + LEAST)
    return low, high


class BoxEditor:
    """The box being drawn.

    Attributes
    ----------
    box : Box or None
        In px of the picture.
    """

    def __init__(self) -> None:
        self.box: Box | None = None
        self._pull: int | None = None  # which pull of the mouse is followed
        self._held: tuple[Box, Grip] | None = None  # as it was when the pull began

    def follow(self, drag: Drag, place: Fit, picture: Size) -> None:
        """Do what the mouse does: draw a box, move it, or move one of its sides."""
        if drag.start is None or drag.end is None:
            return
        if drag.n_pulls != self._pull:
            self._pull = drag.n_pulls
            grip = grip_at(self.box, place, drag.start) if self.box is not None else None
            self._held = None if grip is None or self.box is None else (self.box, grip)
        if self._held is None:
            self.box = box_of_drag(drag.start, drag.end, place, picture)
        else:
            box, grip = self._held
            across = (drag.end[0] - drag.start[0]) / place.scale_x
            down = (drag.end[1] - drag.start[1]) / place.scale_y
            self.box = pulled(box, grip, (across, down), picture)

    def clear(self) -> None:
        """Take the box away."""
        self.box = None
