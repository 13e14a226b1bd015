"""The same tracker in the shape of OpenCV's: drops in where ``cv2.TrackerCSRT`` stands.

>>> from tracker.opencv import MeanShiftTracker
>>> from tracker.synthetic import plain_scene
>>> scene = plain_scene()
>>> tracker = MeanShiftTracker.create()
>>> tracker.init(*scene[0])
>>> ok, box = tracker.update(scene[1][0])
>>> ok, len(box)
(True, 4)
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .config import TrackerConfig, config_of
from .errors import TrackerError
from .tracker import Tracker

__all__ = ["MeanShiftTracker"]


class MeanShiftTracker:
    """Has `init`, `update` and `getTrackingScore`, named and behaving as OpenCV's do.

    Parameters
    ----------
    preset, config
        As for :class:`~tracker.Tracker`.

    Raises
    ------
    ConfigError
        If there is no such preset.
    """

    def __init__(self, preset: str | None = None, config: TrackerConfig | None = None) -> None:
        self._config = config_of(preset, config)
        self._tracker: Tracker | None = None

    @classmethod
    def create(
        cls, preset: str | None = None, config: TrackerConfig | None = None
    ) -> MeanShiftTracker:
        """Make a tracker, as ``cv2.TrackerCSRT.create()`` does."""
        return cls(preset, config)

    def init(self, image: NDArray[np.uint8], boundingBox: Iterable[float]) -> None:  # noqa: N803
        """Start from a box (x, y, width, height); ints and floats alike.

        Raises
        ------
        BoxError, FrameError
            As for :class:`~tracker.Tracker`.
        """
        self._tracker = Tracker(image, boundingBox, config=self._config)

    def update(self, image: NDArray[np.uint8]) -> tuple[bool, tuple[float, float, float, float]]:
        """Follow the target to the next frame.

        Returns
        -------
        ok : bool
            False when the target is lost.
        box : (float, float, float, float)
            x, y, width, height; when lost, the last one that was believed.

        Raises
        ------
        TrackerError
            If it was not started.
        """
        track = self._started.update(image)
        x, y, width, height = track.box
        return track.ok, (x, y, width, height)

    def getTrackingScore(self) -> float:  # noqa: N802
        """Give the estimated probability that the box is on the target: 0 to 1."""
        return self._started.track.score

    @property
    def _started(self) -> Tracker:
        if self._tracker is None:
            raise TrackerError("the tracker has no target yet: call init(frame, box) first")
        return self._tracker
