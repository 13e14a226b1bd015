"""Background: what was there before, seen from where the camera is now, and what differs from it.

A few of the last frames are brought to the newest one's view by the camera's own motion. Their
median is the background: what moves is somewhere else in most of them.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .egomotion import camera_motion

__all__ = ["Background"]

Picture = NDArray[np.uint8]

MEMORY = 20  # frames: what moves by half its length in them leaves no trace in their median
LEAST_MEMORY = 8  # of fewer the median still shows what has moved on
SEEN = 5  # of them make the median: enough, and a network of minima and maxima does it
LIGHT_STEP = 4  # every so many pixels are compared to tell how the light has changed
LIGHT_LEVELS = 16  # gray levels that are told apart for it
LEAST_SAMPLES = 24  # pixels of a level: of fewer nothing is told
SLACK = np.ones((3, 3), np.uint8)  # a pixel each way: what is off by less has not moved
# In grain, corners tremble, and the errors of the camera's motion add up to more. Footage has less
# than 4 gray levels of it, also where it is blurred or moves fast; added noise of 10 levels has 7.
MUCH_GRAIN = 5.0
MORE_SLACK = np.ones((5, 5), np.uint8)
# The difference of two Laplacians, which even shades and straight edges do not excite, and its
# deviation for noise of one gray level (Immerkaer, "Fast noise variance estimation", 1996).
GRAIN_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
GRAIN_DEVIATION = 6.0
LEAST_NOISE = 1.5  # gray levels: coded videos have none where nothing moves, and some elsewhere
DEVIATIONS = 4.0  # of the noise, at which a difference is as likely as not
MAD_TO_DEVIATION = 1.4826
# What is thinner is an edge that was not brought quite to its place.
THINNEST = 5  # pixels


class Background:
    """The last frames, and the maps that bring them to the newest one's view."""

    picture: Picture
    """The background in the newest frame's view; there once a density has not been 0."""
    known: NDArray[np.bool_]
    """Which pixels of the newest frame there is a background of to compare with."""
    earlier: Sequence[Picture]
    """The frames it is made of, but for the one just before the newest; there with it."""

    def __init__(self) -> None:
        self._gray: Picture | None = None
        self._step = np.eye(3)  # from the newest frame to the one before
        self._frames: deque[tuple[Picture, NDArray[np.float64]]] = deque(maxlen=MEMORY)
        self._chosen: Sequence[tuple[Picture, NDArray[np.float64]]] = ()

    def density(self, picture: Picture) -> NDArray[np.float32]:
        """Tell how likely each pixel of the next frame moves against the background.

        Parameters
        ----------
        picture : uint8 array of shape (rows, columns, 3)
            The frame, shrunk to some 320 pixels.

        Returns
        -------
        float32 array of shape (rows, columns)
            0 to 1; 0 everywhere while there is no background to compare with: in the first frames,
            and after a cut.
        """
        slack = SLACK if _grain(picture) < MUCH_GRAIN else MORE_SLACK
        # Fine grain does not survive the warps.
        picture = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)
        self._follow(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8))
        n_frames = len(self._frames)
        density = np.zeros(picture.shape[:2], np.float32)
        self.known = np.zeros(density.shape, np.bool_)
        if n_frames >= LEAST_MEMORY:
            chosen = [self._frames[k * (n_frames - 1) // (SEEN - 1)] for k in range(SEEN)]
            warped = [_warped(frame, to_frame) for frame, to_frame in chosen]
            self._chosen = chosen[:-1]
            self.known = _covered([to_frame for _, to_frame in chosen], density.shape)
            self.picture, self.earlier = _median(*warped), warped[:-1]
            density = _difference(picture, self.picture, self.known, slack)
        self._frames.append((picture, np.eye(3)))
        return density

    @property
    def newest(self) -> Picture:
        """The newest frame, smoothed as those before it."""
        return self._frames[-1][0]

    def carried(self, point: tuple[float, float]) -> tuple[float, float]:
        """Tell where a point of the background, seen in the frame before, is in the newest one."""
        x, y, _ = np.linalg.solve(self._step, (*point, 1.0)).tolist()
        return x, y

    def before(self, lag: int) -> Picture:
        """Give the frame so many before the newest one, fewer than LEAST_MEMORY, in its view."""
        return _warped(*self._frames[-1 - lag])

    def from_elsewhere(self, point: tuple[float, float], least: float) -> Sequence[Picture]:
        """Give the earlier frames, as they were, that saw a point of the newest one elsewhere.

        By so many pixels; the point is one of the background.
        """
        return [
            frame
            for frame, to_frame in self._chosen
            if math.dist((to_frame @ (*point, 1.0))[:2], point) >= least
        ]

    def _follow(self, gray: Picture) -> None:
        """Bring the maps to the view of the next frame."""
        before, self._gray = self._gray, gray
        if before is None:
            return
        motion = camera_motion(gray, before)
        if motion is None:
            self._frames.clear()
            self._step = np.eye(3)
            return
        self._step = np.vstack([motion, (0, 0, 1)])
        self._frames = deque([(each, to @ self._step) for each, to in self._frames], maxlen=MEMORY)


def _grain(picture: Picture) -> float:
    """Estimate the noise of a picture in gray levels, whatever it shows."""
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    excited = np.abs(cv2.filter2D(gray, cv2.CV_32F, GRAIN_KERNEL))
    return MAD_TO_DEVIATION / GRAIN_DEVIATION * float(np.median(excited))


def _warped(frame: Picture, to_frame: NDArray[np.float64]) -> Picture:
    """Bring an earlier frame to the view of the newest one; beyond its border it goes on."""
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = frame.shape[1], frame.shape[0]
    return np.asarray(
        cv2.warpAffine(frame, to_frame[:2], size, flags=how, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _covered(to_frames: Sequence[NDArray[np.float64]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell which pixels all earlier frames show."""
    inside = np.zeros(shape, np.uint8)
    inside[1:-1, 1:-1] = 255
    covered: NDArray[np.bool_] = np.all(
        [_warped(inside, to_frame) == 255 for to_frame in to_frames], axis=0
    )
    return covered


def _median(a: Picture, b: Picture, c: Picture, d: Picture, e: Picture) -> Picture:
    """Give the median of five pictures, pixel by pixel."""
    # Without the least and the greatest of four.
    low = cv2.max(cv2.min(a, b), cv2.min(d, e))
    high = cv2.min(cv2.max(a, b), cv2.max(d, e))
    return np.asarray(cv2.max(cv2.min(low, high), cv2.min(cv2.max(low, high), c)), np.uint8)


def _difference(
    picture: Picture, background: Picture, covered: NDArray[np.bool_], slack: Picture
) -> NDArray[np.float32]:
    """Tell how likely the pixels are not the background's: 0 to 1, 0 where it is not known.

    The light may have changed, and edges may be off by half of *slack*.
    """
    some = np.s_[::LIGHT_STEP, ::LIGHT_STEP]
    known = covered[some]
    if np.count_nonzero(known) < LEAST_SAMPLES:
        return np.zeros(covered.shape, np.float32)
    tone = _tone(background[some][known], picture[some][known])
    now, then = picture.astype(np.float32), tone[background].astype(np.float32)
    noise = MAD_TO_DEVIATION * float(np.median(np.abs(now[some] - then[some])[known]))
    noise = max(noise, LEAST_NOISE)
    above, below = now - cv2.dilate(then, slack), cv2.erode(then, slack) - now
    off = np.maximum(np.maximum(above, below).max(axis=2), 0) / (DEVIATIONS * noise)
    density = covered * off**4 / (off**4 + 1)
    opened = cv2.medianBlur(np.rint(density * 255).astype(np.uint8), THINNEST)
    return np.asarray(opened, np.float32) * np.float32(1 / 255)


def _tone(before: Picture, now: Picture) -> Picture:
    """Tell what becomes of each gray level as the light changes: a table of 256.

    Of the pixels of a level most are background, and their median tells; levels of which there are
    few lie on the line between their neighbors.
    """
    width = 256 // LIGHT_LEVELS
    level, was, became = before.ravel() // width, [0.0], [0.0]
    for each in range(LIGHT_LEVELS):
        of_level = level == each
        if np.count_nonzero(of_level) >= LEAST_SAMPLES:
            was.append(float(before.ravel()[of_level].mean()))
            became.append(float(np.median(now.ravel()[of_level])))
    gain = (became[-1] + 1) / (was[-1] + 1)
    was.append(255.0 + width)
    became.append(was[-1] * gain)
    table = np.interp(np.arange(256), was, became)
    return np.clip(np.rint(table), 0, 255).astype(np.uint8)
