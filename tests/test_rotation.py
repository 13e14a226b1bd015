"""A long target's turn is measured from its density, and turns add up beyond half a circle."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tracker import Box, RotatedBox
from tracker.kernels import Aperture, ellipse_distance2, flat
from tracker.rotation import Rotation, Spread, spread
from tracker.synthetic import draw_ellipse

SHAPE = (61, 61)
DISC = Aperture.of(flat(ellipse_distance2(20, 20)), (20, 20))


def density_of(size: tuple[float, float], angle_deg: float) -> np.ndarray:
    """Draw an ellipse about pixel (30, 30) of a map with margin."""
    shape = draw_ellipse(SHAPE, RotatedBox((30.5, 30.5), size, angle_deg))
    return np.pad(shape, 20).astype(np.float32)


def seen(size: tuple[float, float], angle_deg: float) -> Spread:
    return spread(density_of(size, angle_deg), DISC, (30, 30), SHAPE)


@pytest.mark.parametrize("angle_deg", [-80, -45, -20, 0, 15, 60, 89])
def test_the_spread_of_a_drawn_ellipse_points_along_it(angle_deg):
    assert seen((36, 16), angle_deg).angle_deg == pytest.approx(angle_deg, abs=1)


@pytest.mark.parametrize("pixel", [(33, 28), (24, 38)])
def test_the_spread_does_not_depend_on_where_in_the_disc_the_target_lies(pixel):
    """Half of a target as long as the disc is beyond it at the second place."""
    density = density_of((36, 12), 30)
    assert spread(density, DISC, pixel, SHAPE).angle_deg == pytest.approx(30, abs=2)


def test_a_line_is_elongated_and_a_disc_is_not():
    assert seen((38, 4), 0).elongation > 0.9
    assert seen((30, 30), 0).elongation < 0.02


def test_nothing_has_no_spread():
    assert spread(np.zeros((101, 101), np.float32), DISC, (30, 30), SHAPE) == (0, 0)


def test_a_single_pixel_has_no_spread():
    dot = np.zeros((101, 101), np.float32)
    dot[50, 50] = 1
    assert spread(dot, DISC, (30, 30), SHAPE).elongation == 0


@pytest.mark.parametrize("a_frame_deg", [3.0, -7.0])
def test_turns_add_up_beyond_a_whole_circle(a_frame_deg):
    rotation = Rotation.of(seen((36, 16), 20))
    assert rotation.directed
    frames = math.ceil(390 / abs(a_frame_deg))
    for frame in range(1, frames):
        rotation.turned(seen((36, 16), 20 + a_frame_deg * frame))
    behind = abs(a_frame_deg) / 0.2  # it is smoothed, so it lags by a few frames
    assert rotation.angle_deg == pytest.approx(a_frame_deg * (frames - 1), abs=behind)


def test_a_target_that_stands_still_keeps_its_angle():
    rotation = Rotation.of(seen((36, 16), 89))
    for angle_deg in (89, -89, 91, 88, -90):  # the same direction, near where it wraps
        rotation.turned(seen((36, 16), angle_deg))
    assert abs(rotation.angle_deg) < 3


def test_a_round_target_never_turns():
    rotation = Rotation.of(seen((30, 30), 0))
    assert not rotation.directed
    for angle_deg in range(0, 90, 10):
        rotation.turned(seen((36, 16), angle_deg))
    assert rotation.angle_deg == 0


def test_a_frame_without_direction_does_not_turn_the_target():
    rotation = Rotation.of(seen((36, 16), 0))
    rotation.turned(seen((30, 30), 0))
    assert rotation.angle_deg == 0


def test_a_turn_is_believed_when_the_outline_has_turned_with_it_and_no_longer_when_not():
    rotation = Rotation(first_deg=0.0, directed=True, angle_deg=90.0)
    assert rotation.upright(40, 20) == (40, 20)
    for _ in range(10):
        rotation.confirmed(0.5)
    assert rotation.upright(40, 20) == pytest.approx((20, 40), rel=0.02)
    assert rotation.across == pytest.approx(1, abs=0.02)
    for _ in range(10):
        rotation.confirmed(-0.3)
    assert rotation.upright(40, 20) == pytest.approx((40, 20), rel=0.02)


@pytest.mark.parametrize("angle_deg", [0, 20, 45, 90, 135, 170, 360])
def test_the_upright_box_bounds_the_turned_ellipse(angle_deg):
    rotation = Rotation(first_deg=0.0, directed=True, angle_deg=angle_deg, certainty=1.0)
    rows, columns = draw_ellipse(SHAPE, RotatedBox((30.5, 30.5), (40.0, 16.0), angle_deg)).nonzero()
    seen = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert rotation.upright(40, 16) == pytest.approx(seen, abs=2)


@pytest.mark.parametrize("angle_deg", [20, 60, 90, 135])
def test_a_box_that_is_told_round_a_turned_target_is_turned_back(angle_deg):
    rotation = Rotation(first_deg=0.0, directed=True, angle_deg=angle_deg, certainty=1.0)
    told = Box.around((50, 60), *rotation.upright(60, 24))  # half as large again
    assert rotation.told(told, (40, 16)) == pytest.approx(Box.around((50, 60), 60, 24))
    assert rotation.certainty == 1


def test_a_box_of_the_first_shape_tells_that_the_target_stands_as_at_the_start():
    rotation = Rotation(first_deg=0.0, directed=True, angle_deg=90.0, certainty=1.0)
    told = Box(10, 10, 45, 15)
    assert rotation.told(told, (40, 16)) == told
    assert rotation.upright(45, 15) == (45, 15)


@pytest.mark.parametrize(("certainty", "shown_deg"), [(0.0, 0.0), (0.25, 15.0), (0.5, 30.0)])
def test_a_turn_is_shown_as_far_as_it_is_certain(certainty, shown_deg):
    assert Rotation(0.0, True, angle_deg=30.0, certainty=certainty).shown_deg == shown_deg


def test_what_went_over_is_shown_as_often_over_as_it_went():
    assert Rotation(0.0, True, angle_deg=-190.0).shown_deg == -180
    assert Rotation(0.0, True, angle_deg=-250.0, certainty=0.9).shown_deg == -250
