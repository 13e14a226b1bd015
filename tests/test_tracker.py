"""What a tracker does on scenes with known truth, and what its interface promises."""

from __future__ import annotations

import copy
import dataclasses
import gc
import math
import threading
import tracemalloc
from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
import pytest
from following import STILL_THERE, first, follow, overlaps
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import (
    Box,
    ColorConfig,
    ConfidenceConfig,
    MultiTracker,
    PatchConfig,
    State,
    Tracker,
    TrackerConfig,
    TrackerError,
    iou,
    track_video,
)
from tracker.confidence import JOINT_CONFIDENCE, RETURN_BELIEF
from tracker.config import PRESETS
from tracker.errors import ConfigError
from tracker.opencv import MeanShiftTracker
from tracker.synthetic import Camera, Layer, Pose, Scene, Sprite, patchwork, scale_scene, texture

LOST_WITHIN = 10  # frames
BACK_WITHIN = 15


# --- following


@pytest.mark.parametrize("name", ["plain", "camera shake", "gray", "low rate", "look-alike"])
def test_the_target_is_followed_all_the_way(frames_of, tracks_of, name):
    frames, tracks = frames_of(name), tracks_of(name)
    seen = overlaps(tracks, frames)
    assert seen.min() > 0.6
    assert np.median(seen) > 0.9
    assert all(track.state is State.TRACKING for track in tracks)
    assert all(track.reason == "" for track in tracks)


def test_the_target_is_followed_to_a_fraction_of_a_pixel(frames_of, tracks_of):
    errors = [
        math.dist(track.box.center, truth.center)
        for track, (_, truth) in zip(tracks_of("plain"), frames_of("plain"), strict=True)
    ]
    assert np.median(errors) < 0.5
    assert max(errors) < 2


def test_a_change_of_light_does_not_lose_the_target(frames_of, tracks_of):
    frames, tracks = frames_of("light"), tracks_of("light")
    assert overlaps(tracks, frames).min() > 0.6
    assert all(track.ok for track in tracks)


@pytest.mark.parametrize("factor", [4.0, 0.25])
def test_the_box_grows_and_shrinks_with_the_target(factor):
    frames = scale_scene(factor)[:]
    tracks = follow(frames)
    overlap = overlaps(tracks, frames)
    assert overlap.mean() > 0.85
    assert overlap.min() > 0.6
    widest = tracks[60].box.width / tracks[0].box.width
    assert math.log(widest) / math.log(factor) > 0.5  # it lags
    assert tracks[-1].box.width == pytest.approx(frames[-1][1].width, rel=0.35)


def test_the_rotated_box_turns_with_a_long_target(tracks_of):
    tracks = tracks_of("rotation")
    angles = [track.rotated_box.angle_deg for track in tracks]
    assert angles[0] == 0
    lag = np.abs([3 * track.index - angle for track, angle in zip(tracks, angles, strict=True)])
    assert np.median(lag) < 12
    assert lag.max() < 50  # going over, upright and a little turned look the same for a while
    assert all(track.rotated_box.center == track.box.center for track in tracks)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_upright_box_holds_a_target_that_turns(frames_of, preset):
    frames = frames_of("rotation")
    tracks = follow(frames, preset=preset)
    assert np.mean(overlaps(tracks, frames)) > 0.65  # of a box that keeps its shape: 0.57 at most
    assert tracks[0].rotated_box.size == tracks[0].box[2:]
    across = tracks[30]  # a quarter of a turn
    assert across.box.width < 0.8 * across.rotated_box.size[0]
    assert across.box.height > 1.3 * across.rotated_box.size[1]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_turned_target_that_is_told_its_own_box_keeps_it(frames_of, preset):
    frames = frames_of("rotation")[:40]
    tracker = Tracker(*frames[0], preset=preset)
    for image, _ in frames[1:31]:  # to a quarter of a turn
        before = tracker.update(image)
    tracker.reset(frames[30][0], before.box, keep_model=True)
    assert tracker.track.box == before.box
    assert tracker.track.rotated_box.size == pytest.approx(before.rotated_box.size)
    for image, truth in frames[31:]:
        assert iou(tracker.update(image).box, truth) > 0.65


