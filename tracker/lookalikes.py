"""Look-alikes: the other modes of the joint density, followed so that none is taken for the target.

What crosses the target, or hides it, often looks more like it than what is left of it: the highest
mode then goes on with the other. Where the others were going tells them apart. A mode that has been
followed long enough, and is where it was going rather than where the target was, is passed over
for the next lower one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["LookAlikes", "Mover", "Point"]

Point = tuple[float, float]
"""x, y of a center in the frame, pixels."""

# Frames a look-alike is followed before it is believed; 10 and 20 measure the same, 5 costs 0.01:
# passing shapes of the background are then taken for it.
LEAST_AGE = 15
LONGEST_UNSEEN = 12  # frames; 25 costs 0.03: they wander onto the target
SAME_PLACE = 0.3  # sides of the target from where it was expected; 0.25 and 0.35 measure the same
OWN_PLACE = 0.4  # sides round the target: a mode there is the target's
NEW_PLACE = 0.7  # sides from the target at which one is first seen; 0.5 costs 0.02
VELOCITY_GAIN = 0.3  # share of the newest step; 0.15 costs 0.005
TARGET_GAIN = 0.1  # of the target; 0.05 to 0.2 measure the same
MOST = 8  # followed at once


@dataclass(slots=True)
class Mover:
    """Something that moves steadily."""

    center: Point
    velocity: Point = (0.0, 0.0)
    """Pixels a frame."""
    age: int = 1
    """Frames in which it was seen."""
    unseen: int = 0
    """Frames since."""

    @property
    def expected(self) -> Point:
        """Where it should be in the next frame."""
        return self.center[0] + self.velocity[0], self.center[1] + self.velocity[1]

    def seen(self, center: Point, gain: float) -> None:
        """Take note of where it is in the next frame."""
        x, y = self.expected
        gain = max(gain, 1 / (self.age + 1))
        self.velocity = (
            self.velocity[0] + gain * (center[0] - x),
            self.velocity[1] + gain * (center[1] - y),
        )
        self.center, self.age, self.unseen = center, self.age + 1, 0

    def missed(self) -> None:
        """Let it move on unseen for a frame."""
        self.center, self.unseen = self.expected, self.unseen + 1


@dataclass(slots=True)
class LookAlikes:
    """The target and what looks like it, as they move."""

    target: Mover
    others: list[Mover]

    @classmethod
    def of(cls, center: Point) -> LookAlikes:
        """Start with a target about which nothing else is known."""
        return cls(Mover(center), [])

    def claimed(self, place: Point, side: float) -> bool:
        """Tell whether a look-alike, rather than the target, was going to be at *place*."""
        away = math.dist(place, self.target.expected)
        return any(
            other.age >= LEAST_AGE
            and math.dist(place, other.expected) < min(away, SAME_PLACE * side)
            for other in self.others
        )

    def choice(self, places: Sequence[Point], side: float) -> int:
        """Give the number of the first place no look-alike has a claim to; 0 when all are claimed.

        Parameters
        ----------
        places : sequence of Point
            The modes, the highest first.
        side : float
            Pixels of the target's side.
        """
        free = (number for number, place in enumerate(places) if not self.claimed(place, side))
        return next(free, 0)

    def follow(self, places: Sequence[Point], center: Point, side: float) -> None:
        """Take note of where the target is, and follow the others to the rest of the places."""
        self.target.seen(center, TARGET_GAIN)
        left = [place for place in places if math.dist(place, center) >= OWN_PLACE * side]
        for other in sorted(self.others, key=lambda other: -other.age):
            nearest = _nearest(left, other.expected)
            if nearest is not None and math.dist(nearest, other.expected) < SAME_PLACE * side:
                left.remove(nearest)
                other.seen(nearest, VELOCITY_GAIN)
            else:
                other.missed()
        self.others = [
            other for other in self.others if other.unseen < min(LONGEST_UNSEEN, other.age + 1)
        ]
        self.others += [Mover(place) for place in left if self._new(place, side)]
        self.others = sorted(self.others, key=lambda other: -other.age)[:MOST]

    def _new(self, place: Point, side: float) -> bool:
        known = [other.center for other in self.others]
        return math.dist(place, self.target.center) >= NEW_PLACE * side and all(
            math.dist(place, center) >= SAME_PLACE * side for center in known
        )


def _nearest(places: Sequence[Point], point: Point) -> Point | None:
    return min(places, key=lambda place: math.dist(place, point), default=None)
