"""Several targets: numbers, coming and going, and the boxes of a detector."""

from __future__ import annotations

import copy
import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import Box, MultiTracker, Track, Tracker, iou
from tracker.errors import BoxError, ConfigError, FrameError, TargetError
from tracker.synthetic import (
    Camera,
    Crowd,
    Layer,
    Pose,
    Sprite,
    patchwork,
    plain_scene,
    texture,
    waypoints,
)


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


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_a_whole_and_its_part_are_each_followed_as_if_alone(scene, preset):
    image, box = scene[0]
    targets, alone = MultiTracker(preset=preset), {}
    for each in (box, box.scaled(0.5), box):
        alone[targets.add(image, each)] = Tracker(image, each, preset=preset)
    for image, _ in scene[1:5]:
        tracks = targets.update(image)
        assert tracks == {number: each.update(image) for number, each in alone.items()}


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


def test_it_is_gone_through_by_numbers(scene):
    image, box = scene[0]
    targets = fast()
    numbers = [targets.add(image, box) for _ in range(3)]
    targets.remove(2)
    assert list(targets) == [1, 3]
    assert [number in targets for number in numbers] == [True, False, True]
    for number in targets:
        targets.remove(number)
    assert len(targets) == 0


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


def test_what_goes_far_between_detections_becomes_a_target(scene):
    targets, (image, box) = fast(), scene[0]
    for index in range(21):
        there = Box(20 + 5 * index, box.y, box.width, box.height)  # over a box in ten frames
        tracks = targets.update(image, detections=None if index % 10 else [there])
    assert [track.box for track in tracks.values()] == [there]
    assert there.shared_area(Box(20, *box[1:])) == 0


def test_things_that_are_detected_once_here_and_once_there_are_no_target(scene):
    targets, (image, box) = fast(), scene[0]
    for x, y in ((10, 10), (60, 10), (60, 70), (10, 70), (10, 10), (60, 10)):
        targets.update(image, detections=[(x, y, box.width, box.height)])
    assert targets.ids == ()


def test_what_is_detected_twice_does_not_draw_its_neighbor_to_it(scene):
    image, box = scene[0]
    targets = fast()
    behind = Box(box.x - 0.45 * box.width, box.y, box.width, box.height)
    numbers = [targets.add(image, each) for each in (behind, box)]
    targets.update(image, detections=[behind, box])
    again = Box(box.x - 2, box.y, box.width, box.height)
    for _ in range(3):
        tracks = targets.update(image, detections=[box, again])
        assert list(tracks) == numbers
        assert iou(tracks[1].box, box) < 0.6


def test_a_detection_corrects_the_target_it_overlaps(scene):
    image, box = scene[0]
    targets = fast()
    ball = targets.add(image, Box(box.x + 12, box.y + 10, box.width, box.height))
    tracks = targets.update(scene[1][0], detections=[scene[1][1]])
    assert iou(tracks[ball].box, scene[1][1]) > 0.9


def test_what_is_detected_outside_the_frame_is_left_out(scene):
    image, box = scene[0]
    height, width = image.shape[:2]
    targets = fast()
    ball = targets.add(image, box)
    outside = [(width, 10, 20, 40), (-30, 10, 30, 40), (10, -40, 20, 40), (10, height + 5, 20, 40)]
    for image, truth in scene[1:6]:
        tracks = targets.update(image, detections=[*outside, truth])
        assert list(tracks) == [ball]
        assert iou(tracks[ball].box, truth) > 0.7