def test_a_target_that_stays_upright_keeps_the_shape_of_its_box(tracks_of):
    for track in tracks_of("scale"):
        assert track.rotated_box.size == track.box[2:]


def test_what_passes_slowly_behind_something_is_not_left_for_it():
    sign = patchwork(
        30, 60, seed=5, colors=((235, 235, 235), (30, 30, 30), (60, 60, 60), (200, 205, 200))
    )
    walker = patchwork(
        26, 64, seed=6, colors=((50, 50, 60), (90, 80, 80), (200, 200, 205)), elliptic=True
    )
    scene = Scene(
        180,
        Layer(Sprite.of(texture(320, 240, seed=2))),
        Layer(walker, lambda time: Pose(-40 + time)),
        front=(Layer(sign),),
    )
    frames = list(scene)
    tracks = follow(frames)
    assert overlaps(tracks, frames)[-20:].min() > 0.7
    assert tracks[-1].state is State.TRACKING


def test_a_target_as_fast_as_half_its_size_a_frame_is_followed(frames_of):
    frames = frames_of("plain")[::10]  # 19 px a frame, of 40
    assert overlaps(follow(frames), frames).min() > 0.6


def test_a_box_over_the_border_keeps_its_size_and_comes_in_whole(frames_of):
    frames = frames_of("exit")[86:]  # it comes back in on the right
    start = next(k for k, (_, box) in enumerate(frames) if box.share_inside(320, 240) > 0.5)
    frames = frames[start:]
    assert frames[0][1].right > 320
    tracks = follow(frames)
    assert tracks[0].box == frames[0][1]
    assert overlaps(tracks, frames)[-1] > 0.6


# --- losing and finding again


def test_a_removed_target_is_lost_within_ten_frames_and_its_colors_are_gone(frames_of, tracks_of):
    frames, tracks = frames_of("removal"), tracks_of("removal")
    gone = next(k for k, (_, truth) in enumerate(frames) if truth is None)
    lost = first(tracks, State.LOST)
    assert gone <= lost <= gone + LOST_WITHIN
    assert all(track.ok for track in tracks[:gone])
    assert not any(track.ok for track in tracks[lost:])
    assert tracks[lost].reason == "its colors are gone"


def test_the_box_of_a_lost_track_is_the_last_one_that_was_believed(frames_of, tracks_of):
    frames, tracks = frames_of("removal"), tracks_of("removal")
    gone = next(k for k, (_, truth) in enumerate(frames) if truth is None)
    lost = first(tracks, State.LOST)
    held = tracks[lost].box
    assert all(track.box == held for track in tracks[lost:])
    assert iou(held, frames[gone - 1][1]) > STILL_THERE
    assert held in [track.box for track in tracks[:lost]]


def test_a_hidden_target_is_lost_and_found_again_where_it_returns(frames_of, tracks_of):
    frames, tracks = frames_of("occlusion"), tracks_of("occlusion")
    seen = overlaps(tracks, frames)
    hidden = [k for k, (_, truth) in enumerate(frames) if truth is None]
    lost = first(tracks, State.LOST)
    back = first(tracks, State.TRACKING, lost)
    assert hidden[0] - 5 <= lost <= hidden[0] + LOST_WITHIN  # most of it hides a little before
    assert back <= hidden[-1] + 1 + BACK_WITHIN
    assert not any(track.ok for track in tracks[lost : hidden[-1] + 1])
    assert np.nanmin(seen[back + 3 :]) > STILL_THERE
    assert seen[-1] > 0.7


def test_a_target_that_leaves_is_lost_on_that_side_and_found_when_it_returns(frames_of, tracks_of):
    frames, tracks = frames_of("exit"), tracks_of("exit")
    seen = overlaps(tracks, frames)
    away = [k for k, (_, truth) in enumerate(frames) if truth is None]
    lost = first(tracks, State.LOST)
    back = first(tracks, State.TRACKING, lost)
    assert lost <= away[0] + LOST_WITHIN
    assert tracks[lost].reason == "left the frame on the right"
    assert tracks[away[-1]].reason == "left the frame on the right"
    assert back <= away[-1] + 1 + BACK_WITHIN
    assert not any(track.ok for track in tracks[lost : away[-1] + 1])
    assert np.nanmin(seen[back + 5 :]) > STILL_THERE


