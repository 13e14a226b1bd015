"""The loop: a source in, its frames and where the targets are in each of them out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar, overload

from .box import Box
from .confidence import State
from .config import TrackerConfig
from .errors import ConfigError
from .multi import MultiTracker
from .track import Track
from .video import Frame, Video, open_video

__all__ = ["FIRST", "READ_AHEAD", "Follower", "read_ahead", "track_video"]

READ_AHEAD = 4
"""How many frames wait decoded at most: enough to even out keyframes, 100 MB at 2160p."""

FIRST = 1  # number of a target that is alone

Item = TypeVar("Item")


class Follower:
    """Targets on a source that may go away and come back with another size.

    Parameters
    ----------
    targets : MultiTracker
        Those on *first*, if there are any.
    first : Frame
    index : int, optional
        Of *first* in the tracks.

    Attributes
    ----------
    index : int
        Of the newest frame in the tracks.
    """

    def __init__(self, targets: MultiTracker, first: Frame, index: int = 0) -> None:
        self.targets = targets
        self._size = _size(first)
        self.index = index

    @property
    def tracks(self) -> dict[int, Track]:
        """The newest tracks, by the targets' numbers."""
        # The index is not the trackers', which see nothing of outages.
        return {
            number: replace(track, index=self.index)
            for number, track in self.targets.tracks.items()
        }

    def advance(self, frame: Frame) -> dict[int, Track]:
        """Find the targets in the next frame; they are lost, with the reason, during an outage."""
        self.index += 1
        if frame.outage:
            return {
                number: replace(
                    track, time_s=frame.time_s, score=0.0, state=State.LOST, reason=frame.outage
                )
                for number, track in self.tracks.items()
            }
        if _size(frame) != self._size:
            self._rescale(frame)
            tracks = self.tracks.items()
            return {number: replace(track, time_s=frame.time_s) for number, track in tracks}
        self.targets.update(frame.image, frame.time_s)
        return self.tracks

    def _rescale(self, frame: Frame) -> None:
        """Go on in pictures of another size: the boxes take the same share of them."""
        before, self._size = self._size, _size(frame)
        x, y = self._size[0] / before[0], self._size[1] / before[1]
        boxes = {number: track.box for number, track in self.targets.tracks.items()}
        scaled = {
            number: Box(box.x * x, box.y * y, box.width * x, box.height * y)
            for number, box in boxes.items()
        }
        self.targets.move(frame.image, scaled)


def _size(frame: Frame) -> tuple[int, int]:
    return frame.image.shape[1], frame.image.shape[0]


@overload
def track_video(
    source: str | os.PathLike[str] | int | Iterable[Any],
    box: Any,
    *,
    preset: str | None = ...,
    config: TrackerConfig | None = ...,
    start_s: float = ...,
    end_s: float | None = ...,
    max_frames: int | None = ...,
    timeout_s: float = ...,
) -> Generator[tuple[Frame, Track], None, None]: ...


@overload
def track_video(
    source: str | os.PathLike[str] | int | Iterable[Any],
    *,
    boxes: Iterable[Any],
    preset: str | None = ...,
    config: TrackerConfig | None = ...,
    start_s: float = ...,
    end_s: float | None = ...,
    max_frames: int | None = ...,
    timeout_s: float = ...,
) -> Generator[tuple[Frame, dict[int, Track]], None, None]: ...


