"""Track: what the tracker says of one frame."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .box import Box, RotatedBox
from .confidence import State
from .errors import ConfigError

if TYPE_CHECKING:
    from .interop import Detections

__all__ = ["Track", "check_tracks"]


@dataclass(frozen=True, slots=True)
class Track:
    """Where the target is taken to be in one frame, and how far that is to be believed."""

    index: int
    """Of the frame: 0 for the one the box was given in."""
    time_s: float | None
    """Of the frame in seconds, as it was given; None when none was."""
    box: Box
    """In frame pixels, upright; when lost, the last one that was believed."""
    rotated_box: RotatedBox
    """Of the told box's shape, turned as the target has turned since the first frame."""
    score: float
    """Estimated probability that the box overlaps the target by more than half: 0 to 1."""
    state: State
    """Tracking, uncertain or lost."""
    reason: str
    """Why it is uncertain or lost, in words; empty when it is tracking."""

    @property
    def ok(self) -> bool:
        """Whether the box is where the target is taken to be now: not lost."""
        return self.state is not State.LOST

    def to_supervision(self, target: int = 1) -> Detections:
        """Give it as ``supervision.Detections``: one, or none while lost.

        Several at once: :func:`tracker.tracks_to_supervision`.

        Parameters
        ----------
        target : int
            What its ``tracker_id`` is to be.
        """
        # By its name: the core imports no other packages, and nothing that does.
        interop = importlib.import_module(".interop", __package__)
        detections: Detections = interop.tracks_to_supervision({target: self})
        return detections


def check_tracks(tracks: Any) -> None:
    """Raise ConfigError unless *tracks* are by the numbers of their targets."""
    if not isinstance(tracks, Mapping):
        kind = type(tracks).__name__
        raise ConfigError(
            f"tracks is a {kind}: expected {{number: Track}}, as MultiTracker.update gives; one "
            "is {1: track}"
        )
