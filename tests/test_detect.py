"""Windows without a mouse: of what moves, has a color, lies round a point, or is marked."""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import Box, iou, open_video
from tracker.clips import find_clip
from tracker.detect import (
    MotionDetector,
    color_at,
    color_windows,
    density_windows,
    mask_window,
    point_window,
    read_color,
)
from tracker.detect.egomotion import camera_motion
from tracker.detect.own_motion import own_motion
from tracker.detect.standing import stood_before
from tracker.errors import BoxError, ConfigError, FrameError
from tracker.synthetic import (
    Camera,
    Layer,
    Light,
    Pose,
    Scene,
    Sprite,
    draw_box,
    patchwork,
    shaken,
    still,
    texture,
    waypoints,
)

FOUND = 0.5  # IoU


def first_found(frames):
    """Give the index of the first frame with a window on the truth, or None."""
    detector = MotionDetector()
    for index, (image, truth) in enumerate(frames):
        windows = detector.update(image)
        if truth is not None and any(iou(window, truth) >= FOUND for window in windows):
            return index
    return None


def n_offered(frames):
    detector = MotionDetector()
    return sum(len(detector.update(image)) for image, _ in frames)


@functools.cache
def ground():
    return Layer(Sprite.of(texture(seed=2)))


def standing(**camera):
    """A scene of 24 frames in which nothing moves but the camera and the light."""
    target = Layer(patchwork(40, 40, seed=1, elliptic=True), lambda time: Pose(30, 20))
    return Scene(24, ground(), target, camera=Camera(**camera))


# --- what moves ---------------------------------------------------------------------------------


# Frames 0 to 15 of two clips show their target at rest: these are counted from where it sets off.
@pytest.mark.parametrize(
    ("name", "sets_off"), [("rotation", 15), ("occlusion", 15), ("lookalike", 0), ("reentry", 0)]
)
def test_what_moves_in_a_clip_is_found_within_fifteen_frames(name, sets_off):
    clip = find_clip(name)
    with open_video(clip.path, max_frames=sets_off + 16) as video:
        found = first_found((frame.image, clip.truth[frame.index]) for frame in video)
    assert found is not None
    assert sets_off <= found <= sets_off + 15


@pytest.mark.parametrize("speed", [-3.0, 2.0, 5.0])
def test_what_moves_is_found_though_the_camera_pans(speed):
    camera = Camera(path=lambda time: Pose(speed * time - 40, 0.5 * time, angle_deg=time / 10))
    target = Layer(
        patchwork(40, 40, seed=1, elliptic=True),
        lambda time: Pose(2.5 * time - 60, 20),
    )
    assert first_found(Scene(16, ground(), target, camera=camera)) is not None


def test_what_moves_is_found_though_the_camera_zooms_and_the_light_flickers():
    camera = Camera(
        path=waypoints({0: Pose(), 40: Pose(scale=1.4)}),
        light=lambda time: Light(gain=1 + 0.2 * math.sin(2 * time)),
    )
    target = Layer(patchwork(40, 40, seed=1, elliptic=True), lambda time: Pose(3 * time - 60, 0))
    assert first_found(Scene(16, ground(), target, camera=camera)) is not None


@pytest.mark.parametrize("name", ["plain", "gray", "camera shake", "light", "rotation"])
def test_the_target_of_a_scene_is_found(frames_of, name):
    assert first_found(frames_of(name)[:20]) is not None


def test_all_that_moves_is_found_and_what_stands_is_not():
    bodies = [patchwork(40, 40, seed=seed) for seed in (1, 3, 7)]
    ways = [lambda t: Pose(-100 + 3 * t, -60), lambda t: Pose(90 - 2 * t, 60), lambda t: Pose()]
    layers = [Layer(body, way) for body, way in zip(bodies, ways, strict=True)]
    scene = Scene(20, ground(), layers[0], front=tuple(layers[1:]))
    detector = MotionDetector()
    for image, _ in scene:
        windows = detector.update(image)
    centers = [(160 + way(19).x, 120 + way(19).y) for way in ways]
    truths = [Box.around(center, 40, 40) for center in centers]
    assert len(windows) == 2
    assert all(max(iou(windows, truth)) > FOUND for truth in truths[:2])
    assert max(iou(windows, truths[2])) == 0


