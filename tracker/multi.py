"""MultiTracker: several targets, followed together, each by a number of its own.

Before each frame every target says where it is about to be; what one claims counts less for the
others (:mod:`tracker.claims`). So two that cross neither swap nor merge, and one that is hidden
behind another waits there and returns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from .association import Sighting, confirmed, pairs
from .box import Box
from .claims import neighbors
from .confidence import State
from .config import TrackerConfig, config_of
from .errors import ConfigError, FrameError, TargetError
from .patch import check_frame
from .track import Track
from .tracker import Tracker, on_frame, seconds

__all__ = ["MultiTracker"]

# A detection that overlaps its target by less, or one that is in doubt, corrects it.
AGREES = 0.5
ENDS_AFTER = 30  # frames lost, of a target that detections started


class MultiTracker:
    """Follows any number of targets, which come and go.

    Parameters
    ----------
    preset, config, channels
        As for :class:`~tracker.Tracker`, for all targets alike.
    threads : int
        Over which the targets are spread; the boxes are the same. Most of the work is done in
        compiled routines, which run side by side.

    Raises
    ------
    ConfigError
        If there is no such preset or order of channels, or less than one thread.

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
        preset: str = "robust",
        config: TrackerConfig | None = None,
        channels: str = "bgr",
        threads: int = 1,
    ) -> None:
        if channels not in ("bgr", "rgb"):
            raise ConfigError(f"channels {channels!r}: expected 'bgr' or 'rgb'")
        if not isinstance(config, TrackerConfig | None):
            raise ConfigError(f"config {config!r}: expected a TrackerConfig, or a preset's name")
        if not isinstance(threads, int) or threads < 1:
            raise ConfigError(f"threads {threads!r}: expected a whole number, 1 or more")
        self.config = config_of(preset) if config is None else config
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._channels = channels
        self._trackers: dict[int, Tracker] = {}
        self._tracks: dict[int, Track] = {}
        self._sightings: list[Sighting] = []
        self._detected: set[int] = set()
        self._lost_for: dict[int, int] = {}
        self._last_id = 0
        self._index = -1
        self._frame_shape: tuple[int, ...] = ()
        self._time_s: float | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        """The targets' numbers: they count up from 1 as targets are added, and none comes again."""
        return tuple(self._trackers)

    @property
    def tracks(self) -> dict[int, Track]:
        """The newest track of each target."""
        return dict(self._tracks)

    def __len__(self) -> int:
        return len(self._trackers)

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
            If the frame is not a picture, or of another shape than those before it.
        """
        frame = self._checked(frame)
        time_s = self._time_s if time_s is None else seconds(time_s)
        tracker = Tracker(frame, box, time_s=time_s, config=self.config, channels=self._channels)
        self._frame_shape, self._time_s = frame.shape, time_s
        self._index = max(self._index, 0)
        self._last_id += 1
        self._trackers[self._last_id], self._lost_for[self._last_id] = tracker, 0
        self._take_track(self._last_id)
        return self._last_id

    def remove(self, target: int) -> None:
        """Follow a target no longer. Its number is never used again.

        Raises
        ------
        TargetError
            If there is none of this number.
        """
        self._known(target)
        del self._trackers[target], self._tracks[target], self._lost_for[target]
        self._detected.discard(target)

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
        tracker = self._known(target)
        tracker.reset(self._checked(frame), box, keep_model=keep_model)
        self._lost_for[target] = 0
        self._take_track(target)

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
        if missing := self._trackers.keys() - boxes.keys():
            raise TargetError(f"target {min(missing)}: has no box in the new picture")
        placed = {target: on_frame(Box.of(box), frame) for target, box in boxes.items()}
        self._frame_shape = frame.shape
        for target, box in placed.items():
            self.reset(target, frame, box, keep_model=True)

    def __getitem__(self, target: int) -> Tracker:
        """Give the tracker of a target, to ask for its density, warning or separability.

        It is brought on and corrected by the methods here.
        """
        return self._known(target)

    def put(self, target: int, tracker: Tracker) -> None:
        """Let another tracker follow a target from the newest frame on: an earlier copy of it, say.

        Raises
        ------
        TargetError
            If there is no target of this number.
        """
        self._known(target)
        self._trackers[target] = tracker
        self._take_track(target)

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
            A detection corrects the target it overlaps most, if that is in doubt or elsewhere. What
            is detected three times and overlaps no target becomes one; a target that began so ends
            when it has been lost for thirty frames.

        Returns
        -------
        dict of int to Track
            The newest track of each target by its number, in the order of the numbers. `index`
            counts the frames of this tracker: 0 for the one before the first update.

        Raises
        ------
        FrameError
            If the frame is not a picture, or of another shape than those before it.
        BoxError
            If a detection is not four finite numbers, is empty, or lies outside the frame. All
            targets are then as they were.
        """
        frame, time_s = self._checked(frame), seconds(time_s)
        detected = None
        if detections is not None:
            detected = [on_frame(Box.of(box), frame) for box in detections]
        self._frame_shape, self._time_s = frame.shape, time_s
        self._index += 1
        self._follow(frame, time_s)
        if detected is not None:
            self._correct(frame, detected)
        for target in self.ids:
            self._take_track(target)
            if self._lost_for[target] >= ENDS_AFTER and target in self._detected:
                self.remove(target)
        return self.tracks

    def _follow(self, frame: NDArray[np.uint8], time_s: float | None) -> None:
        """Let every target find itself, by what all claimed before any of them moved."""
        # In an order of their own: who was added first is no better off.
        claimed = [(tracker.claim, tracker) for tracker in self._trackers.values()]
        claimed.sort(key=itemgetter(0))
        claims = [claim for claim, _ in claimed]
        near = neighbors(claims)

        def update(number: int) -> None:
            tracker = claimed[number][1]
            # One that is in doubt looks farther.
            others = near[number] if tracker.sure else np.arange(len(claims)) != number
            tracker.update(
                frame, time_s, claims=[claims[other] for other in np.flatnonzero(others)]
            )

        over = map if self._pool is None else self._pool.map
        for _ in over(update, range(len(claims))):
            pass

    def _correct(self, frame: NDArray[np.uint8], detected: list[Box]) -> None:
        """Take in what a detector found: correct targets, and start new ones."""
        ids = self.ids
        boxes = [self._trackers[target].track.box for target in ids]
        own = pairs(boxes, detected)
        agreed = set(pairs(boxes, detected, AGREES))
        for number, other in own:
            tracker = self._trackers[ids[number]]
            if tracker.track.state is not State.TRACKING or (number, other) not in agreed:
                tracker.reset(frame, detected[other], keep_model=True)
        known = {other for _, other in own}
        rest = [box for other, box in enumerate(detected) if other not in known]
        for box in confirmed(self._sightings, rest):
            self._detected.add(self.add(frame, box))

    def _take_track(self, target: int) -> None:
        """Take over a tracker's newest track, with the index of this tracker's frames."""
        track = self._trackers[target].track
        self._tracks[target] = dataclasses.replace(track, index=self._index)
        lost = track.state is State.LOST
        self._lost_for[target] = self._lost_for[target] + 1 if lost else 0

    def _checked(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        frame = check_frame(frame)
        if self._trackers and frame.shape != self._frame_shape:
            raise FrameError(
                f"frame of shape {frame.shape}: the targets were added on {self._frame_shape}; "
                "resize the frame, or remove them first"
            )
        return frame

    def _known(self, target: int) -> Tracker:
        if target not in self._trackers:
            known = ", ".join(map(str, self._trackers)) or "none"
            raise TargetError(f"target {target!r}: not followed; those that are: {known}")
        return self._trackers[target]
