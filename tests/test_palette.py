"""Palettes: the colors that were painted come back, as many as there were."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tracker.box import Box
from tracker.errors import BoxError, ConfigError, FrameError
from tracker.palette import Swatch, draw_palette, palette
from tracker.synthetic import mosaic, texture

RED, BLUE, WHITE = (30, 30, 200), (200, 60, 30), (255, 255, 255)


@pytest.fixture
def flag():
    """Draw red, blue and white in 50, 30 and 20 % of a picture."""
    image = np.empty((40, 100, 3), np.uint8)
    image[:, :50], image[:, 50:80], image[:, 80:] = RED, BLUE, WHITE
    return image


@pytest.mark.parametrize("seed", range(2))
def test_as_many_colors_are_found_as_were_painted(seed):
    image, truth = mosaic(160, 120, n_regions=12, seed=seed)
    swatches = palette(image)
    assert len(swatches) == 12
    found = np.array([swatch.color for swatch in swatches])
    for label in range(12):
        apart = np.linalg.norm(found - image[truth == label].mean(axis=0), axis=1)
        assert apart.min() < 8
        assert swatches[apart.argmin()].share == pytest.approx((truth == label).mean(), abs=0.01)


def test_shares_are_those_of_the_areas_the_largest_first(flag):
    assert palette(flag) == [
        (RED, pytest.approx(0.5)),
        (BLUE, pytest.approx(0.3)),
        (WHITE, pytest.approx(0.2)),
    ]


def test_noise_and_grain_add_no_color():
    ground = texture(320, 240, dark=(60, 80, 70), light=(75, 95, 85))
    noisy = ground + np.random.default_rng(0).normal(0, 6, ground.shape)
    assert len(palette(noisy.clip(0, 255).astype(np.uint8))) == 1


def test_a_wider_kernel_gives_fewer_colors():
    image, _ = mosaic(160, 120, n_regions=24)
    counts = [len(palette(image, bandwidth=bandwidth)) for bandwidth in (3, 8, 16, 60)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 24
    assert counts[-1] == 1


def test_a_region_is_a_mask_or_a_box(flag):
    mask = np.zeros(flag.shape[:2], bool)
    mask[:, 35:60] = True
    part = [(RED, pytest.approx(0.6)), (BLUE, pytest.approx(0.4))]
    assert palette(flag, mask) == part
    assert palette(flag, Box(35, 0, 25, 40)) == part
    assert palette(flag, Box(79.4, -5, 1000, 1000)) == [
        (WHITE, pytest.approx(20 / 21)),
        (BLUE, pytest.approx(1 / 21)),
    ]


def test_colors_of_too_small_a_share_go_to_the_nearest(flag):
    flag[0, 0] = (40, 40, 160)  # of 4000 pixels, and nearest to red
    assert len(palette(flag)) == 3
    assert len(palette(flag, least_share=0)) == 4
    assert palette(flag, least_share=0.25) == [
        (RED, pytest.approx(0.7)),  # white is nearer to red than to blue
        (BLUE, pytest.approx(0.3)),
    ]
    assert len(palette(flag, least_share=1)) == 1


def test_gray_pictures_and_those_with_alpha_have_palettes(flag):
    gray = np.repeat(np.array([[50, 200]], np.uint8), 20, axis=0)
    expected = [((50, 50, 50), pytest.approx(0.5)), ((200, 200, 200), pytest.approx(0.5))]
    assert sorted(palette(gray)) == expected
    assert palette(cv2.cvtColor(flag, cv2.COLOR_BGR2BGRA)) == palette(flag)


@settings(max_examples=20, deadline=None)
@given(
    image=arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    bandwidth=st.floats(4, 200),
    least_share=st.floats(0, 1),
)
def test_any_picture_has_a_palette_whose_shares_sum_to_one(image, bandwidth, least_share):
    swatches = palette(image, bandwidth=bandwidth, least_share=least_share)
    assert sum(swatch.share for swatch in swatches) == pytest.approx(1)
    shares = [swatch.share for swatch in swatches]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= value <= 255 for swatch in swatches for value in swatch.color)
    assert len({swatch.color for swatch in swatches}) == len(swatches)


def test_swatches_are_drawn_as_wide_as_their_shares(flag):
    drawn = draw_palette(palette(flag), 100, 40)
    assert np.abs(drawn.astype(int) - flag).max() <= 1
    assert draw_palette([Swatch(RED, 1.0)], 7, 3).tolist() == [[list(RED)] * 7] * 3
    assert not draw_palette([], 7, 3).any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((None,), FrameError, "frame is None"),
        ((np.zeros((4, 4, 3)),), FrameError, "frame of dtype float64: expected uint8"),
        ((np.zeros((4, 4), np.uint8), Box(5, 0, 2, 2)), BoxError, "no pixel of the 4x4 picture"),
        ((np.zeros((4, 4), np.uint8), np.zeros((4, 4), bool)), BoxError, "no pixel of the 4x4"),
        ((np.zeros((4, 5), np.uint8), np.ones((5, 4), bool)), FrameError, r"shape \(4, 5\)"),
        ((np.zeros((4, 4), np.uint8), np.ones((4, 4))), FrameError, "region of dtype float64"),
    ],
)
def test_what_has_no_palette_is_refused_in_words(arguments, error, message):
    with pytest.raises(error, match=message):
        palette(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bandwidth": 1}, "bandwidth 1: must be >= 2"),
        ({"bandwidth": np.nan}, "bandwidth nan"),
        ({"bandwidth": np.inf}, "bandwidth inf"),
        ({"least_share": -0.1}, "least_share -0.1: expected 0 to 1"),
        ({"least_share": 2}, "least_share 2"),
    ],
)
def test_options_out_of_range_are_refused_in_words(options, message):
    with pytest.raises(ConfigError, match=message):
        palette(np.zeros((4, 4), np.uint8), **options)
