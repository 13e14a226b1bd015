"""Tables of tracks: written row by row, read back the same."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.box import Box, RotatedBox
from tracker.confidence import State
from tracker.errors import DamagedError, SinkError, SourceError
from tracker.tables import COLUMNS, open_table, read_table, read_targets
from tracker.track import Track

SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])


def make_track(index: int = 0, time_s: float | None = 0.04, reason: str = "") -> Track:
    box = Box(10.123456, 20.5, 40.0, 30.25)
    turned = RotatedBox(box.center, (42.0, 28.5), -12.3456)
    state = State.LOST if reason else State.TRACKING
    return Track(index, time_s, box, turned, 0.87654, state, reason)


pixels = st.floats(-1e5, 1e5)
sizes = st.floats(0.01, 1e5)
tracks = st.builds(
    Track,
    index=st.integers(0, 10**9),
    time_s=st.none() | st.floats(0, 1e6),
    box=st.builds(Box, pixels, pixels, sizes, sizes),
    rotated_box=st.builds(
        RotatedBox, st.tuples(pixels, pixels), st.tuples(sizes, sizes), st.floats(-360, 360)
    ),
    score=st.floats(0, 1),
    state=st.sampled_from(State),
    reason=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20),
)


def flat(track: Track) -> list[float]:
    turned = track.rotated_box
    return [*track.box, *turned.center, *turned.size, turned.angle_deg, track.score]


@SUFFIXES
@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(written=st.lists(tracks, max_size=4, unique_by=lambda track: track.index))
def test_tracks_come_back_the_same(tmp_path, suffix, written):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path, overwrite=True) as table:
        for track in written:
            table.write(track)
    back = read_table(path)
    assert len(back) == table.n_rows == len(written)
    for before, after in zip(written, back, strict=True):
        assert flat(after) == pytest.approx(flat(before), abs=1e-4, rel=0)
        assert (after.index, after.state, after.reason) == (
            before.index,
            before.state,
            before.reason,
        )
        assert after.time_s == (
            None if before.time_s is None else pytest.approx(before.time_s, abs=1e-6)
        )


def test_a_csv_has_a_header_and_legible_numbers(tmp_path):
    with open_table(tmp_path / "tracks.csv") as table:
        table.write(make_track(3, 0.12, "left the frame, on the right"))
    with (tmp_path / "tracks.csv").open(newline="") as file:
        header, row = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert row[:6] == ["3", "0.12", "10.1235", "20.5", "40.0", "30.25"]
    assert row[-4:] == ["0.8765", "lost", "left the frame, on the right", "0"]


def test_json_lines_have_the_same_names(tmp_path):
    with open_table(tmp_path / "tracks.jsonl") as table:
        table.write(make_track(time_s=None))
    row = json.loads((tmp_path / "tracks.jsonl").read_text())
    assert tuple(row) == COLUMNS
    assert row["time_s"] is None
    assert row["state"] == "tracking"


@SUFFIXES
def test_every_row_is_there_as_soon_as_it_is_written(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path) as table:
        for index in range(3):
            table.write(make_track(index))
            assert [track.index for track in read_table(path)] == list(range(index + 1))


def marks_of(path):
    """Give the last column."""
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return [int(row["wrong"]) for row in csv.DictReader(file)]
    return [json.loads(line)["wrong"] for line in path.read_text().splitlines()]


@SUFFIXES
def test_any_row_can_be_marked_as_wrong_and_back_while_more_are_written(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path) as table:
        for index in range(4):
            table.write(make_track(index, reason="behind 1, or 2"))
        table.mark(3, wrong=True)
        table.mark(1, wrong=True)
        assert marks_of(path) == [0, 1, 0, 1]
        table.mark(3, wrong=False)
        table.write(make_track(4))
        assert marks_of(path) == [0, 1, 0, 0, 0]
        with pytest.raises(SinkError, match="frame 9 has no row to mark"):
            table.mark(9, wrong=True)
    assert [track.index for track in read_table(path)] == list(range(5))


@SUFFIXES
def test_rows_can_be_taken_back_and_written_anew(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path) as table:
        for index in range(6):
            table.write(make_track(index))
        table.rewind(2)
        assert table.n_rows == 2
        table.write(make_track(2, 7.5))
        table.rewind(50)
    assert [track.index for track in read_table(path)] == [0, 1, 2]
    assert read_table(path)[2].time_s == 7.5


def test_a_table_of_before_marks_were_kept_is_still_read(tmp_path):
    path = tmp_path / "tracks.csv"
    with open_table(path) as table:
        table.write(make_track())
    lines = path.read_text().splitlines()
    path.write_text("".join(line.rpartition(",")[0] + "\n" for line in lines))
    assert read_table(path)[0].score == 0.8765


KILLED = """
    import sys
    sys.path.insert(0, {tests!r})
    from test_tables import make_track
    from tracker.tables import open_table
    with open_table({path!r}) as table:
        for index in range(10**9):
            table.write(make_track(index, reason="out of sight, behind the tree"))
            if index == 500:
                print("now", flush=True)
