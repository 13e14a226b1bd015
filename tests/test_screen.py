"""The screen: the arithmetic of fitting, and real windows with a real mouse and real keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from desktop import (  # noqa: F401  (fixtures)
    REPOSITORY,
    Desktop,
    desktop,
    server,
    why_no_desktop,
    x_server,
)
from hypothesis import given
from hypothesis import strategies as st

from tracker.box import Box, RotatedBox
from tracker.confidence import State
from tracker.screen.fitting import box_of_drag, fit, opening_size
from tracker.screen.hud import draw_box, draw_cross, draw_plot
from tracker.track import Track

needs_desktop = pytest.mark.skipif(bool(why_no_desktop()), reason=why_no_desktop())

SIDES = st.integers(16, 5000)


# --- fitting ------------------------------------------------------------------------------------


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_fitted_picture_is_inside_its_room_and_touches_two_sides(width, height, wide, high):
    place = fit((width, height), (wide, high))
    assert place.left >= 0
    assert place.top >= 0
    assert place.left + place.width <= wide
    assert place.top + place.height <= high
    assert place.width == wide or place.height == high


@given(SIDES, SIDES, st.integers(640, 8000), st.integers(480, 4000))
def test_a_window_opens_within_the_screen_and_undistorted(width, height, wide, high):
    shown = opening_size((width, height), (wide, high))
    assert shown[0] <= wide
    assert shown[1] <= high
    if min(shown) > 20:
        assert shown[0] / shown[1] == pytest.approx(width / height, rel=0.05)


@pytest.mark.parametrize(
    ("box", "is_right"),
    [
        ((200, 150, 40, 40), False),
        ((10, 80, 40, 40), True),  # its words stand above it
        ((-20, 0, 700, 300), False),  # everywhere
        ((600, 10, 40, 40), False),
    ],
)
def test_the_score_over_time_does_not_cover_the_target(box, is_right):
    canvas = np.full((360, 640, 3), 200, np.uint8)
    turned = RotatedBox((0.0, 0.0), (1.0, 1.0), 0.0)
    track = Track(0, 0.0, Box(*box), turned, 0.9, State.TRACKING, "")
    draw_plot(canvas, [track] * 5, fit((640, 360), (640, 360)))
    changed = np.flatnonzero((canvas != 200).any(axis=(0, 2)))
    assert (changed.min() > 320, changed.max() > 320) == (is_right, is_right)


def test_a_picture_that_fits_is_shown_at_its_own_size():
    assert opening_size((800, 600), (1920, 1080)) == (800, 600)
    assert opening_size((800, 600), None) == (800, 600)


def test_a_window_stays_on_the_first_of_two_monitors():
    assert opening_size((3840, 1080), (3840, 1080))[0] <= 1920


def test_a_small_picture_is_enlarged():
    assert min(opening_size((128, 96), (1920, 1080))) == 400


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((50, 60), (149, 119)),
        ((149, 119), (50, 60)),
        ((149, 60), (50, 119)),
        ((50, 119), (149, 60)),
    ],
)
def test_a_drag_in_any_direction_gives_the_same_box(start, end):
    place = fit((320, 240), (320, 240))
    assert box_of_drag(start, end, place, (320, 240)) == Box(50, 60, 100, 60)


@pytest.mark.parametrize(
    ("start", "end", "box"),
    [
        ((-50, -40), (99, 99), Box(0, 0, 100, 100)),
        ((200, 200), (900, 900), Box(200, 200, 120, 40)),
        ((-5, -5), (2000, 2000), Box(0, 0, 320, 240)),
        ((400, 10), (500, 60), None),
        ((50, 60), (50, 60), None),
        ((50, 60), (52, 62), None),
    ],
)
def test_a_drag_beyond_the_picture_is_cut_and_a_click_is_no_box(start, end, box):
    assert box_of_drag(start, end, fit((320, 240), (320, 240)), (320, 240)) == box


@given(
    st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES),
    st.tuples(st.floats(0, 1), st.floats(0, 1)), st.tuples(st.floats(0, 1), st.floats(0, 1)),
)  # fmt: skip
def test_a_drag_on_a_scaled_picture_gives_the_box_under_the_pixels(picture, room, first, last):
    place = fit(picture, room)

    def pixel(at):
        return (
            place.left + min(int(at[0] * place.width), place.width - 1),
            place.top + min(int(at[1] * place.height), place.height - 1),
        )

    start, end = pixel(first), pixel(last)
    box = box_of_drag(start, end, place, picture)
    if box is None:
        return
    assert box.x * place.scale_x + place.left == pytest.approx(min(start[0], end[0]), abs=1e-6)
    assert box.right * place.scale_x + place.left == pytest.approx(max(start[0], end[0]) + 1)
    assert box.bottom * place.scale_y + place.top == pytest.approx(max(start[1], end[1]) + 1)
    assert box.x >= 0
    assert box.right <= picture[0] + 1e-9


# --- is there a display? ------------------------------------------------------------------------


def ask_for_display(**environment):
    """Ask in a process of its own, which must live to tell."""
    without = {name: os.environ[name] for name in os.environ if "DISPLAY" not in name}
    answer = subprocess.run(
        [sys.executable, "-c", "from tracker.screen import find_display; print(find_display())"],
        env={**without, "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    return answer.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="displays have names on Linux only")
@pytest.mark.skipif(cv2.currentUIFramework() == "", reason="this OpenCV is a headless wheel")
def test_want_of_a_display_is_said_and_never_ends_the_process():
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in ask_for_display()
    assert "the display :977 does not answer" in ask_for_display(DISPLAY=":977")
    assert "a window could not be opened" in ask_for_display(WAYLAND_DISPLAY="wayland-77")


@needs_desktop
def test_a_display_is_found_with_its_size(desktop):  # noqa: F811
    answer = ask_for_display(DISPLAY=desktop.display)
    assert "why_not='', size=(1024, 768)" in answer


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (230, 180, 60)])
def test_a_box_being_drawn_and_the_lines_to_hit_it_are_seen_on_any_color(color):
    place = fit((320, 240), (320, 240))
    for draw_it in (
        lambda canvas: draw_box(canvas, Box(100, 80, 90, 60), place),
        lambda canvas: draw_cross(canvas, 200, 80),
    ):
        canvas = np.full((240, 320, 3), color, np.uint8)
        draw_it(canvas)
        along = canvas[74:87, 112:134].astype(int)  # of the upper edge between handles, of the line
        across = np.abs(along - color).max(axis=(0, 2))
        assert (across > 100).all()


# --- a real window ------------------------------------------------------------------------------

SELECT = """
import sys, json, numpy as np
from tracker.screen import Window, select_box
width, height, times = map(int, sys.argv[1:])
image = np.full((height, width, 3), 200, np.uint8)
with Window("choose", (width, height)) as window:
    for _ in range(times):
        print(json.dumps(select_box(window, image)), flush=True)
