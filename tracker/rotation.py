"""Rotation: how far the target has turned, from the second moments of its density.

The moments are taken in a disc, which has no direction of its own. They give the direction of the
longest spread up to half a turn; the one nearest to the last is taken, so that turns add up. What
bends has another spread too: only where the first outline, turned so far, is more like what is seen
does the target stand across.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .box import Box
from .kernels import Aperture
from .meanshift import climb_aperture

__all__ = ["Rotation", "Spread", "spread"]

LEAST_ELONGATION = 0.15  # 0 round, 1 a line: below it the direction is noise
SMOOTHING = 0.3  # share of the newest frame in the angle
CLIMB_STEPS = 2  # halve the lag of the angle on a turning target; more gain nothing
# Difference of the likenesses to the first outline, turned and not, from which a turn is certain:
# at half of it people who walk are taken to turn.
CLEARLY_TURNED = 0.2
CONFIRMED_SHARE = 0.4  # of the newest comparison in the certainty
SURE = 0.5  # certainty from which a turn is shown whole: people who walk reach half of it
LEAST_TURN = math.sin(math.radians(10))  # less hardly changes the upright box


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
    certainty: float = 0.0
    """How surely the outline has turned with it: 0 (it stands as at the start) to 1."""

    @classmethod
    def of(cls, first: Spread) -> Rotation:
        """Start from the first frame's spread."""
        return cls(first.angle_deg, first.elongation >= LEAST_ELONGATION)

    def turned(self, now: Spread) -> None:
        """Take in the spread of a new frame."""
        if self.directed and now.elongation >= LEAST_ELONGATION:
            change = now.angle_deg - self.first_deg - self.angle_deg
            self.angle_deg += SMOOTHING * (change - 180 * round(change / 180))

    @property
    def is_across(self) -> bool:
        """Whether the angle is one at which the upright box would be another."""
        return self.directed and abs(math.sin(math.radians(self.angle_deg))) > LEAST_TURN

    def confirmed(self, gain: float) -> None:
        """Take in how much more like the first outline, turned so far, than upright it looks."""
        newest = min(max(gain / CLEARLY_TURNED, 0.0), 1.0)
        self.certainty += CONFIRMED_SHARE * (newest - self.certainty)

    @property
    def shown_deg(self) -> float:
        """The turn as far as it is certain: else the target stands up, as often as it went over.

        The direction alone is not enough: the colors of people who run spread aslant.
        """
        stood_deg = 180.0 * round(self.angle_deg / 180)
        return stood_deg + min(self.certainty / SURE, 1.0) * (self.angle_deg - stood_deg)

    @property
    def across(self) -> float:
        """How surely the target stands in another way than at the start: 0 to 1, from 30° on."""
        return self.certainty * min(2 * abs(math.sin(math.radians(self.angle_deg))), 1.0)

    def upright(self, width: float, height: float) -> tuple[float, float]:
        """Give the size of the upright box round a target of this size, as far as it has turned.

        Of the ellipse in the turned box: most targets have no corners.
        """
        turn = math.radians(self.angle_deg)
        along, across = math.cos(turn), math.sin(turn)
        return (
            width * (math.hypot(along, across * height / width) ** self.certainty),
            height * (math.hypot(along, across * width / height) ** self.certainty),
        )

    def told(self, upright: Box, size: tuple[float, float]) -> Box:
        """Take in the upright box that was told of the target; give the box of it without the turn.

        Parameters
        ----------
        upright : Box
        size : (float, float)
            Width and height that the target was taken to have, without the turn.
        """
        turned = self.upright(*size)
        shape, unturned_shape, turned_shape = (
            math.log(width / height) for width, height in (upright.size, size, turned)
        )
        if abs(shape - unturned_shape) <= abs(shape - turned_shape):  # it stands as at the start
            self.certainty = 0.0
            return upright
        growth = math.sqrt(upright.area / (turned[0] * turned[1]))
        return Box.around(upright.center, size[0] * growth, size[1] * growth)
