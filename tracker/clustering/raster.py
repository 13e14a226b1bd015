"""Balls over pixels: points on whole coordinates of a plane, with a weight each.

A disc over a raster is a run of pixels in each of its rows, and the sums over a run are differences
of sums that were added up along the row once (Crow, "Summed-area tables for texture mapping",
1984, in one direction). They are kept for filled pixels alone, which are found by counting the
filled ones before a pixel (Jacobson, "Space-efficient static trees and graphs", 1989). The ends of
the runs are settled by the same test as everywhere, ``d2 <= r * r``, so the answers are those of
the points one by one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .tiles import FloatArray, IndexArray, bounds_of

__all__ = ["Raster"]

SPARSEST = 32  # pixels of the raster to a point; beyond it the points themselves are faster
FEWEST = 1000  # points
RUNS = 1 << 12  # runs at a time, which stay in the cache
BLOCK_BITS = 8  # of as many pixels as a byte counts those before one


class Raster(NamedTuple):
    """Which pixels are filled, row after row, and their weights along each row, added up.

    The sums over what is before pixel p, in row r, stand at place
    *before_block*[p // 256] + *before*[p] + r.
    """

    before: NDArray[np.uint8]
    """(pixels,): the filled pixels before each in its block."""
    before_block: IndexArray
    """(blocks,): the filled pixels before each block."""
    sums: NDArray[Any]
    """(filled + rows,): of weight."""
    column_sums: NDArray[Any]
    """(filled + rows,): of weight × column, the first column being 0."""
    shape: tuple[int, int]
    """Rows and columns."""
    corner: FloatArray
    """Coordinates of the first row and column."""

    @classmethod
    def of(cls, points: FloatArray, weights: FloatArray | None) -> Raster | None:
        """Lay out *points* of shape (points, 2), or give None if they are not dense pixels."""
        if points.shape[1] != 2 or len(points) < FEWEST:
            return None
        corner, last = bounds_of(points)
        rows, columns = (last - corner + 1).tolist()
        if rows * columns > SPARSEST * len(points) or rows > len(points):
            return None
        if any((some != np.rint(some)).any() for some in (points[:FEWEST], points)):
            return None
        row, column = (
            (values - least).astype(np.intp) for values, least in zip(points.T, corner, strict=True)
        )
        shape = int(rows), int(columns)
        filled = np.zeros(((shape[0] * shape[1] >> BLOCK_BITS) + 1, 1 << BLOCK_BITS), np.bool_)
        filled.reshape(-1)[row * shape[1] + column] = True
        before = np.cumsum(filled, axis=1, dtype=np.uint8)
        before -= filled  # the last of 256 has gone round to 0, and comes back to 255
        ends = np.cumsum(np.count_nonzero(filled, axis=1))
        before_block = np.concatenate([[0], ends[:-1]])
        empty = np.empty(0)
        counted = cls(before.reshape(-1), before_block, empty, empty, shape, corner)
        del filled
        return counted._summed(row, column, weights)

    def _summed(self, row: IndexArray, column: IndexArray, weights: FloatArray | None) -> Raster:
        """Give this with the sums."""
        places = self._places(row, column) + 1
        size = int(places.max()) + 1
        starts = self._places(np.arange(self.shape[0]), np.zeros(1, np.intp))
        # Whole numbers, where they are exact, take half the memory.
        is_small = weights is None and len(row) * self.shape[1] <= np.iinfo(np.int32).max
        found = []
        for shares in (weights, column if weights is None else weights * column):
            sums = np.bincount(places, shares, size)
            if weights is None:
                sums = np.cumsum(sums, dtype=np.int32 if is_small else np.float64)
            else:  # each row for itself, so that none is less exact for those before it
                for start, stop in pairwise([*starts.tolist(), size]):
                    np.cumsum(sums[start:stop], out=sums[start:stop])
            found.append(sums)
        return self._replace(sums=found[0], column_sums=found[1])

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
        row, ends, on_it = self._runs(centers, radius2, reach)
        places = self._places(row.astype(np.intp), ends)
        del ends
        weight, column = (
            (sums[1] - sums[0]) * on_it
            for sums in (self.sums.take(places), self.column_sums.take(places))
        )
        total = weight.sum(1)
        moments = np.column_stack([(weight * row).sum(1), column.sum(1), total])
        moments[:, :-1] += self.corner * moments[:, -1:]
        return moments

    def _runs(
        self, centers: FloatArray, radius2: float, reach: FloatArray
    ) -> tuple[FloatArray, IndexArray, NDArray[np.bool_]]:
        """Give the runs of the discs, from *corner* on, and which of them are on the raster.

        Their rows (centers, runs), and first columns and those after the last (2, centers, runs).
        """
        n_rows, n_columns = self.shape
        row = np.floor(centers[:, :1]) + reach
        row2 = np.square(row - centers[:, :1])
        ends = _run_ends(centers[:, 1:], row2, radius2)
        ends -= self.corner[1]
        np.minimum(np.maximum(ends, 0.0, out=ends), n_columns, out=ends)
        row -= self.corner[0]
        on_it = (row2 <= radius2) & (row >= 0) & (row < n_rows) & (ends[1] > ends[0])
        row *= on_it
        return row, ends.astype(np.intp), on_it

    def _places(self, row: IndexArray, column: IndexArray) -> IndexArray:
        """Give where the sums over what is before *column* of *row* stand."""
        pixel = row * self.shape[1] + column
        places = row + self.before.take(pixel)
        pixel >>= BLOCK_BITS
        places += self.before_block.take(pixel)
        return places


def _run_ends(center: FloatArray, row2: FloatArray, radius2: float) -> FloatArray:
    """Give the first column of each row's run and the one after its last, (2, centers, rows).

    Both at once, the first by its mirror image: squares are the same to the last bit. The rounded
    ends are moved by one pixel where the exact test says so.
    """
    mirrored = np.stack([-center, center])
    ends: FloatArray = np.floor(np.sqrt(np.maximum(radius2 - row2, 0.0)) + mirrored)
    ends += np.square(ends + 1.0 - mirrored) + row2 <= radius2
    ends -= np.square(ends - mirrored) + row2 > radius2
    np.negative(ends[0], out=ends[0])
    ends[1] += 1.0
    return ends
