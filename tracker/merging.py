"""Regions that touch, as a graph: merging of those that agree, and of those that are small.

All regions choose at once, and OpenCV and NumPy join them: time goes with pixels and borders, and
there is no loop over either.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["areas_of", "connected", "means_of", "merge", "neighbor_pairs", "numbered"]

Array = NDArray[Any]
Labels = NDArray[np.int32]


def connected(values: Array, most: float) -> Labels:
    """Label pixels so that those joined by a way of steps of at most *most* have one label.

    Pixels and the steps between them are drawn as a mask of twice the size, on which OpenCV finds
    the components.

    Parameters
    ----------
    values : float array of shape (rows, columns, channels)
    most : float
        Largest distance between the values of two 4-neighbors in one region.

    Returns
    -------
    int32 array of shape (rows, columns), from 0
    """
    rows, columns = values.shape[:2]
    lattice = np.zeros((2 * rows - 1, 2 * columns - 1), np.uint8)
    lattice[::2, ::2] = 1
    lattice[::2, 1::2] = _distance2(values[:, 1:], values[:, :-1]) <= most**2
    lattice[1::2, ::2] = _distance2(values[1:], values[:-1]) <= most**2
    components = cv2.connectedComponents(lattice, connectivity=4, ltype=cv2.CV_32S)[1]
    return components[::2, ::2].astype(np.int32) - 1  # 0 is the ground between the pixels


def merge(
    labels: Labels, values: Array, *, most: float = math.inf, below_area: float = math.inf
) -> Labels:
    """Join regions to their neighbor of the nearest mean, round by round, until none is to join.

    Parameters
    ----------
    labels : int32 array of shape (rows, columns), 0 to n - 1
    values : float array of shape (rows, columns, channels)
    most : float
        Largest distance between the means of two regions that join.
    below_area : float
        Pixels a region must have to be left in peace; others may still join it.

    Returns
    -------
    int32 array of shape (rows, columns), from 0
    """
    areas, means, pairs = areas_of(labels), means_of(labels, values), neighbor_pairs(labels)
    region_of = np.arange(len(areas))
    while True:
        distance2 = _distance2(means[pairs[:, 0]], means[pairs[:, 1]])
        near = distance2 <= most**2
        nearest = _nearest(pairs[near], distance2[near], areas < below_area)
        if (nearest == np.arange(len(areas))).all():
            return region_of.astype(np.int32)[labels]
        _, joined = np.unique(_roots(nearest), return_inverse=True)
        region_of = joined[region_of]
        merged = np.bincount(joined, areas)
        weighted = [np.bincount(joined, areas * channel) for channel in means.T]
        areas, means = merged, np.stack(weighted, axis=1) / merged[:, None]
        pairs = _unique_pairs(joined[pairs], len(areas))


def areas_of(labels: Labels) -> Array:
    """Count the pixels of each label, (n,)."""
    return np.bincount(labels.ravel())


def means_of(labels: Labels, values: Array) -> Array:
    """Average *values*, (rows, columns, channels), over the pixels of each label: (n, channels)."""
    flat = labels.ravel()
    sums = [np.bincount(flat, values[..., k].ravel()) for k in range(values.shape[2])]
    return np.stack(sums, axis=1) / areas_of(labels)[:, None]


def neighbor_pairs(labels: Labels) -> Array:
    """List the labels that touch along a pixel's side, each pair once, low first, in order."""
    touching = [
        np.stack([one[one != other], other[one != other]], axis=1)
        for one, other in ((labels[:, 1:], labels[:, :-1]), (labels[1:], labels[:-1]))
    ]
    return _unique_pairs(np.concatenate(touching), int(labels.max()) + 1)


def numbered(labels: Labels) -> Labels:
    """Give labels new numbers, in the order in which their first pixels are read, row by row."""
    flat = labels.ravel()
    first = np.full(int(flat.max()) + 1, flat.size)
    np.minimum.at(first, flat, np.arange(flat.size))
    order = np.empty(len(first), np.int32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return order[labels]


def _nearest(pairs: Array, distance2: Array, wants: Array) -> Array:
    """Let each region that wants one choose its nearest neighbor; others choose themselves.

    Of equally near ones the pair listed first counts, for both its ends: so choices never go round
    in a circle of more than two.
    """
    here = np.arange(len(wants))
    order = np.argsort(distance2, kind="stable")
    best = np.full(len(wants), len(pairs))  # place in that order of each region's nearest pair
    for ends in pairs[order].T:
        np.minimum.at(best, ends, np.arange(len(pairs)))
    chooses = wants & (best < len(pairs))
    pair = pairs[order[best[chooses]]]
    chosen = here.copy()
    chosen[chooses] = pair.sum(axis=1) - here[chooses]  # the pair's other end
    return chosen


def _roots(chosen: Array) -> Array:
    """Follow the choices to their ends: a region that chose itself, or the lower of two mutual."""
    here = np.arange(len(chosen))
    above = np.where((chosen[chosen] == here) & (here < chosen), here, chosen)
    while not np.array_equal(above, above[above]):
        above = above[above]
    return above


def _unique_pairs(pairs: Array, count: int) -> Array:
    """Give each pair of different numbers below *count* once, the lower first, in order."""
    low, high = pairs.min(axis=1).astype(np.int64), pairs.max(axis=1).astype(np.int64)
    codes = np.unique((low * count + high)[low != high])
    return np.stack([codes // count, codes % count], axis=1)


def _distance2(one: Array, other: Array) -> Array:
    difference = one - other
    return np.asarray((difference * difference).sum(axis=-1))
