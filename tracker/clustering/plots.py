"""Clusters and bandwidths as pictures. Needs ``pip install "meanshift-tracker[plot]"``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .profile import BandwidthProfile
from .tiles import FloatArray, IndexArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_clusters", "draw_profile"]

# Paul Tol's muted palette: told apart by color-blind readers too.
COLORS = [
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733",
]  # fmt: skip
ORPHAN_COLOR, INK = "#bbbbbb", "#1f2328"
MOST_DRAWN = 20_000  # points; more hide each other, and make a large file
HISTOGRAM_BINS = 80


def draw_clusters(
    X: ArrayLike,  # noqa: N803 (scikit-learn's name)
    labels: IndexArray,
    centers: FloatArray,
    *,
    bandwidth: Any = None,
    names: list[str] | None = None,
) -> Figure:
    """Draw points in the colors of their clusters, the centers, and the bandwidth around them.

    Points of one axis become a histogram; of more than two, the plane of their two principal
    components is drawn, without the bandwidth.
    """
    points = np.asarray(X, np.float64)
    names = names or [f"axis {number}" for number in range(1, points.shape[1] + 1)]
    figure, axes = _empty_figure()
    if points.shape[1] == 1:
        _draw_histogram(axes, points[:, 0], labels, centers[:, 0])
        axes.set(xlabel=names[0], ylabel="points")
        return figure
    if points.shape[1] > 2:
        points, centers = _in_principal_plane(points, centers)
        names, bandwidth = ["first principal component", "second principal component"], None
    _draw_plane(axes, points, labels, centers)
    if bandwidth is not None:
        _draw_reach(axes, centers, np.broadcast_to(np.asarray(bandwidth, float), 2))
    axes.set(xlabel=names[0], ylabel=names[1], aspect="equal", adjustable="datalim")
    return figure


def draw_profile(profile: BandwidthProfile) -> Figure:
    """Draw the number of clusters, and how stable they are, against the bandwidth."""
    figure, axes = _empty_figure()
    from matplotlib.ticker import LogLocator

    axes.step(profile.bandwidths, profile.n_clusters, where="mid", color=COLORS[0], linewidth=2)
    axes.plot(profile.bandwidths, profile.n_clusters, "o", color=COLORS[0], markersize=4)
    axes.set(xscale="log", yscale="log", xlabel="bandwidth")
    axes.set_ylabel("clusters", color=COLORS[0])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    suggested = profile.widest_plateau
    axes.axvline(suggested, color=INK, linewidth=0.8, linestyle="--")
    axes.set_title(f"the clusters stay longest around {suggested:.3g}", fontsize=10, color=INK)
    right = axes.twinx()
    right.plot(profile.bandwidths, profile.stability, color=COLORS[1], linewidth=1.5)
    right.set(ylim=(0, 1.02))
    right.set_ylabel("agreement with the next bandwidths", color=COLORS[1])
    right.spines[["top"]].set_visible(False)
    return figure


def _empty_figure() -> tuple[Figure, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(f'{error}: pip install "meanshift-tracker[plot]"') from error
    figure = Figure(figsize=(7, 5.2), dpi=120, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return figure, axes


def _colors_of(labels: IndexArray) -> Any:
    colors = np.array([*COLORS, ORPHAN_COLOR])
    return colors[np.where(labels < 0, len(COLORS), labels % len(COLORS))]


def _draw_plane(axes: Any, points: FloatArray, labels: IndexArray, centers: FloatArray) -> None:
    order = np.random.default_rng(0).permutation(len(points))[:MOST_DRAWN]
    size = float(np.clip(6000 / len(order), 1, 14))
    axes.scatter(*points[order].T, s=size, c=_colors_of(labels[order]), linewidths=0, alpha=0.7)
    cross = float(np.clip(1800 / len(centers), 5, 60))  # hundreds must not hide the points
    axes.scatter(*centers.T, s=cross, c=INK, marker="x", linewidths=cross**0.5 / 4, zorder=3)
    if len(order) < len(points):
        axes.set_title(f"{len(order)} of {len(points)} points are drawn", fontsize=9)


def _draw_reach(axes: Any, centers: FloatArray, bandwidth: FloatArray) -> None:
    from matplotlib.patches import Ellipse

    width = float(np.clip(40 / len(centers), 0.2, 0.8))  # hundreds must not hide the points
    for center in centers:
        axes.add_patch(Ellipse(center, *(2 * bandwidth), fill=False, color=INK, linewidth=width))


def _draw_histogram(axes: Any, values: FloatArray, labels: IndexArray, centers: FloatArray) -> None:
    edges = np.histogram_bin_edges(values, HISTOGRAM_BINS)
    kinds = np.unique(labels)
    colors = _colors_of(kinds).tolist()
    axes.hist([values[labels == kind] for kind in kinds], edges, stacked=True, color=colors)
    for center in centers:
        axes.axvline(center, color=INK, linewidth=1.2, linestyle="--")


def _in_principal_plane(points: FloatArray, centers: FloatArray) -> tuple[FloatArray, FloatArray]:
    middle = points.mean(axis=0)
    spread = np.cov(points, rowvar=False)
    plane = np.linalg.eigh(spread)[1][:, :-3:-1]  # the largest last
    return (points - middle) @ plane, (centers - middle) @ plane
