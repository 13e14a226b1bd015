"""Association: which detection is which target's, and which detections are the start of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .box import Box, iou

__all__ = ["AGREES", "CONFIRMED_BY", "Sighting", "confirmed", "distinct", "pairs"]

LEAST_IOU = 0.3  # of a detection with a target or a sighting, to be the same thing
AGREES = 0.5  # IoU of two boxes that say the same
CONFIRMED_BY = 3  # detections of a thing, until it is followed
FORGOTTEN_AFTER = 2  # frames with detections of which none was this thing's


@dataclass(slots=True)
class Sighting:
    """A thing detected that is not followed yet."""

    box: Box
    seen: int = 1
    """Detections so far."""
    missed: int = 0
    """Frames with detections since, of which none was its."""


def pairs(boxes: Sequence[Box], others: Sequence[Box]) -> list[tuple[int, int]]:
    """Pair boxes with those they overlap most, each once, and by no less than LEAST_IOU.

    Parameters
    ----------
    boxes, others : sequences of Box

    Returns
    -------
    list of (int, int)
        Numbers in *boxes* and in *others*, the best pair first. Whatever pair overlaps most is
        taken, then the best of what is left.
    """
    if not boxes or not others:
        return []
    overlap = iou(np.array(boxes)[:, None], np.array(others)[None])
    found: list[tuple[int, int]] = []
    while True:
        row, column = divmod(int(overlap.argmax()), len(others))
        if overlap[row, column] < LEAST_IOU:
            return found
        found.append((row, column))
        overlap[row], overlap[:, column] = -1, -1


def distinct(boxes: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    """Give the boxes that say something new: none of *others* does, nor one before them."""
    said = list(others)
    for box in boxes:
        if not said or iou(box, said).max() < AGREES:
            said.append(box)
    return said[len(others) :]


def confirmed(sightings: list[Sighting], detected: Sequence[Box]) -> list[Box]:
    """Take detections of no target into the sightings; give, and forget, those seen often enough.

    Parameters
    ----------
    sightings : list of Sighting
        Changed in place.
    detected : sequence of Box
    """
    same = pairs([each.box for each in sightings], detected)
    for each in sightings:
        each.missed += 1
    for number, other in same:
        sighting = sightings[number]
        sighting.box, sighting.seen, sighting.missed = detected[other], sighting.seen + 1, 0
    known = {other for _, other in same}
    sightings += [Sighting(box) for other, box in enumerate(detected) if other not in known]
    sure = [each.box for each in sightings if each.seen >= CONFIRMED_BY]
    sightings[:] = [
        each for each in sightings if each.seen < CONFIRMED_BY and each.missed < FORGOTTEN_AFTER
    ]
    return sure
