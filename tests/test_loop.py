"""The loop over a video, and reading ahead on another thread."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numbered import cut, number_in, write_video

from tracker.box import Box
from tracker.confidence import State
from tracker.errors import BoxError, ConfigError, DamagedError, SourceError
from tracker.loop import READ_AHEAD, read_ahead, track_video
from tracker.video import open_video

BOX = (60, 70, 30, 30)


def reading_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "read-ahead"]


@pytest.fixture(autouse=True)
def no_thread_is_left_behind():
    gc.freeze()  # what other tests hold need not be looked at
    yield
    gc.collect()  # generators that a test dropped without closing
    assert not reading_threads()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("clip") / "clip.mp4", 30)


# Reading ahead


@settings(max_examples=30, deadline=None)
@given(items=st.lists(st.integers()), depth=st.integers(1, 5))
def test_the_same_items_come_in_the_same_order(items, depth):
    assert list(read_ahead(items, depth)) == items


def test_items_are_fetched_on_another_thread():
    def where():
        yield threading.current_thread()

    (thread,) = read_ahead(where(), 1)
    assert thread is not threading.current_thread()


@pytest.mark.parametrize("depth", [1, 3])
def test_no_more_than_depth_items_wait(depth):
    fetched = []

    def items():
        for number in range(20):
            fetched.append(number)
            yield number

    ahead = read_ahead(items(), depth)
    next(ahead)
    deadline = time.monotonic() + 5
    while len(fetched) < 1 + depth and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.02)  # time to go too far
    assert len(fetched) == 1 + depth
    ahead.close()


def test_fetching_goes_on_while_the_consumer_works():
    second_is_there = threading.Event()

    def items():
        yield 1
        yield 2
        second_is_there.set()
        yield 3

    for _ in read_ahead(items(), 2):
        assert second_is_there.wait(timeout=5)


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_comes_after_the_items_before_it(error):
    def items():
        yield from range(7)
        raise error

    seen = []
    with pytest.raises(type(error)) as caught:
        seen.extend(read_ahead(items(), 3))
    assert seen == list(range(7))
    assert caught.value is error


def test_an_error_before_the_first_item_is_raised_too():
    with pytest.raises(TypeError, match="not iterable"):
        list(read_ahead(5, 2))


def test_closing_stops_the_thread_while_it_waits_for_room():
    ahead = read_ahead(iter(int, 1), 2)  # endless
    next(ahead)
    assert reading_threads()
    began_s = time.monotonic()
    ahead.close()
    assert time.monotonic() - began_s < 1
    assert not reading_threads()


def test_a_dropped_generator_stops_its_thread():
    next(read_ahead(iter(int, 1), 2))
    gc.collect()
    assert not reading_threads()


def test_a_generator_never_asked_starts_no_thread():
    ahead = read_ahead(iter(int, 1), 2)
    assert not reading_threads()
    ahead.close()


def test_a_depth_below_1_is_refused():
    with pytest.raises(ValueError, match="depth=0: must be at least 1"):
        next(read_ahead([1], 0))


# Following through a video


def test_every_frame_comes_with_its_track(clip):
    pairs = list(track_video(clip, BOX))
    assert [number_in(frame.image) for frame, _ in pairs] == list(range(30))
    assert [frame.index for frame, _ in pairs] == list(range(30))
    assert [track.index for _, track in pairs] == list(range(30))
    assert [track.time_s for _, track in pairs] == [frame.time_s for frame, _ in pairs]


def test_the_first_frame_comes_with_the_given_box(clip):
    frames = track_video(clip, np.array(BOX, np.float32))
    frame, track = next(frames)
    frames.close()
    assert (frame.index, track.index, track.time_s) == (0, 0, frame.time_s)
    assert track.box == pytest.approx(Box(*BOX))
    assert (track.score, track.state, track.ok) == (1.0, State.TRACKING, True)


def test_a_span_begins_with_its_own_first_frame(clip):
    pairs = list(track_video(clip, BOX, start_s=0.4, end_s=0.8))
    assert [number_in(frame.image) for frame, _ in pairs] == list(range(10, 20))
    assert pairs[0][1].index == 0
    assert pairs[0][1].time_s == pytest.approx(0.4)
    assert len(list(track_video(clip, BOX, max_frames=4))) == 4


def test_the_track_does_not_depend_on_reading_ahead(clip):
    from tracker import Tracker

    with open_video(clip) as video:
        first = next(video)
        tracker = Tracker(first.image, BOX, time_s=first.time_s)
        alone = [tracker.track] + [tracker.update(f.image, f.time_s) for f in video]
    assert [track for _, track in track_video(clip, BOX)] == alone


def test_leaving_the_loop_stops_the_thread_and_closes_the_file(clip):
    for frame, _ in track_video(clip, BOX):
        if frame.index == 3:
            break
    gc.collect()
    assert not reading_threads()
    open_files = [path.resolve() for path in Path("/proc/self/fd").glob("*")]
    assert clip.resolve() not in open_files


def test_a_cut_file_is_followed_to_its_end_before_the_complaint(tmp_path):
    path = cut(write_video(tmp_path / "cut.mp4", options={"movflags": "faststart"}), 0.7)
    pairs = []
    with pytest.raises(DamagedError, match="cut off"):
        pairs.extend(track_video(path, BOX))
    assert len(pairs) > 20


def test_what_cannot_be_opened_is_said_at_the_first_step(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        next(track_video(tmp_path / "none.mp4", BOX))


def test_several_targets_come_by_their_numbers(clip):
    other = (20, 30, 40, 40)
    pairs = list(track_video(clip, boxes=[BOX, other], preset="fast", max_frames=6))
    assert [list(tracks) for _, tracks in pairs] == [[1, 2]] * 6
    assert pairs[0][1][2].box == Box(*other)
    assert [tracks[2].index for _, tracks in pairs] == list(range(6))
    alone = [track for _, track in track_video(clip, BOX, preset="fast", max_frames=6)]
    several = track_video(clip, boxes=[BOX], preset="fast", max_frames=6)
    assert [tracks for _, tracks in several] == [{1: track} for track in alone]


@pytest.mark.parametrize("boxes", [{}, {"box": BOX, "boxes": [BOX]}])
def test_one_box_or_several_must_be_given(clip, boxes):
    with pytest.raises(ConfigError, match=r"either the box of one target, or boxes=\[...\]"):
        track_video(clip, **boxes)


def test_a_bad_box_ends_the_thread_too(clip):
    with pytest.raises(BoxError):
        next(track_video(clip, (5, 5, 0, 20)))


def test_the_queue_is_short():
    assert READ_AHEAD <= 8  # at 2160p each frame is 25 MB
