"""The overlay: what is drawn, where, and what is left alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.box import Box, RotatedBox
from tracker.confidence import State
from tracker.errors import FrameError
from tracker.overlay import STATE_COLORS, contact_sheet, draw, draw_all
from tracker.overlay.inset import corner_clear_of
from tracker.overlay.primitives import dashes, drawing_unit, text_mask, wrap_text
from tracker.track import Track

SIZES = [(320, 240), (640, 360), (1920, 1080), (3840, 2160)]


def make_track(box, state=State.TRACKING, *, angle_deg=0.0, score=0.8, reason="", index=0):
    box = Box.of(box)
    turned = RotatedBox(box.center, (box.width, box.height), angle_deg)
    return Track(index, index / 25, box, turned, score, state, reason)


def gray_picture(width, height, level=128):
    return np.full((height, width, 3), level, np.uint8)


def near(picture, color, tolerance=40):
    """Tell for each pixel whether it has about this color."""
    return (np.abs(np.subtract(picture, color, dtype=np.int16)) <= tolerance).all(axis=-1)


def profile(picture, color, row, columns):
    """How much of the color there is along a row: 0 (the gray ground) to 1."""
    ground = np.array([128.0, 128, 128])
    along = picture[row, columns].astype(float) - ground
    axis = np.array(color) - ground
    return np.clip(along @ axis / (axis @ axis), 0, 1)


# --- the frame ----------------------------------------------------------------------------------


def test_the_frame_is_never_written_to():
    frame = gray_picture(320, 240)
    frame.flags.writeable = False
    picture = draw(frame, make_track((100, 80, 60, 40)))
    assert (frame == 128).all()
    assert (picture != 128).any()


def test_out_may_be_the_frame_itself():
    frame = gray_picture(320, 240)
    wanted = draw(frame, make_track((100, 80, 60, 40)))
    assert draw(frame, make_track((100, 80, 60, 40)), out=frame) is frame
    np.testing.assert_array_equal(frame, wanted)


def test_out_may_be_a_part_of_a_larger_picture():
    screen, frame = np.zeros((300, 400, 3), np.uint8), gray_picture(320, 240)
    draw(frame, make_track((100, 80, 60, 40)), out=screen[30:270, 40:360])
    np.testing.assert_array_equal(
        screen[30:270, 40:360], draw(frame, make_track((100, 80, 60, 40)))
    )
    assert not screen[:30].any()


@pytest.mark.parametrize("shape", [(240, 320), (240, 320, 1), (240, 320, 4)])
def test_gray_and_bgra_give_a_bgr_picture(shape):
    frame = np.full(shape, 128, np.uint8)
    picture = draw(frame, make_track((100, 80, 60, 40)))
    np.testing.assert_array_equal(
        picture, draw(gray_picture(320, 240), make_track((100, 80, 60, 40)))
    )


def test_a_view_that_is_not_contiguous_is_drawn_like_its_copy():
    frame = np.random.default_rng(0).integers(0, 255, (240, 640, 3), dtype=np.uint8)[:, ::-2]
    track = make_track((100, 80, 60, 40))
    np.testing.assert_array_equal(draw(frame, track), draw(frame.copy(), track))


@pytest.mark.parametrize(
    ("image", "out", "message"),
    [
        (None, None, "image of type NoneType"),
        (np.zeros((240, 320, 3)), None, "float64"),
        (np.zeros((240, 320, 2), np.uint8), None, r"\(240, 320, 2\)"),
        (np.zeros((0, 320, 3), np.uint8), None, r"\(0, 320, 3\)"),
        (gray_picture(320, 240), np.zeros((240, 320), np.uint8), "must be uint8 of shape"),
        (gray_picture(320, 240), np.zeros((240, 320, 3)), "out float64"),
        (gray_picture(2, 2), np.broadcast_to(np.uint8(0), (2, 2, 3)), "read-only"),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_drawn_on_is_refused(image, out, message):
    with pytest.raises(FrameError, match=message):
        draw(image, make_track((0, 0, 10, 10)), out=out)


# --- the box ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", [State.TRACKING, State.UNCERTAIN])
def test_the_box_is_drawn_on_its_edges_in_the_color_of_its_state(size, state):
    width, height = size
    box = Box(0.3 * width, 0.4 * height, 0.3 * width, 0.3 * height)
    picture = draw(gray_picture(*size), make_track(box, state))
    drawn = near(picture, STATE_COLORS[state], 60)
    middle_row, middle_column = round(box.center[1]), round(box.center[0])
    for column in (box.x, box.right):
        assert drawn[middle_row, round(column) - 1 : round(column) + 1].any()
    assert drawn[round(box.bottom) - 1 : round(box.bottom) + 1, middle_column].any()
    inside = np.s_[
        round(box.y) + 40 : round(box.bottom) - 40, round(box.x) + 40 : round(box.right) - 40
    ]
    assert (picture[inside] == 128).all(), "the target itself stays visible"


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("state", list(State))
def test_lines_show_on_black_and_on_white(level, state):
    picture = draw(gray_picture(320, 240, level), make_track((60, 100, 200, 100), state))
    row = picture[150, 50:70].astype(int)
    if state is State.LOST:
        row = picture[190:210, 60:260].reshape(-1, 3).astype(int)
    assert np.ptp(row.sum(axis=-1)) > 200


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5, 0.75])
def test_the_box_is_drawn_to_a_part_of_a_pixel(shift):
    picture = draw(gray_picture(320, 240), make_track((100 + shift, 60, 120, 120)))
    color = STATE_COLORS[State.TRACKING]
    columns = np.arange(96, 106)
    weight = profile(picture, color, 120, columns)
    center = float(weight @ (columns + 0.5) / weight.sum())
    assert center == pytest.approx(100 + shift, abs=0.15)


def test_a_turned_box_is_drawn_turned_and_a_hardly_turned_one_upright():
    upright = draw(gray_picture(320, 240), make_track((100, 80, 100, 60)))
    hardly = draw(gray_picture(320, 240), make_track((100, 80, 100, 60), angle_deg=2))
    round_and_back = draw(gray_picture(320, 240), make_track((100, 80, 100, 60), angle_deg=359))
    turned = draw(gray_picture(320, 240), make_track((100, 80, 100, 60), angle_deg=30))
    np.testing.assert_array_equal(hardly, upright)
    np.testing.assert_array_equal(round_and_back, upright)
    corner = RotatedBox((150, 110), (100, 60), 30).corners()[1]
    x, y = np.round(corner).astype(int)
    assert near(turned, STATE_COLORS[State.TRACKING])[y - 1 : y + 2, x - 1 : x + 2].any()
    assert not near(upright, STATE_COLORS[State.TRACKING])[y - 1 : y + 2, x - 1 : x + 2].any()


def test_a_box_turned_by_a_quarter_stands_on_its_short_side():
    picture = draw(gray_picture(320, 240), make_track((100, 80, 100, 60), angle_deg=90))
    drawn = near(picture, STATE_COLORS[State.TRACKING], 60)
    assert drawn[110, [119, 120, 179, 180]].any()  # 60 px wide about x = 150
    assert not drawn[110, 95:110].any()
    assert drawn[[59, 60, 159, 160], 150].any()  # and 100 px high about y = 110


def test_a_lost_target_has_no_solid_box():
    picture = draw(gray_picture(640, 360), make_track((200, 150, 200, 150), State.LOST, score=0.0))
    below = near(picture, STATE_COLORS[State.LOST])[300, 200:400]
    changes = np.count_nonzero(np.diff(below.astype(int)))
    assert changes > 20, "the edge is dashes"
    assert 0.2 < below.mean() < 0.7
    assert not near(picture, STATE_COLORS[State.TRACKING], 20).any()


@pytest.mark.parametrize("size", SIZES)
def test_words_and_lines_grow_with_the_picture(size):
    unit = drawing_unit((size[1], size[0]))
    word = text_mask("tracking", 10 * unit)[0]
    inked = np.flatnonzero((word > 128).any(axis=1))
    height = inked[-1] - inked[0] + 1
    assert height >= 8
    assert height / size[1] >= 0.015


# --- the words ----------------------------------------------------------------------------------


def test_state_score_label_and_reason_each_change_the_picture():
    box = (200, 150, 100, 80)
    plain = draw(gray_picture(640, 360), make_track(box, State.UNCERTAIN))
    others = [
        draw(gray_picture(640, 360), make_track(box, State.UNCERTAIN), label="cup"),
        draw(gray_picture(640, 360), make_track(box, State.UNCERTAIN, score=0.3)),
        draw(gray_picture(640, 360), make_track(box, State.UNCERTAIN, reason="it is hidden")),
        draw(gray_picture(640, 360), make_track(box, State.TRACKING)),
    ]
    for other in others:
        assert (other != plain).any()


def test_the_score_is_a_bar_as_long_as_it_is_high():
    def bar_length(score):
        picture = draw(gray_picture(1920, 1080), make_track((800, 500, 300, 200), score=score))
        plate = near(picture[400:490], STATE_COLORS[State.TRACKING], 12)
        return max(int(row.sum()) for row in plate[-25:])

    assert bar_length(0.2) < bar_length(0.5) < bar_length(1.0)
    assert bar_length(0.5) / bar_length(1.0) == pytest.approx(0.5, abs=0.05)


def test_long_reasons_are_broken_into_lines_that_fit():
    reason = "a look-alike 40 px away, and its colors fill the surroundings of the target"
    lines = wrap_text(reason, 10, 150)
    assert " ".join(lines) == reason
    assert len(lines) > 2
    assert all(text_mask(line, 10)[0].shape[1] <= 150 for line in lines)


def test_accented_letters_never_become_question_marks():
    assert text_mask("café", 20)[0].shape[1] < text_mask("caf??", 20)[0].shape[1]


@given(
    x=st.floats(-1e9, 1e9), y=st.floats(-1e9, 1e9),
    width=st.floats(1e-3, 1e9), height=st.floats(1e-3, 1e9),
    angle_deg=st.floats(-720, 720), state=st.sampled_from(list(State)),
    shape=st.sampled_from([(1, 1), (7, 200), (96, 128)]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_box_can_be_drawn_on_any_picture(x, y, width, height, angle_deg, state, shape):
    frame = np.zeros((*shape, 3), np.uint8)
    track = make_track((x, y, width, height), state, angle_deg=angle_deg, reason="it left")
    density = (np.ones((5, 5), np.float32), Box(x, y, width, height))
    picture = draw(frame, track, density=density, trail=[track, track], label="car")
    assert picture.shape == frame.shape


# --- trail and density --------------------------------------------------------------------------


def test_the_trail_leads_to_the_box_and_fades_into_the_past():
    tracks = [make_track((20 + 5 * step, 100, 40, 40), index=step) for step in range(50)]
    picture = draw(gray_picture(400, 240), tracks[-1], trail=tracks)
    green = profile(picture, STATE_COLORS[State.TRACKING], 120, np.arange(50, 240))
    assert green[-20:].mean() > green[60:80].mean() > green[:20].mean()
    assert green[-20:].mean() > 0.4
    inside = picture[115:126, 275:295]
    assert (inside == 128).all(), "the target itself stays visible"


def test_the_trail_breaks_where_the_target_was_lost():
    states = [State.TRACKING] * 20 + [State.LOST] * 10 + [State.TRACKING] * 20
    tracks = [
        make_track((20 + 5 * step, 100, 40, 40), state, index=step)
        for step, state in enumerate(states)
    ]
    picture = draw(gray_picture(400, 240), tracks[-1], trail=tracks)
    gap = np.arange(40 + 5 * 20 + 3, 40 + 5 * 30 - 8)
    assert (picture[120, gap] == 128).all()
    assert (picture[120, gap + 60] != 128).any()


@given(x=st.integers(0, 280), y=st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_the_inset_never_covers_a_small_target(x, y):
    size, margin = (67, 67), 6
    left, top = corner_clear_of([(x, y, 40, 40)], size, (320, 240), margin)
    assert left >= x + 40 or left + 67 <= x or top >= y + 40 or top + 67 <= y
    assert margin <= left <= 320 - 67 - margin
    assert margin <= top <= 240 - 67 - margin


def test_the_inset_shows_the_density_where_it_is():
    values = np.zeros((50, 50), np.float32)
    values[:25, 25:] = 1.0  # bright in the upper right quarter
    region = Box(40, 40, 100, 100)
    bright = draw(gray_picture(640, 360), make_track((60, 60, 60, 60)), density=(values, region))
    inset = bright[-107:-6, -107:-6].astype(int).sum(axis=-1)  # 0.28 of 360 px, the border out
    inside_window = inset[30:70, 30:70]
    assert inside_window[2:15, -15:-2].min() > inside_window[-15:-2, 2:15].max() + 200
    assert inside_window[2:15, -15:-2].min() > inside_window[2:15, 2:15].max() + 200


def test_a_density_with_nan_and_without_any_mass_is_drawn():
    values = np.full((20, 20), np.nan, np.float32)
    values[:10] = 0
    picture = draw(
        gray_picture(320, 240), make_track((60, 60, 40, 40)), density=(values, Box(0, 0, 200, 200))
    )
    assert (picture != 128).any()


# --- primitives and the sheet -------------------------------------------------------------------


def test_dashes_cover_the_corners_and_keep_their_share():
    corners = np.array([(0, 0), (100, 0), (100, 60), (0, 60)], float)
    pieces = dashes(corners, dash=6, gap=4)
    ends = np.concatenate(pieces)
    for corner in corners:
        assert np.abs(ends - corner).sum(axis=1).min() == 0
    total = sum(float(np.linalg.norm(end - start)) for start, end in pieces)
    assert total / 320 == pytest.approx(0.6, abs=0.03)


def test_the_unit_follows_the_shorter_side_of_the_picture():
    units = [drawing_unit((height, width, 3)) for width, height in SIZES]
    assert all(smaller <= larger for smaller, larger in pairwise(units))
    assert drawing_unit((1920, 1080)) == drawing_unit((1080, 1920))


def test_a_contact_sheet_holds_every_picture_in_order():
    pictures = [np.full((90, 160, 3), level, np.uint8) for level in (40, 80, 120, 160, 200)]
    sheet = contact_sheet(pictures, 3, picture_width=160)
    assert sheet.shape == (2 * 98 + 8, 3 * 168 + 8, 3)
    for number, level in enumerate((40, 80, 120, 160, 200)):
        row, column = divmod(number, 3)
        assert sheet[8 + row * 98 + 45, 8 + column * 168 + 80, 0] == level


def test_a_contact_sheet_does_not_distort_a_picture_of_another_shape():
    disk = np.zeros((200, 200, 3), np.uint8)
    disk[60:140, 60:140] = 255
    sheet = contact_sheet([np.zeros((90, 160, 3), np.uint8), disk], 2, picture_width=160)
    inked = np.argwhere(sheet[..., 0] > 200)
    height, width = np.ptp(inked, axis=0) + 1
    assert height == pytest.approx(36, abs=1)
    assert width == pytest.approx(36, abs=1)


def test_captions_are_written_on_the_sheet():
    pictures = [gray_picture(320, 240)] * 2
    plain = contact_sheet(pictures, 2)
    named = contact_sheet(pictures, 2, captions=["0.0 s"])
    half = plain.shape[1] // 2
    assert (plain[:, :half] != named[:, :half]).any()
    assert (plain[:, half:] == named[:, half:]).all()


def test_a_sheet_of_nothing_is_refused():
    with pytest.raises(FrameError, match="no pictures"):
        contact_sheet([], 3)
    with pytest.raises(FrameError, match="columns must be >= 1, got 0"):
        contact_sheet([gray_picture(10, 10)], 0)


@pytest.mark.parametrize("state", [State.TRACKING, State.LOST])
@pytest.mark.parametrize(("x", "y", "side"), [(26, 12, 12), (4, 3, 30), (50, 22, 12)])
def test_in_a_picture_of_few_pixels_no_words_hide_the_target(state, x, y, side):
    frame = gray_picture(64, 36)
    track = make_track(
        (x, y, side, side), state, reason="its colors are gone" * state.startswith("l")
    )
    inner = np.s_[y + 4 : y + side - 4, x + 4 : x + side - 4]
    for picture in (draw(frame, track), draw_all(frame, {1: track}, selected=1)):
        assert (picture[inner] == 128).mean() > 0.7
        assert (picture != 128).any()


def test_where_there_is_no_room_for_the_reason_the_state_is_still_told():
    frame, box = gray_picture(160, 90), (60, 30, 30, 30)
    told = draw(frame, make_track(box, State.LOST))
    both = draw(frame, make_track(box, State.LOST, reason="its colors are gone"))
    np.testing.assert_array_equal(both, told)
    assert near(told[:28], STATE_COLORS[State.LOST]).any()
