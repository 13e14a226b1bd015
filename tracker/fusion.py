"""Fusion: one density of color and structure, and its modes: the places where the target may be.

The structure's response is sharp and near 1 where it knows the target; the color density is broad,
and there even when the target has turned or bent. Their sum, the color being heard only near the
expected place, is one map, and mean shift climbs it from the expected place and from wherever it
stands out. The highest mode is the target, the others are its look-alikes.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels import Aperture, gaussian
from .meanshift import climb_aperture

__all__ = ["COLOR_WEIGHT", "Mode", "joint_density", "modes", "peaks"]

COLOR_WEIGHT = 0.18  # of a window full of color, to the full response 1; a plateau from 0.14
NEARNESS = 1.0  # sides of the target, deviation of the color's prior; 0.8 and 1.4 measure the same
PLACES = 3  # half a side apart: where climbs start, besides the expected one; and peaks at most
CLIMB_STEPS = 4  # of a cell at most
# A response's peak is a cell or two wide: a wider window mixes look-alikes (smoothing the map by
# half a cell costs 0.01).
WINDOW = Aperture.of(np.ones((3, 3)), (1, 1))
LEAST_HEIGHT = 0.3  # of the highest mode: what is lower is no look-alike
APART = 0.5  # sides of the target: nearer ones are the same mode


class Mode(NamedTuple):
    """A local maximum of the joint density."""

    column: float
    row: float
    """Whole numbers are the places of the map's own values."""
    height: float


def joint_density(
    response: NDArray[np.float32], filling: NDArray[np.float32], side: float
) -> NDArray[np.float32]:
    """Add up what structure and color say of each place.

    Parameters
    ----------
    response : float32 array of shape (cells, cells)
        The structure filter's; the expected place is at (cells / 2, cells / 2).
    filling : float32 array of the same shape
        How full of the target's colors a window of its size is about each place: 0 to 1.
    side : float
        Cells of the target's side.

    Returns
    -------
    float32 array of the same shape, >= 0
    """
    offset = np.arange(len(response)) - len(response) // 2
    near = gaussian((offset / (NEARNESS * side)) ** 2).astype(np.float32)
    prior = np.outer(near, near * np.float32(COLOR_WEIGHT))
    joint: NDArray[np.float32] = np.maximum(response + filling * prior, 0)
    return joint


def modes(density: NDArray[np.float32], side: float) -> list[Mode]:
    """Climb a joint density from the expected place and the highest others.

    Parameters
    ----------
    density : float32 array of shape (cells, cells), >= 0
    side : float
        Cells of the target's side: modes are half of it apart.

    Returns
    -------
    list of Mode
        The highest first, and at least one; sub-cell, by a parabola through the neighbors.
    """
    padded = np.zeros((len(density) + 2, len(density) + 2), np.float32)
    padded[1:-1, 1:-1] = density
    middle = len(density) // 2
    starts = [(middle, middle), *_highest(density, side)]
    found = []
    for start in starts:
        x, y, _ = climb_aperture(padded, WINDOW, start, density.shape, CLIMB_STEPS)
        found.append(_refined(density, round(x), round(y)))
    found.sort(key=lambda mode: -mode.height)
    kept = found[:1]
    for mode in found[1:]:
        far = all(
            max(abs(mode.column - other.column), abs(mode.row - other.row)) >= APART * side
            for other in kept
        )
        if far and mode.height >= LEAST_HEIGHT * kept[0].height:
            kept.append(mode)
    return kept


def peaks(density: NDArray[np.float32], side: float) -> list[Mode]:
    """Give the three highest places of a density, half a side apart, and none that is much lower.

    Parameters
    ----------
    density : float32 array of shape (cells, cells), >= 0
    side : float
        Cells of the target's side.

    Returns
    -------
    list of Mode
        The highest first; none where there is nothing.
    """
    found = [_refined(density, column, row) for column, row in _highest(density, side)]
    return [mode for mode in found if mode.height > LEAST_HEIGHT * found[0].height]


def _highest(density: NDArray[np.float32], side: float) -> list[tuple[int, int]]:
    """Give the PLACES highest cells, half a side apart."""
    left, reach = density.copy(), max(round(APART * side), 1)
    cells = []
    for _ in range(PLACES):
        _, height, _, (column, row) = cv2.minMaxLoc(left)
        if height <= 0:
            break
        cells.append((column, row))
        left[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] = 0
    return cells


def _refined(density: NDArray[np.float32], column: int, row: int) -> Mode:
    """Find the top of the parabolas through a cell and its neighbors."""
    rows, columns = density.shape
    x = _top(density[row, column - 1 : column + 2]) if 0 < column < columns - 1 else 0.0
    y = _top(density[row - 1 : row + 2, column]) if 0 < row < rows - 1 else 0.0
    return Mode(column + x, row + y, float(density[row, column]))


def _top(values: NDArray[np.float32]) -> float:
    """Give the place of a parabola's top, relative to the middle one of three values."""
    before, at, after = values.tolist()
    curvature = before - 2 * at + after
    return min(max(0.5 * (before - after) / curvature, -0.5), 0.5) if curvature < 0 else 0.0
