"""Doing work on another thread, in the order in which it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

__all__ = ["WriteBehind"]

Item = TypeVar("Item")


class WriteBehind(Generic[Item]):
    """Hands items to a function on another thread, with no more than *depth* of them waiting.

    An error of the function comes out of the next :meth:`put`, or of :meth:`close`; no item is
    handed over after it.

    Parameters
    ----------
    write : callable
        Called with each item, on the other thread only.
    depth : int
        How many items may wait, at least 1.
    """

    def __init__(self, write: Callable[[Item], None], depth: int) -> None:
        if depth < 1:
            raise ValueError(f"depth={depth}: must be at least 1")
        self._write = write
        self._room = threading.Semaphore(depth)
        self._items: SimpleQueue[tuple[Item] | None] = SimpleQueue()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="write-behind", daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Give an item, and wait while too many wait already."""
        self._raise()
        self._room.acquire()
        self._raise()
        self._items.put((item,))

    def close(self) -> None:
        """Wait until everything is written; once is enough, twice does no harm."""
        self._items.put(None)
        self._thread.join()
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _work(self) -> None:
        try:
            while (item := self._items.get()) is not None:
                self._write(item[0])
                self._room.release()
        except BaseException as error:  # raised again by whoever gives the items
            self._error = error
            self._room.release()
            while self._items.get() is not None:
                self._room.release()