def test_what_was_found_again_has_its_own_score_and_not_that_of_where_it_was(tracks_of):
    scores = [track.score for track in tracks_of("occlusion")]
    assert scores.count(JOINT_CONFIDENCE.score(RETURN_BELIEF)) == 1


@pytest.fixture(scope="module")
def jump(frames_of):
    """The target is taken away, and put down elsewhere: the frames, and the tracks through them."""
    frames = [*frames_of("plain")[:20], *[frames_of("plain")[119]] * 60]
    return frames, follow(frames)


def test_a_target_that_jumps_across_the_frame_is_found(jump):
    frames, tracks = jump
    assert overlaps(tracks, frames)[-1] > 0.7
    assert tracks[-1].state is State.TRACKING


def test_a_target_that_returns_after_long_absence_is_found_anywhere(frames_of):
    removal = frames_of("removal")
    absent = [removal[70]] * 100
    frames = [*removal[:60], *absent, *[removal[0]] * 30]
    tracks, returned = follow(frames), 160
    assert not any(track.ok for track in tracks[75:returned])
    back = first(tracks, State.TRACKING, returned)
    assert back <= returned + BACK_WITHIN
    assert overlaps(tracks, frames)[-1] > 0.7


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("seed", "x", "y"), [(2, 60, -60), (8, -110, 70)])
def test_where_everything_is_as_full_of_color_a_target_that_returns_is_found(seed, x, y, preset):
    """On a board of colored squares many places are likelier by color than where it is."""
    colors = np.random.default_rng(seed).integers(20, 235, (12, 16, 3)).astype(np.uint8)
    board = np.repeat(np.repeat(colors, 40, axis=0), 40, axis=1)

    def path(time: float) -> Pose | None:
        return Pose(time - 50, 40) if time < 50 else None if time < 70 else Pose(x, y)

    frames = list(Scene(90, Layer(Sprite.of(board)), Layer(patchwork(30, 30, seed=1), path)))
    tracks = follow(frames, preset=preset)
    assert first(tracks, State.LOST, 50) <= 50 + LOST_WITHIN
    assert np.nanmin(overlaps(tracks, frames)[70 + BACK_WITHIN :]) > 0.5


def test_when_a_look_alike_has_crossed_the_target_is_still_followed(frames_of, tracks_of):
    """They cross in the middle of the frame, and are farthest apart at the end."""
    seen = overlaps(tracks_of("look-alike"), frames_of("look-alike"))
    assert seen[-20:].min() > 0.75


@pytest.mark.parametrize(("x", "y", "seed"), [(30, 55, 4), (0, 50, 6)])
def test_the_look_alike_beside_what_hides_the_target_is_not_taken_for_it(x, y, seed):
    """Of the same colors, otherwise arranged; all are followed that come within reach."""
    post = Sprite.of(texture(100, 300, seed=5, dark=(30, 45, 70), light=(55, 80, 110)))
    scene = Scene(
        120,
        Layer(Sprite.of(texture(seed=2))),
        Layer(patchwork(40, 40, seed=1, elliptic=True), lambda time: Pose(1.85 * time - 110, -30)),
        front=(
            Layer(post),
            Layer(patchwork(40, 40, seed=seed, elliptic=True), lambda _: Pose(x, y)),
        ),
    )
    frames = list(scene)
    tracks = follow(frames)
    hidden = [index for index, (_, truth) in enumerate(frames) if truth is None]
    assert first(tracks, State.LOST, 30) <= hidden[0] + LOST_WITHIN
    assert not any(tracks[index].state is State.TRACKING for index in hidden)
    back = first(tracks, State.TRACKING, hidden[-1])
    assert scene.seen(back) < 1
    assert overlaps(tracks, frames)[-20:].min() > 0.75


def test_a_look_alike_that_is_left_is_named_while_the_target_is_away(jump):
    """Before what was put down elsewhere is believed, it is named."""
    reasons = [track.reason for track in jump[1]]
    assert any("a look-alike" in words and words.endswith(" px away") for words in reasons)


