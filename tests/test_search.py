"""The patch is laid out alike for all targets, and the target is found on it, never outside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import Box, ColorConfig, PatchConfig
from tracker.appearance import Appearance
from tracker.backprojection import Bins, histogram
from tracker.errors import ConfigError
from tracker.layout import Layout, View
from tracker.search import find, fullest, judge

SIZE = (48, 36)
GROUND = np.random.default_rng(3).integers(60, 130, (240, 320, 3), np.uint8)
COAT = np.random.default_rng(4).integers(0, 60, (SIZE[1], SIZE[0], 3), np.uint8) + np.array(
    [10, 60, 180], np.uint8
)


def frame_with(*corners: tuple[int, int]) -> np.ndarray:
    """Draw the ground with a target at each top left corner."""
    frame = GROUND.copy()
    for x, y in corners:
        visible = frame[max(y, 0) : y + SIZE[1], max(x, 0) : x + SIZE[0]]
        visible[:] = COAT[max(-y, 0) :, max(-x, 0) :][: visible.shape[0], : visible.shape[1]]
    return frame


class Eye:
    """One target's layout, looks and outline, learnt from a first frame, and its view."""

    def __init__(self, frame: np.ndarray, corner: tuple[int, int]) -> None:
        self.layout = Layout.of(*SIZE, PatchConfig())
        self.bins = Bins.of(ColorConfig())
        self.view = View(self.layout, self.bins)
        self.look(frame, Box(*corner, *SIZE).center)
        self.looks = Appearance.of(self.view)

    def look(self, frame: np.ndarray, center: tuple[float, float]) -> None:
        rows, columns = self.layout.shape
        pixel = SIZE[0] / self.layout.width
        self.view.look(frame, Box.around(center, columns * pixel, rows * pixel), None)

    def find(self, frame: np.ndarray, center: tuple[float, float]):
        """Find the target near a center: its place, and the place in the frame."""
        self.look(frame, center)
        place = find(self.view, self.looks)
        return place, self.view.patch.to_frame(*place.center)


# --- layout


@given(st.floats(1, 5000), st.floats(1, 5000))
def test_targets_of_every_size_have_as_many_pixels_on_the_patch(width, height):
    config = PatchConfig()
    layout = Layout.of(width, height, config)
    assert math.sqrt(layout.width * layout.height) == pytest.approx(config.target_side)
    assert layout.shape[0] % 2 == layout.shape[1] % 2 == 1
    assert layout.shape[0] * layout.shape[1] < 8000  # so the cost has a bound


@pytest.mark.parametrize(("width", "height"), [(40, 40), (60, 30), (25, 75)])
def test_the_patch_shows_the_target_with_its_surroundings_in_its_own_shape(width, height):
    layout = Layout.of(width, height, PatchConfig())
    assert layout.width / layout.height == pytest.approx(width / height)
    assert layout.shape[0] > layout.height * 1.4
    assert layout.shape[1] > layout.width * 1.4
    column, row = layout.middle
    assert (2 * column + 1, 2 * row + 1) == layout.shape[::-1]


def test_the_size_of_the_first_box_does_not_matter_but_its_shape():
    small, large = (Layout.of(*size, PatchConfig()) for size in ((20, 30), (200, 300)))
    assert small.shape == large.shape
    assert np.array_equal(small.target.weights, large.target.weights)


@given(st.floats(0.01, 100), st.sampled_from([8.0, 24.0, 60.0]))
def test_windows_are_weighted_evenly_about_the_middle(aspect, side):
    layout = Layout.of(aspect, 1, PatchConfig(target_side=side))
    for aperture in (layout.window, layout.kernel, layout.target, layout.box, layout.outline):
        weights = aperture.weights
        assert weights.min() >= 0
        assert weights.max() > 0
        assert np.allclose(weights, weights[::-1, ::-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target_side": 7}, "target_side 7: expected 8 to 128 pixels"),
        ({"target_side": math.nan}, "target_side nan: expected 8 to 128"),
        ({"padding": 5}, "padding 5: expected 0.5 to 4 sides"),
    ],
)
def test_impossible_options_of_the_patch_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        PatchConfig(**options)


# --- view