@pytest.mark.parametrize(
    "camera",
    [
        {"noise": 2},
        {"noise": 10},
        {"light": lambda time: Light(gain=1 + 0.3 * math.sin(2.3 * time))},
        {"light": lambda time: Light(gain=1.2, gamma=1 + 0.2 * math.sin(0.9 * time))},
        {"path": shaken(still, amplitude=3, seed=3)},
        {"path": shaken(still, amplitude=8, seed=4), "shutter": 0.5, "samples": 4},
        {
            "path": shaken(still, amplitude=6, seed=5),
            "light": lambda time: Light(gain=1 + 0.3 * math.sin(2.3 * time)),
            "noise": 8,
        },
        {"path": waypoints({0: Pose(-60), 40: Pose(60)})},
        {"path": waypoints({0: Pose(), 40: Pose(scale=1.5, angle_deg=10)})},
    ],
    ids=["noise", "much noise", "flicker", "tone", "hand", "shake", "all", "pan", "zoom"],
)
def test_nothing_is_found_where_nothing_moves(camera):
    assert n_offered(standing(**camera)) == 0


@pytest.mark.parametrize("name", ["occlusion", "reentry"])
def test_nothing_is_found_in_a_still_photograph_seen_by_an_unsteady_hand(name):
    with open_video(find_clip(name).path) as video:
        photograph = next(video).image
    camera = Camera(path=shaken(still, amplitude=4, seed=8))
    scene = Scene(24, Layer(Sprite.of(photograph)), Layer(patchwork(20, 20)), camera=camera)
    assert n_offered(scene) == 0


def test_a_flickering_screen_is_no_mover():
    screens = [patchwork(60, 40, seed=seed) for seed in range(30)]
    target = Layer(lambda time: screens[int(time)], lambda time: Pose(20, 10))
    assert n_offered(Scene(24, ground(), target)) == 0


@pytest.mark.parametrize("gain", [0.55, 1.4])
def test_a_shadow_and_a_light_that_pass_over_a_lawn_are_no_movers(gain):
    with open_video(find_clip("lookalike").path, max_frames=1) as video:
        lawn = next(iter(video)).image
    frames = []
    for index in range(17):
        light = np.ones(lawn.shape[:2], np.float32)
        light[220:280, 20 + 4 * index : 80 + 4 * index] = gain
        light = cv2.GaussianBlur(light, (0, 0), 4)[..., np.newaxis]
        frames.append((np.clip(lawn * light, 0, 255).astype(np.uint8), None))
    assert n_offered(frames) == 0


def test_what_stands_in_another_light_is_told_from_what_came():
    lawn, light = texture(160, 120, seed=2)[..., :3], np.linspace(0.4, 1.2, 160)[:, np.newaxis]
    lawn = lawn + np.random.default_rng(0).normal(0, 8, lawn.shape)
    lit = np.clip(lawn * light, 0, 255).astype(np.uint8)
    lawn = np.clip(lawn, 0, 255).astype(np.uint8)
    other = np.roll(lit, 9, axis=1)
    all_of_it, window = np.ones((120, 160), np.float32), Box(40, 30, 50, 40)
    assert stood_before(lit, [lawn, other, lawn], all_of_it, window) > 0.9
    assert stood_before(lit, [other, lawn, other], all_of_it, window) < 0.3  # it was there once
    assert stood_before(lit, [lit * 0, lit * 0], all_of_it, Box(-9, -9, 2, 2)) == 0


def test_what_moves_against_its_surroundings_is_told_from_what_goes_along():
    earlier = np.clip(texture(160, 120, seed=2)[..., :3] * 4.0 - 350, 0, 255).astype(np.uint8)
    window = Box(60, 40, 40, 30)
    density = draw_box((120, 160), window).astype(np.float32)
    passed, lit, came = np.roll(earlier, 3, axis=1), earlier.copy(), earlier.copy()
    lit[40:70, 60:100] = earlier[40:70, 60:100] // 2
    came[40:70, 60:100] = earlier[40:70, 57:97]
    for along in (earlier, passed, lit):
        assert own_motion(along, earlier, density, window) < 0.02
    assert own_motion(came, earlier, density, window) > 0.1
    everything = Box(0, 0, 160, 120)  # nothing is round it
    assert own_motion(earlier, earlier, np.ones_like(density), everything) == 1