def test_every_state_but_tracking_has_a_reason(tracks_of):
    for name in ("occlusion", "exit", "removal"):
        for track in tracks_of(name):
            assert bool(track.reason) is (track.state is not State.TRACKING)
            assert track.ok is (track.state is not State.LOST)
            assert "\n" not in track.reason


# --- never growing


def start_box(size: tuple[int, int]) -> Box:
    return Box.around((160, 120), *size)


def sights(name: str, count: int, seed: int = 7) -> Iterator[np.ndarray]:
    """Give frames in which there is nothing to follow."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        if name == "noise":
            yield random.integers(0, 256, (240, 320, 3), np.uint8)
        else:
            yield np.full((240, 320, 3), {"empty": 0, "even": 90}[name], np.uint8)


@pytest.mark.parametrize(
    ("sight", "size"),
    [
        ("empty", (40, 30)),
        ("even", (40, 30)),  # other sizes: test_growth.py
        ("noise", (40, 30)),
        ("noise", (50, 40)),
        ("noise", (160, 120)),
    ],
)
def test_the_window_does_not_grow_in_a_hundred_frames_of_nothing(plain, sight, size):
    box = start_box(size)
    image = plain[0][0].copy()
    image[105:135, 140:180] = (40, 40, 210)
    tracker = Tracker(image, box)
    area = max(tracker.update(each).box.area for each in sights(sight, 100))
    assert area <= box.area * (1 + 1e-6)


@pytest.mark.parametrize("sight", ["empty", "even"])
def test_a_window_that_starts_on_nothing_does_not_grow(sight):
    tracks = follow([(image, start_box((50, 40))) for image in sights(sight, 101)])
    assert max(track.box.area for track in tracks) <= 50 * 40 + 1e-6


def test_windows_that_start_on_noise_do_not_grow_on_average():
    """Noise looks now larger, now smaller; what swells does so from every start."""
    growth = []
    for seed in range(4):
        images = sights("noise", 61, seed)
        tracks = follow([(image, start_box((50, 40))) for image in images])
        growth.append([track.box.area / (50 * 40) for track in tracks[1:]])
    assert np.max(growth) < 1.5
    assert np.mean(np.array(growth)[:, -1]) < 1.1


# --- how well it can be told from what is around it


def test_a_target_of_its_own_colors_gives_no_warning(plain):
    tracker = Tracker(*plain[0])
    assert tracker.separability > 0.5
    assert tracker.warning == ""


def test_a_target_like_its_surroundings_gives_a_warning_with_the_number():
    ground = texture(320, 240, seed=6, coarsest=8)
    tracker = Tracker(ground, (140, 100, 40, 40))
    assert 0 <= tracker.separability < 0.25
    assert f"{tracker.separability:.2f} of 1" in tracker.warning
    assert "tighter box" in tracker.warning


def test_an_even_picture_cannot_be_told_from_itself():
    tracker = Tracker(np.full((240, 320, 3), 90, np.uint8), (140, 100, 40, 40))
    assert tracker.separability == pytest.approx(0, abs=1e-6)
    assert tracker.warning


# --- times


def test_times_are_given_back_with_the_track(plain):
    tracker = Tracker(*plain[0], time_s=12.5)
    assert tracker.track.time_s == 12.5
    track = tracker.update(plain[1][0], np.float32(12.75))
    assert track.time_s == 12.75
    assert type(track.time_s) is float
    assert tracker.update(plain[2][0]).time_s is None


def test_dropped_frames_stretch_the_step_where_times_are_given():
    """Half the target's size a frame, then a gap of four: only the times tell how far it went."""
    rushing = Layer(patchwork(40, 40, seed=1, elliptic=True), lambda time: Pose(20 * time - 280))
    kept = [*range(14), 18, 19, 20]
    ground = Layer(Sprite.of(texture(seed=2)))
    scene = Scene(30, ground, rushing, camera=Camera(size=(640, 240)))
    frames = [scene[index] for index in kept]

    def overlaps_with(times: list[float | None]) -> list[float]:
        tracker = Tracker(*frames[0], time_s=times[0])
        return [
            float(iou(tracker.update(image, time_s).box, truth))
            for (image, truth), time_s in zip(frames[1:], times[1:], strict=True)
        ]

    assert min(overlaps_with([index / 25 for index in kept])) > 0.5
    blind = overlaps_with([None] * len(kept))
    assert min(blind[:13]) > 0.5
    assert blind[13] < 0.2  # it is not there any more, and nothing told


