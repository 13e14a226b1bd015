"""Evidence makes the score, the score the state, and every state but tracking has a reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker import Box, ConfidenceConfig, State
from tracker.confidence import JOINT_CONFIDENCE, Confidence, Evidence, reason
from tracker.errors import ConfigError

SHARES = st.floats(0, 1)
CORRELATIONS = st.floats(-1, 1)
RESPONSES = st.none() | st.floats(-3.5, 0.2)  # logarithms, None without structure
EVIDENCE = st.builds(Evidence, SHARES, SHARES, CORRELATIONS, CORRELATIONS, RESPONSES)

LIKE_THE_FIRST = Evidence(0.95, 0.95, 0.95, 0.95)
NOTHING_THERE = Evidence(0.1, 0.1, 0.0, 0.0)
FRAME = (320, 240)
INSIDE = Box(100, 100, 40, 40)


@given(EVIDENCE)
def test_the_probability_is_one(evidence):
    assert 0 <= evidence.probability <= 1


@given(EVIDENCE, st.floats(0, 1))
def test_more_likeness_to_the_first_frame_never_speaks_against(evidence, more):
    for name, top in (("first_similarity", 1), ("first_likeness", 1), ("similarity", 1)):
        value = getattr(evidence, name)
        better = evidence._replace(**{name: value + more * (top - value)})
        assert better.probability >= evidence.probability - 1e-9


def test_the_target_is_probable_and_an_empty_place_is_not():
    assert LIKE_THE_FIRST.probability > 0.9
    assert NOTHING_THERE.probability < 0.01
    assert NOTHING_THERE.colors_gone
    assert not LIKE_THE_FIRST.colors_gone


def test_fitting_what_was_learnt_better_than_the_first_frame_speaks_against():
    drifted = Evidence(0.8, 0.9, 0.5, 0.95)
    assert drifted.probability < LIKE_THE_FIRST.probability / 2


@given(st.lists(EVIDENCE, max_size=30))
def test_the_score_stays_a_share_whatever_is_seen(evidences):
    confidence = Confidence(ConfidenceConfig())
    for evidence in evidences:
        confidence.weigh(evidence)
        assert 0 <= confidence.score <= 1


@given(st.floats(0.001, 0.999))
def test_calibration_adds_to_the_log_odds_of_the_belief(belief):
    def log_odds(probability):
        return math.log(probability / (1 - probability))

    config = ConfidenceConfig(calibration=0.3)
    assert log_odds(config.score(belief)) == pytest.approx(log_odds(belief) + 0.3)
    assert config.score(0.0) == 0
    assert config.score(1.0) == 1


@given(st.lists(EVIDENCE, max_size=30))
def test_a_calibrated_score_changes_the_state_where_the_plain_one_would(evidences):
    plain, scaled = Confidence(ConfidenceConfig()), Confidence(JOINT_CONFIDENCE)
    for evidence in evidences:
        plain.weigh(evidence)
        scaled.weigh(evidence)
        assert scaled.state is plain.state
        assert scaled.sure is plain.sure
        assert scaled.score >= plain.score


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@example(math.nextafter(1, 0), 0.0, 0.0)
@example(0.0, 0.0, 1.0)
def test_the_higher_a_rival_stands_the_lower_is_the_reported_score(belief, one, other):
    confidence = Confidence(JOINT_CONFIDENCE, belief)
    low, high = sorted((one, other))
    assert 0 <= confidence.score_beside(high) <= confidence.score_beside(low) <= 1


def test_a_rival_changes_the_reported_score_alone():
    confidence = Confidence(JOINT_CONFIDENCE, 0.8)
    assert confidence.score_beside(1.0) < confidence.score < confidence.score_beside(0.0)
    assert confidence.state is State.TRACKING


@pytest.mark.parametrize("calibration", [math.nan, math.inf, 1000.0])
def test_a_calibration_without_end_is_refused(calibration):
    with pytest.raises(ConfigError, match=r"calibration .*: expected log odds, -30 to 30"):
        ConfidenceConfig(calibration=calibration)


def test_it_goes_from_tracking_over_uncertain_to_lost_within_ten_frames():
    confidence = Confidence(ConfidenceConfig())
    states = []
    for _ in range(10):
        confidence.weigh(NOTHING_THERE)
        states.append(confidence.state)
    assert states[0] is State.TRACKING
    assert State.UNCERTAIN in states
    assert states[-1] is State.LOST
    order = [State.TRACKING, State.UNCERTAIN, State.LOST]
    assert [order.index(state) for state in states] == sorted(map(order.index, states))


def test_one_bad_frame_is_no_loss():
    confidence = Confidence(ConfidenceConfig())
    for _ in range(5):
        confidence.weigh(LIKE_THE_FIRST)
    confidence.weigh(NOTHING_THERE)
    assert confidence.state is State.TRACKING


def test_it_is_sure_again_only_some_way_above_where_it_doubted():
    confidence = Confidence(ConfidenceConfig(doubt_below=0.4, sure_above=0.8))
    while confidence.score >= 0.4:
        confidence.weigh(NOTHING_THERE)
    assert confidence.state is State.UNCERTAIN
    while confidence.score <= 0.8:
        assert confidence.state is State.UNCERTAIN
        confidence.weigh(LIKE_THE_FIRST)
    assert confidence.state is State.TRACKING


def test_found_again_is_tracking_but_less_sure_than_at_the_start():
    confidence = Confidence(ConfidenceConfig())
    start = confidence.score
    while confidence.state is not State.LOST:
        confidence.weigh(NOTHING_THERE)
    confidence.found(LIKE_THE_FIRST.first_log_odds)
    assert confidence.state is State.TRACKING
    assert confidence.score < start


LESS_LIKE_IT = Evidence(0.7, 0.9, 0.8, 0.9)


def lost():
    """A belief of which the target was followed, and then lost."""
    confidence = Confidence(ConfidenceConfig())
    for evidence in [LIKE_THE_FIRST] * 5 + [NOTHING_THERE] * 10:
        confidence.weigh(evidence)
    assert confidence.state is State.LOST
    return confidence


def test_what_is_less_like_the_target_than_that_was_before_its_loss_stays_uncertain():
    confidence = lost()
    assert LESS_LIKE_IT.probability > 0.9
    for _ in range(20):
        confidence.weigh(LESS_LIKE_IT)
    assert confidence.score > confidence.config.sure_above
    assert confidence.state is State.UNCERTAIN
    assert confidence.in_doubt
    assert not confidence.sure
    confidence.weigh(LIKE_THE_FIRST)
    assert confidence.state is State.TRACKING
    assert not confidence.in_doubt


def test_found_where_it_is_less_likely_than_before_it_is_uncertain():
    confidence = lost()
    confidence.found(LESS_LIKE_IT.first_log_odds)
    assert confidence.state is State.UNCERTAIN


def test_what_is_less_like_the_target_is_the_usual_in_the_long_run():
    confidence = lost()
    for _ in range(400):
        confidence.weigh(LESS_LIKE_IT)
    assert confidence.state is State.TRACKING


def test_without_a_loss_it_is_tracked_however_it_changes():
    confidence = Confidence(ConfidenceConfig())
    for evidence in [LIKE_THE_FIRST] * 5 + [LESS_LIKE_IT] * 5:
        confidence.weigh(evidence)
        assert confidence.state is State.TRACKING


USUAL = Evidence(0.9, 0.9, 0.8, 0.8, -0.4)
STILL_LIKELY = Evidence(0.75, 0.9, 0.5, 0.6, -1.4)


def followed(*evidences):
    """A belief after evidence of frames."""
    confidence = Confidence(ConfidenceConfig())
    for evidence in evidences:
        confidence.weigh(evidence)
    return confidence


def test_what_has_become_less_like_the_target_is_told_though_it_is_likely():
    assert followed(*[USUAL] * 5).sure
    assert not followed(*[USUAL] * 5).unlike
    changed = followed(*[USUAL] * 5, *[STILL_LIKELY] * 10)
    assert STILL_LIKELY.probability > 0.8
    assert changed.state is State.TRACKING
    assert changed.unlike
    assert not changed.in_doubt
    assert not changed.sure
    before = changed.unlike_frames
    assert 0 < before < 10  # the average takes some frames
    changed.weigh(STILL_LIKELY)
    assert changed.unlike_frames == before + 1
    changed.found(USUAL.first_log_odds)
    assert not changed.unlike


def test_without_structure_nothing_tells_so():
    assert not followed(*[LIKE_THE_FIRST] * 5, *[LESS_LIKE_IT] * 10).unlike


@pytest.mark.parametrize(
    "options",
    [
        {"lost_below": -0.1},
        {"lost_below": 0.5},
        {"doubt_below": 0.6},
        {"sure_above": 1.1},
        {"sure_above": math.nan},
    ],
)
def test_scores_out_of_order_are_refused(options):
    with pytest.raises(ConfigError, match=r"lost_below .*sure_above .*: expected 0 <= lost <"):
        ConfidenceConfig(**options)


def test_states_are_their_words():
    assert [str(state) for state in State] == ["tracking", "uncertain", "lost"]
    assert State("lost") is State.LOST
    assert f"{State.LOST}" == State.LOST == "lost"


# --- reasons


def test_there_is_no_reason_while_tracking():
    assert reason(NOTHING_THERE, State.TRACKING, INSIDE, FRAME, None) == ""


@pytest.mark.parametrize(
    ("box", "side"),
    [
        (Box(-20, 100, 40, 40), "on the left"),
        (Box(300, 100, 40, 40), "on the right"),
        (Box(100, -20, 40, 40), "at the top"),
        (Box(100, 220, 40, 40), "at the bottom"),
        (Box(310, 225, 40, 40), "on the right"),  # most of all
    ],
)
def test_a_target_gone_over_the_border_left_the_frame_on_that_side(box, side):
    for state in (State.UNCERTAIN, State.LOST):
        assert reason(NOTHING_THERE, state, box, FRAME, None) == f"left the frame {side}"


def test_colors_gone_in_the_open_are_named():
    assert reason(NOTHING_THERE, State.LOST, INSIDE, FRAME, None) == "its colors are gone"


def test_a_look_alike_is_named_with_its_distance():
    assert reason(NOTHING_THERE, State.LOST, INSIDE, FRAME, 40.2) == "a look-alike 40 px away"


def test_drift_is_named():
    drifted = Evidence(0.8, 0.9, 0.5, 0.95)
    assert "become another thing" in reason(drifted, State.UNCERTAIN, INSIDE, FRAME, None)


def test_another_shape_of_the_same_colors_is_named():
    shapeless = Evidence(0.9, 0.9, 0.2, 0.2)
    assert "its shape" in reason(shapeless, State.UNCERTAIN, INSIDE, FRAME, None)
    words = reason(shapeless, State.UNCERTAIN, INSIDE, FRAME, None, on_probation=True)
    assert "less like the target than before" in words


@given(EVIDENCE, st.sampled_from([State.UNCERTAIN, State.LOST]), st.none() | st.floats(0, 500))
def test_whatever_is_seen_there_are_words_for_it(evidence, state, rival_px):
    words = reason(evidence, state, INSIDE, FRAME, rival_px)
    assert words
    assert "\n" not in words


def test_with_structure_a_weak_first_response_speaks_against_the_track():
    seen = Evidence(0.9, 0.9, 0.8, 0.8, first_response=-0.3)
    weak, shapeless = seen._replace(first_response=-3.0), seen._replace(first_likeness=0.0)
    assert seen.probability > 0.99
    assert weak.log_odds < seen.log_odds - 2
    assert shapeless.log_odds < seen.log_odds - 2
    assert weak._replace(first_likeness=0.0).probability < 0.5
