"""Several targets: numbers, coming and going, and the boxes of a detector."""

from __future__ import annotations

import numpy as np
import pytest

from tracker import Box, MultiTracker, Tracker, iou
from tracker.errors import BoxError, ConfigError, FrameError, TargetError
from tracker.synthetic import plain_scene


@pytest.fixture(scope="module")
def scene():
    return plain_scene()[:12]


def fast(**options) -> MultiTracker:
    return MultiTracker(preset="fast", **options)


def test_numbers_count_up_from_one_and_are_never_used_again(scene):
    image, box = scene[0]
    targets = fast()
    assert [targets.add(image, box) for _ in range(3)] == [1, 2, 3]
    targets.remove(3)
    targets.remove(1)
    assert targets.add(image, box) == 4
    assert targets.ids == (2, 4)
    assert list(targets.update(scene[1][0])) == [2, 4]


def test_one_target_alone_is_followed_as_by_a_tracker(scene):
    image, box = scene[0]
    targets, alone = MultiTracker(), Tracker(image, box)
    ball = targets.add(image, box)
    for image, _ in scene[1:]:
        assert targets.update(image) == {ball: alone.update(image)}


def test_the_index_counts_the_frames_for_all_targets_alike(scene):
    targets = fast()
    first = targets.add(*scene[0])
    assert targets.tracks[first].index == 0
    targets.update(scene[1][0])
    second = targets.add(*scene[1])
    assert targets.tracks[second].index == 1
    tracks = targets.update(scene[2][0], 0.25)
    assert {track.index for track in tracks.values()} == {2}
    assert {track.time_s for track in tracks.values()} == {0.25}


def test_a_reset_target_is_where_it_was_put(scene):
    targets = fast()
    ball = targets.add(*scene[0])
    image, truth = scene[5]
    targets.reset(ball, image, truth)
    assert targets.tracks[ball].box == truth
    assert iou(targets.update(scene[6][0])[ball].box, scene[6][1]) > 0.8


@pytest.mark.parametrize("target", [0, 2, -1, "1", None])
def test_an_unknown_number_is_named(scene, target):
    image, box = scene[0]
    targets = fast()
    targets.add(image, box)
    with pytest.raises(TargetError, match=rf"target {target!r}: not followed; those that are: 1"):
        targets.remove(target)
    with pytest.raises(TargetError):
        targets.reset(target, image, box)
    assert targets.ids == (1,)


def test_what_is_wrong_with_an_input_changes_nothing(scene):
    image, box = scene[0]
    targets = fast()
    targets.add(image, box)
    before = targets.tracks
    with pytest.raises(BoxError):
        targets.add(image, (0, 0, 0, 5))
    with pytest.raises(FrameError):
        targets.add(image[:100], (0, 0, 20, 20))
    with pytest.raises(FrameError):
        targets.update(image[:100])
    with pytest.raises(FrameError):
        targets.update(image, float("nan"))
    with pytest.raises(BoxError):
        targets.update(image, detections=[box, (0, 0, -1, 5)])
    assert targets.tracks == before
    assert targets.add(image, box) == 2
    with pytest.raises(ConfigError):
        MultiTracker(preset="best")
    with pytest.raises(ConfigError):
        MultiTracker(channels="gbr")


def test_without_targets_frames_of_any_shape_may_come():
    targets = fast()
    assert targets.update(np.zeros((40, 60, 3), np.uint8)) == {}
    assert targets.update(np.zeros((50, 60), np.uint8)) == {}


def test_what_is_detected_three_times_becomes_a_target(scene):
    targets = fast()
    tracks = [targets.update(image, detections=[box]) for image, box in scene]
    assert [len(each) for each in tracks[:4]] == [0, 0, 1, 1]
    assert iou(tracks[-1][1].box, scene[-1][1]) > 0.7
    assert targets.ids == (1,)


def test_a_detection_corrects_the_target_it_overlaps(scene):
    image, box = scene[0]
    targets = fast()
    ball = targets.add(image, Box(box.x + 12, box.y + 10, box.width, box.height))
    tracks = targets.update(scene[1][0], detections=[scene[1][1]])
    assert iou(tracks[ball].box, scene[1][1]) > 0.9
