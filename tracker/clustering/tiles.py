"""Points packed into small boxes, so that a ball takes or leaves many of them at one test.

Sort-tile packing (Leutenegger, Lopez & Edgington, "STR: a simple and efficient algorithm for
R-tree packing", 1997), with every other slice reversed, so that the boxes of neighbors in the order
are neighbors in space across the slices' ends too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FAN",
    "TILE",
    "FloatArray",
    "IndexArray",
    "Nodes",
    "Tiles",
    "bounds_of",
    "gaps2",
    "packing_order",
]

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]

TILE = 24  # points a box; 16 to 48 tie in benchmarks/clustering.py
FAN = 8  # boxes a box of the next level
FEW_NODES = 512  # a level this small is not worth one above it


class Nodes(NamedTuple):
    """Boxes of one level."""

    low: FloatArray
    """(axes, nodes)."""
    high: FloatArray
    """(axes, nodes)."""
    totals: FloatArray
    """(axes + 1, nodes): the sums of weight × coordinate over each box, and of weight."""

    def joined(self) -> Nodes:
        """Give the boxes that hold *FAN* of these each."""
        spare = -self.low.shape[1] % FAN

        def by_fan(values: FloatArray, filling: float) -> FloatArray:
            padded = np.pad(values, ((0, 0), (0, spare)), constant_values=filling)
            return padded.reshape(len(values), -1, FAN)

        return Nodes(
            by_fan(self.low, np.inf).min(axis=2),
            by_fan(self.high, -np.inf).max(axis=2),
            by_fan(self.totals, 0.0).sum(axis=2),
        )


class Tiles(NamedTuple):
    """Points in the order of their packing, and the boxes over them, the finest first."""

    packed: FloatArray
    """(tiles, axes + 1, TILE): coordinates, and weights; to fill the last tile, its last point is
    repeated with weight 0."""
    order: NDArray[np.integer]
    """(points,): which point stands at each place; of int32 where that suffices."""
    levels: list[Nodes]

    @classmethod
    def of(cls, points: FloatArray, weights: FloatArray | None = None) -> Tiles:
        """Pack *points* of shape (points, axes), with a weight each or 1."""
        order = packing_order(points)
        n_axes, n_tiles = points.shape[1], -(-len(order) // TILE)
        filled = np.pad(order, (0, -len(order) % TILE), mode="edge")
        packed = np.empty((n_tiles, n_axes + 1, TILE))
        for axis in range(n_axes):
            packed[:, axis] = points[:, axis][filled].reshape(n_tiles, TILE)
        packed[:, -1] = 1.0 if weights is None else weights[filled].reshape(n_tiles, TILE)
        packed[-1, -1, len(order) - len(filled) or TILE :] = 0.0
        coordinates, weight = packed[:, :-1], packed[:, -1]
        sums = np.einsum("tap,tp->at", coordinates, weight)
        totals = np.vstack([sums, weight.sum(axis=1)])
        levels = [Nodes(coordinates.min(axis=2).T.copy(), coordinates.max(axis=2).T.copy(), totals)]
        while levels[-1].low.shape[1] > FEW_NODES:
            levels.append(levels[-1].joined())
        small = len(order) <= np.iinfo(np.int32).max
        order = order.astype(np.int32 if small else np.intp, copy=False)
        return cls(packed, order, levels)


def bounds_of(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the least and the largest coordinates of *points* (points, axes).

    Axis after axis, which takes a thirtieth of the time of ``min(axis=0)`` in two dimensions.
    """
    low, high = zip(*((values.min(), values.max()) for values in points.T), strict=True)
    return np.array(low), np.array(high)


def packing_order(points: FloatArray, some: IndexArray | None = None) -> IndexArray:
    """Order *points* of shape (points, axes) so that each *TILE* in a row are close together.

    Or *some* of them alone, by their numbers.
    """
    low, high = bounds_of(points if some is None else points[some])
    order = np.arange(len(points)) if some is None else some
    n_points, n_axes = len(order), points.shape[1]
    by_spread = np.argsort(low - high, kind="stable")
    slices = max(round((n_points / TILE) ** (1 / n_axes)), 2)
    lengths = [n_points] + [TILE * slices**power for power in range(n_axes - 1, -1, -1)]
    for axis, length, next_length in zip(by_spread, lengths[:-1], lengths[1:], strict=True):
        if n_points > next_length:
            order = _sorted_in_rows(order, points[:, axis], min(length, n_points))
    return order


def _sorted_in_rows(order: IndexArray, values: FloatArray, length: int) -> IndexArray:
    """Sort each *length* places of *order* by *values*, every other row downward."""
    n_whole = len(order) // length * length
    parts = []
    for rows in (order[:n_whole].reshape(-1, length), order[n_whole:].reshape(1, -1)):
        sorted_rows = np.take_along_axis(rows, _argsort(values[rows]), axis=1)
        parts.append(sorted_rows)
    whole, rest = parts
    whole[1::2] = whole[1::2, ::-1]
    if len(whole) % 2:
        rest = rest[:, ::-1]
    return np.concatenate([whole.ravel(), rest.ravel()])


def _argsort(rows: NDArray[Any]) -> IndexArray:
    """Sort each of *rows* by its values as float32, in two passes of NumPy's radix sort.

    It takes 16 bits at a time, and is several times as fast as sorting float64.
    """
    with np.errstate(over="ignore"):  # what is too large for float32 is last
        bits = (rows - rows[:1, :1]).astype(np.float32).view(np.int32)
    bits ^= (bits >> 31) & 0x7FFFFFFF  # as whole numbers in the order of the floats
    del rows  # may be the last to hold it
    low, high = bits.astype(np.uint16), (bits >> 16).astype(np.int16)
    del bits
    order = np.argsort(low, axis=1, kind="stable")
    del low
    high = np.take_along_axis(high, order, axis=1)
    by_high = np.argsort(high, axis=1, kind="stable")
    del high
    return np.take_along_axis(order, by_high, axis=1)


def gaps2(
    low: FloatArray, high: FloatArray, other_low: FloatArray, other_high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the least and the largest squared distance between points of two boxes.

    Of shapes (axes, ...) that broadcast. Rounding is monotone and the axes are added in their
    order, so both bounds hold for the rounded distances of the points to the last bit.
    """
    near: Any = None
    far: Any = None
    for axis in range(len(low)):
        above = low[axis] - other_high[axis]
        below = other_low[axis] - high[axis]
        gap = np.maximum(above, below)
        np.maximum(gap, 0.0, out=gap)
        reach = np.minimum(above, below, out=above)  # its sign goes with the square
        gap *= gap
        reach *= reach
        if axis == 0:
            near, far = gap, reach
        else:
            near += gap
            far += reach
    return near, far
