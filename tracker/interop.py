"""Tracks in the forms of other packages, which are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .track import Track, check_tracks

if TYPE_CHECKING:
    from supervision import Detections as Detections

__all__ = ["tracks_to_supervision"]

TURNED = "xyxyxyxy"  # the name by which supervision's annotators look for turned boxes


def tracks_to_supervision(tracks: Mapping[int, Track]) -> Detections:
    """Give tracks as ``supervision.Detections``, for its annotators, zones and counters.

    Parameters
    ----------
    tracks : mapping of int to Track
        As :meth:`tracker.MultiTracker.update` gives them. Targets that are lost have no box now,
        and are left out.

    Returns
    -------
    supervision.Detections
        ``xyxy``, float32 of shape (n, 4): left, top, right, bottom in pixels, edges.
        ``confidence``, float32: the scores. ``tracker_id``: the numbers. ``class_id``: 0, since
        none is known. ``data["xyxyxyxy"]``, float32 of shape (n, 4, 2): corners of the turned
        boxes; ``data["state"]``: the states in words.

    Raises
    ------
    ConfigError
        If *tracks* are not by their numbers.
    ImportError
        If supervision is not installed: ``pip install "meanshift-tracker[supervision]"``.
    """
    try:
        from supervision import Detections
    except ImportError as error:
        raise ImportError(
            f'{error}: to_supervision needs it; pip install "meanshift-tracker[supervision]"'
        ) from error
    check_tracks(tracks)
    shown = {number: track for number, track in tracks.items() if track.ok}
    boxes = [(*track.box[:2], track.box.right, track.box.bottom) for track in shown.values()]
    corners = [track.rotated_box.corners() for track in shown.values()]
    return Detections(
        xyxy=np.array(boxes, np.float32).reshape(-1, 4),
        confidence=np.array([track.score for track in shown.values()], np.float32),
        class_id=np.zeros(len(shown), int),
        tracker_id=np.array(list(shown), int),
        data={
            TURNED: np.array(corners, np.float32).reshape(-1, 4, 2),
            "state": np.array([str(track.state) for track in shown.values()], object),
        },
    )
