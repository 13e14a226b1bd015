"""Showing a run on a window: in time with the clip, and with keys to steer it."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..drawing import Image
from .window import Window

__all__ = ["HINT", "Player"]

HINT = "q quit   space pause   s select   d density   t trail"
PAUSED_HINT = "paused   space go on   s select   d density   t trail   q quit"
POLL_MS = 30  # between two looks at the keys while paused
LATE_S = 0.25  # further behind than this the clock is set back: no hurry to catch up


class Player:
    """Shows pictures when they are due, and tells what the user wants.

    Parameters
    ----------
    window : Window
    in_time : bool
        Wait until each picture is due; not for cameras, whose pictures come when they are due.
    density, trail : bool
        Whether they are shown at first.
    """

    def __init__(
        self, window: Window, *, in_time: bool, density: bool = False, trail: bool = True
    ) -> None:
        self.window = window
        self.density, self.trail = density, trail
        self._in_time = in_time
        self._offset_s: float | None = None  # of the clock from the times of the pictures

    def show(self, render: Callable[[], Image], time_s: float, status: str = "") -> str:
        """Show what *render* gives, and wait until it is due.

        Returns
        -------
        str
            "quit" when a key or the closed window says so, "select" when the user wants to draw a
            new box, else "".
        """
        self.window.show(render(), hint=HINT, status=status)
        key = self.window.key(self._wait_ms(time_s))
        if key == "space":
            return self._pause(render, status)
        command = self._obey(key)
        return "quit" if not self.window.is_open else command

    def _pause(self, render: Callable[[], Image], status: str) -> str:
        """Stand still until a key says otherwise."""
        self._offset_s = None
        while self.window.is_open:
            self.window.show(render(), hint=PAUSED_HINT, status=status)
            key = self.window.key(POLL_MS)
            if key == "space":
                return ""
            if command := self._obey(key):
                return command
        return "quit"

    def _obey(self, key: str) -> str:
        """Turn a key into a switch or a command."""
        if key in ("q", "escape"):
            return "quit"
        if key in ("s", "r"):
            self._offset_s = None  # choosing takes time
            return "select"
        if key == "d":
            self.density = not self.density
        elif key == "t":
            self.trail = not self.trail
        return ""

    def _wait_ms(self, time_s: float) -> int:
        """Tell how long the picture of this time is to be shown from now."""
        now_s = time.monotonic()
        if self._offset_s is None or now_s - time_s - self._offset_s > LATE_S:
            self._offset_s = now_s - time_s
        early_s = time_s + self._offset_s - now_s
        return max(round(early_s * 1000), 1) if self._in_time else 1
