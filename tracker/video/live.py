"""A camera or stream that runs whether or not anybody looks -> its newest picture.

Read on a thread of its own, since what waits in a driver's or a decoder's queue is old by the time
it is looked at, and since a read that stalls must not stall the window.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Generator

from ..errors import DamagedError, SourceError
from .feed import Feed, Image, Picture

__all__ = ["Connect", "read_live"]

Connect = Callable[[], Generator[Image, None, None]]
"""Opens the source and gives its pictures; raises SourceError when it cannot, or cannot go on."""

OPENING = 3  # time-outs that opening may take: a stream's first keyframe can be seconds away
OUTAGE_EVERY_S = 0.5  # between two words about an outage: often enough for keys to be heard

RETRY_FIRST_S, RETRY_LONGEST_S = 0.5, 30.0
RETRY_JITTER = 0.5
# Waits double up to the longest, each up to half longer or shorter: when a switch comes back, not
# all that hang on it ask at the same moment.

PARTING_S = 0.5  # for the thread to end; one that hangs in a driver is left behind


class _Newest:
    """Where the reading thread leaves its newest picture."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._image: Image | None = None
        self._arrived_s = 0.0
        self.n_dropped = 0
        self.why = ""  # the source is away, in words; empty while it is there
        self.ended = False

    def put(self, image: Image) -> None:
        """Take a picture, in the place of one that nobody looked at."""
        with self._changed:
            self.n_dropped += self._image is not None
            self._image, self._arrived_s, self.why = image, time.monotonic(), ""
            self._changed.notify()

    def tell(self, why: str, *, ended: bool = False) -> None:
        """Take note that no picture comes for now, or ever again."""
        with self._changed:
            self.why, self.ended = why, ended
            self._changed.notify()

    def take(self, wait_s: float, *, until_told: bool) -> tuple[Image, float] | None:
        """Give the newest picture and when it came; None if none came in time."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._image is not None or self.ended or (until_told and self.why), wait_s
            )
            if self._image is None:
                return None
            image, self._image = self._image, None
            return image, self._arrived_s


def read_live(name: str, connect: Connect, timeout_s: float) -> Feed:
    """Read a live source on another thread; its times count from its first picture.

    While it is away its last picture is given twice a second with the reason as
    :attr:`Picture.outage`, and it is connected again and again. When what *connect* gives ends
    without an error, so do the pictures.

    Parameters
    ----------
    name : str
        For messages, without credentials.
    connect : callable
        Called on the other thread, again after each outage.
    timeout_s : float
        Without a picture for that long it counts as away; opening may take three times as long.

    Raises
    ------
    SourceError
        By the first picture, when it does not come.
    DamagedError
        By the pictures, when reading failed for a reason that no new connection would mend.
    """
    return Feed(_pictures(name, connect, timeout_s), None, None)


def _pictures(name: str, connect: Connect, timeout_s: float) -> Generator[Picture, None, None]:
    newest, stopped = _Newest(), threading.Event()
    thread = threading.Thread(
        target=_keep_reading, args=(connect, newest, stopped), name="live", daemon=True
    )
    thread.start()
    try:
        taken = newest.take(OPENING * timeout_s, until_told=True)
        if taken is None:
            late = f"no picture within {OPENING * timeout_s:g} s"
            why = newest.why or ("it ended before its first picture" if newest.ended else late)
            raise SourceError(f"{name}: {why}")
        image, began_s = taken
        arrived_s, time_s = began_s, 0.0
        yield Picture(image, time_s, began_s, newest.n_dropped)
        is_away = False
        while True:
            wait_s = OUTAGE_EVERY_S if is_away else arrived_s + timeout_s - time.monotonic()
            taken = newest.take(max(wait_s, 0.0), until_told=not is_away)
            is_away = taken is None
            if taken is not None:
                image, arrived_s = taken
                # an outage may have been told of a moment after the picture came
                time_s = max(arrived_s - began_s, time_s + 1e-6)
                yield Picture(image, time_s, arrived_s, newest.n_dropped)
            elif newest.ended:
                break
            else:
                now_s = time.monotonic()
                time_s = now_s - began_s
                why = newest.why or "it has stalled"
                outage = f"no picture for {now_s - arrived_s:.0f} s: {why}"
                # a copy, since the picture given before is its receiver's own
                yield Picture(image.copy(), time_s, None, newest.n_dropped, outage)
        if newest.why:
            raise DamagedError(f"{name}: {newest.why}")
    finally:
        stopped.set()
        thread.join(PARTING_S)


def _keep_reading(connect: Connect, newest: _Newest, stopped: threading.Event) -> None:
    """Read until told to stop, and connect again after each outage."""
    wait_s = RETRY_FIRST_S
    while not stopped.is_set():
        pictures = connect()
        try:
            for image in pictures:
                if stopped.is_set():
                    return
                newest.put(image)
                wait_s = RETRY_FIRST_S
            newest.tell("", ended=True)
            return
        except SourceError as error:
            newest.tell(str(error))
        except BaseException as error:  # nobody else hears of what ends this thread
            newest.tell(f"reading failed ({error!r})", ended=True)
            raise
        finally:
            pictures.close()
        stopped.wait(wait_s * random.uniform(1 - RETRY_JITTER, 1 + RETRY_JITTER))
        wait_s = min(2 * wait_s, RETRY_LONGEST_S)
