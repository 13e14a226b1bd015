"""A patch shows its region of the frame, says which part is real, and maps points both ways."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracker import Box
from tracker.exposure import Exposure
from tracker.inputs import as_bgr_code, check_frame
from tracker.patch import Patch, cut

NOISE = np.random.default_rng(5).integers(0, 256, (60, 90, 3), np.uint8)
PLACES = st.floats(-300, 300)
LENGTHS = st.floats(0.1, 300)
REGIONS = st.builds(Box, PLACES, PLACES, LENGTHS, LENGTHS)
SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def ramp(height: int, width: int) -> np.ndarray:
    """Draw a frame whose blue is x, green y, of gray levels a pixel, in the middle of the pixel."""
    frame = np.zeros((height, width, 3), np.uint8)
    frame[..., 0], frame[..., 1] = np.arange(width), np.arange(height)[:, np.newaxis]
    return frame


def visible(patch: Patch) -> np.ndarray:
    shown = np.zeros(patch.image.shape[:2], bool)
    shown[patch.valid or (slice(None), slice(None))] = True
    return shown


@given(REGIONS, SHAPES, st.floats(-500, 500), st.floats(-500, 500))
def test_points_map_to_the_frame_and_back(region, shape, x, y):
    patch = cut(NOISE, region, shape)
    assert patch.to_patch(*patch.to_frame(x, y)) == pytest.approx((x, y), abs=1e-6)
    assert patch.to_frame(*patch.to_patch(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(REGIONS, SHAPES)
def test_the_patch_covers_its_region_from_edge_to_edge(region, shape):
    patch = cut(NOISE, region, shape)
    rows, columns = shape
    assert patch.to_frame(0, 0) == pytest.approx(patch.region[:2])
    assert patch.to_frame(columns, rows) == pytest.approx((patch.region.right, patch.region.bottom))


@given(REGIONS, SHAPES)
def test_any_region_gives_a_patch_of_the_shape_asked_for(region, shape):
    patch = cut(NOISE, region, shape)
    assert patch.image.shape == (*shape, 3)
    assert patch.image.dtype == np.uint8
    assert all(float(number).is_integer() for number in patch.region)
    # Rounded to whole pixels, and never to nothing.
    assert abs(patch.region.x - region.x) <= 0.5
    assert abs(patch.region.bottom - region.bottom) <= 0.5 or patch.region.height == 2


@given(REGIONS, SHAPES)
def test_valid_are_the_pixels_whose_center_is_in_the_frame(region, shape):
    patch = cut(NOISE, region, shape)
    rows, columns = shape
    for row in range(rows):
        for column in range(0, columns, 7):
            x, y = patch.to_frame(column + 0.5, row + 0.5)
            # On the border to the last digit either answer is right.
            if min(abs(x), abs(x - 90), abs(y), abs(y - 60)) > 1e-6:
                assert visible(patch)[row, column] == (0 <= x < 90 and 0 <= y < 60)


def test_a_region_of_the_patch_size_is_copied():
    patch = cut(NOISE, Box(10, 5, 40, 30), (30, 40))
    assert np.array_equal(patch.image, NOISE[5:35, 10:50])
    assert patch.valid is None
    assert patch.pixel_size == (1, 1)


def test_a_region_over_the_border_is_copied_where_it_is_in_the_frame():
    patch = cut(NOISE, Box(-10, 45, 40, 30), (30, 40))
    assert patch.valid == (slice(0, 15), slice(10, 40))
    assert np.array_equal(patch.image[patch.valid], NOISE[45:60, 0:30])
    assert np.array_equal(patch.image[:15, 3], NOISE[45:60, 0])  # the border's pixels go on


@settings(max_examples=50)
@given(
    st.floats(0, 60), st.floats(0, 80), st.floats(15, 90), st.integers(10, 30), st.integers(10, 30)
)
def test_a_pixel_shows_what_lies_at_its_center(x, y, length, rows, columns):
    frame = ramp(200, 200)
    patch = cut(frame, Box(x - 20, y - 20, length, length), (rows, columns))
    shown = np.argwhere(visible(patch))
    assume(len(shown) > 0)
    for row, column in shown[:: max(len(shown) // 10, 1)]:
        there_x, there_y = patch.to_frame(column + 0.5, row + 0.5)
        blue, green, _ = patch.image[row, column].astype(float)
        assert blue == pytest.approx(np.clip(there_x - 0.5, 0, 199), abs=1)
        assert green == pytest.approx(np.clip(there_y - 0.5, 0, 199), abs=1)


@given(
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(75, 100),
    st.integers(10, 30),
    st.integers(10, 30),
)
def test_where_asked_a_pixel_of_what_is_shrunk_much_is_the_frame_pixel_at_its_center(
    x, y, length, rows, columns
):
    frame = ramp(200, 200)
    patch = cut(frame, Box(x, y, length, length), (rows, columns), nearest_from=2.5)
    across, down = patch.pixel_size
    center_x = patch.region.x + (np.arange(columns) + 0.5) * across
    center_y = patch.region.y + (np.arange(rows) + 0.5) * down
    # A center on the border of two pixels may be either's.
    assert np.all(np.abs(patch.image[..., 0] + 0.5 - center_x) <= 0.5 + 1e-3)
    assert np.all(np.abs(patch.image[..., 1] + 0.5 - center_y[:, np.newaxis]) <= 0.5 + 1e-3)


@given(REGIONS, SHAPES, st.floats(0.5, 1.9))
def test_where_asked_what_is_shrunk_little_is_cut_like_any_other(region, shape, shrink):
    region = Box(region.x, region.y, shrink * shape[1], region.height)
    patch, other = cut(NOISE, region, shape, nearest_from=2.5), cut(NOISE, region, shape)
    assert np.array_equal(patch.image, other.image)


@pytest.mark.parametrize(
    "region", [Box(500, 10, 20, 20), Box(-60, 10, 20, 20), Box(10, -90, 20, 20), Box(10, 60, 5, 5)]
)
def test_a_region_wholly_outside_has_nothing_valid(region):
    patch = cut(NOISE, region, (12, 12))
    assert not visible(patch).any()


def test_a_region_larger_than_the_frame_shows_all_of_it():
    patch = cut(NOISE, Box(-90, -60, 270, 180), (30, 30))
    assert patch.valid == (slice(10, 20), slice(10, 20))


GRAY = NOISE[..., 1]
FORMS = {
    "gray": (GRAY, "bgr", cv2.merge([GRAY, GRAY, GRAY])),
    "gray with an axis": (GRAY[..., np.newaxis], "bgr", cv2.merge([GRAY, GRAY, GRAY])),
    "BGR": (NOISE, "bgr", NOISE),
    "RGB": (NOISE[..., ::-1], "rgb", NOISE),
    "BGRA": (np.dstack([NOISE, GRAY]), "bgr", NOISE),
    "RGBA": (np.dstack([NOISE[..., ::-1], GRAY]), "rgb", NOISE),
}


@pytest.mark.parametrize("region", [Box(10, 10, 40, 30), Box(-10, -10, 40, 30)])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_frame_gives_the_same_bgr_patch(form, region):
    frame, channels, as_bgr = FORMS[form]
    exposure = Exposure(as_bgr_code(frame.shape, channels))
    assert np.array_equal(
        cut(frame, region, (30, 40), exposure.develop).image, cut(as_bgr, region, (30, 40)).image
    )


@pytest.mark.parametrize("region", [Box(10, 10, 40, 30), Box(-10, -10, 40, 30)])
def test_frames_may_be_views_and_read_only(region):
    expected = cut(NOISE, region, (20, 20)).image
    wide = np.zeros((120, 180, 3), np.uint8)
    wide[::2, ::2] = NOISE
    mirrored = NOISE[:, ::-1].copy()[:, ::-1]
    planes = np.ascontiguousarray(NOISE.transpose(2, 0, 1)).transpose(1, 2, 0)
    for view in (wide[::2, ::2], mirrored, planes):
        view.flags.writeable = False
        assert not view.flags.c_contiguous
        assert np.array_equal(cut(view, region, (20, 20)).image, expected)


def test_a_frame_that_can_be_read_is_given_back_as_it_is():
    assert check_frame(NOISE) is NOISE
