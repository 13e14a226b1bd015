"""Redetection: where else in the frame the target could be, and whether it is there.

A region of the frame, as large as the doubt, is shrunk until the target is a few pixels wide, and
back-projected by the first frame's colors. When the target is lost, the whole frame is searched so,
tile by tile, every other frame: the work of a frame is bounded however large it is. Where a window
of the target's size is full of these colors and its surroundings are not, there the target may be:
one such place a frame is looked at closely, and judged by the first frame. It is believed when it
beats the present place clearly, several frames in a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .backprojection import BackProjection, Bins, posterior
from .box import Box
from .claims import Point
from .layout import NEAREST_FROM
from .patch import Develop, cut
from .search import Place, Verdict

__all__ = [
    "BETTER_ODDS",
    "LEAST_ODDS",
    "LEAST_ODDS_LOST",
    "Redetection",
    "color_posterior",
    "likely_places",
    "reach_after",
]

TARGET_SIDE = 7.0  # pixels: the smallest at which a window's filling can still be told
LARGEST_SIDE = 112  # pixels of the shrunk picture: 16 × 16 targets a frame
SURROUNDINGS = 3  # sides of the target: the window whose filling counts against a place
SURROUNDINGS_WEIGHT = 0.5
LEAST_STRENGTH = 0.05  # below it there is nothing
CLEARANCE = 0.7  # sides of the target round a place in which there is no other
PLACES = 2  # a frame, looked at in turn
# Places looked at in vain that are passed over then. Of 302 drawn targets that come back, half of
# them before many colors, 294 are followed again within 15 frames (benchmarks/returns.py, both
# presets, without look-alikes), and 283 without; on footage nothing changes beyond chance. Were
# they passed over in each frame, what comes out slowly, and was looked at before, would wait.
MOST_TRIED = 8
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2  # takes turns that no number of tiles keeps step with
FIRST_REACH = 1.5  # sides of the target searched in the first frame of doubt, each way
REACH_GROWTH = 0.1  # sides a frame
FARTHEST_REACH = LARGEST_SIDE / TARGET_SIDE / 2  # beyond it the shrunk target would be too small
FARTHER = 0.6  # sides of the target: what is nearer is the same place
# A rival must beat the present place by so much, and be so like the first target itself.
BETTER_COLORS = 0.15
BETTER_TOGETHER = 0.25
LEAST_SIMILARITY = 0.6
LEAST_LIKENESS = 0.3
WINS = 3  # frames in a row
# With structure, in log odds: how likely a rival is itself, how much likelier than the present
# place, and how much better its structure answers; and the same where the present place is hardly
# believed. A third of it each way changes next to nothing: few rivals are near the line.
LEAST_ODDS, BETTER_ODDS, BETTER_RESPONSE = 1.1, 0.5, 0.75
LEAST_ODDS_LOST, BETTER_ODDS_LOST, BETTER_RESPONSE_LOST = -0.2, 1.3, 0.5
HARDLY_BELIEVED = 0.25
# Where the colors are still as good as there, the target is rather here, half hidden or turned,
# unless structure answers as it hardly does to anything else. Of the changes of place that changed
# the overlap, on footage and on what benchmarks/harder.py makes of it, 36 of 44 good ones are left,
# and 8 of 35 bad ones; -1.1 measures the same.
CLEAR_RESPONSE = -1.3
# Places in order: sides of the target from the last believed box to the first, and no point of the
# frame is farther than 1.7 of them from one; a sight sees 1.75 each way. So after many frames of
# doubt, in every so many: what stands out by its colors comes back within the first.
SCAN_STEP = 1.0
SCAN_AFTER, SCAN_EVERY = 60, 4


def likely_places(
    frame: NDArray[np.uint8],
    region: Box,
    size: tuple[float, float],
    bins: Bins,
    table: NDArray[np.float32],
    develop: Develop | None = None,
    avoid: Iterable[Point] = (),
) -> list[tuple[float, float]]:
    """Find where in *region* a target of *size* may be: centers in the frame, the likeliest first.

    Parameters
    ----------
    frame : uint8 array of shape (H, W) or (H, W, 3 or 4)
    region : Box
        Where to look, in frame pixels.
    size : (float, float)
        Width and height of the target in frame pixels.
    bins, table : Bins and float32 array of shape (bins.n_bins + 1,)
        How pixels are sorted, and the density of each bin.
    develop : callable, optional
        Makes what is cut out of the frame BGR.
    avoid : iterable of (float, float)
        Places that are known, and not to be given again.
    """
    shrink = TARGET_SIDE / math.sqrt(size[0] * size[1])
    shape = (_side(region.height * shrink), _side(region.width * shrink))
    patch = cut(frame, region, shape, develop, NEAREST_FROM)
    density = np.zeros(shape, np.float32)
    seen = patch.valid or (slice(None), slice(None))
    density[seen] = table.take(bins(patch.image))[seen]
    strength = _filling(density, size, patch.pixel_size)
    clear = [
        CLEARANCE * length / pixel for length, pixel in zip(size, patch.pixel_size, strict=True)
    ]

    def suppress(x: float, y: float) -> None:
        columns = slice(max(round(x - clear[0]), 0), max(round(x + clear[0]), 0))
        strength[max(round(y - clear[1]), 0) : max(round(y + clear[1]), 0), columns] = -1

    for known in avoid:
        suppress(*patch.to_patch(*known))
    places = []
    for _ in range(PLACES):
        _, best, _, (column, row) = cv2.minMaxLoc(strength)
        if best < LEAST_STRENGTH:
            break
        places.append(patch.to_frame(column + 0.5, row + 0.5))
        suppress(column + 0.5, row + 0.5)
    return places


def reach_after(frames: int) -> float:
    """Tell how far off a target may be after so many frames of doubt, in its sides."""
    return min(FIRST_REACH + REACH_GROWTH * frames, FARTHEST_REACH)


def _side(length: float) -> int:
    return min(max(round(length), 8), LARGEST_SIDE)


def _filling(
    density: NDArray[np.float32], size: tuple[float, float], pixel_size: tuple[float, float]
) -> NDArray[np.float32]:
    """Give, for each place, how full a window of *size* is, less how full its surroundings are."""
    window = [
        max(1, round(length / pixel)) | 1 for length, pixel in zip(size, pixel_size, strict=True)
    ]
    around = [SURROUNDINGS * length | 1 for length in window]
    inside = cv2.boxFilter(density, -1, window, borderType=cv2.BORDER_CONSTANT)
    # A mirror at the border: less to see there does not make a place stand out.
    outside = cv2.boxFilter(density, -1, around, borderType=cv2.BORDER_REFLECT)
    strength: NDArray[np.float32] = inside - np.float32(SURROUNDINGS_WEIGHT) * outside
    return strength


def color_posterior(model: BackProjection, n_colors: int) -> NDArray[np.float32]:
    """Give the first frame's posterior of colors alone: a shrunk picture has another texture."""

    def of_colors(bins: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.append(bins[:-1].reshape(-1, n_colors).sum(axis=0), np.float32(0))

    return posterior(of_colors(model.first_target), of_colors(model.first_surroundings))


def _tile(number: int, frame_size: tuple[int, int], side: float) -> Box:
    """Give one of the tiles, row by row, that cover a frame and overlap by a target of *side* px.

    Numbers beyond the last begin anew.
    """
    width, height = frame_size
    longest = (LARGEST_SIDE / TARGET_SIDE - 1) * side
    columns, rows = math.ceil(width / longest), math.ceil(height / longest)
    row, column = divmod(number % (rows * columns), columns)
    across, down = width / columns, height / rows
    return Box(column * across - side / 2, row * down - side / 2, across + side, down + side)


@dataclass(slots=True)
class Redetection:
    """How long there has been doubt, and the rival that is being looked at."""

    frames: int = 0
    """Of doubt, less those of belief since: the region searched grows with them."""
    rival: tuple[float, float] | None = None
    """Center in the frame, of the last place that beat the present one."""
    wins: int = 0
    """Frames in a row in which it did."""
    nearby_wins: int = 0
    """Frames in a row in which a place nearby was more the first frame's target."""

    tried: tuple[Point, ...] = ()
    """Places looked at in vain since the present one was believed, the newest last."""
    scanned: int = 0
    """Number of the last place looked at whatever its colors."""

    @property
    def scans(self) -> bool:
        """Whether to look at the next place in order, whatever its colors."""
        return self.frames >= SCAN_AFTER and self.frames % SCAN_EVERY == 0

    @property
    def afield(self) -> bool:
        """Whether to look where it was not looked yet: in every second frame."""
        return self.frames % 2 == 1

    @property
    def passed_over(self) -> tuple[Point, ...]:
        """Places before which others have their turn."""
        return self.tried if self.afield else ()

    def doubted(self) -> None:
        """Take note of a frame in which the present place is in doubt."""
        self.frames += 1

    def believed(self) -> None:
        """Take note of a frame in which the present place is believed."""
        self.frames, self.tried, self.scanned = max(self.frames - 1, 0), (), 0
        self.dismissed()

    def dismissed(self) -> None:
        """Look at the rival no longer, but for others."""
        self.rival, self.wins = None, 0

    def tried_at(self, place: Point) -> None:
        """Take note of a place looked at in vain, in a frame in which such are passed over."""
        if self.afield:
            self.tried = (*self.tried, place)[-MOST_TRIED:]

    def region(self, last: Box, frame_size: tuple[int, int], *, everywhere: bool = False) -> Box:
        """Give where to look in this frame.

        Round the last believed box, farther each frame; and in every second frame, when it is to
        be sought *everywhere*, the next tile of the whole frame.
        """
        width, height = frame_size
        if everywhere and self.afield:
            return _tile(self.frames // 2, frame_size, last.side)
        reach = last.side * reach_after(self.frames)
        x, y = last.center
        left, top = max(x - reach, 0.0), max(y - reach, 0.0)
        right, bottom = min(x + reach, float(width)), min(y + reach, float(height))
        return Box(left, top, max(right - left, 2.0), max(bottom - top, 2.0))

    def scan(self, last: Box, frame_size: tuple[int, int]) -> Point | None:
        """Give the next place of the frame in order, from the last believed box outward.

        Along a spiral that leaves no place out (Vogel, "A better way to construct the sunflower
        head", 1979): what is sought may stand where its colors do not stand out. None where that
        has come to its end, to begin anew.
        """
        width, height = frame_size
        step = SCAN_STEP * last.side
        n_places = math.ceil((math.hypot(width, height) / step + 1) ** 2)
        for number in range(self.scanned + 1, n_places + 1):
            radius, angle = step * math.sqrt(number), 2 * math.pi * GOLDEN_RATIO * number
            x = last.center[0] + radius * math.cos(angle)
            y = last.center[1] + radius * math.sin(angle)
            if -step <= x <= width + step and -step <= y <= height + step:
                self.scanned = number
                return min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))
        self.scanned = 0
        return None

    def preferred(self, place: Place) -> Place:
        """Give the place that is taken: its rival nearby, when that has won often enough."""
        self.nearby_wins = 0 if place.rival is None else self.nearby_wins + 1
        if place.rival is None or self.nearby_wins < WINS:
            return place
        self.nearby_wins = 0
        return place.rival

    def choice(self, places: list[tuple[float, float]]) -> tuple[float, float]:
        """Take the place that is to be looked at closely: the likeliest, and others in turn."""
        return places[int(self.frames * GOLDEN_RATIO) % len(places)]

    def challenge(
        self,
        rival: tuple[float, float],
        there: Verdict,
        here: Verdict,
        apart: float,
        belief: float = 1.0,
    ) -> bool:
        """Judge a rival place against the present one; True when it has won often enough.

        Parameters
        ----------
        rival : (float, float)
            Its center in the frame.
        there, here : Verdict
            Of the rival and of the present place.
        apart : float
            Their distance in sides of the target.
        belief : float
            In the present place.
        """
        wins = apart > FARTHER and _beats(there, here, belief)
        self.rival, self.wins = (rival, self.wins + 1) if wins else (None, 0)
        return self.wins >= WINS


def _beats(there: Verdict, here: Verdict, belief: float) -> bool:
    """Tell whether one place is clearly more the first frame's target than another."""
    if there.response is None or here.response is None:
        return (
            there.similarity > max(LEAST_SIMILARITY, here.similarity + BETTER_COLORS)
            and there.likeness > LEAST_LIKENESS
            and there.similarity + there.likeness
            > here.similarity + here.likeness + BETTER_TOGETHER
        )
    if there.similarity <= here.similarity + BETTER_COLORS and there.response <= CLEAR_RESPONSE:
        return False
    odds = there.log_odds
    better_odds = odds - here.log_odds
    better_response = there.response - here.response
    return (
        odds > LEAST_ODDS and better_odds > BETTER_ODDS and better_response > BETTER_RESPONSE
    ) or (
        belief < HARDLY_BELIEVED
        and odds > LEAST_ODDS_LOST
        and better_odds > BETTER_ODDS_LOST
        and better_response > BETTER_RESPONSE_LOST
    )
