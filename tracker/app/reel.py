"""A source whose frames come one after the other, and of a file from anywhere on, too."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Generator, Iterator
from types import TracebackType

from ..errors import SourceError
from ..loop import READ_AHEAD, read_ahead
from ..video import Frame, Video

__all__ = ["Reel"]

KEPT_BYTES = 64_000_000  # of pictures passed, for steps back: ten of 1080p
BACK_S = 1.0  # how far back is decoded when a step back meets a picture that is not kept
NEAR_THE_END_S = (0.0, 0.5, 2.0, 10.0)  # what a file says of its end need not be true
SAME_S = 0.002  # two times of one frame: some files keep but thousandths


class Reel:
    """The frames of a source.

    Files are decoded ahead on another thread; of a live source each frame is the newest.

    Parameters
    ----------
    video : Video
        Its attributes are those of the source; the reel reads and closes it.
    reopen : callable, optional
        Opens the same source from a time on; without it one cannot go back.
    """

    def __init__(self, video: Video, reopen: Callable[[float], Video] | None = None) -> None:
        self.source = video
        self._reopen = reopen
        self._video = video
        self._frames = _fetch(video)
        self._past: deque[Frame] = deque()  # the newest one is that which is looked at
        self._ahead: deque[Frame] = deque()  # those after it that were looked at before

    def __enter__(self) -> Reel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        frame = self._ahead.popleft() if self._ahead else next(self._frames)
        if self.can_seek:
            self._past.append(frame)
            while len(self._past) * frame.image.nbytes > KEPT_BYTES and len(self._past) > 2:
                self._past.popleft()
        return frame

    @property
    def can_seek(self) -> bool:
        """Whether one can go anywhere in it."""
        return self._reopen is not None

    def back(self) -> Frame | None:
        """Go to the frame before the one that came last; None if that was the first."""
        if not self._past:
            return None
        if len(self._past) == 1 and not self._read_up_to(self._past[0].time_s):
            return None
        self._ahead.appendleft(self._past.pop())
        return self._past[-1]

    def at(self, time_s: float) -> Frame | None:
        """Go to the first frame at or after a time; to one of the last, if there is none."""
        for back_s in NEAR_THE_END_S:
            if self._open_at(max(time_s - back_s, 0.0)):
                self._past.clear()
                return next(self)
        return None

    def _read_up_to(self, time_s: float) -> bool:
        """Read again what comes before the frame of a time; False if nothing does."""
        if not self._open_at(max(time_s - BACK_S, 0.0)):
            return False
        self._past.clear()
        while not self._past or self._past[-1].time_s < time_s - SAME_S:
            next(self)
        return len(self._past) > 1

    def _open_at(self, time_s: float) -> bool:
        if self._reopen is None:
            return False
        try:
            video = self._reopen(time_s)
        except SourceError:  # no frame there
            return False
        self.close()
        self._video, self._frames = video, _fetch(video)
        # PyAV's files and streams refer to each other: until they are collected the decoder keeps
        # its pictures, 30 MB of them at 320x240 with threads.
        gc.collect()
        self._ahead.clear()
        return True

    def close(self) -> None:
        """Let go of the source, and end the thread that reads ahead."""
        self._frames.close()
        self._video.close()


def _fetch(video: Video) -> Generator[Frame, None, None]:
    # A camera's frames are wanted fresh, not from a queue.
    return (frame for frame in video) if video.is_live else read_ahead(video, READ_AHEAD)
