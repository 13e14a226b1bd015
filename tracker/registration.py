"""Registration: align the density with the target's mean density map, for place and size.

Mean shift finds the place within a pixel or two and says nothing reliable of the size. What the
posterior looks like inside the box and around it, learnt over the frames, is a picture of the
target's outline; one Gauss-Newton step of least squares aligns a new density with it (Lucas &
Kanade 1981, in the inverse compositional form of Baker & Matthews, "Lucas-Kanade 20 years on",
2004: derivatives are those of the mean map, so that a step is one small matrix product). Gain and
offset of the density are fitted too, so that more or less contrast is not taken for a change.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels import Aperture, grid

__all__ = ["Alignment", "Registration", "trust"]

SMOOTHING = 0.7  # pixels, deviation: derivatives of a noisy map mean little without it
RIDGE = 0.02  # of the diagonal; a plateau from 0.005 to 0.1
FIRST_SHARE = 0.5  # of the first frame's map in the template; a plateau from 0.3 to 0.7
LEARNING_RATE = 0.02  # a frame
GAIN_LIMITS = (0.3, 2.0)  # beyond them a step would be noise, amplified
EVEN = 1e-6  # weighted variance of a map on which there is nothing to align
LEAST_CONTRAST = 1e-6  # keeps the fit defined on a map without any
DIAGONAL = np.eye(5)  # of the fit's five unknowns: shift x and y, log scale, offset, gain
CENTRAL_DIFFERENCE = np.array([[-0.5, 0, 0.5]], np.float32)
SHIFT_LIMIT = 3.0  # pixels a step may move the center
BLURRED_LIKENESS, CLEAR_LIKENESS = 0.4, 0.95  # of a fit not trusted at all, and wholly


class Alignment(NamedTuple):
    """How the density differs from the template."""

    shift: tuple[float, float]
    """x, y in pixels from the window's center pixel to the target's center."""
    log_scale: float
    """Logarithm of the target's size now, relative to the template's."""
    likeness: float
    """Weighted correlation with the template: -1 to 1."""
    first_likeness: float
    """Weighted correlation with the first frame's map: -1 to 1."""


