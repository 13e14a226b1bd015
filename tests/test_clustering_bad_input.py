"""Points and options that clustering cannot take, and odd ones that it can."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tracker.clustering import (
    MeanShift,
    bandwidth_profile,
    estimate_bandwidth,
    get_bin_seeds,
    seed_paths,
)

POINTS = np.array([[1.0, 1.0], [2.0, 1.0], [1.0, 0.0], [4.0, 7.0], [3.0, 5.0], [3.0, 6.0]])


class Sparse:
    """What a sparse matrix of SciPy looks like from outside."""

    def toarray(self):
        return POINTS


REFUSED = {
    "NaN": (ValueError, [[0.0, np.nan]], {}, "X[0, 1] is nan"),
    "infinity": (ValueError, [[0.0, 1.0], [-np.inf, 1.0]], {}, "X[1, 0] is -inf"),
    "too large": (ValueError, [[0.0, 1e200]], {}, "X[0, 1] is 1e+200: scale the points"),
    "empty": (ValueError, np.empty((0, 2)), {}, "shape (0, 2): expected (points, axes)"),
    "no axes": (ValueError, np.empty((3, 0)), {}, "at least one each"),
    "1-D": (ValueError, [1.0, 2.0], {}, "X.reshape(-1, 1) has one axis"),
    "text": (ValueError, [["a", "b"]], {}, "expected real numbers"),
    "complex": (ValueError, [[1j]], {}, "dtype complex128: expected real numbers"),
    "objects": (ValueError, np.array([[{}, 1]], object), {}, "dtype object: expected numbers"),
    "sparse": (TypeError, Sparse(), {}, "X is sparse"),
    "bandwidth 0": (ValueError, POINTS, {"bandwidth": 0}, "bandwidth 0: must be > 0"),
    "bandwidth < 0": (ValueError, POINTS, {"bandwidth": -1.5}, "bandwidth -1.5: must be > 0"),
    "bandwidth NaN": (ValueError, POINTS, {"bandwidth": np.nan}, "bandwidth nan: must be > 0"),
    "tiny bandwidth": (ValueError, POINTS, {"bandwidth": 1e-300}, "its square is no number; scale"),
    "words": (TypeError, POINTS, {"bandwidth": ["a", "b"]}, "or one for each axis"),
    "bandwidth a word": (TypeError, POINTS, {"bandwidth": "wide"}, "'wide': expected a number"),
    "bandwidths": (ValueError, POINTS, {"bandwidth": [1, 2, 3]}, "expected 2 numbers > 0"),
    "seeds": (ValueError, POINTS, {"seeds": [[1.0]]}, "seeds of shape (1, 1): X has 2 axes"),
    "far seeds": (ValueError, POINTS, {"seeds": [[99.0, 99.0]]}, "No point was within bandwidth="),
    "frequency": (ValueError, POINTS, {"min_bin_freq": 0}, "min_bin_freq 0: must be >= 1"),
    "thin bins": (
        ValueError,
        POINTS,
        {"bin_seeding": True, "min_bin_freq": 9},
        "min_bin_freq 9: no bin holds as many points",
    ),
    "max_iter": (TypeError, POINTS, {"max_iter": 2.5}, "max_iter 2.5: expected a whole number"),
    "a flag": (TypeError, POINTS, {"cluster_all": "yes"}, "cluster_all 'yes': expected True"),
    "kernel": (ValueError, POINTS, {"kernel": "round"}, "kernel 'round': expected one of flat"),
    "assign": (ValueError, POINTS, {"assign": "best"}, "assign 'best': expected"),
    "basin of bins": (ValueError, POINTS, {"assign": "basin", "binned": True}, "cannot be binned"),
}


@pytest.mark.parametrize(("error", "points", "options", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_clustered_is_named(error, points, options, words):
    with pytest.raises(error, match=re.escape(words)):
        MeanShift(**{"bandwidth": 2.0, **options}).fit(points)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, 1, 1, 1, 1, -2], "sample_weight[5] is -2.0: must be finite and >= 0"),
        ([1, 1, np.nan, 1, 1, 1], "sample_weight[2] is nan"),
        ([1, 1, 1, 1, 1, 1e308], "sample_weight goes up to 1e+308: scale the weights"),
        (["a"] * 6, "sample_weight of dtype <U1: expected real numbers"),
        ([1, 2], "sample_weight of shape (2,): expected (6,)"),
        ([0] * 6, "sample_weight is zero everywhere"),
    ],
)
def test_wrong_weights_are_named(weights, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        MeanShift(bandwidth=2).fit(POINTS, sample_weight=weights)


@pytest.mark.parametrize(
    "points",
    [
        POINTS.astype(int),
        POINTS.astype(np.float32),
        POINTS.astype(np.uint8),
        POINTS.astype(object),
        POINTS.tolist(),
        np.asfortranarray(POINTS),
        np.repeat(POINTS, 2, axis=1)[:, ::2],
    ],
    ids=["int", "float32", "uint8", "object", "list", "Fortran", "strided"],
)
def test_every_kind_of_numbers_is_clustered_alike(points):
    assert MeanShift(bandwidth=2).fit(points).labels_.tolist() == [1, 1, 1, 0, 0, 0]


def test_one_point_is_one_cluster():
    model = MeanShift(bandwidth=1).fit([[3.0, 4.0]])
    assert model.cluster_centers_.tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize(
    "options",
    [{}, {"bandwidth": 1.0}, {"bin_seeding": True}, {"kernel": "gaussian"}, {"binned": True}],
)
@pytest.mark.parametrize("n_points", [1, 2, 100])
def test_equal_points_are_one_cluster(options, n_points):
    model = MeanShift(**options).fit(np.full((n_points, 3), 0.1))
    assert model.cluster_centers_ == pytest.approx(np.full((1, 3), 0.1))
    assert not model.labels_.any()


def test_predict_before_fit_and_of_other_points_is_refused():
    with pytest.raises(AttributeError, match="call fit first"):
        MeanShift().predict(POINTS)
    with pytest.raises(ValueError, match="X has 1 features, but MeanShift is expecting 2"):
        MeanShift(bandwidth=2).fit(POINTS).predict([[1.0]])


@pytest.mark.parametrize(
    ("points", "options"),
    [([[np.nan]], {}), ([[1.0]], {"min_bin_freq": 9}), ([[1.0]], {"seeds": [[99.0]]})],
)
def test_a_fit_that_fails_leaves_the_model_as_it_was(points, options):
    model = MeanShift(bandwidth=[2.0, 2.0], bin_seeding=True).fit(POINTS)
    vars(model).update(options, bandwidth=1.0)
    before = vars(model).copy()
    with pytest.raises(ValueError, match=r"is nan|no bin holds|No point was within"):
        model.fit(points)
    assert vars(model) == before
    assert model.predict(POINTS).tolist() == model.labels_.tolist()


@pytest.mark.parametrize(
    ("points", "bin_size", "words"),
    [
        (np.empty((0, 2)), 1.0, "X of shape (0, 2): expected (points, axes)"),
        ([1.0, 2.0], 1.0, "X.reshape(-1, 1) has one axis"),
        (POINTS, -1.0, "bin_size -1.0: must be >= 0 and finite"),
        (POINTS, np.nan, "bin_size nan: must be >= 0 and finite"),
    ],
)
def test_bins_of_what_cannot_be_binned_are_refused(points, bin_size, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        get_bin_seeds(points, bin_size)


def test_the_points_given_are_left_as_they_are():
    points = POINTS.copy()
    MeanShift(bandwidth=[2.0, 3.0], cluster_all=False).fit(points)
    assert points.tolist() == POINTS.tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seeds": [[0.0, 0.0, 0.0]]}, r"seeds of shape \(1, 3\)"),
        ({"kernel": "round"}, "kernel 'round': expected one of flat"),
        ({"max_iter": -1}, "max_iter -1: must be >= 0"),
    ],
)
def test_paths_of_what_cannot_be_climbed_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        seed_paths(POINTS, **{"seeds": POINTS, "bandwidth": 1.0, **options})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"quantile": "half"}, "quantile 'half': expected a number"),
        ({"quantile": 2}, "quantile 2: must be between 0 and 1"),
        ({"n_samples": 0}, "n_samples 0: must be >= 1"),
        ({"n_samples": 3, "random_state": "any"}, "random_state 'any': expected a whole number"),
    ],
)
def test_a_bandwidth_that_cannot_be_estimated_is_refused(options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        estimate_bandwidth(POINTS, **options)


@pytest.mark.parametrize("bandwidths", [1.0, [], [[1.0, 2.0]]])
def test_a_profile_needs_a_list_of_bandwidths(bandwidths):
    with pytest.raises(ValueError, match="expected a list of numbers > 0"):
        bandwidth_profile(POINTS, bandwidths)
