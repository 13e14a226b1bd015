"""Movers: targets are started where something moves, and ended where it has left, or never was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .box import Box, iou
from .claims import nested
from .confidence import State
from .detect import MotionDetector
from .multi import CLEARLY, MultiTracker
from .redetect import LEAST_ODDS, LEAST_ODDS_LOST
from .track import Track

__all__ = ["Movers"]

# Of the smaller of a window and what a target takes up, which both share if they are of one thing:
# arms and corners stick out of a box.
SAME_SHARE, TAKEN_UP = 0.3, 1.5
# What adjoins a larger window of a target, and is so much smaller, is a corner or a limb of it.
ADJOINS, LARGER = 1.1, 4.0  # sides of the larger window, times the area
# A target is young until its window was seen clear of the frame's border, by so much of its side,
# for so many frames: then it has come into the picture, and the background has forgotten where it
# stood before it set off. It is drawn anew when the one window seen there has been another than its
# box (IoU) for some frames; in its first frames already when its window grows by so much. 15 and 30
# frames, an IoU of 0.75, and 2 and 7 frames in a row measure the same on drawn scenes.
RIPE, CLEAR = 20, 0.1
OTHER, OTHER_FOR = 0.65, 4
GROWS, GROWN = 8, 1.15
# A window that shows nothing followed is a target in doubt, if that may be there: so many of its
# sides off, of its size (IoU about one center), and as likely by what the first frame showed as
# redetection asks for of one that is lost; or a target where nothing was seen to move in the last
# frames, if it is clearly likelier here: it stayed on what the mover passed behind.
NEAR, AS_LARGE = 2.0, 0.5
ENDS_AFTER = 30  # frames lost; or sooner, after as many as it was followed in
# Frames after which a target has gone by so many of its sides over the background, or was seen to
# move in the last few, or was no mover: a shadow's border, a place that something left.
PROBATION, TRAVEL, LAST = 20, 0.3, 10
# It goes while its box is so full of what moves; where it goes as far otherwise, it is no mover any
# more, but wanders over the ground. Of the boxes on drawn movers that go 99 % are fuller than 0.43,
# three quarters of those on the ground emptier than 0.16; 0.2 and 0.5 measure the same.
FULL = 0.35
ONE_AFTER = 20  # frames in a row in which a target was within another, or round it: they are one


@dataclass(slots=True)
class Begun:
    """A target that was started by its motion."""

    start: tuple[float, float]
    """Its first center, carried along with the background."""
    age: int = 0
    """Frames since then."""
    lost_for: int = 0
    """Frames in a row."""
    unseen: int = 0
    """Frames in a row in which nothing moved there."""
    within: int = 0
    """Frames in a row in which it was of one place with an older target."""
    whole: int = 0
    """Frames in which its window was seen clear of the frame's border."""
    other: int = 0
    """Frames in a row in which the one window seen there was another than its box."""
    has_gone: bool = False
    """Whether it was seen to go far enough from its start to be a mover, and has not wandered."""
    seen_at: tuple[float, float] = field(init=False)
    """Its center when its box was last full of what moves, or may have been; carried along, too."""

    def __post_init__(self) -> None:
        self.seen_at = self.start

    def take(
        self, track: Track, older: Iterable[Track], *, moves: bool, filling: float | None
    ) -> None:
        """Take note of where it is in the next frame, and whether something moves there.

        By the windows, and by how full of what moves its box is, if that is known. And of whether
        one of the *older* targets is there, too.
        """
        self.age += 1
        same = any(each.ok and nested(track.box, each.box) for each in older)
        self.within = self.within + 1 if same else 0
        self.unseen = 0 if moves else self.unseen + 1
        self.lost_for = self.lost_for + 1 if track.state is State.LOST else 0
        center, far = track.box.center, TRAVEL * track.box.side
        if filling is None or track.state is State.LOST:
            self.seen_at = center  # where it went meanwhile is not known
        elif filling >= FULL:
            self.seen_at = center
            self.has_gone = self.has_gone or math.dist(self.start, center) >= far
        elif math.dist(self.seen_at, center) >= far:
            self.has_gone = False

    @property
    def has_ended(self) -> bool:
        """Whether it has left, has not moved, or is of one thing with an older target."""
        if self.within >= ONE_AFTER:
            return True
        if self.lost_for >= min(ENDS_AFTER, self.age - self.lost_for):
            return self.lost_for > 0
        return self.age >= PROBATION and self.unseen >= LAST and not self.has_gone


