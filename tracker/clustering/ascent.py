"""All seeds climb together: each moves to the mean of the points around it until it rests."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .surroundings import Surroundings
from .tiles import FloatArray, IndexArray

__all__ = ["AT_REST", "Ascent", "ascend"]

AT_REST = 1e-3  # bandwidths: a seed that moves no further has arrived, as scikit-learn has it
SAME = 1e-11  # bandwidths: seeds as close as this are one from there on


class Ascent(NamedTuple):
    """Where the seeds came to rest."""

    ends: FloatArray
    """(seeds, axes)."""
    intensities: FloatArray
    """(seeds,): weight of the points around the place before the last step; 0 for a seed that
    came to a place with none, and is out."""
    n_iter: int
    """The most steps a seed went on after."""
    paths: list[FloatArray]
    """The places of all seeds at the start and after each step, if asked for."""


def ascend(
    around: Surroundings,
    seeds: FloatArray,
    max_iter: int,
    *,
    dtype: np.dtype[np.floating] | type[np.floating] = np.float64,
    keep_paths: bool = False,
) -> Ascent:
    """Move all seeds to the means around them until each moves by 1e-3 bandwidths at most.

    Seeds that meet go on as one: from there their ways are the same. *dtype* is what the means are
    rounded to.
    """
    ends = np.array(seeds, np.float64)
    intensities = np.zeros(len(ends))
    leader = np.arange(len(ends))
    paths = [ends.copy()] if keep_paths else []
    active, step = leader, -1
    while len(active):
        step += 1
        places = ends[active]
        sums = around.moments(places)
        intensities[active] = weight = sums[:, -1]
        filled = weight > 0
        if not filled.all():
            active, places, sums = active[filled], places[filled], sums[filled]
        means = sums[:, :-1]
        means /= sums[:, -1:]
        ends[active] = means = means.astype(dtype, copy=False)
        places -= means
        moved2 = np.einsum("sa,sa->s", places, places)
        moving = (np.sqrt(moved2) > AT_REST * around.bandwidth) & (step < max_iter)
        active = _met(ends, leader, active[moving], around.bandwidth)
        if keep_paths:
            paths.append(ends[_followed(leader)])
    leader = _followed(leader)
    return Ascent(ends[leader], intensities[leader], max(step, 0), paths)


def _met(ends: FloatArray, leader: IndexArray, active: IndexArray, bandwidth: float) -> IndexArray:
    """Let one of the climbers at each place lead the others there; give those that go on."""
    # One number a place, so that equal places stand side by side after one sort.
    mixed = ends[active] @ np.sqrt(np.arange(2.0, ends.shape[1] + 2.0))
    active = active[np.argsort(mixed, kind="stable")]
    apart = np.abs(np.diff(ends[active], axis=0)).max(axis=1, initial=0.0) > SAME * bandwidth
    first = np.concatenate([[True], apart])[: len(active)]
    leaders: IndexArray = active[first]
    leader[active] = leaders[np.cumsum(first) - 1]
    return leaders


def _followed(leader: IndexArray) -> IndexArray:
    """Follow each seed's leader, and that one's leader, to the end."""
    while True:
        further = leader[leader]
        if np.array_equal(further, leader):
            return leader
        leader = further
