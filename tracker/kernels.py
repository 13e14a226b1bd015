"""Kernel profiles of mean shift, and windows of fixed size weighted by them.

A profile is a function of the squared distance from the center in bandwidths, 1 at the center
(Cheng, "Mean shift, mode seeking, and clustering", 1995; Comaniciu & Meer, "Mean shift: a robust
approach toward feature space analysis", 2002).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PROFILES",
    "Aperture",
    "FloatArray",
    "Profile",
    "ProfileName",
    "box_distance",
    "ellipse_distance2",
    "epanechnikov",
    "flat",
    "gaussian",
    "grid",
]

FloatArray = NDArray[np.floating[Any]]
Profile = Callable[[FloatArray], FloatArray]
ProfileName = Literal["flat", "epanechnikov", "gaussian"]


def flat(distance2: FloatArray) -> FloatArray:
    """1 within one bandwidth, 0 beyond."""
    return (distance2 <= 1).astype(distance2.dtype)


def epanechnikov(distance2: FloatArray) -> FloatArray:
    """1 - d² within one bandwidth, 0 beyond."""
    weights = 1 - distance2
    return np.maximum(weights, 0, out=weights)


def gaussian(distance2: FloatArray) -> FloatArray:
    """exp(-d²/2): the bandwidth is the standard deviation."""
    weights: FloatArray = -0.5 * distance2
    return np.exp(weights, out=weights)


PROFILES: dict[ProfileName, Profile] = {
    "flat": flat,
    "epanechnikov": epanechnikov,
    "gaussian": gaussian,
}


class Aperture(NamedTuple):
    """A window of fixed size about a pixel of a padded map, with a weight for each of its pixels.

    The map has a margin wide enough for the window to stay on it wherever its center pixel lies
    on the inner map; so no window is ever clipped, and :meth:`around` is one slice.
    """

    weights: NDArray[np.float64]
    """(rows, columns), both odd."""
    moments: NDArray[np.float32]
    """(6, pixels): weights times 1, x, y, x², xy, y², so that one product gives all moments."""
    top: int
    left: int
    """Where the window about inner pixel (0, 0) starts on the padded map."""

    @classmethod
    def of(cls, weights: FloatArray, margin: tuple[int, int]) -> Aperture:
        """Center *weights* (odd sizes) on the pixels of a map with *margin* (rows, columns)."""
        rows, columns = weights.shape
        x, y = grid(rows // 2, columns // 2)
        moments = np.stack([weights * term for term in (1, x, y, x * x, x * y, y * y)])
        return cls(
            weights.astype(np.float64),
            moments.reshape(6, -1).astype(np.float32),
            margin[0] - rows // 2,
            margin[1] - columns // 2,
        )

    def around(self, padded: NDArray[Any], column: int, row: int) -> NDArray[Any]:
        """Give the view of *padded* under the window about inner pixel (*column*, *row*)."""
        rows, columns = self.weights.shape
        top, left = self.top + row, self.left + column
        return padded[top : top + rows, left : left + columns]


def grid(reach_rows: int, reach_columns: int) -> tuple[FloatArray, FloatArray]:
    """Give x and y offsets of the pixels within a reach of the center pixel, float64 each."""
    y, x = np.mgrid[-reach_rows : reach_rows + 1, -reach_columns : reach_columns + 1]
    return x.astype(np.float64), y.astype(np.float64)


def ellipse_distance2(half_width: float, half_height: float) -> FloatArray:
    """Give d² of pixels from the center, 1 on the ellipse, over the box that holds the ellipse."""
    x, y = grid(math.ceil(half_height), math.ceil(half_width))
    return (x / half_width) ** 2 + (y / half_height) ** 2


def box_distance(half_width: float, half_height: float, reach: float = 1.0) -> FloatArray:
    """Give d of pixels from the center, 1 on the box's sides, as far as *reach* half sizes."""
    x, y = grid(math.ceil(half_height * reach), math.ceil(half_width * reach))
    return np.maximum(np.abs(x) / half_width, np.abs(y) / half_height)
