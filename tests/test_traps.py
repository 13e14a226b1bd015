"""Traps of OpenCV's trackers and histograms: each is sprung on OpenCV here, and then on ours.

The docstring says what OpenCV does, with the public thread where there is one. Ours is asserted; a
test ends as skipped, after that, with a version of OpenCV that has mended what its docstring says.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from following import follow

from tracker import Box, ColorConfig, RotatedBox, State, Tracker, TrackerConfig, climb, iou
from tracker.backprojection import Bins, histogram, posterior, unit
from tracker.errors import BoxError, TrackerError
from tracker.meanshift import moments, rotated_box
from tracker.opencv import MeanShiftTracker
from tracker.synthetic import draw_box, draw_hill, draw_rotated_box, plain_scene

UNTIL = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1)
HUE = TrackerConfig(color=ColorConfig(space="hue", texture=False))
SHADE = np.random.default_rng(9).integers(-6, 7, (240, 320, 3))


def is_a_trap(sprung: bool) -> None:
    """End the test as skipped when OpenCV does no longer what the docstring says."""
    if not sprung:
        pytest.skip(f"mended in OpenCV {cv2.__version__}; what is asserted of ours holds")


def refused(call: Callable[[], object]) -> bool:
    """Tell whether OpenCV refuses a call."""
    try:
        call()
    except cv2.error:
        return True
    return False


def scene_of(color: tuple[int, int, int], ground: tuple[int, int, int], frames: int = 30):
    """Draw a 50×40 card of one color that crosses even ground, with some noise."""
    pictures = []
    for index in range(frames):
        image = np.full((240, 320, 3), ground, np.int16)
        box = Box(40 + 5 * index, 60 + 2 * index, 50, 40)
        x, y = int(box.x), int(box.y)
        image[y : y + 40, x : x + 50] = color
        noisy = image + np.roll(SHADE, (7 * index, 11 * index), (0, 1))
        pictures.append((noisy.clip(0, 255).astype(np.uint8), box))
    return pictures


def color_of(hue: int, saturation: int = 220, value: int = 200) -> tuple[int, int, int]:
    pixel = cv2.cvtColor(np.array([[[hue, saturation, value]]], np.uint8), cv2.COLOR_HSV2BGR)
    return tuple(pixel[0, 0].tolist())


# --- windows


def test_float_windows_are_taken():
    """``cv2.meanShift`` takes whole numbers only, not even 140.0, and moves by whole pixels.

    Found in the wild as "integer argument expected, got float": nicholaskajoh/ivy#61.
    """
    hill = draw_hill((240, 320), (150.3, 110.6), 12)
    rest = climb(hill, Box(125.5, 90.25, 50.0, 40.0))
    assert rest.window.center == pytest.approx((150.3, 110.6), abs=0.1)
    is_a_trap(refused(lambda: cv2.meanShift(hill, (140.0, 95.0, 50.0, 40.0), UNTIL)))


@pytest.mark.parametrize("window", [(400, 300, 50, 40), (-200, -200, 50, 40)])
def test_a_window_outside_the_map_is_not_moved_to_its_middle(window):
    """``cv2.meanShift`` goes to the middle of the picture, as a window of 1×1, without a word."""
    _, theirs = cv2.meanShift(np.ones((240, 320), np.uint8), window, UNTIL)
    rest = climb(np.ones((240, 320)), Box(*window))
    assert rest.window == window
    assert rest.mass == 0
    assert not rest.converged
    with pytest.raises(BoxError, match="outside the 320x240 frame"):
        Tracker(np.zeros((240, 320, 3), np.uint8), window)
    is_a_trap(tuple(theirs) != window)


@pytest.mark.parametrize("window", [(300, 220, 50, 40), (-20, 100, 50, 40)])
def test_a_window_over_the_border_keeps_its_size(window):
    """``cv2.meanShift`` cuts the window at the border, and it stays cut."""
    _, theirs = cv2.meanShift(np.ones((240, 320), np.uint8), window, UNTIL)
    assert climb(np.ones((240, 320)), Box(*window)).window[2:] == (50, 40)
    is_a_trap(theirs[2] * theirs[3] < 50 * 40)


def test_a_target_that_leaves_and_comes_back_has_its_size_again():
    """The same, over a video: what comes back is followed by a window of what was left of it."""
    frames = scene_of((40, 40, 210), (90, 120, 90), 61)
    there = [(image, box) for image, box in frames if box.right < 300]
    tracks = follow([*there, *frames[len(there) :], *reversed(frames), *reversed(there)])
    assert tracks[-1].box.width == pytest.approx(50, rel=0.15)


@pytest.mark.parametrize("window", [(10, 10, 0, 0), (10, 10, -5, 20)])
def test_an_empty_window_is_refused_in_words(window):
    """``cv2.meanShift`` raises from C++; and the box of OpenCV's lost trackers is (0, 0, 0, 0)."""
    with pytest.raises(BoxError, match="width must be > 0"):
        climb(np.ones((240, 320)), Box(*window))
    is_a_trap(refused(lambda: cv2.meanShift(np.ones((240, 320), np.uint8), window, UNTIL)))


