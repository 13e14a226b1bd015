"""Segmentation: the regions that were drawn come back, whatever the picture's numbers are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tracker.box import Box
from tracker.errors import ConfigError, FrameError
from tracker.segmentation import region_table, segment
from tracker.synthetic import mosaic

RADII = {"spatial_radius": 7, "color_radius": 24, "min_area": 50}


def overlaps(labels, truth):
    """Give the largest IoU that each true region has with one of those found."""
    counts = np.zeros((truth.max() + 1, labels.max() + 1))
    np.add.at(counts, (truth.ravel(), labels.ravel()), 1)
    union = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0) - counts
    return (counts / union).max(axis=1)


def halves(left, right, shape=(20, 40)):
    """Draw a picture of two colors side by side."""
    image = np.empty((*shape, len(left)), np.uint8)
    image[:, : shape[1] // 2], image[:, shape[1] // 2 :] = left, right
    return image


def assert_regions(labels, min_area):
    """Check what holds of every label map: numbers in order, connected, none too small."""
    assert labels.dtype == np.int32
    _, first, areas = np.unique(labels, return_index=True, return_counts=True)
    assert (np.diff(first) > 0).all(), "numbered in the order of their first pixels"
    assert labels.max() + 1 == len(first)
    assert len(areas) == 1 or areas.min() >= min_area
    for label in range(len(first)):
        mask = (labels == label).astype(np.uint8)
        assert cv2.connectedComponents(mask, connectivity=4)[0] == 2, f"region {label} is in pieces"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("noise", [0, 4, 12])
def test_every_region_that_was_drawn_is_found_and_no_other(seed, noise):
    image, truth = mosaic(200, 150, n_regions=12, seed=seed, noise=noise)
    labels = segment(image, 7, 40, 50)
    assert len(np.unique(labels)) == 12
    assert overlaps(labels, truth).min() > 0.95
    assert_regions(labels, 50)


def test_shade_over_the_picture_does_not_break_its_regions():
    image, truth = mosaic(200, 150, n_regions=8, shading=0.5)
    labels = segment(image, **RADII)
    assert len(np.unique(labels)) == 8
    assert overlaps(labels, truth).min() > 0.95


@pytest.mark.parametrize(
    ("dtype", "factor"),
    [
        (np.uint16, 257),
        (np.int32, -1000),
        (np.float32, 1 / 255),
        (np.float64, 1e-6),
        (np.float16, 1),
    ],
)
def test_other_dtypes_and_ranges_give_the_regions_of_8_bits(dtype, factor):
    image, _ = mosaic(120, 90, n_regions=6)
    image[:2, :2], image[-2:, -2:] = 0, 255  # the whole range: nothing is scaled
    scaled = (image.astype(np.float64) * factor).astype(dtype)
    expected = segment(image, **RADII)
    labels = segment(scaled, 7, 24 * abs(factor), 50)
    assert overlaps(labels, expected).min() > 0.99
    assert labels.max() == expected.max()


def test_a_narrow_range_of_16_bits_is_seen_as_finely_as_a_wide_one():
    image, _ = mosaic(120, 90, n_regions=6, noise=1)
    faint = 30_000 + image.astype(np.uint16)[..., 1]  # 256 of 65536 values
    faint_labels = segment(faint, 7, 24, 50)
    assert np.array_equal(
        faint_labels, segment(faint.astype(np.float64) / 65535, 7, 24 / 65535, 50)
    )
    assert faint_labels.max() > 0


def test_gray_pictures_are_segmented_with_and_without_an_axis_of_channels():
    steps = np.repeat(np.array([40, 90, 140, 190], np.uint8), 20)
    gray = np.tile(steps, (30, 1))
    labels = segment(gray, **RADII)
    assert np.array_equal(labels, np.tile(np.repeat(np.arange(4), 20), (30, 1)))
    assert np.array_equal(labels, segment(gray[..., np.newaxis], **RADII))
    assert np.array_equal(labels, segment(np.dstack([gray, np.zeros_like(gray)]), **RADII))
    assert np.array_equal(labels > 1, segment(gray > 100, 7, 0.5, 50))


def test_the_order_of_channels_does_not_matter():
    image, _ = mosaic(120, 90, n_regions=6)
    assert np.array_equal(segment(image, **RADII), segment(image[..., ::-1], **RADII))


def test_what_is_alike_and_touches_is_one_region_and_apart_it_is_two():
    alike = halves((100, 100, 100), (110, 110, 110))
    assert segment(alike, **RADII).max() == 0
    apart = alike.copy()
    apart[:, 18:22] = (0, 0, 255)
    assert segment(apart, **RADII).max() == 2


def test_a_small_region_joins_the_neighbor_nearest_in_color_not_the_largest():
    image = halves((0, 0, 0), (200, 200, 200), (30, 60))
    image[10:14, 27:33] = (150, 150, 150)
    labels = segment(image, 7, 24, 50)
    assert labels.max() == 1
    assert (labels[10:14, 27:33] == 1).all()
    assert segment(image, 7, 24, 20).max() == 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (2, 3)])
def test_pictures_of_a_pixel_or_a_line_are_segmented(shape):
    image = np.full(shape, 7, np.uint8)
    assert np.array_equal(segment(image, **RADII), np.zeros(shape))
    image[0, 0] = 200
    assert segment(image, 7, 24, 1).max() == min(image.size - 1, 1)


def test_a_picture_smaller_than_the_least_area_is_one_region():
    image = np.random.default_rng(0).integers(0, 256, (5, 5, 3), np.uint8)
    assert segment(image, 7, 10, 26).max() == 0


def test_a_radius_beyond_the_picture_is_all_of_it_however_large():
    image = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    assert (segment(image, 1e12, 60, 2) == segment(image, 12, 60, 2)).all()


def test_views_and_read_only_pictures_are_read_and_left_as_they_are():
    image, _ = mosaic(120, 90, n_regions=6)
    wide = np.repeat(image, 2, axis=1)
    view = wide[:, ::2]
    view.flags.writeable = False
    assert np.array_equal(segment(view, **RADII), segment(image, **RADII))
    assert np.array_equal(view, image)


@settings(max_examples=30, deadline=None)
@given(
    image=arrays.arrays(
        st.sampled_from([np.uint8, np.uint16]),
        st.one_of(
            st.tuples(st.integers(1, 12), st.integers(1, 12)),
            st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 3)),
        ),
        elements=st.integers(0, 255),
        fill=st.integers(0, 255),
    ),
    color_radius=st.integers(5, 300),
    min_area=st.integers(1, 40),
)
def test_any_picture_is_divided_into_connected_regions_none_too_small(
    image, color_radius, min_area
):
    labels = segment(image, 3, color_radius, min_area)
    assert labels.shape == image.shape[:2]
    assert_regions(labels, min_area)
    table = region_table(image, labels)
    assert sum(region.area for region in table) == labels.size
    for region in table:
        assert all(region.label in table[other].neighbors for other in region.neighbors)


def test_the_table_tells_area_color_box_and_neighbors():
    labels = np.array([[0, 0, 1, 1], [0, 2, 2, 1], [3, 3, 3, 1]])
    image = np.dstack([labels * 10, labels, 5 - labels]).astype(np.float32)
    image[0, 0] = (30, 0, 5)
    first, second, third, fourth = region_table(image, labels)
    assert first == (0, 3, (10, 0, 5), Box(0, 0, 2, 2), (1, 2, 3))
    assert second == (1, 4, (10, 1, 4), Box(2, 0, 2, 3), (0, 2, 3))
    assert third == (2, 2, (20, 2, 3), Box(1, 1, 2, 1), (0, 1, 3))
    assert fourth == (3, 3, (30, 3, 2), Box(0, 2, 3, 1), (0, 1, 2))


def test_the_table_of_one_region_has_no_neighbors():
    (only,) = region_table(np.full((3, 4), 9, np.uint8), np.zeros((3, 4), np.int32))
    assert only == (0, 12, (9.0,), Box(0, 0, 4, 3), ())


GOOD = np.zeros((4, 5, 3), np.uint8)
HOLED = np.ones((4, 5), np.float32)
HOLED[1, 2] = np.nan


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (None, "image is a NoneType: expected a NumPy array"),
        ([[1, 2]], "image is a list"),
        (GOOD[:0], r"image of shape \(0, 5, 3\)"),
        (GOOD[0, 0], r"image of shape \(3,\)"),
        (
            np.zeros((4, 5, 4), np.uint8),
            r"at most 3 channels, last; drop alpha by image\[..., :3\]",
        ),
        (GOOD.astype(object), "image of dtype object: expected real numbers"),
        (GOOD.astype(complex), "image of dtype complex128"),
        (HOLED, r"image\[1, 2\] is nan: expected finite values"),
        (np.array([[-1.7e308, 1.7e308]]), r"image from -1.7e\+308 to 1.7e\+308: scale it"),
        (np.full((4, 5, 3), np.inf), r"image\[0, 0\] is \[inf inf inf\]"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(image, message):
    with pytest.raises(FrameError, match=message):
        segment(image, **RADII)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("spatial_radius", 0, "spatial radius 0: must be >= 1, in pixels"),
        ("spatial_radius", np.nan, "spatial radius nan"),
        ("color_radius", 0, "color radius 0: must be > 0"),
        ("color_radius", -3, "color radius -3"),
        ("color_radius", np.inf, "color radius inf"),
        ("min_area", 0, "min area 0: must be >= 1, in pixels"),
    ],
)
def test_options_out_of_range_are_refused_in_words(option, value, message):
    with pytest.raises(ConfigError, match=message):
        segment(GOOD, **{**RADII, option: value})


def test_a_radius_finer_than_8_bits_of_the_range_is_refused_with_the_way_out():
    image = np.full((20, 20), 100, np.uint16)
    image[5, 5] = 60_000  # one hot pixel
    with pytest.raises(ConfigError, match=r"color radius 24: must be >= 939.6 .* clip outliers"):
        segment(image, **RADII)
    assert segment(image.clip(0, 200), 7, 24, 50).max() == 0


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([[0]], "expected a NumPy array of whole numbers"),
        (np.zeros((4, 5)), "expected a NumPy array of whole numbers"),
        (np.zeros((5, 4), int), r"labels of shape \(5, 4\): expected \(4, 5\)"),
        (np.full((4, 5), -1), "expected 0 to n - 1"),
        (np.full((4, 5), 1), "expected 0 to n - 1"),
    ],
)
def test_labels_that_are_not_of_the_picture_are_refused_in_words(labels, message):
    with pytest.raises(FrameError, match=message):
        region_table(GOOD, labels)
