"""Look-alikes: other places that answer like the target, followed so that none is taken for it.

What crosses the target, or hides it, often looks more like it than what is left of it: the highest
mode then goes on with the other. Where each was going tells them apart. A mode that lies where a
look-alike was going, rather than the target, is passed over for the next lower one; where there is
none left, the target is hidden, and expected to go on as it went.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .claims import Claim, Point, is_claimed

__all__ = ["LONGEST_HIDDEN", "Candidate", "LookAlikes", "Mover"]

# Frames a look-alike is followed before it is believed; 10 and 20 measure the same, with 5 passing
# shapes of the background are taken for it, which costs 0.01.
LEAST_AGE = 15
# One that answers about as strongly as the target itself is believed sooner.
STRONG = 0.6  # of the highest place, on average; 0.8 measures the same
LEAST_AGE_STRONG = 5
LONGEST_UNSEEN = 12  # frames; 25 costs 0.03: they wander onto the target
LONGEST_HIDDEN = 30  # frames the target is expected where nothing of it is seen
SAME_PLACE = 0.3  # sides of the target from where it was expected; 0.25 and 0.35 measure the same
OWN_PLACE = 0.4  # sides round the target: what is there is the target's
NEW_PLACE = 0.7  # sides from the target at which one is first seen; 0.5 costs 0.02
VELOCITY_GAIN = 0.3  # share of the newest step; 0.15 costs 0.005
TARGET_GAIN = 0.1  # of the target; 0.05 to 0.2 measure the same
MOST = 8  # followed at once


class Candidate(NamedTuple):
    """A place that answers like the target, which may be the target's own."""

    place: Point
    strength: float
    """Relative to the highest: 0 to 1."""


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
    strength: float = 0.0
    """Summed over the frames in which it was seen."""

    @property
    def expected(self) -> Point:
        """Where it should be in the next frame."""
        return self.center[0] + self.velocity[0], self.center[1] + self.velocity[1]

    @property
    def known(self) -> bool:
        """Whether it has been followed long enough to be believed."""
        strong = self.strength >= STRONG * self.age
        return self.age >= (LEAST_AGE_STRONG if strong else LEAST_AGE)

    def known_before(self, frames: int) -> bool:
        """Tell whether it was followed long enough, strong or not, before the newest *frames*."""
        return self.age + self.unseen >= LEAST_AGE + frames

    def seen(self, center: Point, gain: float, strength: float = 0.0) -> None:
        """Take note of where it is in the next frame."""
        x, y = self.expected
        gain = max(gain, 1 / (self.age + 1))
        self.velocity = (
            self.velocity[0] + gain * (center[0] - x),
            self.velocity[1] + gain * (center[1] - y),
        )
        self.center, self.age, self.unseen = center, self.age + 1, 0
        self.strength += strength

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

    def claimed(
        self, place: Point, side: float, claims: Sequence[Claim] = (), unlike_frames: int = 0
    ) -> bool:
        """Tell whether a look-alike, rather than the target, was going to be at *place*.

        So may another target be, which has a claim to it. While what is followed has been unlike
        the target for *unlike_frames*, only what was followed well before is a look-alike: one that
        came up since may be the target, left for what hid it.
        """
        if is_claimed(place, self.target.expected, side, claims):
            return True
        away = math.dist(place, self.target.expected)
        return any(
            other.known
            and (unlike_frames == 0 or other.known_before(unlike_frames))
            and math.dist(place, other.expected) < min(away, SAME_PLACE * side)
            for other in self.others
        )

    def choice(
        self, places: Sequence[Point], side: float, claims: Sequence[Claim] = ()
    ) -> int | None:
        """Give the number of the first place no look-alike has a claim to.

        Parameters
        ----------
        places : sequence of Point
            Where the target may be, the likeliest first.
        side : float
            Pixels of the target's side.
        claims : sequence of Claim
            Of other targets.

        Returns
        -------
        int or None
            None when all are claimed: the target is hidden. It is not after LONGEST_HIDDEN frames:
            then the first place is it that is no other target's.
        """
        for number, place in enumerate(places):
            if not self.claimed(place, side, claims):
                return number
        if self.target.unseen < LONGEST_HIDDEN:
            return None
        free = [not is_claimed(place, self.target.expected, side, claims) for place in places]
        return free.index(True) if any(free) else None

    def follow(self, candidates: Sequence[Candidate], center: Point | None, side: float) -> None:
        """Follow all by one frame.

        Parameters
        ----------
        candidates : sequence of Candidate
            What answers most like the target in this frame.
        center : Point or None
            Where the target is; None while it is hidden.
        side : float
            Pixels of the target's side.
        """
        if center is None:
            self.target.missed()
            left = list(candidates)
        else:
            self.target.seen(center, TARGET_GAIN)
            own = OWN_PLACE * side
            left = [each for each in candidates if math.dist(each.place, center) >= own]
        if not (left or self.others):
            return
        for other in sorted(self.others, key=lambda other: -other.age):
            nearest = _nearest(left, other.expected)
            if nearest is not None and math.dist(nearest.place, other.expected) < SAME_PLACE * side:
                left.remove(nearest)
                other.seen(nearest.place, VELOCITY_GAIN, nearest.strength)
            else:
                other.missed()
        self.others = [
            other for other in self.others if other.unseen < min(LONGEST_UNSEEN, other.age + 1)
        ]
        self.others += [
            Mover(each.place, strength=each.strength) for each in left if self._new(each, side)
        ]
        self.others = sorted(self.others, key=lambda other: -other.age)[:MOST]

    def _new(self, candidate: Candidate, side: float) -> bool:
        """Tell whether a candidate is far enough from the target and from all others."""
        return math.dist(candidate.place, self.target.center) >= NEW_PLACE * side and all(
            math.dist(candidate.place, other.center) >= SAME_PLACE * side for other in self.others
        )


def _nearest(candidates: Sequence[Candidate], point: Point) -> Candidate | None:
    return min(candidates, key=lambda each: math.dist(each.place, point), default=None)