@pytest.mark.parametrize("gap_s", [2, 5, 60, 1e6, 1e300])
def test_a_gap_in_the_times_does_not_lose_a_target_that_waited(plain, gap_s):
    """A camera that stalls goes on with later times; the velocity leads far out of the frame."""
    tracker = Tracker(*plain[0], time_s=0.0)
    for index in range(1, 20):
        tracker.update(plain[index][0], index / 25)
    for index in range(20, 40):
        track = tracker.update(plain[index][0], index / 25 + gap_s)
    assert track.ok
    assert iou(track.box, plain[39][1]) > 0.7


@pytest.mark.parametrize("times", [[0.0] * 40, [-index / 25 for index in range(40)]])
def test_times_that_stand_still_or_run_back_do_no_harm(plain, times):
    tracker = Tracker(*plain[0], time_s=times[0])
    for (image, truth), time_s in zip(plain[1:], times[1:], strict=True):
        assert iou(tracker.update(image, time_s).box, truth) > 0.7


def test_times_may_begin_and_end_in_mid_stream(plain):
    tracker = Tracker(*plain[0])
    for index, (image, truth) in enumerate(plain[1:], start=1):
        track = tracker.update(image, index / 25 if 10 < index < 20 else None)
        assert iou(track.box, truth) > 0.7


# --- forms of frames


def test_every_form_of_frame_gives_the_same_track(plain):
    alpha = np.full((240, 320), 9, np.uint8)
    forms = {
        "bgr": (lambda image: image, "bgr"),
        "rgb": (lambda image: np.ascontiguousarray(image[..., ::-1]), "rgb"),
        "rgb view": (lambda image: image[..., ::-1], "rgb"),
        "bgra": (lambda image: np.dstack([image, alpha]), "bgr"),
        "rgba": (lambda image: np.dstack([image[..., ::-1], alpha]), "rgb"),
        "wide": (lambda image: np.repeat(image, 2, axis=1)[:, ::2], "bgr"),
        "columns first": (lambda image: np.asfortranarray(image), "bgr"),
    }
    tracks = {
        name: follow([(form(image), box) for image, box in plain], channels=channels)
        for name, (form, channels) in forms.items()
    }
    for name in forms:
        assert tracks[name] == tracks["bgr"], name


def test_gray_frames_give_the_track_of_three_equal_channels(frames_of):
    flat = [(np.ascontiguousarray(image[..., 0]), box) for image, box in frames_of("gray")[:40]]
    three = [(cv2.merge([image] * 3), box) for image, box in flat]
    with_axis = [(image[..., np.newaxis], box) for image, box in flat]
    assert follow(flat) == follow(three) == follow(with_axis)


def test_a_gray_target_is_followed(frames_of):
    frames = frames_of("gray")
    gray = [(np.ascontiguousarray(image[..., 0]), box) for image, box in frames]
    assert overlaps(follow(gray), gray).min() > 0.7


def test_the_frame_is_never_written_to(plain):
    images = [image.copy() for image, _ in plain]
    tracker = Tracker(images[0], plain[0][1])
    for image in images[1:]:
        tracker.update(image)
    tracker.reset(images[3], plain[3][1])
    tracker.density()
    for image, (original, _) in zip(images, plain, strict=True):
        assert np.array_equal(image, original)


def test_what_is_remembered_does_not_change_with_the_callers_frame(plain):
    buffer, tracker = plain[0][0].copy(), Tracker(*plain[0])
    reused = Tracker(buffer, plain[0][1])
    for image, _ in plain[1:]:
        buffer[:] = image  # a camera that fills the same memory again
        assert reused.update(buffer) == tracker.update(image)
        buffer[:] = 0


# --- the same again