def test_nothing_there_is_not_the_same_as_converged_at_once():
    """``cv2.meanShift`` returns 0 for both."""
    hill = draw_box((240, 320), Box(200, 150, 40, 40))
    nothing, _ = cv2.meanShift(hill, (20, 20, 40, 40), UNTIL)
    at_once, _ = cv2.meanShift(hill, (200, 150, 40, 40), UNTIL)
    assert climb(hill, Box(20, 20, 40, 40))[1:] == (0, 1, False)
    assert climb(hill, Box(200, 150, 40, 40))[1:] == (pytest.approx(1600), 1, True)
    is_a_trap(nothing == at_once == 0)


# --- maps


def test_one_pixel_that_is_not_a_number_is_an_error():
    """``cv2.meanShift`` goes to the corner, without a word."""
    hill = draw_hill((240, 320), (150, 110), 12)
    hill[110, 150] = np.nan
    _, theirs = cv2.meanShift(hill, (130, 90, 50, 40), UNTIL)
    with pytest.raises(ValueError, match="replace NaN by 0"):
        climb(hill, Box(130, 90, 50, 40))
    is_a_trap(tuple(theirs[:2]) == (0, 0))


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.int32, np.float16, np.float64, np.uint8])
def test_every_dtype_makes_a_map(dtype):
    """``cv2.meanShift`` takes some, and refuses bool, int8, int32 and float16."""
    card = draw_box((60, 80), Box(30, 20, 20, 16)).astype(dtype)
    assert climb(card, Box(22, 14, 24, 20)).window.center == pytest.approx((40, 28), abs=0.05)


def test_a_faint_map_is_climbed_like_a_strong_one():
    """OpenCV takes a map for empty whose sum is below 2e-16."""
    hill = draw_hill((60, 80), (40, 28), 6).astype(np.float64) * 1e-22
    _, theirs = cv2.meanShift(hill, (22, 14, 24, 20), UNTIL)
    assert climb(hill, Box(22, 14, 24, 20)).window.center == pytest.approx((40, 28), abs=0.2)
    is_a_trap(tuple(theirs) == (22, 14, 24, 20))


def test_the_tolerance_is_what_it_says():
    """OpenCV squares epsilon and rounds it: below 0.7 it is 0, and 50 steps are always taken."""
    hill = draw_hill((60, 80), (40.3, 28.4), 6)
    steps, theirs = cv2.meanShift(hill, (22, 14, 24, 20), (UNTIL[0], 50, 3.0))
    rest = climb(hill, Box(22, 14, 24, 20))
    assert rest.converged
    assert math.dist(rest.window.center, (40.3, 28.4)) < 0.25
    is_a_trap(steps < 50 and math.dist(Box(*theirs).center, (40.3, 28.4)) > 0.25)


# --- CamShift


def camshift_for(frames: int, density: np.ndarray) -> tuple[int, int, int, int]:
    window = (140, 95, 50, 40)
    for _ in range(frames):
        _, window = cv2.CamShift(density, window, UNTIL)
    return tuple(window)


