"""The command line: what it writes, what it says, and the status it ends with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from desktop import (  # noqa: F401  (fixtures)
    REPOSITORY,
    Desktop,
    desktop,
    server,
    why_no_desktop,
    x_server_process,
)
from numbered import write_again

from tracker.app.cli import DEMO_CLIP, main
from tracker.app.outputs import check_apart, stem_of
from tracker.app.run import Summary
from tracker.app.signals import Stopped, StopSignals
from tracker.app.words import report
from tracker.box import Box, iou
from tracker.clips import find_clip
from tracker.errors import SinkError, SourceError
from tracker.synthetic import Layer, Pose, Scene, Sprite, patchwork, texture
from tracker.tables import read_table, read_targets
from tracker.video import open_sink, open_video

needs_desktop = pytest.mark.skipif(bool(why_no_desktop()), reason=why_no_desktop())

N_FRAMES = 40
START = Box(100, 90, 60, 60)


@pytest.fixture(scope="module")
def scene():
    """A colored square that goes to and fro over a gray ground, with its truth."""
    ground = Sprite.of(np.repeat(texture(seed=2)[..., :1], 3, axis=2))
    target = Layer(patchwork(60, 60, seed=3), lambda t: Pose(-30 + 2 * t, 0))
    forth = list(Scene(N_FRAMES, Layer(ground), target))
    return forth + forth[::-1]


@pytest.fixture(scope="module")
def clip(scene, tmp_path_factory):
    """The scene as a video of 80 frames."""
    path = tmp_path_factory.mktemp("clip") / "square.mp4"
    with open_sink(path, fps=25) as sink:
        for image, _ in scene:
            sink.write(image)
    return path


@pytest.fixture(scope="module")
def long_clip(clip, tmp_path_factory):
    """The same ten times over, for runs to be stopped."""
    return write_again(clip, tmp_path_factory.mktemp("clip") / "long.mp4", 10)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def box_argument(box):
    return "--box=" + ",".join(f"{side:g}" for side in box)


def start(*arguments, **environment):
    """Start a command in a process of its own, without a display unless one is given."""
    without = {name: os.environ[name] for name in os.environ if "DISPLAY" not in name}
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env={**without, "PYTHONPATH": str(REPOSITORY), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments, **environment):
    """Run a command; gives status, stdout and stderr."""
    process = start(*arguments, **environment)
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


def n_frames_of(path):
    with open_video(path) as video:
        return sum(1 for _ in video)


def the_demo_clip():
    try:
        return find_clip(DEMO_CLIP)
    except SourceError:
        return None


# --- without a display --------------------------------------------------------------------------


@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":977"}])
def test_without_a_display_the_run_is_done_and_everything_written(clip, scene, tmp_path, display):
    status, stdout, stderr = run(
        "-m", "tracker", "track", clip, box_argument(scene[0][1]), "--preset", "fast", **display
    )
    assert status == 0, stderr
    assert "no window" in stderr
    assert "frame/s" not in stderr, "no progress bar in a pipe"
    names = ["square-followed.csv", "square-followed.mp4", "square-followed.png"]
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == names
    for name in names:
        assert str(Path("output") / name) in stdout
    tracks = read_table("output/square-followed.csv")
    assert len(tracks) == len(scene) == n_frames_of("output/square-followed.mp4")
    truth = np.array([box for _, box in scene])
    assert iou([track.box for track in tracks], truth).mean() > 0.6
    assert cv2.imread("output/square-followed.png").shape[1] > 1000
    assert "80 frames: tracking" in stdout


def test_the_target_of_a_run_without_a_window_must_be_given(clip, capsys):
    assert main(["track", str(clip), "--no-window"]) == 2
    assert "--box x,y,width,height" in capsys.readouterr().err
    assert not Path("output").exists()


def test_only_what_was_named_is_written(clip, scene, capsys):
    box = box_argument(scene[0][1])
    named = ["--csv", "a.csv", "--jsonl", "b.jsonl", "--output", "c.gif"]
    assert main(["track", str(clip), box, "--no-window", "--max-frames", "5", *named]) == 0
    assert sorted(path.name for path in Path().iterdir()) == ["a.csv", "b.jsonl", "c.gif"]
    assert read_table("a.csv") == read_table("b.jsonl")
    assert n_frames_of("c.gif") == 5
    assert "tracker:" not in capsys.readouterr().err


def test_start_and_end_choose_a_part(clip, scene):
    box = box_argument(scene[25][1])
    part = ["--start", "1", "--end", "1.4", "--csv", "part.csv"]
    assert main(["track", str(clip), box, "--no-window", *part]) == 0
    tracks = read_table("part.csv")
    assert [track.index for track in tracks] == list(range(10))
    assert [track.time_s for track in tracks] == pytest.approx([1 + i / 25 for i in range(10)])


def test_a_box_that_hangs_over_the_left_border_can_be_given(clip):
    named = ["--csv", "a.csv", "--max-frames", "2", "--no-window"]
    assert main(["track", str(clip), "--box", "-10,90,60,60", *named]) == 0
    assert read_table("a.csv")[0].box == Box(-10, 90, 60, 60)


@pytest.mark.parametrize("density", [[], ["--density"]])
def test_the_recording_shows_the_box_and_on_demand_the_density(clip, scene, density):
    named = ["--output", "seen.mp4", "--max-frames", "3", "--no-window"]
    assert main(["track", str(clip), box_argument(scene[0][1]), *named, *density]) == 0
    with open_video("seen.mp4") as video:
        seen = list(video)[-1].image.astype(int)
    source = scene[2][0].astype(int)
    changed = np.abs(seen - source).max(axis=-1) > 60
    box = scene[2][1]
    around = changed[int(box.y) - 4 : int(box.bottom) + 4, int(box.x) - 4 : int(box.right) + 4]
    assert around.sum() > 200
    assert (changed[-70:-8, -70:-8].mean() > 0.3) == bool(density)


def test_existing_files_are_kept_until_overwrite_is_given(clip, scene, capsys):
    Path("a.csv").write_text("precious")
    box, named = box_argument(scene[0][1]), ["--csv", "a.csv", "--no-window", "--max-frames", "3"]
    assert main(["track", str(clip), box, *named]) == 2
    answer = capsys.readouterr()
    assert "a.csv: exists" in answer.err
    assert "--overwrite" in answer.err
    assert "following" not in answer.out
    assert Path("a.csv").read_text() == "precious"
    assert main(["track", str(clip), box, *named, "--overwrite"]) == 0
    assert len(read_table("a.csv")) == 3


def test_the_video_itself_is_never_recorded_over(clip, scene, capsys):
    before, box = clip.read_bytes(), box_argument(scene[0][1])
    assert main(["track", str(clip), box, "--output", str(clip), "--overwrite", "--no-window"]) == 2
    assert "is what is read; give another name" in capsys.readouterr().err
    assert clip.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("rtsp://me:s3cret@10.0.0.1:554/live", "10.0.0.1"),
        ("http://me:s3cret@[::1/live", "stream"),
        ("http://", "stream"),
        ("clip.mp4", "clip"),
    ],
)
def test_results_are_named_after_their_source(source, stem):
    assert stem_of(source) == stem


def test_pictures_that_are_read_are_not_written_over(tmp_path):
    (tmp_path / "seen").mkdir()
    with pytest.raises(SinkError, match="is what is read"):
        check_apart([tmp_path / "seen" / "%d.png"], tmp_path / "seen")
    check_apart([tmp_path / "other" / "%d.png", None], tmp_path / "seen")


@pytest.mark.parametrize(
    "how", [["--point", "125,125"], ["--color", "#d22828"]], ids=lambda how: how[0]
)
def test_the_target_can_be_found_without_a_mouse(clip, scene, how, capsys):
    assert main(["track", str(clip), *how, "--no-window", "--csv", "a.csv"]) == 0
    tracks = read_table("a.csv")
    told = f"round (125, 125) is {tracks[0].box}; if the target is more than that, or less, give"
    said = capsys.readouterr().out
    assert (told in said) == (how[0] == "--point")
    first_s = f"was found at {tracks[0].time_s:.2f} s, and not before"
    assert (first_s in said) == (len(tracks) < len(scene))
    truth = np.array([box for _, box in scene[len(scene) - len(tracks) :]])
    overlaps = iou([track.box for track in tracks], truth)
    assert len(tracks) > len(scene) - 20
    assert tracks[0].index == 0
    assert overlaps[0] > (0.05 if how[0] == "--color" else 0.5), "one of its five colors"


@pytest.mark.skipif(the_demo_clip() is None, reason="the clips are not rendered yet")
def test_the_demo_finds_the_ball_by_itself_and_shows_its_density():
    short = ["--max-frames", "18", "--preset", "fast", "--csv", "a.csv", "--output", "seen.mp4"]
    assert main(["demo", "--auto", "--no-window", *short]) == 0
    truth = find_clip(DEMO_CLIP).truth
    ball = [
        tracks
        for tracks in read_targets("a.csv").values()
        if iou(tracks[-1].box, truth[tracks[-1].index]) > 0.8
    ]
    assert len(ball) == 1
    assert ball[0][0].index <= 15
    assert ball[0][-1].index == 17
    before, after = corners_changed("seen.mp4", find_clip(DEMO_CLIP).path, 3, 17)
    assert before < 0.05
    assert after > 0.3, "the inset of the newest target"


def corners_changed(seen: str, source: Path, *indices: int) -> list[float]:
    """Give, for some frames, the largest share of a corner that differs from the source's."""
    found = []
    with open_video(seen) as drawn, open_video(source) as plain:
        for index, (one, other) in enumerate(zip(drawn, plain, strict=False)):
            if index in indices:
                rows, columns = (side // 5 for side in one.image.shape[:2])
                apart = np.abs(one.image.astype(int) - other.image).max(axis=-1) > 60
                parts = [
                    part[:, across]
                    for part in (apart[:rows], apart[-rows:])
                    for across in (slice(columns), slice(-columns, None))
                ]
                found.append(max(float(part.mean()) for part in parts))
    return found


def test_where_nothing_moves_auto_says_so(tmp_path, capsys):
    with open_sink(tmp_path / "still.mp4", fps=25) as sink:
        for _ in range(12):
            sink.write(np.asarray(texture(seed=2), np.uint8)[:120, :160, :3])
    named = ["--no-window", "--csv", "a.csv"]
    assert main(["track", str(tmp_path / "still.mp4"), "--auto", *named]) == 1
    said = capsys.readouterr()
    assert "something that moves was looked for in 12 frames, and not found" in said.err
    assert "12 frames: no target" in said.out


@pytest.mark.parametrize(
    ("how", "status", "message"),
    [
        (["--color", "#ff00ff"], 1, "something #ff00ff was looked for in 80 frames"),
        (["--color", "mauve"], 2, "'mauve'"),
        (["--color", "pick"], 2, "there is no window to pick it in"),
        (["--point", "-5,900"], 2, "(-5, 900) is not in the 320x240 frame"),
    ],
)
def test_a_target_that_is_not_found_is_said(clip, capsys, how, status, message):
    assert main(["track", str(clip), *how, "--no-window", "--csv", "a.csv"]) == status
    assert message in capsys.readouterr().err
    assert not Path("a.csv").exists()


# --- statuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--box", "1,2,3"], "1,2,3: expected x,y,width,height in px or percent"),
        (["--box", "1,2,0,4"], "1,2,0,4: expected x,y,width,height in px or percent, width and"),
        (["--box", "1%,2%,0%,4%"], "1%,2%,0%,4%: expected x,y,width,height in px or percent"),
        (["--box", "a,2,3,4"], "a,2,3,4: expected"),
        (["--box", "nan,2,3,4"], "nan,2,3,4: expected"),
        (["--speed", "9"], "unrecognized arguments"),
        (["--point", "5,5", "--point", "9,9"], "--point: given twice"),
    ],
)
def test_a_wrong_option_ends_with_2(clip, capsys, arguments, message):
    with pytest.raises(SystemExit) as ended:
        main(["track", str(clip), *arguments])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert "(see tracker track --help)" in said or "(see tracker --help)" in said


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--start", "-1", "start -1.0 s: must be 0 or later"),
        ("--end", "0", "end 0.0 s: must be after the start, 0 s"),
        ("--timeout", "0", "timeout 0.0 s: must be above 0 and finite"),
        ("--max-frames", "0", "max frames 0: must be a whole number, 1 or more"),
        ("--stream", "-1", "stream -1: video streams are numbered from 0"),
        ("--color", "", "color '': expected #rrggbb, or one of black"),
    ],
)
def test_wrong_values_are_told_in_the_words_of_the_command_line(
    clip, capsys, option, value, message
):
    found = [] if option == "--color" else ["--auto"]
    assert main(["track", str(clip), *found, option, value, "--no-window"]) == 2
    assert f"tracker: {message}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("n_frames", "ids", "words"),
    [
        (0, set(), "0 frames: no target"),
        (1, {1}, "1 frame: lost 100 %"),
        (9, {1}, "9 frames: lost 100 %"),
        (9, {2, 5}, "9 frames, 2 targets: lost 100 %"),
    ],
)
def test_a_summary_counts_frames_and_targets(capsys, n_frames, ids, words):
    report(Summary(n_frames, Counter(["lost"] * n_frames), ids), in_time=False)
    assert capsys.readouterr().out.startswith(words + "\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--box", "5000,2,30,40"], "5000"),
        (["--box", "1,2,30,40", "--preset", "fastest"], "fastest"),
        (["--box", "1,2,30,40", "--start", "-1"], "start"),
        (["--box", "1,2,30,40", "--max-frames", "0"], "max frames"),
        (["--box", "1,2,30,40", "--csv", "none/a.csv"], "none"),
        (["--box", "1,2,30,40", "--csv", "a.txt"], "a.txt"),
        (["--box", "1,2,30,40", "--output", "a.avi"], "a.avi"),
    ],
)
def test_a_value_that_cannot_be_used_ends_with_2(clip, capsys, arguments, message):
    assert main(["track", str(clip), "--no-window", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert message in complaint
    assert len(complaint.strip().splitlines()) == 1


def test_a_name_that_no_file_can_have_is_told_in_one_line(clip, capsys):
    Path("loop.mp4").symlink_to("loop.mp4")
    long = "a" * 300 + ".csv"
    assert main(["track", "loop.mp4", "--auto", "--no-window"]) == 4
    assert main(["track", str(clip), "--auto", "--no-window", "--csv", long]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("tracker: loop.mp4: no such file")
    assert second == f"tracker: {long}: File name too long"


@pytest.mark.parametrize("source", ["none.mp4", "0.mp4", "empty", "987"])
def test_a_source_that_cannot_be_opened_ends_with_4(capsys, source):
    Path("0.mp4").touch()
    Path("empty").mkdir()
    assert main(["track", source, "--no-window", "--box", "1,2,30,40"]) == 4
    assert source in capsys.readouterr().err
    assert not Path("output").exists()


def test_a_damaged_source_ends_with_3_and_what_was_good_is_written(long_clip, scene, capsys):
    data = long_clip.read_bytes()
    Path("cut.mp4").write_bytes(data[: len(data) // 6])
    named = ["--csv", "a.csv", "--output", "a.mp4", "--no-window", "--preset", "fast"]
    assert main(["track", "cut.mp4", box_argument(scene[0][1]), *named]) == 3
    assert "cut.mp4" in capsys.readouterr().err
    n_good = len(read_table("a.csv"))
    assert 100 < n_good < 800
    assert n_frames_of("a.mp4") == n_good


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals on Windows")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_the_run_and_the_recordings_are_whole(long_clip, scene, name, status):
    named = ["--csv", "a.csv", "--output", "a.mp4", "--no-window"]
    process = start("-m", "tracker", "track", long_clip, box_argument(scene[0][1]), *named)
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        if Path("a.csv").exists() and Path("a.csv").read_text().count("\n") > 20:
            break
        time.sleep(0.01)
    for _ in range(2):  # the impatient do it twice
        process.send_signal(signal.Signals[name])
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == status, stderr
    assert f"stopped by {name}" in stderr
    assert "Traceback" not in stderr
    n_rows = len(read_table("a.csv"))
    assert 20 <= n_rows < 800
    assert n_frames_of("a.mp4") == n_rows
    assert f"{n_rows} frames:" in stdout
    assert sorted(path.name for path in Path().iterdir()) == ["a.csv", "a.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals on Windows")
def test_ctrl_c_while_importing_ends_the_demo_quietly(tmp_path):
    interrupted = "import signal; signal.raise_signal(signal.SIGINT); import further"
    Path("cv2.py").write_text(interrupted)
    assert run(REPOSITORY / "demo.py", PYTHONPATH=str(tmp_path)) == (130, "", "")


def test_a_signal_waits_for_the_end_of_a_held_block():
    done = []

    def work():
        with StopSignals() as signals, signals.held():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")

    with pytest.raises(Stopped) as stop:
        work()
    assert done == ["whole"]
    assert stop.value.signal == signal.SIGINT
    with StopSignals() as signals:
        signals.ignore()
        signal.raise_signal(signal.SIGTERM)


# --- the demo and the commands ------------------------------------------------------------------


@pytest.mark.skipif(the_demo_clip() is None, reason="the clips are not rendered yet")
def test_the_demo_follows_its_clip_and_says_where_the_results_are(capsys):
    arguments = ["--no-window", "--max-frames", "20"]
    status, stdout, stderr = run(REPOSITORY / "demo.py", *arguments)
    assert status == 0, stderr
    written = sorted(path.name for path in Path("output").iterdir())
    assert written == [f"{DEMO_CLIP}-followed.{kind}" for kind in ("csv", "mp4", "png")]
    assert "exact truth" in stdout
    assert main(["demo", *arguments]) == 0, "its own results may go"
    assert "replacing output" in capsys.readouterr().out


def test_the_demo_takes_any_source(clip, scene):
    box = box_argument(scene[0][1])
    assert main(["demo", str(clip), box, "--no-window", "--csv", "a.csv", "--max-frames", "3"]) == 0
    assert len(read_table("a.csv")) == 3


@pytest.mark.skipif(the_demo_clip() is None, reason="the clips are not rendered yet")
def test_a_clip_says_where_its_target_is_and_when_it_is_out_of_sight():
    clip = the_demo_clip()
    assert len(clip.truth) == n_frames_of(clip.path)
    assert None in clip.truth, "the target goes out of sight"
    boxes = [box for box in clip.truth if box is not None]
    assert np.isfinite(boxes).all()
    assert all(box.share_inside(640, 360) > 0 for box in boxes)


def test_a_clip_that_is_not_there_is_named():
    with pytest.raises(SourceError, match="clip nosuch"):
        find_clip("nosuch")


def test_a_reader_that_has_enough_causes_no_traceback():
    command = f"{sys.executable} -m tracker doctor | head -1"
    answer = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert answer.stderr == ""


@pytest.mark.parametrize("reader", ["| true", "| head -1", "> /dev/full"])
def test_a_run_is_done_whether_or_not_its_words_are_read(clip, scene, tmp_path, reader):
    options = f"--preset fast --no-window --max-frames 5 --csv {tmp_path / 'tracks.csv'}"
    command = f"{sys.executable} -m tracker track {clip} {box_argument(scene[0][1])} {options}"
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} {reader}"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert len(read_table(tmp_path / "tracks.csv")) == 5


# --- with a window ------------------------------------------------------------------------------


def wait_for(condition, seconds=20):
    """Wait until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def rows_of(path):
    return path.read_text().count("\n") - 1 if path.exists() else 0


@needs_desktop
def test_a_target_drawn_with_the_mouse_is_followed_until_q(desktop, long_clip, scene, tmp_path):  # noqa: F811
    table = tmp_path / "a.csv"
    program = desktop.start(
        "-m", "tracker", "track", str(long_clip), "--csv", "a.csv", "--output", "a.mp4",
        cwd=tmp_path,
    )  # fmt: skip
    desktop.wait_for_window("tracker", program)
    scale = 400 / 240  # a picture of 320x240 is enlarged to be hit
    box = scene[0][1]
    corner = round(box.x * scale), round(box.y * scale)
    desktop.drag(corner, (round(box.right * scale) - 1, round(box.bottom * scale) - 1))
    desktop.press("Return")
    wait_for(lambda: rows_of(table) > 5)

    desktop.press("space")
    time.sleep(0.3)
    n_paused = rows_of(table)
    shown = desktop.screenshot().astype(int)
    green = (shown[..., 1] > 180) & (shown[..., 2] < 140)
    assert green[:400].sum() > 300, "the box is shown"
    desktop.press("d")
    desktop.wait_until_shown(  # the inset
        lambda now: np.abs(now.astype(int) - shown)[300:400, 400:530].max() > 60
    )
    assert rows_of(table) == n_paused, "the run stands still"

    desktop.press("s")
    desktop.drag((100, 50), (199, 149))
    desktop.press("Return")
    wait_for(lambda: rows_of(table) > n_paused + 5)
    desktop.press("q")
    stdout, stderr = program.communicate(timeout=20)
    assert program.returncode == 0, stderr
    tracks = read_table(table)
    assert iou(tracks[0].box, box) > 0.9
    assert iou(tracks[n_paused - 2].box, (scene * 10)[n_paused - 2][1]) > 0.5
    drawn_anew = Box(100 / scale, 50 / scale, 100 / scale, 100 / scale)
    assert iou(tracks[n_paused - 1].box, drawn_anew) > 0.99, "the row of the frame drawn on"
    assert iou(tracks[n_paused].box, drawn_anew) > 0.4
    assert n_frames_of(tmp_path / "a.mp4") == len(tracks)
    assert "shown in time with the clip" in stdout


@needs_desktop
def test_closing_the_window_ends_the_run_with_everything_whole(desktop, long_clip, scene, tmp_path):  # noqa: F811
    table = tmp_path / "a.csv"
    program = desktop.start(
        "-m", "tracker", "track", str(long_clip), box_argument(scene[0][1]),
        "--csv", "a.csv", "--output", "a.mp4", "--preset", "fast", cwd=tmp_path,
    )  # fmt: skip
    window = desktop.wait_for_window("tracker", program)
    wait_for(lambda: rows_of(table) > 3)
    desktop.close_window(window)
    _, stderr = program.communicate(timeout=20)
    assert program.returncode == 0, stderr
    assert n_frames_of(tmp_path / "a.mp4") == len(read_table(table)) < 800


@needs_desktop
def test_a_display_that_vanishes_ends_the_run_with_everything_whole(long_clip, scene, tmp_path):
    table = tmp_path / "a.csv"
    with x_server_process(1024, 768) as (display, x_server):
        run = Desktop(display)
        program = run.start(
            "-m", "tracker", "track", str(long_clip), box_argument(scene[0][1]),
            "--csv", "a.csv", "--output", "a.mp4", "--preset", "fast", cwd=tmp_path,
        )  # fmt: skip
        run.wait_for_window("tracker", program)
        wait_for(lambda: rows_of(table) > 3)
        x_server.kill()
        _, stderr = program.communicate(timeout=20)
        run.stop()
    assert program.returncode == 1
    assert "tracker: the display has vanished" in stderr
    assert "Traceback" not in stderr
    assert n_frames_of(tmp_path / "a.mp4") == len(read_table(table)) < 800
    assert not list(tmp_path.glob("*partial*"))


@needs_desktop
def test_canceling_the_choice_writes_nothing(desktop, long_clip, tmp_path):  # noqa: F811
    program = desktop.start(
        "-m", "tracker", "track", str(long_clip), "--csv", "a.csv", cwd=tmp_path
    )
    desktop.wait_for_window("tracker", program)
    desktop.press("Escape")
    _, stderr = program.communicate(timeout=20)
    assert program.returncode == 1
    assert "canceled" in stderr
    assert not (tmp_path / "a.csv").exists()


CHOOSE_LIVE = """
import itertools, time, numpy as np
from tracker.app.reel import Reel
from tracker.screen import Player, Window
from tracker.app.steering import choose_target, preview_of
from tracker.video.feed import Feed, Picture
from tracker.video.sources import Video
def moving():
    for index in itertools.count():
        yield Picture(np.full((480, 640, 3), index % 256, np.uint8), index / 25)
reel = Reel(Video("camera 0", Feed(moving(), None, None), is_live=True))
with Window("live", (640, 480)) as window:
    player = Player(window, in_time=False)
    frame, box, _ = choose_target(player, reel, next(reel), preview_of("fast"))
print(box, frame.index, frame.time_s > 0)
"""


@needs_desktop
def test_a_camera_shows_its_pictures_until_the_target_is_drawn(desktop):  # noqa: F811
    program = desktop.start("-c", CHOOSE_LIVE)
    desktop.wait_for_window("live", program)
    before = desktop.screenshot()[200, 300]
    desktop.wait_until_shown(lambda shown: (shown[200, 300] != before).any())
    desktop.drag((100, 80), (199, 179))
    desktop.press("Return")
    stdout, stderr = program.communicate(timeout=20)
    assert stdout.strip() == "(100, 80, 100, 100) 0 True", stderr


@needs_desktop
def test_a_color_is_picked_with_the_mouse(desktop, tmp_path):  # noqa: F811
    red, blue = (40, 40, 210), (200, 60, 30)
    frame = np.full((240, 320, 3), 110, np.uint8)
    frame[40:100, 30:110], frame[150:190, 220:270], frame[120:220, 20:160] = red, red, blue
    with open_sink(tmp_path / "colors.mp4", fps=25) as sink:
        for _ in range(10):
            sink.write(frame)
    files = ["--csv", "a.csv", "--max-frames", "4"]
    program = desktop.start(
        *("-m", "tracker", "track", "colors.mp4", "--color", "pick", *files), cwd=tmp_path
    )
    desktop.wait_for_window("tracker", program)
    scale = 400 / 240
    x, y = round(245 * scale), round(170 * scale)
    # what is painted first may be a window that has not yet its size
    desktop.wait_until_shown(lambda shown: np.abs(shown[y, x] - np.array(red)).max() < 30)
    desktop.click(x, y)
    _, stderr = program.communicate(timeout=20)
    assert program.returncode == 0, stderr
    box = read_table(tmp_path / "a.csv")[0].box
    assert iou(box, Box(220, 150, 50, 40)) > 0.8, "what was clicked on, not the largest"
