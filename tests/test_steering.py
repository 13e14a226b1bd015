"""Steering a run with real keys and a real mouse, on screens of two sizes."""

from __future__ import annotations

import contextlib
import csv
import gc
import shutil
import subprocess
import time
from collections import deque
from functools import partial
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from desktop import KEY_S, REPOSITORY, Desktop, why_no_desktop, x_server
from hypothesis import given
from hypothesis import strategies as st
from numbered import number_in, write_again, write_video

from tracker import MultiTracker
from tracker.app.outputs import Outputs
from tracker.app.recorder import Recorder
from tracker.app.reel import Reel
from tracker.app.run import Run
from tracker.app.signals import StopSignals
from tracker.app.standing import Decision
from tracker.app.steering import Steering
from tracker.box import Box, iou
from tracker.overlay import TARGET_COLORS, draw
from tracker.screen.editor import BoxEditor, grip_at, pulled
from tracker.screen.fitting import fit, opening_size
from tracker.screen.keys import KEYS
from tracker.screen.pace import LONGEST_UNDRAWN_S, Pace
from tracker.screen.timeline import TIMELINE_HEIGHT
from tracker.screen.window import BAR_HEIGHT, Drag
from tracker.synthetic import Layer, Pose, Scene, Sprite, patchwork, texture
from tracker.tables import read_table, read_targets
from tracker.video import open_sink, open_video

needs_desktop = pytest.mark.skipif(bool(why_no_desktop()), reason=why_no_desktop())


def test_the_page_about_the_window_has_every_key():
    page = (REPOSITORY / "docs" / "window.md").read_text()
    for key in KEYS:
        names = ", ".join(key.keys[:2]).replace("-,", "- ,").replace("+,", "+ ,")
        assert f"| {names} | {key.words} |" in page


# --- correcting a box ---------------------------------------------------------------------------

PLACE = fit((640, 480), (320, 240))
SHARES = st.floats(0, 1)


def pull(drag, start, end):
    """Pull the mouse, as its events tell it."""
    drag.hear(1, *start)
    drag.hear(0, *end)
    drag.hear(4, *end)


def test_a_corner_and_a_side_are_moved_by_their_handles_and_the_box_by_its_middle():
    drag, editor = Drag(), BoxEditor()

    def after(start, end):
        pull(drag, start, end)
        editor.follow(drag, PLACE, (640, 480))
        return editor.box

    assert after((50, 50), (99, 89)) == Box(100, 100, 100, 80)
    assert after((100, 90), (110, 95)) == Box(100, 100, 120, 90)
    assert after((50, 70), (40, 20)) == Box(80, 100, 140, 90), "a side moves in its direction only"
    assert after((75, 72), (85, 82)) == Box(100, 120, 140, 90)
    assert after((200, 150), (219, 169)) == Box(400, 300, 40, 40), "a pull beside it draws anew"


@given(SHARES, SHARES, st.tuples(st.floats(-900, 900), st.floats(-900, 900)))
def test_a_corrected_box_stays_in_the_picture_and_never_turns_inside_out(x, y, move):
    box = Box(100, 120, 80, 60)
    at = round(PLACE.left + 40 + 60 * x), round(PLACE.top + 50 + 50 * y)
    grip = grip_at(box, PLACE, at)
    if grip is None:
        return
    corrected = pulled(box, grip, move, (640, 480))
    assert corrected.x >= 0
    assert corrected.y >= 0
    assert corrected.right <= 640
    assert corrected.bottom <= 480
    assert min(corrected.width, corrected.height) >= 2
    if grip == (0, 0):
        assert (corrected.width, corrected.height) == pytest.approx((80, 60))


# --- pace ---------------------------------------------------------------------------------------


def test_a_film_that_is_late_catches_up_by_not_drawing_and_still_draws_now_and_then():
    pace, now_s, drawn = Pace(), 100.0, []
    for number in range(100):
        time_s = number / 25
        is_drawn = pace.is_drawn(time_s, now_s)
        drawn.append(is_drawn)
        now_s += 0.010 + (0.050 if is_drawn else 0)  # tracking is fast enough, drawing is not
        now_s += max(pace.early_s(time_s, now_s), 0)
    assert 0.3 < sum(drawn) / len(drawn) < 0.9
    assert now_s == pytest.approx(100 + 99 / 25, abs=0.1), "at the film's own speed"
    longest = max(len(run) for run in "".join("01"[one] for one in drawn).split("1"))
    assert longest * 0.01 < LONGEST_UNDRAWN_S + 0.1


