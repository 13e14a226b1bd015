"""Mean-shift clustering: its parameters, the order of the work, and what is known after it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels import PROFILES, ProfileName
from .ascent import ascend
from .bandwidth import estimate_bandwidth
from .bins import Cells, labels_in_cells
from .checks import check_bandwidth, checked_points, checked_weights, whole_number
from .modes import modes_of, nearest
from .raster import Raster
from .seeding import get_bin_seeds
from .surroundings import Surroundings
from .tiles import FloatArray, IndexArray

__all__ = ["MeanShift", "kept_if_it_fails", "mean_shift", "seed_paths"]

Assignment = Literal["nearest", "basin"]

MANY_SEEDS = 50_000  # every point a seed: it grows as n to the 1.5 in benchmarks/clustering.py


@dataclass(kw_only=True, eq=False)
class MeanShift:
    """Clusters as the peaks of the points' density, their number found and not given.

    Seeds climb to the mean of the points around them until they rest; of the ends within one
    bandwidth of each other the one with most points is a cluster's center (Comaniciu & Meer, "Mean
    shift: a robust approach toward feature space analysis", 2002). Parameters, attributes and
    answers are those of scikit-learn 1.9's class; the last three parameters are our own.

    Parameters
    ----------
    bandwidth : float > 0, or one for each axis; optional
        Radius within which points are averaged. Not given: :func:`estimate_bandwidth`'s, in time
        that grows with the square of the points.
    seeds : array of shape (seeds, axes), optional
        Where climbs begin. Not given: at every point, or see *bin_seeding*.
    bin_seeding : bool
        Begin in the filled bins of a grid of the bandwidth's size instead: much faster.
    min_bin_freq : int >= 1
        Points such a bin must hold.
    cluster_all : bool
        Whether a point further than one bandwidth from every center belongs to the nearest one
        too; else its label is -1.
    n_jobs : int, optional
        Taken so that calls of scikit-learn's run, and not used.
    max_iter : int >= 0
        Steps after which a seed is where it is.
    kernel : "flat", "epanechnikov" or "gaussian"
        What a point counts in a mean, by its distance.
    assign : "nearest" or "basin"
        A point belongs to the nearest center, or to the one near which its own climb ends.
    binned : bool
        Cluster the means of the filled cells of a grid of 1/16 bandwidth in place of the points:
        an approximation for tens of millions of them, and for those that come in pieces.

    Attributes
    ----------
    cluster_centers_ : array of shape (clusters, axes)
        The densest first.
    labels_ : int array of shape (points,)
    n_iter_ : int
        The most steps a seed went on after.
    n_features_in_ : int
        Axes of the points.
    bandwidth_ : float or array of shape (axes,)
        The one that was used.

    Examples
    --------
    >>> points = [[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]]
    >>> clustering = MeanShift(bandwidth=2).fit(points)
    >>> clustering.labels_.tolist()
    [1, 1, 1, 0, 0, 0]
    >>> clustering.predict([[0, 0], [5, 5]]).tolist()
    [1, 0]
    """

    bandwidth: Any = None
    seeds: Any = None
    bin_seeding: bool = False
    min_bin_freq: int = 1
    cluster_all: bool = True
    n_jobs: int | None = None
    max_iter: int = 300
    kernel: ProfileName = "flat"
    assign: Assignment = "nearest"
    binned: bool = False

    def fit(self, X: ArrayLike, y: Any = None, sample_weight: Any = None) -> MeanShift:  # noqa: N803
        """Find the clusters of *X*, finite and of shape (points, axes); *y* is not used.

        A point of *sample_weight* k >= 0 counts as k points; a bandwidth that is not given is
        estimated without it. A fit that fails leaves the model as it was.

        Raises
        ------
        ValueError
            If *X*, a weight or a parameter cannot be what it is, or no point is near any seed.
        TypeError
            If *X* is sparse, or a parameter is of another kind.
        """
        points = checked_points(X)
        weights = checked_weights(sample_weight, len(points))
        self._check_parameters(points.shape[1])
        with kept_if_it_fails(self):
            bandwidth = estimate_bandwidth(points) if self.bandwidth is None else self.bandwidth
            self.bandwidth_ = bandwidth if np.ndim(bandwidth) == 0 else np.asarray(bandwidth, float)
            self.n_features_in_ = points.shape[1]
            self.labels_ = self._fitted_labels(self._scaled(points), weights, points.dtype)
        return self

    def fit_predict(self, X: ArrayLike, y: Any = None, sample_weight: Any = None) -> IndexArray:  # noqa: N803
        """Find the clusters of *X* as :meth:`fit` does, and give the one of each point."""
        return self.fit(X, y, sample_weight).labels_

    def predict(self, X: ArrayLike) -> IndexArray:  # noqa: N803
        """Give the cluster of each point of *X*, of shape (points, axes).

        With *assign* "nearest" no label is -1, whatever *cluster_all* is: as scikit-learn has it.

        Raises
        ------
        AttributeError
            If no points were fitted yet.
        ValueError
            If *X* is not finite, or has another number of axes than those.
        TypeError
            If *X* is sparse.
        """
        if not hasattr(self, "cluster_centers_"):
            raise AttributeError("this MeanShift is not fitted yet: call fit first")
        points = checked_points(X)
        if points.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {points.shape[1]} features, but MeanShift is expecting "
                f"{self.n_features_in_} features as input"
            )
        places = self._places(self._scaled(points))
        if self.assign == "nearest":
            return nearest(places, self._scaled(self.cluster_centers_))
        return self._labels(places)

    # --- in the space where the bandwidth is the same along all axes ----------------------------

    @property
    def _radius(self) -> Any:
        return self.bandwidth_ if np.ndim(self.bandwidth_) == 0 else 1.0

    @property
    def _is_wide(self) -> bool:
        """Whether it has a bandwidth: the one estimated from equal points is 0."""
        return bool(np.all(np.greater(self.bandwidth_, 0)))

    def _scaled(self, points: NDArray[Any]) -> NDArray[Any]:
        return points if np.ndim(self.bandwidth_) == 0 else points / self.bandwidth_

    def _fitted_labels(
        self, points: NDArray[Any], weights: FloatArray | None, dtype: np.dtype[Any]
    ) -> IndexArray:
        """Make the centers, and give the label of each point."""
        if self.binned and self._is_wide:
            labels = self._cluster_cells(points, weights, dtype)
            return self._without_orphans(points, labels)
        ends = self._cluster(points, weights, dtype)
        every_point = self.seeds is None and not self.bin_seeding and len(ends) == len(points)
        climbed = self.assign == "basin" and every_point
        places = ends if climbed else self._places(points)
        del ends  # as large as the points
        return self._labels(places)

    def _cluster(
        self, points: NDArray[Any], weights: FloatArray | None, dtype: np.dtype[Any]
    ) -> FloatArray:
        """Let the seeds climb, make centers of their ends, and give these."""
        # Of no width, every kernel holds the points that are equal to its center.
        kernel: ProfileName = self.kernel if self._is_wide else "flat"
        around = Surroundings.of(
            points.astype(np.float64, copy=False), weights, float(self._radius), kernel
        )
        seeds = self._begin(points, weights, around)
        ascent = ascend(around, seeds, self.max_iter, dtype=dtype)
        if not ascent.intensities.any():
            raise ValueError(
                f"No point was within bandwidth={self.bandwidth_} of any seed: try other seeds, "
                "a larger bandwidth, or points nearer to 0 if they come from bins (float32)"
            )
        self.n_iter_ = ascent.n_iter
        self._around = around if self.assign == "basin" else None  # as large as the points
        del around
        centers = modes_of(ascent.ends, ascent.intensities, float(self._radius))
        scale = self.bandwidth_ if np.ndim(self.bandwidth_) else 1.0
        self.cluster_centers_ = (centers * scale).astype(dtype)
        return ascent.ends

    def _cluster_cells(
        self, points: NDArray[Any], weights: FloatArray | None, dtype: np.dtype[Any]
    ) -> IndexArray:
        """Do the same from the means of a grid's filled cells; give the center of each point."""
        cells, cell_of_point = Cells.of(points, weights, self._radius)
        means, side, corners = cells.means, cells.side, cells.corners
        cell_weights = cells.moments[:, -1].copy()
        del cells  # the sums may be larger than the points
        self._cluster(means, cell_weights, dtype)
        del means, cell_weights
        centers = self._scaled(self.cluster_centers_)
        return labels_in_cells(points, cell_of_point, corners, side, centers)

    def _begin(
        self, points: NDArray[Any], weights: FloatArray | None, around: Surroundings
    ) -> NDArray[Any]:
        """Give the places where climbs begin."""
        if self.seeds is not None:
            seeds = checked_points(self.seeds, "seeds")
            if seeds.shape[1] != points.shape[1]:
                raise ValueError(f"seeds of shape {seeds.shape}: X has {points.shape[1]} axes")
            return self._scaled(seeds)
        if not self.bin_seeding:
            if len(points) > MANY_SEEDS and not isinstance(around.points, Raster):
                warnings.warn(
                    f"{len(points)} points, and each a seed: the time grows faster than they do; "
                    "bin_seeding=True, or binned=True, takes a small part of it",
                    stacklevel=5,
                )
            return points if weights is None or weights.all() else points[weights > 0]
        seeds = get_bin_seeds(points, self._radius, self.min_bin_freq, weights)
        if not len(seeds):
            raise ValueError(f"min_bin_freq {self.min_bin_freq}: no bin holds as many points")
        return seeds

    def _places(self, points: NDArray[Any]) -> NDArray[Any]:
        """Give what decides about each point: itself, or where it climbs to."""
        if self._around is None:
            return points
        # Rounded as the seeds were, so that all that begin at one place come to the same one.
        return ascend(self._around, points, self.max_iter, dtype=self.cluster_centers_.dtype).ends

    def _labels(self, places: NDArray[Any]) -> IndexArray:
        return self._without_orphans(places, nearest(places, self._scaled(self.cluster_centers_)))

    def _without_orphans(self, places: NDArray[Any], labels: IndexArray) -> IndexArray:
        if not self.cluster_all:
            centers = self._scaled(self.cluster_centers_)
            away = np.sqrt(np.square(places - centers[labels]).sum(axis=1))
            labels[away > self._radius] = -1
        return labels

    def _check_parameters(self, n_axes: int) -> None:
        if self.bandwidth is not None:
            check_bandwidth(self.bandwidth, n_axes)
        whole_number(self.min_bin_freq, "min_bin_freq", 1)
        whole_number(self.max_iter, "max_iter", 0)
        for name in ("bin_seeding", "cluster_all", "binned"):
            if not isinstance(getattr(self, name), (bool, np.bool_)):
                raise TypeError(f"{name} {getattr(self, name)!r}: expected True or False")
        _check_kernel(self.kernel)
        if self.assign not in get_args(Assignment):
            raise ValueError(f'assign {self.assign!r}: expected "nearest" or "basin"')
        if self.binned and self.assign == "basin":
            raise ValueError('assign "basin" lets every point climb: it cannot be binned')


