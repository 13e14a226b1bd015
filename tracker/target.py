"""Target: one of several that are followed, and how it has fared."""

from __future__ import annotations

from dataclasses import dataclass

from .box import Box
from .saving import Arrays, Numbers, restore, state_of
from .track import Track
from .tracker import Tracker

__all__ = ["Target"]

# Frames lost, or frames with detections of which none was its, of a target that detections began.
ENDS_AFTER = 30

FARED = ("detected", "lost_for", "undetected_for", "detection", "detected_in")


@dataclass(slots=True)
class Target:
    """One of those that are followed, and how it has fared."""

    tracker: Tracker
    track: Track
    detected: bool = False
    """Whether detections began it, and may end it."""
    lost_for: int = 0
    """Frames."""
    undetected_for: int = 0
    """Frames with detections since one was its."""
    detection: Box | None = None
    """The last that was its; None when there was none since it was added or reset."""
    detected_in: int = 0
    """The frame that was in; without one, that in which it was added or reset."""

    @property
    def over(self) -> bool:
        """Whether it is to be followed no longer."""
        return self.detected and max(self.lost_for, self.undetected_for) >= ENDS_AFTER

    def state(self) -> tuple[Numbers, Arrays]:
        """Give all that is known of it but its track: numbers that JSON can hold, and arrays."""
        numbers, arrays = state_of(self.tracker)
        fared = {name: getattr(self, name) for name in FARED}
        return {"tracker": numbers, "fared": fared}, arrays

    @classmethod
    def of(cls, numbers: Numbers, arrays: Arrays) -> Target:
        """Make it of what :meth:`state` gave; its track is the tracker's."""
        tracker = Tracker.__new__(Tracker)
        restore(tracker, numbers["tracker"], arrays)
        fared = numbers["fared"]
        box = fared["detection"] and Box(*fared["detection"])
        return cls(tracker, tracker.track, **{**fared, "detection": box})
