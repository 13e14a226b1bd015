"""A bandwidth from the points: how far away the neighbor is that closes a share of them in."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .checks import checked_points, whole_number
from .tiles import FloatArray, packing_order

__all__ = ["estimate_bandwidth"]

BLOCK = 1 << 14  # distances held at a time: 128 kB, which stay in the cache
FEW = 1000  # points, of which it is faster to look at all
PARTS = 16  # into which a set of points is divided
TOGETHER = 12  # points whose distances to the rest are all looked at
ROUNDING = 1e-9  # of a distance, far above that of any sum of squares


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
    TypeError
        If *X* is sparse, or an option is of another kind.

    Examples
    --------
    >>> points = [[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]]
    >>> round(float(estimate_bandwidth(points, quantile=0.5)), 2)
    1.62
    """
    points = checked_points(X).astype(np.float64, copy=False)
    if not isinstance(quantile, Real):
        raise TypeError(f"quantile {quantile!r}: expected a number")
    if not 0 <= quantile <= 1:
        raise ValueError(f"quantile {quantile}: must be between 0 and 1")
    if n_samples is not None:
        whole_number(n_samples, "n_samples", 1)
        points = points[_rng(random_state).permutation(len(points))[:n_samples]]
    nearest = max(int(len(points) * quantile), 1) - 1
    ordered = np.ascontiguousarray(points[packing_order(points)].T)
    return np.float64(_total(ordered, ordered, nearest) / len(points))


def _rng(random_state: Any) -> np.random.RandomState:
    """Give the generator that scikit-learn draws with."""
    if isinstance(random_state, np.random.RandomState):
        return random_state
    if random_state is not None and not isinstance(random_state, Integral):
        raise ValueError(
            f"random_state {random_state!r}: expected a whole number, a RandomState or None"
        )
    return np.random.RandomState(None if random_state is None else int(random_state))


def _total(own: FloatArray, others: FloatArray, nearest: int) -> float:
    """Sum over *own* points the distance to that of *others* which has *nearest* closer ones.

    Both of shape (axes, points). That distance, r at a point q, is between r - δ and r + δ at a
    point within δ of q. So what is closer to q than r - 2 δ is among the closer ones of all those
    points, and what is further than r + 2 δ is not: only the rest is looked at for them.
    """
    n_own = own.shape[1]
    if n_own <= TOGETHER or others.shape[1] <= FEW:
        return _total_of_all(own, others, nearest)
    total = 0.0
    size = max(-(-n_own // PARTS), TOGETHER)
    for start in range(0, n_own, size):
        part = own[:, start : start + size]
        middle = part[:, part.shape[1] // 2, None]
        distances = np.sqrt(_distances2(middle, others)[0])
        radius = np.partition(distances, nearest)[nearest]
        within = np.sqrt(_distances2(middle, part).max())
        slack = 2 * within + ROUNDING * (radius + within)
        closer = distances < radius - slack
        rest = others.compress(~closer & (distances <= radius + slack), axis=1)
        n_closer = int(np.count_nonzero(closer))
        del distances, closer  # as many as the points
        total += _total(part, rest, nearest - n_closer)
    return total


def _total_of_all(own: FloatArray, others: FloatArray, nearest: int) -> float:
    """Do the same by all the distances there are."""
    total = 0.0
    columns = max(BLOCK // others.shape[1], 1)
    for start in range(0, own.shape[1], columns):
        distances2 = _distances2(own[:, start : start + columns], others)
        distances2.partition(nearest, axis=1)
        total += float(np.sqrt(distances2[:, nearest]).sum())
    return total


def _distances2(own: FloatArray, others: FloatArray) -> FloatArray:
    """Squared distances, of shape (own points, others)."""
    total = np.zeros((own.shape[1], others.shape[1]))
    for place, values in zip(own, others, strict=True):
        apart = values - place[:, None]
        apart *= apart
        total += apart
    return total
