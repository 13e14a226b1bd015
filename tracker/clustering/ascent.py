"""All seeds climb together: each moves to the mean of the points around it until it rests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .surroundings import Surroundings
from .tiles import FloatArray, IndexArray

__all__ = ["AT_REST", "Ascent", "ascend"]

AT_REST = 1e-3  # bandwidths: a seed that moves no further has arrived, as scikit-learn has it
SAME = 1e-11  # bandwidths: seeds as close as this are one from there on
TOGETHER = 1 << 10  # seeds that take a step at a time, which keeps memory small


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
        active = around.in_order(ends, active)
        moving = np.empty(len(active), np.bool_)
        for some in _pieces(len(active)):
            moving[some] = _step(around, ends, intensities, active[some], dtype)
        moving &= step < max_iter
        active = active[moving]
        active = _met(ends, leader, active, around.bandwidth)
        if keep_paths:
            paths.append(ends[_followed(leader)])
    leader = _followed(leader)
    for some in _pieces(len(leader)):  # in their place: a leader follows itself
        ends[some] = ends[leader[some]]
        intensities[some] = intensities[leader[some]]
    return Ascent(ends, intensities, max(step, 0), paths)


def _pieces(length: int) -> Iterator[slice]:
    return (slice(start, start + TOGETHER) for start in range(0, length, TOGETHER))


def _step(
    around: Surroundings,
    ends: FloatArray,
    intensities: FloatArray,
    active: IndexArray,
    dtype: np.dtype[np.floating] | type[np.floating],
) -> NDArray[np.bool_]:
    """Move *active* ones of the seeds, and tell which of them are still on their way."""
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
    moving = np.zeros(len(filled), np.bool_)
    moving[filled] = np.sqrt(moved2) > AT_REST * around.bandwidth
    return moving


def _met(ends: FloatArray, leader: IndexArray, active: IndexArray, bandwidth: float) -> IndexArray:
    """Let one of the climbers at each place lead the others there; give those that go on."""
    active = _by_place(ends, active)
    first = np.ones(len(active), np.bool_)
    first[1:] = False
    for values in ends.T:
        first[1:] |= _gaps(values[active]) > SAME * bandwidth
    leaders: IndexArray = active[first]
    which = np.cumsum(first, dtype=np.intp)
    which -= 1
    leader[active] = leaders[which]
    return leaders


def _by_place(ends: FloatArray, active: IndexArray) -> IndexArray:
    """Sort *active* ones by one number a place, so that equal places stand side by side."""
    mixed = np.zeros(len(active))
    for axis, values in enumerate(ends.T):
        mixed += values[active] * np.sqrt(axis + 2.0)
    return active[np.argsort(mixed, kind="stable")]


def _gaps(values: FloatArray) -> FloatArray:
    gaps = np.diff(values)
    return np.abs(gaps, out=gaps)


def _followed(leader: IndexArray) -> IndexArray:
    """Follow each seed's leader, and that one's leader, to the end."""
    while True:
        further = leader[leader]
        if np.array_equal(further, leader):
            return leader
        leader = further
