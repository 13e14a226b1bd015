"""A density is aligned with the target's map: place, size, and how like it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracker import Box, RotatedBox
from tracker.kernels import Aperture, box_distance
from tracker.registration import Registration
from tracker.synthetic import draw_box, draw_rotated_box

MARGIN = 25
OUTLINE = Aperture.of(np.clip((1.7 - box_distance(12, 9, 1.7)) / 0.3, 0, 1), (MARGIN, MARGIN))
WIDE = Aperture.of(np.ones((49, 49)), (MARGIN, MARGIN))
MIDDLE = (30, 25)  # column and row on a map of 51 rows and 61 columns


def density_of(
    shift: tuple[float, float] = (0, 0), scale: float = 1.0, high: float = 0.9, low: float = 0.1
) -> np.ndarray:
    """Draw a target of 24×18 about the middle pixel, on a map with margin."""
    box = Box.around((30.5 + shift[0], 25.5 + shift[1]), 24 * scale, 18 * scale)
    density = low + (high - low) * draw_box((51, 61), box)
    return np.pad(density, MARGIN).astype(np.float32)


def started() -> Registration:
    return Registration(OUTLINE, OUTLINE.around(density_of(), *MIDDLE))


@pytest.mark.parametrize("shift", [(0, 0), (0.5, 0), (0, -0.8), (1, 1), (-1.2, 0.4)])
def test_a_shift_is_measured_to_a_fraction_of_a_pixel(shift):
    found = started().align(density_of(shift), MIDDLE)
    assert found.shift == pytest.approx(shift, abs=0.4)
    assert found.log_scale == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("scale", [0.93, 0.97, 1.0, 1.03, 1.07])
def test_a_change_of_size_is_measured(scale):
    found = started().align(density_of(scale=scale), MIDDLE)
    assert found.log_scale == pytest.approx(math.log(scale), abs=0.04)
    assert found.shift == pytest.approx((0, 0), abs=0.1)


@pytest.mark.parametrize(("high", "low"), [(0.6, 0.1), (0.9, 0.4), (1.0, 0.0)])
def test_contrast_is_not_taken_for_a_change_of_size(high, low):
    found = started().align(density_of(high=high, low=low), MIDDLE)
    assert found.log_scale == pytest.approx(0, abs=0.03)
    assert found.likeness > 0.9


def test_likeness_is_one_for_the_same_and_falls_with_distance():
    registration = started()
    likenesses = [
        registration.align(density_of((shift, 0)), MIDDLE).first_likeness for shift in (0, 2, 5, 10)
    ]
    assert likenesses[0] == pytest.approx(1, abs=1e-4)
    assert likenesses == sorted(likenesses, reverse=True)


def test_the_opposite_has_negative_likeness():
    assert started().align(density_of(high=0.1, low=0.9), MIDDLE).likeness < 0


@settings(max_examples=50)
@given(
    arrays(np.float32, (51 + 50, 61 + 50), elements=st.floats(0, 1, width=32)),
    st.integers(0, 60),
    st.integers(0, 50),
)
def test_whatever_is_seen_the_step_is_small_and_the_likeness_a_correlation(density, column, row):
    found = started().align(density, (column, row))
    assert all(map(math.isfinite, (*found.shift, *found[1:])))
    assert max(map(abs, found.shift)) <= 5
    assert abs(found.likeness) <= 1.001
    assert abs(found.first_likeness) <= 1.001


@pytest.mark.parametrize("level", [0, 0.3, 1])
def test_an_even_map_is_like_nothing(level):
    even = np.full((101, 111), level, np.float32)
    found = started().align(even, MIDDLE)
    assert abs(found.first_likeness) < 0.6
    assert all(map(math.isfinite, (*found.shift, found.log_scale)))


def test_a_first_map_without_any_contrast_measures_nothing():
    flat = Registration(OUTLINE, np.full(OUTLINE.weights.shape, 0.5, np.float32))
    found = flat.align(density_of(), MIDDLE)
    assert all(map(math.isfinite, (*found.shift, found.log_scale, found.likeness)))


def test_what_is_learnt_becomes_likely_and_the_first_map_is_kept():
    registration, changed = started(), density_of((4, 3), 0.8)
    before = registration.align(changed, MIDDLE)
    for _ in range(30):
        registration.learn(changed, MIDDLE, 6)
    after = registration.align(changed, MIDDLE)
    assert after.likeness > before.likeness
    assert after.first_likeness == pytest.approx(before.first_likeness, abs=1e-5)
    registration.forget()
    assert registration.align(changed, MIDDLE) == before


def test_the_first_map_is_not_shared_with_the_caller():
    first = OUTLINE.around(density_of(), *MIDDLE).copy()
    registration = Registration(OUTLINE, first)
    before = registration.align(density_of(), MIDDLE)
    first[:] = 0
    registration.forget()
    assert registration.align(density_of(), MIDDLE) == before


@pytest.mark.parametrize("angle_deg", [-90, -45, 40, 90, 130])
def test_an_outline_is_more_like_the_first_one_turned_as_it_was(angle_deg):
    def turned(angle_deg: float) -> np.ndarray:
        box = RotatedBox((30.5, 25.5), (34, 14), angle_deg)
        return np.pad(draw_rotated_box((51, 61), box), MARGIN).astype(np.float32)

    registration = Registration(WIDE, WIDE.around(turned(0), *MIDDLE))
    assert registration.turned_gain(turned(angle_deg), MIDDLE, angle_deg) > 0.2
    assert registration.turned_gain(turned(0), MIDDLE, angle_deg) < -0.2
    assert registration.turned_gain(turned(angle_deg), MIDDLE, 0) == pytest.approx(0, abs=1e-5)


def test_nothing_is_no_more_like_anything_turned():
    empty = np.zeros((101, 111), np.float32)
    assert started().turned_gain(empty, MIDDLE, 45) == 0
