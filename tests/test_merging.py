"""Merging of regions, against the plainest way to say the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tracker.merging import connected, means_of, merge, neighbor_pairs, numbered

small_maps = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 7), st.integers(1, 7), st.just(1)),
    elements=st.integers(0, 4).map(float),
    fill=st.nothing(),
)


def flooded(values, most):
    """Label pixel by pixel: the reference."""
    rows, columns = values.shape[:2]
    labels = np.full((rows, columns), -1)
    count = 0
    for start in np.ndindex(rows, columns):
        if labels[start] >= 0:
            continue
        labels[start], queue = count, [start]
        while queue:
            row, column = queue.pop()
            for there in (
                (row + 1, column),
                (row - 1, column),
                (row, column + 1),
                (row, column - 1),
            ):
                inside = 0 <= there[0] < rows and 0 <= there[1] < columns
                if not inside or labels[there] >= 0:
                    continue
                if np.linalg.norm(values[there] - values[row, column]) <= most:
                    labels[there] = count
                    queue.append(there)
        count += 1
    return labels


@settings(max_examples=50, deadline=None)
@given(values=small_maps, most=st.integers(0, 3))
def test_connected_pixels_are_those_a_flood_reaches(values, most):
    assert np.array_equal(numbered(connected(values, most)), flooded(values, most))


@settings(max_examples=50, deadline=None)
@given(values=small_maps)
def test_neighbors_are_listed_once_and_in_order(values):
    labels = connected(values, 0)
    expected = set()
    for row, column in np.ndindex(labels.shape):
        for there in ((row + 1, column), (row, column + 1)):
            if there[0] < labels.shape[0] and there[1] < labels.shape[1]:
                pair = sorted((int(labels[row, column]), int(labels[there])))
                if pair[0] != pair[1]:
                    expected.add(tuple(pair))
    assert list(map(tuple, neighbor_pairs(labels).tolist())) == sorted(expected)


@settings(max_examples=50, deadline=None)
@given(values=small_maps, most=st.integers(0, 3))
def test_after_merging_no_two_neighbors_agree(values, most):
    labels = merge(connected(values, 0), values, most=most)
    means = means_of(labels, values)
    for low, high in neighbor_pairs(labels):
        assert np.linalg.norm(means[low] - means[high]) > most


@pytest.mark.parametrize("n_regions", [10, 1000, 20_000])
def test_a_long_row_of_equal_steps_merges_to_its_end(n_regions):
    labels = np.arange(n_regions, dtype=np.int32)[np.newaxis]
    values = np.zeros((1, n_regions, 1), np.float32)
    assert merge(labels, values, most=0.0).max() == 0
    assert np.bincount(merge(labels, values, below_area=10).ravel()).min() >= 10


def test_regions_join_to_the_neighbor_of_the_nearest_mean():
    values = np.array([[0, 0, 0, 4, 4, 4, 9, 9]], np.float32)[..., np.newaxis]
    labels = connected(values, 0)
    assert merge(labels, values, most=4.5).tolist() == [[0] * 6 + [1] * 2]
    assert merge(labels, values, below_area=3).tolist() == [[0] * 3 + [1] * 5]
