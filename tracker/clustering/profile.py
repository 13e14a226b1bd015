"""Clusters against bandwidth: what a person needs to choose one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .bandwidth import estimate_bandwidth
from .checks import checked_points
from .meanshift import MeanShift
from .tiles import FloatArray, IndexArray

__all__ = ["BandwidthProfile", "agreement", "bandwidth_profile"]

QUANTILES = 0.02, 0.5  # between whose estimates bandwidths are tried
STEPS = 24
SAMPLE = 1000  # points the estimates are made from
STABLE = 0.9  # agreement of what stays the same; 0.8 to 0.95 find as many blobs among outliers
WITH_A_NEIGHBOR = 2.5  # points: whatever the rounding, the point itself and its nearest one


class BandwidthProfile(NamedTuple):
    """What each bandwidth makes of the points."""

    bandwidths: FloatArray
    n_clusters: IndexArray
    stability: FloatArray
    """Agreement of the labels with those of the next smaller and the next larger bandwidth, the
    lesser of the two: the adjusted Rand index (Hubert & Arabie, "Comparing partitions", 1985). 0
    where each point is a cluster."""

    @property
    def widest_plateau(self) -> float:
        """The middle of the longest range, by ratio, over which the clusters stay the same.

        So a few points far from all others, each a cluster or not, do not count as their number
        does. One cluster, and a cluster for each point, are no answers. Where nothing stays, the
        bandwidth of most stability; 1 cluster is given if there is no other answer.
        """
        several = self.n_clusters > 1
        if not several.any():
            several[:] = True
        stays = several & (self.stability >= STABLE)
        if not stays.any():
            return float(self.bandwidths[several][self.stability[several].argmax()])
        runs = np.split(np.arange(len(stays)), np.flatnonzero(np.diff(stays)) + 1)
        # Of equal ranges the larger bandwidth: fewer clusters.
        longest = max((run for run in runs if stays[run[0]]), key=lambda run: (len(run), run[0]))
        return float(self.bandwidths[longest[len(longest) // 2]])


def bandwidth_profile(
    X: ArrayLike,  # noqa: N803 (scikit-learn's name)
    bandwidths: ArrayLike | None = None,
    **parameters: Any,
) -> BandwidthProfile:
    """Cluster *X* with each of *bandwidths*, from bins.

    Parameters
    ----------
    X : array of shape (points, axes)
    bandwidths : numbers > 0, optional
        24 in equal ratios if not given, between estimates from the 2 % and the 50 % nearest
        neighbors.
    **parameters
        Of :class:`MeanShift`; ``bin_seeding`` is True if not given.

    Raises
    ------
    ValueError
        If no bandwidths are given and none can be found: too few points, or too many equal ones.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> points = np.concatenate([rng.normal(place, 0.3, (99, 2)) for place in (0, 3, 9)])
    >>> profile = bandwidth_profile(points)
    >>> MeanShift(bandwidth=profile.widest_plateau).fit(points).cluster_centers_.shape
    (3, 2)
    """
    points = checked_points(X)
    if bandwidths is None:
        least = min(WITH_A_NEIGHBOR / min(len(points), SAMPLE), 1.0)
        low, high = (
            estimate_bandwidth(points, quantile=max(quantile, least), n_samples=SAMPLE)
            for quantile in QUANTILES
        )
        if not 0 < low < high:
            raise ValueError(
                "too few points, or too many equal ones, to find bandwidths to try: give bandwidths"
            )
        bandwidths = np.geomspace(low, high, STEPS)
    tried = np.asarray(bandwidths, np.float64)
    if tried.ndim != 1 or not len(tried):
        raise ValueError(f"bandwidths {bandwidths!r}: expected a list of numbers > 0")
    tried = np.sort(tried)
    options = {"bin_seeding": True, **parameters}
    models = [MeanShift(bandwidth=float(each), **options).fit(points) for each in tried]
    alike = [agreement(a.labels_, b.labels_) for a, b in pairwise(models)]
    n_clusters = np.array([len(model.cluster_centers_) for model in models])
    stability = np.minimum([1.0, *alike], [*alike, 1.0])
    stability[n_clusters == len(points)] = 0.0
    return BandwidthProfile(tried, n_clusters, stability)


def agreement(labels: IndexArray, others: IndexArray) -> float:
    """Give the adjusted Rand index of two labelings: 1 the same, about 0 by chance."""
    labels, others = labels - labels.min(), others - others.min()
    n_others = int(others.max()) + 1
    pairs = np.unique(labels * n_others + others, return_counts=True)[1].astype(np.float64)
    sizes, other_sizes = np.bincount(labels).astype(float), np.bincount(others).astype(float)

    def together(counts: FloatArray) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    both, one, other = together(pairs), together(sizes), together(other_sizes)
    chance = one * other / max(together(np.array([float(len(labels))])), 1.0)
    most = (one + other) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)