@pytest.mark.parametrize("level", [0, 1])
def test_on_an_empty_or_even_map_no_window_grows(level):
    """``cv2.CamShift`` grows 20 pixels a call on an empty map, and to the whole of an even one."""
    _, _, width, height = camshift_for(100, np.full((240, 320), level, np.uint8))
    rest = climb(np.full((240, 320), float(level)), Box(140, 95, 50, 40))
    assert rest.window == Box(140, 95, 50, 40)
    image = scene_of((40, 40, 210), (90, 120, 90), 1)[0]
    tracker = Tracker(*image)
    even = np.full((240, 320, 3), level * 60, np.uint8)
    assert max(tracker.update(even).box.area for _ in range(100)) <= 50 * 40 * 1.001
    is_a_trap(width * height > 50 * 40 * 10)


def test_a_target_that_is_gone_leaves_no_box_painted_at_the_corner():
    """On an empty map ``cv2.CamShift`` returns the rotated box ((0, 0), (0, 0), 0)."""
    theirs, _ = cv2.CamShift(np.zeros((240, 320), np.uint8), (140, 95, 50, 40), UNTIL)
    frames = scene_of((40, 40, 210), (90, 120, 90), 5)
    tracker = Tracker(*frames[0])
    for _ in range(20):
        track = tracker.update(np.full((240, 320, 3), (90, 120, 90), np.uint8))
    assert track.state is State.LOST
    assert track.rotated_box.size == track.box[2:]
    assert track.box.area > 1000
    is_a_trap(theirs == ((0, 0), (0, 0), 0))


@pytest.mark.parametrize("size", [(20, 20), (40, 40), (50, 40), (100, 40)])
def test_sizes_are_without_bias(size):
    """``cv2.CamShift`` gives 60×48 for a box of 50×40: four deviations, and two pixels more."""
    truth = Box.around((160, 120), *size)
    density = draw_box((240, 320), truth)
    (_, theirs, _), _ = cv2.CamShift((density * 255).astype(np.uint8), (90, 60, 140, 120), UNTIL)
    assert rotated_box(moments(density)).size == pytest.approx(size, abs=0.1)
    is_a_trap(max(theirs) > 1.1 * max(size))


@pytest.mark.parametrize("angle_deg", [-60, -30, 0, 30, 60])
def test_angles_are_those_of_the_long_side_from_the_horizontal(angle_deg):
    """``cv2.CamShift`` gives 90 for a horizontal bar and 0 for a vertical one."""
    bar = draw_rotated_box((90, 90), RotatedBox((45, 45), (60, 20), angle_deg))
    (_, _, theirs), _ = cv2.CamShift((bar * 255).astype(np.uint8), (5, 5, 80, 80), UNTIL)
    assert rotated_box(moments(bar)).angle_deg == pytest.approx(angle_deg, abs=1)
    is_a_trap(abs(theirs - angle_deg) > 45)


def test_a_nearly_square_target_does_not_flip():
    """The angle of ``cv2.CamShift`` jumps by 90 degrees when the longer side changes."""
    frames = scene_of((40, 40, 210), (90, 120, 90), 30)
    square = Box.around(frames[0][1].center, 40, 40)
    angles = [
        track.rotated_box.angle_deg for track in follow([(frames[0][0], square), *frames[1:]])
    ]
    assert np.abs(np.diff(angles)).max() < 15


def test_the_center_at_the_border_is_that_of_what_is_seen():
    """``cv2.CamShift`` gives the center of its clipped window: 18.5 for a box from 0 to 30."""
    card = draw_box((240, 320), Box(0, 100, 30, 30))
    theirs, _ = cv2.CamShift((card * 255).astype(np.uint8), (0, 95, 40, 40), UNTIL)
    assert moments(card).center == pytest.approx((15, 115), abs=1e-6)
    assert climb(card, Box(-5, 95, 40, 40)).window.center == pytest.approx((15, 115), abs=0.1)
    is_a_trap(abs(theirs[0][0] - 15) > 1)


