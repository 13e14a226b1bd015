"""What is left when a run is killed without a word, and what the next one says."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from numbered import number_in, numbered, write_video

from tracker import Box, RotatedBox, State, Track
from tracker.app.cli import main
from tracker.app.outputs import write_whole
from tracker.errors import DamagedError, SinkError
from tracker.tables import open_table, read_table
from tracker.video import open_sink, open_video
from tracker.video.encoding import FRAGMENTED
from tracker.video.leftovers import drop_cut_index

FPS = 25
TABLES = ("csv", "jsonl")
RECORDING = """
    import sys
    sys.path.insert(0, {tests!r})
    from numbered import numbered
    from tracker.video import open_sink
    from tracker.tables import open_table
    from tracker import Box, RotatedBox, State, Track
    with open_sink({path!r}) as sink, open_table({table!r}) as table:
        for number in range(900):
            sink.write(numbered(number, 320, 240))
            box = Box(1, 2, 3, 4)
            turned = RotatedBox((2.5, 4), (3, 4), 0)
            table.write(Track(number, number / 25, box, turned, 1.0, State.TRACKING, ""))
            print(number, flush=True)
"""


def kill_after(folder: Path, name: str, after: int) -> int:
    """Kill a recording after so many frames were written; give how many were at last."""
    program = RECORDING.format(
        tests=str(Path(__file__).parent),
        path=str(folder / name),
        table=str(folder / "tracks.csv"),
    )
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    try:
        while process.stdout.readline() != f"{after}\n":
            assert process.poll() is None
    finally:
        process.kill()
        rest = process.stdout.read()  # communicate passes over lines that were read ahead
        process.communicate(timeout=20)
    return int(rest.split()[-1]) + 1 if rest.split() else after + 1


def numbers_in(path: Path) -> list[int]:
    """Read what can be read, as a player would."""
    numbers = []
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            numbers += [number_in(frame.to_ndarray(format="bgr24")) for frame in packet.decode()]
    return numbers


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> Callable[[int], tuple[Path, int]]:
    """Give the folder of a recording killed after so many frames, and how many were at last."""

    @functools.cache
    def killed(after: int) -> tuple[Path, int]:
        folder = tmp_path_factory.mktemp("killed")
        return folder, kill_after(folder, "out.mp4", after)

    return killed


@pytest.mark.parametrize("after", [70, 151])
def test_a_killed_recording_plays_up_to_its_last_two_seconds_and_its_table_is_whole(killed, after):
    folder, written = killed(after)
    numbers = numbers_in(folder / "out.partial.mp4")
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= written - 2 * FPS
    assert not (folder / "out.mp4").exists()
    assert written <= (folder / "tracks.csv").read_bytes().count(b"\n") - 1 <= written + 1


def test_the_next_run_keeps_what_the_killed_one_left_and_tells(killed, tmp_path):
    for name, after in (("out.recovered.mp4", 70), ("out.recovered-2.mp4", 151)):
        (tmp_path / "out.mp4").unlink(missing_ok=True)
        (tmp_path / "out.partial.mp4").hardlink_to(killed(after)[0] / "out.partial.mp4")
        left = (tmp_path / "out.partial.mp4").read_bytes()
        with open_sink(tmp_path / "out.mp4") as sink:
            assert sink.leftover == tmp_path / name
            sink.write(numbered(7))
        assert (tmp_path / name).read_bytes() == left
        assert numbers_in(tmp_path / "out.mp4") == [7]


def test_the_command_line_says_what_it_found(killed, tmp_path, capfd):
    (tmp_path / "out.partial.mp4").hardlink_to(killed(70)[0] / "out.partial.mp4")
    clip = Path(__file__).parent.parent / "videos" / "reentry.mp4"
    options = f"--box 53,104,68,68 --no-window --max-frames 3 --output {tmp_path}/out.mp4"
    assert main(["track", str(clip), *options.split()]) == 0
    assert f"{tmp_path}/out.recovered.mp4 is what it had" in capfd.readouterr().err


def test_two_runs_never_write_the_same_recording(tmp_path):
    with open_sink(tmp_path / "out.mp4") as sink:
        sink.write(numbered(1))
        with pytest.raises(SinkError, match="another run is writing it"):
            open_sink(tmp_path / "out.mp4")
        sink.write(numbered(2))
    assert numbers_in(tmp_path / "out.mp4") == [1, 2]


def test_a_recording_that_cannot_be_finished_stays_whole_under_its_partial_name(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    sink = open_sink(folder / "out.mp4")
    for number in range(5):
        sink.write(numbered(number))
    (folder / "out.finishing.mp4").mkdir()  # in the way
    with pytest.raises(SinkError, match=r"the recording is in .*out\.partial\.mp4"):
        sink.close()
    assert numbers_in(folder / "out.partial.mp4") == list(range(5))


def test_a_folder_that_was_removed_is_told(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    sink = open_sink(folder / "out.mp4")
    sink.write(numbered(1))
    shutil.rmtree(folder)
    with pytest.raises(SinkError, match=r"out\.partial\.mp4: cannot be completed \(No such file"):
        sink.close()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of half a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk to be filled")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_on_a_full_disk_the_rows_are_whole_and_the_recording_plays(small_disk):
    clip = Path(__file__).parent.parent / "videos" / "reentry.mp4"
    options = f"--box 53,104,68,68 --preset fast --no-window --output {small_disk}/out.mp4"
    tables = f"--csv {small_disk}/t.csv --jsonl {small_disk}/t.jsonl"
    run = subprocess.run(
        [sys.executable, "-m", "tracker", "track", clip, *options.split(), *tables.split()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert str(small_disk) in run.stderr
    assert "No space left" in run.stderr or "is the disk full" in run.stderr
    assert "Traceback" not in run.stderr
    assert re.search(r"^\d+ frames: tracking", run.stdout, re.MULTILINE), "the usual summary"
    kept = [f"kept {small_disk}/out.partial.mp4", *(f"wrote {small_disk}/t.{k}" for k in TABLES)]
    assert run.stdout.splitlines()[-3:] == kept
    n_rows = min(len(read_table(small_disk / f"t.{kind}")) for kind in TABLES)
    n_frames = 0
    with open_video(small_disk / "out.partial.mp4") as video, suppress(DamagedError):
        for n_frames, _ in enumerate(video, start=1):  # noqa: B007  (its last fragment is cut)
            pass
    assert n_rows - 2 * FPS <= n_frames <= n_rows + 1
    assert n_frames > FPS


def test_of_a_recording_whose_last_index_is_cut_the_rest_plays(tmp_path):
    whole = write_video(tmp_path / "out.partial.mp4", 60, options=FRAGMENTED)
    data = whole.read_bytes()
    last = data.rindex(b"moof") - 4
    whole.write_bytes(data[: last + 100])  # within the list of its pictures
    with pytest.raises(av.FFmpegError):
        av.open(str(whole))
    drop_cut_index(whole)
    assert numbers_in(whole) == list(range(50))
    for end in (last + 3, len(data) - 200):  # within its own first numbers, and within pictures
        whole.write_bytes(data[:end])
        drop_cut_index(whole)
        assert whole.stat().st_size == (last if end < last + 100 else end)


def test_on_a_disk_that_was_full_before_nothing_empty_is_left(small_disk):
    with suppress(OSError):
        (small_disk / "filler").write_bytes(bytes(600_000))
    track = Track(0, 0.0, Box(1, 2, 3, 4), RotatedBox((2.5, 4), (3, 4), 0), 1.0, State.TRACKING, "")
    with pytest.raises(SinkError, match="No space left"):
        open_table(small_disk / "t.csv")
    with pytest.raises(SinkError, match="No space left"), open_table(small_disk / "t.txt") as table:
        table.write(track)
    with pytest.raises(SinkError, match="No space left"):
        open_sink(small_disk / "%03d.png").write(numbered(1))
    sink = open_sink(small_disk / "out.mp4")
    sink.write(numbered(1))
    with pytest.raises(SinkError, match=r"nothing of it could be written; is the disk full"):
        sink.close()
    with pytest.raises(SinkError, match="No space left"):
        write_whole(small_disk / "sheet.png", bytes(9))
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_of_clusters_that_do_not_fit_on_the_disk_no_half_table_is_left(small_disk, capsys):
    points = np.random.default_rng(0).normal(size=(20_000, 3))  # a megabyte as text
    source, table = small_disk.parent / "points.npy", small_disk / "labels.csv"
    np.save(source, points)
    assert main(["cluster", str(source), "--bandwidth", "2", "--output", str(table)]) == 2
    assert "labels.csv: cannot be written (No space left on device)" in capsys.readouterr().err
    assert not any(small_disk.iterdir())