def test_a_screen_on_a_wall_that_passes_is_no_mover():
    grain = texture(160, 160, seed=5)[:110, :150, :3]
    wall = Sprite.of((90 + 0.4 * (grain - grain.mean())).astype(np.uint8))
    screen = Layer(patchwork(50, 40, seed=1), lambda time: Pose(1.5 * time - 20, 0))
    assert n_offered(Scene(20, ground(), Layer(wall, screen.path), front=(screen,))) == 0


def test_what_sticks_to_the_frame_is_no_mover():
    logo, frames = patchwork(40, 20, seed=3).levels[0][..., :3], []
    for image, truth in standing(path=lambda time: Pose(3 * time - 30, 0)):
        frames.append((image.copy(), truth))
        frames[-1][0][20:40, 250:290] = logo
    assert n_offered(frames) == 0


def test_a_long_edge_is_no_mover():
    strip = Layer(patchwork(10, 150, seed=1), lambda time: Pose(2 * time - 40, 0))
    assert n_offered(Scene(16, ground(), strip)) == 0


def test_a_cut_is_no_motion_and_what_moves_after_it_is_found(frames_of):
    before = [(image[::-1], None) for image, _ in standing()[:12]]
    assert n_offered([*before, *frames_of("plain")[:1]]) == 0
    assert first_found([*before, *frames_of("plain")[:20]]) is not None


def test_pictures_without_any_corner_give_no_windows():
    random = np.random.default_rng(0)
    even = [np.full((120, 160, 3), 90, np.uint8)] * 12
    noise = [random.integers(0, 255, (120, 160, 3), dtype=np.uint8) for _ in range(12)]
    for frames in (even, noise):
        assert n_offered((frame, None) for frame in frames) == 0


def test_a_frame_of_another_size_starts_anew(plain):
    detector = MotionDetector()
    for image, _ in plain[:12]:
        detector.update(image)
    assert detector.update(plain[12][0][:100, :150]) == []
    assert detector.density()[1] == Box(0, 0, 150, 100)


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (240, 320), (240, 320, 4)])
def test_any_picture_can_be_looked_at(shape):
    detector = MotionDetector()
    for level in range(12):
        assert detector.update(np.full(shape, level * 20, np.uint8)) == []


def test_what_is_no_picture_is_refused():
    with pytest.raises(FrameError, match="None"):
        MotionDetector().update(None)


def test_the_camera_is_told_from_the_mover():
    camera = Camera(path=lambda time: Pose(4 * time, -2 * time))
    target = Layer(patchwork(90, 90, seed=1), lambda time: Pose(-9 * time, 0))
    gray = [
        image[..., 1].copy()
        for image in (Scene(2, ground(), target, camera=camera).image(i) for i in (0, 1))
    ]
    motion = camera_motion(gray[1], gray[0])
    assert motion == pytest.approx(np.array([[1, 0, 4], [0, 1, -2]]), abs=0.15)


# --- modes --------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, unique=True),
    width=st.floats(14, 40),
    height=st.floats(14, 40),
)
def test_each_box_drawn_on_a_density_gives_its_window(places, width, height):
    truths = [Box(20 + 75 * x, 12 + 75 * y, width, height) for x, y in places]
    density = sum(draw_box((240, 320), truth) for truth in truths).astype(np.float32)
    windows = density_windows(density)
    assert len(windows) == len(truths)
    for truth in truths:
        assert max(iou(windows, truth)) > 0.85


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), level=st.floats(0, 1))
def test_any_density_gives_windows_that_lie_on_it(seed, level):
    random = np.random.default_rng(seed)
    density = (random.random((60, 80)) ** 4 * level).astype(np.float32)
    for window in density_windows(density):
        assert min(window.width, window.height) > 0
        assert window.share_inside(80, 60) == pytest.approx(1)


# --- color, point, mask -------------------------------------------------------------------------


