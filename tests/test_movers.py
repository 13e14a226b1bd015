"""Targets that are started where something moves, and ended where it has left."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from tracker import Box, MultiTracker, Tracker, iou, open_video
from tracker.app.outputs import Outputs
from tracker.app.recorder import Recorder
from tracker.app.run import Run
from tracker.app.signals import StopSignals
from tracker.clips import find_clip
from tracker.confidence import State
from tracker.movers import PROBATION, Begun, Movers
from tracker.synthetic import Camera, Layer, Pose, Scene, Sprite, mosaic, patchwork, texture
from tracker.tables import read_targets

WIDTH, HEIGHT, SIDE = 320, 240, 40
N_FRAMES = 64


def crosses(time):
    """From left to right, out of sight at the end."""
    return Pose(-200 + 6 * max(time - 4, 0), -60)


def comes_later(time):
    return Pose(60, 150 - 4 * min(max(time - 24, 0), 30))


def stays(time):
    return Pose(-60, 60)


@functools.cache
def followed():
    """Give the scene's tracks by frame, and where its things are."""
    bodies = [patchwork(SIDE, SIDE, seed=seed) for seed in (1, 3, 7)]
    layers = [
        Layer(body, way) for body, way in zip(bodies, (crosses, comes_later, stays), strict=True)
    ]
    ground = Layer(Sprite.of(texture(seed=2)))
    camera = Camera(path=lambda time: Pose(0.5 * time - 15, 0))
    scene = Scene(N_FRAMES, ground, layers[0], front=tuple(layers[1:]), camera=camera)
    targets = MultiTracker(preset="fast")
    movers, tracks = Movers(targets), []
    for image, _ in scene:
        targets.update(image)
        movers.look(image)
        tracks.append(targets.tracks)
    return tracks


def place(way, index):
    pose = way(index)
    return Box.around((WIDTH / 2 + pose.x - 0.5 * index + 15, HEIGHT / 2 + pose.y), SIDE, SIDE)


def on(way, index):
    """Give the numbers of the targets on a thing."""
    truth = place(way, index)
    return [number for number, track in followed()[index].items() if iou(track.box, truth) > 0.5]


def test_what_moves_is_followed_as_it_appears_by_one_number_each():
    first, second = on(crosses, 40), on(comes_later, 54)
    assert len(first) == len(second) == 1
    assert first != second
    assert on(crosses, 30) == first


def test_what_has_come_to_rest_is_still_followed():
    assert on(comes_later, N_FRAMES - 1) == on(comes_later, 50)


def test_what_stands_is_not_followed():
    assert not any(on(stays, index) for index in range(N_FRAMES))


def test_a_slow_mover_keeps_its_number():
    body = Layer(patchwork(70, 70, seed=3), lambda time: Pose(0.8 * time - 40, 0))
    scene = Scene(56, Layer(Sprite.of(texture(seed=2))), body)
    targets, numbers = MultiTracker(preset="fast"), []
    movers = Movers(targets)
    for image, truth in scene:
        targets.update(image)
        movers.look(image)
        numbers += [n for n, track in targets.tracks.items() if iou(track.box, truth) > 0.5]
    assert len(numbers) > 30
    assert len(set(numbers)) == 1


# Frames 0 to 15 of two clips show their target at rest.
@pytest.mark.parametrize(("name", "sets_off"), [("occlusion", 15), ("lookalike", 0)])
def test_the_target_of_a_clip_is_followed_within_fifteen_frames(name, sets_off):
    clip, targets = find_clip(name), MultiTracker(preset="fast")
    movers = Movers(targets)
    with open_video(clip.path, max_frames=sets_off + 16) as video:
        for frame in video:
            targets.update(frame.image)
            movers.look(frame.image)
    truth = clip.truth[sets_off + 15]
    assert any(iou(track.box, truth) > 0.5 for track in targets.tracks.values())


def test_what_never_moves_ends_and_what_others_added_stays():
    targets = MultiTracker(preset="fast")
    movers = Movers(targets)
    image = np.ascontiguousarray(texture(seed=2)[:120, :160, :3]).astype(np.uint8)
    ours = targets.add(image, (50, 40, 30, 30))
    for _ in range(30):
        targets.update(image)
        movers.look(image)
    assert targets.ids == (ours,)


