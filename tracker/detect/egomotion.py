"""Egomotion: how the camera moved between two frames, whatever else moved in them.

Corners spread evenly over the picture are followed by sparse optical flow, and the affine map that
most of them agree on is the background's: a mover covers less of the picture than it does.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["camera_motion"]

Affine = NDArray[np.float64]

CELL = 14  # pixels: one corner in each square, so that no textured thing outvotes the background
CORNER_WINDOW = 5  # pixels
LEAST_CORNER = 1e-3  # of the strongest: what is weaker is noise
FLOW_WINDOW = (13, 13)  # pixels
FLOW_LEVELS = 3  # of the pyramid: steps of up to 50 pixels
MOST_ASTRAY = 0.5  # pixels from where it started, of a corner followed there and back
MOST_OFF = 1.0  # pixels from the common map, of a corner that agrees with it
LEAST_AGREEING = 0.25  # of all corners; below it is a cut, or nothing but noise
LEAST_CORNERS = 12
MOST_TRIES = 500


def camera_motion(now: NDArray[np.uint8], before: NDArray[np.uint8]) -> Affine | None:
    """Find the map that leads from the background of one frame to that of an earlier one.

    Parameters
    ----------
    now, before : uint8 arrays of shape (rows, columns)
        Gray pictures of some 320 pixels.

    Returns
    -------
    float64 array of shape (2, 3), or None
        From pixels of *now* to those of *before*, both counted at their centers. None where too
        few corners agree: the picture was cut, or shows nothing but noise.

    Notes
    -----
    Corners are those of Shi, Tomasi, "Good features to track" (1994), followed by the pyramid of
    Bouguet, "Pyramidal implementation of the Lucas Kanade feature tracker" (2000); the map is
    fitted by random samples (Fischler, Bolles, "Random sample consensus", 1981).
    """
    before = _in_light_of(before, now)
    points = _corners(now)
    if len(points) < LEAST_CORNERS:
        return None
    found, followed = _flow(now, before, points)
    back, returned = _flow(before, now, found)
    kept = followed & returned & (np.abs(back - points).max(axis=(1, 2)) < MOST_ASTRAY)
    if kept.sum() < LEAST_CORNERS:
        return None
    affine, agree = cv2.estimateAffine2D(
        points[kept], found[kept], ransacReprojThreshold=MOST_OFF, maxIters=MOST_TRIES
    )
    if affine is None or agree.sum() < LEAST_AGREEING * len(points):
        return None
    return np.asarray(affine, np.float64)


def _flow(
    now: NDArray[np.uint8], then: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Follow points, (n, 1, 2), to another frame: their places there, and which were found."""
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        now,
        then,
        points,
        None,
        winSize=FLOW_WINDOW,
        maxLevel=FLOW_LEVELS,  # type: ignore[call-overload]
    )
    return found, status.ravel() > 0


def _in_light_of(gray: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring a picture to the mean and contrast of another: flow takes new light for a motion."""
    (mean, deviation), (wanted, wanted_deviation) = _statistics(gray), _statistics(other)
    table = wanted + wanted_deviation / max(deviation, 1.0) * (np.arange(256) - mean)
    return np.asarray(cv2.LUT(gray, np.clip(np.rint(table), 0, 255).astype(np.uint8)), np.uint8)


def _statistics(gray: NDArray[np.uint8]) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(gray)
    return float(mean[0, 0]), float(deviation[0, 0])


def _corners(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give the strongest corner of each cell that has one: (n, 1, 2), x and y."""
    strength = cv2.cornerMinEigenVal(gray, CORNER_WINDOW)
    rows, columns = gray.shape[0] // CELL, gray.shape[1] // CELL
    cells: NDArray[Any] = (
        strength[: rows * CELL, : columns * CELL]
        .reshape(rows, CELL, columns, CELL)
        .swapaxes(1, 2)
        .reshape(rows, columns, CELL * CELL)
    )
    at = cells.argmax(axis=2)
    row, column = np.mgrid[:rows, :columns] * CELL
    points: NDArray[np.float32] = np.stack([column + at % CELL, row + at // CELL], axis=-1).astype(
        np.float32
    )
    best = cells.max(axis=2)
    kept: NDArray[np.float32] = points[best > LEAST_CORNER * best.max(initial=0)][:, None]
    return kept
