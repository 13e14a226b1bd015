"""Following a target through frames, and what the tests ask of the tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tracker import State, Track, Tracker, iou

STILL_THERE = 0.3  # IoU above which a box is on the target, as its size may lag behind


def follow(frames: Sequence[tuple[np.ndarray, Any]], **options: Any) -> list[Track]:
    """Track from the first frame and its box; the first frame's track comes first."""
    tracker = Tracker(*frames[0], **options)
    return [tracker.track, *(tracker.update(image) for image, _ in frames[1:])]


def overlaps(tracks: Sequence[Track], frames: Sequence[tuple[np.ndarray, Any]]) -> np.ndarray:
    """Give the IoU of each frame; NaN where the target is not seen."""
    return np.array(
        [
            np.nan if truth is None else iou(track.box, truth)
            for track, (_, truth) in zip(tracks, frames, strict=True)
        ]
    )


def first(tracks: Sequence[Track], state: State, start: int = 0) -> int:
    """Give the first index from *start* on with this state; the number of tracks if none has it."""
    indices = (track.index for track in tracks[start:] if track.state is state)
    return next(indices, len(tracks))