def test_what_sets_off_is_drawn_without_the_place_it_left():
    body = patchwork(16, 16, seed=3, colors=[(200, 60, 40), (230, 220, 90)])
    mover = Layer(body, lambda time: Pose(3.5 * max(time - 10, 0) - 60, 20))
    ground = Layer(Sprite.of(texture(160, 120, seed=2)))
    scene = Scene(32, ground, mover, camera=Camera((160, 120)))
    targets = MultiTracker(preset="fast")
    movers = Movers(targets)
    for image, _ in scene:
        tracks = targets.update(image)
        movers.look(image)
    assert list(tracks) == [1]
    assert iou(tracks[1].box, scene.truth(31)) > 0.7


def test_a_target_that_goes_where_nothing_moves_is_no_mover():
    there = Tracker(picture(), LEFT, preset="fast").track
    for filling, moves in ((0.8, True), (0.1, False)):
        begun = Begun(LEFT.centered_at(100, 120).center)
        for _ in range(PROBATION):
            begun.take(there, (), moves=False, filling=filling)
        assert begun.has_gone is moves
        assert begun.has_ended is not moves
    for known, moves in ((True, False), (False, True)):
        begun = Begun(LEFT.center, has_gone=True)
        begun.seen_at = 0.0, 0.0  # it moved, and went on without
        if not known:
            begun.take(there, (), moves=False, filling=None)
        begun.take(there, (), moves=False, filling=0.1)
        assert begun.has_gone is moves


def test_nothing_is_followed_in_a_still_picture_with_much_noise():
    random = np.random.default_rng(0)
    still = cv2.resize(mosaic(n_regions=12)[0], (160, 120)).astype(float)
    targets = MultiTracker(preset="fast")
    movers = Movers(targets)
    for _ in range(40):
        movers.look(np.clip(still + random.normal(0, 25, still.shape), 0, 255).astype(np.uint8))
        assert targets.ids == ()


class Scripted:
    """Says that there are windows where the test wants them, on a background that stands."""

    def __init__(self, *windows: list[Box]) -> None:
        self.left = list(windows)

    def update(self, _image):
        return self.left.pop(0) if self.left else []

    def carried(self, point):
        return point

    def filling(self, _box):
        return 0.0


def scripted(image, *windows, preset="fast"):
    """Let targets be begun by windows on one picture; give the targets of each frame."""
    targets, found = MultiTracker(preset=preset), []
    movers = Movers(targets)
    movers._detector = Scripted(*windows)
    for _ in windows:
        targets.update(image)
        movers.look(image)
        found.append(targets.tracks)
    return found


LEFT, RIGHT = Box(60, 100, 40, 40), Box(200, 100, 40, 40)


def picture():
    bodies = [patchwork(SIDE, SIDE, seed=seed) for seed in (1, 3)]
    layers = [
        Layer(body, lambda _, x=x: Pose(x, 0)) for body, x in zip(bodies, (-80, 60), strict=True)
    ]
    return Scene(1, Layer(Sprite.of(texture(seed=2))), layers[0], front=(layers[1],)).image(0)


def test_a_window_round_two_targets_makes_neither_grow_and_none_new():
    both = Box(60, 100, 180, 40)
    found = scripted(picture(), [LEFT, RIGHT], *[[both]] * 4)
    assert [sorted(tracks) for tracks in found] == [[1, 2]] * 5
    assert all(track.box.area < 1.2 * LEFT.area for track in found[-1].values())


def test_what_adjoins_the_window_of_a_target_is_a_part_of_it():
    small, whole, corner = LEFT, Box(55, 90, 100, 60), Box(156, 138, 14, 12)
    ripe = [[small]] * 10
    assert sorted(scripted(picture(), *ripe, [whole, corner])[-1]) == [1]
    assert sorted(scripted(picture(), *ripe, [whole, corner.centered_at(200, 60)])[-1]) == [1, 2]