def test_a_neighbor_of_the_same_color_eight_pixels_off_is_not_swallowed():
    """``cv2.CamShift`` joins two 40 px targets that are 8 px apart to one of 86 px."""
    pair = draw_box((240, 320), Box(100, 100, 40, 40)) + draw_box((240, 320), Box(148, 100, 40, 40))
    window = (100, 100, 40, 40)
    for _ in range(6):
        _, window = cv2.CamShift((pair * 255).astype(np.uint8), window, UNTIL)
    image = np.full((240, 320, 3), (90, 120, 90), np.int16)
    image[100:140, 100:140] = image[100:140, 148:188] = (40, 40, 210)
    frame = (image + SHADE).clip(0, 255).astype(np.uint8)
    tracker = Tracker(frame, (100, 100, 40, 40))
    for _ in range(60):
        track = tracker.update(frame)
    assert iou(track.box, (100, 100, 40, 40)) > 0.8
    is_a_trap(window[2] > 80)


# --- histograms


def test_histograms_have_one_shape_in_every_version():
    """``cv2.calcHist`` gives (180, 1) before OpenCV 5 and (180,) since: boltgolt/howdy#1128."""
    counts = histogram(np.zeros((4, 4), np.intp), None, 180)
    assert counts.shape == (181,)
    assert counts[0] == 16


def test_the_last_hue_counts():
    """With the range [0, 179] of many tutorials ``cv2.calcBackProject`` drops hue 179."""
    hue = np.full((4, 4), 179, np.uint8)
    full = np.full(180, 255, np.float32)
    sort = Bins.of(ColorConfig(space="hue", texture=False))
    reds = sort(np.full((4, 4, 3), color_of(179), np.uint8))
    assert histogram(reds, None, sort.n_bins).sum() == 16
    is_a_trap(cv2.calcBackProject([hue], [0], full, [0, 179], 1).max() == 0)


@pytest.mark.parametrize("hue", [179, 0, 60])
def test_red_is_followed_as_well_as_green(hue):
    """Reds lie on both sides of the hue seam: a model of 178 gives 0 at 179, 0 and 1."""
    frames = scene_of(color_of(hue), (120, 90, 60))
    tracks = follow(frames, config=HUE)
    for track, (_, box) in zip(tracks, frames, strict=True):
        assert iou(track.box, box) > 0.7
        assert track.state is State.TRACKING


@pytest.mark.parametrize("gray", [0, 128, 255])
@pytest.mark.parametrize("config", [HUE, None])
def test_black_gray_and_white_targets_are_not_drawn_to_red(gray, config):
    """They all have hue 0, which is red's, or a hue that is noise: (127, 128, 128) has 30."""
    frames = scene_of((gray, gray, gray), (150, 110, 60))
    for image, box in frames:
        x, y = int(box.x), int(box.y) + 50
        image[y : y + 40, x : x + 50] = color_of(0)  # a red card goes along below
    tracks = follow(frames, config=config)
    for track, (_, box) in zip(tracks, frames, strict=True):
        assert iou(track.box, box) > 0.6


def test_a_strong_color_is_not_clipped_to_look_like_a_weak_one():
    """On 8 bits counts of 2250 and 250 become 255 and 250, and shares of 0.9 and 0.1, 1 and 0."""
    pixels = np.array([[0, 1]], np.uint8)
    raw = cv2.calcBackProject([pixels], [0], np.array([2250, 250], np.float32), [0, 2], 1)
    ground = np.array([1 / 2, 1 / 2, 0], np.float32)
    table = posterior(np.array([0.9, 0.1, 0], np.float32), ground)
    assert table[:2] == pytest.approx([9 / 14, 1 / 6], abs=1e-3)
    is_a_trap(raw.tolist() == [[255, 250]])


def test_an_even_histogram_does_not_blind():
    """``NORM_MINMAX``, which every tutorial takes, makes all zeros of a constant histogram."""
    even = np.full((4, 1), 7, np.float32)
    assert unit(np.full(4, 7)) == pytest.approx([0.25] * 4)
    many = np.random.default_rng(2).integers(0, 256, (40, 50, 3), np.uint8)  # all colors alike
    image = np.full((240, 320, 3), (90, 120, 90), np.uint8)
    image[60:100, 40:90] = many
    assert Tracker(image, (40, 60, 50, 40)).separability > 0.5
    is_a_trap(cv2.normalize(even, None, 0, 255, cv2.NORM_MINMAX).max() == 0)


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint8])
def test_histograms_of_any_dtype_mean_the_same(dtype):
    """``cv2.calcBackProject`` reads any but float32 as garbage: opencv/opencv#5244 has the like."""
    counts = np.array([30, 10, 0, 0]).astype(dtype)
    assert unit(counts).dtype == np.float32
    assert unit(counts).tolist() == [0.75, 0.25, 0, 0]


