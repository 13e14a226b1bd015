"""Balls over pixels: points on whole coordinates of a plane, with a weight each.

A disc over a raster is a run of pixels in each of its rows, and the sums over a run are differences
of sums that were added up along the row once (Crow, "Summed-area tables for texture mapping",
1984, in one direction). The ends of the runs are settled by the same test as everywhere,
``d2 <= r * r``, so the answers are those of the points one by one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .tiles import FloatArray, bounds_of

__all__ = ["Raster"]

SPARSEST = 32  # pixels of the raster to a point; beyond it the points themselves are faster
FEWEST = 1000  # points
RUNS = 1 << 12  # runs at a time, which stay in the cache


class Raster(NamedTuple):
    """Weights along each row, added up: *sums*[row, column] is over the columns before it."""

    sums: NDArray[Any]
    """(rows, columns + 1): of weight."""
    column_sums: NDArray[Any]
    """(rows, columns + 1): of weight × column, the first being 0."""
    corner: FloatArray
    """Coordinates of the first row and column."""

    @classmethod
    def of(cls, points: FloatArray, weights: FloatArray | None) -> Raster | None:
        """Lay out *points* of shape (points, 2), or give None if they are not dense pixels."""
        if points.shape[1] != 2 or len(points) < FEWEST:
            return None
        corner, last = bounds_of(points)
        rows, columns = (last - corner + 1).tolist()
        if rows * columns > SPARSEST * len(points):
            return None
        if any((some != np.rint(some)).any() for some in (points[:FEWEST], points)):
            return None
        shape = int(rows), int(columns) + 1
        # Whole numbers, where they are exact, take half the memory.
        is_small = weights is None and len(points) * columns <= np.iinfo(np.int32).max
        sums = np.zeros((2, *shape), np.int32 if is_small else np.float64)
        row, column = (points - corner).astype(np.intp).T
        weight = np.ones(len(points), sums.dtype) if weights is None else weights
        place = row * shape[1] + column + 1
        np.add.at(sums[0].reshape(-1), place, weight)
        np.add.at(sums[1].reshape(-1), place, weight * column.astype(sums.dtype))
        np.cumsum(sums, axis=2, out=sums)
        return cls(sums[0], sums[1], corner)

    def moments_within(self, centers: FloatArray, radius: float) -> FloatArray:
        """Sum weight × coordinate, and weight, over the pixels within *radius* of each center."""
        reach = np.arange(-np.ceil(radius), np.ceil(radius) + 2)
        found = np.empty((len(centers), 3))
        at_a_time = max(RUNS // len(reach), 1)
        for start in range(0, len(centers), at_a_time):
            some = slice(start, start + at_a_time)
            found[some] = self._sums(centers[some], radius * radius, reach)
        return found

    def _sums(self, centers: FloatArray, radius2: float, reach: FloatArray) -> FloatArray:
        n_rows, n_ends = self.sums.shape
        center_row, center_column = centers[:, :1], centers[:, 1:]
        row = np.floor(center_row) + reach
        row2 = np.square(row - center_row)
        half = np.sqrt(np.maximum(radius2 - row2, 0.0))
        right = _settled(np.floor(center_column + half), 1.0, center_column, row2, radius2)
        left = _settled(np.ceil(center_column - half), -1.0, center_column, row2, radius2)
        index = row - self.corner[0]
        on_it = (row2 <= radius2) & (index >= 0) & (index < n_rows)
        offset = np.where(on_it, index, 0).astype(np.intp) * n_ends
        begin = np.clip(left - self.corner[1], 0, n_ends - 1).astype(np.intp)
        end = np.clip(right + 1 - self.corner[1], 0, n_ends - 1).astype(np.intp)
        on_it &= end > begin
        begin += offset
        end += offset
        weight = (self.sums.ravel().take(end) - self.sums.ravel().take(begin)) * on_it
        columns = (
            self.column_sums.ravel().take(end) - self.column_sums.ravel().take(begin)
        ) * on_it
        total = weight.sum(1)
        column_sums = columns.sum(1) + self.corner[1] * total
        return np.column_stack([(weight * row).sum(1), column_sums, total])


def _settled(
    end: FloatArray, outward: float, center: FloatArray, row2: FloatArray, radius2: float
) -> FloatArray:
    """Move the rounded ends of runs by one pixel where the exact test says so."""
    further = row2 + np.square(end + outward - center) <= radius2
    end += outward * further
    beyond = row2 + np.square(end - center) > radius2
    end -= outward * beyond
    return end
