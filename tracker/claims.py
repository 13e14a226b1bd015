"""Claims: what is another target's is not this one's, and what is behind another is not gone.

Targets that are followed together tell each other, before each frame, where they are about to be.
A pixel of the density map then counts for a target by its share of all claims to it; a mode where
another one is about to be, rather than this one, is the other's; and a target of which nothing is
left but what another covers is hidden, and waits there until it is seen again. Of a whole and its
part, such as a person and a face, neither has a claim against the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .box import Box
from .kernels import gaussian

__all__ = [
    "Claim",
    "Point",
    "apart",
    "behind",
    "covered",
    "is_claimed",
    "neighbors",
    "nested",
    "share",
    "within",
]

Point = tuple[float, float]
"""x, y of a center in the frame, pixels."""
FloatArray = NDArray[np.floating[Any]]

SAME_PLACE = 0.5  # sides of the target: a place farther from where another is going is not its
DOUBT = 0.25  # sides by which what is hidden must be nearer to a place, to have a claim to it
REACH = 0.6  # of a claim over pixels: deviation, in half sizes of its box
FARTHEST = 3.0  # sizes of a target from its center: beyond it, it sees nothing
NESTED = 0.8  # of the smaller box, within the larger: boxes by hand stick out a little
UNCLAIMED = 0.1  # claim of everyone to every pixel: where nobody is, all is to be had


class Claim(NamedTuple):
    """Where a target is about to be."""

    box: Box
    """In the next frame, in its pixels."""
    belief: float
    """How likely that is: 0 to 1."""
    hidden: bool = False
    """Whether nothing was seen of it in the newest frame."""


def neighbors(claims: Sequence[Claim]) -> NDArray[np.bool_]:
    """Tell which claims may matter to which target: those that reach into what it sees.

    Returns
    -------
    bool array of shape (n, n)
        Row by row for each target; it is no neighbor of itself.
    """
    if len(claims) < 2:
        return np.zeros((len(claims), len(claims)), np.bool_)
    boxes = np.array([claim.box for claim in claims])
    size = boxes[:, 2:]
    center = boxes[:, :2] + size / 2
    apart = np.abs(center[:, None] - center[None])
    reach = FARTHEST * size.max(axis=1)[:, None, None] + size[None] / 2
    near: NDArray[np.bool_] = (apart < reach).all(axis=2)
    near &= np.array([claim.belief > 0 for claim in claims], bool)
    np.fill_diagonal(near, val=False)
    return near


def nested(box: Box, other: Box) -> bool:
    """Tell whether one box lies within the other, as those of a whole and its part do."""
    return box.shared_area(other) >= NESTED * min(box.area, other.area)


def apart(claim: Claim, other: Claim) -> bool:
    """Tell whether two targets, both believed to be where they claim, have nothing in common."""
    return min(claim.belief, other.belief) > 0 and claim.box.shared_area(other.box) == 0


def within(region: Box, claims: Sequence[Claim]) -> list[Claim]:
    """Give those of the claims that reach into a region."""
    return [claim for claim in claims if region.shared_area(claim.box) > 0]


def covered(box: Box, claims: Sequence[Claim]) -> float:
    """Tell what share of a box one claim covers, the one that covers most: 0 to 1."""
    return max([box.shared_area(claim.box) for claim in claims], default=0.0) / box.area


def is_claimed(place: Point, own: Point, side: float, claims: Sequence[Claim]) -> bool:
    """Tell whether another target, rather than this one, was going to be at *place*.

    Parameters
    ----------
    place : (float, float)
        Center in the frame.
    own : (float, float)
        Where this target was going to be.
    side : float
        Pixels of its side.
    claims : sequence of Claim
        Of the others.
    """
    away, near = math.dist(place, own), SAME_PLACE * side
    return any(
        math.dist(place, claim.box.center) < min(away - DOUBT * side * claim.hidden, near)
        for claim in claims
    )


def behind(box: Box, claims: Sequence[Claim]) -> Point:
    """Give the center of a hidden target: where it was going to be, but not beyond what hides it.

    Were it farther, half of it would be seen.
    """
    x, y = box.center
    hiding = max(claims, key=lambda claim: box.shared_area(claim.box)).box
    if box.shared_area(hiding) == 0:
        return x, y
    return min(max(x, hiding.x), hiding.right), min(max(y, hiding.y), hiding.bottom)


def share(
    region: Box, shape: tuple[int, int], own: Box, claims: Sequence[Claim]
) -> NDArray[np.float32]:
    """Give this target's share of the claims to each pixel of a patch.

    Parameters
    ----------
    region : Box
        What the patch covers, in frame pixels.
    shape : (int, int)
        Its rows and columns.
    own : Box
        Where this target is about to be.
    claims : sequence of Claim
        Of the others.

    Returns
    -------
    float32 array of *shape*
        0 to 1; 1 where nobody else has a claim.
    """
    belief = np.array([1.0, *(claim.belief for claim in claims)])
    down, across = _hills(region, shape, np.array([own, *(claim.box for claim in claims)]))
    down *= belief[:, None]
    mine = np.outer(down[0], across[0]) + UNCLAIMED
    result: NDArray[np.float32] = (mine / (down.T @ across + UNCLAIMED)).astype(np.float32)
    return result


def _hills(region: Box, shape: tuple[int, int], boxes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give claims to the rows and columns of a patch: 1 in the middle of each box, fading beyond.

    The claim to a pixel is the product of those to its row and its column.
    """
    size = boxes[:, 2:]
    center, deviation = boxes[:, :2] + size / 2, REACH * size / 2
    x = region.x + (np.arange(shape[1]) + 0.5) * (region.width / shape[1])
    y = region.y + (np.arange(shape[0]) + 0.5) * (region.height / shape[0])
    across = gaussian(((x - center[:, :1]) / deviation[:, :1]) ** 2)
    down = gaussian(((y - center[:, 1:]) / deviation[:, 1:]) ** 2)
    return down, across
