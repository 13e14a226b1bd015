"""Boxes read any four numbers, refuse everything else in one line, and reckon in edges."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import Box, RotatedBox, iou
from tracker.errors import BoxError

LENGTHS = st.floats(0.01, 1000)
PLACES = st.floats(-1000, 1000)
BOXES = st.builds(Box, PLACES, PLACES, LENGTHS, LENGTHS)


@pytest.mark.parametrize(
    "values",
    [
        (1, 2, 3, 4),
        [1.0, 2.0, 3.0, 4.0],
        np.array([1, 2, 3, 4]),
        np.array([1, 2, 3, 4], np.float16),
        [np.float64(1), np.int32(2), np.uint8(3), np.float32(4)],
        (Decimal(1), Fraction(2), 3.0, 4),
        Box(1, 2, 3, 4),
    ],
)
def test_any_four_numbers_are_a_box(values):
    box = Box.of(values)
    assert box == (1, 2, 3, 4)
    assert all(type(number) is float for number in box)


def test_a_generator_of_four_numbers_is_a_box():
    assert Box.of(number / 2 for number in (1, 2, 3, 4)) == (0.5, 1, 1.5, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (None, "box None: expected four numbers"),
        (7, "box 7: expected four numbers"),
        ((1, 2, 3), r"box \(1, 2, 3\): expected four numbers \(x, y, width, height\)"),
        ((1, 2, 3, 4, 5), r"box \(1, 2, 3, 4, 5\): expected four numbers"),
        (("a", 2, 3, 4), "expected four numbers"),
        ((None, 2, 3, 4), "expected four numbers"),
        ((1 + 2j, 2, 3, 4), "expected four numbers"),
        ((10**400, 2, 3, 4), "expected four numbers"),
        (np.zeros((4, 4)), "expected four numbers"),
        ("1234", "box '1234': expected four numbers"),
        (b"1234", "expected four numbers"),
        ({10, 20, 30, 40}, "expected four numbers"),
        ({1: 10, 2: 20, 3: 30, 4: 40}, "expected four numbers"),
        ((math.nan, 2, 3, 4), r"box \(nan, 2, 3, 4\): all four numbers must be finite"),
        ((1, 2, math.inf, 4), r"box \(1, 2, inf, 4\): all four numbers must be finite"),
        ((5, 5, 0, 20), r"box \(5, 5, 0, 20\): width must be > 0"),
        ((5, 5, 20, 0), r"box \(5, 5, 20, 0\): height must be > 0"),
        ((5, 5, 20, -3), r"height must be > 0; for two corners use Box\.from_corners"),
    ],
)
def test_what_is_no_box_is_refused_with_the_value_and_the_rule(values, message):
    with pytest.raises(BoxError, match=message):
        Box.of(values)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=10,
)


@given(ANYTHING)
def test_anything_at_all_is_a_box_or_is_refused_in_one_line(values):
    refusal = ""
    try:
        box = Box.of(values)
    except BoxError as error:
        refusal = str(error)
    if refusal:
        assert "\n" not in refusal
        assert len(refusal) < 200
    else:
        assert all(map(math.isfinite, box))
        assert min(box.width, box.height) > 0


def test_a_long_wrong_box_is_shown_cut_short():
    with pytest.raises(BoxError) as caught:
        Box.of(np.zeros(10_000).reshape(100, 100))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_two_corners_make_a_box_in_any_order():
    assert Box.from_corners(10, 20, 50, 30) == (10, 20, 40, 10)
    assert Box.from_corners(50, 30, 10, 20) == (10, 20, 40, 10)
    with pytest.raises(BoxError, match="width must be > 0"):
        Box.from_corners(5, 5, 5, 9)


def test_a_box_is_edges_so_that_the_whole_frame_is_centered_on_its_half():
    whole = Box(0, 0, 320, 240)
    assert whole.center == (160, 120)
    assert (whole.right, whole.bottom) == (320, 240)
    assert whole.area == 320 * 240
    assert Box(0, 0, 9, 4).side == 6


@given(BOXES, PLACES, PLACES, st.floats(0.1, 10))
def test_moving_keeps_the_size_and_scaling_keeps_the_center(box, x, y, factor):
    moved = box.centered_at(x, y)
    assert moved.center == pytest.approx((x, y), abs=1e-6)
    assert moved[2:] == box[2:]
    scaled = box.scaled(factor)
    assert scaled.center == pytest.approx(box.center, abs=1e-6)
    assert scaled.area == pytest.approx(box.area * factor**2)


@pytest.mark.parametrize(
    ("box", "share"),
    [
        (Box(10, 10, 20, 20), 1.0),
        (Box(-10, 10, 20, 20), 0.5),
        (Box(90, 90, 20, 20), 0.25),
        (Box(200, 10, 20, 20), 0.0),
        (Box(-100, -100, 300, 300), 1 / 9),
    ],
)
def test_the_share_inside_the_frame_is_that_of_the_area(box, share):
    assert box.share_inside(100, 100) == pytest.approx(share)


def test_a_box_prints_as_short_as_its_numbers():
    assert str(Box(1.0, 2.5, 30.0, 40.0)) == "(1, 2.5, 30, 40)"


@given(PLACES, PLACES, LENGTHS, LENGTHS, st.floats(-720, 720))
def test_corners_are_those_of_opencv(x, y, width, height, angle_deg):
    box = RotatedBox((x, y), (width, height), angle_deg)
    theirs = cv2.boxPoints(((x, y), (width, height), angle_deg))  # which starts elsewhere
    apart = np.linalg.norm(box.corners()[:, np.newaxis] - theirs, axis=2)
    assert apart.min(axis=1).max() < 0.01


def test_corners_of_an_upright_box_start_at_the_top_left_and_go_clockwise():
    corners = RotatedBox((50, 30), (40, 20), 0).corners()
    assert corners.tolist() == [[30, 20], [70, 20], [70, 40], [30, 40]]


def test_a_positive_angle_turns_clockwise_on_the_screen():
    right_end = RotatedBox((0, 0), (10, 0.001), 90).corners()[1]
    assert right_end == pytest.approx((0, 5), abs=0.01)  # y points down


CELLS = st.integers(0, 12)
SIDES = st.integers(0, 8)


@given(st.tuples(CELLS, CELLS, SIDES, SIDES), st.tuples(CELLS, CELLS, SIDES, SIDES))
def test_iou_is_that_of_the_pixels(one, other):
    def painted(box):
        pixels = np.zeros((24, 24), bool)
        pixels[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = True
        return pixels

    both, any_ = painted(one) & painted(other), painted(one) | painted(other)
    expected = both.sum() / any_.sum() if any_.any() else 0
    assert iou(one, other) == pytest.approx(expected)
    assert iou(other, one) == iou(one, other)


def test_iou_goes_pair_by_pair_or_one_against_all():
    boxes = [(0, 0, 10, 10), (5, 0, 10, 10), (20, 0, 10, 10)]
    assert iou(boxes, boxes).tolist() == [1, 1, 1]
    assert iou(boxes, boxes[0]) == pytest.approx([1, 1 / 3, 0])


def test_iou_of_what_is_not_a_number_is_not_a_number():
    assert np.isnan(iou((np.nan, 0, 10, 10), (0, 0, 10, 10)))
