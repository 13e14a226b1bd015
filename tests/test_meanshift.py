"""A window climbs to the center of mass, to a fraction of a pixel, and says when it could not."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import Box, ClimbConfig, RotatedBox, climb
from tracker.errors import BoxError, ConfigError
from tracker.kernels import PROFILES, Aperture
from tracker.meanshift import climb_aperture, moments, rotated_box
from tracker.synthetic import draw_box, draw_ellipse, draw_hill, draw_rotated_box

FINE = ClimbConfig(tolerance=1e-3, max_steps=500)


# --- climbing


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.25, 0.5, 0.77, 3.3])
@pytest.mark.parametrize("kernel", PROFILES)
def test_climb_finds_the_center_of_a_drawn_hill_to_a_fiftieth_of_a_pixel(kernel, shift):
    center = (40 + shift, 30 + shift / 3)
    hill = draw_hill((64, 80), center, radius=5)
    config = ClimbConfig(kernel, tolerance=1e-3, max_steps=500)
    rest = climb(hill, Box(28, 20, 24, 20), config)
    assert rest.converged
    assert rest.window.center == pytest.approx(center, abs=0.02)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5, 0.9])
def test_climb_finds_the_center_of_a_drawn_box(shift):
    truth = Box(30 + shift, 20 - shift, 14, 10)
    rest = climb(draw_box((60, 80), truth), Box(22, 14, 24, 20), FINE)
    assert rest.window.center == pytest.approx(truth.center, abs=0.02)
    assert rest.mass == pytest.approx(truth.area, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.floats(30, 50), st.floats(25, 35), st.floats(-8, 8), st.floats(-8, 8))
def test_climb_comes_to_the_same_rest_from_anywhere_near(x, y, off_x, off_y):
    hill = draw_hill((60, 80), (x, y), radius=4)
    start = Box.around((x + off_x, y + off_y), 20, 18)
    assert climb(hill, start, FINE).window.center == pytest.approx((x, y), abs=0.05)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(20, 50), st.floats(15, 40))
def test_climb_never_loses_mass_under_a_flat_kernel_whose_hill_is_smooth(seed, x, y):
    random = np.random.default_rng(seed)
    density = cv2.GaussianBlur(random.random((60, 80)), (0, 0), 6)
    start = Box.around((x, y), 16, 12)
    before = climb(density, start, ClimbConfig(max_steps=1)).mass
    assert climb(density, start, FINE).mass >= before * (1 - 1e-3)


@pytest.mark.parametrize("x", [20, 24, 30, 37])
@pytest.mark.parametrize("y", [15, 20, 26])
def test_climb_agrees_with_opencv_within_its_whole_pixels(x, y):
    hill = draw_hill((60, 80), (34, 24), radius=6)
    start = (x, y, 20, 16)
    _, theirs = cv2.meanShift(hill, start, (cv2.TERM_CRITERIA_MAX_ITER, 100, 0))
    ours = climb(hill, Box(*start), FINE).window
    assert ours.center == pytest.approx(Box(*theirs).center, abs=1.5)
    assert math.dist(ours.center, (34, 24)) <= math.dist(Box(*theirs).center, (34, 24)) + 0.02


@pytest.mark.parametrize("kernel", PROFILES)
def test_the_scale_of_the_density_does_not_matter(kernel):
    hill = draw_hill((40, 50), (25, 20), radius=5).astype(np.float64)
    config = ClimbConfig(kernel)
    rests = [climb(hill * scale, Box(14, 10, 16, 14), config).window for scale in (1e-20, 1, 1e20)]
    assert rests[0].center == pytest.approx(rests[1].center)
    assert rests[2].center == pytest.approx(rests[1].center)


def test_any_type_of_number_makes_a_map():
    hill = np.rint(draw_hill((40, 50), (25, 20), radius=5) * 255)
    expected = climb(hill, Box(14, 10, 16, 14)).window
    for dtype in (np.uint8, np.int16, np.uint16, np.int32, np.float32):
        assert climb(hill.astype(dtype), Box(14, 10, 16, 14)).window == pytest.approx(expected)
    assert climb(hill > 128, Box(14, 10, 16, 14)).converged


@pytest.mark.parametrize("kernel", PROFILES)
def test_the_size_of_the_window_is_kept(kernel):
    rest = climb(draw_hill((40, 50), (25, 20), 5), Box(14, 10, 16.5, 14.25), ClimbConfig(kernel))
    assert rest.window[2:] == (16.5, 14.25)


@pytest.mark.parametrize("kernel", PROFILES)
def test_a_window_partly_outside_climbs_back_and_keeps_its_size(kernel):
    hill = draw_hill((60, 80), (10, 12), radius=4)
    config = ClimbConfig(kernel, tolerance=1e-3, max_steps=500)
    rest = climb(hill, Box(-14, -10, 24, 22), config)
    assert rest.window[2:] == (24, 22)
    assert rest.window.center == pytest.approx((10, 12), abs=0.1)  # the hill's foot is cut off


@pytest.mark.parametrize("kernel", PROFILES)
@pytest.mark.parametrize(
    "window", [Box(400, 300, 50, 40), Box(-200, -200, 50, 40), Box(80, 0, 9, 9)]
)
def test_a_window_wholly_outside_stays_where_it_is_and_says_so(kernel, window):
    rest = climb(np.ones((60, 80)), window, ClimbConfig(kernel))
    assert rest == (window, 0.0, 1, False)


@pytest.mark.parametrize("kernel", PROFILES)
def test_a_window_over_nothing_stays_where_it_is_and_says_so(kernel):
    rest = climb(np.zeros((60, 80)), Box(10, 10, 20, 20), ClimbConfig(kernel))
    assert rest == (Box(10, 10, 20, 20), 0.0, 1, False)


def test_on_an_even_map_a_window_rests_at_once():
    rest = climb(np.full((60, 80), 0.3), Box(10.25, 10.5, 20, 20))
    assert rest.converged
    assert rest.steps == 1
    assert rest.window == pytest.approx(Box(10.25, 10.5, 20, 20))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kernel", PROFILES)
def test_a_map_that_is_not_finite_under_the_window_is_refused(kernel, wrong):
    hill = draw_hill((60, 80), (40, 30), radius=5)
    hill[30, 40] = wrong
    with pytest.raises(ValueError, match="must be finite and >= 0; replace NaN"):
        climb(hill, Box(30, 20, 20, 20), ClimbConfig(kernel))


def test_a_negative_mass_is_refused():
    with pytest.raises(ValueError, match=r"sums to -400.*must be finite and >= 0"):
        climb(-np.ones((60, 80)), Box(30, 20, 20, 20))


@pytest.mark.parametrize("shape", [(10,), (10, 10, 1), (10, 10, 3)])
def test_a_map_must_have_two_axes(shape):
    with pytest.raises(ValueError, match=r"density of shape .*: expected \(rows, columns\)"):
        climb(np.ones(shape), Box(1, 1, 4, 4))


@pytest.mark.parametrize("kernel", PROFILES)
@pytest.mark.parametrize(
    "window", [(5, 5, 0, 9), (5, 5, 9, -1), (math.nan, 5, 9, 9), (5, 5, math.inf, 9), (1, 2, 3)]
)
def test_a_window_without_a_size_is_refused(kernel, window):
    with pytest.raises(BoxError, match="box "):
        climb(np.ones((20, 20)), window, ClimbConfig(kernel))


def test_a_cap_that_was_reached_is_reported():
    ramp = np.tile(np.arange(400.0), (30, 1))
    rest = climb(ramp, Box(5, 5, 10, 10), ClimbConfig(max_steps=7))
    assert rest.steps == 7
    assert not rest.converged
    assert rest.window.x > 5


def test_a_finer_tolerance_takes_more_steps():
    hill = draw_hill((60, 80), (40, 30), radius=6)
    coarse, fine = (
        climb(hill, Box(20, 15, 24, 20), ClimbConfig(tolerance=each)).steps for each in (1, 1e-4)
    )
    assert coarse < fine


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel": "box"}, "kernel 'box': expected one of flat, epanechnikov, gaussian"),
        ({"tolerance": 0}, "tolerance 0: must be > 0 pixels"),
        ({"tolerance": math.nan}, "tolerance nan: must be > 0 pixels"),
        ({"max_steps": 0}, "max_steps 0: must be a whole number, >= 1"),
    ],
)
def test_impossible_options_of_the_climb_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        ClimbConfig(**options)


def test_the_map_is_not_written_to():
    hill = draw_hill((60, 80), (40, 30), radius=5)
    hill.flags.writeable = False
    climb(hill, Box(30, 20, 20, 20), ClimbConfig("gaussian"))
    moments(hill, Box(30, 20, 20, 20))


# --- climbing in windows of fixed size on a padded map


def padded(density: np.ndarray, margin: int) -> np.ndarray:
    return np.pad(density, margin).astype(np.float32)


@pytest.mark.parametrize("center", [(20.5, 15.5), (22.2, 14.1), (1.5, 1.5)])
def test_an_aperture_climbs_to_where_the_window_does(center):
    density = draw_hill((31, 41), center, radius=3)
    aperture = Aperture.of(np.ones((11, 11)), (5, 5))
    x, y, mass = climb_aperture(padded(density, 5), aperture, (18, 13), density.shape, 20)
    start = Box.around((18.5, 13.5), 11, 11)
    rest = climb(density, start, ClimbConfig(tolerance=0.5))
    assert (x + 0.5, y + 0.5) == pytest.approx(rest.window.center, abs=0.5)
    assert mass > 0


def test_an_aperture_over_nothing_stays_and_has_no_mass():
    aperture = Aperture.of(np.ones((11, 11)), (5, 5))
    nothing = padded(np.zeros((31, 41)), 5)
    assert climb_aperture(nothing, aperture, (7, 9), (31, 41), 20) == (7, 9, 0)


@given(st.integers(0, 40), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_an_aperture_never_leaves_the_map(column, row, seed):
    noise = np.random.default_rng(seed).random((31, 41)) ** 8
    aperture = Aperture.of(np.ones((9, 9)), (4, 4))
    x, y, _ = climb_aperture(padded(noise, 4), aperture, (column, row), noise.shape, 50)
    assert 0 <= x <= 40
    assert 0 <= y <= 30


# --- size and angle


@pytest.mark.parametrize("angle_deg", [-80, -45, -10, 0, 30, 72])
@pytest.mark.parametrize("size", [(20, 12), (60, 20), (101, 61)])
@pytest.mark.parametrize(("draw", "shape"), [(draw_rotated_box, "box"), (draw_ellipse, "ellipse")])
def test_moments_give_size_and_angle_of_drawn_shapes(draw, shape, size, angle_deg):
    margin = math.ceil(math.hypot(*size) / 2) + 2
    truth = RotatedBox((margin + 0.3, margin + 0.6), size, angle_deg)
    found = rotated_box(moments(draw((2 * margin + 1, 2 * margin + 1), truth)), shape)
    assert found.center == pytest.approx(truth.center, abs=0.1)
    assert found.size == pytest.approx(truth.size, abs=1)
    assert found.angle_deg == pytest.approx(truth.angle_deg, abs=1)


@pytest.mark.parametrize("side", [20, 40, 57.5, 120])
def test_moments_give_the_size_of_squares_and_discs(side):
    frame = (round(side) + 20, round(side) + 20)
    truth = RotatedBox((side / 2 + 9.7, side / 2 + 10.2), (side, side), 0)
    square = rotated_box(moments(draw_box(frame, Box.around(truth.center, side, side))))
    disc = rotated_box(moments(draw_ellipse(frame, truth)), "ellipse")
    assert square.size == pytest.approx((side, side), abs=1)
    assert disc.size == pytest.approx((side, side), abs=1)


def test_elongation_runs_from_round_to_a_line():
    disc = draw_ellipse((60, 60), RotatedBox((30, 30), (40, 40), 0))
    bar = draw_box((60, 60), Box(5, 29, 50, 2))
    assert moments(disc).elongation == pytest.approx(0, abs=0.01)
    assert moments(bar).elongation > 0.99


def test_a_single_pixel_has_the_size_of_a_pixel():
    dot = np.zeros((9, 9))
    dot[4, 6] = 1
    assert rotated_box(moments(dot)).size == pytest.approx((1, 1))
    assert moments(dot).center == (6.5, 4.5)


def test_moments_of_a_window_leave_out_what_lies_beyond_it():
    two = draw_box((60, 90), Box(10, 10, 20, 20)) + draw_box((60, 90), Box(50, 10, 30, 30))
    assert moments(two, Box(5, 5, 30, 30)).center == pytest.approx((20, 20))
    assert moments(two, Box(-50, -50, 90, 90)).mass == pytest.approx(400)  # partly outside


@pytest.mark.parametrize("window", [Box(0, 0, 20, 20), Box(500, 0, 20, 20), None])
def test_moments_of_nothing_are_refused(window):
    with pytest.raises(ValueError, match=r"sums to 0\.0: nothing to measure"):
        moments(np.zeros((60, 90)), window)


def test_moments_of_what_is_not_a_number_are_refused():
    with pytest.raises(ValueError, match="sums to nan"):
        moments(np.full((6, 9), np.nan))
