"""What a damaged file lost, for the words at its end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["Health"]


@dataclass
class Health:
    """What went wrong while decoding, told once all good frames are out."""

    last_s: float | None = None  # time of the newest good frame
    reached_s: float = -math.inf  # where the newest packet of any stream ends
    n_bad: int = 0
    first_bad: str = ""
    first_pts: int | None = None  # of the first keyframe
    awaited: set[int] = field(default_factory=set)  # times of packets whose frame is still to come

    def expect(self, pts: int | None, *, is_keyframe: bool) -> None:
        """Take note of a packet that holds a frame.

        What is shown before the first keyframe does not count: at an open beginning it needs
        frames that are not there.
        """
        if pts is None:
            return
        if is_keyframe and self.first_pts is None:
            self.first_pts = pts
        if self.first_pts is not None and pts >= self.first_pts:
            self.awaited.add(pts)

    def came(self, pts: int | None) -> None:
        """Take note of a frame; what should have come before it will not come any more."""
        if pts is None:
            return
        missing = {due for due in self.awaited if due < pts}
        self.awaited -= missing | {pts}
        for _ in missing:
            self.note("a frame that could not be decoded")

    def passed(self, time_s: float | None, frame_s: float) -> float:
        """Take note of a good frame's time; one that is missing or goes back is reckoned."""
        if self.last_s is None:
            self.last_s = time_s or 0.0
        elif time_s is None or time_s <= self.last_s:
            self.last_s += frame_s
        else:
            self.last_s = time_s
        return self.last_s

    def note(self, what: str, pts: int | None = None) -> None:
        """Count a loss, of the frame of that time if it is known.

        Before the first good frame nothing is lost: recordings start anywhere. If they start
        with a keyframe, :meth:`came` will tell.
        """
        if self.last_s is None:
            return
        if pts is not None:
            self.awaited.discard(pts)
        if not self.n_bad:
            self.first_bad = f"damaged, {what} after {self.last_s:.2f} s"
        self.n_bad += 1

    def words(self) -> str:
        """Say what was lost; empty if nothing."""
        more = f" and {self.n_bad - 1} more like it" if self.n_bad > 1 else ""
        return f"{self.first_bad}{more}" if self.n_bad else ""
