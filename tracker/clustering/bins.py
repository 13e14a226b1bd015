"""Points as sums over the cells of a fine grid: what is kept of data larger than memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .checks import check_bandwidth, checked_points, checked_weights
from .modes import nearest, surely_nearest
from .seeding import numbered
from .tiles import FloatArray, IndexArray, bounds_of

__all__ = ["Bins", "Cells", "labels_in_cells"]

CELLS = 16  # a bandwidth: centers then lie within 0.01 bandwidth of the exact ones
# A grid of more cells is not laid out, its filled cells are numbered.
WHOLE_GRID, CELLS_A_POINT = 1 << 20, 1
PIECE = 1 << 18  # points at a time, which stay in the cache
SLACK = 1e-9  # of a cell, for points that rounding puts beyond its border


class Bins:
    """Sums of points over cells of 1/16 bandwidth, to which more can be added at any time.

    Their means stand for the points: ``MeanShift(bandwidth=b).fit(bins.means,
    sample_weight=bins.weights)``.

    Parameters
    ----------
    bandwidth : float > 0, or one for each axis

    Examples
    --------
    >>> morning = Bins(2).partial_fit([[0, 0], [1, 7]])
    >>> both = morning.merge(Bins(2).partial_fit([[0, 0]]))
    >>> both.means.tolist(), both.weights.tolist()
    ([[0.0, 0.0], [1.0, 7.0]], [2.0, 1.0])
    """

    def __init__(self, bandwidth: Any) -> None:
        check_bandwidth(bandwidth, np.size(bandwidth))
        self.bandwidth = bandwidth
        self._cells: Cells | None = None

    @property
    def means(self) -> FloatArray:
        """The mean of each filled cell's points, (cells, axes)."""
        return self._filled().means

    @property
    def weights(self) -> FloatArray:
        """The weight of each filled cell's points, (cells,)."""
        return self._filled().moments[:, -1]

    def partial_fit(self, X: ArrayLike, y: Any = None, sample_weight: Any = None) -> Bins:  # noqa: N803
        """Add points of shape (points, axes), with a weight each or 1; *y* is not used.

        Raises
        ------
        ValueError, TypeError
            As :meth:`MeanShift.fit`, or if they have another number of axes than those before.
        """
        points = checked_points(X)
        weights = checked_weights(sample_weight, len(points))
        check_bandwidth(self.bandwidth, points.shape[1])
        cells, _ = Cells.of(points, weights, self.bandwidth)
        self._cells = cells if self._cells is None else self._cells.joined(cells)
        return self

    def merge(self, other: Bins) -> Bins:
        """Add the points of *other*, which is left as it is.

        Raises
        ------
        ValueError
            If its bandwidth is another, or its points have another number of axes.
        """
        if not np.array_equal(self.bandwidth, other.bandwidth):
            raise ValueError(f"bins of bandwidth {other.bandwidth}: expected {self.bandwidth}")
        if other._cells is not None:
            self._cells = other._cells if self._cells is None else self._cells.joined(other._cells)
        return self

    def _filled(self) -> Cells:
        if self._cells is None:
            raise ValueError("no points yet: call partial_fit first")
        return self._cells


class Cells(NamedTuple):
    """The cells of a grid in which there are points."""

    side: FloatArray
    """(axes,)."""
    corners: FloatArray
    """(cells, axes): the least coordinates, in sides; whole numbers."""
    moments: FloatArray
    """(cells, axes + 1): sums of weight × coordinate, and of weight."""

    @classmethod
    def of(
        cls, points: FloatArray, weights: FloatArray | None, bandwidth: Any
    ) -> tuple[Cells, IndexArray]:
        """Add up *points* of shape (points, axes); give the number of each one's cell, too."""
        n_axes = points.shape[1]
        side = np.array(np.broadcast_to(np.asarray(bandwidth, np.float64) / CELLS, n_axes))
        least, most = bounds_of(points)
        low = np.floor(least / side)
        extents = np.floor(most / side) - low + 1.0
        if extents.prod() > min(WHOLE_GRID, CELLS_A_POINT * len(points)):
            return cls._numbered(points, weights, side)
        shape = tuple(extents.astype(int).tolist())
        sums = np.zeros((n_axes + 1, extents.astype(int).prod()))
        filled = np.zeros(sums.shape[1], np.bool_)
        place = np.empty(len(points), np.intp)
        for start in range(0, len(points), PIECE):
            some = slice(start, start + PIECE)
            where = _along(points[some], side, low, shape)
            place[some] = where
            filled[where] = True
            weight = np.ones(len(where)) if weights is None else weights[some]
            for axis in range(n_axes):
                sums[axis] += np.bincount(where, points[some, axis] * weight, sums.shape[1])
            sums[-1] += np.bincount(where, weight, sums.shape[1])
        corners = low + np.stack(np.unravel_index(np.flatnonzero(filled), shape), axis=1)
        rank = np.cumsum(filled) - 1
        return cls(side, corners, sums[:, filled].T.copy()), rank[place]

    @classmethod
    def _numbered(
        cls, points: FloatArray, weights: FloatArray | None, side: FloatArray
    ) -> tuple[Cells, IndexArray]:
        """Do the same on a grid of which few cells are filled."""
        corners = np.floor(points / side)
        _, first, cell_of_point = np.unique(
            numbered(corners), return_index=True, return_inverse=True
        )
        weight = np.ones(len(points)) if weights is None else weights
        columns = [points[:, axis] * weight for axis in range(points.shape[1])]
        sums = [np.bincount(cell_of_point, values, len(first)) for values in (*columns, weight)]
        return cls(side, corners[first], np.stack(sums, axis=1)), cell_of_point

    @property
    def means(self) -> FloatArray:
        """Of each cell's points, (cells, axes); its middle where they weigh nothing."""
        weight = self.moments[:, -1:]
        middles = (self.corners + 0.5) * self.side
        means: FloatArray = np.divide(self.moments[:, :-1], weight, out=middles, where=weight > 0)
        return means

    def joined(self, other: Cells) -> Cells:
        """Give these cells with the sums of those of *other*, on the same grid, added."""
        if self.corners.shape[1] != other.corners.shape[1]:
            raise ValueError(
                f"points with {other.corners.shape[1]} axes: expected {self.corners.shape[1]}"
            )
        corners = np.concatenate([self.corners, other.corners])
        moments = np.concatenate([self.moments, other.moments])
        order = np.argsort(numbers := numbered(corners), kind="stable")
        starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
        return Cells(self.side, corners[order[starts]], np.add.reduceat(moments[order], starts))


def labels_in_cells(
    points: FloatArray,
    cell_of_point: IndexArray,
    corners: FloatArray,
    side: FloatArray,
    centers: FloatArray,
) -> IndexArray:
    """Give the nearest of *centers* of each point, exactly; one test decides most cells."""
    low, high = (corners - SLACK) * side, (corners + 1 + SLACK) * side
    labels = surely_nearest(low.T, high.T, centers)[cell_of_point]
    open_ = np.flatnonzero(labels < 0)
    if len(open_):
        labels[open_] = nearest(points[open_], centers)
    return labels


def _along(
    points: FloatArray, side: FloatArray, low: FloatArray, shape: tuple[int, ...]
) -> IndexArray:
    """Give the number of each point's cell along the whole grid."""
    where = np.zeros(len(points))
    for axis, extent in enumerate(shape):
        where *= extent
        where += np.floor(points[:, axis] / side[axis]) - low[axis]
    return where.astype(np.intp)
