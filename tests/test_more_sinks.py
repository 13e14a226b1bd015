"""Other kinds of recordings: WebM, Matroska, files of pictures, raw to a pipe, with sound."""

from __future__ import annotations

import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numbered import number_in, numbered, write_video

from tracker.app.cli import main
from tracker.errors import SinkError
from tracker.video import open_sink, open_video
from tracker.video.finishing import finish

FFMPEG = shutil.which("ffmpeg")
TIMES_S = [0.0, 0.04, 0.08, 0.3, 0.34, 0.5]


def record(path: Path, n_frames: int = 6, **options) -> Path:
    with open_sink(path, **options) as sink:
        for number in range(n_frames):
            sink.write(numbered(number), TIMES_S[number] if n_frames == 6 else None)
    return path


@pytest.mark.parametrize(("suffix", "codec"), [(".webm", "vp9"), (".mkv", "h264")])
def test_films_of_other_kinds_keep_pictures_and_times(tmp_path, suffix, codec):
    path = record(tmp_path / f"out{suffix}")
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == codec
    with open_video(path) as video:
        frames = list(video)
    assert [number_in(frame.image) for frame in frames] == list(range(6))
    assert [frame.time_s for frame in frames] == pytest.approx(TIMES_S, abs=0.001)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.gif"])
def test_a_recording_is_opened_again_and_told_of_if_it_lacks_pictures(tmp_path, name):
    with open_sink(tmp_path / name) as sink:
        for number in (1, 1, 1, 2, 2, 3):  # encoders may leave out what does not change
            sink.write(numbered(number))
    partial = (tmp_path / name).rename(tmp_path / f"partial-{name}")
    with pytest.raises(SinkError, match=rf"partial-{name}: has 6 of the 9 pictures that were wri"):
        finish(partial, tmp_path / name, 9)
    assert list(tmp_path.iterdir()) == [partial]
    finish(partial, tmp_path / name, 6)
    assert list(tmp_path.iterdir()) == [tmp_path / name]


@pytest.mark.parametrize("suffix", [".webm", ".mkv"])
def test_ntsc_s_rate_does_not_drift(tmp_path, suffix):
    path = record(tmp_path / f"out{suffix}", 120, fps=29.97)
    with open_video(path) as video:
        assert float(video.fps) == pytest.approx(30000 / 1001, rel=1e-4)
        assert list(video)[-1].time_s == pytest.approx(119 * 1001 / 30000, abs=0.001)


# Files of pictures


def test_a_pattern_makes_a_file_of_each_picture(tmp_path):
    record(tmp_path / "seen%03d.png")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"seen{number:03}.png" for number in range(6)]
    assert np.array_equal(cv2.imread(str(tmp_path / "seen004.png")), numbered(4))
    with open_video(tmp_path) as video:
        assert [number_in(frame.image) for frame in video] == list(range(6))


def test_jpegs_look_the_same(tmp_path):
    record(tmp_path / "%d.jpg")
    image = cv2.imread(str(tmp_path / "3.jpg")).astype(int)
    assert np.abs(image - numbered(3)).mean() < 3


@pytest.mark.parametrize("name", ["seen.png", "seen%s.png", "a%d-%d.jpg", "100%.png"])
def test_pictures_need_one_number(tmp_path, name):
    with pytest.raises(SinkError, match="needs a number for each picture, as in seen%06d"):
        open_sink(tmp_path / name)


def test_pictures_that_exist_are_kept_unless_told_otherwise(tmp_path):
    record(tmp_path / "%d.png")
    with pytest.raises(SinkError, match=r"0\.png: exists; use --overwrite"):
        open_sink(tmp_path / "%d.png")
    record(tmp_path / "%d.png", overwrite=True)


# Raw pictures to another program


CLIP = Path(__file__).parent.parent / "videos" / "reentry.mp4"
FOLLOW = [sys.executable, "-m", "tracker", "track", str(CLIP), "--box", "53,104,68,68"]


