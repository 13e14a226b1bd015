"""Velocity is learnt in time, and only a large and steady step is predicted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.motion import Motion

SIDE = 40.0


def moving(step: tuple[float, float], times: list[float]) -> Motion:
    """Give what is known of a target that moved by *step* a unit of time."""
    motion = Motion((0.0, 0.0), times[0])
    for time in times[1:]:
        motion.moved((step[0] * (time - times[0]), step[1] * (time - times[0])), time)
    return motion


def test_a_new_target_is_expected_where_it_was():
    assert Motion((50.0, 60.0), 3.0).expected(9.0, SIDE) == (50, 60)


def test_a_large_steady_step_is_expected_again():
    motion = moving((30, -20), list(range(12)))
    assert motion.expected(12, SIDE) == pytest.approx((30 * 12, -20 * 12), abs=1)


def test_a_short_step_is_not_predicted():
    motion = moving((1, 0), list(range(12)))
    assert motion.expected(12, SIDE) == motion.center


def test_an_unsteady_step_is_not_predicted():
    motion = Motion((0.0, 0.0), 0)
    for time, x in enumerate([30, -10, 45, 20, -30, 25], start=1):
        motion.moved((float(x), 0.0), time)
    assert motion.expected(7, SIDE) == motion.center


def test_a_step_of_many_sizes_is_not_predicted():
    motion = moving((30, 0), list(range(12)))
    for gap in (20, 1e6, 1e300, 1.7e308):
        assert motion.expected(12 + gap, SIDE) == motion.center


def test_dropped_frames_stretch_the_step():
    motion = moving((12, 0), [frame / 10 for frame in range(20)])
    here = motion.center[0]
    assert motion.expected(2.9, SIDE)[0] - here == pytest.approx(12, abs=0.1)
    assert motion.expected(3.9, SIDE)[0] - here == pytest.approx(24, abs=0.1)


def test_uneven_times_do_not_change_the_velocity():
    even = moving((30, 0), list(range(20)))
    uneven = moving((30, 0), [0, 1, 2, 4, 5, 7, 8, 9, 12, 13, 14, 16, 17, 18, 19])
    assert uneven.velocity == pytest.approx(even.velocity, rel=0.01)


def test_a_stop_forgets_the_velocity():
    motion = moving((30, 0), list(range(12)))
    motion.stopped((5.0, 5.0), 12)
    assert motion.velocity == (0, 0)
    assert motion.expected(20, SIDE) == (5, 5)


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(0, 10)), min_size=2, max_size=8))
def test_times_that_stand_still_or_run_back_teach_nothing(steps):
    motion, time = Motion((0.0, 0.0), 100.0), 100.0
    for x, back in steps:
        time -= back
        motion.moved((x, x), time)
    assert motion.velocity == (0, 0)
    assert motion.center == (x, x)