@pytest.mark.parametrize("color", ["red", "#d22828", (40, 40, 210)])
def test_what_has_a_color_is_found_by_name_by_hex_and_as_picked(color):
    red = np.full((50, 60, 3), (40, 40, 210), np.uint8)
    image = Scene(1, ground(), Layer(Sprite.of(red), lambda time: Pose(40, 10))).image(0)
    windows = color_windows(image, color)
    assert len(windows) == 1
    assert iou(windows[0], Box.around((200, 130), 60, 50)) > 0.9
    assert color_windows(image, red[0, 0]) == color_windows(image, [40, 40, 210])
    assert color_windows(image, "blue") == []


def test_colors_are_found_in_rgb_frames_of_any_size():
    image = np.full((720, 1280, 3), 110, np.uint8)
    image[100:300, 900:1200] = (220, 30, 30)
    windows = color_windows(image, "red", channels="rgb")
    assert len(windows) == 1
    assert iou(windows[0], (900, 100, 300, 200)) > 0.9


def test_the_basketball_is_orange():
    clip = find_clip("reentry")
    with open_video(clip.path) as video:
        assert iou(color_windows(next(video).image, "orange")[0], clip.truth[0]) > FOUND


def test_a_color_is_picked_from_its_surroundings_by_a_median():
    image = np.full((40, 60, 3), (200, 60, 30), np.uint8)
    image[20, 31] = 0
    assert color_at(image, (31.5, 20.5)) == color_at(image, (0, 0)) == (200, 60, 30)
    assert color_at(image[..., ::-1], (59.9, 39.9), channels="rgb") == (200, 60, 30)
    with pytest.raises(BoxError, match="not in the 60x40 frame"):
        color_at(image, (60, 3))


@pytest.mark.parametrize("text", ["redd", "#12345", "", "12,3,4"])
def test_a_color_that_is_none_is_refused_with_those_there_are(text):
    with pytest.raises(ConfigError, match="black, blue, brown"):
        read_color(text)


@pytest.mark.parametrize("color", [None, 7, (1, 2), (0, 0, 300)])
def test_what_is_no_color_of_three_numbers_is_refused(plain, color):
    with pytest.raises(ConfigError, match="expected a name, #rrggbb, or blue, green, red"):
        color_windows(plain[0][0], color)


@pytest.mark.parametrize("name", ["plain", "occlusion", "light", "gray", "camera shake"])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.35, 0.6), (0.65, 0.4)])
def test_the_region_round_a_point_is_the_target(frames_of, name, place):
    image, box = frames_of(name)[10]
    window = point_window(image, (box.x + place[0] * box.width, box.y + place[1] * box.height))
    assert iou(window, box) > FOUND


@settings(max_examples=30, deadline=None)
@given(x=st.floats(0, 319), y=st.floats(0, 239))
def test_a_window_covers_the_point_it_is_asked_for(plain, x, y):
    window = point_window(plain[0][0], (x, y))
    assert window.x <= x <= window.right
    assert window.y <= y <= window.bottom


@pytest.mark.parametrize("point", [(-1, 5), (320, 5), (5, 240), (math.nan, 5)])
def test_a_point_off_the_frame_is_refused(plain, point):
    with pytest.raises(BoxError, match="320x240"):
        point_window(plain[0][0], point)


@pytest.mark.parametrize("point", [None, (1,), (1, 2, 3), ("a", 2)])
def test_a_point_that_is_not_two_numbers_is_refused(plain, point):
    with pytest.raises(BoxError, match="expected two numbers"):
        point_window(plain[0][0], point)


def test_an_order_of_channels_that_there_is_not_is_refused(plain):
    with pytest.raises(ConfigError, match="expected 'bgr' or 'rgb'"):
        MotionDetector("gbr")
    with pytest.raises(ConfigError, match="expected 'bgr' or 'rgb'"):
        color_windows(plain[0][0], "red", channels="gbr")


def test_a_mask_gives_the_box_round_what_it_marks():
    mask = np.zeros((240, 320), np.uint8)
    mask[100:140, 50:110] = 7
    assert mask_window(mask) == (50, 100, 60, 40)
    with pytest.raises(BoxError, match="nothing"):
        mask_window(np.zeros((4, 4), bool))
    with pytest.raises(FrameError, match=r"float64.*`mask > 0`"):
        mask_window(np.zeros((4, 4)))