def test_speeds_stretch_the_waits():
    pace = Pace()
    for steps, factor in ((0, 1), (-1, 2), (3, 0.25)):
        pace.change(steps)
        assert pace.early_s(7.0, 50.0) == 0
        assert pace.early_s(8.0, 50.0) == pytest.approx(factor)


@contextlib.contextmanager
def begun(folder, outputs):
    """Give a run of a film, with a target in its first frame, and the film's frames."""
    with (
        open_video(write_video(folder / "film.mkv", 6)) as video,
        Recorder(outputs, video, overwrite=False) as recorder,
    ):
        frames = list(video)
        targets = MultiTracker(preset="fast")
        targets.add(frames[0].image, (60, 70, 30, 30), frames[0].time_s)
        yield Run(targets, recorder=recorder, signals=StopSignals()), frames


# --- drawn and recorded -------------------------------------------------------------------------


def test_what_is_recorded_and_shown_alike_is_drawn_once(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr("tracker.app.run.draw", lambda *a, **k: drawn.append(1) or draw(*a, **k))
    with begun(tmp_path, Outputs(video=tmp_path / "seen.mkv")) as (run, frames):
        first = frames[0]

        def show(frame, *, trail=True, density=False):
            return run.draw(frame, run.seen[-1], trail=trail, density=density)

        def as_shown(frame):
            fresh = draw(
                frame.image, run.seen[-1].tracks[1], trail=[one.tracks[1] for one in run.seen]
            )
            assert np.array_equal(show(frame), fresh)
            return True

        run.follow(frames, as_shown)
        assert len(drawn) == 6
        assert (show(first, density=True) != show(first)).any()
        assert len(drawn) == 7
        run.back_to_first_model(first)
        show(first)
        assert len(drawn) == 8, "what changed since is drawn anew"


# --- several targets ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided", "picked", "boxes"),
    [
        (["add", "select"], None, [Box(60, 70, 30, 30), Box(10, 5, 20, 20), Box(10, 5, 20, 20)]),
        (["select"], None, [Box(10, 5, 20, 20)]),
        (["add", "select"], (70, 80), [Box(10, 5, 20, 20), Box(10, 5, 20, 20)]),
    ],
)
def test_enter_after_a_series_of_boxes_adds_the_last_one(
    tmp_path, monkeypatch, decided, picked, boxes
):
    player = Mock(n_undrawn=0, frame_rate=25.0, trail=False, density=False)
    with begun(tmp_path, Outputs(csv=tmp_path / "t.csv")) as (run, frames):
        first = frames[0]
        steering = Steering(run, player, Mock(can_seek=False), Mock())
        decisions = [Decision(each, first, Box(10, 5, 20, 20)) for each in decided]

        def decide(_):
            decision = decisions.pop(0)
            if decision.command == "select" and picked:
                steering._pick(first, picked)
            return decision

        monkeypatch.setattr("tracker.app.steering.Still", lambda *_: Mock(decide=decide))
        player.show.side_effect = ["pause", "quit"]
        run.follow(frames, steering.show)
    assert [track.box for track in run.seen[0].tracks.values()] == boxes


# --- moving about in a file ---------------------------------------------------------------------


@pytest.fixture(params=["plain", "varying"])
def film(tmp_path, request):
    """A film of 60 numbered frames with few keyframes."""
    times = None
    if request.param == "varying":
        times = np.cumsum(np.random.default_rng(3).integers(10, 90, 60)).tolist()
        times = [time - times[0] for time in times]
    gc.freeze()  # the reel collects at each jump, and need not look at what other tests hold
    return write_video(tmp_path / "film.mkv", 60, keyframe_every=30, times_ms=times)


def test_steps_back_give_every_frame_once_and_then_the_same_ones_forward(film, monkeypatch):
    monkeypatch.setattr("tracker.app.reel.KEPT_BYTES", 5 * 160 * 120 * 3)
    monkeypatch.setattr("tracker.app.reel.BACK_S", 0.3)
    with Reel(open_video(film), lambda start_s: open_video(film, start_s=start_s)) as reel:
        times = [frame.time_s for frame in deque((next(reel) for _ in range(50)), maxlen=50)]
        back = [reel.back() for _ in range(49)]
        assert [number_in(frame.image) for frame in back] == list(range(48, -1, -1))
        assert reel.back() is None
        forward = list(reel)
    assert [number_in(frame.image) for frame in forward] == list(range(1, 60))
    assert [frame.time_s for frame in forward][:49] == times[1:]