"""


@SUFFIXES
def test_a_killed_run_leaves_whole_rows(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    program = KILLED.format(tests=str(Path(__file__).parent), path=str(path))
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        text=True,
    )
    assert process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    n_whole = path.read_bytes().count(b"\n") - (suffix == ".csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a last row that crosses a page: see the next test
        indices = [track.index for track in read_table(path)]
    assert n_whole > 500
    assert indices == list(range(len(indices)))
    assert n_whole <= len(indices) <= n_whole + 1


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".txt"])
def test_a_last_row_that_was_cut_anywhere_is_left_out_and_told(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path, ids=True) as table:
        for index in range(3):
            table.write(make_track(index), 12)
        before = path.stat().st_size
        table.write(make_track(3), 12)
    data = path.read_bytes()
    whole = read_targets(path)
    line = 5 if suffix == ".csv" else 4
    needed = len(data) - {".csv": 2, ".jsonl": 1, ".txt": 3}[suffix]  # the mark, "\n", -1
    for size in range(before, len(data)):
        path.write_bytes(data[:size])
        if size in (before, *range(needed, len(data))):
            n_rows = 3 + (size != before)
            assert read_targets(path) == {12: whole[12][:n_rows]}
        else:
            with pytest.warns(UserWarning, match=rf"tracks\{suffix}, line {line}: cut off"):
                assert read_targets(path) == {12: whole[12][:3]}


@SUFFIXES
def test_an_existing_table_is_kept_unless_told_otherwise(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    path.write_text("precious")
    with pytest.raises(SinkError, match=r"exists; use --overwrite"):
        open_table(path)
    assert path.read_text() == "precious"
    with open_table(path, overwrite=True) as table:
        table.write(make_track())
    assert len(read_table(path)) == 1


def test_other_kinds_of_file_are_refused(tmp_path):
    with pytest.raises(SinkError, match=r"tables are written as \.csv, \.jsonl or \.txt"):
        open_table(tmp_path / "tracks.xlsx")
    with pytest.raises(SourceError, match=r"tables are read from \.csv, \.jsonl or \.txt"):
        read_table(tmp_path / "tracks.xlsx")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".txt"])
def test_a_row_that_is_there_twice_is_named_with_both_lines(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path, ids=True) as table:
        for index in range(4):
            for number in (1, 2):
                table.write(make_track(index), number)
    lines = path.read_text().splitlines()
    row = 3 + (suffix == ".csv")  # from 0: frame 1 of target 2
    path.write_text("\n".join([*lines, lines[row]]) + "\n")
    words = f"line {len(lines) + 1}: frame 1 of target 2 is there twice, already in line {row + 1}"
    with pytest.raises(DamagedError, match=re.escape(f"tracks{suffix}, {words}")):
        read_targets(path)


def test_a_place_that_cannot_be_written_is_a_sink_error(tmp_path):
    with pytest.raises(SinkError, match=r"cannot be written \(No such file or directory\)"):
        open_table(tmp_path / "nowhere" / "tracks.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SinkError, match=r"cannot be written \(Is a directory\)"):
        open_table(tmp_path / "folder.csv", overwrite=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_sink_error(tmp_path):
    (tmp_path / "tracks.csv").symlink_to("/dev/full")
    with pytest.raises(SinkError, match=r"tracks\.csv: cannot be written \(No space left"):
        open_table(tmp_path / "tracks.csv", overwrite=True)


def test_a_closed_table_takes_no_more(tmp_path):
    table = open_table(tmp_path / "tracks.csv")
    table.close()
    table.close()
    with pytest.raises(SinkError, match="closed"):
        table.write(make_track())


@SUFFIXES
def test_a_torn_row_is_named_by_its_line(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path) as table:
        for index in range(3):
            table.write(make_track(index))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-2], lines[-2][:-30] + b"\n", lines[-1]]))
    line = 3 if suffix == ".csv" else 2
    with pytest.raises(DamagedError, match=rf"tracks\{suffix}, line {line}: not a whole row"):
        read_table(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x,y,width,height\n1,2,3,4\n", "not a table of tracks, it has no column index"),
        (b"", "it has no column index"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_table_of_something_else_is_refused(tmp_path, content, words):
    path = tmp_path / "tracks.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        read_table(path)


@SUFFIXES
def test_a_table_that_another_program_saved_anew_is_read(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path) as table:
        table.write(make_track())
    before, text = read_table(path), path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert read_table(path) == before


def test_a_missing_table_is_a_source_error(tmp_path):
    with pytest.raises(SourceError, match=r"cannot be read \(No such file or directory\)"):
        read_table(tmp_path / "tracks.csv")


# --- several targets ----------------------------------------------------------------------------


def write_two(path, n_frames=3):
    with open_table(path, ids=True) as table:
        for index in range(n_frames):
            table.write(make_track(index), 1)
            table.write(make_track(index, reason="behind 1, or 2"), 7)
    return table


@SUFFIXES
def test_a_table_of_several_targets_says_which_one_each_row_is_of(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    assert write_two(path).n_rows == 6
    targets = read_targets(path)
    assert list(targets) == [1, 7]
    assert [track.index for track in targets[7]] == [0, 1, 2]
    assert {track.reason for track in targets[7]} == {"behind 1, or 2"}
    with pytest.raises(SourceError, match="has 2 targets; read_targets"):
        read_table(path)


@SUFFIXES
def test_a_second_target_may_come_later_and_every_row_has_an_id_then(tmp_path, suffix):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path) as table:
        table.write(make_track(0, reason='he said "behind, 1"'))
        table.mark(0, wrong=True)
        with pytest.raises(SinkError, match="has no ids, and a row of target 2 came"):
            table.write(make_track(1), 2)
        table.add_ids()
        table.add_ids()
        table.write(make_track(1), 1)
        table.write(make_track(1), 2)
        table.mark(1, 2, wrong=True)
        assert marks_of(path) == [1, 0, 1]
        table.rewind(1)
        table.write(make_track(1), 2)
        with pytest.raises(SinkError, match="frame 1 has no row"):
            table.mark(1, 1, wrong=True)
    targets = read_targets(path)
    assert [track.reason for track in targets[1]] == ['he said "behind, 1"']
    assert [track.index for track in targets[2]] == [1]
    assert [one.name for one in tmp_path.iterdir()] == [path.name], "no other file is left"


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".txt"])
def test_targets_have_whole_numbers_of_any_kind(tmp_path, suffix):
    with open_table(tmp_path / f"a{suffix}", ids=True) as table:
        for number in (np.int64(3), 0, 1):
            table.write(make_track(), number)
        for number in ("a", None, 1.5):
            with pytest.raises(SinkError, match=f"target {number!r}: expected a whole number"):
                table.write(make_track(), number)
        with pytest.raises(SinkError, match="a dict came: expected a Track, each with its number"):
            table.write({1: make_track()})
    assert sorted(read_targets(tmp_path / f"a{suffix}")) == [0, 1, 3]


def test_the_form_of_the_challenge_counts_from_one_and_leaves_lost_targets_away(tmp_path):
    path = tmp_path / "tracks.txt"
    table = write_two(path)
    assert path.read_text().splitlines()[1] == "2,1,11.1235,21.5,40.0,30.25,0.8765,-1,-1,-1"
    assert table.n_rows == len(path.read_text().splitlines()) == 3
    assert not table.has_marks
    (tracks,) = read_targets(path).values()
    assert [track.index for track in tracks] == [0, 1, 2]
    assert tracks[1].box == pytest.approx(make_track().box, abs=1e-4)
    path.write_text(path.read_text() + "4,1,10,20\n")
    with pytest.raises(DamagedError, match="line 4: not a whole row"):
        read_targets(path)


def test_a_table_of_the_challenge_can_be_rewound(tmp_path):
    with open_table(tmp_path / "tracks.txt") as table:
        for index in range(4):
            table.write(make_track(index), 3)
        table.rewind(2)
        table.write(make_track(2), 3)
    assert [track.index for track in read_targets(table.path)[3]] == [0, 1, 2]


NUMBERS = ("index", "id", "width", "score")


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
@pytest.mark.parametrize(
    ("suffix", "column"),
    [(suffix, column) for suffix in (".csv", ".jsonl") for column in (*NUMBERS, "time_s")]
    + [(".txt", column) for column in NUMBERS],
)
def test_a_row_without_a_number_is_named(tmp_path, suffix, column, value):
    path = tmp_path / f"tracks{suffix}"
    with open_table(path, ids=True) as table:
        table.write(make_track(0))
        table.write(make_track(1))
    lines = path.read_text().splitlines(keepends=True)
    if suffix == ".jsonl":
        lines[-1] = json.dumps({**json.loads(lines[-1]), column: float(value)}) + "\n"
    else:
        of_mot = ["index", "id", "x", "y", "width", "height", "score"]
        names = of_mot if suffix == ".txt" else lines[0].strip().split(",")
        cells = lines[-1].split(",")
        cells[names.index(column)] = value
        lines[-1] = ",".join(cells)
    path.write_text("".join(lines))
    with pytest.raises(DamagedError, match=f"line {len(lines)}: not a whole row"):
        read_targets(path)
