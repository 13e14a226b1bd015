"""Where the climbs begin: the middles of the filled bins of a grid."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["get_bin_seeds"]


def get_bin_seeds(
    X: NDArray[Any],  # noqa: N803 (scikit-learn's name)
    bin_size: float,
    min_bin_freq: int = 1,
) -> NDArray[Any]:
    """Give the middle of each bin that holds enough points, in the order of their first points.

    Parameters
    ----------
    X : array of shape (points, axes), finite
    bin_size : float, >= 0
        Side of the bins; 0 gives *X* itself.
    min_bin_freq : int
        Points a bin must hold.

    Returns
    -------
    array of shape (seeds, axes)
        *X* itself, with a warning, where there are as many seeds as points.

    Notes
    -----
    The middles pass through float32, as scikit-learn's ``get_bin_seeds`` documents by its result:
    only then do the climbs begin at the same places.
    """
    if bin_size == 0:
        return X
    bins, first, counts = np.unique(
        np.round(X / bin_size) + 0.0, axis=0, return_index=True, return_counts=True
    )
    in_order = np.argsort(first)
    enough = in_order[counts[in_order] >= min_bin_freq]
    seeds = bins[enough].astype(np.float32)
    if len(seeds) == len(X):
        warnings.warn(
            f"Binning data failed with provided bin_size={bin_size:f}, using data points as seeds.",
            stacklevel=2,
        )
        return X
    # Not in place: a NumPy float64 makes the product float64, a Python float leaves it float32.
    return np.asarray(seeds * bin_size)
