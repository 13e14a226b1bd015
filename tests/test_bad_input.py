"""Bad boxes, frames and times: an error of one line with the way out, and the tracker as it was."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tracker import (
    ClimbConfig,
    ColorConfig,
    ConfidenceConfig,
    MultiTracker,
    PatchConfig,
    Tracker,
    draw,
    draw_all,
    iou,
    open_sink,
    open_video,
    tracks_to_supervision,
)
from tracker.detect import point_window
from tracker.errors import BoxError, ConfigError, FrameError, SinkError, TargetError, TrackerError

DTYPES = ["bool", "int8", "uint16", "int32", "int64", "float16", "float32", "float64", "complex64"]


# --- boxes


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((math.nan, 10, 20, 20), r"box \(nan, 10, 20, 20\): all four numbers must be finite"),
        ((10, math.inf, 20, 20), "must be finite"),
        ((10, 10, -math.inf, 20), "must be finite"),
        ((10, 10, 0, 20), r"box \(10, 10, 0, 20\): width must be > 0"),
        ((10, 10, 20, 0.0), "height must be > 0"),
        ((10, 10, -5, 20), "width must be > 0"),
        ((0, 0, 0, 0), "width must be > 0"),  # a canceled choice, or a lost tracker of OpenCV
        (None, "box None: expected four numbers"),
        ((10, 10, 20), "expected four numbers"),
        ((0.3, 0.4, 0.2, 0.2), "less than a pixel across: expected pixels, not shares"),
        ((10, 10, 1e-9, 20), "less than a pixel across"),
        ((0, 0, 1e6, 20), "more than 10 times as large as the 320x240 frame"),
        ((0, 0, 1e308, 1e308), "more than 10 times as large"),
    ],
)
def test_a_box_that_cannot_be_is_refused_with_its_value_and_the_rule(plain, box, message):
    with pytest.raises(BoxError, match=message):
        Tracker(plain[0][0], box)


@pytest.mark.parametrize(
    "box",
    [
        (400, 300, 50, 40),
        (-200, -200, 50, 40),
        (320, 10, 20, 20),
        (10, 240, 20, 20),
        (-20, 10, 20, 20),
        (10, -20, 20, 20),
    ],
)
def test_a_box_wholly_outside_names_box_and_frame(plain, box):
    with pytest.raises(BoxError) as caught:
        Tracker(plain[0][0], box)
    assert "(" + ", ".join(map(str, box)) + ")" in str(caught.value)
    assert "outside the 320x240 frame" in str(caught.value)


@pytest.mark.parametrize("shift", [(-25, 0), (0, -20), (-15, -15)])
def test_a_box_partly_outside_keeps_its_size_and_learns_from_what_is_inside(plain, shift):
    image, box = plain[0]
    left, top = round(box.x) - shift[0], round(box.y) - shift[1]
    cropped = np.ascontiguousarray(
        image[max(top, 0) if shift[1] else 0 :, left if shift[0] else 0 :]
    )
    over = (box.x - (left if shift[0] else 0), box.y - (top if shift[1] else 0), *box[2:])
    tracker = Tracker(cropped, over)
    assert tracker.track.box == over
    assert tracker.separability > 0.5
    track = tracker.update(cropped)
    assert track.ok
    assert track.box[2:] == pytest.approx(box[2:], rel=0.05)


def test_a_box_larger_than_the_frame_is_followed(plain):
    tracker = Tracker(plain[0][0], (-40, -30, 400, 300))
    for image, _ in plain[1:20]:
        track = tracker.update(image)
        assert track.ok
        assert iou(track.box, (-40, -30, 400, 300)) > 0.8


def test_a_box_that_is_the_frame_is_followed(plain):
    tracker = Tracker(plain[0][0], (0, 0, 320, 240))
    for image, _ in plain[1:20]:
        assert iou(tracker.update(image).box, (0, 0, 320, 240)) > 0.7


@pytest.mark.parametrize("box", [(100, 100, 1, 1), (100, 100, 1, 140), (20, 100, 280, 1)])
def test_boxes_a_pixel_thin_do_no_harm(plain, box):
    tracker = Tracker(plain[0][0], box)
    for image, _ in plain[1:20]:
        track = tracker.update(image)
        assert all(map(math.isfinite, track.box))
        assert track.box.area <= box[2] * box[3] * 30


# --- frames


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (None, "frame is None: expected a picture; did the capture end or fail"),
        ([[1, 2], [3, 4]], r"frame is a list: expected a NumPy array; use numpy\.asarray"),
        (cv2.UMat(8, 8, cv2.CV_8UC3), r"frame is a UMat: .* use frame\.get\(\)"),
        ("frame.png", "frame is a str"),
        (np.zeros((0, 0, 3), np.uint8), r"frame of shape \(0, 0, 3\): expected at least one pixel"),
        (np.zeros((5, 0), np.uint8), "expected at least one pixel"),
        (np.zeros(9, np.uint8), r"frame of shape \(9,\): expected \(H, W\)"),
        (np.zeros((9, 9, 2), np.uint8), r"\(9, 9, 2\): expected \(H, W\), \(H, W, 3\)"),
        (np.zeros((9, 9, 5), np.uint8), "channels come last"),
        (np.zeros((3, 90, 120), np.uint8), "channels come last"),
        (np.zeros((1, 9, 9, 3), np.uint8), r"frame of shape \(1, 9, 9, 3\)"),
    ],
)
def test_what_is_no_picture_is_refused_at_the_start_and_later(plain, frame, message):
    with pytest.raises(FrameError, match=message):
        Tracker(frame, (1, 1, 5, 5))
    tracker, twin = Tracker(*plain[0]), Tracker(*plain[0])
    with pytest.raises(FrameError, match=message):
        tracker.update(frame)
    assert tracker.update(plain[1][0]) == twin.update(plain[1][0])  # as if nothing had been


@pytest.mark.parametrize("dtype", DTYPES)
def test_another_dtype_is_refused_with_a_conversion_that_works(plain, dtype):
    image, box = plain[0]
    frame = (image / 255 if "float" in dtype else image).astype(dtype)
    if dtype == "uint16":
        frame *= 257
    with pytest.raises(FrameError, match=f"frame of dtype {dtype}: expected uint8") as caught:
        Tracker(frame, box)
    if dtype == "complex64":
        return
    conversion = str(caught.value).split("convert by ")[1].split(" if ")[0]
    converted = eval(conversion, {"frame": frame, "numpy": np})
    assert converted.dtype == np.uint8
    Tracker(converted, box)
    if dtype not in ("bool", "int8"):  # which cannot hold the picture
        assert np.abs(converted.astype(int) - image).max() <= 1


@pytest.mark.parametrize("size", [(120, 160), (240, 321), (320, 240)])
def test_another_size_in_mid_stream_names_both_and_the_way_out(plain, size):
    tracker, twin = Tracker(*plain[0]), Tracker(*plain[0])
    with pytest.raises(FrameError) as caught:
        tracker.update(np.zeros((*size, 3), np.uint8))
    assert str((*size, 3)) in str(caught.value)
    assert "(240, 320, 3)" in str(caught.value)
    assert "resize" in str(caught.value)
    assert tracker.update(plain[1][0]) == twin.update(plain[1][0])


def test_other_channels_in_mid_stream_are_refused(plain):
    tracker = Tracker(*plain[0])
    with pytest.raises(FrameError, match="the tracker was started on"):
        tracker.update(plain[1][0][..., 0])


def test_frames_that_are_views_or_read_only_work(plain):
    expected = Tracker(*plain[0]).update(plain[1][0])
    wide = np.zeros((480, 640, 3), np.uint8)
    wide[::2, ::2] = plain[1][0]
    wide.flags.writeable = False
    assert Tracker(*plain[0]).update(wide[::2, ::2]) == expected
    assert Tracker(*plain[0]).update(np.asfortranarray(plain[1][0])) == expected


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 50), (50, 1, 4), (2, 2, 1), (9, 5000, 3)])
def test_frames_of_any_size_work(shape):
    frame = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    tracker = Tracker(frame, (0, 0, 4, 4))
    for _ in range(5):
        assert all(map(math.isfinite, tracker.update(frame).box))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([*DTYPES, "uint8", "uint8", "<U2", "datetime64[s]", "object"]).flatmap(
        lambda dtype: (
            arrays(dtype, array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
            if dtype != "object"
            else st.just(np.array([[None, "x"]], object))
        )
    )
)
def test_any_array_is_refused_in_one_line_or_followed(frame):
    refusal = ""
    try:
        track = Tracker(frame, (0, 0, 4, 4)).update(frame)
    except FrameError as error:
        refusal = str(error)
    if refusal:
        assert "\n" not in refusal
        assert refusal.startswith("frame of ")
    else:
        assert frame.dtype == np.uint8
        assert all(map(math.isfinite, track.box))


# --- times and options


@pytest.mark.parametrize("time_s", [math.nan, math.inf, -math.inf, "noon", [], 10**400])
def test_a_time_that_is_none_is_refused_and_changes_nothing(plain, time_s):
    with pytest.raises(FrameError, match="expected a finite number of seconds, or None"):
        Tracker(*plain[0], time_s=time_s)
    tracker, twin = Tracker(*plain[0], time_s=1.0), Tracker(*plain[0], time_s=1.0)
    with pytest.raises(FrameError, match="expected a finite number of seconds, or None"):
        tracker.update(plain[1][0], time_s)
    assert tracker.update(plain[1][0], 1.04) == twin.update(plain[1][0], 1.04)


@pytest.mark.parametrize("channels", ["BGR", "gray", "", None, 3])
def test_another_order_of_channels_is_refused(plain, channels):
    with pytest.raises(ConfigError, match="expected 'bgr' or 'rgb'"):
        Tracker(*plain[0], channels=channels)
    with pytest.raises(ConfigError, match="expected 'bgr' or 'rgb'"):
        MultiTracker(channels=channels)
    with pytest.raises(ConfigError, match="expected 'bgr' or 'rgb'"):
        point_window(plain[0][0], (5, 5), channels)


def test_an_option_of_the_wrong_name_is_no_silence(plain):
    with pytest.raises(TypeError, match="chanels"):
        Tracker(*plain[0], chanels="rgb")


def test_every_error_of_ours_can_be_caught_as_one(plain):
    for frame, box in [(None, (1, 1, 5, 5)), (plain[0][0], (0, 0, 0, 0))]:
        with pytest.raises(TrackerError):
            Tracker(frame, box)
        with pytest.raises(ValueError, match=r"expected|must be"):
            Tracker(frame, box)


# --- other kinds of things


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PatchConfig(target_side="24"), "target_side '24': expected 8 to 128 pixels"),
        (lambda: PatchConfig(padding=None), "padding None: expected 0.5 to 4"),
        (lambda: ColorConfig(bins=8), "bins 8: bgr takes a tuple of 3"),
        (lambda: ColorConfig(target_rate="0.1"), "target_rate '0.1': expected 0 to 1"),
        (lambda: ColorConfig(edge_threshold=None), "edge_threshold None: expected 0 to 254"),
        (
            lambda: ConfidenceConfig(lost_below=None),
            "lost_below None, seen_above 0.25, .* expected",
        ),
        (
            lambda: ConfidenceConfig(calibration="0"),
            "calibration '0': expected log odds, -30 to 30",
        ),
        (lambda: ClimbConfig(tolerance=None), "tolerance None: must be > 0 pixels"),
        (lambda: ClimbConfig(max_steps=2.5), "max_steps 2.5: must be a whole number, >= 1"),
        (lambda: open_video("no.mp4", start_s=None), "start None s: must be 0 or later"),
        (lambda: open_video("no.mp4", end_s="3"), "end '3' s: must be after the start, 0 s"),
        (lambda: open_video("no.mp4", max_frames=2.5), "max frames 2.5: must be a whole number"),
        (lambda: open_video("no.mp4", timeout_s="5"), "timeout '5' s: must be above 0 and finite"),
        (lambda: open_video("no.mp4", stream="1"), "stream '1': video streams are numbered from 0"),
    ],
)
def test_an_option_of_another_kind_is_refused_as_one_out_of_range(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


def test_one_track_in_the_place_of_several_is_told_and_the_other_way_round(plain, plain_tracks):
    image, track = plain[0][0], plain_tracks[0]
    with pytest.raises(ConfigError, match=r"track is a dict: .* several are drawn by draw_all"):
        draw(image, {1: track})
    with pytest.raises(ConfigError, match=r"tracks is a Track: expected .* one is \{1: track\}"):
        draw_all(image, track)
    with pytest.raises(ConfigError, match=r"density: expected a map and the Box it covers"):
        draw(image, track, density=np.ones((9, 9)))
    assert (draw(image, track, label=7) == draw(image, track, label="7")).all()


def test_tracks_that_are_not_by_number_are_no_detections(plain_tracks):
    pytest.importorskip("supervision")
    with pytest.raises(ConfigError, match="tracks is a list: expected"):
        tracks_to_supervision(plain_tracks)


@pytest.mark.parametrize("boxes", [None, 3, [], (1, 2, 3), np.ones((2, 5))])
def test_overlaps_of_what_has_not_four_numbers_are_refused(boxes):
    with pytest.raises(BoxError, match=r"boxes of shape .*: expected \(4,\) or \(n, 4\)"):
        iou((0, 0, 9, 9), boxes)


def test_a_number_that_no_target_can_have_is_refused_as_one_that_none_has():
    with pytest.raises(TargetError, match=r"target \[1\]: not followed; those that are: none"):
        MultiTracker().remove([1])


def test_a_recording_of_a_rate_that_is_none_is_refused(tmp_path):
    with pytest.raises(SinkError, match=r"like='clip.mp4': expected a video that open_video has"):
        open_sink(tmp_path / "a.mp4", like="clip.mp4")
    with pytest.raises(SinkError, match="fps='25': must be a rate above 0"):
        open_sink(tmp_path / "a.mp4", fps="25")
    assert not list(tmp_path.iterdir())
