"""Tracks drawn onto their video again; boxes in percent."""

from __future__ import annotations

import signal
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numbered import cut, write_video

from tracker.app.arguments import read_arguments
from tracker.app.cli import main
from tracker.box import Box
from tracker.overlay import TARGET_COLORS
from tracker.tables import read_targets
from tracker.video import open_video

CLIP = Path(__file__).parent.parent / "videos" / "reentry.mp4"
BOX = "53,104,68,68"


def follow(folder: Path, *options: str) -> Path:
    files = ["--output", str(folder / "seen.mkv"), "--jsonl", str(folder / "t.jsonl")]
    files += ["--csv", str(folder / "t.csv")]
    assert main(["track", str(CLIP), "--box", BOX, "--no-window", *files, *options]) == 0
    return folder


@pytest.fixture(scope="module")
def followed(tmp_path_factory) -> Path:
    """The folder of what was seen of a clip from 1 s to 1.6 s, and its tables."""
    folder = tmp_path_factory.mktemp("followed")
    return follow(folder, "--start", "1", "--end", "1.6", "--quality", "lossless")


def pictures(path: Path, **part: float) -> tuple[list[np.ndarray], list[float]]:
    with open_video(path, **part) as video:
        frames = list(video)
    return [frame.image for frame in frames], [frame.time_s for frame in frames]


def test_an_export_is_the_recording_again(followed, tmp_path, capfd):
    out = tmp_path / "again.mkv"
    # Lossless: what the table's rounding changes, a digit on the plate, would change what x264
    # makes of all that follows.
    as_recorded = ["--output", str(out), "--quality", "lossless"]
    assert main(["export", str(CLIP), str(followed / "t.csv"), *as_recorded]) == 0
    assert "15 frames, 15 of 15 tracks" in capfd.readouterr().out
    (seen, seen_s), (again, again_s) = pictures(followed / "seen.mkv"), pictures(out)
    assert again_s == seen_s
    for one, other in zip(seen, again, strict=True):
        assert np.abs(one.astype(int) - other).mean() < 0.1


def test_a_run_and_its_export_are_graded_by_the_same_words(followed, tmp_path):
    sizes = []
    for quality in ("low", "high"):
        out = tmp_path / f"{quality}.mp4"
        run = ["--box", BOX, "--no-window", "--max-frames", "5", "--output", str(out)]
        assert main(["track", str(CLIP), *run, "--quality", quality]) == 0
        again = ["--output", str(tmp_path / f"{quality}-again.mp4"), "--quality", quality]
        table = str(followed / "t.csv")
        assert main(["export", str(CLIP), table, *again, "--effort", "low"]) == 0
        sizes.append([path.stat().st_size for path in (out, Path(again[1]))])
    assert all(low < 0.6 * high for low, high in zip(*sizes, strict=True))


@pytest.mark.parametrize("table", ["t.csv", "t.jsonl", "t.txt"])
def test_an_export_of_several_targets_is_the_recording_again(tmp_path, capfd, table):
    more = ["--box", "300,100,60,60", "--mot", str(tmp_path / "t.txt"), "--preset", "fast"]
    follow(tmp_path, "--max-frames", "8", *more)
    targets = read_targets(tmp_path / table)
    assert list(targets) == [1, 2]
    out = tmp_path / "again.mkv"
    assert main(["export", str(CLIP), str(tmp_path / table), "--output", str(out)]) == 0
    assert "8 frames, 16 of 16 tracks" in capfd.readouterr().out
    seen, again = pictures(tmp_path / "seen.mkv")[0], pictures(out)[0]
    for number, track in ((1, targets[1][7]), (2, targets[2][7])):
        color = TARGET_COLORS[number - 1]
        x, y = round(track.box.x), round(track.box.center[1])
        for picture in (seen[7], again[7]):
            assert np.abs(picture[y, x - 2 : x + 2].astype(int) - color).max(axis=1).min() < 60


