"""The tracker in the shape of OpenCV's: what a program written for those finds."""

from __future__ import annotations

import pickle

import cv2
import pytest
from following import follow

from tracker import ColorConfig, TrackerConfig, iou
from tracker.errors import BoxError, ConfigError, FrameError, TrackerError
from tracker.opencv import MeanShiftTracker

THEIRS = cv2.TrackerMIL  # in every wheel since 4.5; CSRT and KCF only in contrib


def run(tracker, frames):
    """Use a tracker as a program written for OpenCV does."""
    tracker.init(frames[0][0], tuple(round(number) for number in frames[0][1]))
    return [tracker.update(image) for image, _ in frames[1:]]


def test_a_program_written_for_opencv_runs_unchanged(plain):
    frames = [(image.copy(), box) for image, box in plain[:7]]  # MIL asks for writable ones
    for create in (THEIRS.create, MeanShiftTracker.create):
        for (ok, box), (_, truth) in zip(run(create(), frames), frames[1:], strict=True):
            assert ok is True
            assert len(box) == 4
            assert iou(box, truth) > 0.5


def test_it_has_the_methods_of_opencv_by_their_names():
    for name in ("init", "update", "create"):
        assert callable(getattr(THEIRS, name))
        assert callable(getattr(MeanShiftTracker, name))


def test_the_arguments_are_those_of_opencv(plain):
    tracker = MeanShiftTracker.create()
    assert tracker.init(image=plain[0][0], boundingBox=plain[0][1]) is None
    assert tracker.update(image=plain[1][0])[0]


def test_it_gives_the_boxes_of_the_tracker_to_the_last_digit(frames_of, tracks_of):
    frames = frames_of("occlusion")
    tracker = MeanShiftTracker()
    tracker.init(*frames[0])
    for track, (image, _) in zip(tracks_of("occlusion")[1:], frames[1:], strict=True):
        assert tracker.update(image) == (track.ok, tuple(track.box))
        assert tracker.getTrackingScore() == track.score


def test_a_lost_target_is_not_ok_and_its_box_can_still_be_drawn(frames_of):
    frames = frames_of("removal")
    tracker = MeanShiftTracker.create()
    tracker.init(*frames[0])
    for image, _ in frames[1:]:
        ok, box = tracker.update(image)
    assert not ok
    assert box[2] > 0
    assert box[3] > 0
    again = MeanShiftTracker.create()
    again.init(frames[0][0], box)  # and fed back


def test_boxes_may_be_floats(plain):
    tracker = MeanShiftTracker.create()
    tracker.init(plain[0][0], [39.25, 106.9, 40.0, 40.0])
    assert tracker.update(plain[1][0])[0]


def test_nothing_can_be_asked_before_init(plain):
    tracker = MeanShiftTracker.create()
    for ask in (lambda: tracker.update(plain[0][0]), tracker.getTrackingScore):
        with pytest.raises(TrackerError, match=r"no target yet: call init\(frame, box\) first"):
            ask()


def test_init_starts_anew_and_a_refused_one_keeps_the_target(plain):
    tracker, twin = MeanShiftTracker.create(), MeanShiftTracker.create()
    for each in (tracker, twin):
        each.init(*plain[0])
        each.update(plain[1][0])
    with pytest.raises(BoxError, match="width must be > 0"):
        tracker.init(plain[1][0], (0, 0, 0, 0))
    with pytest.raises(FrameError, match="frame is None"):
        tracker.init(None, (0, 0, 9, 9))
    assert tracker.update(plain[2][0]) == twin.update(plain[2][0])
    tracker.init(*plain[0])
    assert tracker.getTrackingScore() == 1


def test_options_are_taken(plain):
    config = TrackerConfig(color=ColorConfig("hsv"))
    tracker = MeanShiftTracker.create(config=config)
    tracker.init(*plain[0])
    expected = follow(plain, config=config)
    for track, (image, _) in zip(expected[1:], plain[1:], strict=True):
        assert tracker.update(image)[1] == tuple(track.box)
    with pytest.raises(ConfigError, match="preset 'slow'"):
        MeanShiftTracker.create("slow")


def test_it_can_be_pickled(plain):
    tracker = MeanShiftTracker.create()
    tracker.init(*plain[0])
    twin = pickle.loads(pickle.dumps(tracker))
    assert twin.update(plain[1][0]) == tracker.update(plain[1][0])