def test_any_time_can_be_gone_to_and_one_beyond_the_end_gives_a_late_frame(film):
    with Reel(open_video(film), lambda start_s: open_video(film, start_s=start_s)) as reel:
        all_of_it = list(reel)
        for number in (40, 3, 59, 31):
            frame = reel.at(all_of_it[number].time_s)
            assert number_in(frame.image) == number
            assert number == 59 or number_in(next(reel).image) == number + 1
        assert number_in(reel.at(all_of_it[-1].time_s + 1).image) > 20


def test_going_to_and_fro_keeps_no_more_than_the_file_that_is_read(film):
    def n_open():
        return sum(type(one).__name__ == "InputContainer" for one in gc.get_objects())

    with Reel(open_video(film), lambda start_s: open_video(film, start_s=start_s)) as reel:
        next(reel)
        for _ in range(6):
            reel.at(0.5)
        assert n_open() <= 2, "decoders are let go of, not left to the next collection"


# --- at the window ------------------------------------------------------------------------------

WIDTH, HEIGHT = 640, 480
START = Box(200, 180, 120, 120)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """A colored square that goes to and fro over a gray ground, for 10 s."""
    ground = Sprite.of(np.repeat(texture(seed=2)[..., :1], 3, axis=2))
    target = Layer(patchwork(60, 60, seed=3), lambda t: Pose(-30 + 2 * t, 0))
    forth = [cv2.resize(image, (WIDTH, HEIGHT)) for image, _ in Scene(40, Layer(ground), target)]
    folder = tmp_path_factory.mktemp("film")
    with open_sink(folder / "once.mp4", fps=25) as sink:
        for image in forth + forth[::-1]:
            sink.write(image)
    return write_again(folder / "once.mp4", folder / "square.mp4", 3)


@pytest.fixture
def screen(request):
    """A screen of the size asked for, and the size of the film on it."""
    if why_no_desktop():
        pytest.skip(why_no_desktop())
    with x_server(*request.param) as display:
        desktop = Desktop(display)
        yield desktop, opening_size((WIDTH, HEIGHT), request.param)
        desktop.stop()


LARGE = pytest.mark.parametrize("screen", [(1024, 768)], indirect=True, ids=["1024x768"])
SMALL = pytest.mark.parametrize("screen", [(520, 400)], indirect=True, ids=["520x400"])


def rows_of(path):
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def on_screen(scale, x, y):
    """Give where a place of the picture is on the screen."""
    return round(x * scale), round(y * scale)


def standing_rows(path):
    """Give the rows once no more come."""
    before = None
    while before != (before := len(rows_of(path))):
        time.sleep(0.4)  # a busy machine tracks no faster
    return rows_of(path)