def test_the_same_input_gives_the_same_output_on_any_thread(plain, plain_tracks):
    found = {}
    threads = [
        threading.Thread(target=lambda name=name: found.update({name: follow(plain)}))
        for name in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert all(tracks == plain_tracks for tracks in found.values())


def test_the_number_of_threads_of_opencv_does_not_matter(plain, plain_tracks):
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        assert follow(plain) == plain_tracks
    finally:
        cv2.setNumThreads(threads)


def test_two_trackers_share_no_state(frames_of, tracks_of):
    one, other = frames_of("plain")[:60], frames_of("occlusion")[:60]
    alone = tracks_of("plain")[:60], tracks_of("occlusion")[:60]
    first_, second = Tracker(*one[0]), Tracker(*other[0])
    together = [
        (first_.update(image), second.update(elsewhere))
        for (image, _), (elsewhere, _) in zip(one[1:], other[1:], strict=True)
    ]
    assert [tracks[0] for tracks in together] == alone[0][1:]
    assert [tracks[1] for tracks in together] == alone[1][1:]


@pytest.mark.parametrize("name", ["plain", "occlusion"])
def test_a_copy_goes_on_alike_and_apart(frames_of, name):
    frames = frames_of(name)
    tracker = Tracker(*frames[0])
    for at in (0, 30, 55):  # at the start, midway, and lost in one of the scenes
        for image, _ in frames[tracker.track.index + 1 : at + 1]:
            tracker.update(image)
        for copied in (copy.copy, copy.deepcopy):
            twin = copied(tracker)
            assert twin.track == tracker.track
            assert np.array_equal(twin.density()[0], tracker.density()[0])
            for _ in range(5):
                twin.update(frames[0][0])  # the copy goes its own way first
        others = copy.copy(tracker), copy.deepcopy(tracker)
        for image, _ in frames[at + 1 : at + 20]:
            track = tracker.update(image)
            assert [other.update(image) for other in others] == [track, track]


def test_memory_is_flat_over_hundreds_of_updates(plain):
    images = [image for image, _ in plain[:20]]
    tracker = Tracker(*plain[0])

    def memory_after(rounds: int) -> int:
        for _ in range(rounds):
            for image in [*images, *reversed(images)]:
                tracker.update(image)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early = memory_after(2)
        assert memory_after(6) - early < 1_200  # bytes, after 240 updates
    finally:
        tracemalloc.stop()


# --- the interface


def test_the_first_track_is_the_box_that_was_given(plain):
    tracker = Tracker(*plain[0])
    track = tracker.track
    assert (track.index, track.time_s, track.box) == (0, None, plain[0][1])
    assert (track.score, track.state, track.reason, track.ok) == (1, State.TRACKING, "", True)
    assert track.rotated_box.angle_deg == 0


def test_indices_count_frames_and_the_newest_track_is_kept(plain):
    tracker = Tracker(*plain[0])
    for index, (image, _) in enumerate(plain[1:5], start=1):
        track = tracker.update(image)
        assert track.index == index
        assert tracker.track is track


def test_a_track_cannot_be_changed(plain):
    track = Tracker(*plain[0]).track
    with pytest.raises(dataclasses.FrozenInstanceError):
        track.score = 0.0


@pytest.mark.parametrize("name", ["plain", "occlusion", "exit"])
def test_scores_are_shares_and_boxes_float_pixels(tracks_of, name):
    for track in tracks_of(name):
        assert 0 <= track.score <= 1
        assert all(type(number) is float and math.isfinite(number) for number in track.box)
        assert track.box.width > 0
        assert track.box.height > 0
        assert type(track.score) is float


def test_scores_fall_when_the_target_goes(tracks_of):
    tracks = tracks_of("removal")
    assert min(track.score for track in tracks[:60]) > 0.8
    assert max(track.score for track in tracks[70:]) < 0.3


def test_the_density_is_a_share_over_a_part_of_the_frame(plain):
    tracker = Tracker(*plain[0])
    for image, box in plain[:10]:
        track = tracker.update(image)
        density, region = tracker.density()
        assert density.dtype == np.float32
        assert density.min() >= 0
        assert density.max() <= 1
        assert math.dist(region.center, box.center) < 10
        assert region.area > track.box.area
    middle = density[tuple(slice(n * 2 // 5, n * 3 // 5) for n in density.shape)]
    assert middle.mean() > 0.8
    assert density[0].mean() < 0.2


def test_the_density_is_nothing_outside_the_frame(plain):
    tracker = Tracker(plain[0][0], (-20, 100, 40, 40))
    density, region = tracker.density()
    outside = math.floor(-region.x / region.width * density.shape[1])
    assert outside > 3
    assert (density[:, :outside] == 0).all()


def test_the_density_given_away_is_the_callers_own(plain):
    tracker, untouched = Tracker(*plain[0]), Tracker(*plain[0])
    tracker.density()[0][:] = 1
    assert tracker.update(plain[1][0]) == untouched.update(plain[1][0])


def test_a_reset_starts_anew_on_another_target(frames_of):
    frames = frames_of("look-alike")
    tracker = Tracker(*frames[0])
    for image, _ in frames[1:10]:
        tracker.update(image)
    tracker.reset(*frames[30])
    fresh = Tracker(*frames[30])
    assert tracker.track.index == 9
    assert tracker.track.box == frames[30][1]
    for image, _ in frames[31:60]:
        again, anew = tracker.update(image), fresh.update(image)
        assert iou(again.box, anew.box) > 0.9
    assert again.index == 38


def test_a_reset_that_keeps_the_model_only_moves_to_the_box(frames_of):
    removal = frames_of("removal")
    tracker = Tracker(*removal[0])
    for image, _ in removal[1:80]:
        tracker.update(image)
    assert not tracker.track.ok
    separability = tracker.separability
    tracker.reset(*removal[40], keep_model=True)
    assert tracker.track.ok
    assert tracker.track.box == removal[40][1]
    assert tracker.separability == separability
    for image, truth in removal[41:55]:
        assert iou(tracker.update(image).box, truth) > 0.7


@pytest.mark.parametrize("keep_model", [False, True])
@pytest.mark.parametrize("zoom", [2, 0.5])
def test_a_reset_may_bring_frames_and_a_target_of_another_size(plain, keep_model, zoom):
    tracker = Tracker(*plain[0])
    tracker.update(plain[1][0])

    def zoomed(index):
        image, box = plain[index]
        small = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        return small, [zoom * number for number in box]

    tracker.reset(*zoomed(2), keep_model=keep_model)
    for index in range(3, 20):
        image, box = zoomed(index)
        assert iou(tracker.update(image).box, box) > 0.85


def test_a_reset_that_is_refused_leaves_the_tracker_as_it_was(plain):
    tracker, twin = Tracker(*plain[0]), Tracker(*plain[0])
    for frame, box in [
        (None, plain[0][1]),
        (plain[1][0], (0, 0, 0, 0)),
        (plain[1][0], (999, 0, 9, 9)),
    ]:
        with pytest.raises(TrackerError):
            tracker.reset(frame, box)
    assert tracker.update(plain[1][0]) == twin.update(plain[1][0])


# --- options


@pytest.mark.parametrize("space", ["bgr", "hsv", "lab", "hue"])
@pytest.mark.parametrize("textured", [False, True])
def test_every_space_of_color_follows_the_plain_scene(plain, space, textured):
    config = TrackerConfig(color=ColorConfig(space=space, texture=textured))
    assert overlaps(follow(plain, config=config), plain).min() > 0.6


@pytest.mark.parametrize("rate", [0.0, 0.2, 1.0])
def test_every_rate_of_learning_follows_the_plain_scene(plain, rate):
    config = TrackerConfig(color=ColorConfig(target_rate=rate, surroundings_rate=rate))
    assert overlaps(follow(plain, config=config), plain).min() > 0.6


@pytest.mark.parametrize("patch", [PatchConfig(12.0), PatchConfig(48.0), PatchConfig(padding=2.5)])
def test_coarser_finer_and_wider_patches_follow_the_plain_scene(plain, patch):
    assert overlaps(follow(plain, config=TrackerConfig(patch)), plain).min() > 0.6


def test_the_preset_is_a_configuration_by_name(plain, plain_tracks):
    assert follow(plain, preset="robust") == plain_tracks
    assert follow(plain, config=PRESETS["robust"]) == plain_tracks
    assert follow(plain, preset="fast") == follow(plain, config=TrackerConfig())
    with pytest.raises(ConfigError, match="preset 'slow': expected one of robust, fast"):
        Tracker(*plain[0], preset="slow")


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_a_preset_beside_a_configuration_is_refused(plain, preset):
    for make in (
        partial(Tracker, *plain[0]),
        MultiTracker,
        partial(track_video, "no.mp4", plain[0][1]),
        MeanShiftTracker,
    ):
        with pytest.raises(ConfigError, match=f"preset '{preset}' beside a config: expected one"):
            make(preset=preset, config=TrackerConfig())


def test_a_configuration_survives_a_turn_through_plain_numbers():
    config = TrackerConfig(
        PatchConfig(30.0), ColorConfig("hsv", (12, 3, 3)), ConfidenceConfig(lost_below=0.15)
    )
    assert TrackerConfig.from_dict(config.to_dict()) == config
    listed = copy.deepcopy(config.to_dict())
    listed["color"]["bins"] = [12, 3, 3]  # what JSON makes of it
    assert TrackerConfig.from_dict(listed) == config


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "'color' is missing; to_dict gives all"),
        ({"color": {}}, "'bins' is missing"),
        ({"patch": 3, "color": {"bins": None}}, "not those of this version"),
        ({"patch": {"sides": 1}, "color": {"bins": None}}, "not those of this version .*'sides'"),
        (None, "not those of this version"),
    ],
)
def test_a_configuration_of_unknown_options_is_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        TrackerConfig.from_dict(options)


def test_a_configuration_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrackerConfig().color.space = "hue"


# --- anything at all


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([(), (1,), (3,), (4,)])),
    st.tuples(*[st.floats() | st.floats(-60, 60)] * 2, *[st.floats() | st.floats(0, 90)] * 2),
    st.integers(0, 2**32 - 1),
)
def test_any_box_on_any_small_frame_is_refused_in_one_line_or_followed(shape, box, seed):
    height, width, depth = shape
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (height, width, *depth), np.uint8)
    refusal = ""
    try:
        tracker = Tracker(image, box)
    except TrackerError as error:
        refusal = str(error)
    if refusal:
        assert "\n" not in refusal
        assert "box (" in refusal
        return
    noise = random.integers(0, 256, (3, *image.shape), np.uint8)
    for later in (image, image[::-1].copy(), *noise):
        track = tracker.update(later)
        assert all(map(math.isfinite, (*track.box, track.rotated_box.angle_deg)))
        assert track.box.width > 0
        assert track.box.height > 0
        assert 0 <= track.score <= 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=5, max_size=5))
