"""Windows of a density: as many as it has modes, each as large as what lies round its mode.

From the fullest place a window climbs by mean shift, takes the size of what it covers, and climbs
again, until neither changes. What it covers is taken out, and the next fullest place is looked at.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box, iou
from ..meanshift import ClimbConfig, climb

__all__ = ["density_windows", "grown"]

FIRST_SIDE = 12.0  # pixels of a window before it has found its size
LEAST_DENSITY = 0.2  # fainter pixels belong to no window: many of them would outweigh a few
LEAST_FILLING = 0.35  # of the first window: less is no mode; 0.25 measures the same
# How far round a window is looked for more of the same: pixels, and sizes of the window.
REACH, REACH_GROWTH = 3.0, 0.1
TAIL = 0.03  # of the mass on each side that a window leaves out: stragglers
SAME = 0.97  # IoU of two windows in a row at which it has come to rest
MOST_STEPS = 20
MOST_WINDOWS = 24
CLIMB = ClimbConfig(tolerance=0.5, max_steps=10)


def density_windows(density: NDArray[np.float32]) -> list[Box]:
    """Find the windows of all modes of a density, the fullest first.

    Parameters
    ----------
    density : float32 array of shape (rows, columns), 0 to 1

    Returns
    -------
    list of Box
        In pixels of the map, edges; none where there is nothing.
    """
    left = np.where(density >= LEAST_DENSITY, density, 0).astype(np.float32)
    windows = []
    size = (round(FIRST_SIDE), round(FIRST_SIDE))
    for _ in range(MOST_WINDOWS):
        filling = cv2.boxFilter(left, -1, size, borderType=cv2.BORDER_CONSTANT)
        _, fullest, _, (column, row) = cv2.minMaxLoc(filling)
        if fullest < LEAST_FILLING:
            break
        window = grown(left, Box.around((column + 0.5, row + 0.5), FIRST_SIDE, FIRST_SIDE))
        windows.append(window)
        _take_out(left, window)
    return windows


def grown(density: NDArray[np.float32], window: Box) -> Box:
    """Climb a density with a window that takes the size of what it covers."""
    for _ in range(MOST_STEPS):
        before, window = window, _fitted(density, climb(density, window, CLIMB).window)
        if iou(before, window) > SAME:
            break
    return window


def _fitted(density: NDArray[np.float32], window: Box) -> Box:
    """Give the box round the mass that a window reaches, without its tails."""
    rows, columns = density.shape
    across, down = (REACH + REACH_GROWTH * side for side in (window.width, window.height))
    left, right = max(int(window.x - across), 0), min(int(window.right + across) + 1, columns)
    top, bottom = max(int(window.y - down), 0), min(int(window.bottom + down) + 1, rows)
    part = density[top:bottom, left:right]
    if part.size == 0 or not part.any():
        return window
    x0, x1 = _between_tails(part.sum(axis=0))
    y0, y1 = _between_tails(part.sum(axis=1))
    return Box(left + x0, top + y0, x1 - x0, y1 - y0)


def _between_tails(mass: NDArray[np.float32]) -> tuple[float, float]:
    """Give where the mass of a row of pixels begins and ends, edges, leaving out its tails."""
    edges = np.arange(len(mass) + 1)
    summed = np.concatenate([[0.0], np.cumsum(mass, dtype=np.float64)])
    begin, end = np.interp([TAIL * summed[-1], (1 - TAIL) * summed[-1]], summed, edges).tolist()
    # An even mass would end so much farther out.
    more = TAIL / (1 - 2 * TAIL) * (end - begin)
    return max(begin - more, 0.0), min(end + more, float(len(mass)))


def _take_out(density: NDArray[np.float32], window: Box) -> None:
    """Set to 0 what a window covers, with a pixel round it."""
    top, left = max(int(window.y) - 1, 0), max(int(window.x) - 1, 0)
    density[top : int(window.bottom) + 2, left : int(window.right) + 2] = 0
