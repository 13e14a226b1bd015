"""The ends of the climbs made into cluster centers, and points given to the nearest of them."""

from __future__ import annotations

import numpy as np

from .balls import pairs_within
from .tiles import TILE, FloatArray, IndexArray, Tiles, gaps2, packing_order

__all__ = ["modes_of", "nearest", "surely_nearest"]

FIRST_BLOCK, LARGEST_BLOCK = 16, 256  # candidates whose neighbors are asked for at a time
GROUP = 8 * TILE  # points that are given to centers together
BOUNDS = 1 << 18  # bounds between groups and centers held at a time


def modes_of(ends: FloatArray, intensities: FloatArray, bandwidth: float) -> FloatArray:
    """Keep of the ends within one *bandwidth* of each other the one of most intensity.

    The greater coordinates go first among equal intensities. Gives (clusters, axes) in that order.
    """
    some = intensities > 0
    ends, intensities = ends[some], intensities[some]
    in_order = np.lexsort(ends.T[::-1])  # by the first axis first, stable: the last seed last
    ends, intensities = ends[in_order], intensities[in_order]
    last = np.append((np.diff(ends, axis=0) != 0).any(axis=1), [True])[: len(ends)]
    ends, intensities = ends[last], intensities[last]
    ranked = ends[np.lexsort((*ends.T[::-1], intensities))[::-1]]
    return ranked[_lone(ranked, bandwidth)]


def _lone(ranked: FloatArray, radius: float) -> IndexArray:
    """Give those that are within *radius* of none before them that is itself given."""
    tiles = Tiles.of(ranked)
    open_ = np.ones(len(ranked), np.bool_)
    kept = []
    size = FIRST_BLOCK if len(ranked) > LARGEST_BLOCK else LARGEST_BLOCK
    while len(block := np.flatnonzero(open_)[:size]):
        owner, near = pairs_within(tiles, ranked[block], radius)
        starts = np.searchsorted(owner, np.arange(len(block) + 1))
        for candidate, start, stop in zip(block, starts[:-1], starts[1:], strict=True):
            if open_[candidate]:
                kept.append(candidate)
                open_[near[start:stop]] = False
        size = min(2 * size, LARGEST_BLOCK)
    return np.array(kept, np.intp)


def nearest(points: FloatArray, centers: FloatArray) -> IndexArray:
    """Give the number of the nearest center of each point, the lowest of equals."""
    order = packing_order(points)
    in_order = points[order]
    starts = np.arange(0, len(points), GROUP)
    low = np.minimum.reduceat(in_order, starts, axis=0).T
    high = np.maximum.reduceat(in_order, starts, axis=0).T
    numbers = np.repeat(surely_nearest(low, high, centers), GROUP)[: len(points)]
    for start in starts[numbers[starts] < 0]:
        own = slice(start, start + GROUP)
        numbers[own] = _nearest_of_all(in_order[own], centers)
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
    """Compare *points*, close together, with each center that can be the nearest of one of them."""
    low, high = points.min(axis=0), points.max(axis=0)
    near, far = gaps2(low[:, None], high[:, None], centers.T, centers.T)
    candidates = np.flatnonzero(near <= far.min())
    distance2 = np.zeros((len(points), len(candidates)))
    for axis in range(points.shape[1]):
        apart = points[:, axis, None] - centers[candidates, axis]
        distance2 += apart * apart
    best: IndexArray = candidates[distance2.argmin(axis=1)]
    return best
