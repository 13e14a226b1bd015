"""Where the climbs begin: the middles of the filled bins of a grid."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import checked_points, checked_weights

__all__ = ["get_bin_seeds", "numbered"]

LARGEST_SPAN = 2**53  # whole numbers a float64 tells apart


def get_bin_seeds(
    X: ArrayLike,  # noqa: N803 (scikit-learn's name)
    bin_size: float,
    min_bin_freq: float = 1,
    sample_weight: Any = None,
) -> NDArray[Any]:
    """Give the middle of each bin that holds enough points, in the order of their first points.

    Parameters
    ----------
    X : array of shape (points, axes), finite
    bin_size : float, >= 0
        Side of the bins; 0 gives *X* itself.
    min_bin_freq : float
        Points a bin must hold, or their weight; up to 1, all bins that hold any will do.
    sample_weight : array of shape (points,), optional

    Returns
    -------
    array of shape (seeds, axes)
        *X* itself, with a warning, where there are as many seeds as points.

    Raises
    ------
    ValueError
        If *X* or a weight cannot be what it is, as :meth:`MeanShift.fit`, or *bin_size* is
        negative or not finite.
    TypeError
        If *X* is sparse.

    Notes
    -----
    The middles pass through float32, as scikit-learn's ``get_bin_seeds`` documents by its result:
    only then do the climbs begin at the same places.
    """
    points = checked_points(X)
    weights = checked_weights(sample_weight, len(points))
    if not 0 <= bin_size < math.inf:
        raise ValueError(f"bin_size {bin_size}: must be >= 0 and finite")
    if bin_size == 0:
        return points
    rounded = np.round(points / bin_size) + 0.0
    first, counts = _bins_of(rounded, weights)
    enough = counts >= min_bin_freq if min_bin_freq > 1 else counts > 0
    seeds = rounded[first[enough]].astype(np.float32)
    if len(seeds) == len(points):
        warnings.warn(
            f"Binning data failed with provided bin_size={bin_size:f}, using data points as seeds.",
            stacklevel=2,
        )
        return points
    # Not in place: a NumPy float64 makes the product float64, a Python float leaves it float32.
    return np.asarray(seeds * bin_size)


def _bins_of(
    rounded: NDArray[Any], weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Give the first row of each kind of *rounded* (rows, axes), in their order, and its weight."""
    kinds = numbered(rounded)
    order = np.argsort(kinds, kind="stable")
    starts = np.flatnonzero(np.diff(kinds[order], prepend=-1))
    if weights is None:
        counts = np.diff(starts, append=len(order))
    else:
        counts = np.add.reduceat(weights[order], starts)
    first = order[starts]
    in_order = np.argsort(first)
    return first[in_order], counts[in_order]


def numbered(rounded: NDArray[Any]) -> NDArray[np.int64]:
    """Give each row of whole numbers (rows, axes) one number >= 0, equal for equal rows alone."""
    numbers = np.zeros(len(rounded), np.int64)
    span = 1
    for axis in rounded.T.astype(np.float64):
        low, high = axis.min(), axis.max()
        values, extent = axis - low, float(high - low) + 1
        if span * extent > LARGEST_SPAN:  # by rank, as many as there are
            numbers = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
            values = np.unique(values, return_inverse=True)[1]
            span, extent = len(numbers), len(numbers)
        numbers *= int(extent)
        numbers += values.astype(np.int64)
        span *= int(extent)
    return numbers
