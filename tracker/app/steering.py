"""A run that a person watches and steers: keys and mouse to what is done with frame and target."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from ..box import Box
from ..errors import BoxError, SinkError
from ..overlay.primitives import Image
from ..screen import Player, Preview
from ..screen.hud import PLOTTED
from ..track import Track
from ..tracker import Tracker
from ..video import Frame
from .reel import SAME_S, Reel
from .run import Run, Seen, trails_of
from .standing import Decision, Still, View

__all__ = ["Steering", "choose_target", "preview_of"]

NONE_SELECTED = "click on a target first"


def preview_of(preset: str) -> Preview:
    """Make the function that tells what following a box would begin with."""

    def preview(image: Image, box: Box) -> tuple[tuple[NDArray[Any], Box], str] | None:
        try:
            tracker = Tracker(image, box, preset=preset)
        except BoxError:  # too small yet
            return None
        told = "hard to tell apart" if tracker.warning else "stands out"
        return tracker.density(), f"{told} ({tracker.separability:.2f} of 1)"

    return preview


def choose_target(
    player: Player, reel: Reel, first: Frame, preview: Preview
) -> tuple[Frame, Box | None, bool]:
    """Let the user go to any frame and draw the box there.

    Returns
    -------
    Frame
        The one that was drawn on, with index 0.
    Box or None
        None when canceled.
    bool
        Whether more targets are to be drawn on it.
    """

    def status(frame: Frame) -> str:
        return frame.outage or f"{frame.time_s:.2f} s"

    def refuse(command: str, _: Frame) -> None:
        player.note("drag a box around the target" if command == "select" else "no target yet")

    view = View(lambda frame: frame.image, status, preview, refuse)
    decision = Still(player, reel, first, view).decide()
    return replace(decision.frame, index=0), decision.box, decision.command == "add"


class Steering:
    """The person at the window.

    Parameters
    ----------
    stands : bool
        Whether the first frame stands, for more targets to be drawn on it.
    """

    def __init__(
        self,
        run: Run,
        player: Player,
        reel: Reel,
        preview: Preview,
        *,
        stands: bool = False,
    ) -> None:
        self._run, self._player, self._reel = run, player, reel
        self._preview = preview
        self._times = array("d")  # of the frames that were tracked, where one can go back to them
        self._wrong: set[tuple[int, int]] = set()  # indices of frames, and targets
        self._stands = stands  # or after a step
        self._adds = stands  # Enter ends a series of boxes, each of one more target

    def show(self, frame: Frame) -> bool:
        """Show a frame that was just tracked; False when the user has seen enough."""
        if self._reel.can_seek:
            self._times.append(frame.time_s)
        if self._stands:
            return self._stand(frame, "")
        command = self._player.show(
            lambda: self._render(frame),
            frame.time_s,
            tracks=self._tracks(),
            status=self._status(frame),
        )
        self._run.summary.n_undrawn = self._player.n_undrawn
        window = self._player.window
        pulled = window.drag.pressed and (window.on_picture() or window.scrubbed() is not None)
        if command == "quit":
            return False
        if pulled or command in ("pause", "select", "forward", "back"):
            return self._stand(frame, command or "pull")
        point = window.clicked()
        if point is not None:
            self._pick(frame, point)
        if command and not self._player.switch(command):
            self._obey(command, frame)
        return True

    def _stand(self, newest: Frame, command: str) -> bool:
        """Let the picture stand until the user decides; False to quit."""
        if command == "select":
            self._player.note("drag a box around the target")
        while True:
            view = View(
                self._render, self._status, self._preview, self._obey, self._tracks, self._pick
            )
            still = Still(self._player, self._reel, newest, view, newest.time_s)
            began_s = time.monotonic()
            decision = still.decide(command)
            self._run.summary.stood_s += time.monotonic() - began_s
            self._player.window.drag.clear()
            if decision.command != "add":
                break
            self._begin(decision, self._run.add)
            self._adds = True
            newest, command = self._newest_of(decision.frame, newest), ""
        self._player.pace.restart()
        self._stands = decision.command == "step"
        if decision.command == "quit":
            return False
        if decision.command == "select":
            self._begin(decision, self._run.add if self._adds else self._run.restart)
        elif decision.frame.time_s < newest.time_s:  # looked back; on from the newest one
            self._reel.at(newest.time_s)
        self._adds = False
        return True

    def _newest_of(self, frame: Frame, newest: Frame) -> Frame:
        """Give the frame that was tracked last, after a box was drawn on one of them."""
        return frame if abs(frame.time_s - self._run.seen[-1].time_s) < SAME_S else newest

    def _begin(self, decision: Decision, follow: Callable[[Frame, Box, int], None]) -> None:
        """Follow what is in a box, from a frame on that may be an earlier one."""
        frame, box = decision.frame, decision.box
        if box is None:
            return
        index = self._run.seen[-1].index
        if self._reel.can_seek:
            index = bisect_left(self._times, frame.time_s - SAME_S)
        try:
            follow(frame, box, index)
        except (BoxError, SinkError) as error:
            self._player.note(str(error))
            return
        if self._reel.can_seek:
            del self._times[index:]
            self._times.append(frame.time_s)
        self._wrong = {one for one in self._wrong if one[0] < index}

    # --- what is shown --------------------------------------------------------------------------

    def _seen_in(self, frame: Frame) -> Seen | None:
        """Find what was seen in a frame, among what is remembered."""
        for seen in reversed(self._run.seen):
            if abs(seen.time_s - frame.time_s) < SAME_S:
                return seen
        return None

    def _tracks(self) -> Sequence[Track]:
        """Give the last tracks of the selected target."""
        seen = self._run.seen
        recent = islice(seen, max(len(seen) - PLOTTED, 0), None)
        return trails_of(recent).get(self._run.selected or 0, [])

    def _render(self, frame: Frame) -> Image:
        seen = self._seen_in(frame)
        if seen is None:
            return frame.image
        is_newest = seen is self._run.seen[-1]
        player = self._player
        return self._run.draw(frame, seen, trail=player.trail, density=player.density and is_newest)

    def _status(self, frame: Frame) -> str:
        summary, player = self._run.summary, self._player
        words = [f"{summary.update_ms:.1f} ms a frame", f"{player.frame_rate:.0f} fps"]
        if summary.latencies_s:
            late_ms = 1000 * summary.latencies_s[-1]
            words[:0] = [f"{late_ms:.0f} ms late", f"{summary.n_dropped} dropped"]
        elif player.n_undrawn:
            words.insert(0, f"{player.n_undrawn} not drawn")
        words.append(f"{frame.time_s:.2f} s")
        if self._run.recorder.records_video:
            words.append("REC")
        seen = self._seen_in(frame) if self._wrong else None
        if seen is not None and (seen.index, self._run.selected) in self._wrong:
            words.append("marked wrong")
        return "   ".join(reversed(words))

    # --- commands -------------------------------------------------------------------------------

    def _pick(self, frame: Frame, point: tuple[float, float]) -> bool:
        """Select the target at a point of several; the smallest, where their boxes overlap."""
        seen = self._seen_in(frame)
        if seen is None or not self._run.several:
            return False
        x, y = point
        hit = [
            (track.box.area, number)
            for number, track in seen.tracks.items()
            if track.box.x <= x <= track.box.right and track.box.y <= y <= track.box.bottom
        ]
        self._run.selected, self._adds = min(hit)[1] if hit else None, False
        return bool(hit)

    def _obey(self, command: str, frame: Frame) -> None:
        commands: dict[str, Callable[[Frame], str]] = {
            "select": lambda _: "drag a box around the target",
            "add": lambda _: "drag a box around one more target, then a",
            "drop": self._drop,
            "first": self._first,
            "wrong": self._mark,
            "record": lambda _: self._run.recorder.toggle(),
            "snapshot": self._snapshot,
        }
        if command in commands:
            try:
                self._player.note(commands[command](frame))
            except SinkError as error:  # a key must not end the run
                self._player.note(str(error))

    def _drop(self, _: Frame) -> str:
        number = self._run.selected
        if number is None:
            return NONE_SELECTED
        self._run.drop(number)
        return f"target {number} is not followed any more"

    def _first(self, frame: Frame) -> str:
        if self._run.selected is None:
            return NONE_SELECTED
        if frame.time_s != self._run.seen[-1].time_s:
            return "not on an earlier frame"
        self._run.back_to_first_model(frame)
        return "back to the first model"

    def _mark(self, frame: Frame) -> str:
        seen, number = self._seen_in(frame), self._run.selected
        if number is None:
            return NONE_SELECTED
        if seen is None or number not in seen.tracks:
            return "this frame was not tracked"
        if not self._run.recorder.has_marks:
            return "no table to mark it in; give --csv or --jsonl"
        row = (seen.index, number)
        self._run.recorder.mark(*row, wrong=row not in self._wrong)
        self._wrong ^= {row}
        self._run.summary.n_wrong = len(self._wrong)
        return f"frame {seen.index}: {'wrong' if row in self._wrong else 'not wrong'}"

    def _snapshot(self, frame: Frame) -> str:
        return self._run.recorder.snapshot(self._render(frame), frame.time_s)
