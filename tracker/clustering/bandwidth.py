"""A bandwidth from the points: how far away the neighbor is that closes a share of them in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .checks import checked_points, whole_number

__all__ = ["estimate_bandwidth"]

BLOCK = 1 << 18  # distances held at a time: 2 MB, which stay in the cache


def estimate_bandwidth(
    X: ArrayLike,  # noqa: N803 (scikit-learn's name)
    *,
    quantile: float = 0.3,
    n_samples: int | None = None,
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int | None = None,
) -> np.float64:
    """Average over the points the distance to the neighbor number ``int(quantile * points)``.

    A point is its own first neighbor. Time grows with the square of the points: give *n_samples*.

    Parameters
    ----------
    X : array of shape (points, axes), finite
    quantile : float, 0 to 1
    n_samples : int, optional
        Points drawn without replacement; all if there are fewer.
    random_state : int, RandomState or None
        How they are drawn; None draws others each time.
    n_jobs : int, optional
        Taken so that calls of scikit-learn's run, and not used.

    Raises
    ------
    ValueError
        If *X* is not two-dimensional, is empty or not finite, or an option is out of its range.

    Examples
    --------
    >>> points = [[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]]
    >>> round(float(estimate_bandwidth(points, quantile=0.5)), 2)
    1.62
    """
    points = checked_points(X).astype(np.float64, copy=False)
    if not 0 <= quantile <= 1:
        raise ValueError(f"quantile {quantile}: must be between 0 and 1")
    if n_samples is not None:
        whole_number(n_samples, "n_samples", 1)
        rng = random_state
        if not isinstance(rng, np.random.RandomState):
            rng = np.random.RandomState(rng)  # the generator they draw with
        points = points[rng.permutation(len(points))[:n_samples]]
    nearest = max(int(len(points) * quantile), 1) - 1
    total = 0.0
    rows = max(BLOCK // len(points), 1)
    for start in range(0, len(points), rows):
        distance2 = np.zeros((len(points[start : start + rows]), len(points)))
        for axis in points.T:
            apart = axis - axis[start : start + rows, None]
            np.multiply(apart, apart, out=apart)
            distance2 += apart
        distance2.partition(nearest, axis=1)
        total += float(np.sqrt(distance2[:, nearest]).sum())
    return np.float64(total / len(points))
