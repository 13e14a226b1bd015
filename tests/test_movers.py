"""Targets that are started where something moves, and ended where it has left."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from tracker import Box, MultiTracker, iou, open_video
from tracker.app.outputs import Outputs
from tracker.app.recorder import Recorder
from tracker.app.run import Run
from tracker.app.signals import StopSignals
from tracker.clips import find_clip
from tracker.movers import Movers
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


def test_nothing_is_followed_in_a_still_picture_with_much_noise():
    random = np.random.default_rng(0)
    still = cv2.resize(mosaic(n_regions=12)[0], (160, 120)).astype(float)
    targets = MultiTracker(preset="fast")
    movers = Movers(targets)
    for _ in range(40):
        movers.look(np.clip(still + random.normal(0, 25, still.shape), 0, 255).astype(np.uint8))
        assert targets.ids == ()


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
