"""Look-alikes: what moves near the target is followed, and not taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.lookalikes import LEAST_AGE, LONGEST_UNSEEN, MOST, LookAlikes, Mover

SIDE = 40.0


def met(frames: int = 30, *, target=(100.0, 100.0), other=(200.0, 100.0), speed=-2.0) -> LookAlikes:
    """Follow a target that stands still, and one other that comes nearer."""
    known = LookAlikes.of(target)
    for frame in range(1, frames + 1):
        known.follow([target, (other[0] + speed * frame, other[1])], target, SIDE)
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


def test_where_all_places_are_claimed_the_highest_is_taken():
    known = met()
    assert known.choice([known.others[0].expected], SIDE) == 0


def test_a_look_alike_claims_nothing_nearer_to_where_the_target_was_going():
    known = met(other=(172.0, 100.0))
    assert known.others[0].expected[0] == pytest.approx(110, abs=1)
    assert not known.claimed((103.0, 100.0), SIDE)
    assert known.claimed((108.0, 100.0), SIDE)


def test_what_was_seen_for_some_frames_only_claims_nothing():
    young, old = met(LEAST_AGE - 2), met(LEAST_AGE)
    assert not young.claimed(young.others[0].expected, SIDE)
    assert old.claimed(old.others[0].expected, SIDE)


def test_a_hidden_look_alike_is_expected_further_on_and_forgotten_after_a_while():
    known = met()
    x, _ = known.others[0].center
    known.follow([(100.0, 100.0)], (100.0, 100.0), SIDE)
    assert known.others[0].center[0] == pytest.approx(x - 2, abs=0.01)
    for _ in range(LONGEST_UNSEEN):
        known.follow([(100.0, 100.0)], (100.0, 100.0), SIDE)
    assert not known.others


def test_parts_of_the_target_are_no_look_alikes():
    known = LookAlikes.of((0.0, 0.0))
    for _ in range(LEAST_AGE):
        known.follow([(0.0, 0.0), (0.6 * SIDE, 0.0), (0.2 * SIDE, 0.0)], (0.0, 0.0), SIDE)
    assert not known.others


POINTS = st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=40))
def test_any_places_leave_few_look_alikes_and_a_choice(frames):
    known = LookAlikes.of((0.0, 0.0))
    for places in frames:
        number = known.choice(places, SIDE)
        assert 0 <= number < len(places)
        known.follow(places, places[number], SIDE)
        assert len(known.others) <= MOST
