"""MultiTracker: several targets, followed together, each by a number of its own.

Before each frame every target says where it is about to be; what one claims counts less for the
others (:mod:`tracker.claims`). So two that cross neither swap nor merge, and one that is hidden
behind another waits there and returns.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from .association import AGREES, CONFIRMED_BY, Sighting, confirmed, distinct, pairs
from .box import Box, iou
from .claims import Claim, apart, neighbors, nested
from .confidence import State
from .config import TrackerConfig, config_of
from .errors import FrameError, StateFileError, TargetError, TrackerError
from .inputs import check_channels, check_frame, lies_on, on_frame, seconds
from .redetect import BETTER_ODDS, LEAST_ODDS, reach_after
from .saving import Arrays, Numbers, read_state, write_state
from .target import Target
from .track import Track
from .tracker import Tracker

__all__ = ["CLEARLY", "MultiTracker"]

# How much likelier a target that went astray is where it was detected than where it is taken to be,
# log odds by the first frame: twice what redetection asks for, which looks at it more than once.
CLEARLY = 2 * BETTER_ODDS
# Sides of the larger of a box by hand and a detection within it, up to which they have one center:
# a part, as a face of a person, is off by more.
CENTERED = 0.15
JUST = 3  # frames since a detection in which a thing is not far from where it was


class MultiTracker:
    """Follows any number of targets, which come and go.

    Parameters
    ----------
    preset, config, channels
        As for :class:`~tracker.Tracker`, for all targets alike.

    Raises
    ------
    ConfigError
        If there is no such preset or order of channels, or a preset and a config are given.

    Examples
    --------
    >>> from tracker import MultiTracker
    >>> from tracker.synthetic import plain_scene
    >>> scene = plain_scene()
    >>> image, box = scene[0]
    >>> targets = MultiTracker()
    >>> ball = targets.add(image, box)
    >>> for image, truth in scene[1:10]:
    ...     tracks = targets.update(image)
    >>> ball, tracks[ball].state.value
    (1, 'tracking')
    """

    def __init__(
        self,
        *,
        preset: str | None = None,
        config: TrackerConfig | None = None,
        channels: str = "bgr",
    ) -> None:
        self.channels = check_channels(channels)
        self.config = config_of(preset, config)
        self._targets: dict[int, Target] = {}
        self._sightings: list[Sighting] = []
        self._nested: set[frozenset[int]] = set()  # pairs of whole and part
        self._last_id = 0
        self._index = -1
        self._frame_shape: tuple[int, ...] = ()
        self._time_s: float | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        """The targets' numbers: they count up from 1 as targets are added, and none comes again."""
        return tuple(self._targets)

    @property
    def tracks(self) -> dict[int, Track]:
        """The newest track of each target."""
        return {number: target.track for number, target in self._targets.items()}

    def __repr__(self) -> str:
        states = ", ".join(f"{number} {track.state}" for number, track in self.tracks.items())
        return f"<MultiTracker at frame {self._index}: {states or 'no targets'}>"

    def save(self, path: str | PathLike[str]) -> None:
        """Save all that is known of all targets: an NPZ file of arrays and JSON, without pickle."""
        states = {number: target.state() for number, target in self._targets.items()}
        numbers: Numbers = {
            "config": self.config.to_dict(),
            "channels": self.channels,
            "frame_shape": self._frame_shape,
            "index": self._index,
            "time_s": self._time_s,
            "last_id": self._last_id,
            "nested": [sorted(pair) for pair in self._nested],
            "sightings": [dataclasses.asdict(each) for each in self._sightings],
            "targets": {number: its_numbers for number, (its_numbers, _) in states.items()},
        }
        arrays = {
            f"{number}/{name}": array
            for number, (_, its_arrays) in states.items()
            for name, array in its_arrays.items()
        }
        write_state(path, numbers, arrays, of="MultiTracker")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> MultiTracker:
        """Load saved targets; they go on as the saved ones would have, to the last digit.

        Raises
        ------
        StateFileError
            If the file cannot be read.
        """
        numbers, arrays = read_state(path, of="MultiTracker")
        try:
            return cls._of(numbers, arrays)
        except (KeyError, TypeError, ValueError, IndexError, TrackerError) as error:
            raise StateFileError(f"{path}: {error!r}; was the file changed?") from error

    @classmethod
    def _of(cls, numbers: Numbers, arrays: Arrays) -> MultiTracker:
        targets = cls(
            config=TrackerConfig.from_dict(numbers["config"]), channels=numbers["channels"]
        )
        targets._frame_shape = tuple(numbers["frame_shape"])
        targets._index, targets._time_s = numbers["index"], numbers["time_s"]
        targets._last_id = numbers["last_id"]
        targets._nested = {frozenset(pair) for pair in numbers["nested"]}
        targets._sightings = [
            Sighting(
                **{
                    **each,
                    "box": Box(*each["box"]),
                    "velocity": each["velocity"] and tuple(each["velocity"]),
                }
            )
            for each in numbers["sightings"]
        ]
        for number, its_numbers in numbers["targets"].items():
            begin = f"{number}/"
            its_arrays = {
                name.removeprefix(begin): array
                for name, array in arrays.items()
                if name.startswith(begin)
            }
            target = Target.of(its_numbers, its_arrays)
            target.track = targets._counted(target.tracker.track)
            targets._targets[int(number)] = target
        return targets

    def __copy__(self) -> MultiTracker:
        """Copy it with all its targets, which go on apart from the copied ones."""
        return copy.deepcopy(self)

    def __len__(self) -> int:
        return len(self._targets)

    def __iter__(self) -> Iterator[int]:
        """Go through the targets' numbers."""
        return iter(self.ids)

    def add(
        self, frame: NDArray[np.uint8], box: Iterable[float], time_s: float | None = None
    ) -> int:
        """Follow what is in *box* of *frame* too; give its number.

        Parameters
        ----------
        frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
            The newest frame, of the shape of those before it as long as there are targets.
        box : four numbers
            x, y, width, height of the target in pixels, edges.
        time_s : float, optional
            Time of the frame in seconds; that of the newest frame if none is given.

        Raises
        ------
        BoxError
            If the box is not four finite numbers, is empty, or lies outside the frame.
        FrameError
            If the frame is not a picture, or of another shape than those before it, or the time is
            not a finite number.
        """
        frame = self._checked(frame)
        time_s = self._time_s if time_s is None else seconds(time_s)
        tracker = Tracker(frame, box, time_s=time_s, config=self.config, channels=self.channels)
        self._frame_shape, self._time_s = frame.shape, time_s
        self._index = max(self._index, 0)
        self._last_id += 1
        self._nested |= {
            frozenset((self._last_id, number))
            for number, other in self._targets.items()
            if nested(tracker.track.box, other.tracker.track.box)
        }
        added = Target(tracker, self._counted(tracker.track), detected_in=self._index)
        self._targets[self._last_id] = added
        return self._last_id

    def remove(self, target: int) -> None:
        """Follow a target no longer. Its number is never used again.

        Raises
        ------
        TargetError
            If there is none of this number.
        """
        self._known(target)
        del self._targets[target]

    def reset(
        self,
        target: int,
        frame: NDArray[np.uint8],
        box: Iterable[float],
        *,
        keep_model: bool = False,
    ) -> None:
        """Take a target to be in *box* of *frame*: corrected by hand.

        Parameters
        ----------
        target : int
            Its number.
        frame, box
            As for :meth:`add`.
        keep_model : bool
            Keep what was learnt of the target, and only move to the box. Otherwise start anew.

        Raises
        ------
        TargetError
            If there is no target of this number.
        BoxError, FrameError
            As for :meth:`add`; the target is then as it was.
        """
        corrected = self._known(target)
        corrected.tracker.reset(self._checked(frame), box, keep_model=keep_model)
        corrected.track = self._counted(corrected.tracker.track)
        corrected.lost_for = corrected.undetected_for = 0
        corrected.detection, corrected.detected_in = None, self._index  # it was seen elsewhere

    def move(self, frame: NDArray[np.uint8], boxes: Mapping[int, Iterable[float]]) -> None:
        """Go on in pictures of another shape: all targets keep what was learnt, in these boxes.

        Parameters
        ----------
        frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
        boxes : mapping of int to four numbers
            Where each target is in it.

        Raises
        ------
        TargetError
            If a target has no box, or a box no target.
        BoxError, FrameError
            As for :meth:`add`.
        """
        frame = check_frame(frame)
        for target in boxes:
            self._known(target)
        if missing := self._targets.keys() - boxes.keys():
            raise TargetError(f"target {min(missing)}: has no box in the new picture")
        placed = {target: on_frame(Box.of(box), frame) for target, box in boxes.items()}
        self._frame_shape = frame.shape
        for target, box in placed.items():
            self.reset(target, frame, box, keep_model=True)

    def __getitem__(self, target: int) -> Tracker:
        """Give the tracker of a target, to ask for its density, warning or separability.

        It is brought on and corrected by the methods here.
        """
        return self._known(target).tracker

    def put(self, target: int, tracker: Tracker) -> None:
        """Let another tracker follow a target from the newest frame on: an earlier copy of it, say.

        Raises
        ------
        TargetError
            If there is no target of this number.
        """
        changed = self._known(target)
        changed.tracker, changed.track = tracker, self._counted(tracker.track)

    def update(
        self,
        frame: NDArray[np.uint8],
        time_s: float | None = None,
        *,
        detections: Iterable[Iterable[float]] | None = None,
    ) -> dict[int, Track]:
        """Find all targets in the next frame.

        Parameters
        ----------
        frame : uint8 array of the shape of the frame before
        time_s : float, optional
            Time of the frame in seconds.
        detections : iterable of four numbers each, optional
            x, y, width, height of what a detector found in this frame; None when it was not asked.
            What lies wholly outside the frame is left out.
            Each is the target's that it overlaps most (IoU of 0.3 or more), and corrects it when
            that is in doubt or overlaps it by less than 0.5. What is detected three times and is no
            target's is one that went astray, if it is clearly likelier here; or was drawn far too
            large or too small round it; or else a new one. A target that began so ends when it has
            been lost for 30 frames, or was in none of the detections of 30 frames. Those that were
            added never end.

        Returns
        -------
        dict of int to Track
            The newest track of each target by its number, in the order of the numbers. `index`
            counts the frames of this tracker: 0 for the one before the first update.

        Raises
        ------
        FrameError
            If the frame is not a picture, or of another shape than those before it, or the time is
            not a finite number.
        BoxError
            If a detection is not four finite numbers, is empty, or has not the size of a target in
            pixels of the frame. All targets are then as they were.
        """
        frame, time_s = self._checked(frame), seconds(time_s)
        detected = None
        if detections is not None:
            boxes = map(Box.of, detections)
            detected = [on_frame(box, frame) for box in boxes if lies_on(box, frame)]
        self._frame_shape, self._time_s = frame.shape, time_s
        self._index += 1
        self._follow(frame, time_s)
        if detected is not None:
            self._correct(frame, detected)
        for number, target in list(self._targets.items()):
            target.track = self._counted(target.tracker.track)
            target.lost_for = 0 if target.track.ok else target.lost_for + 1
            if target.over:
                del self._targets[number]
        return self.tracks

    def _follow(self, frame: NDArray[np.uint8], time_s: float | None) -> None:
        """Let every target find itself, by what all claimed before any of them moved."""
        # In an order of their own: who was added first is no better off.
        claimed = [(each.tracker.claim, number) for number, each in self._targets.items()]
        claimed.sort(key=itemgetter(0))
        claims = [claim for claim, _ in claimed]
        strangers = self._strangers({number: claim for claim, number in claimed})
        near = strangers & neighbors(claims)
        for row, (_, number) in enumerate(claimed):
            tracker = self._targets[number].tracker
            # One that is in doubt looks farther.
            others = near[row] if tracker.sure else strangers[row]
            tracker.update(
                frame, time_s, claims=[claims[other] for other in np.flatnonzero(others)]
            )

    def _strangers(self, claims: Mapping[int, Claim]) -> NDArray[np.bool_]:
        """Tell which targets are neither one nor whole and part, row by row for each claim.

        Those that have come apart, or of which one is followed no longer, are forgotten as such.
        """
        self._nested = {
            pair
            for pair in self._nested
            if pair <= claims.keys() and not apart(*(claims[number] for number in pair))
        }
        rows = {number: row for row, number in enumerate(claims)}
        strangers = ~np.eye(len(claims), dtype=np.bool_)
        for one, other in self._nested:
            strangers[rows[one], rows[other]] = strangers[rows[other], rows[one]] = False
        return strangers

    def _correct(self, frame: NDArray[np.uint8], detected: list[Box]) -> None:
        """Take in what a detector found: correct targets, and begin new ones."""
        targets = list(self._targets.values())
        boxes = [target.tracker.track.box for target in targets]
        for target in targets:
            target.undetected_for += 1
        found = self._paired(targets, boxes, detected)
        for number, other in found:
            self._move(targets[number], frame, detected[other])
        known = {other for _, other in found}
        rest = [box for other, box in enumerate(detected) if other not in known]
        for box in confirmed(self._sightings, distinct(rest, boxes), self._index):
            misdrawn, strayed = self._misdrawn(box), self._strayed(frame, box)
            if misdrawn is not None:  # what was learnt is of more than the target, or of less
                misdrawn.tracker.reset(frame, box)
                self._move(misdrawn, frame, box)
            elif strayed is not None:
                self._move(strayed, frame, box)
            else:
                self._targets[self.add(frame, box)].detected = True

    def _move(self, target: Target, frame: NDArray[np.uint8], box: Box) -> None:
        """Take a target to be where it was detected."""
        target.undetected_for = 0
        target.detection, target.detected_in = box, self._index
        track = target.tracker.track
        if track.state is not State.TRACKING or iou(track.box, box) < AGREES:
            target.tracker.reset(frame, box, keep_model=True)

    def _misdrawn(self, box: Box) -> Target | None:
        """Give the target that was drawn round this detection, or within it, if there is one.

        None of the detections that made this one sure was its, nor one before them.
        """
        for target in self._targets.values():
            own = target.tracker.track.box
            off = math.dist(own.center, box.center) / max(own.side, box.side)
            never = target.detection is None and target.undetected_for >= CONFIRMED_BY
            if never and nested(own, box) and off < CENTERED:
                return target
        return None

    def _strayed(self, frame: NDArray[np.uint8], box: Box) -> Target | None:
        """Give the target that was detected here instead of where it is taken to be, if any.

        None of the detections that made this one sure was its, and by what the first frame showed
        it is likely here, and clearly likelier than there.
        """
        likelier = {}
        for number, target in self._targets.items():
            tracker, own = target.tracker, target.tracker.track.box
            n_frames = self._index - target.detected_in
            far = math.dist(own.center, box.center) > reach_after(n_frames) * own.side
            if target.undetected_for < CONFIRMED_BY or far:
                continue
            there = tracker.likeness_of(frame, box).log_odds
            better = there - tracker.likeness_of(frame, own).log_odds
            if there > LEAST_ODDS and better > CLEARLY:
                likelier[number] = better
        return self._targets[max(likelier, key=likelier.__getitem__)] if likelier else None

    def _paired(
        self, targets: Sequence[Target], boxes: Sequence[Box], detected: Sequence[Box]
    ) -> list[tuple[int, int]]:
        """Pair targets with detections: by where they are, else by where they were just detected.

        Of one that goes astray, or waits behind something, the detector may know better.
        """
        found = pairs(boxes, detected)
        paired, known = {number for number, _ in found}, {other for _, other in found}
        last = {
            number: target.detection
            for number, target in enumerate(targets)
            if target.detection is not None
            and number not in paired
            and self._index - target.detected_in <= JUST
        }
        left = [box for other, box in enumerate(detected) if other not in known]
        free = distinct(left, [detected[other] for other in known])
        again = pairs(list(last.values()), free)
        return found + [(list(last)[row], detected.index(free[column])) for row, column in again]

    def _counted(self, track: Track) -> Track:
        """Give a track the index of this tracker's frames."""
        return dataclasses.replace(track, index=self._index)

    def _checked(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        frame = check_frame(frame)
        if self._targets and frame.shape != self._frame_shape:
            raise FrameError(
                f"frame of shape {frame.shape}: the targets were added on {self._frame_shape}; "
                "resize the frame, or remove them first"
            )
        return frame

    def _known(self, number: int) -> Target:
        try:
            return self._targets[number]
        except (KeyError, TypeError):  # TypeError of what can be no key, as a list
            known = ", ".join(map(str, self._targets)) or "none"
            raise TargetError(f"target {number!r}: not followed; those that are: {known}") from None
