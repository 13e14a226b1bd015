"""What cells tell: orientations of edges, gray, names of colors."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.features import (
    BASIC_COLORS,
    CELL,
    COLOR_WEIGHT,
    N_CHANNELS,
    N_COLOR_AXES,
    channels,
    cielab,
    code_colors,
    color_axes,
    color_names,
    orientations,
)
from tracker.synthetic import texture

NAMES = list(BASIC_COLORS)


def code(bgr: tuple[int, int, int]) -> int:
    blue, green, red = (value >> 3 for value in bgr)
    return red << 10 | green << 5 | blue


def test_every_group_of_channels_has_mean_square_one_by_its_weight():
    features = channels(texture(160, 160, seed=1))
    assert features.shape == (N_CHANNELS, 40, 40)
    assert features.dtype == np.float32
    for group, expected in ((features[:9], 1), (features[9], 1), (features[10:], COLOR_WEIGHT**2)):
        assert (group**2).mean() == pytest.approx(expected, rel=1e-3)


def test_an_even_picture_has_no_orientation_and_finite_channels():
    features = channels(np.full((160, 160, 3), 90, np.uint8))
    assert np.isfinite(features).all()
    assert not features[:9].any()


@pytest.mark.parametrize("angle_deg", [0, 20, 40, 60, 80, 100, 120, 140, 160])
def test_an_edge_falls_into_the_orientation_of_its_gradient(angle_deg):
    turn = np.radians(angle_deg + 10)  # the middle of the orientation's 20 degrees
    y, x = np.mgrid[:64, :64]
    wave = 127 + 100 * np.sin(0.25 * (x * np.cos(turn) + y * np.sin(turn)))
    cells = orientations(np.rint(wave).astype(np.uint8), spread=False)[2:-2, 2:-2]
    assert cells.sum(axis=(0, 1)).argmax() == angle_deg // 20


def test_light_and_dark_the_other_way_round_are_the_same_orientation():
    gray = texture(64, 64, seed=2)[..., 1].copy()
    # A gradient of exactly opposite sign may fall on the border of two orientations.
    same = np.isclose(orientations(gray, spread=True), orientations(255 - gray, spread=True))
    assert same.mean() > 0.97


@pytest.mark.parametrize("name", NAMES)
def test_a_basic_color_is_named_by_itself(name):
    shares = color_names()[code(BASIC_COLORS[name])]
    assert NAMES[int(shares.argmax())] == name


def test_names_of_colors_are_centered_and_cannot_be_changed():
    table = color_names()
    assert np.abs(table.mean(axis=0)).max() < 1e-5
    assert np.abs(table.sum(axis=1)).max() < 1e-4
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


def test_the_axes_of_colors_keep_what_their_names_tell_of_common_ones():
    names, axes = color_names(), color_axes()
    assert axes.shape == (len(names), N_COLOR_AXES)
    muted = np.hypot(*cielab(code_colors())[:, 1:].T) < 30
    kept = (axes[muted] ** 2).sum() / (names[muted] ** 2).sum()
    assert 0.98 < kept <= 1
    with pytest.raises(ValueError, match="read-only"):
        axes[0] = 0


def test_a_shift_by_a_cell_shifts_the_channels():
    picture = texture(200, 200, seed=6)
    here, there = picture[20:180, 20:180], picture[20:180, 20 + CELL : 180 + CELL]
    gray, shifted = channels(here)[9], channels(there)[9]
    assert np.corrcoef(gray[:, 1:].ravel(), shifted[:, :-1].ravel())[0, 1] > 0.999
