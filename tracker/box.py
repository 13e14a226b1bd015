"""Boxes: where a target is, in float pixels, edges rather than pixel centers.

Pixel (0, 0) covers [0, 1) × [0, 1), so the box of a whole 320×240 frame is ``(0, 0, 320, 240)``
and its center (160, 120). ``docs/coordinates.md`` has the rules and the half-pixel terms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import BoxError

__all__ = ["Box", "RotatedBox", "iou"]

LONGEST_SHOWN = 80  # characters of a wrong box in a message of one line


class Box(NamedTuple):
    """An upright box: left and top edge, width and height, in float pixels.

    Examples
    --------
    >>> box = Box(10, 20, 40, 30)
    >>> box.center
    (30.0, 35.0)
    >>> box.centered_at(0, 0)
    Box(x=-20.0, y=-15.0, width=40, height=30)
    """

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, values: Iterable[Any]) -> Box:
        """Read any four numbers (x, y, width, height): tuple, list, array, tensor, floats or ints.

        Raises
        ------
        BoxError
            If there are not four finite numbers, or the width or height is not above 0.
        """
        try:
            numbers = [float(value) for value in values]
        except (TypeError, ValueError, OverflowError):
            numbers = []
        # Text is refused too, "1234" would be read digit by digit; and what has no order.
        if len(numbers) != 4 or isinstance(values, str | bytes | set | frozenset | dict):
            shown = _in_one_line(values)
            raise BoxError(f"box {shown}: expected four numbers (x, y, width, height)")
        box = cls(*numbers)
        if not all(map(math.isfinite, box)):
            raise BoxError(f"box {box}: all four numbers must be finite")
        for side, length in (("width", box.width), ("height", box.height)):
            if length <= 0:
                raise BoxError(
                    f"box {box}: {side} must be > 0; for two corners use Box.from_corners"
                )
        return box

    @classmethod
    def from_corners(cls, left: float, top: float, right: float, bottom: float) -> Box:
        """Make a box of two opposite corners, given in any order."""
        return cls.of((min(left, right), min(top, bottom), abs(right - left), abs(bottom - top)))

    @classmethod
    def around(cls, center: tuple[float, float], width: float, height: float) -> Box:
        """Make the box of this size about a center (x, y)."""
        return cls(center[0] - width / 2, center[1] - height / 2, width, height)

    def __str__(self) -> str:
        return "({:g}, {:g}, {:g}, {:g})".format(*self)

    @property
    def right(self) -> float:
        """The right edge; the first pixel column that is not inside."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The bottom edge; the first pixel row that is not inside."""
        return self.y + self.height

    @property
    def center(self) -> tuple[float, float]:
        """The middle, (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.width, self.height

    @property
    def area(self) -> float:
        """Width times height, in square pixels."""
        return self.width * self.height

    @property
    def side(self) -> float:
        """The side of the square of the same area, √(width · height)."""
        return math.sqrt(self.width * self.height)

    def centered_at(self, x: float, y: float) -> Box:
        """Move the box, of the same size, so that its center is (x, y)."""
        return Box(x - self.width / 2, y - self.height / 2, self.width, self.height)

    def scaled(self, factor: float) -> Box:
        """Grow or shrink the box about its center."""
        return Box.around(self.center, self.width * factor, self.height * factor)

    def share_inside(self, width: float, height: float) -> float:
        """Tell what share of the box lies in a frame of this width and height: 0 to 1."""
        return self.shared_area(Box(0.0, 0.0, width, height)) / self.area

    def shared_area(self, other: Box) -> float:
        """Give the area that two boxes have in common, in square pixels."""
        x, y, width, height = self
        left, top, other_width, other_height = other
        across = min(x + width, left + other_width) - max(x, left)
        down = min(y + height, top + other_height) - max(y, top)
        return max(across, 0.0) * max(down, 0.0)


def _in_one_line(values: Any) -> str:
    """Show what was given for a box, however long it is."""
    shown = " ".join(repr(values).split())
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]} ..."


class RotatedBox(NamedTuple):
    """A turned box, in the form ``cv2.boxPoints`` and ``cv2.ellipse`` take.

    ``angle_deg`` turns the box about its center, clockwise as seen on the screen (y points down).
    """

    center: tuple[float, float]
    size: tuple[float, float]
    angle_deg: float

    def corners(self) -> NDArray[np.float64]:
        """Give the corners, (4, 2) x and y: top left first, then clockwise (before turning)."""
        angle = math.radians(self.angle_deg)
        along = np.array([math.cos(angle), math.sin(angle)]) * (self.size[0] / 2)
        across = np.array([-math.sin(angle), math.cos(angle)]) * (self.size[1] / 2)
        middle = np.array(self.center)
        return np.stack(
            [
                middle - along - across,
                middle + along - across,
                middle + along + across,
                middle - along + across,
            ]
        )


def iou(boxes: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Intersection over union of boxes, pair by pair.

    Parameters
    ----------
    boxes, others : array_like of shape (4,) or (n, 4)
        (x, y, width, height); the two shapes are broadcast.

    Returns
    -------
    float64 array of shape () or (n,)
        0 (apart) to 1 (the same); 0 where both are empty, NaN where a number is NaN.

    Raises
    ------
    BoxError
        If the boxes have not four numbers each.

    Examples
    --------
    >>> float(iou((0, 0, 10, 10), (5, 0, 10, 10)))
    0.3333333333333333
    """
    a, b = np.asarray(boxes, np.float64), np.asarray(others, np.float64)
    for each in (a, b):
        if each.shape[-1:] != (4,):
            raise BoxError(f"boxes of shape {each.shape}: expected (4,) or (n, 4)")
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    shared = np.maximum(high - low, 0).prod(axis=-1)
    union = a[..., 2:].prod(axis=-1) + b[..., 2:].prod(axis=-1) - shared
    result: NDArray[np.float64] = np.divide(
        shared, union, out=np.zeros_like(union), where=union != 0
    )
    return result
