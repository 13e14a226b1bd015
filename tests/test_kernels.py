"""Profiles fall from one, and apertures lie where they say on a padded map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracker.kernels import (
    PROFILES,
    Aperture,
    box_distance,
    ellipse_distance2,
    epanechnikov,
    flat,
    gaussian,
    grid,
)


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_are_one_at_the_center_and_never_rise(name):
    weights = PROFILES[name](np.linspace(0, 9, 200))
    assert weights[0] == 1
    assert (np.diff(weights) <= 0).all()
    assert (weights >= 0).all()


def test_profiles_are_those_of_the_literature():
    distance2 = np.array([0, 0.25, 1, 1.01, 4])
    assert flat(distance2).tolist() == [1, 1, 1, 0, 0]
    assert epanechnikov(distance2) == pytest.approx([1, 0.75, 0, 0, 0])
    assert gaussian(distance2) == pytest.approx(np.exp(-distance2 / 2))


def test_a_grid_is_centered_and_has_x_along_columns():
    x, y = grid(1, 2)
    assert x.tolist() == [[-2, -1, 0, 1, 2]] * 3
    assert y[:, 0].tolist() == [-1, 0, 1]


def test_distances_are_one_on_the_outline():
    ellipse = ellipse_distance2(6, 3)
    assert ellipse[3, 12] == pytest.approx(1)
    assert ellipse[0, 6] == pytest.approx(1)
    box = box_distance(6, 3, reach=2)
    assert box.shape == (13, 25)
    assert box[6 + 3, 12] == pytest.approx(1)
    assert box[6 + 3, 12 + 6] == pytest.approx(1)  # a corner too


@given(
    arrays(np.float64, (5, 7), elements=st.floats(0, 1)),
    arrays(np.float32, (5, 7), elements=st.floats(0, 1, width=32)),
)
def test_one_product_gives_all_moments(weights, density):
    aperture = Aperture.of(weights, (2, 3))
    x, y = grid(2, 3)
    weighted = weights * density
    expected = [(weighted * term).sum() for term in (1, x, y, x * x, x * y, y * y)]
    assert aperture.moments @ density.ravel() == pytest.approx(expected, abs=1e-3)


@given(st.integers(0, 9), st.integers(0, 6))
def test_the_window_about_a_pixel_has_that_pixel_in_its_middle_and_is_never_clipped(column, row):
    rows, columns, margin = 7, 10, (4, 5)
    padded = np.full((rows + 8, columns + 10), -1)
    padded[4:-4, 5:-5] = np.arange(rows * columns).reshape(rows, columns)
    for size in ((3, 5), (9, 11), (1, 1)):
        under = Aperture.of(np.ones(size), margin).around(padded, column, row)
        assert under.shape == size
        assert under[size[0] // 2, size[1] // 2] == row * columns + column