def test_any_finite_times_give_finite_tracks(plain, times):
    tracker = Tracker(*plain[0], time_s=0.0)
    for (image, _), time_s in zip(plain[1:], times, strict=False):
        track = tracker.update(image, time_s)
        assert all(map(math.isfinite, track.box))


def test_a_still_camera_on_a_still_target_does_not_drift():
    card = patchwork(40, 30, seed=3)
    ground = Layer(Sprite.of(texture(seed=2)))
    scene = Scene(80, ground, Layer(card, lambda time: Pose(7.3, -4.6)), camera=Camera(noise=4))
    frames = scene[:]
    tracks = follow(frames)
    assert overlaps(tracks, frames).min() > 0.9
    assert math.dist(tracks[-1].box.center, frames[0][1].center) < 0.7


def test_a_target_that_comes_back_far_away_in_a_large_frame_is_found():
    random = np.random.default_rng(0)
    ground = random.integers(90, 130, (720, 1280, 1), np.uint8).repeat(3, axis=2)
    card = random.integers(0, 60, (40, 40, 3), np.uint8)
    card[:20, :, 2], card[20:, :, 1] = 220, 200

    def showing(x, y):
        frame = ground.copy()
        frame[y : y + 40, x : x + 40] = card
        return frame

    tracker = Tracker(showing(200, 360), (200, 360, 40, 40))
    for _ in range(30):
        track = tracker.update(ground)
    assert not track.ok
    for _ in range(15):
        track = tracker.update(showing(1100, 100))
    assert track.ok
    assert iou(track.box, (1100, 100, 40, 40)) > 0.5
