"""Rotation: how far the target has turned, from the second moments of its density.

The moments are taken in a disc, which has no direction of its own. They give the direction of the
longest spread up to half a turn; the one nearest to the last is taken, so that turns add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import Aperture
from .meanshift import climb_aperture

__all__ = ["Rotation", "Spread", "spread"]

LEAST_ELONGATION = 0.15  # 0 round, 1 a line: below it the direction is noise
SMOOTHING = 0.3  # share of the newest frame in the angle
CLIMB_STEPS = 2  # halve the lag of the angle on a turning target; more gain nothing


class Spread(NamedTuple):
    """Direction of the longest spread of a density, and how much longer it is than across."""

    angle_deg: float
    """Clockwise on the screen from the x axis, -90 to 90."""
    elongation: float
    """0 (round) to 1 (a line)."""


def spread(
    density: NDArray[np.float32], disc: Aperture, pixel: tuple[int, int], shape: tuple[int, int]
) -> Spread:
    """Measure the spread of a density, with margin, in a disc about a pixel.

    The density is squared first, so that the dim surroundings weigh little; the disc climbs it, for
    an end of the target that it leaves out turns the spread.

    Parameters
    ----------
    density : float32 array, >= 0
        With the margin that *disc* was made for.
    disc : Aperture
    pixel : (int, int)
        Column and row on the inner map.
    shape : (int, int)
        Rows and columns of the inner map.
    """
    squared = density * density
    x, y, _ = climb_aperture(squared, disc, pixel, shape, CLIMB_STEPS)
    under = disc.around(squared, round(x), round(y)).ravel()
    mass, x, y, xx, xy, yy = (disc.moments @ under).tolist()
    if mass <= 0:
        return Spread(0.0, 0.0)
    xx, xy, yy = (
        xx / mass - (x / mass) ** 2,
        xy / mass - x * y / mass**2,
        yy / mass - (y / mass) ** 2,
    )
    if xx + yy <= 0:
        return Spread(0.0, 0.0)
    return Spread(
        math.degrees(0.5 * math.atan2(2 * xy, xx - yy)), math.hypot(2 * xy, xx - yy) / (xx + yy)
    )


@dataclass(slots=True)
class Rotation:
    """The turn since the first frame."""

    first_deg: float
    """Direction of the first frame's spread."""
    directed: bool
    """Whether the first target is long enough to have a direction."""
    angle_deg: float = 0.0
    """The turn, clockwise on the screen; turns add up."""

    @classmethod
    def of(cls, first: Spread) -> Rotation:
        """Start from the first frame's spread."""
        return cls(first.angle_deg, first.elongation >= LEAST_ELONGATION)

    def turned(self, now: Spread) -> None:
        """Take in the spread of a new frame."""
        if self.directed and now.elongation >= LEAST_ELONGATION:
            change = now.angle_deg - self.first_deg - self.angle_deg
            self.angle_deg += SMOOTHING * (change - 180 * round(change / 180))
