"""How good tracks are: overlap, success, precision, and what the score is worth.

Boxes and truth are arrays of (x, y, width, height), one row a frame. Truth is NaN where the
target is absent: such frames are left out of every mean. The first frame, in which the box was
given, counts; a lost track is judged by its last believed box.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .box import iou

__all__ = [
    "Reliability",
    "calibration_error",
    "center_distances",
    "lost_share",
    "overlaps",
    "precision",
    "precision_curve",
    "reliability",
    "roc_area",
    "roc_curve",
    "success_auc",
    "success_curve",
]

Floats = NDArray[np.float64]

# The plots and the distance of Wu, Lim, Yang, "Object Tracking Benchmark", 2015.
SUCCESS_THRESHOLDS = np.linspace(0, 1, 21)  # of IoU
PRECISION_DISTANCES_PX = np.arange(51.0)
PRECISION_PX = 20.0


# --------------------------------------------------------------------------- boxes against truth


def overlaps(boxes: ArrayLike, truth: ArrayLike) -> Floats:
    """Intersection over union of every frame in which there is a target.

    Parameters
    ----------
    boxes, truth : array_like of shape (n, 4)
        (x, y, width, height); a row of *truth* with a NaN says that the target is absent.

    Returns
    -------
    float64 array of shape (m,), m <= n
        0 to 1, in the order of the frames.

    Raises
    ------
    ValueError
        If the two differ in shape, or a box that is judged is not finite.
    """
    return iou(*_judged(boxes, truth))


def center_distances(boxes: ArrayLike, truth: ArrayLike) -> Floats:
    """Distance between the centers of box and truth, in pixels, where there is a target.

    Takes and raises what :func:`overlaps` does.
    """
    found, wanted = _judged(boxes, truth)
    apart = (found[:, :2] + found[:, 2:] / 2) - (wanted[:, :2] + wanted[:, 2:] / 2)
    distances: Floats = np.hypot(apart[:, 0], apart[:, 1])
    return distances


def _judged(boxes: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    found, wanted = np.asarray(boxes, np.float64), np.asarray(truth, np.float64)
    if found.shape != wanted.shape or found.ndim != 2 or found.shape[1] != 4:
        raise ValueError(f"boxes {found.shape} and truth {wanted.shape}: both must be (n, 4)")
    present = ~np.isnan(wanted).any(axis=1)
    broken = present & ~np.isfinite(found).all(axis=1)
    if broken.any():
        frame = int(broken.argmax())
        raise ValueError(
            f"box {found[frame].tolist()} of frame {frame}: must be finite; "
            "when the target is lost, keep the last box believed"
        )
    return found[present], wanted[present]


# --------------------------------------------------------------------------- success and precision


def success_curve(overlaps: ArrayLike) -> Floats:
    """Share of frames whose IoU is above each of the 21 thresholds 0, 0.05 … 1: (21,), falling."""
    values = np.asarray(overlaps, np.float64)
    if values.size == 0:
        return np.full(len(SUCCESS_THRESHOLDS), np.nan)
    above: Floats = (values[:, None] > SUCCESS_THRESHOLDS).mean(axis=0)
    return above


def success_auc(overlaps: ArrayLike) -> float:
    """Mean of :func:`success_curve`: 0 to 20/21, since nothing is above 1; NaN without frames.

    Examples
    --------
    >>> success_auc([1.0, 1.0])
    0.9523809523809523
    >>> success_auc([0.12, 0.0])  # above 0, 0.05 and 0.10 in one frame of two
    0.07142857142857142
    """
    return float(success_curve(overlaps).mean())


def precision_curve(distances: ArrayLike) -> Floats:
    """Share of frames whose center is within 0, 1 … 50 px of the truth: (51,), rising."""
    values = np.asarray(distances, np.float64)
    if values.size == 0:
        return np.full(len(PRECISION_DISTANCES_PX), np.nan)
    within: Floats = (values[:, None] <= PRECISION_DISTANCES_PX).mean(axis=0)
    return within


def precision(distances: ArrayLike, within_px: float = PRECISION_PX) -> float:
    """Share of frames whose center is within so many pixels of the truth; NaN without frames."""
    values = np.asarray(distances, np.float64)
    return float((values <= within_px).mean()) if values.size else float("nan")


def lost_share(overlaps: ArrayLike) -> float:
    """Share of frames in which box and target have nothing in common; NaN without frames."""
    values = np.asarray(overlaps, np.float64)
    return float((values == 0).mean()) if values.size else float("nan")


# --------------------------------------------------------------------------- does the score tell


def roc_curve(scores: ArrayLike, hits: ArrayLike) -> tuple[Floats, Floats]:
    """Shares of misses and of hits that score at least s, for every s from high to low.

    Parameters
    ----------
    scores : array_like of shape (n,)
    hits : array_like of bool, shape (n,)
        Whether the box was right (IoU > 0.5, say).

    Returns
    -------
    false_positive_rate, true_positive_rate : float64 arrays
        From (0, 0) to (1, 1); equal scores are one step. NaN where a class is missing.
    """
    scores, hits = np.asarray(scores, np.float64), np.asarray(hits, bool)
    order = np.argsort(-scores, kind="stable")
    last_of_its_score = np.append(np.diff(scores[order]) != 0, True)[: len(scores)]
    n_hits = np.append(0.0, np.cumsum(hits[order])[last_of_its_score])
    n_misses = np.append(0.0, np.cumsum(~hits[order])[last_of_its_score])
    with np.errstate(invalid="ignore"):
        return n_misses / n_misses[-1], n_hits / n_hits[-1]


def roc_area(scores: ArrayLike, hits: ArrayLike) -> float:
    """Chance that a hit scores higher than a miss, ties counting half: 0.5 is a guess.

    NaN when there are no hits or no misses.

    Examples
    --------
    >>> roc_area([0.9, 0.8, 0.3], [True, False, False])
    1.0
    >>> roc_area([0.5, 0.5], [True, False])
    0.5
    """
    false_rate, true_rate = roc_curve(scores, hits)
    steps = np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2
    return float(steps.sum()) if len(steps) else float("nan")


class Reliability(NamedTuple):
    """What the score promised and what was kept, bin by bin; NaN where a bin is empty."""

    mean_score: Floats
    hit_rate: Floats
    n_frames: NDArray[np.int64]


def reliability(scores: ArrayLike, hits: ArrayLike, n_bins: int = 10) -> Reliability:
    """Gather scores in [0, 1] in equal bins, and compare their mean with the share of hits."""
    scores, hits = np.asarray(scores, np.float64), np.asarray(hits, bool)
    if scores.size and not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError(f"scores {scores.min():g} … {scores.max():g}: must lie in [0, 1]")
    bins = np.minimum((scores * n_bins).astype(np.int64), n_bins - 1)
    n_frames = np.bincount(bins, minlength=n_bins)
    with np.errstate(invalid="ignore"):
        return Reliability(
            np.bincount(bins, scores, n_bins) / n_frames,
            np.bincount(bins, hits, n_bins) / n_frames,
            n_frames,
        )


def calibration_error(bins: Reliability) -> float:
    """Mean gap between promise and what was kept, weighted by frames; NaN without frames.

    Examples
    --------
    >>> calibration_error(reliability([1.0, 1.0, 0.0, 0.0], [True, False, False, False]))
    0.25
    """
    gap = np.nan_to_num(np.abs(bins.mean_score - bins.hit_rate))
    total = int(bins.n_frames.sum())
    return float(gap @ bins.n_frames) / total if total else float("nan")
