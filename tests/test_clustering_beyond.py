"""What clustering does beyond scikit-learn's: weights, kernels, basins, bins, profiles, paths."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.clustering import Bins, MeanShift, bandwidth_profile, mean_shift, seed_paths

PLACES = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 6.0]])


def blobs(n_points=600, spread=0.6, seed=0):
    rng = np.random.default_rng(seed)
    return PLACES[np.arange(n_points) % 3] + rng.normal(scale=spread, size=(n_points, 2))


def sorted_centers(model):
    return model.cluster_centers_[np.lexsort(np.round(model.cluster_centers_.T))]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.booleans())
def test_a_point_of_weight_k_counts_as_k_points(seed, bin_seeding):
    rng = np.random.default_rng(seed)
    points, weights = np.round(rng.normal(size=(60, 2)) * 3), rng.integers(0, 4, 60)
    weights[0] = 1
    options = {"bandwidth": 2.5, "bin_seeding": bin_seeding, "min_bin_freq": 2}
    weighted = MeanShift(**options).fit(points, sample_weight=weights)
    repeated = MeanShift(**options).fit(np.repeat(points, weights, axis=0))
    # Bins are in the order of their first points, which no answer depends on.
    assert weighted.cluster_centers_.tolist() == repeated.cluster_centers_.tolist()
    assert weighted.predict(points).tolist() == repeated.predict(points).tolist()


@pytest.mark.parametrize("options", [{}, {"bin_seeding": True}, {"binned": True}])
def test_small_weights_are_no_smaller_clusters(options):
    points = blobs()
    weights = np.full(len(points), 1 / len(points))
    plain = MeanShift(bandwidth=1.5, **options).fit(points)
    weighted = MeanShift(bandwidth=1.5, **options).fit(points, sample_weight=weights)
    assert len(weighted.cluster_centers_) == len(plain.cluster_centers_)


def test_a_weight_image_is_climbed_as_its_pixels_are():
    image = np.zeros((60, 80))
    image[10:30, 10:30], image[35:55, 50:70] = 1.0, 3.0
    pixels = np.argwhere(image > 0)
    model = MeanShift(bandwidth=12, bin_seeding=True)
    model.fit(pixels, sample_weight=image[image > 0])
    assert model.cluster_centers_ == pytest.approx(np.array([[44.5, 59.5], [19.5, 19.5]]), abs=0.5)


@pytest.mark.parametrize("kernel", ["flat", "epanechnikov", "gaussian"])
def test_every_kernel_finds_the_middles_of_blobs(kernel):
    bandwidth = 0.8 if kernel == "gaussian" else 2.0
    model = MeanShift(bandwidth=bandwidth, kernel=kernel, bin_seeding=True, min_bin_freq=5)
    found = sorted_centers(model.fit(blobs()))
    assert len(found) == 3
    assert found == pytest.approx(PLACES, abs=0.25)


@pytest.mark.parametrize("kernel", ["epanechnikov", "gaussian"])
@pytest.mark.parametrize("n_seeds", [5, 300])
def test_a_step_is_the_weighted_mean_of_its_definition(kernel, n_seeds):
    points, bandwidth = blobs(), 0.7
    seeds = points[:n_seeds]
    path = seed_paths(points, seeds, bandwidth=bandwidth, kernel=kernel)
    u2 = ((seeds[:, None] - points) ** 2).sum(axis=2) / bandwidth**2
    weights = np.maximum(1 - u2, 0) if kernel == "epanechnikov" else np.exp(-u2 / 2)
    expected = weights @ points / weights.sum(axis=1, keepdims=True)
    # The gaussian one is cut off at four bandwidths, of weight e⁻⁸.
    assert path[1] == pytest.approx(expected, abs=1e-9 if kernel == "epanechnikov" else 5e-3)


def test_a_bandwidth_for_each_axis_is_one_on_points_scaled_by_it():
    points, widths = blobs() * [1, 100], np.array([2.0, 200.0])
    ours = MeanShift(bandwidth=widths, bin_seeding=True).fit(points)
    scaled = MeanShift(bandwidth=1.0, bin_seeding=True).fit(points / widths)
    assert ours.cluster_centers_ == pytest.approx(scaled.cluster_centers_ * widths)
    assert ours.labels_.tolist() == scaled.labels_.tolist() == ours.predict(points).tolist()


@pytest.mark.parametrize("bin_seeding", [True, False])
@pytest.mark.parametrize("cluster_all", [True, False])
def test_with_basins_predict_says_what_fit_said(bin_seeding, cluster_all):
    points = np.concatenate([blobs(), [[30.0, 30.0]]])
    model = MeanShift(
        bandwidth=1.5,
        assign="basin",
        bin_seeding=bin_seeding,
        min_bin_freq=2,
        cluster_all=cluster_all,
    )
    labels = model.fit_predict(points)
    assert labels.tolist() == model.predict(points).tolist()


def test_with_basins_and_single_precision_too():
    for seed in range(20):
        points = blobs(120, spread=1.5, seed=seed).astype(np.float32)
        model = MeanShift(bandwidth=1.0, assign="basin", bin_seeding=bool(seed % 2)).fit(points)
        assert model.predict(points).tolist() == model.labels_.tolist()


def test_a_point_belongs_to_the_mode_it_climbs_to_not_to_the_nearest():
    """A long ridge falls away from its top; a small hill stands near its far end."""
    rng = np.random.default_rng(0)
    ridge = np.stack([8 * rng.beta(1, 2, 3000), rng.normal(scale=0.1, size=3000)], axis=1)
    hill = rng.normal((8.0, 2.5), 0.2, (400, 2))
    points = np.concatenate([ridge, hill])
    at_the_foot = np.array([[6.0, 0.0]])
    nearest, basin = (
        MeanShift(bandwidth=1.2, assign=assign).fit(points) for assign in ("nearest", "basin")
    )
    on_the_hill = nearest.predict([[8.0, 2.5]])
    assert nearest.predict(at_the_foot) == on_the_hill
    assert basin.predict(at_the_foot) != on_the_hill


def test_bins_move_centers_by_less_than_a_hundredth_of_the_bandwidth():
    points = blobs(60_000)
    options = {"bandwidth": 1.5, "bin_seeding": True, "min_bin_freq": 50}
    exact, binned = MeanShift(**options).fit(points), MeanShift(**options, binned=True).fit(points)
    off = np.linalg.norm(sorted_centers(exact) - sorted_centers(binned), axis=1)
    assert off.max() < 0.01 * 1.5
    assert binned.labels_.tolist() == binned.predict(points).tolist()


@pytest.mark.parametrize("offset", [0.0, 1e7])
def test_bins_filled_in_pieces_are_those_filled_at_once(offset):
    points = blobs(3000)
    points[0] += offset  # so far away that the grid is not laid out whole
    whole = Bins(1.5).partial_fit(points)
    pieces = Bins(1.5)
    for piece in np.array_split(points, 7):
        pieces.merge(Bins(1.5).partial_fit(piece))
    order, other = np.lexsort(whole.means.T), np.lexsort(pieces.means.T)
    assert pieces.weights[other].tolist() == whole.weights[order].tolist()
    assert pieces.means[other] == pytest.approx(whole.means[order])
    assert whole.weights.sum() == len(points)


def test_bins_that_do_not_fit_each_other_are_refused():
    with pytest.raises(ValueError, match="bins of bandwidth 2: expected 1"):
        Bins(1).merge(Bins(2))
    with pytest.raises(ValueError, match="points with 2 axes: expected 1"):
        Bins(1).partial_fit([[0.0]]).partial_fit([[0.0, 1.0]])
    with pytest.raises(ValueError, match="no points yet"):
        _ = Bins(1).means


def test_the_profile_shows_the_true_number_of_clusters_as_the_widest_plateau():
    points = blobs()
    profile = bandwidth_profile(points)
    assert (np.diff(profile.bandwidths) > 0).all()
    assert ((profile.stability >= 0) & (profile.stability <= 1)).all()
    centers, _ = mean_shift(points, bandwidth=profile.widest_plateau, bin_seeding=True)
    assert len(centers) == 3


def test_paths_lead_from_the_seeds_to_the_centers():
    points = blobs()
    path = seed_paths(points, points, bandwidth=1.5)
    model = MeanShift(bandwidth=1.5).fit(points)
    assert path.shape == (model.n_iter_ + 2, len(points), 2)
    assert path[0].tolist() == points.tolist()
    apart = np.linalg.norm(path[-1][:, None] - model.cluster_centers_, axis=2).min(axis=1)
    assert apart.max() < 1.5


def test_many_points_each_a_seed_are_warned_of():
    points = np.random.default_rng(0).normal(size=(50_001, 1))
    with pytest.warns(UserWarning, match="50001 points, and each a seed: .*bin_seeding=True"):
        MeanShift(bandwidth=50.0, max_iter=0).fit(points)


def mask_pixels():
    rows, columns = np.mgrid[:480, :640]
    return np.argwhere((rows % 120 - 60) ** 2 + (columns % 160 - 80) ** 2 < 18**2)


@pytest.mark.parametrize(
    ("points", "options"),
    [
        (np.random.default_rng(0).normal(size=(10_000, 2)), {"bandwidth": 0.1}),
        (np.random.default_rng(0).normal(size=(10_000, 3)), {"bandwidth": 1, "bin_seeding": True}),
        (mask_pixels(), {"bandwidth": 20}),
    ],
    ids=["points", "bins", "pixels"],
)
def test_clustering_takes_no_more_memory_than_eight_copies_of_the_points(points, options):
    tracemalloc.start()
    try:
        MeanShift(**options).fit(points)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most <= 8 * points.size * 8
