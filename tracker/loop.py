"""The loop: a source in, its frames and where the target is in each of them out."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, TypeVar

from .box import Box
from .confidence import State
from .config import TrackerConfig
from .track import Track
from .tracker import Tracker
from .video import Frame, open_video

__all__ = ["READ_AHEAD", "Follower", "read_ahead", "track_video"]

READ_AHEAD = 4
"""How many frames wait decoded at most: enough to even out keyframes, 100 MB at 2160p."""

Item = TypeVar("Item")


class Follower:
    """A tracker on a source that may go away and come back with another size.

    Parameters
    ----------
    tracker : Tracker
        Made on *first*.
    first : Frame
    index : int, optional
        Of *first*; the tracker's own if it is not given.
    """

    def __init__(self, tracker: Tracker, first: Frame, index: int | None = None) -> None:
        self.tracker = tracker
        self._size = _size(first)
        self._index = tracker.track.index if index is None else index

    def advance(self, frame: Frame) -> Track:
        """Find the target in the next frame; it is lost, with the reason, during an outage."""
        self._index += 1  # not the tracker's, which sees nothing of outages
        if frame.outage:
            last = self.tracker.track
            track = replace(
                last, time_s=frame.time_s, score=0.0, state=State.LOST, reason=frame.outage
            )
        elif _size(frame) != self._size:
            self._rescale(frame)
            track = replace(self.tracker.track, time_s=frame.time_s)
        else:
            track = self.tracker.update(frame.image, frame.time_s)
        return replace(track, index=self._index)

    def _rescale(self, frame: Frame) -> None:
        """Go on in pictures of another size: the box takes the same share of them."""
        before, self._size = self._size, _size(frame)
        x, y = self._size[0] / before[0], self._size[1] / before[1]
        box = self.tracker.track.box
        scaled = Box(box.x * x, box.y * y, box.width * x, box.height * y)
        self.tracker.reset(frame.image, scaled, keep_model=True)


def _size(frame: Frame) -> tuple[int, int]:
    return frame.image.shape[1], frame.image.shape[0]


def track_video(
    source: str | os.PathLike[str] | int | Iterable[Any],
    box: Any,
    *,
    preset: str = "robust",
    config: TrackerConfig | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    max_frames: int | None = None,
    timeout_s: float = 5.0,
) -> Generator[tuple[Frame, Track], None, None]:
    """Follow the target in *box* of the first frame through a video.

    Files are decoded ahead on another thread while the tracker works. Leaving the loop early, or
    closing the generator, stops that thread and lets go of the file. Of a live source the newest
    frame is tracked; during an outage the track is lost, and says why.

    Parameters
    ----------
    source, start_s, end_s, max_frames, timeout_s
        What to read and from when to when, as :func:`~tracker.open_video` takes them.
    box : any four finite numbers
        x, y, width, height of the target in the first frame given, in pixels.
    preset, config
        As :class:`~tracker.Tracker` takes them.

    Yields
    ------
    Frame
        ``frame.image``, ``frame.index``, ``frame.time_s``.
    Track
        Where the target is in it. The first one is the given box, with index 0 and score 1.

    Raises
    ------
    SourceError
        If the source cannot be opened; :class:`~tracker.errors.DamagedError` after the last good
        frame of one that ended early.
    BoxError
        If the box is no box, or misses the frame.
    """
    with open_video(
        source, start_s=start_s, end_s=end_s, max_frames=max_frames, timeout_s=timeout_s
    ) as video:
        # A camera's frames are wanted fresh, not from a queue.
        frames = video if video.is_live else read_ahead(video, READ_AHEAD)
        try:
            first = next(frames)
            tracker = Tracker(first.image, box, time_s=first.time_s, preset=preset, config=config)
            follower = Follower(tracker, first)
            yield first, tracker.track
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
