import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracker import evaluation as ev

SHARES = arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1))
ABSENT = (np.nan,) * 4


def scored(n_max=40):
    """Scores on a coarse lattice, so that many are equal, and whether each was right."""
    pair = st.tuples(st.integers(0, 8).map(lambda value: value / 8), st.booleans())
    return st.lists(pair, min_size=2, max_size=n_max)


def test_overlap_and_distance_of_hand_computed_boxes():
    boxes = [(0, 0, 10, 10), (5, 0, 10, 10), (100, 100, 10, 10), (0, 0, 20, 20)]
    truth = [(0, 0, 10, 10), (0, 0, 10, 10), (0, 0, 10, 10), (5, 5, 10, 10)]
    assert ev.overlaps(boxes, truth) == pytest.approx([1, 1 / 3, 0, 1 / 4])
    assert ev.center_distances(boxes, truth) == pytest.approx([0, 5, 100 * np.sqrt(2), 0])


def test_frames_without_a_target_are_left_out():
    boxes = [(0, 0, 10, 10), (7, 7, 1, 1), (0, 0, 10, 10)]
    truth = [(0, 0, 10, 10), ABSENT, (20, 20, 10, 10)]
    overlaps = ev.overlaps(boxes, truth)
    assert overlaps.tolist() == [1, 0]
    assert ev.lost_share(overlaps) == 0.5


def test_a_box_that_is_not_finite_is_refused_only_where_it_is_judged():
    assert ev.overlaps([ABSENT], [ABSENT]).shape == (0,)
    with pytest.raises(ValueError, match="of frame 1: must be finite"):
        ev.overlaps([(0, 0, 1, 1), ABSENT], [(0, 0, 1, 1), (0, 0, 1, 1)])


def test_boxes_and_truth_must_have_the_same_shape():
    with pytest.raises(ValueError, match=r"boxes \(2, 4\) and truth \(1, 4\): both must be"):
        ev.overlaps(np.ones((2, 4)), np.ones((1, 4)))


def test_success_counts_thresholds_strictly_below_the_overlap():
    curve = ev.success_curve([0.5, 1.0])
    assert curve[:10].tolist() == [1.0] * 10  # 0 … 0.45
    assert curve[10:20].tolist() == [0.5] * 10  # 0.5 is not above 0.5
    assert curve[20] == 0  # and 1 is not above 1
    assert ev.success_auc([0.5, 1.0]) == pytest.approx((10 + 5) / 21)
    assert ev.success_auc([0.0]) == 0


@given(SHARES)
def test_success_falls_and_its_area_stays_close_to_the_mean_overlap(overlaps):
    curve = ev.success_curve(overlaps)
    assert (np.diff(curve) <= 0).all()
    assert 0 <= ev.success_auc(overlaps) <= 20 / 21
    assert ev.success_auc(overlaps) == pytest.approx(overlaps.mean(), abs=0.05)


@given(SHARES, st.floats(0, 1))
def test_a_better_box_never_lowers_the_area(overlaps, gain):
    better = np.minimum(overlaps + gain, 1)
    assert ev.success_auc(better) >= ev.success_auc(overlaps) - 1e-12


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 60)))
def test_precision_rises_with_the_distance_allowed(distances):
    curve = ev.precision_curve(distances)
    assert (np.diff(curve) >= 0).all()
    assert ev.precision(distances) == curve[20]


def test_precision_counts_a_center_at_exactly_twenty_pixels():
    assert ev.precision([20.0, 20.001, 0.0, 90.0]) == 0.5


def test_no_frames_give_no_figure():
    for figure in (ev.success_auc, ev.precision, ev.lost_share):
        assert np.isnan(figure([]))
    assert np.isnan(ev.precision_curve([])).all()
    assert np.isnan(ev.roc_area([], []))
    assert np.isnan(ev.calibration_error(ev.reliability([], [])))


def test_roc_of_a_hand_computed_case():
    scores, hits = [0.9, 0.8, 0.8, 0.3], [True, True, False, False]
    false_rate, true_rate = ev.roc_curve(scores, hits)
    assert false_rate.tolist() == [0, 0, 0.5, 1]
    assert true_rate.tolist() == [0, 0.5, 1, 1]
    assert ev.roc_area(scores, hits) == pytest.approx(3.5 / 4)  # of four pairs one is tied


@pytest.mark.parametrize("hits", [[True, True], [False, False]])
def test_roc_area_needs_both_hits_and_misses(hits):
    assert np.isnan(ev.roc_area([0.2, 0.8], hits))


@given(scored())
def test_roc_area_is_the_share_of_pairs_in_the_right_order(frames):
    scores, hits = (
        np.array([frame[0] for frame in frames]),
        np.array([frame[1] for frame in frames]),
    )
    above = scores[hits][:, None] - scores[~hits]
    area = ev.roc_area(scores, hits)
    if above.size == 0:
        assert np.isnan(area)
    else:
        assert area == pytest.approx(((above > 0) + 0.5 * (above == 0)).mean())
        assert ev.roc_area(-scores, hits) == pytest.approx(1 - area)


def test_reliability_of_hand_computed_bins():
    bins = ev.reliability([0.05, 0.95, 1.0, 0.92], [False, True, True, False])
    assert bins.n_frames.tolist() == [1] + [0] * 8 + [3]  # a score of 1 is in the last bin
    assert bins.mean_score[[0, 9]] == pytest.approx([0.05, 2.87 / 3])
    assert bins.hit_rate[[0, 9]] == pytest.approx([0, 2 / 3])
    assert np.isnan(bins.hit_rate[1:9]).all()
    assert ev.calibration_error(bins) == pytest.approx((0.05 + (2.87 - 2)) / 4)


@given(scored())
def test_calibration_error_is_a_share_and_counts_every_frame(frames):
    bins = ev.reliability([frame[0] for frame in frames], [frame[1] for frame in frames])
    assert bins.n_frames.sum() == len(frames)
    assert 0 <= ev.calibration_error(bins) <= 1


def test_scores_that_keep_their_promise_have_no_calibration_error():
    rng = np.random.default_rng(0)
    scores = rng.random(50_000)
    bins = ev.reliability(scores, rng.random(50_000) < scores)
    assert ev.calibration_error(bins) < 0.01


@pytest.mark.parametrize("scores", [[-0.1, 0.5], [0.5, 1.2]])
def test_scores_outside_zero_to_one_are_refused(scores):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        ev.reliability(scores, [True, False])
