"""Pixels fall into the right bins, and their histograms tell the target from the ground."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracker import Box, ColorConfig
from tracker.backprojection import (
    BackProjection,
    Bins,
    histogram,
    pixel_codes,
    posterior,
    similarity,
    unit,
)
from tracker.errors import ConfigError

SPACES = ["bgr", "hsv", "lab", "hue"]
HISTOGRAMS = arrays(np.float64, 9, elements=st.floats(0, 1000)).map(
    lambda counts: unit(np.append(counts[:-1], 0))
)


def bin_of(bgr, **options) -> int:
    """Give the bin of one color, without texture."""
    picture = np.full((5, 5, 3), bgr, np.uint8)
    sorted_ = Bins.of(ColorConfig(texture=False, **options))(picture)
    assert (sorted_ == sorted_[0, 0]).all()
    return int(sorted_[0, 0])


def hued(hue: int, saturation: int = 200, value: int = 200):
    pixel = np.array([[[hue % 180, saturation, value]]], np.uint8)
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0]


# --- bins


@given(arrays(np.uint8, (6, 5, 3)))
def test_a_bgr_bin_is_the_cell_of_its_three_channels(picture):
    blue, green, red = np.moveaxis(picture.astype(int) // 32, -1, 0)
    cells = Bins.of(ColorConfig(texture=False))(picture)
    same_cell = (red * 8 + green) * 8 + blue
    assert len(set(zip(cells.ravel(), same_cell.ravel(), strict=True))) == len(set(cells.ravel()))
    assert len(set(cells.ravel())) == len(set(same_cell.ravel()))


def test_trackers_of_one_configuration_share_a_table_that_none_can_change():
    table = Bins.of(ColorConfig()).table
    assert Bins.of(ColorConfig(target_rate=0.5)).table is table
    assert Bins.of(ColorConfig(texture=False)).table is not table
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 1


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, (6, 5, 3)), st.sampled_from(SPACES), st.booleans(), st.data())
def test_every_pixel_has_a_bin_in_every_space_of_any_size(picture, space, texture, data):
    count = 1 if space == "hue" else 3
    bins = data.draw(st.none() | st.tuples(*[st.integers(1, 32)] * count))
    sort = Bins.of(ColorConfig(space=space, bins=bins, texture=texture))
    sorted_ = sort(picture)
    assert sorted_.shape == (6, 5)
    assert sorted_.min() >= 0
    assert sorted_.max() < sort.n_bins


@pytest.mark.parametrize("space", ["hue", "hsv"])
def test_reds_on_both_sides_of_the_seam_share_a_bin(space):
    reds = {bin_of(hued(hue), space=space) for hue in (177, 178, 179, 0, 1, 2)}
    assert len(reds) == 1
    assert bin_of(hued(60), space=space) not in reds


@pytest.mark.parametrize("space", ["hue", "hsv"])
def test_grays_are_told_apart_by_value_and_never_read_as_red(space):
    red = bin_of((0, 0, 220), space=space)
    grays = [bin_of((gray,) * 3, space=space) for gray in (0, 70, 130, 200, 255)]
    assert red not in grays
    assert len(set(grays)) == len(grays)


@pytest.mark.parametrize("space", ["hue", "hsv"])
def test_a_gray_with_one_level_of_tint_is_a_gray(space):
    assert bin_of((128, 128, 128), space=space) == bin_of((127, 128, 128), space=space)


def test_all_180_hues_are_spread_evenly_over_the_bins():
    bins = [bin_of(hued(hue, 255, 255), space="hue", bins=(12,)) for hue in range(0, 180, 15)]
    assert len(set(bins)) == 12


@pytest.mark.parametrize("space", ["bgr", "hsv", "lab"])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_each_of_the_three_channels_counts(space, channel):
    one, other = [20, 20, 20], [20, 20, 20]
    other[channel] = 230
    assert bin_of(one, space=space) != bin_of(other, space=space)


def test_texture_has_three_states_for_one_color():
    flat, upright, level = np.full((3, 9, 9, 3), 100, np.uint8)
    upright[:, 5:] = level[5:] = 103  # the same cell of 8 or 32 gray levels
    textured = Bins.of(ColorConfig(edge_threshold=1))
    assert len({int(textured(picture)[4, 4]) for picture in (flat, upright, level)}) == 3
    plain = Bins.of(ColorConfig(texture=False))
    assert len({int(plain(picture)[4, 4]) for picture in (flat, upright, level)}) == 1


def test_the_highest_threshold_leaves_the_sharpest_edges():
    black_and_white = np.zeros((5, 6, 3), np.uint8)
    black_and_white[:, 3:] = 255
    edges = pixel_codes(black_and_white, 254) >> 15
    assert edges[2].tolist() == [0, 0, 1, 1, 0, 0]


def test_without_a_threshold_codes_hold_color_alone():
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:, 2:] = 255
    assert set(pixel_codes(picture, None).ravel()) == {0, 0x7FFF}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"space": "rgb"}, "space 'rgb': expected one of bgr, hsv, lab, hue"),
        ({"bins": (8, 8)}, r"bins \(8, 8\): bgr takes a tuple of 3"),
        ({"bins": (8, 8, 33)}, r"bins \(8, 8, 33\): each must be a whole number, 1 to 32"),
        ({"bins": (0, 8, 8)}, "each must be a whole number, 1 to 32"),
        ({"space": "hue", "bins": (8, 8, 8)}, "hue takes a tuple of 1"),
        ({"space": "hue", "bins": 16}, "bins 16: hue takes a tuple of 1"),
        ({"edge_threshold": -1}, "edge_threshold -1: expected 0 to 254"),
        ({"edge_threshold": 255}, "edge_threshold 255: expected 0 to 254"),
        ({"target_rate": 1.5}, "target_rate 1.5: expected 0 to 1"),
        ({"surroundings_rate": math.nan}, "surroundings_rate nan: expected 0 to 1"),
    ],
)
def test_impossible_options_of_color_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        ColorConfig(**options)


# --- histograms and what they give


@given(
    arrays(np.intp, (6, 7), elements=st.integers(0, 5)),
    arrays(np.float64, (6, 7), elements=st.floats(0, 1)),
)
def test_a_histogram_counts_by_weight_and_leaves_out_what_lies_outside(bins, weights):
    counts = histogram(bins, weights, 5)
    assert counts == pytest.approx([weights[bins == each].sum() for each in range(5)] + [0])
    assert histogram(bins, None, 5).sum() == (bins < 5).sum()


@given(HISTOGRAMS, HISTOGRAMS)
def test_the_posterior_is_a_share_and_nothing_lies_outside(target, surroundings):
    table = posterior(target, surroundings)
    assert table.min() >= 0
    assert table.max() <= 1
    assert table[-1] == 0
    more, less = target[:-1] > surroundings[:-1], target[:-1] < surroundings[:-1]
    assert (table[:-1][more] >= 0.5).all()
    assert (table[:-1][less] <= 0.5).all()


def test_the_posterior_knows_nothing_of_colors_never_seen():
    table = posterior(np.array([1, 0, 0, 0], np.float32), np.array([0, 1, 0, 0], np.float32))
    assert table[0] > 0.999
    assert table[1] < 0.001
    assert table[2] == pytest.approx(0.5)


@given(HISTOGRAMS, HISTOGRAMS)
def test_similarity_is_one_for_the_same_and_a_share_for_others(one, other):
    assert similarity(one, one) == pytest.approx(one.sum(), abs=1e-5)
    assert -1e-6 <= similarity(one, other) <= 1 + 1e-6
    assert similarity(one, other) == pytest.approx(similarity(other, one))


def test_histograms_apart_have_no_similarity():
    assert similarity(np.array([1.0, 0]), np.array([0, 1.0])) == 0


def test_scaling_nothing_to_one_leaves_nothing():
    assert unit(np.zeros(4)).tolist() == [0, 0, 0, 0]
    assert unit(np.array([1, 3])).tolist() == [0.25, 0.75]


def two_colors() -> BackProjection:
    """Make a model of a target of bin 0 among surroundings of bin 1."""
    return BackProjection(np.array([1, 0, 0, 0], np.float32), np.array([0, 1, 0, 0], np.float32))


def test_what_shares_no_color_is_told_apart_wholly():
    assert two_colors().separability == pytest.approx(1)
    same = np.array([0.5, 0.5, 0, 0], np.float32)
    assert BackProjection(same, same).separability == pytest.approx(0, abs=1e-6)


def test_learning_mixes_a_share_in_and_keeps_the_first_model():
    model = two_colors()
    first_table = model.table.copy()
    model.learn(np.array([0, 0, 40.0, 0]), np.array([0, 7.0, 0, 0]), 0.25, 0.5)
    assert model.target == pytest.approx([0.75, 0, 0.25, 0])
    assert model.surroundings == pytest.approx([0, 1, 0, 0])
    assert model.table[2] > 0.99
    assert model.first_target.tolist() == [1, 0, 0, 0]
    assert np.array_equal(model.first_table, first_table)
    model.forget()
    assert np.array_equal(model.table, first_table)


def test_learning_nothing_changes_nothing():
    model = two_colors()
    model.learn(np.array([0, 0, 40.0, 0]), np.array([0, 0, 7.0, 0]), 0, 0)
    assert model.target.tolist() == [1, 0, 0, 0]


def test_a_window_of_the_target_is_like_it_and_one_of_the_ground_is_not():
    model = two_colors()
    assert model.compare(np.array([30.0, 0, 0, 0])).similarity == pytest.approx(1)
    assert model.compare(np.array([0, 30.0, 0, 0])).similarity == pytest.approx(0)
    half = model.compare(np.array([30.0, 30, 0, 0]))
    assert half.similarity == pytest.approx(math.sqrt(0.5))
    assert half.first_similarity == pytest.approx(math.sqrt(0.5))
    assert half.weights[0] > 0  # pulls toward the target
    assert half.weights[1] == 0  # and not toward the ground


@given(HISTOGRAMS, HISTOGRAMS, arrays(np.float64, 9, elements=st.floats(0, 1e6)))
def test_weights_of_the_climb_are_finite_and_never_negative(target, surroundings, window):
    window[-1] = 0
    compared = BackProjection(target, surroundings).compare(window)
    assert np.isfinite(compared.weights).all()
    assert (compared.weights >= 0).all()
    assert -1e-6 <= compared.similarity <= 1 + 1e-6


@pytest.mark.parametrize("space", SPACES)
def test_a_whole_frame_can_be_projected(plain, space):
    image, box = plain[0]
    sort = Bins.of(ColorConfig(space=space))
    bins = sort(image)
    inside = np.zeros(bins.shape)
    x, y, width, height = (round(number) for number in box)
    inside[y : y + height, x : x + width] = 1
    model = BackProjection(
        unit(histogram(bins, inside, sort.n_bins)), unit(histogram(bins, 1 - inside, sort.n_bins))
    )
    later, there = plain[39]
    density = model.table.take(sort(later))
    assert density.shape == later.shape[:2]
    x, y, width, height = (round(number) for number in Box(*there).scaled(0.6))
    assert density[y : y + height, x : x + width].mean() > 0.8
    assert np.median(density) < 0.25
