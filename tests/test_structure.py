"""What structure adds: followed where color alone is not, and nothing grows or is forgotten."""

from __future__ import annotations

import math

import numpy as np
import pytest
from following import follow, overlaps

from tracker import Box, State, Tracker
from tracker.errors import StateFileError
from tracker.structure import CELLS, Structure
from tracker.synthetic import (
    Camera,
    Layer,
    Pose,
    Scene,
    Sprite,
    patchwork,
    texture,
)

SIDE = 40
GROUND = Layer(Sprite.of(texture(1280, 960, seed=2)))


def circling(sides: float) -> Scene:
    """Move round by so many sides of the target a frame."""

    def path(time: float) -> Pose:
        angle = sides * SIDE * time / 150
        return Pose(150 * math.cos(angle), 150 * math.sin(angle))

    target = patchwork(SIDE, SIDE, seed=1, elliptic=True)
    return Scene(60, GROUND, Layer(target, path), camera=Camera(size=(640, 480)))


@pytest.mark.parametrize("sides", [0.5, 0.75, 1.0])
def test_steps_of_up_to_a_whole_side_are_followed(sides):
    frames = list(circling(sides))
    assert overlaps(follow(frames), frames).min() > 0.6


def test_a_look_alike_that_passes_is_not_taken_for_the_target(frames_of, tracks_of):
    frames, tracks = frames_of("look-alike"), tracks_of("look-alike")
    assert overlaps(tracks, frames).min() > 0.6
    assert {track.state for track in tracks} == {State.TRACKING}


def test_a_place_maps_to_the_frame_and_back(plain):
    image, box = plain[0]
    structure = Structure(box.width, box.height)
    patch, spectrum = structure.cut(image, box.center, 1.0, None)
    structure.start(spectrum, np.ones(structure.box_shape, np.float32))
    sight = structure.look(image, box.center, 1.0, None)
    assert patch.region == sight.patch.region
    assert sight.to_frame(CELLS / 2, CELLS / 2) == pytest.approx(box.center, abs=1)
    assert sight.to_cells(*sight.to_frame(13.5, 27.25)) == pytest.approx((13.5, 27.25))


def test_the_first_filter_is_sure_of_the_first_window_and_never_learns(plain):
    frames = plain
    image, box = frames[0]
    tracker = Tracker(image, box)
    structure = tracker._looks.structure
    middle = CELLS // 2

    def first_response() -> float:
        return structure.look(image, box.center, 1.0, None).first_log_response(middle, middle)

    before = first_response()
    assert before == pytest.approx(0, abs=0.05)
    for image_now, _ in frames[1:]:
        tracker.update(image_now)
    assert first_response() == before


def test_a_saved_tracker_is_less_than_a_megabyte(plain, tmp_path):
    frames = plain
    tracker = Tracker(*frames[0])
    for image, _ in frames[1:25]:
        tracker.update(image)
    tracker.save(tmp_path / "state.npz")
    assert (tmp_path / "state.npz").stat().st_size < 1_000_000
    again = Tracker.load(tmp_path / "state.npz")
    assert [again.update(image) for image, _ in frames[25:]] == [
        tracker.update(image) for image, _ in frames[25:]
    ]


def test_a_state_of_color_alone_is_not_taken_for_one_with_structure(plain):
    numbers, arrays = Tracker(*plain[0]).__getstate__()
    del arrays["filter"]
    with pytest.raises(StateFileError, match="filter"):
        Tracker.__new__(Tracker).__setstate__((numbers, arrays))


@pytest.mark.parametrize(
    "box",
    [(3, 4, 5, 5), (-20, -15, 40, 30), (0, 0, 320, 240), (-50, -50, 500, 400), (10, 9, 90, 7)],
)
def test_any_box_is_followed_with_finite_numbers(plain, box):
    tracks = follow([(plain[0][0], Box(*box)), *plain[1:15]])
    for track in tracks:
        assert all(map(math.isfinite, track.box))
        assert min(track.box.width, track.box.height) > 0
        assert 0 <= track.score <= 1
