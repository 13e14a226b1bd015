"""The picture stands still: look back and ahead, draw a box, correct it, go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..box import Box
from ..errors import DamagedError
from ..overlay.primitives import Image
from ..screen import Player, Preview
from ..screen.editor import BoxEditor
from ..screen.fitting import Fit
from ..screen.selection import draw_selection
from ..track import Track
from ..video import Frame
from .reel import Reel

__all__ = ["Decision", "Still", "View"]

POLL_MS = 15  # between two looks at the mouse
LONGEST_WAIT_S = 0.2  # for a picture that is due later; the mouse must not wait for it

CHOOSE = "drag a box around the target   space play   n step   b back   h keys   q quit"
CHOOSE_LIVE = "drag a box around the target   space stop, go on   h keys   q quit"
PAUSED = "space go on   n step   b back   drag a new box   w mark as wrong   h keys   q quit"
WITH_BOX = "enter follow it   a follow it too   drag its handles   esc no box   h keys"


class Decision(NamedTuple):
    """What the user wants to go on with."""

    command: str  # "go", "step", "select", "add", "quit"
    frame: Frame  # the one that was looked at
    box: Box | None = None  # drawn on it, for "select" and "add"


class View(NamedTuple):
    """What is shown while the picture stands, and who hears the other commands."""

    render: Callable[[Frame], Image]
    status: Callable[[Frame], str]
    preview: Preview
    obey: Callable[[str, Frame], object]
    tracks: Callable[[], Sequence[Track]] = tuple
    pick: Callable[[Frame, tuple[float, float]], bool] = lambda *_: False
    """Takes a click on the picture; tells whether a target was there."""


class Still:
    """A frame of a reel that is shown until the user decides.

    Parameters
    ----------
    frame : Frame
        The one that came last from *reel*.
    newest_s : float, optional
        When the newest frame that was tracked is; None while there is no target yet. Then space
        plays the film, and a live source's pictures move until they are stopped.
    """

    def __init__(
        self, player: Player, reel: Reel, frame: Frame, view: View, newest_s: float | None = None
    ) -> None:
        self._player, self._reel, self._view = player, reel, view
        self._window = player.window
        self._frame, self._newest_s = frame, newest_s
        self._editor = BoxEditor()
        self._plays = newest_s is None and reel.source.is_live
        self._scrubbed_s: float | None = None

    def decide(self, command: str = "") -> Decision:
        """Show it until the user wants to go on, to follow another box, or to quit.

        *command* is what made it stand, where that is to be done as well: a step, say.
        """
        self._player.pace.restart()
        if command == "forward" and self._newest_s is not None:
            return Decision("step", self._frame)
        if command == "back":
            self._step(command)
        drag = self._window.drag
        if not drag.pressed:  # a pull that began on a moving picture goes on
            drag.clear()
        was_moving = command == "pull"
        while self._window.is_open:
            if self._plays and drag.pressed:
                self._plays = False
            if self._plays:
                self._move(self._next())
            place = self._show()
            key = self._window.key(self._wait_ms())
            self._follow_mouse(place)
            picked = self._picked()
            decision = self._hear(key)  # also one pressed right after the click
            if decision is not None:
                return decision
            if picked and was_moving:
                return Decision("go", self._frame)
            was_moving = was_moving and drag.pressed
        return Decision("quit", self._frame)

    def _wait_ms(self) -> int:
        if not self._plays or self._reel.source.is_live:
            return POLL_MS
        early_s = self._player.pace.early_s(self._frame.time_s, time.monotonic())
        return round(1000 * min(max(early_s, 0.0), LONGEST_WAIT_S))

    def _show(self) -> Fit:
        frame, window = self._frame, self._window
        canvas, place = window.canvas(self._view.render(frame))
        self._follow_mouse(place)
        box = self._editor.box
        words = ""
        if box is not None or self._newest_s is None:
            words = draw_selection(canvas, window, box, frame.image, place, self._view.preview)
        self._player.decorate(canvas, place, self._view.tracks())
        status = words or self._view.status(frame)
        window.present(canvas, hint=self._hint(), status=status, at_s=frame.time_s)
        return place

    def _hint(self) -> str:
        if self._editor.box is not None:
            return WITH_BOX
        if self._newest_s is not None:
            return PAUSED
        return CHOOSE_LIVE if self._reel.source.is_live else CHOOSE

    def _follow_mouse(self, place: Fit) -> None:
        """Let the mouse draw on the picture, and move along the line under it."""
        if self._window.on_picture():
            picture = (self._frame.image.shape[1], self._frame.image.shape[0])
            self._editor.follow(self._window.drag, place, picture)
        time_s = self._window.scrubbed()
        if time_s is not None and time_s != self._scrubbed_s:
            self._scrubbed_s, self._plays = time_s, False
            self._move(self._reel.at(time_s))

    def _picked(self) -> bool:
        """Tell whether the mouse was just clicked on a target."""
        point = self._window.clicked()
        return (
            point is not None and self._editor.box is None and self._view.pick(self._frame, point)
        )

    def _hear(self, key: str) -> Decision | None:
        """Do what a key says; a decision ends the standing."""
        box, command = self._editor.box, self._player.command_of(key)
        if box is not None and key in ("enter", "space"):
            return Decision("select", self._frame, box)
        if box is not None and command == "add":
            return Decision("add", self._frame, box)
        if key == "escape" and box is not None:
            self._editor.clear()
            self._window.drag.clear()
        elif key == "escape" and self._newest_s is not None:
            return Decision("go", self._frame)
        elif command == "pause":
            if self._newest_s is not None:
                return Decision("go", self._frame)
            self._plays = not self._plays
            self._player.pace.restart()
        elif command == "forward" and self._frame.time_s == self._newest_s:
            return Decision("step", self._frame)
        elif command in ("forward", "back"):
            self._step(command)
        elif command and not self._player.switch(command):
            if command == "quit":
                return Decision("quit", self._frame)
            self._view.obey(command, self._frame)
        return None

    def _step(self, command: str) -> None:
        self._plays = False
        if self._reel.source.is_live:
            self._player.note("a live source has no past to step through")
        elif command == "forward":
            self._move(self._next())
        else:
            self._move(self._reel.back())

    def _next(self) -> Frame | None:
        try:
            return next(self._reel, None)
        except DamagedError as error:
            self._player.note(str(error))
            return None

    def _move(self, frame: Frame | None) -> None:
        """Go to a frame; where there is none the picture stays."""
        if frame is None:
            self._plays = False
            self._player.note("there is no frame there")
        else:
            self._frame = frame
