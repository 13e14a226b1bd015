"""Own motion: whether a window moves against what is round it.

The grain in a window and the grain round it are each looked for in an earlier picture. Where one
step leads both there, nothing moves by itself: a light, a part of the ground that was brought to a
wrong place, a wall that the camera passes. What moves needs a step of its own.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box
from .standing import LEAST_SPREAD, grain
from .surroundings import RING, slices

__all__ = ["own_motion"]

Map = NDArray[np.float32]

REACH = 10  # pixels each way of a step
MARGIN = 8  # pixels round a window, at least, that are looked at
MOVES = 0.2  # density above which a pixel round a window may move, too
HALO = np.ones((9, 9), np.uint8)  # grain is told from so many pixels round each
LEAST_RING = 50  # pixels: of fewer nothing is told


def own_motion(
    picture: NDArray[np.uint8],
    earlier: NDArray[np.uint8],
    density: NDArray[np.float32],
    window: Box,
) -> float:
    """Tell how much better a window and its surroundings are found by two steps than by one.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns, 3)
        The newest.
    earlier : uint8 array of the same shape
        Brought to the newest one's view; some frames before.
    density : float32 array of shape (rows, columns)
        How likely each pixel moves.
    window : Box
        In pixels of the picture.

    Returns
    -------
    float
        Mean correlation that is lost by going together: 0 to 1; 1 where nothing is seen round the
        window.
    """
    inside, around, part = _weights(density, window)
    if around.sum() < LEAST_RING:
        return 1.0
    now, then = grain(picture, part, 0), grain(earlier, part, REACH)
    own, others = _correlation(now, then, inside), _correlation(now, then, around)
    return float(own.max() + others.max() - (own + others).max()) / 2


def _weights(density: Map, window: Box) -> tuple[Map, Map, tuple[slice, slice]]:
    """Give how much pixels count for a window, and for its surroundings; and the part they are in.

    What moves beside the window, and the halo of either, is none of its surroundings.
    """
    wide = Box.around(
        window.center,
        max(RING * window.width, window.width + 2 * MARGIN),
        max(RING * window.height, window.height + 2 * MARGIN),
    )
    part = slices(wide, density.shape)
    within = np.zeros(density.shape, np.uint8)
    within[slices(window, density.shape)] = 1
    moves = cv2.dilate(np.maximum(within, density > MOVES).astype(np.uint8), HALO)
    return (density * within)[part], (1 - moves[part]).astype(np.float32), part


def _correlation(now: Map, then: Map, weight: Map) -> Map:
    """Correlate a grain with an earlier one at every step: (2 reach + 1, 2 reach + 1), -1 to 1."""
    weight = weight / max(float(weight.sum()), LEAST_SPREAD)
    off = now - np.float32((weight * now).sum())
    spread = float((weight * off**2).sum())
    product, mean, square = (
        cv2.matchTemplate(one, template, cv2.TM_CCORR)
        for one, template in ((then, weight * off), (then, weight), (then**2, weight))
    )
    other = np.maximum(square - mean**2, LEAST_SPREAD)
    correlation: NDArray[Any] = product / np.sqrt(max(spread, LEAST_SPREAD) * other)
    return np.asarray(correlation, np.float32)
