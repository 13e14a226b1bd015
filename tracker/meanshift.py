"""Mean shift: move a window over a density map until its center is the mean of what it covers.

:func:`climb` is the method, for any map and any window, sub-pixel throughout.
:func:`climb_aperture` is the same step for a window of fixed size on a padded map: one small matrix
product a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .box import Box, RotatedBox
from .errors import ConfigError
from .inputs import is_number
from .kernels import PROFILES, Aperture, ProfileName

__all__ = ["Climb", "ClimbConfig", "Moments", "climb", "climb_aperture", "moments", "rotated_box"]

FloatArray = NDArray[np.floating[Any]]

# An even spread over a length L has variance L²/12, over an ellipse's axis of length L, L²/16.
BOX_LENGTH_PER_DEVIATION = math.sqrt(12)
ELLIPSE_LENGTH_PER_DEVIATION = 4.0


@dataclass(frozen=True, slots=True)
class ClimbConfig:
    """When to stop climbing, and how pixels under the window are weighted."""

    kernel: ProfileName = "flat"
    """Profile of the weights. The flat one covers the window; those of the others fall with the
    distance in half widths and half heights, "gaussian" with half of these as deviation."""
    tolerance: float = 0.05
    """Pixels a step must exceed to go on."""
    max_steps: int = 50
    """Still moving after so many steps: reported, not hidden."""

    def __post_init__(self) -> None:
        if self.kernel not in PROFILES:
            raise ConfigError(f"kernel {self.kernel!r}: expected one of {', '.join(PROFILES)}")
        if not (is_number(self.tolerance) and self.tolerance > 0):
            raise ConfigError(f"tolerance {self.tolerance!r}: must be > 0 pixels")
        if not is_number(self.max_steps, 1) or self.max_steps != int(self.max_steps):
            raise ConfigError(f"max_steps {self.max_steps!r}: must be a whole number, >= 1")


class Climb(NamedTuple):
    """Where a window came to rest."""

    window: Box
    mass: float
    """Weighted density under the window before its last step; 0: there was nothing to climb."""
    steps: int
    converged: bool


def climb(density: FloatArray, window: Box, config: ClimbConfig = ClimbConfig()) -> Climb:
    """Move *window* until its center is the center of mass of what it covers.

    Parameters
    ----------
    density : float array of shape (rows, columns), >= 0, finite
        How likely each pixel is to be the target. Any scale: only ratios matter.
    window : Box
        Start, in pixels, edges: pixel (0, 0) covers [0, 1) × [0, 1). May be fractional and may
        hang over the border or lie beyond it. Its size is kept.
    config : ClimbConfig
        Kernel, tolerance and the most steps.

    Returns
    -------
    Climb
        ``mass == 0`` when the window covers no density: it is then where it was, not converged.

    Raises
    ------
    BoxError
        If the window is not four finite numbers, or has no size.
    ValueError
        If the map is not two-dimensional, or the mass under the window is NaN, infinite or
        negative.

    Notes
    -----
    One step is (M10/M00, M01/M00) of Bradski, "Computer vision face tracking for use in a
    perceptual user interface" (1998); it is the mean-shift vector of Comaniciu & Meer (2002) for
    the kernel whose shadow the profile is. Pixels on the window's border count by the share that is
    covered, so a shift of 0.1 px gives 0.1 px.

    Examples
    --------
    >>> hill = np.zeros((20, 20))
    >>> hill[8:12, 10:14] = 1
    >>> climb(hill, Box(6, 6, 6, 6)).window.center
    (12.0, 10.0)
    """
    if density.ndim != 2:
        raise ValueError(f"density of shape {density.shape}: expected (rows, columns)")
    window = Box.of(window)
    for step in range(1, config.max_steps + 1):
        part, weights, x, y = _under(density, window, config.kernel)
        weighted = part * weights
        mass = float(weighted.sum())
        if not 0 <= mass < math.inf:
            raise ValueError(
                f"density under window {window} sums to {mass}: it must be finite and >= 0; "
                "replace NaN by 0 (numpy.nan_to_num)"
            )
        if mass == 0:
            return Climb(window, 0.0, step, converged=False)
        here = window.center
        there = (
            float(weighted.sum(axis=0) @ x) / mass,
            float(weighted.sum(axis=1) @ y) / mass,
        )
        window = window.centered_at(*there)
        if math.dist(here, there) < config.tolerance:
            return Climb(window, mass, step, converged=True)
    return Climb(window, mass, config.max_steps, converged=False)


def _under(
    density: FloatArray, window: Box, kernel: ProfileName
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give the map under a window, the kernel's weights there, and its pixels' centers x and y."""
    rows, columns = density.shape
    left, right = _span(window.x, window.right, columns)
    top, bottom = _span(window.y, window.bottom, rows)
    x, y = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    part = density[top:bottom, left:right]
    covered = _coverage(y, window.y, window.bottom)[:, None] * _coverage(x, window.x, window.right)
    if kernel == "flat":
        return part, covered, x, y
    # A window of one bandwidth each way; the Gaussian's border lies at two deviations.
    bandwidths = 2.0 if kernel == "gaussian" else 1.0
    center_x, center_y = window.center
    u = (x - center_x) / (window.width / 2) * bandwidths
    v = (y - center_y) / (window.height / 2) * bandwidths
    weights = PROFILES[kernel](u**2 + v[:, None] ** 2)
    if kernel == "gaussian":  # cut off at the window's border, where it is not 0 yet
        weights *= covered
    return part, weights, x, y