def test_a_target_gone_astray_is_brought_back_by_a_detector_that_just_saw_it(scene):
    image, box = scene[0]
    targets = fast()
    ball = targets.add(image, box)
    targets.update(image, detections=[box])
    astray = np.roll(image, round(0.8 * box.width), axis=1)
    for _ in range(5):
        tracks = targets.update(astray, detections=[box])
        assert list(tracks) == [ball]
        assert tracks[ball].box == box


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_what_is_detected_where_nothing_is_followed_may_be_a_target_gone_astray(scene, preset):
    image, box = scene[0]
    for like in (True, False):
        targets = MultiTracker(preset=preset)
        ball = targets.add(image, box)
        away = box.width * 2.4
        there = Box(box.x + away, box.y, box.width, box.height)
        seen = np.roll(image, round(away), axis=1) if like else image
        empty = np.roll(image, image.shape[0] // 2, axis=0)
        for _ in range(12):
            targets.update(empty)
        for _ in range(3):
            targets[ball].reset(empty, box, keep_model=True)
            tracks = targets.update(seen, detections=[there])
        assert list(tracks) == ([ball] if like else [ball, 2])
        assert iou(tracks[ball].box, there if like else box) > 0.7


@pytest.mark.parametrize("factor", [2.2, 0.4])
def test_a_box_by_hand_of_far_another_size_is_corrected_by_what_is_detected_in_it(scene, factor):
    image, box = scene[0]
    targets = fast()
    ball = targets.add(image, box.scaled(factor))
    for image, truth in scene[1:5]:
        tracks = targets.update(image, detections=[truth])
    assert list(tracks) == [ball]
    assert iou(tracks[ball].box, truth) > 0.7


def test_a_part_that_is_detected_in_a_target_is_a_target_of_its_own(scene):
    image, box = scene[0]
    targets = fast()
    targets.add(image, box.scaled(2.2))
    part = Box(box.x, box.y - 0.5 * box.height, box.width, box.height)
    for _ in range(3):
        targets.update(image, detections=[part])
    assert targets.ids == (1, 2)


def test_a_target_moved_by_hand_is_not_drawn_back_to_where_it_was_detected(scene):
    image, box = scene[0]
    targets = fast()
    ball = targets.add(image, box)
    targets.update(image, detections=[box])
    by_hand = Box(box.x + 2 * box.width, box.y, box.width, box.height)
    targets.reset(ball, np.roll(image, round(2 * box.width), axis=1), by_hand)
    tracks = targets.update(np.roll(image, round(2 * box.width), axis=1), detections=[box])
    assert iou(tracks[ball].box, by_hand) > 0.7


def test_a_target_that_a_detector_began_ends_when_it_shows_it_no_longer(scene):
    image, box = scene[0]
    targets = fast()
    mine = targets.add(image, (5, 5, 40, 30))
    for _ in range(3):
        targets.update(image, detections=[box, box])  # twice the same: one thing
    assert targets.ids == (mine, 2)
    for _ in range(29):
        targets.update(image, detections=[])
    assert targets.ids == (mine, 2)
    targets.update(image)  # the detector was not asked
    assert targets.ids == (mine, 2)
    targets.update(image, detections=[])
    assert targets.ids == (mine,)


def test_what_is_detected_once_is_no_target(scene):
    targets = fast()
    image, box = scene[0]
    for detections in ([box], [], [], [box], [], [], [box]):
        targets.update(image, detections=detections)
    assert targets.ids == ()


BOXES = st.tuples(
    *[st.one_of(st.floats(-80, 200), st.sampled_from([0.0, -1.0, 1e9, math.nan]))] * 4
)
STEPS = st.one_of(
    st.tuples(st.just("add"), BOXES),
    st.tuples(st.just("remove"), st.integers(-1, 6)),
    st.tuples(st.just("reset"), st.integers(-1, 6), BOXES),
    st.tuples(st.just("update"), st.none() | st.lists(BOXES, max_size=3)),
)
SMALL = texture(120, 90, seed=4)


@settings(max_examples=12)
@given(st.lists(STEPS, max_size=8))
def test_whatever_comes_numbers_are_unique_and_the_state_consistent(steps):
    targets, given_out = fast(), []
    for name, *arguments in steps:
        before = targets.ids
        try:
            if name == "add":
                given_out.append(targets.add(SMALL, *arguments))
            elif name == "remove":
                targets.remove(*arguments)
            elif name == "reset":
                targets.reset(arguments[0], SMALL, arguments[1])
            else:
                tracks = targets.update(SMALL, detections=arguments[0])
                given_out += [each for each in tracks if each not in before]
                assert all(np.isfinite(track.box).all() for track in tracks.values())
        except (BoxError, TargetError):
            assert targets.ids == before
        assert list(targets.tracks) == list(targets.ids)
        assert sorted(targets.ids) == list(targets.ids)
        assert set(targets.ids) <= set(given_out)
    assert given_out == sorted(set(given_out))


def test_nothing_is_kept_of_targets_that_have_gone(scene):
    image, box = scene[0]
    targets = fast()
    sizes = []
    for _ in range(30):
        for _ in range(4):
            targets.add(image, box)
        targets.update(image, detections=[(5, 5, 20, 20)])
        for target in targets.ids:
            targets.remove(target)
        sizes.append(len(pickle.dumps(vars(targets))))
    assert targets.add(image, box) > 120
    assert abs(sizes[-1] - sizes[5]) < 50  # bytes


def test_a_copy_goes_on_apart_from_what_it_is_a_copy_of(scene):
    targets = fast()
    targets.add(*scene[0])
    other = copy.copy(targets)
    found = targets.update(scene[1][0])
    assert other.update(scene[1][0]) == found
    other.remove(1)
    assert targets.ids == (1,)


def test_it_shows_its_targets_and_their_states(scene):
    targets = fast()
    assert repr(targets) == "<MultiTracker at frame -1: no targets>"
    image, box = scene[0]
    for _ in range(2):
        targets.add(image, box)
    targets.update(scene[1][0])
    assert repr(targets) == "<MultiTracker at frame 1: 1 tracking, 2 tracking>"
    assert re.fullmatch(r"<Tracker at frame 1: tracking, \(.*\), [01].\d\d>", repr(targets[2]))


# --- targets know of each other

BODY = patchwork(30, 30, seed=1, elliptic=True)
GROUND = Layer(Sprite.of(texture(320, 240, seed=2)))


def crowd(*targets: Layer, n_frames: int = 70) -> Crowd:
    return Crowd(n_frames, GROUND, targets, Camera((240, 160)))


def line(x: float, speed: float, y: float = 0.0):
    return lambda time: Pose(x + speed * time, y)


def twins() -> Crowd:
    """Two that look the same, and cross: for a while one is wholly behind the other."""
    return crowd(Layer(BODY, line(-90, 2.5)), Layer(BODY, line(80, -2.3, 3)))


def follow_all(scene: Crowd, order=None, **options) -> list[dict[int, Track]]:
    """Follow all targets of a scene; give the tracks of each frame by the scene's numbers."""
    frames = list(scene)
    image, boxes = frames[0]
    targets = MultiTracker(**options)
    number_of = {targets.add(image, boxes[number]): number for number in order or boxes}
    found = []
    for image, _ in frames[1:]:
        tracks = targets.update(image)
        found.append({number_of[target]: track for target, track in tracks.items()})
    return found


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_twins_that_cross_neither_swap_nor_merge(preset):
    scene = twins()
    last = follow_all(scene, preset=preset)[-1]
    for number, truth in scene.truth(len(scene) - 1).items():
        assert iou(last[number].box, truth) > 0.7


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_one_that_waits_behind_another_returns(preset):
    small = patchwork(26, 26, seed=3, colors=((200, 90, 30), (30, 190, 235)))
    way = {0: Pose(-90), 25: Pose(0), 40: Pose(0), 65: Pose(90)}
    large = patchwork(50, 50, seed=4, colors=((40, 40, 210), (235, 235, 235)))
    scene = crowd(Layer(small, waypoints(way, smooth=False)), Layer(large))
    tracks = follow_all(scene, preset=preset)
    assert 1 not in scene.truth(33)  # nothing of it is seen
    assert not tracks[33][1].ok
    assert iou(tracks[33][2].box, scene.truth(34)[2]) > 0.7
    assert tracks[-1][1].ok
    assert iou(tracks[-1][1].box, scene.truth(len(scene) - 1)[1]) > 0.7


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_boxes_do_not_depend_on_the_order_of_adding(preset):
    ways = [line(-90, 2.5), line(80, -2.3, 3), line(0, 0.2, 12), line(-30, 0.5, -15)]
    scene = crowd(*(Layer(BODY, way) for way in ways), n_frames=25)
    one = follow_all(scene, [1, 2, 3, 4], preset=preset)
    other = follow_all(scene, [3, 1, 4, 2], preset=preset)
    for here, there in zip(one, other, strict=True):
        assert here == there
