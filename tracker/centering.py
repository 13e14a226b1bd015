"""Centering: where the middle of the target's box is, about the place at which it is followed.

Structure is followed at the spot that was learnt, and what is learnt wanders over a target that
bends, turns or was not drawn well: the error adds up. Color knows no spot. What stands upright is
about alike left and right, not above and below, so that color balances about its middle across:
one step of mean shift from the spot (Comaniciu, Ramesh & Meer, "Kernel-based object tracking",
2003) tells how far that is off. The box is drawn there; learning stays with the spot, since a color
that misleads would lead it away for good.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .layout import Layout

__all__ = ["lean", "mean_shift"]

# Least squares over whole passes, all sequences, of the error of the center by truth: the factors
# of either half of them serve the other as well. Down, the step of mean shift tells nothing.
STEP_SHARE = 2.0  # across
COLOR_SHARES = (0.4, 0.2)  # of the way to color's own place, across and down
FARTHEST = 0.3  # of the target's width or height


def lean(
    density: NDArray[np.float32],
    center: tuple[float, float],
    to_color: tuple[float, float],
    layout: Layout,
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

    Returns
    -------
    (float, float)
        x, y in patch pixels.
    """
    step, _ = mean_shift(density, center, layout)
    across = STEP_SHARE * step + COLOR_SHARES[0] * to_color[0]
    down = COLOR_SHARES[1] * to_color[1]
    farthest_across, farthest_down = FARTHEST * layout.width, FARTHEST * layout.height
    return (
        min(max(across, -farthest_across), farthest_across),
        min(max(down, -farthest_down), farthest_down),
    )


def mean_shift(
    density: NDArray[np.float32], center: tuple[float, float], layout: Layout
) -> tuple[float, float]:
    """Give the step of mean shift from a center between pixels, 0 where there is no density.

    Parameters and the unit of what is returned are those of :func:`lean`.
    """
    heart, (margin_down, margin_across) = layout.heart, layout.margin
    rows, columns = heart.weights.shape
    # From edges to pixel indices, which count centers.
    middle = center[0] + margin_across - 0.5, center[1] + margin_down - 0.5
    around = cv2.getRectSubPix(density, (columns, rows), middle)
    mass, across, down = (heart.moments[:3] @ np.asarray(around).ravel()).tolist()
    return (across / mass, down / mass) if mass > 0 else (0.0, 0.0)