def test_of_two_targets_on_one_thing_the_later_ends():
    image, targets = picture(), MultiTracker(preset="fast")
    movers = Movers(targets)
    movers._detector = Scripted(*[[LEFT]] * 23)
    targets.update(image)
    movers.look(image)
    ours = targets.add(image, LEFT.scaled(0.8))  # drawn by hand: stays
    movers._begun[targets.add(image, LEFT.scaled(0.9))] = Begun(LEFT.center, has_gone=True)
    for _ in range(22):
        targets.update(image)
        movers.look(image)
    assert targets.ids == (1, ours)


def test_a_window_that_is_like_a_target_in_doubt_brings_it_back():
    image, there = picture(), LEFT.centered_at(125, 120)
    empty = np.ascontiguousarray(texture(seed=2)[:HEIGHT, :WIDTH, :3])
    moved = np.roll(image, 45, axis=1)
    for frame, ids in ((moved, (1,)), (empty, (1, 2))):
        targets = MultiTracker(preset="robust")
        movers = Movers(targets)
        movers._detector = Scripted([LEFT], *[[]] * 8, [there])
        for seen in (image, *[empty] * 8):
            targets.update(seen)
            movers.look(seen)
        movers.look(frame)
        assert targets.ids == ids
        assert targets.tracks[ids[-1]].box == there


def test_a_window_that_is_clearly_like_a_target_gone_astray_brings_it_back():
    bodies = [Layer(patchwork(SIDE, SIDE, seed=1), lambda _: Pose(-80, 0))]
    bodies.append(Layer(patchwork(SIDE, SIDE, seed=3), lambda _: Pose(-25, 0)))
    image = Scene(1, Layer(Sprite.of(texture(seed=2))), bodies[0], front=(bodies[1],)).image(0)
    other, part = LEFT.centered_at(135, 120), Box(60, 100, 40, 20)
    for ended_by in ([[LEFT]], [[part], [LEFT]]):  # at once, or after a part began another
        targets = MultiTracker(preset="fast")
        movers = Movers(targets)
        movers._detector = Scripted([LEFT], *[[]] * 11, *ended_by)
        for _ in range(12):
            targets.update(image)
            movers.look(image)
        targets.reset(1, image, other, keep_model=True)  # as if it had stayed on what hid it
        assert targets.tracks[1].state is State.TRACKING
        for _ in ended_by:
            movers.look(image)
        assert targets.ids == (1,)
        assert targets.tracks[1].box == LEFT


def test_movers_of_frames_in_rgb_are_those_of_the_same_in_bgr():
    red = Layer(patchwork(SIDE, SIDE, seed=3), lambda time: Pose(3 * time - 40, 0))
    tints = Layer(Sprite.of((texture(seed=2) * np.array([0.2, 0.6, 1.0])).astype(np.uint8)))
    found = {}
    for channels, order in (("bgr", slice(None)), ("rgb", slice(None, None, -1))):
        targets = MultiTracker(preset="fast", channels=channels)
        movers = Movers(targets)
        for image, _ in Scene(14, tints, red):
            frame = np.ascontiguousarray(image[..., order])
            targets.update(frame)
            movers.look(frame)
        found[channels] = [track.box for track in targets.tracks.values()]
    assert found["bgr"]
    assert found["rgb"] == found["bgr"]


def test_a_mover_that_was_dropped_by_hand_is_not_found_again(tmp_path):
    clip = find_clip("lookalike")
    outputs = Outputs(csv=tmp_path / "a.csv")
    with (
        open_video(clip.path, max_frames=24) as video,
        Recorder(outputs, video, overwrite=False) as recorder,
    ):
        run = Run(MultiTracker(preset="fast"), recorder=recorder, signals=StopSignals(), auto=True)

        def drop_the_first(frame):
            if frame.index == 15:
                run.drop(1)
            return True

        run.follow(video, drop_the_first)
    rows = read_targets(tmp_path / "a.csv")
    assert list(rows) == [1, 2]
    assert rows[1][-1].index == 15
    assert rows[2][-1].index == 23
    assert list(run.seen[-1].tracks) == [2]
