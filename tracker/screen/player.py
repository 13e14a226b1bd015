"""Showing a run on a window: in time with the film, with what the user switched on over it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from ..overlay.primitives import Image
from ..track import Track
from .fitting import Fit
from .hud import draw_help, draw_note, draw_plot
from .keys import COMMANDS
from .pace import Pace, rate
from .window import Window

__all__ = ["Player"]

HINT = "h keys   q quit   space stop   s select   d density   t trail"
KEYS_EVERY_S = 0.02  # while catching up: each look costs a thousandth of a second
NOTE_S = 2.5  # how long a note stays
RATED = 40  # frames over which the rate is taken


class Player:
    """Shows pictures when they are due, and hears what the user wants.

    Parameters
    ----------
    window : Window
    in_time : bool
        Wait until each picture is due, and leave some away to catch up; not for cameras, whose
        pictures come when they are due.
    density, trail, plot : bool
        Whether they are shown at first.

    Attributes
    ----------
    n_undrawn : int
        How many pictures were left away.
    """

    def __init__(
        self,
        window: Window,
        *,
        in_time: bool,
        density: bool = False,
        trail: bool = True,
        plot: bool = True,
    ) -> None:
        self.window = window
        self.density, self.trail, self.plot, self.help = density, trail, plot, False
        self.n_undrawn = 0
        self.pace = Pace()
        self._in_time = in_time
        self._note, self._note_until_s = "", 0.0
        self._moments_s: deque[float] = deque(maxlen=RATED)
        self._heard_s = 0.0

    @property
    def frame_rate(self) -> float:
        """How many frames a second came lately, drawn or not."""
        return rate(self._moments_s)

    def note(self, text: str) -> None:
        """Say something in the picture for a moment."""
        self._note, self._note_until_s = text, time.monotonic() + NOTE_S

    def switch(self, command: str) -> bool:
        """Do what concerns the picture alone; tells whether the command was of that kind."""
        if command in ("density", "trail", "plot", "help"):
            setattr(self, command, not getattr(self, command))
        elif command in ("slower", "faster"):
            self.pace.change(-1 if command == "slower" else 1)
            self.note(f"speed {self.pace.speed:g}" if self._in_time else "live, at its own speed")
        elif command == "full screen":
            self.window.toggle_full_screen()
        else:
            return False
        return True

    def command_of(self, key: str) -> str:
        """Give the command of a key, "" for none; Escape leaves the full screen first."""
        if key == "escape" and self.window.is_full_screen:
            return "full screen"
        return COMMANDS.get(key, "")

    def decorate(self, canvas: Image, place: Fit, tracks: Sequence[Track]) -> None:
        """Draw over the picture what was switched on."""
        if self.plot and tracks:
            draw_plot(canvas, tracks, place)
        if self._note and time.monotonic() < self._note_until_s:
            draw_note(canvas, self._note, place)
        if self.help:
            draw_help(canvas[: place.top + place.height])

    def show(
        self,
        render: Callable[[], Image],
        time_s: float,
        *,
        tracks: Sequence[Track] = (),
        status: str = "",
    ) -> str:
        """Show what *render* gives if there is time for it, and wait until it is due.

        Returns
        -------
        str
            The command that came meanwhile, "quit" for a closed window, else "".
        """
        now_s = time.monotonic()
        self._moments_s.append(now_s)
        is_drawn = not self._in_time or self.pace.is_drawn(time_s, now_s)
        if is_drawn:
            canvas, place = self.window.canvas(render())
            self.decorate(canvas, place, tracks)
            self.window.present(canvas, hint=HINT, status=status, at_s=time_s)
        else:
            self.n_undrawn += 1
            if now_s - self._heard_s < KEYS_EVERY_S:
                return ""
        self._heard_s = time.monotonic()
        early_s = self.pace.early_s(time_s, self._heard_s) if self._in_time else 0.0
        command = self.command_of(self.window.key(round(1000 * max(early_s, 0.0))))
        return command if self.window.is_open else "quit"