def track_video(
    source: str | os.PathLike[str] | int | Iterable[Any],
    box: Any = None,
    *,
    boxes: Iterable[Any] | None = None,
    preset: str | None = None,
    config: TrackerConfig | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    max_frames: int | None = None,
    timeout_s: float = 5.0,
) -> Generator[tuple[Frame, Any], None, None]:
    """Follow the target in *box* of the first frame, or those in *boxes*, through a video.

    Files are decoded ahead on another thread while the tracker works. Leaving the loop early, or
    closing the generator, stops that thread and lets go of the file. Of a live source the newest
    frame is tracked; during an outage the track is lost, and says why.

    Parameters
    ----------
    source, start_s, end_s, max_frames, timeout_s
        What to read and from when to when, as :func:`~tracker.open_video` takes them.
    box : any four finite numbers
        x, y, width, height of the target in the first frame given, in pixels.
    boxes : iterable of such boxes, by name
        Several targets, in the place of *box*. Their numbers count up from 1.
    preset, config
        As :class:`~tracker.Tracker` takes them.

    Yields
    ------
    Frame
        ``frame.image``, ``frame.index``, ``frame.time_s``.
    Track, or dict of int to Track for *boxes*
        Where the target is in it, or each of them by its number. The first one is the given box,
        with index 0 and score 1.

    Raises
    ------
    ConfigError
        If neither or both of *box* and *boxes*, or both of *preset* and *config*, are given, or
        there is no such preset.
    SourceError
        If the source cannot be opened; :class:`~tracker.errors.DamagedError` after the last good
        frame of one that ended early.
    BoxError
        If a box is no box, or misses the frame.
    """
    if (box is None) is (boxes is None):
        raise ConfigError(
            "track_video: give either the box of one target, or boxes=[...] of several"
        )
    targets = MultiTracker(preset=preset, config=config)
    opened = partial(
        open_video,
        source,
        start_s=start_s,
        end_s=end_s,
        max_frames=max_frames,
        timeout_s=timeout_s,
    )
    if boxes is not None:
        return _followed(opened, targets, list(boxes))
    return _alone(_followed(opened, targets, [box]))


def _alone(
    several: Generator[tuple[Frame, dict[int, Track]], None, None],
) -> Generator[tuple[Frame, Track], None, None]:
    with closing(several):
        for frame, tracks in several:
            yield frame, tracks[FIRST]


def _followed(
    opened: Callable[[], Video], targets: MultiTracker, boxes: Sequence[Any]
) -> Generator[tuple[Frame, dict[int, Track]], None, None]:
    """Give each frame with its tracks; the video is opened when the first is asked for."""
    with opened() as video:
        # A camera's frames are wanted fresh, not from a queue.
        frames = video if video.is_live else read_ahead(video, READ_AHEAD)
        try:
            first = next(frames)
            for box in boxes:
                targets.add(first.image, box, first.time_s)
            follower = Follower(targets, first)
            yield first, follower.tracks
            for frame in frames:
                yield frame, follower.advance(frame)
        finally:
            frames.close()  # stops the thread before the video closes under it


def read_ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """Give the same items, fetched on another thread up to *depth* ahead.

    An error of *items* comes after the items before it. The thread starts with the first item
    asked for, and has ended when the generator has: after the last item, after an error, or
    when it is closed, at most one item later.

    Parameters
    ----------
    items : iterable
        Only the other thread iterates over it.
    depth : int
        How many items may wait, at least 1.

    Raises
    ------
    ValueError
        If *depth* is less.

    Examples
    --------
    >>> list(read_ahead("abc", 2))
    ['a', 'b', 'c']
    """
    if depth < 1:
        raise ValueError(f"depth={depth}: must be at least 1")
    room = threading.Semaphore(depth)
    stopped = threading.Event()
    fetched: SimpleQueue[tuple[Item] | BaseException | None] = SimpleQueue()

    def fetch() -> None:
        try:
            iterator = iter(items)
            while room.acquire() and not stopped.is_set():
                fetched.put((next(iterator),))
        except StopIteration:
            fetched.put(None)
        except BaseException as error:  # raised again by whoever waits for the items
            fetched.put(error)

    thread = threading.Thread(target=fetch, name="read-ahead", daemon=True)
    thread.start()
    try:
        while (item := fetched.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            room.release()
            yield item[0]
    finally:
        stopped.set()
        room.release()
        thread.join()