@pytest.mark.skipif(FFMPEG is None, reason="the ffmpeg program is not installed")
def test_another_program_reads_raw_pictures_from_the_standard_output(tmp_path):
    command = [*FOLLOW, "--no-window", "--max-frames", "20", "--output", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        reader = [FFMPEG, "-v", "error", "-i", "-", "-c:v", "ffv1", str(tmp_path / "got.mkv")]
        subprocess.run(reader, stdin=run.stdout, check=True, timeout=60)
        words = run.stderr.read().decode()
    assert run.returncode == 0, words
    assert "following" in words
    with open_video(tmp_path / "got.mkv") as got, open_video(CLIP, max_frames=20) as source:
        assert (got.width, got.height, got.fps) == (source.width, source.height, source.fps)
        frames, originals = list(got), list(source)
    assert [f.time_s for f in frames] == pytest.approx([f.time_s for f in originals], abs=0.001)
    beside = [
        np.array_equal(a.image[-9:], b.image[-9:]) for a, b in zip(frames, originals, strict=True)
    ]
    assert all(beside)  # where nothing is drawn not one level is lost


def test_a_reader_that_leaves_ends_the_run_with_a_word_and_a_whole_table(tmp_path):
    command = [*FOLLOW, "--no-window", "--output", "-", "--csv", str(tmp_path / "t.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.read(500_000)
        run.stdout.close()
        words = run.stderr.read().decode()
    assert run.returncode == 2
    assert "the standard output takes no more: whoever read it has gone" in words
    assert "Traceback" not in words
    assert (tmp_path / "t.csv").read_bytes().endswith(b"\n")


# Sound


def with_sound(path: Path, codec: str = "aac") -> Path:
    """Make 3 s of numbered pictures, with a tone that begins at 1 s."""
    film = write_video(path.with_name("silent.mkv"), 75, codec_options={"bf": "0"})
    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        sound = target.add_stream(codec, rate=48000, layout="mono")
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
        size = 960
        for start in range(0, 3 * 48000, size):
            time_s = (start + np.arange(size)) / 48000
            tone = np.where(time_s >= 1, 0.5 * np.sin(2 * np.pi * 440 * time_s), 0)
            samples = (tone * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
            target.mux(sound.encode(frame))
        target.mux(sound.encode())
    return path


def tone_of(path: Path) -> tuple[float, float]:
    """Tell when the tone begins and when the sound ends, s."""
    begins_s, ends_s = None, 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            loud = np.abs(frame.to_ndarray().astype(float)).max() > (
                0.1 if "flt" in frame.format.name else 3000
            )
            begins_s = frame.time if begins_s is None and loud else begins_s
            ends_s = frame.time + frame.samples / frame.sample_rate
    return begins_s, ends_s


@pytest.mark.parametrize(
    ("source", "codec", "name"),
    [
        ("a.mp4", "aac", "out.mp4"),
        ("a.mkv", "libopus", "out.webm"),
        ("a.mkv", "pcm_s16le", "out.mkv"),
    ],
)
def test_the_sound_is_copied_and_stays_with_its_pictures(tmp_path, source, codec, name):
    source = with_sound(tmp_path / source, codec)
    with (
        open_video(source, start_s=0.4, end_s=2) as video,
        open_sink(tmp_path / name, like=video, sound_of=source) as sink,
    ):
        for frame in video:
            sink.write(frame.image, frame.time_s)
    begins_s, ends_s = tone_of(tmp_path / name)
    assert begins_s == pytest.approx(0.6, abs=0.05)
    assert ends_s == pytest.approx(1.6, abs=0.05)
    with open_video(tmp_path / name) as video:
        assert [number_in(frame.image) for frame in video] == list(range(10, 50))


def test_a_source_without_sound_or_a_file_that_cannot_hold_it_is_told_at_once(tmp_path):
    silent = write_video(tmp_path / "clip.mp4", 5)
    with pytest.raises(SinkError, match="has no sound to keep"):
        open_sink(tmp_path / "out.mp4", sound_of=silent)
    loud = with_sound(tmp_path / "loud.mkv", "aac")
    with pytest.raises(SinkError, match=r"cannot hold the sound of .*\(aac\); write an \.mkv"):
        open_sink(tmp_path / "out.webm", sound_of=loud)
    with pytest.raises(SinkError, match="cannot hold the sound"):
        open_sink(tmp_path / "out.gif", sound_of=loud)
    assert not list(tmp_path.glob("out*"))


def test_keep_audio_on_the_command_line(tmp_path, capfd):
    source = with_sound(tmp_path / "a.mp4")
    options = ["track", str(source), "--box", "60,70,30,30", "--no-window", "--keep-audio"]
    assert main([*options, "--csv", str(tmp_path / "t.csv")]) == 2
    assert "give --output too" in capfd.readouterr().err
    assert main([*options, "--output", str(tmp_path / "out.mp4")]) == 0
    assert tone_of(tmp_path / "out.mp4")[0] == pytest.approx(1.0, abs=0.05)


def test_a_large_gif_is_warned_of(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("tracker.app.words.LARGE_GIF", 1000)
    run = f"track {CLIP} --box 53,104,68,68 --no-window --max-frames 3 --csv {tmp_path}/t.csv"
    again = f"export {CLIP} {tmp_path}/t.csv"
    for number, command in enumerate((run, again)):
        assert main([*command.split(), "--output", f"{tmp_path}/{number}.gif"]) == 0
        assert f"{number}.gif has 0 MB; as .mp4 it would be a small" in capfd.readouterr().err