def _span(low: float, high: float, length: int) -> tuple[int, int]:
    """Give the first pixel and the one past the last that [low, high) touches on the map."""
    first = min(max(math.floor(low), 0), length)
    return first, max(min(math.ceil(high), length), first)


def _coverage(centers: FloatArray, low: float, high: float) -> FloatArray:
    """Give the share of each pixel, one wide, that [low, high) covers."""
    covered = np.minimum(centers + 0.5, high) - np.maximum(centers - 0.5, low)
    covered_share: FloatArray = np.clip(covered, 0, 1)
    return covered_share


def climb_aperture(
    padded: NDArray[np.float32],
    aperture: Aperture,
    start: tuple[int, int],
    shape: tuple[int, int],
    max_steps: int,
) -> tuple[float, float, float]:
    """Climb in windows centered on whole pixels; only the last step is kept to its fraction.

    Parameters
    ----------
    padded : float32 array
        Density >= 0, finite, with the margin that *aperture* was made for.
    aperture : Aperture
        The window and the weights of its pixels.
    start : (int, int)
        Column and row on the inner map.
    shape : (int, int)
        Rows and columns of the inner map; the center never leaves it.
    max_steps : int
        It stops earlier when the center stays on its pixel.

    Returns
    -------
    x, y : float
        Center in pixel indices of the inner map (pixel centers: add 1/2 for edges).
    mass : float
        Weighted density under the last window; 0 means there was nothing to climb.
    """
    rows, columns = shape
    column, row = start
    x, y, mass = float(column), float(row), 0.0
    for _ in range(max_steps):
        under = aperture.around(padded, column, row).ravel()
        mass, toward_x, toward_y = (aperture.moments[:3] @ under).tolist()
        if mass <= 0:
            break
        x = min(max(column + toward_x / mass, 0.0), columns - 1.0)
        y = min(max(row + toward_y / mass, 0.0), rows - 1.0)
        if round(x) == column and round(y) == row:
            break
        column, row = round(x), round(y)
    return x, y, mass


class Moments(NamedTuple):
    """Mass, center and spread of a density."""

    mass: float
    center: tuple[float, float]
    """x, y in pixels, edges."""
    covariance: NDArray[np.float64]
    """(2, 2) in square pixels, x first; the extent of the pixels themselves (1/12) is in it."""

    @property
    def angle_deg(self) -> float:
        """Direction of the longest spread, clockwise on the screen from the x axis: -90 to 90."""
        (xx, xy), (_, yy) = self.covariance.tolist()
        return math.degrees(0.5 * math.atan2(2 * xy, xx - yy))

    @property
    def elongation(self) -> float:
        """How far from round the spread is: 0 (a disc, a square) to 1 (a line)."""
        low, high = np.linalg.eigvalsh(self.covariance).tolist()
        return float((high - low) / (high + low)) if high > 0 else 0.0


def moments(density: FloatArray, window: Box | None = None) -> Moments:
    """Measure mass, center and spread of a density map, or of what a window covers of it.

    Parameters
    ----------
    density : float array of shape (rows, columns), >= 0, finite
    window : Box, optional
        In pixels, edges; may be fractional and hang over the border.

    Raises
    ------
    ValueError
        If there is no mass to measure, or it is not finite.
    """
    rows, columns = density.shape
    window = window or Box(0, 0, columns, rows)
    part, weights, x, y = _under(density, window, "flat")
    weighted = part * weights
    mass = float(weighted.sum())
    if not 0 < mass < math.inf:
        raise ValueError(f"density under window {window} sums to {mass}: nothing to measure")
    across, down = weighted.sum(axis=0) / mass, weighted.sum(axis=1) / mass
    center_x, center_y = float(across @ x), float(down @ y)
    dx, dy = x - center_x, y - center_y
    pixel = 1 / 12
    xx, yy = float(across @ dx**2) + pixel, float(down @ dy**2) + pixel
    xy = float(dy @ weighted @ dx) / mass
    return Moments(mass, (center_x, center_y), np.array([[xx, xy], [xy, yy]]))


def rotated_box(spread: Moments, shape: Literal["box", "ellipse"] = "box") -> RotatedBox:
    """Give the evenly filled box or ellipse that has this spread: its size and angle.

    ``cv2.CamShift`` takes four deviations for every shape, and two pixels more, so that a box of
    50×40 comes back as 60×48; here the constant is that of the shape.

    Parameters
    ----------
    spread : Moments
    shape : {"box", "ellipse"}

    Returns
    -------
    RotatedBox
        ``size[0]`` along ``angle_deg``, the longer side, ``size[1]`` across it.
    """
    per_deviation = BOX_LENGTH_PER_DEVIATION if shape == "box" else ELLIPSE_LENGTH_PER_DEVIATION
    low, high = np.sqrt(np.maximum(np.linalg.eigvalsh(spread.covariance), 0)).tolist()
    return RotatedBox(spread.center, (per_deviation * high, per_deviation * low), spread.angle_deg)
