"""Look-alikes: what moves near the target is followed, and not taken for it."""

from __future__ import annotations

import numpy as np
import pytest
from following import follow, overlaps
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import twin_scene

from tracker.lookalikes import (
    LEAST_AGE,
    LEAST_AGE_STRONG,
    LONGEST_HIDDEN,
    LONGEST_UNSEEN,
    MOST,
    Candidate,
    LookAlikes,
    Mover,
)

SIDE = 40.0
TARGET = (100.0, 100.0)


def candidates(*places: tuple[float, float], strength: float = 0.4) -> list[Candidate]:
    return [Candidate(place, strength) for place in places]


def met(frames: int = 30, *, other=(200.0, 100.0), strength: float = 0.4) -> LookAlikes:
    """Follow a target that stands still at (100, 100), and one other that comes nearer."""
    known = LookAlikes.of(TARGET)
    for frame in range(1, frames + 1):
        there = (other[0] - 2.0 * frame, other[1])
        known.follow(candidates(TARGET, there, strength=strength), TARGET, SIDE)
    return known


def test_a_mover_is_expected_where_its_velocity_leads():
    mover = Mover((0.0, 0.0))
    for frame in range(1, 60):
        mover.seen((3.0 * frame, -1.0 * frame), 0.3)
    assert mover.expected == pytest.approx((180, -60), abs=0.01)
    mover.missed()
    assert (mover.center, mover.unseen) == (pytest.approx((180, -60), abs=0.01), 1)


def test_the_highest_place_is_the_target_while_nothing_else_is_known():
    assert LookAlikes.of((0.0, 0.0)).choice([(9.0, 9.0), (0.0, 0.0)], SIDE) == 0


def test_the_place_a_look_alike_was_going_to_is_passed_over_however_high_it_is():
    known = met()
    there = known.others[0].expected
    assert known.choice([there, (100.0, 100.0)], SIDE) == 1


def test_where_all_places_are_claimed_the_target_is_hidden_for_a_while():
    known = met()
    for _ in range(LONGEST_HIDDEN):
        there = known.others[0].expected
        assert known.choice([there], SIDE) is None
        known.follow(candidates(there), None, SIDE)
    assert known.choice([known.others[0].expected], SIDE) == 0


def test_a_hidden_target_is_expected_to_go_on_as_it_went():
    known = LookAlikes.of((0.0, 0.0))
    for frame in range(1, 60):
        known.follow([], (2.0 * frame, 0.0), SIDE)
    known.follow([], None, SIDE)
    known.follow([], None, SIDE)
    assert known.target.expected == pytest.approx((124, 0), abs=0.1)


def test_a_look_alike_claims_nothing_nearer_to_where_the_target_was_going():
    known = met(other=(172.0, 100.0))
    assert known.others[0].expected[0] == pytest.approx(110, abs=1)
    assert not known.claimed((103.0, 100.0), SIDE)
    assert known.claimed((108.0, 100.0), SIDE)


def test_what_was_seen_for_some_frames_only_claims_nothing():
    young, old = met(LEAST_AGE - 1), met(LEAST_AGE)
    assert not young.claimed(young.others[0].expected, SIDE)
    assert old.claimed(old.others[0].expected, SIDE)


def test_what_answers_as_strongly_as_the_target_is_believed_sooner():
    weak, strong = met(LEAST_AGE_STRONG), met(LEAST_AGE_STRONG, strength=0.8)
    assert not weak.claimed(weak.others[0].expected, SIDE)
    assert strong.claimed(strong.others[0].expected, SIDE)


def test_what_came_up_since_the_target_was_itself_claims_nothing():
    known = met()
    there, before = known.others[0].expected, known.others[0].age
    assert known.claimed(there, SIDE, unlike_frames=before - LEAST_AGE)
    assert not known.claimed(there, SIDE, unlike_frames=before - LEAST_AGE + 1)


def test_a_hidden_look_alike_is_expected_further_on_and_forgotten_after_a_while():
    known = met()
    x, _ = known.others[0].center
    known.follow(candidates(TARGET), TARGET, SIDE)
    assert known.others[0].center[0] == pytest.approx(x - 2, abs=0.01)
    for _ in range(LONGEST_UNSEEN):
        known.follow(candidates(TARGET), TARGET, SIDE)
    assert not known.others


def test_parts_of_the_target_are_no_look_alikes():
    known = LookAlikes.of((0.0, 0.0))
    for _ in range(LEAST_AGE):
        parts = candidates((0.0, 0.0), (0.6 * SIDE, 0.0), (0.2 * SIDE, 0.0))
        known.follow(parts, (0.0, 0.0), SIDE)
    assert not known.others


POINTS = st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=40))
def test_any_places_leave_few_look_alikes_and_a_choice(frames):
    known = LookAlikes.of((0.0, 0.0))
    for places in frames:
        number = known.choice(places, SIDE)
        assert number is None or 0 <= number < len(places)
        center = None if number is None else places[number]
        known.follow(candidates(*places), center, SIDE)
        assert len(known.others) <= MOST


@pytest.mark.parametrize("height", [0, 8, 16])
@pytest.mark.parametrize("speed", [0.0, 0.5])
def test_a_twin_that_crosses_in_front_of_the_target_does_not_take_it_along(speed, height):
    frames = list(twin_scene(speed, height))
    overlap = overlaps(follow(frames), frames)
    assert np.nanmin(overlap[-20:]) > 0.8