def test_frames_without_a_track_are_given_as_they_are_and_a_cut_row_is_left_out(
    followed, tmp_path, capfd
):
    lines = (followed / "t.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "t.jsonl").write_text("".join(lines[2:5] + lines[8:12]) + lines[12][:40])
    out = tmp_path / "again.mkv"
    assert main(["export", str(CLIP), str(tmp_path / "t.jsonl"), "--output", str(out)]) == 0
    said = capfd.readouterr()
    assert "10 frames, 7 of 7 tracks" in said.out
    assert "tracker: " in said.err
    assert "t.jsonl, line 8: cut off, as by a run that was killed, and left out" in said.err
    plain, again = pictures(CLIP, start_s=1.08, max_frames=10)[0], pictures(out)[0]
    undrawn, drawn_on = (np.abs(plain[n].astype(int) - again[n]) for n in (4, 1))
    assert drawn_on.max() > 100 > 60 > undrawn.max()


def test_a_table_without_a_track_is_told(followed, tmp_path, capfd):
    table, out = tmp_path / "t.csv", tmp_path / "again.mp4"
    table.write_text((followed / "t.csv").read_text().partition("\n")[0] + "\n")
    assert main(["export", str(CLIP), str(table), "--output", str(out)]) == 4
    assert "t.csv: has no track in it" in capfd.readouterr().err


def test_a_table_of_another_video_is_told(followed, tmp_path, capfd):
    other = write_video(tmp_path / "other.mp4", 5)
    out = ["--output", str(tmp_path / "again.mp4")]
    assert main(["export", str(other), str(followed / "t.csv"), *out]) == 4
    assert "no frame has the time of a track" in capfd.readouterr().err
    assert not (tmp_path / "again.mp4").exists()


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> tuple[Path, Path]:
    """A film of two streams, 160x120 and 40x30 at half the rate, and the first one's table."""
    folder = tmp_path_factory.mktemp("small")
    film = write_video(folder / "film.mkv", 8)
    two = folder / "two.mkv"
    other = write_video(folder / "other.mkv", 4, width=40, height=30, fps=Fraction(25, 2))
    with av.open(str(two), "w") as target:
        inputs = [av.open(str(path)) for path in (film, other)]
        streams = [target.add_stream_from_template(one.streams.video[0]) for one in inputs]
        for one, stream in zip(inputs, streams, strict=True):
            for packet in one.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    target.mux(packet)
            one.close()
    table = folder / "t.csv"
    follow_it = ["--box", "100,70,40,40", "--preset", "fast", "--no-window", "--csv", str(table)]
    assert main(["track", str(two), *follow_it, "--stream", "0"]) == 0
    return two, table


def test_the_stream_that_was_followed_is_drawn_on(small, tmp_path, capfd):
    out = tmp_path / "a.mkv"
    film, table = map(str, small)
    assert main(["export", film, table, "--stream", "0", "--output", str(out)]) == 0
    assert "8 frames, 8 of 8 tracks" in (said := capfd.readouterr()).out
    assert said.err == ""
    assert pictures(out)[0][0].shape == (120, 160, 3)


def test_what_tells_that_a_table_is_of_another_video_is_said(small, tmp_path, capfd):
    film, table = map(str, small)
    out = ["--output", str(tmp_path / "a.mkv")]
    assert main(["export", film, table, "--stream", "1", *out]) == 0
    said = capfd.readouterr().err
    assert "4 tracks have the time of no frame of it" in said
    assert "3 tracks have another number than the frame of their time" in said
    assert "4 boxes lie beside its 40x30 picture" in said
    assert "is it the video that was followed?" in said


def test_of_a_damaged_video_what_is_good_is_drawn_on_and_told(small, tmp_path, capfd):
    out = tmp_path / "a.mkv"
    film = cut(write_video(tmp_path / "cut.mkv", 8, keyframe_every=1), 0.6)
    assert main(["export", str(film), str(small[1]), "--output", str(out)]) == 3
    said = capfd.readouterr()
    assert f"wrote {out}" in said.out
    assert "of 8 tracks" in said.out
    assert "is it the video" not in said.err
    assert "cut" in said.err


def test_what_a_stopped_export_has_drawn_is_told(small, tmp_path, capfd, monkeypatch):
    def stopped(video, _, sink):
        for frame in video:
            if frame.index == 3:
                signal.raise_signal(signal.SIGINT)
            sink.write(frame.image, frame.time_s)

    monkeypatch.setattr("tracker.app.cli.export", stopped)
    film, table, out = *map(str, small), str(tmp_path / "a.mp4")
    assert main(["export", film, table, "--stream", "0", "--output", out]) == 130
    said = capfd.readouterr()
    assert said.out == f"wrote {out}: 3 frames until then\n"
    assert "stopped by SIGINT" in said.err
    assert len(pictures(tmp_path / "a.mp4")[0]) == 3


# Boxes in percent


def test_a_box_may_be_in_percent_of_the_frame():
    (shares,) = read_arguments(["track", "x", "--box", "25%, 10, 50%,20%"]).box
    assert shares.on(640, 480) == Box(160, 10, 320, 96)
    more = ["--box", "-5%,1%,20%,20%", "--box=1,2,3,4", "--box", "-1,2,3,4"]
    first, *others = read_arguments(["track", "x", *more]).box
    assert first.on(100, 100).x == -5
    assert others == [Box(1, 2, 3, 4), Box(-1, 2, 3, 4)]


@pytest.mark.parametrize("text", ["10%,10%,0%,10%", "10%,10%,10%", "a%,1,2,3", "10%%,1,2,3"])
def test_what_is_no_box_in_percent_is_refused(text, capfd):
    with pytest.raises(SystemExit) as caught:
        read_arguments(["track", "x", "--box", text])
    assert caught.value.code == 2
    assert "--box" in capfd.readouterr().err


def test_percent_and_pixels_follow_the_same(tmp_path):
    tables = []
    for number, box in enumerate(["32,48,64,72", "10%,20%,20%,30%"]):
        clip = write_video(tmp_path / "clip.mp4", 10, width=320, height=240)
        table = tmp_path / f"{number}.csv"
        assert main(["track", str(clip), "--box", box, "--no-window", "--csv", str(table)]) == 0
        tables.append(table.read_text())
    assert tables[0] == tables[1]