"""


def answer_of(program):
    """Read the next box the program was given."""
    line = program.stdout.readline()
    assert line, program.communicate()
    return json.loads(line)


@needs_desktop
def test_a_box_is_drawn_with_the_mouse_and_taken_or_canceled_with_a_key(desktop):  # noqa: F811
    program = desktop.start("-c", SELECT, "640", "480", "6")
    desktop.wait_for_window("choose", program)

    desktop.press("Return")  # there is nothing to take yet
    desktop.drag((100, 80), (299, 229))
    desktop.press("Return")
    assert answer_of(program) == [100, 80, 200, 150]

    desktop.drag((299, 80), (100, 229))  # to the left
    desktop.press("space")
    assert answer_of(program) == [100, 80, 200, 150]

    desktop.drag((10, 10), (60, 60))
    desktop.press("r", "Return")  # r clears it
    desktop.drag((500, 400), (900, 700))  # beyond the picture
    desktop.press("KP_Enter")
    assert answer_of(program) == [500, 400, 140, 80]

    for key in ("Escape", "c", "q"):
        desktop.drag((100, 80), (299, 229))
        desktop.press(key)
        assert answer_of(program) is None


@needs_desktop
def test_on_a_picture_larger_than_the_screen_the_box_is_that_of_the_picture(desktop):  # noqa: F811
    program = desktop.start("-c", SELECT, "3840", "2160", "1")
    desktop.wait_for_window("choose", program)
    wide, high = opening_size((3840, 2160), (1024, 768))
    shown = desktop.wait_until_shown(  # the whole picture
        lambda shown: shown[high // 2, wide - 2].tolist() == [200, 200, 200]
    )
    assert not shown[:, wide:].any(), "and nothing beside it"
    desktop.drag((100, 50), (299, 199))
    desktop.press("space")
    one_px = 3840 / wide  # of the window, in the picture
    wanted = [100 * one_px, 50 * one_px, 200 * one_px, 150 * one_px]
    assert answer_of(program) == pytest.approx(wanted, abs=one_px / 2)


@needs_desktop
@pytest.mark.parametrize(("factor", "screen"), [(2, (1024, 768)), (1.5, (1500, 900))])
def test_on_a_high_dpi_screen_the_window_fits_and_the_box_is_that_of_the_picture(factor, screen):
    with x_server(*screen) as display:
        screened = Desktop(display)
        screened.environment["QT_SCALE_FACTOR"] = str(factor)
        program = screened.start("-c", SELECT, "3840", "2160", "1")
        screened.wait_for_window("choose", program)
        wide, high = opening_size((3840, 2160), (screen[0] // factor, screen[1] // factor))
        edge = round(high * factor) // 2, round(wide * factor)
        shown = screened.wait_until_shown(  # the whole picture
            lambda shown: shown[edge[0], edge[1] - 4].tolist() == [200, 200, 200]
        )
        assert not shown[:, edge[1] + 2 :].any(), "and nothing beside it"
        screened.drag((150, 60), (450, 240))
        screened.press("space")
        answer = answer_of(program)
        screened.stop()
    start, end = ([int(at / factor) for at in point] for point in ((150, 60), (450, 240)))
    place = fit((3840, 2160), (wide, high))
    assert answer == pytest.approx(list(box_of_drag(start, end, place, (3840, 2160))))


@needs_desktop
def test_closing_the_window_cancels(desktop):  # noqa: F811
    program = desktop.start("-c", SELECT, "640", "480", "1")
    window = desktop.wait_for_window("choose", program)
    desktop.close_window(window)
    assert answer_of(program) is None


@needs_desktop
def test_the_size_is_shown_while_the_box_is_drawn(desktop):  # noqa: F811
    program = desktop.start("-c", SELECT, "640", "480", "1")
    desktop.wait_for_window("choose", program)
    desktop.hands("mousemove", "--sync", 100, 80)
    desktop.hands("mousedown", 1, "sleep", 0.1, "mousemove", 299, 229)

    def is_bright_inside_only(shown):
        return shown[150, 200].tolist() == [200, 200, 200] and shown[150, 400].max() < 140

    shown = desktop.wait_until_shown(is_bright_inside_only)
    desktop.hands("mouseup", 1)
    beside = shown[237:265, 100:190].astype(int)
    assert beside.min() < 60, "a dark plate"
    assert beside.max() > 220, "with light words"
    desktop.press("Escape")
    assert answer_of(program) is None


FOLLOW_SIZE = """
import numpy as np
from tracker.screen import Window
image = np.zeros((300, 400, 3), np.uint8)
image[:, :200], image[:, 200:] = (0, 0, 255), (0, 255, 0)
keys = []
with Window("follow", (400, 300)) as window:
    while window.is_open and keys[-1:] != ["q"]:
        window.show(image, hint="q quit   space pause", status="0.5 s")
        key = window.key(20)
        if key: keys.append(key)
print(" ".join(keys), window.is_open)
"""


@needs_desktop
def test_the_picture_follows_the_window_and_keys_are_named(desktop):  # noqa: F811
    program = desktop.start("-c", FOLLOW_SIZE)
    window = desktop.wait_for_window("follow", program)
    desktop.hands("windowsize", "--sync", window, 800, 728, "sleep", 0.2)

    def is_red_and_green(shown):
        return [shown[350, x].tolist() for x in (380, 420)] == [[0, 0, 255], [0, 255, 0]]

    shown = desktop.wait_until_shown(is_red_and_green)
    assert np.abs(shown[350, 396:404].astype(int).sum(axis=-1) - 255).max() < 60
    desktop.press("space", "Escape", "D", "Left", "q")
    stdout, stderr = program.communicate(timeout=20)
    assert stdout.split() == ["space", "escape", "d", "left", "q", "False"], stderr