@contextmanager
def kept_if_it_fails(model: object) -> Iterator[None]:
    """Set the attributes of *model* back if what is done with it fails."""
    before = vars(model).copy()
    try:
        yield
    except BaseException:
        vars(model).clear()
        vars(model).update(before)
        raise


def _check_kernel(kernel: Any) -> None:
    if kernel not in list(PROFILES):
        raise ValueError(f"kernel {kernel!r}: expected one of {', '.join(PROFILES)}")


def mean_shift(
    X: ArrayLike,  # noqa: N803 (scikit-learn's name)
    **parameters: Any,
) -> tuple[NDArray[Any], IndexArray]:
    """Give centers and labels of the clusters of *X*; *parameters* are those of :class:`MeanShift`.

    Examples
    --------
    >>> points = [[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]]
    >>> centers, labels = mean_shift(points, bandwidth=2)
    >>> centers.round(2).tolist(), labels.tolist()
    ([[3.33, 6.0], [1.33, 0.67]], [1, 1, 1, 0, 0, 0])
    """
    model = MeanShift(**parameters).fit(X)
    return model.cluster_centers_, model.labels_


def seed_paths(
    X: ArrayLike,  # noqa: N803 (scikit-learn's name)
    seeds: ArrayLike,
    *,
    bandwidth: float,
    sample_weight: Any = None,
    kernel: ProfileName = "flat",
    max_iter: int = 300,
) -> FloatArray:
    """Give the ways of *seeds*, of shape (seeds, axes), up the density of *X*, for drawing.

    Returns
    -------
    array of shape (places, seeds, axes)
        The start, and the place after each step; a seed that has come to rest stays.

    Raises
    ------
    ValueError, TypeError
        As :meth:`MeanShift.fit`.
    """
    points, starts = checked_points(X), checked_points(seeds, "seeds")
    if starts.shape[1] != points.shape[1]:
        raise ValueError(f"seeds of shape {starts.shape}: X has {points.shape[1]} axes")
    weights = checked_weights(sample_weight, len(points))
    if not isinstance(bandwidth, Real):
        raise TypeError(f"bandwidth {bandwidth!r}: expected a number")
    check_bandwidth(bandwidth, 1)
    whole_number(max_iter, "max_iter", 0)
    _check_kernel(kernel)
    around = Surroundings.of(points.astype(np.float64), weights, float(bandwidth), kernel)
    return np.stack(ascend(around, starts, max_iter, keep_paths=True).paths)