@given(st.floats(-400, 700), st.floats(-400, 600))
def test_what_lies_outside_has_no_density_and_is_not_counted(x, y):
    eye = Eye(GROUND, (100, 100))
    eye.look(GROUND, (x, y))
    density = eye.layout.inner(eye.view.project(np.ones(eye.bins.n_bins + 1, np.float32)))
    outside = np.ones(eye.layout.shape, bool)
    outside[eye.view.patch.valid or (slice(None), slice(None))] = False
    assert (eye.view.bins[outside] == eye.bins.n_bins).all()
    assert (density[~outside] == 1).all()
    counts = histogram(eye.view.bins, None, eye.bins.n_bins)
    assert counts.sum() == (~outside).sum()
    table = eye.looks.colors.table
    assert (eye.layout.inner(eye.view.project(table))[outside] == 0).all()


def test_a_view_shows_only_the_newest_patch():
    eye = Eye(frame_with((100, 100)), (100, 100))
    eye.look(GROUND, (-500, -500))
    assert (eye.view.bins == eye.bins.n_bins).all()
    eye.look(frame_with((100, 100)), Box(100, 100, *SIZE).center)
    assert (eye.view.bins < eye.bins.n_bins).all()


# --- search


@pytest.mark.parametrize("step", [(0, 0), (5, 0), (0, -9), (14, 10), (-20, -12)])
def test_the_target_is_found_where_it_moved(step):
    eye = Eye(frame_with((140, 100)), (140, 100))
    corner = (140 + step[0], 100 + step[1])
    place, there = eye.find(frame_with(corner), Box(140, 100, *SIZE).center)
    assert there == pytest.approx(Box(*corner, *SIZE).center, abs=1.5)
    assert place.evidence.probability > 0.9


@pytest.mark.parametrize("corner", [(-15, 100), (290, 100), (140, -12), (140, 215)])
def test_a_target_half_out_of_the_frame_is_found(corner):
    eye = Eye(frame_with((140, 100)), (140, 100))
    _, there = eye.find(frame_with(corner), Box(*corner, *SIZE).center)
    assert math.dist(there, Box(*corner, *SIZE).center) < 12


@settings(max_examples=30, deadline=None)
@given(st.floats(-300, 600), st.floats(-300, 500))
def test_wherever_it_looks_the_place_is_on_the_patch_and_finite(x, y):
    eye = Eye(frame_with((140, 100)), (140, 100))
    place, there = eye.find(frame_with((140, 100)), (x, y))
    rows, columns = eye.layout.shape
    assert 0 < place.center[0] < columns
    assert 0 < place.center[1] < rows
    assert all(map(math.isfinite, (*there, place.log_scale, *place.evidence[:4])))
    assert 0 <= place.evidence.probability <= 1
    column, row = place.pixel
    assert 0 <= column < columns
    assert 0 <= row < rows


def test_nothing_in_view_is_improbable():
    eye = Eye(frame_with((140, 100)), (140, 100))
    place, _ = eye.find(GROUND, (160, 120))
    assert place.evidence.probability < 0.05
    assert place.evidence.colors_gone


def test_the_fullest_place_is_the_middle_of_a_filled_box():
    eye = Eye(frame_with((140, 100)), (140, 100))
    column, row = eye.layout.middle
    density = np.zeros(eye.layout.shape, np.float32)
    half_across, half_down = round(eye.layout.width / 2), round(eye.layout.height / 2)
    density[
        row + 4 - half_down : row + 5 + half_down,
        column - 6 - half_across : column - 5 + half_across,
    ] = 1
    assert math.dist(fullest(density, eye.layout), (column - 6, row + 4)) <= 3


def test_the_first_target_is_judged_by_its_colors_and_its_shape():
    frame = frame_with((140, 100), (60, 30))
    eye = Eye(frame_with((140, 100)), (140, 100))
    eye.look(frame, Box(60, 30, *SIZE).center)
    there = judge(eye.view, eye.looks, eye.layout.middle)
    eye.look(frame, (260, 200))
    nowhere = judge(eye.view, eye.looks, eye.layout.middle)
    assert there.similarity > 0.8
    assert there.likeness > 0.8
    assert nowhere.similarity < 0.3
    assert nowhere.likeness < 0.3


@pytest.mark.parametrize("point", [(-900, 20), (900, 20), (20, -900), (20, 900)])
def test_what_lies_nearest_is_judged_where_a_hidden_target_is_expected_beyond_the_patch(point):
    eye = Eye(frame_with((140, 100)), (140, 100))
    verdict = judge(eye.view, eye.looks, point)
    assert verdict == judge(eye.view, eye.looks, eye.layout.nearest(*point))
    assert verdict.likeness < 0.5
