"""Balls over pixels: points on whole coordinates of a plane, with a weight each.

A disc over a raster is a run of pixels in each of its rows, and the sums over a run are differences
of sums that were added up along the row once (Crow, "Summed-area tables for texture mapping",
1984, in one direction). The ends of the runs are settled by the same test as everywhere,
``d2 <= r * r``, so the answers are those of the points one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .tiles import FloatArray

__all__ = ["Raster"]

SPARSEST = 8  # pixels of the raster to a point; beyond it the points themselves are faster
FEWEST = 1000  # points
RUNS = 1 << 14  # runs at a time, which stay in the cache


class Raster(NamedTuple):
    """Weights along each row, added up: *sums*[row, column] is over the columns before it."""

    sums: FloatArray
    """(rows, columns + 1): of weight."""
    column_sums: FloatArray
    """(rows, columns + 1): of weight × column, absolute."""
    corner: FloatArray
    """Coordinates of the first row and column."""

    @classmethod
    def of(cls, points: FloatArray, weights: FloatArray | None) -> Raster | None:
        """Lay out *points* of shape (points, 2), or give None if they are not dense pixels."""
        if points.shape[1] != 2 or len(points) < FEWEST:
            return None
        corner = points.min(axis=0)
        rows, columns = (points.max(axis=0) - corner + 1).tolist()
        if rows * columns > SPARSEST * len(points) or (points != np.rint(points)).any():
            return None
        shape = int(rows), int(columns)
        row, column = (points - corner).astype(np.intp).T
        flat = np.bincount(row * shape[1] + column, weights, shape[0] * shape[1])
        weight = flat.astype(np.float64).reshape(shape)
        sums = np.zeros((2, shape[0], shape[1] + 1))
        np.cumsum(weight, axis=1, out=sums[0, :, 1:])
        weight *= corner[1] + np.arange(shape[1])
        np.cumsum(weight, axis=1, out=sums[1, :, 1:])
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
        return np.column_stack([(weight * row).sum(1), columns.sum(1), weight.sum(1)])


def _settled(
    end: FloatArray, outward: float, center: FloatArray, row2: FloatArray, radius2: float
) -> FloatArray:
    """Move the rounded ends of runs by one pixel where the exact test says so."""
    further = row2 + np.square(end + outward - center) <= radius2
    end += outward * further
    beyond = row2 + np.square(end - center) > radius2
    end -= outward * beyond
    return end