@needs_desktop
@LARGE
def test_a_run_is_steered_by_keys_and_mouse(screen, long_film, tmp_path):
    desktop, (wide, high) = screen
    table, scale = tmp_path / "a.csv", wide / WIDTH
    program = desktop.start(
        *("-m", "tracker", "track", str(long_film), "--start", "0.4", "--preset", "fast"),
        *("--csv", "a.csv", "--output", "a.mp4"),
        cwd=tmp_path,
    )
    desktop.wait_for_window("tracker", program)

    place = partial(on_screen, scale)

    # chosen two frames later than the start, with the box drawn too small and then corrected
    desktop.press("n", "Right", "n", "b")
    x = START.x + 4 * 12
    left, top = place(x + 100, START.y + 30)
    bright = desktop.screenshot()[top, left].sum()
    desktop.drag(place(x, START.y), place(x + 60, START.y + 60))
    dimmed = desktop.wait_until_shown(lambda shown: shown[top, left].sum() < 0.7 * bright)
    desktop.drag(place(x + 60, START.y + 60), place(x + 120, START.y + 120))
    after = desktop.wait_until_shown(
        lambda shown: shown[top, left].sum() > dimmed[top, left].sum()  # not any more
    )
    corner = after[high - 100 : high - 10, wide - 100 : wide - 10].astype(int)
    assert (corner.max(axis=2) - corner.min(axis=2)).max() > 120, "the density is shown, in color"
    desktop.press("Return")
    wait_for(lambda: len(rows_of(table)) > 12)

    desktop.press("space")
    rows = standing_rows(table)
    assert float(rows[0]["time_s"]) == pytest.approx(0.48)
    first = Box(*(float(rows[0][name]) for name in ("x", "y", "width", "height")))
    assert iou(first, Box(x, START.y, 120, 120)) > 0.95

    # wrong is the frame looked at, be it the newest or an earlier one
    desktop.press("w", "b", "Left", "w", "b", "w", "w")
    n = len(rows)
    wait_for(lambda: [row["wrong"] for row in rows_of(table)][-4:] == ["0", "1", "0", "1"])

    # forward through what is known adds nothing; then each step is a frame that is tracked
    desktop.press("n", "n", "n")
    assert len(standing_rows(table)) == n
    desktop.press("n", "period")
    wait_for(lambda: len(rows_of(table)) >= n + 2)
    assert len(standing_rows(table)) == n + 2

    # back to an earlier frame, and another box from there: the rows from it on are written anew
    desktop.press("b", "b", "b", "b")
    desktop.drag(place(400, 50), place(300, 120))
    desktop.press("Return", "space")
    time.sleep(0.3)
    rows = standing_rows(table)
    assert float(rows[n - 3]["x"]) == pytest.approx(300, abs=1.5 / scale)
    assert [int(row["index"]) for row in rows] == list(range(len(rows)))
    times = [float(row["time_s"]) for row in rows]
    assert np.diff(times) == pytest.approx(0.04)

    # the line under the picture leads anywhere, and the run goes on from there
    middle = wide // 2, high + 9
    desktop.drag(middle, middle)
    desktop.press("space", "m", "r", "r", "c", "plus", "minus", "p", "h", "t", "d", "s")
    wait_for(lambda: list(tmp_path.glob("square-*s.png")))
    desktop.press("q")
    stdout, stderr = program.communicate(timeout=20)
    assert program.returncode == 0, stderr
    tracks = read_table(table)
    assert max(track.time_s for track in tracks) > 4
    (snapshot,) = tmp_path.glob("square-*s.png")
    assert sorted(path.name for path in tmp_path.glob("*.mp4")) == ["a-2.mp4", "a.mp4"]
    listed = [line.removeprefix("wrote ") for line in stdout.splitlines() if "wrote" in line]
    assert sorted(listed) == ["a-2.mp4", "a.csv", "a.mp4", snapshot.name]
    assert stderr == ""


@needs_desktop
@SMALL
def test_dragging_on_the_moving_picture_stops_it_and_follows_the_new_box(
    screen, long_film, tmp_path
):
    desktop, (wide, _) = screen
    table, scale = tmp_path / "a.csv", wide / WIDTH
    program = desktop.start(
        *("-m", "tracker", "track", str(long_film), "--csv", "a.csv", "--preset", "fast"),
        f"--box={START.x},{START.y},{START.width},{START.height}",
        cwd=tmp_path,
    )
    desktop.wait_for_window("tracker", program)
    wait_for(lambda: len(rows_of(table)) > 5)
    left, top = on_screen(scale, 600, 200)
    bright = desktop.screenshot()[top, left].sum()

    def dimmed(shown):  # round a box that is drawn
        return shown[top, left].sum() < 0.7 * bright

    desktop.drag(on_screen(scale, 500, 300), on_screen(scale, 400, 400))
    desktop.wait_until_shown(dimmed)
    n = len(standing_rows(table))
    desktop.press("Escape")  # no box after all
    desktop.wait_until_shown(lambda shown: not dimmed(shown))
    desktop.press("Escape")  # and on
    wait_for(lambda: len(rows_of(table)) > n + 3)
    desktop.drag(on_screen(scale, 500, 300), on_screen(scale, 400, 400))
    desktop.wait_until_shown(dimmed)
    n = len(standing_rows(table))
    desktop.press("space")
    wait_for(lambda: len(rows_of(table)) > n)
    desktop.press("q")
    _, stderr = program.communicate(timeout=20)
    assert program.returncode == 0, stderr
    drawn = Box(*(float(rows_of(table)[n - 1][name]) for name in ("x", "y", "width", "height")))
    assert iou(drawn, Box(400, 300, 100, 100)) > 0.95


