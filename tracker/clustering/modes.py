"""The ends of the climbs made into cluster centers, and points given to the nearest of them."""

from __future__ import annotations

import numpy as np

from .balls import pairs_within
from .tiles import TILE, FloatArray, IndexArray, Tiles, gaps2, packing_order

__all__ = ["modes_of", "nearest", "surely_nearest"]

LARGEST_BLOCK = 256  # candidates whose neighbors are asked for at a time
FIRST_BLOCK, FEW_ENDS = 1, 64  # among few ends all at once
GROUP = 8 * TILE  # points that are given to centers together
FEW_CENTERS = 200  # with which each point is compared; more are worth sorting the points for
PIECE = 1 << 13  # points at a time, which stay in the cache
BOUNDS = 1 << 12  # bounds between groups and centers at a time, which stay in the cache


def modes_of(ends: FloatArray, intensities: FloatArray, bandwidth: float) -> FloatArray:
    """Keep of the ends within one *bandwidth* of each other the one of most intensity.

    The greater coordinates go first among equal intensities. Gives (clusters, axes) in that order.
    """
    return _lone(_ranked(ends, intensities), bandwidth)


def _ranked(ends: FloatArray, intensities: FloatArray) -> FloatArray:
    """Give the different ends, the one of most intensity first."""
    some = intensities > 0
    ends, intensities = ends[some], intensities[some]
    in_order = np.lexsort(ends.T[::-1])  # by the first axis first, stable: the last seed last
    ends, intensities = ends[in_order], intensities[in_order]
    last = np.append((np.diff(ends, axis=0) != 0).any(axis=1), [True])[: len(ends)]
    ends, intensities = ends[last], intensities[last]
    return ends[np.lexsort((*ends.T[::-1], intensities))[::-1]]


def _lone(ranked: FloatArray, radius: float) -> FloatArray:
    """Give those that are within *radius* of none before them that is itself given."""
    tiles = Tiles.of(ranked)
    open_ = np.ones(len(ranked), np.bool_)
    kept = []
    size = FEW_ENDS if len(ranked) <= FEW_ENDS else FIRST_BLOCK
    while len(block := np.flatnonzero(open_)[:size]):
        owner, near = pairs_within(tiles, ranked[block], radius)
        starts = np.searchsorted(owner, np.arange(len(block) + 1))
        for candidate, start, stop in zip(block, starts[:-1], starts[1:], strict=True):
            if open_[candidate]:
                kept.append(candidate)
                open_[near[start:stop]] = False
        # No more of them than have about a quarter as many neighbors as there are ends.
        size = max(min(2 * size, LARGEST_BLOCK, len(ranked) * len(block) // (4 * len(near))), 1)
        del owner, near
    return ranked[kept]


def nearest(points: FloatArray, centers: FloatArray) -> IndexArray:
    """Give the number of the nearest center of each point, the lowest of equals."""
    if len(centers) <= FEW_CENTERS:
        return _nearest_of_all(points, centers)
    order = packing_order(points)
    in_order = points[order]
    starts = np.arange(0, len(points), GROUP)
    low = np.minimum.reduceat(in_order, starts, axis=0).T
    high = np.maximum.reduceat(in_order, starts, axis=0).T
    of_groups = surely_nearest(low, high, centers)
    numbers = np.repeat(of_groups, GROUP)[: len(points)]
    for group in np.flatnonzero(of_groups < 0):
        own = slice(group * GROUP, (group + 1) * GROUP)
        near, far = gaps2(low[:, [group]], high[:, [group]], centers.T, centers.T)
        candidates = np.flatnonzero(near <= far.min())
        numbers[own] = candidates[_nearest_of_some(in_order[own], centers[candidates])]
    labels = np.empty_like(numbers)
    labels[order] = numbers
    return labels


def surely_nearest(low: FloatArray, high: FloatArray, centers: FloatArray) -> IndexArray:
    """Give the center that is the nearest of all points of a box, or -1 where there are several.

    Boxes of shape (axes, boxes).
    """
    numbers = np.empty(low.shape[1], np.intp)
    at_a_time = max(BOUNDS // len(centers), 1)
    for start in range(0, len(numbers), at_a_time):
        some = slice(start, start + at_a_time)
        near, far = gaps2(
            low[:, some, None], high[:, some, None], centers.T[:, None], centers.T[:, None]
        )
        possible = near <= far.min(axis=1, keepdims=True)
        numbers[some] = np.where(possible.sum(axis=1) == 1, possible.argmax(axis=1), -1)
    return numbers


def _nearest_of_all(points: FloatArray, centers: FloatArray) -> IndexArray:
    """Compare each point with each center."""
    numbers = np.zeros(len(points), np.intp)
    for start in range(0, len(points), PIECE):
        some = slice(start, start + PIECE)
        piece = points[some].T.astype(np.float64)
        least = np.full(piece.shape[1], np.inf)
        for number, center in enumerate(centers):
            distance2 = np.zeros(piece.shape[1])
            for values, place in zip(piece, center, strict=True):
                apart = values - place
                apart *= apart
                distance2 += apart
            numbers[some][distance2 < least] = number
            np.minimum(least, distance2, out=least)
    return numbers


def _nearest_of_some(points: FloatArray, centers: FloatArray) -> IndexArray:
    """Do the same by all the distances at once, which is faster for few points."""
    numbers = np.empty(len(points), np.intp)
    at_a_time = max(BOUNDS // len(centers), 1)
    for start in range(0, len(points), at_a_time):
        some = slice(start, start + at_a_time)
        distance2 = np.zeros((len(numbers[some]), len(centers)))
        for axis in range(points.shape[1]):
            apart = points[some, axis, None] - centers[:, axis]
            distance2 += apart * apart
        numbers[some] = distance2.argmin(axis=1)
    return numbers
