"""Motion: windows of what moves against the background, once they have been steady for a while.

::

    frame --shrunk--> picture --background--> density --modes--> windows --steady--> boxes
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..box import Box, iou
from ..inputs import check_channels
from .background import Background
from .own_motion import own_motion
from .shrinking import in_frame, shrunk
from .standing import stood_before
from .surroundings import apart, color_bins, slices
from .windows import density_windows

__all__ = ["MotionDetector"]

SAME = 0.3  # IoU of a window with the one in the frame before; 0.2 measures the same
STEADY = 4  # frames in which a window is seen before it is offered; 3 measures the same
LONGEST_UNSEEN = 2  # frames
SAME_SIZE = 0.7  # IoU of two windows in a row, if their centers were one: it still grows, if less
# Sides of a window that it has gone over the background. A screen, leaves in the wind, and the
# place that something has left differ from the background, too, but stay.
TRAVEL = 0.12
# How much more a place stood out from its surroundings in the background than it does now: what was
# there has left, and what is seen is the ground.
LEFT = 0.1
# Times as long as wide: what is longer is the edge of something nearer, which the camera passes.
# People who stand reach 4.
LONGEST = 6.0
# How far what is seen was there before, in other light. In benchmark footage movers reach 0.39;
# shadows on lawn, gravel and ice, and edges that were not brought quite to their place, 0.44 to 1.
STANDS = 0.42
# How much better what is seen is found so many frames before by a step of its own than by one that
# leads its surroundings there, too. In benchmark footage lights, walls that are passed and edges
# mostly stay below 0.04; 0.06 keeps another 12 of 140 out, but finds slow movers later. Three or
# four frames before, much is found no more, and the best step is chance.
OWN, LAG = 0.04, 2
# How far what is seen in a place of the frame was there before, to the pixel, while the camera
# looked elsewhere by so many pixels: a station's logo, a clock. In benchmark footage these are 0.82
# to 1; targets that the camera follows reach 0.68.
STICKS, ELSEWHERE = 0.8, 5.0
WHOLE = 0.9  # of a window's area, in whole pixels


@dataclass(slots=True)
class Candidate:
    """A window followed from frame to frame."""

    box: Box
    start: tuple[float, float]
    """Its first center, carried along with the background."""
    seen: int = 1
    """Frames."""
    unseen: int = 0
    """Frames since it was seen last."""
    growing: bool = True
    """Whether it was of another size in the frame before."""
    stands: bool = True
    """Whether all that was seen in it was there before."""
    goes_along: bool = True
    """Whether it has gone where its surroundings went: it was offered in no frame yet."""
    sticks: bool = False
    """Whether it was seen to stick to the frame before it moved by itself."""

    @property
    def steady(self) -> bool:
        """Whether it is seen now, was so for a while, and has moved."""
        moved = math.dist(self.box.center, self.start) >= TRAVEL * self.box.side
        return moved and self.seen >= STEADY and self.unseen == 0 and not self.growing

    def follow(self, box: Box) -> None:
        """Take note of where it is in the next frame."""
        self.growing = bool(iou(box, self.box.centered_at(*box.center)) < SAME_SIZE)
        self.box, self.seen, self.unseen = box, self.seen + 1, 0


class MotionDetector:
    """Finds what moves against the background, wherever the camera moves.

    Parameters
    ----------
    channels : {"bgr", "rgb"}
        Order of the frames' first three channels.

    Raises
    ------
    ConfigError
        If there is no such order.

    Examples
    --------
    >>> from tracker import iou
    >>> from tracker.synthetic import plain_scene
    >>> detector = MotionDetector()
    >>> for image, truth in plain_scene()[:14]:
    ...     windows = detector.update(image)
    >>> len(windows), bool(iou(windows[0], truth) > 0.5)
    (1, True)
    """

    def __init__(self, channels: str = "bgr") -> None:
        self._channels = check_channels(channels)
        self._frame_shape: tuple[int, ...] = ()

    def update(self, frame: NDArray[np.uint8]) -> list[Box]:
        """Look at the next frame; give the windows of all that moves in it.

        Parameters
        ----------
        frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
            One of another shape than the last starts anew.

        Returns
        -------
        list of Box
            In frame pixels, the largest first. None in the first frames, and after a cut.

        Raises
        ------
        FrameError
            If the frame is not a picture.
        """
        picture = shrunk(frame, self._channels)
        if frame.shape != self._frame_shape:
            self._frame_shape = frame.shape
            self._background = Background()
            self._candidates: list[Candidate] = []
        self._density = self._background.density(picture)
        self._follow(density_windows(self._density))
        steady = self._moving(picture)
        steady.sort(key=lambda box: -box.area)
        return in_frame(steady, picture.shape, frame.shape)

    def density(self) -> tuple[NDArray[np.float32], Box]:
        """Give the density of the newest frame: how likely each pixel moves, and where.

        Returns
        -------
        density : float32 array of shape (rows, columns)
            0 to 1.
        region : Box
            The part of the frame it covers: all of it.
        """
        return self._density, Box(0, 0, self._frame_shape[1], self._frame_shape[0])

    def filling(self, box: Box) -> float | None:
        """Tell how full of what moves a box of the newest frame is.

        Returns
        -------
        float or None
            0 to 1; None where there is no background to tell it by for all of the box.
        """
        rows, columns = self._density.shape
        down, across = rows / self._frame_shape[0], columns / self._frame_shape[1]
        window = Box(box.x * across, box.y * down, box.width * across, box.height * down)
        inside = slices(window, self._density.shape)
        known = self._background.known[inside]
        if np.count_nonzero(known) < WHOLE * window.area:
            return None
        return float(self._density[inside].mean())

    def carried(self, point: tuple[float, float]) -> tuple[float, float]:
        """Tell where a point of the background, seen in the frame before, is in the newest one.

        Both in frame pixels.
        """
        across, down = (
            frame / picture
            for frame, picture in zip(
                self._frame_shape[1::-1], self._density.shape[::-1], strict=True
            )
        )
        x, y = self._background.carried((point[0] / across, point[1] / down))
        return x * across, y * down

    def _moving(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Give the windows that are steady and show what is there now, and moves by itself."""
        steady = [each for each in self._candidates if each.steady and not _is_edge(each.box)]
        if not steady:
            return []
        now, before = color_bins()(picture), color_bins()(self._background.picture)
        there = [each for each in steady if apart(before, each.box) - apart(now, each.box) < LEFT]
        for each in there:
            each.stands = each.stands and self._stands(each.box)
            if not each.stands and each.goes_along:
                each.goes_along = self._goes_along(each.box)
                each.sticks = each.sticks or self._sticks(each.box)
        return [each.box for each in there if not each.goes_along and not each.sticks]

    def _stands(self, window: Box) -> bool:
        """Tell whether what is seen in a window was there before."""
        newest, earlier = self._background.newest, self._background.earlier
        return stood_before(newest, earlier, self._density, window) >= STANDS

    def _sticks(self, window: Box) -> bool:
        """Tell whether what is seen in a window stays in the frame wherever the camera looks."""
        earlier = self._background.from_elsewhere(window.center, ELSEWHERE)
        if len(earlier) < 2:
            return False
        newest = self._background.newest
        return stood_before(newest, earlier, self._density, window, slack=0) >= STICKS

    def _goes_along(self, window: Box) -> bool:
        """Tell whether a window goes where its surroundings go."""
        newest, earlier = self._background.newest, self._background.before(LAG)
        return own_motion(newest, earlier, self._density, window) < OWN

    def _follow(self, windows: Sequence[Box]) -> None:
        """Find the candidates again among the windows of the newest frame, and new ones."""
        left = list(windows)
        for candidate in self._candidates:
            candidate.start = self._background.carried(candidate.start)
            same = max(left, key=lambda box: float(iou(box, candidate.box)), default=None)
            if same is not None and iou(same, candidate.box) >= SAME:
                left.remove(same)
                candidate.follow(same)
            else:
                candidate.unseen += 1
        kept = [each for each in self._candidates if each.unseen <= LONGEST_UNSEEN]
        kept += [Candidate(box, box.center) for box in left]
        self._candidates = sorted(kept, key=lambda each: -each.seen)


def _is_edge(window: Box) -> bool:
    """Tell whether a window is too long for its width to show a thing."""
    return max(window.width, window.height) > LONGEST * min(window.width, window.height)
