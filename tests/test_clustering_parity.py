"""Mean shift with scikit-learn's answers: its own tests, its example, random problems."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from tracker import clustering
from tracker.clustering import MeanShift, mean_shift


@pytest.fixture(scope="module")
def theirs():
    cluster = pytest.importorskip("sklearn.cluster", reason="answers are compared with theirs")
    assert cluster.MeanShift.__module__.startswith("sklearn."), "not with our own"
    return cluster


THEIR_TESTS = "sklearn.cluster.tests.test_mean_shift"


@pytest.mark.filterwarnings("default")  # theirs are not held to our rule
def test_scikit_learns_own_tests_of_its_mean_shift_pass_with_ours(theirs, monkeypatch, capsys):
    """In this process: one of its own would import scikit-learn once more, for over a second."""
    for name in ("MeanShift", "estimate_bandwidth", "get_bin_seeds", "mean_shift"):
        monkeypatch.setattr(theirs, name, getattr(clustering, name))
    monkeypatch.setenv("SKLEARN_RUN_FLOAT32_TESTS", "1")
    monkeypatch.delitem(sys.modules, THEIR_TESTS, raising=False)
    quietly = ("-q", "-s", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:faulthandler")
    status = pytest.main([*quietly, "--pyargs", THEIR_TESTS])
    said = capsys.readouterr().out
    assert status == 0, said
    assert "22 passed" in said
    assert sys.modules[THEIR_TESTS].MeanShift is clustering.MeanShift


PROGRAM = """
import numpy as np
from sklearn.datasets import make_blobs
from {package} import MeanShift, estimate_bandwidth
centers = [[1, 1], [-1, -1], [1, -1]]
X, _ = make_blobs(n_samples=10000, centers=centers, cluster_std=0.6, random_state=0)
bandwidth = estimate_bandwidth(X, quantile=0.2, n_samples=500, random_state=0)
ms = MeanShift(bandwidth=bandwidth, bin_seeding=True)
ms.fit(X)
print("Clusters found: %d" % len(np.unique(ms.labels_)))
"""


def test_scikit_learns_example_prints_the_same_with_another_import(theirs, capsys):
    for package in ("sklearn.cluster", "tracker.clustering"):
        exec(PROGRAM.format(package=package), {})
        assert capsys.readouterr().out == "Clusters found: 3\n"


def problem(seed):
    """Blobs, or whole numbers, or duplicates, with a far point or an offset; 1 to 6 axes."""
    rng = np.random.default_rng(seed)
    n_points, n_axes = rng.integers(20, 200), rng.integers(1, 7)
    centers = rng.normal(scale=3, size=(3, n_axes))
    points = centers[rng.integers(3, size=n_points)] + rng.normal(size=(n_points, n_axes))
    if seed % 4 == 0:
        points = np.round(points)
    if seed % 4 == 1:
        points = points[rng.integers(n_points // 3, size=n_points)]
    if seed % 4 == 2:
        points[0] = 1e6
    if seed % 4 == 3:
        points += 1e4
    return points, {
        "bandwidth": float(rng.integers(1, 9)) / 2,
        "bin_seeding": bool(seed % 3),
        "cluster_all": bool(seed % 2),
        "max_iter": 3 if seed % 5 == 0 else 300,
    }


@pytest.mark.filterwarnings("ignore:Binning data failed")
@pytest.mark.parametrize("seed", range(24))
def test_clusters_are_scikit_learns(theirs, seed):
    points, options = problem(seed)
    ours, expected = MeanShift(**options).fit(points), theirs.MeanShift(**options).fit(points)
    assert ours.cluster_centers_.shape == expected.cluster_centers_.shape
    off = np.abs(ours.cluster_centers_ - expected.cluster_centers_).max()
    assert off <= 1e-9 * options["bandwidth"]
    assert ours.labels_.tolist() == expected.labels_.tolist()
    assert ours.n_iter_ == expected.n_iter_
    assert ours.predict(points).tolist() == expected.predict(points).tolist()


@pytest.mark.parametrize("bin_seeding", [True, False])
def test_so_they_are_with_more_points_than_one_box_of_boxes_holds(theirs, bin_seeding):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(1500 if bin_seeding else 250, 2))
    options = {"bandwidth": 0.5, "bin_seeding": bin_seeding}
    ours, expected = MeanShift(**options).fit(points), theirs.MeanShift(**options).fit(points)
    assert np.abs(ours.cluster_centers_ - expected.cluster_centers_).max() <= 1e-9
    assert (ours.labels_ == expected.labels_).all()


@pytest.mark.parametrize("bin_seeding", [True, False])
def test_pixels_are_clustered_to_the_last_bit(theirs, bin_seeding):
    rows, columns = np.mgrid[:26, :40]
    mask = ((rows - 8) ** 2 + (columns - 10) ** 2 < 40) | (abs(columns - 30) + abs(rows - 17) < 8)
    mask |= np.random.default_rng(0).random(mask.shape) < 0.3
    pixels = np.argwhere(mask) + np.array([100, -7])
    options = {"bandwidth": 6.5, "bin_seeding": bin_seeding}
    ours, expected = MeanShift(**options).fit(pixels), theirs.MeanShift(**options).fit(pixels)
    assert ours.cluster_centers_.tolist() == expected.cluster_centers_.tolist()
    assert ours.labels_.tolist() == expected.labels_.tolist()
    assert ours.n_iter_ == expected.n_iter_


def test_single_precision_stays_single_precision(theirs):
    points = problem(2)[0].astype(np.float32)
    ours, expected = (cls(bandwidth=2).fit(points) for cls in (MeanShift, theirs.MeanShift))
    assert ours.cluster_centers_.dtype == np.float32
    assert ours.cluster_centers_ == pytest.approx(expected.cluster_centers_, rel=1e-5)


def test_given_seeds_are_climbed_from(theirs):
    points, _ = problem(3)
    seeds = points[:5].tolist()
    ours, expected = (
        cls(bandwidth=2.5, seeds=seeds).fit(points) for cls in (MeanShift, theirs.MeanShift)
    )
    assert ours.cluster_centers_ == pytest.approx(expected.cluster_centers_, rel=1e-12)


def test_the_function_gives_what_the_class_gives(theirs):
    points, options = problem(7)
    centers, labels = mean_shift(points, **options)
    expected = theirs.mean_shift(points, **options)
    assert centers == pytest.approx(expected[0], rel=1e-12)
    assert labels.tolist() == expected[1].tolist()