def test_the_third_channel_counts():
    """``cv2.calcBackProject`` ignores it in joint histograms: opencv/opencv#29938."""
    red = np.full((8, 8, 3), (10, 20, 30), np.uint8)
    other = np.full((8, 8, 3), (10, 20, 230), np.uint8)
    sort = Bins.of(ColorConfig(texture=False))
    table = unit(histogram(sort(red), None, sort.n_bins))
    assert table.take(sort(red)).min() == 1
    assert table.take(sort(other)).max() == 0
    joint = cv2.calcHist([red], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3)
    is_a_trap(cv2.calcBackProject([other], [0, 1, 2], joint, [0, 256] * 3, 1).max() > 0)


@pytest.mark.parametrize("color", [0, 1, 2])
def test_gray_rgb_and_alpha_are_told_by_shape_and_argument(color):
    """``cv2.cvtColor`` raises on gray, and takes RGB for BGR without a word: red becomes blue."""
    bgr = [0, 0, 0]
    bgr[color] = 220
    frames = scene_of(tuple(bgr), (90, 120, 90), 8)
    with_alpha = [(cv2.cvtColor(image, cv2.COLOR_BGR2RGBA), box) for image, box in frames]
    assert follow(with_alpha, channels="rgb") == follow(frames)


# --- OpenCV's own trackers


def test_nothing_can_be_asked_of_a_tracker_without_a_target():
    """``cv2.TrackerMIL`` ends the process (SIGSEGV) when it is updated before ``init``."""
    with pytest.raises(TrackerError, match="call init"):
        MeanShiftTracker.create().update(np.zeros((240, 320, 3), np.uint8))
    assert not hasattr(Tracker, "init")  # ready when made: it cannot even be written


def test_a_target_that_is_gone_is_not_ok():
    """``cv2.TrackerMIL`` returns ok for ever: opencv/opencv_contrib#1663 and many more."""
    frames = scene_of((40, 40, 210), (90, 120, 90), 10)
    gone = (frames[0][0] * 0 + np.array([90, 120, 90])).astype(np.uint8)
    tracks = follow([*frames, *[(gone, None)] * 10])
    assert all(track.ok for track in tracks[:10])
    assert not tracks[-1].ok


@pytest.mark.parametrize("box", [(300, 100, 50, 40), (-20, -10, 50, 40)])
def test_a_box_partly_outside_can_be_started_on(box):
    """``cv2.TrackerMIL`` fails an assertion there."""
    image = np.full((240, 320, 3), (90, 120, 90), np.int16)
    x, y = max(box[0], 0), max(box[1], 0)
    image[y : box[1] + 40, x : box[0] + 50] = (40, 40, 210)
    frame = (image + SHADE).clip(0, 255).astype(np.uint8)
    track = Tracker(frame, box).update(frame)
    assert track.ok
    assert track.box[2:] == pytest.approx((50, 40), rel=0.05)


def test_the_score_is_a_score(plain):
    """``getTrackingScore`` of OpenCV's MIL, KCF and CSRT is -1 for ever, where it is there."""
    tracker = MeanShiftTracker.create()
    tracker.init(*plain[0])
    for image, _ in plain[1:]:
        tracker.update(image)
        assert 0.5 < tracker.getTrackingScore() <= 1


def test_tracks_can_be_drawn_as_they_are():
    """``cv2.rectangle`` refuses floats, and ``np.int0`` of the tutorials is gone from NumPy 2."""
    scene = plain_scene()
    image, box = scene[0]
    track = Tracker(image, box).track
    corners = np.rint(track.rotated_box.corners()).astype(int)
    drawn = cv2.polylines(image.copy(), [corners.astype(np.int32)], True, (255, 255, 255))
    assert (drawn != image).any()
    left, top, right, bottom = map(round, (*track.box[:2], track.box.right, track.box.bottom))
    assert (cv2.rectangle(image.copy(), (left, top), (right, bottom), (0, 0, 0)) != image).any()
