"""Association: which detection is which target's, and which detections are the start of one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .box import Box, iou
from .redetect import reach_after

__all__ = ["AGREES", "CONFIRMED_BY", "Sighting", "confirmed", "distinct", "pairs"]

LEAST_IOU = 0.3  # of a detection with a target or a sighting, to be the same thing
AGREES = 0.5  # IoU of two boxes that say the same
CONFIRMED_BY = 3  # detections of a thing, until it is followed
FORGOTTEN_AFTER = 2  # frames with detections of which none was this thing's


@dataclass(slots=True)
class Sighting:
    """A thing detected that is not followed yet."""

    box: Box
    index: int
    """The frame it was detected in last."""
    seen: int = 1
    """Detections so far."""
    missed: int = 0
    """Frames with detections since, of which none was its."""
    velocity: tuple[float, float] | None = None
    """Pixels a frame; None when it was detected once."""

    def expected(self, index: int) -> Box:
        """Where it should be in a later frame."""
        (x, y), (across, down) = self.box.center, self.velocity or (0.0, 0.0)
        n_frames = index - self.index
        return self.box.centered_at(x + n_frames * across, y + n_frames * down)

    def could_be(self, box: Box, index: int) -> bool:
        """Tell whether it may have come to a box, when it is not known how it moves."""
        away = math.dist(self.box.center, box.center)
        return (
            self.velocity is None
            and away <= reach_after(index - self.index) * self.box.side
            and bool(iou(self.box.centered_at(*box.center), box) >= AGREES)
        )

    def detected(self, box: Box, index: int) -> None:
        """Take note of where it was detected again."""
        n_frames = index - self.index
        x, y = self.box.center
        self.velocity = (box.center[0] - x) / n_frames, (box.center[1] - y) / n_frames
        self.box, self.index, self.seen, self.missed = box, index, self.seen + 1, 0


def pairs(boxes: Sequence[Box], others: Sequence[Box]) -> list[tuple[int, int]]:
    """Pair boxes with those they overlap most, each once, and by no less than LEAST_IOU.

    Parameters
    ----------
    boxes, others : sequences of Box

    Returns
    -------
    list of (int, int)
        Numbers in *boxes* and in *others*, the best pair first. Whatever pair overlaps most is
        taken, then the best of what is left. What says the same as one of *others* that is taken,
        and overlaps that more than a box, is the same thing found twice, and not that box's.
    """
    if not boxes or not others:
        return []
    overlap = iou(np.array(boxes)[:, None], np.array(others)[None])
    alike = iou(np.array(others)[:, None], np.array(others)[None])
    alike[alike < AGREES] = -1
    found: list[tuple[int, int]] = []
    while True:
        row, column = divmod(int(overlap.argmax()), len(others))
        if overlap[row, column] < LEAST_IOU:
            return found
        found.append((row, column))
        overlap[overlap < alike[column]] = -1
        overlap[row], overlap[:, column] = -1, -1


def distinct(boxes: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    """Give the boxes that say something new: none of *others* does, nor one before them."""
    said = list(others)
    for box in boxes:
        if not said or iou(box, said).max() < AGREES:
            said.append(box)
    return said[len(others) :]


def confirmed(sightings: list[Sighting], detected: Sequence[Box], index: int) -> list[Box]:
    """Take detections of no target into the sightings; give, and forget, those seen often enough.

    Parameters
    ----------
    sightings : list of Sighting
        Changed in place.
    detected : sequence of Box
    index : int
        Of the frame they are in.
    """
    same = pairs([each.expected(index) for each in sightings], detected)
    same += _moved(sightings, detected, index, same)
    for each in sightings:
        each.missed += 1
    for number, other in same:
        sightings[number].detected(detected[other], index)
    known = {other for _, other in same}
    sightings += [Sighting(box, index) for other, box in enumerate(detected) if other not in known]
    sure = [each.box for each in sightings if each.seen >= CONFIRMED_BY]
    sightings[:] = [
        each for each in sightings if each.seen < CONFIRMED_BY and each.missed < FORGOTTEN_AFTER
    ]
    return sure


def _moved(
    sightings: Sequence[Sighting],
    detected: Sequence[Box],
    index: int,
    same: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Pair what is left of both, the nearest first: what was seen once may have gone any way."""
    numbers, others = {number for number, _ in same}, {other for _, other in same}
    near = sorted(
        (math.dist(each.box.center, box.center), number, other)
        for number, each in enumerate(sightings)
        for other, box in enumerate(detected)
        if number not in numbers and other not in others and each.could_be(box, index)
    )
    found: list[tuple[int, int]] = []
    for _, number, other in near:
        if number not in numbers and other not in others:
            found.append((number, other))
            numbers.add(number)
            others.add(other)
    return found
