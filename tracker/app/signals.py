"""Ctrl-C, SIGTERM and SIGHUP between frames, never within one."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

__all__ = ["StopSignals", "Stopped"]

SIGNALS = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    SIGNALS.append(signal.SIGHUP)  # the terminal was closed


class Stopped(BaseException):  # like KeyboardInterrupt: no error, and not to be caught as one
    """Somebody asked the program to end.

    Attributes
    ----------
    signal : int
        Which signal; the exit status of a program ended by it is 128 more.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.signal = number


class StopSignals:
    """While in its ``with`` block, Ctrl-C, SIGTERM and SIGHUP raise :class:`Stopped`, once.

    What comes after the first is ignored, so that recordings can be completed. In a ``held()``
    block the exception waits for the end of the block. On other threads than the main one, where
    Python hears no signals, it does nothing.

    Examples
    --------
    >>> with StopSignals() as signals:
    ...     with signals.held():
    ...         "written whole"
    'written whole'
    """

    def __init__(self) -> None:
        self._held = False
        self._done = False
        self._waiting: int | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the block run to its end before stopping."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._waiting is not None:
            self._raise(self._waiting)

    def ignore(self) -> None:
        """Ignore what comes from now on."""
        self._done = True

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self._held:
            self._waiting = number
        else:
            self._raise(number)

    def _raise(self, number: int) -> None:
        self._waiting = None
        if not self._done:
            self._done = True
            raise Stopped(number)
