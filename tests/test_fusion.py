"""The joint density and its modes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.fusion import Mode, joint_density, modes

CELLS, SIDE = 40, 11.0
Y, X = np.mgrid[:CELLS, :CELLS]


def hill(column: float, row: float, height: float = 1.0) -> np.ndarray:
    distance2 = (X - column) ** 2 + (Y - row) ** 2
    return (height * np.exp(-0.5 * distance2 / 1.2**2)).astype(np.float32)


def cell_of(mode: Mode) -> tuple[int, int]:
    return round(mode.column), round(mode.row)


@settings(max_examples=50, deadline=None)
@given(st.floats(2, 37), st.floats(2, 37))
def test_the_mode_is_found_to_a_tenth_of_a_cell(column, row):
    best, *others = modes(hill(column, row), SIDE)
    assert (best.column, best.row) == pytest.approx((column, row), abs=0.1)
    assert not others


def test_the_highest_mode_comes_first_and_look_alikes_after_it():
    found = modes(hill(20, 20, 0.6) + hill(32, 12) + hill(8, 30, 0.4), SIDE)
    assert [cell_of(mode) for mode in found] == [(32, 12), (20, 20), (8, 30)]
    assert [mode.height for mode in found] == pytest.approx([1, 0.6, 0.4], abs=0.01)


def test_what_is_much_lower_or_within_half_a_side_is_no_look_alike():
    found = modes(hill(20, 20) + hill(23, 20, 0.7) + hill(5, 5, 0.2), SIDE)
    assert len(found) == 1


def test_an_even_or_empty_map_keeps_the_expected_place():
    for level in (0, 0.5):
        best = modes(np.full((CELLS, CELLS), level, np.float32), SIDE)[0]
        if level == 0:
            assert cell_of(best) == (20, 20)
        assert np.isfinite(best).all()


def test_color_decides_where_structure_says_nothing_and_only_nearby():
    nothing = np.zeros((CELLS, CELLS), np.float32)
    near, far = hill(24, 20), hill(38, 38)
    assert cell_of(modes(joint_density(nothing, near + far, SIDE), SIDE)[0]) == (24, 20)
    assert joint_density(nothing, far, SIDE).max() < 0.2 * joint_density(nothing, near, SIDE).max()


def test_a_clear_structure_outweighs_color_elsewhere():
    joint = joint_density(hill(12, 20, 0.5), hill(24, 20), SIDE)
    assert cell_of(modes(joint, SIDE)[0]) == (12, 20)
    assert joint.min() >= 0