class Registration:
    """The target's mean density map, and the matrix that aligns a density with it.

    Parameters
    ----------
    aperture : Aperture
        The window that shows the target's outline.
    first : float32 array of the aperture's shape
        The first frame's density under it, about the target's center pixel.
    """

    def __init__(self, aperture: Aperture, first: NDArray[np.float32]) -> None:
        self._aperture = aperture
        self._weights = aperture.weights.astype(np.float32)
        rows, columns = self._weights.shape
        x, y = grid(rows // 2, columns // 2)
        self._x, self._y = x.astype(np.float32), y.astype(np.float32)
        self.first = first.copy()
        self._total = float(self._weights.sum())
        self._first_standardised = _standardised(self.first, self._weights)
        self.forget()

    def forget(self) -> None:
        """Return to the first frame's map."""
        self.replace(self.first)

    def learn(self, density: NDArray[np.float32], pixel: tuple[int, int], frames: float) -> None:
        """Mix the density round a pixel into the mean map, as much as *frames* frames would."""
        under = self._aperture.around(density, *pixel)
        self.replace(self.mean + np.float32(LEARNING_RATE * frames) * (under - self.mean))

    def replace(self, mean: NDArray[np.float32]) -> None:
        """Take *mean* for the mean map; the first frame's stays."""
        self.mean = mean
        self._measure = self._solve()

    def align(self, density: NDArray[np.float32], pixel: tuple[int, int]) -> Alignment:
        """Fit place and size of the template to the density round a pixel near the target's center.

        Parameters
        ----------
        density : float32 array
            With margin.
        pixel : (int, int)
            Column and row, on the map without margin.
        """
        under = self._aperture.around(density, *pixel)
        seen = (under * self._weights).ravel()
        shift_x, shift_y, log_scale, _, gain, likeness, first_likeness, mean = (
            self._measure @ seen
        ).tolist()
        if gain < GAIN_LIMITS[0]:  # no outline is seen: the size would be noise, amplified
            log_scale = 0.0
        gain = min(max(gain, GAIN_LIMITS[0]), GAIN_LIMITS[1])
        contrast = self._contrast(seen, under, mean)
        return Alignment(
            (_limited(shift_x / gain), _limited(shift_y / gain)),
            log_scale / gain,
            likeness / contrast,
            first_likeness / contrast,
        )

    def turned_gain(
        self, density: NDArray[np.float32], pixel: tuple[int, int], angle_deg: float
    ) -> float:
        """Tell how much more like the first map, turned by an angle, than like it a density is.

        Parameters
        ----------
        density, pixel
            As for :meth:`align`.
        angle_deg : float
            Clockwise on the screen.

        Returns
        -------
        float
            Difference of the weighted correlations: -2 to 2.
        """
        under = self._aperture.around(density, *pixel)
        seen = (under * self._weights).ravel()
        rows, columns = self.first.shape
        # OpenCV counts angles the other way.
        turn = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), -angle_deg, 1)
        turned = cv2.warpAffine(self.first, turn, (columns, rows), borderMode=cv2.BORDER_REPLICATE)
        ways = np.stack(
            [_standardised(np.asarray(turned, np.float32), self._weights), self._first_standardised]
        )
        to_turned, to_first = map(float, ways @ seen)
        mean = float(seen.sum()) / self._total
        return (to_turned - to_first) / self._contrast(seen, under, mean)

    def _contrast(
        self, seen: NDArray[np.float32], under: NDArray[np.float32], mean: float
    ) -> float:
        """Give the weighted length of what is under the window, less its mean."""
        spread = float(seen @ under.ravel()) - self._total * mean**2
        return math.sqrt(spread) if spread > EVEN * self._total else math.inf

    def _solve(self) -> NDArray[np.float32]:
        """Make the matrix whose product with a weighted density gives all that `align` needs."""
        template = cv2.GaussianBlur(
            np.float32(FIRST_SHARE) * self.first + np.float32(1 - FIRST_SHARE) * self.mean,
            (0, 0),
            SMOOTHING,
        )
        slope_x = cv2.filter2D(template, -1, CENTRAL_DIFFERENCE)
        slope_y = cv2.filter2D(template, -1, CENTRAL_DIFFERENCE.T)
        growth = slope_x * self._x + slope_y * self._y
        ways = np.stack([-slope_x, -slope_y, -growth, np.ones_like(template), template])
        ways = ways.reshape(len(ways), -1)
        normal = (ways * self._weights.ravel()) @ ways.T
        fit = np.linalg.inv(normal * (1 + RIDGE * DIAGONAL) + LEAST_CONTRAST * DIAGONAL)
        measure = np.empty((len(ways) + 3, template.size), np.float32)
        measure[:5] = fit.astype(np.float32) @ ways
        measure[5] = _standardised(np.asarray(template, np.float32), self._weights)
        measure[6] = self._first_standardised
        measure[7] = 1 / self._total
        return measure


def trust(likeness: float) -> float:
    """Tell how far a fit is to be trusted: 0 for a blurred outline, 1 for a clear one."""
    clear = (likeness - BLURRED_LIKENESS) / (CLEAR_LIKENESS - BLURRED_LIKENESS)
    return min(max(clear, 0.0), 1.0)


def _limited(shift: float) -> float:
    return min(max(shift, -SHIFT_LIMIT), SHIFT_LIMIT)


def _standardised(values: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shift to weighted mean 0 and scale to weighted length 1; an even map has no likeness."""
    values, weights = values.ravel(), weights.ravel()
    total = weights.sum()
    values = values - (weights @ values) / total
    length2 = float(weights @ (values * values))
    return values / np.float32(math.sqrt(length2)) if length2 > EVEN * total else values * 0
