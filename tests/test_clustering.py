"""Bandwidth and seeds of clustering: scikit-learn's answers."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.clustering import estimate_bandwidth, get_bin_seeds


@pytest.fixture(scope="module")
def theirs():
    return pytest.importorskip("sklearn.cluster", reason="answers are compared with scikit-learn's")


def points_of(seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(rng.integers(20, 300), rng.integers(1, 9)))
    return np.round(points * 4) if seed % 3 == 0 else points


@pytest.mark.parametrize("seed", range(12))
def test_the_bandwidth_is_scikit_learns(theirs, seed):
    for options in ({}, {"quantile": 0.05}, {"quantile": 1.0}, {"n_samples": 15}):
        ours = estimate_bandwidth(points_of(seed), **options)
        assert ours == pytest.approx(theirs.estimate_bandwidth(points_of(seed), **options))


@pytest.mark.parametrize("size", [2.5, np.float64(1.3)])
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.filterwarnings("ignore:Binning data failed")
def test_the_seeds_are_scikit_learns_to_the_bit(theirs, seed, size):
    for least in (1, 2):
        ours = get_bin_seeds(points_of(seed), size, least)
        expected = theirs.get_bin_seeds(points_of(seed), size, least)
        assert ours.dtype == expected.dtype or not len(expected)
        assert ours.tolist() == expected.tolist()


def test_bins_as_many_as_points_are_said_and_give_the_points():
    points = points_of(1)
    with pytest.warns(UserWarning, match="Binning data failed"):
        assert get_bin_seeds(points, 1e-6) is points
    assert get_bin_seeds(points, 0) is points


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([[1.0, np.nan]], {}, r"X\[0, 1\] is nan"),
        ([1.0, 2.0], {}, r"shape \(2,\): expected \(points, axes\)"),
        (np.empty((0, 2)), {}, "at least one each"),
        ([[1.0]], {"quantile": 1.5}, "quantile 1.5: must be between 0 and 1"),
        ([[1.0]], {"n_samples": 0}, "n_samples 0: must be >= 1"),
    ],
)
def test_bad_input_is_named(points, options, message):
    with pytest.raises(ValueError, match=message):
        estimate_bandwidth(points, **options)