@needs_desktop
@pytest.mark.skipif(not shutil.which("openbox"), reason="full screen needs a window manager")
def test_in_full_screen_the_box_is_that_of_the_picture_too(long_film, tmp_path):
    table, size = tmp_path / "a.csv", (800, 480)
    with x_server(*size) as display:
        desktop = Desktop(display)
        manager = subprocess.Popen(["openbox"], env=desktop.environment, stderr=subprocess.DEVNULL)
        desktop.wait_for_manager()
        program = desktop.start(
            *("-m", "tracker", "track", str(long_film), "--preset", "fast", "--csv", "a.csv"),
            cwd=tmp_path,
        )
        desktop.wait_for_window("tracker", program)
        desktop.wait_until_shown(lambda shown: not shown[-3, 4].any())  # beside the window
        desktop.press("f")
        desktop.wait_until_shown(lambda shown: shown[-3, 4].any())
        desktop.drag((300, 100), (499, 299))
        desktop.press("Return")
        wait_for(lambda: len(rows_of(table)) > 2)
        desktop.press("Escape")
        desktop.wait_until_shown(lambda shown: not shown[-3, 4].any())
        desktop.press("f")
        desktop.wait_until_shown(lambda shown: shown[-3, 4].any())
        desktop.press("q")
        _, stderr = program.communicate(timeout=20)
        desktop.stop()
        manager.terminate()
        manager.wait()
    assert program.returncode == 0, stderr
    place = fit((WIDTH, HEIGHT), (size[0], size[1] - BAR_HEIGHT - TIMELINE_HEIGHT))
    x, y = (300 - place.left) / place.scale_x, (100 - place.top) / place.scale_y
    drawn = [float(rows_of(table)[0][name]) for name in ("x", "y", "width", "height")]
    assert drawn == pytest.approx([x, y, 200 / place.scale_x, 200 / place.scale_y], abs=0.01)


def targets_of(path):
    """Give the rows of each target, by its number."""
    found = {}
    for row in rows_of(path):
        found.setdefault(int(row.get("id", 1)), []).append(row)
    return found


@needs_desktop
@LARGE
def test_several_drags_make_several_targets_a_click_selects_one_and_delete_drops_it(
    screen, long_film, tmp_path
):
    desktop, (wide, _) = screen
    table, scale = tmp_path / "a.csv", wide / WIDTH
    program = desktop.start(
        *("-m", "tracker", "track", str(long_film), "--preset", "fast"),
        *("--csv", "a.csv", "--mot", "a.txt"),
        cwd=tmp_path,
    )
    desktop.wait_for_window("tracker", program)

    place = partial(on_screen, scale)

    def draw(x, y, side, key):
        desktop.drag(place(x, y), place(x + side, y + side))
        desktop.press(key)

    draw(START.x, START.y, 120, "a")
    draw(450, 40, 80, "a")
    draw(60, 320, 100, "a")
    for number, (x, y) in {1: (START.x, 240), 2: (450, 80), 3: (60, 370)}.items():
        column, row = place(x, y)
        border = np.s_[row, column - 3 : column + 4]

        def is_drawn(shown, border=border, color=TARGET_COLORS[number - 1]):
            return np.abs(shown[border].astype(int) - color).max(axis=1).min() < 50

        desktop.wait_until_shown(is_drawn)
    desktop.press("space")
    wait_for(lambda: len(targets_of(table).get(3, [])) > 5)
    assert list(targets_of(table)) == [1, 2, 3]

    # a click selects, and the film goes on; delete drops
    desktop.click(*place(490, 80))
    desktop.press("Delete")
    desktop.rest()
    n = len(targets_of(table)[3])
    wait_for(lambda: len(targets_of(table)[3]) > n + 5)
    assert len(targets_of(table)[2]) < len(targets_of(table)[3]) == len(targets_of(table)[1])

    # a box with one selected corrects it, with none selected is one more
    desktop.press("space")
    standing_rows(table)
    desktop.click(*place(110, 370))
    desktop.press("w")
    wait_for(lambda: [rows[-1]["wrong"] for rows in targets_of(table).values()] == ["0", "0", "1"])
    draw(300, 30, 70, "Return")
    wait_for(lambda: abs(float(targets_of(table)[3][-1]["x"]) - 300) < 40)
    desktop.press("space")
    standing_rows(table)
    desktop.click(*place(600, 460))
    time.sleep(KEY_S)  # no hand is so quick that click and drag come in one look at the mouse
    draw(60, 320, 100, "Return")
    wait_for(lambda: len(targets_of(table).get(4, [])) > 2)
    desktop.press("q")
    _, stderr = program.communicate(timeout=20)
    assert program.returncode == 0, stderr
    assert stderr == ""
    rows = targets_of(table)
    assert list(rows) == [1, 2, 3, 4]
    assert [row["index"] for row in rows[1]] == [str(n) for n in range(len(rows[1]))]
    assert list(read_targets(tmp_path / "a.txt")) == [1, 2, 3, 4]
