"""The box is drawn about the middle of the target's colors, not about the spot that is followed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import Box, PatchConfig, Tracker
from tracker.centering import FARTHEST, lean, mean_shift
from tracker.layout import Layout
from tracker.synthetic import plain_scene

LAYOUT = Layout.of(48, 36, PatchConfig(padding=2.5))
ROWS, COLUMNS = LAYOUT.shape
MIDDLE = (COLUMNS / 2, ROWS / 2)
AT_HAND = (0.0, 0.0)  # color's own place is structure's
USUAL = np.full(LAYOUT.outline.weights.shape, 0.8, np.float32)


def density_of(values: np.ndarray) -> np.ndarray:
    """Give a map of the patch its margin."""
    padded = LAYOUT.padded(0, np.float32)
    LAYOUT.inner(padded)[:] = values
    return padded


def block(left: float, right: float) -> np.ndarray:
    """Draw a density of 1 between two columns, over all rows."""
    edges = np.arange(COLUMNS + 1)
    inside = np.clip(np.minimum(edges[1:], right) - np.maximum(edges[:-1], left), 0, 1)
    return density_of(np.tile(inside, (ROWS, 1)))


def test_where_nothing_is_the_targets_nothing_leans():
    assert mean_shift(density_of(np.zeros((ROWS, COLUMNS))), MIDDLE, LAYOUT) == (0, 0)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_an_even_density_balances_about_any_place_between_pixels(across, down):
    even = density_of(np.ones((ROWS, COLUMNS)))
    center = MIDDLE[0] + across, MIDDLE[1] + down
    assert mean_shift(even, center, LAYOUT) == pytest.approx((0, 0), abs=0.02)


@given(st.floats(-0.2, 0.2))
def test_the_step_leads_toward_the_middle_of_what_is_the_targets(off):
    shift = off * LAYOUT.width
    there = MIDDLE[0] + shift
    target = block(there - LAYOUT.width / 2, there + LAYOUT.width / 2)
    step, down = mean_shift(target, MIDDLE, LAYOUT)
    assert down == pytest.approx(0, abs=0.01)
    assert step == pytest.approx(0.22 * shift, abs=0.05 * abs(shift) + 0.02)


@given(st.integers(0, 2**32 - 1))
def test_no_density_moves_the_box_far(seed):
    noise = density_of(np.random.default_rng(seed).random((ROWS, COLUMNS)) ** 8)
    across, down = lean(noise, MIDDLE, (LAYOUT.width, -LAYOUT.height), LAYOUT, USUAL / 9)
    assert abs(across) <= FARTHEST * LAYOUT.width
    assert abs(down) <= FARTHEST * LAYOUT.height


def test_a_box_of_which_a_third_is_hidden_does_not_lean_to_what_is_left():
    half = LAYOUT.width / 2
    whole = block(MIDDLE[0] - half, MIDDLE[0] + half)
    off = block(MIDDLE[0] - 0.8 * half, MIDDLE[0] + 1.2 * half)
    behind = block(MIDDLE[0] - 0.3 * half, MIDDLE[0] + half)
    usual = LAYOUT.outline.around(whole, *LAYOUT.middle)
    assert lean(whole, MIDDLE, AT_HAND, LAYOUT, usual) == pytest.approx((0, 0), abs=0.1)
    assert lean(off, MIDDLE, AT_HAND, LAYOUT, usual)[0] > 0.02 * LAYOUT.width
    assert lean(behind, MIDDLE, AT_HAND, LAYOUT, usual) == (0, 0)


@pytest.mark.parametrize("shift", [-0.1, 0.1])
def test_a_box_that_was_drawn_beside_the_target_is_brought_nearer_to_its_middle(shift):
    scene = plain_scene()
    image, (x, y, width, height) = scene[0]
    tracker = Tracker(image, Box(x + shift * width, y, width, height))
    off = []
    for image, truth in scene[1:30]:
        track = tracker.update(image)
        off.append((track.box.center[0] - truth.center[0]) / width)
    assert np.sign(shift) * np.mean(off) < 0.75 * abs(shift)
    assert np.sign(shift) * np.mean(off) > -0.2 * abs(shift)
