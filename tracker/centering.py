"""Centering: where the middle of the target's box is, about the place at which it is followed.

Structure is followed at the spot that was learnt, and what is learnt wanders over a target that
bends, turns or was not drawn well: the error adds up. Color knows no spot. What stands upright is
about alike left and right, not above and below, so that color balances about its middle across:
one step of mean shift from the spot (Comaniciu, Ramesh & Meer, "Kernel-based object tracking",
2003) tells how far that is off: the lean. The box is drawn there; learning stays with the spot,
since a color that misleads would lead it away for good. Where part of the target is hidden, what is
left balances about another place: the less full of its colors the box is than it was, the less it
leans.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels import Aperture
from .layout import Layout

__all__ = ["lean", "mean_shift"]

# Least squares over whole passes, all sequences, of the error of the center by truth: the factors
# of either half of them serve the other as well. Down, the step of mean shift tells nothing.
STEP_SHARE = 2.0  # across
COLOR_SHARES = (0.4, 0.2)  # of the way to color's own place, across and down
FARTHEST = 0.3  # of the target's width or height
# Of the density in the box as it was learnt: from there on nothing leans, and all does. On footage
# 0.7 to 0.9 costs 0.001; drawn scenes keep their boxes while a post hides the target.
HIDDEN, WHOLE = 0.7, 0.9


def lean(
    density: NDArray[np.float32],
    center: tuple[float, float],
    to_color: tuple[float, float],
    layout: Layout,
    usual: NDArray[np.float32],
) -> tuple[float, float]:
    """Tell how far the middle of the target's box is from a center.

    Parameters
    ----------
    density : float32 array
        With margin: 0 to 1.
    center : (float, float)
        x, y in patch pixels, edges.
    to_color : (float, float)
        x, y in patch pixels from structure's place to color's own.
    layout : Layout
    usual : float32 array of the shape of the layout's outline
        What the density about the target's center mostly is.

    Returns
    -------
    (float, float)
        x, y in patch pixels.
    """
    share = _seen_share(density, center, layout, usual)
    if share == 0:
        return 0.0, 0.0
    step, _ = mean_shift(density, center, layout)
    across = share * (STEP_SHARE * step + COLOR_SHARES[0] * to_color[0])
    down = share * COLOR_SHARES[1] * to_color[1]
    farthest_across, farthest_down = FARTHEST * layout.width, FARTHEST * layout.height
    return (
        min(max(across, -farthest_across), farthest_across),
        min(max(down, -farthest_down), farthest_down),
    )


def mean_shift(
    density: NDArray[np.float32], center: tuple[float, float], layout: Layout
) -> tuple[float, float]:
    """Give the step of mean shift from a center between pixels, 0 where there is no density.

    The map has margin; center and step are in patch pixels.
    """
    heart, (margin_down, margin_across) = layout.heart, layout.margin
    rows, columns = heart.weights.shape
    # From edges to pixel indices, which count centers.
    middle = center[0] + margin_across - 0.5, center[1] + margin_down - 0.5
    around = cv2.getRectSubPix(density, (columns, rows), middle)
    mass, across, down = (heart.moments[:3] @ np.asarray(around).ravel()).tolist()
    return (across / mass, down / mass) if mass > 0 else (0.0, 0.0)


def _seen_share(
    density: NDArray[np.float32],
    center: tuple[float, float],
    layout: Layout,
    usual: NDArray[np.float32],
) -> float:
    """Tell how far the box is as full as it mostly is: 0 (part is hidden) to 1 (all is seen)."""
    column, row = layout.nearest(*center)
    now = _mass(layout.box, density, column + layout.margin[1], row + layout.margin[0])
    before = _mass(layout.box, usual, usual.shape[1] // 2, usual.shape[0] // 2)
    if before <= 0:
        return 0.0
    return min(max((now / before - HIDDEN) / (WHOLE - HIDDEN), 0.0), 1.0)


def _mass(window: Aperture, values: NDArray[np.float32], column: int, row: int) -> float:
    """Give the sum of a map under a window about one of its own values."""
    rows, columns = window.weights.shape
    top, left = row - rows // 2, column - columns // 2
    under = values[top : top + rows, left : left + columns]
    return float(window.moments[0] @ under.ravel())