class Movers:
    """Watches frames, adds a target where something moves, and removes those it added.

    One that comes to rest after it has moved stays a target: only what is lost has left, or what
    wanders on where nothing moves. Targets that others have added are left alone.

    Parameters
    ----------
    targets : MultiTracker
    """

    def __init__(self, targets: MultiTracker) -> None:
        self._targets = targets
        self._detector = MotionDetector(targets.channels)
        self._begun: dict[int, Begun] = {}

    def look(self, image: NDArray[np.uint8], time_s: float | None = None) -> None:
        """Look at the next frame, in which the targets' tracks are.

        Parameters
        ----------
        image : uint8 array of shape (H, W, 3)
            Of the targets' order of channels.
        time_s : float, optional
            Of the frame.
        """
        windows = self._detector.update(image)
        tracks = self._targets.tracks
        self._begun = {number: one for number, one in self._begun.items() if number in tracks}
        for number, one in list(self._begun.items()):
            one.start = self._detector.carried(one.start)
            one.seen_at = self._detector.carried(one.seen_at)
            box = tracks[number].box
            hidden = self._targets[number].claim.hidden
            older = [each for other, each in tracks.items() if other < number and not hidden]
            moves = any(_is_taken(window, [box]) for window in windows)
            filling = self._detector.filling(box)
            one.take(tracks[number], older, moves=moves, filling=filling)
            if one.has_ended:
                self._targets.remove(number)
        self._let_ripen(image, windows)
        taken = [track.box.scaled(TAKEN_UP) for track in self._targets.tracks.values()]
        known = [window for window in windows if _is_taken(window, taken)]
        for window in windows:
            if window in known or any(_is_part(window, whole) for whole in known):
                continue
            strayed = self._strayed(image, window)
            if strayed is None:
                self._begun[self._targets.add(image, window, time_s)] = Begun(window.center)
            else:
                self._targets.reset(strayed, image, window, keep_model=True)

    def _strayed(self, image: NDArray[np.uint8], window: Box) -> int | None:
        """Give the target that a window most likely shows, of those in doubt or gone astray."""
        likely = {}
        for number, track in self._targets.tracks.items():
            target, box = self._targets[number], track.box
            near = math.dist(box.center, window.center) < NEAR * box.side
            alike = iou(box.centered_at(*window.center), window) > AS_LARGE
            if not (number in self._begun and near and alike):
                continue
            there = target.likeness_of(image, window).log_odds
            in_doubt = track.state is not State.TRACKING and there > LEAST_ODDS_LOST
            stands = self._begun[number].unseen >= LAST and there > LEAST_ODDS
            if in_doubt or (stands and there - target.likeness_of(image, box).log_odds > CLEARLY):
                likely[number] = there
        return max(likely, key=likely.__getitem__, default=None)

    def _let_ripen(self, image: NDArray[np.uint8], windows: Sequence[Box]) -> None:
        """Correct young targets of which more has come to be seen, or that were drawn too large.

        One that turns out to be an older one, come out behind what that stayed on, gives it back.
        """
        for number, one in self._begun.items():
            if number not in self._targets.ids or one.whole >= RIPE:
                continue
            boxes = {other: track.box for other, track in self._targets.tracks.items()}
            box = boxes.pop(number)
            own = [
                each
                for each in windows
                if _is_taken(box, [each]) and not _is_taken(each, boxes.values())
            ]
            window = max(own, key=lambda each: each.area, default=box)
            one.whole += bool(own) and _is_clear(window, image.shape)
            is_other = len(own) == 1 and iou(window, box) < OTHER
            one.other = one.other + 1 if is_other else 0
            grows = one.age <= GROWS and window.area > GROWN * box.area
            if one.other < OTHER_FOR and not grows:
                continue
            strayed = self._strayed(image, window)
            if strayed is not None and strayed < number:
                self._targets.remove(number)
                self._targets.reset(strayed, image, window, keep_model=True)
            else:
                self._targets.reset(number, image, window)
                one.start, one.other = window.center, 0


def _is_clear(window: Box, shape: tuple[int, ...]) -> bool:
    """Tell whether a window is clear of the frame's border: nothing of what it shows is outside."""
    height, width = shape[:2]
    nearest = min(window.x, window.y, width - window.right, height - window.bottom)
    return nearest > CLEAR * window.side


def _is_taken(window: Box, taken: Iterable[Box]) -> bool:
    """Tell whether a window shows a thing that is followed already."""
    return any(window.shared_area(box) > SAME_SHARE * min(window.area, box.area) for box in taken)


def _is_part(window: Box, whole: Box) -> bool:
    """Tell whether a window sticks out of a much larger one."""
    return whole.area > LARGER * window.area and window.shared_area(whole.scaled(ADJOINS)) > 0
