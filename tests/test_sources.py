"""Opening videos, folders of pictures and cameras; and what is said when that fails."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import threading
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numbered import cut, number_in, numbered, write_video

from tracker.errors import ConfigError, DamagedError, FrameError, SourceError
from tracker.video import camera, open_sink, open_video
from tracker.video.sources import Frame

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="the ffmpeg program is not installed")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 frames at 25 a second, a keyframe every 25."""
    return write_video(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Twelve pictures, of which 10 sorts before 2 by letters."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(12):
        cv2.imwrite(str(folder / f"img{number}.png"), numbered(number))
    return folder


def numbers(frames: list[Frame]) -> list[int]:
    return [number_in(frame.image) for frame in frames]


def read_all(source: Path) -> tuple[list[Frame], DamagedError | None]:
    """Read what can be read, and the complaint that came after it."""
    frames = []
    with open_video(source) as video:
        try:
            frames.extend(video)  # keeps what came before an error
        except DamagedError as error:
            return frames, error
    return frames, None


# Files


def test_every_frame_comes_once_with_its_time(clip):
    with open_video(clip) as video:
        frames = list(video)
    assert numbers(frames) == list(range(60))
    assert [frame.index for frame in frames] == list(range(60))
    assert [frame.time_s for frame in frames] == pytest.approx([n / 25 for n in range(60)])


def test_a_video_tells_its_name_size_rate_and_length(clip):
    with open_video(clip) as video:
        assert (video.name, video.width, video.height) == (str(clip), 160, 120)
        assert (video.fps, video.n_frames, video.is_live) == (Fraction(25), 60, False)


def test_pictures_are_bgr_uint8_and_the_callers_own(clip):
    with open_video(clip, max_frames=2) as video:
        first, second = (frame.image for frame in video)
    assert first.dtype == np.uint8
    assert first.shape == (120, 160, 3)
    assert first.flags.writeable
    assert first.flags.c_contiguous
    assert np.abs(first[90, 80].astype(int) - (40, 120, 200)).max() <= 4
    first[:] = 0
    assert second[90, 80, 2] > 190


@pytest.mark.parametrize("start_s", [0.04, 0.99, 1.0, 1.02, 1.03, 1.96, 2.36])
def test_a_start_is_exact_to_the_frame_wherever_the_keyframes_are(clip, start_s):
    with open_video(clip, start_s=start_s) as video:
        first = next(video)
    number = int(np.ceil(round((start_s - 0.02) * 25, 6)))  # no more than half a frame before
    assert number_in(first.image) == number
    assert first.index == 0
    assert first.time_s == pytest.approx(number / 25)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.integers(0, 58), more=st.integers(1, 60))
def test_any_span_gives_the_frames_in_it(clip, first, more):
    with open_video(clip, start_s=first / 25, end_s=(first + more) / 25) as video:
        expected = list(range(60))[first : first + more]
        assert video.n_frames == len(expected)
        assert numbers(list(video)) == expected


def test_no_more_than_max_frames_are_given(clip):
    with open_video(clip, max_frames=7) as video:
        assert video.n_frames == 7
        assert numbers(list(video)) == list(range(7))


def test_a_varying_frame_rate_keeps_its_times(tmp_path):
    times_ms = [0, 40, 50, 200, 230, 1000, 1010, 1800]
    path = write_video(tmp_path / "vfr.mkv", len(times_ms), times_ms=times_ms)
    with open_video(path) as video:
        frames = list(video)
    assert [frame.time_s for frame in frames] == pytest.approx([t / 1000 for t in times_ms])
    assert numbers(frames) == list(range(8))


def test_a_start_in_a_varying_frame_rate_goes_by_time(tmp_path):
    times_ms = [0, 40, 50, 200, 230, 1000, 1010, 1800]
    path = write_video(tmp_path / "vfr.mkv", len(times_ms), times_ms=times_ms, keyframe_every=3)
    with open_video(path, start_s=1.0, end_s=1.5) as video:
        frames = list(video)
    assert numbers(frames) == [5, 6]
    assert frames[-1].time_s == pytest.approx(1.01)
    for number, time_ms in enumerate(times_ms):
        with open_video(path, start_s=time_ms / 1000) as video:
            assert number_in(next(video).image) == number


def test_a_recording_that_does_not_begin_at_zero_keeps_its_times(tmp_path):
    times_ms = [10_000 + 40 * n for n in range(30)]
    path = write_video(tmp_path / "late.ts", 30, times_ms=times_ms, keyframe_every=5)
    with open_video(path) as video:
        begin_s = next(video).time_s
    assert begin_s > 9.9
    with open_video(path, start_s=begin_s + 0.4) as video:
        frame = next(video)
    assert frame.time_s == pytest.approx(begin_s + 0.4, abs=1e-3)
    assert number_in(frame.image) == 10


@pytest.mark.parametrize("name", ["one.ts", "one.mp4", "one.mkv"])
def test_a_start_is_exact_even_if_the_only_keyframe_is_the_first(tmp_path, name):
    path = write_video(tmp_path / name, 60, keyframe_every=1000)
    with open_video(path) as video:
        start_s = next(video).time_s + 1.0
    with open_video(path, start_s=start_s) as video:
        assert numbers(list(video)) == list(range(25, 60))


def test_a_longer_sound_does_not_count_as_frames(tmp_path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        film = container.add_stream("libx264", rate=25)
        film.width, film.height, film.pix_fmt = 160, 120, "yuv420p"
        sound = container.add_stream("aac", rate=8000, layout="mono")
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
            container.mux(film.encode(frame))
        container.mux(film.encode())
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 24_000), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 8000
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    with open_video(path) as video:
        assert video.n_frames == 10
    frames, error = read_all(path)
    assert (len(frames), error) == (10, None)


def test_frames_before_zero_are_given_when_no_start_is_asked(tmp_path):
    path = write_video(tmp_path / "early.mkv", 10, times_ms=[40 * n - 120 for n in range(10)])
    frames, error = read_all(path)
    assert error is None
    assert numbers(frames) == list(range(10))


def test_a_start_in_a_gif_is_exact_too(tmp_path):
    path = tmp_path / "moving.gif"
    with open_sink(path) as sink:
        for number in range(20):
            sink.write(numbered(number))
    with open_video(path, start_s=0.4) as video:
        assert numbers(list(video)) == list(range(10, 20))


@needs_ffmpeg
def test_a_stream_without_times_is_reckoned_at_its_rate(clip, tmp_path):
    raw = tmp_path / "clip.h264"
    subprocess.run([FFMPEG, "-v", "error", "-i", clip, "-c", "copy", raw], check=True)
    with open_video(raw, start_s=1.0) as video:
        frames = list(video)
    assert numbers(frames) == list(range(25, 60))
    assert frames[0].time_s == pytest.approx(1.0)


@needs_ffmpeg
def test_a_file_trimmed_by_an_edit_list_begins_where_players_do(clip, tmp_path):
    trimmed = tmp_path / "trimmed.mp4"
    subprocess.run(
        [FFMPEG, "-v", "error", "-ss", "0.52", "-i", clip, "-c", "copy", trimmed], check=True
    )
    frames, error = read_all(trimmed)
    assert error is None
    assert numbers(frames) == list(range(13, 60))


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_the_display_matrix_turns_the_picture(tmp_path, rotation):
    path = write_video(tmp_path / "turned.mp4", 3, rotation=rotation)
    with open_video(path) as video:
        image = next(video).image
        assert image.shape[:2] == (video.height, video.width)
    upright = np.rot90(image, -rotation // 90)  # the matrix turns counterclockwise
    assert upright.shape == (120, 160, 3)
    expected = numbered(0)
    assert np.abs(upright.astype(int) - expected).mean() < 4


def test_a_mirroring_display_matrix_mirrors_the_picture(tmp_path):
    path = tmp_path / "mirrored.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.set_display_rotation(0, hflip=True)
        frame = av.VideoFrame.from_ndarray(numbered(1), format="bgr24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with open_video(path) as video:
        assert number_in(next(video).image[:, ::-1]) == 1


@pytest.mark.parametrize(
    ("aspect", "rotation", "size"),
    [
        (Fraction(8, 5), 0, (256, 120)),
        (Fraction(3, 4), 0, (160, 160)),
        (Fraction(2), 90, (120, 320)),
        (Fraction(1), 0, (160, 120)),
    ],
)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_pixels_that_are_not_square_are_stretched_as_players_do(
    tmp_path, name, aspect, rotation, size
):
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with open_video(path) as video:
        assert (video.width, video.height) == size
        images = [np.rot90(frame.image, -rotation // 90) for frame in video]
    assert [number_in(image) for image in images] == list(range(5))


@pytest.fixture
def two_films(tmp_path):
    """A file with two films in it: numbers from 0, and from 100 in a smaller picture."""
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = []
        for width, height in ((160, 120), (80, 60)):
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            streams.append(stream)
        for number in range(20):
            for at, stream in enumerate(streams):
                image = numbered(number + 100 * at, stream.width, stream.height)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        for stream in streams:
            container.mux(stream.encode())
    return path


def test_one_of_several_video_streams_is_chosen(two_films):
    for stream, first in ((None, 0), (0, 0), (1, 100)):
        with open_video(two_films, stream=stream) as video:
            assert numbers(video) == list(range(first, first + 20))
    with open_video(two_films, stream=1, start_s=0.4) as video:
        assert number_in(next(video).image) == 110
    words = r"no video stream 2 in it; it has 0 \(160x120\), 1 \(80x60\)"
    with pytest.raises(SourceError, match=words):
        open_video(two_films, stream=2)
    with pytest.raises(ConfigError, match="stream -1: video streams are numbered from 0"):
        open_video(two_films, stream=-1)
    with pytest.raises(ConfigError, match="is no video file"):
        open_video(two_films.parent, stream=0)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mkv", "ffv1", "gray"),
        ("a.mkv", "ffv1", "yuv420p10le"),
        ("a.mkv", "ffv1", "yuv444p"),
        ("a.mkv", "ffv1", "bgra"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.mov", "qtrle", "rgb24"),
        ("a.avi", "utvideo", "gbrp"),
    ],
)
def test_any_pixel_format_becomes_bgr(tmp_path, name, codec, pixels):
    path = write_video(tmp_path / name, 5, codec=codec, pixels=pixels)
    frames, error = read_all(path)
    assert error is None
    assert numbers(frames) == list(range(5))
    ground = frames[0].image[90, 80].astype(int)
    expected = (40, 120, 200) if pixels != "gray" else (135, 135, 135)
    assert np.abs(ground - expected).max() <= 4
    assert frames[0].image.shape == (120, 160, 3)


@pytest.mark.parametrize(("width", "height"), [(161, 121), (33, 17), (2, 2)])
def test_odd_and_tiny_sizes_are_read_whole(tmp_path, width, height):
    path = write_video(
        tmp_path / "odd.mkv", 2, width=width, height=height, codec="ffv1", pixels="bgr0"
    )
    with open_video(path) as video:
        assert next(video).image.shape == (height, width, 3)


@pytest.mark.parametrize(("height", "matrix"), [(480, "ITU601"), (720, "ITU709")])
def test_unmarked_colors_follow_the_size_as_in_players(tmp_path, height, matrix):
    path = tmp_path / "unmarked.mkv"
    red = np.full((height, 720, 3), (20, 30, 220), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 720, height, "yuv420p"
        frame = av.VideoFrame.from_ndarray(red, format="bgr24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=matrix)
        frame.colorspace = 2  # unspecified
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with open_video(path) as video:
        assert np.abs(next(video).image.astype(int) - red).max() <= 4


# Damage


def test_a_cut_file_gives_its_good_frames_and_then_says_where_and_why(tmp_path):
    path = write_video(tmp_path / "cut.mp4", options={"movflags": "faststart"})
    cut(path, 0.7)
    frames, error = read_all(path)
    assert 20 <= len(frames) < 60
    assert numbers(frames) == list(range(len(frames)))
    last = frames[-1]
    assert f"frame {last.index} ({last.time_s:.2f} s)" in str(error)
    assert f"the file is cut off, {path.stat().st_size:,} of" in str(error)
    assert str(path) in str(error)


def test_what_was_written_to_a_pipe_tells_no_end_and_is_whole(tmp_path):
    class Piped(io.BytesIO):
        seek = tell = None

    for kind, codec in (("avi", "mpeg4"), ("matroska", "libx264"), ("mpegts", "libx264")):
        file = Piped()
        with av.open(file, "w", format=kind) as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            for number in range(30):
                frame = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        (tmp_path / kind).write_bytes(file.getvalue())
        with open_video(tmp_path / kind) as video:
            assert [number_in(frame.image) for frame in video] == list(range(30)), kind


def test_an_avi_of_frames_that_are_coded_out_of_order_is_whole_and_evenly_timed(tmp_path):
    path = write_video(tmp_path / "a.avi", 60, codec="libx264")
    with open_video(path) as video:
        assert video.fps == 25
        times = {number_in(frame.image): frame.time_s for frame in video}
    assert list(times) == list(range(60))
    assert np.diff(list(times.values())) == pytest.approx(1 / 25)
    with open_video(path, start_s=times[40]) as video:
        assert [number_in(frame.image) for frame in video] == list(range(40, 60))


@pytest.mark.parametrize("name", ["cut.mkv", "cut.avi"])
def test_a_cut_file_of_another_kind_is_noticed_too(tmp_path, name):
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    path = cut(write_video(tmp_path / name, 200, codec=codec), 0.6)
    frames, error = read_all(path)
    assert 80 <= len(frames) < 150
    assert numbers(frames) == list(range(len(frames)))
    assert f"the file is cut off, {path.stat().st_size:,} of" in str(error)


def test_a_whole_file_is_never_called_damaged(tmp_path):
    for name in ("a.mp4", "a.mkv", "a.avi", "a.ts", "a.mov"):
        codec = "mpeg4" if name.endswith("avi") else "libx264"
        frames, error = read_all(write_video(tmp_path / name, 30, codec=codec))
        assert len(frames) == 30, name
        assert error is None, name


def test_frames_after_a_broken_one_are_given_before_the_complaint(tmp_path):
    path = write_video(tmp_path / "hurt.avi", 20, codec="mjpeg", pixels="yuvj420p")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux() if packet.pts == 10]
    content = path.read_bytes()
    assert content.count(bytes(packets[0])) == 1
    path.write_bytes(content.replace(bytes(packets[0]), bytes(packets[0].size)))
    frames, error = read_all(path)
    assert numbers(frames) == [n for n in range(20) if n != 10]
    assert "damaged" in str(error)
    assert "after 0.36 s" in str(error)


def test_a_cut_file_is_no_trouble_if_its_end_is_not_asked_for(tmp_path):
    path = write_video(tmp_path / "cut.mp4", options={"movflags": "faststart"})
    with open_video(cut(path, 0.7), end_s=0.4) as video:
        assert numbers(list(video)) == list(range(10))


def test_an_mp4_without_its_index_says_that_it_was_cut_off(tmp_path):
    path = cut(write_video(tmp_path / "cut.mp4"), 0.7)
    with pytest.raises(SourceError, match=r"cut\.mp4: an MP4 without its index.*cut off"):
        open_video(path)


def test_a_file_of_changing_size_ends_with_both_sizes(tmp_path):
    small = write_video(tmp_path / "small.ts", 10)
    large = write_video(tmp_path / "large.ts", 10, width=320, height=240)
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    frames, error = read_all(both)
    assert len(frames) >= 8
    assert "320x240" in str(error)
    assert "160x120" in str(error)


# What cannot be opened


def test_a_missing_file_names_the_path_and_videos_like_it(clip):
    with pytest.raises(SourceError, match=r"clap\.mp4: no such file; .* has clip\.mp4"):
        open_video(clip.with_name("clap.mp4"))


def test_no_name_is_not_the_working_directory(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((9, 9, 3), np.uint8))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=r"^source '': expected a name"):
        open_video("")


def test_a_name_that_a_recording_takes_says_how_it_is_read(tmp_path):
    cv2.imwrite(str(tmp_path / "000000.png"), np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(SourceError, match=r'by a pattern with a star, ".*/\*\.png"$'):
        open_video(tmp_path / "%06d.png")
    with pytest.raises(SourceError, match=r"^-: no such file; the standard input is /dev/stdin"):
        open_video("-")


def test_a_missing_folder_says_where_it_looked(tmp_path):
    with pytest.raises(SourceError, match=r"there is no folder .*nowhere.*looked from"):
        open_video(tmp_path / "nowhere" / "clip.mp4")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\x8b\x01\xf2" * 5000, "not a video"),
        (b"a line of text\n" * 500, "not a video"),
    ],
)
def test_a_file_that_is_no_video_says_so(tmp_path, content, words):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"clip\.mp4: {words}"):
        open_video(path)


def test_a_text_file_is_not_taken_for_a_film(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a film\n" * 100)
    with pytest.raises(SourceError, match="there is no video in it"):
        open_video(path)


def test_a_sound_file_has_no_video_in_it(tmp_path):
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(SourceError, match="there is no video in it"):
        open_video(path)


def test_what_is_neither_file_nor_folder_is_refused():
    with pytest.raises(SourceError, match="neither a file, a folder nor a pipe"):
        open_video("/dev/null")


def test_a_name_the_system_refuses_is_a_source_error():
    with pytest.raises(SourceError, match=r"cannot be read \(File name too long\)"):
        open_video("x" * 5000 + ".mp4")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are those of POSIX")
def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = write_video(tmp_path / "secret.mp4", 2)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # root may read everything
    try:
        with pytest.raises(SourceError, match=r"secret\.mp4: .*Permission denied"):
            open_video(path)
    finally:
        os.seteuid(user)


def test_an_address_of_another_kind_says_which_can_be_opened():
    with pytest.raises(SourceError, match=r"begin with http, https, .*rtsp"):
        open_video("gopher://127.0.0.1/stream")


@needs_ffmpeg
def test_no_frame_is_missed_where_the_sound_comes_first(clip, tmp_path):
    path = tmp_path / "sound-first.mp4"
    ffmpeg = ["ffmpeg", "-v", "error", "-i", clip, "-f", "lavfi", "-i", "sine=d=2.4"]
    subprocess.run([*ffmpeg, "-map", "1", "-map", "0", "-c:v", "copy", path], check=True)
    frames, error = read_all(path)
    assert error is None
    assert numbers(frames) == list(range(60))


@pytest.mark.parametrize("source", [None, 2.5, b"clip.mp4"])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(SourceError, match="expected a path, a pattern or the number of a camera"):
        open_video(source)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_file_that_begins_late_is_whole(tmp_path, suffix):
    times_ms = [5000 + 40 * n for n in range(15)]
    path = write_video(tmp_path / f"late{suffix}", 15, times_ms=times_ms)
    with open_video(path) as video:
        assert video.n_frames == pytest.approx(15, abs=1)
        assert video.span == pytest.approx((5.0, 5.6), abs=0.05)
        assert [round(1000 * frame.time_s) for frame in video] == times_ms


def test_a_start_after_the_end_names_the_last_time(clip):
    with pytest.raises(SourceError, match=r"no frame at or after 9 s; the last one is at 2\.36 s"):
        open_video(clip, start_s=9)


def test_an_end_before_the_first_frame_names_its_time(tmp_path):
    path = write_video(tmp_path / "late.mkv", 5, times_ms=[5000 + 40 * n for n in range(5)])
    with pytest.raises(SourceError, match=r"no frame before 1 s; the first one is at 5\.00 s"):
        open_video(path, end_s=1)


@pytest.mark.parametrize(
    "span",
    [
        {"start_s": -1.0},
        {"start_s": float("nan")},
        {"end_s": 0.0},
        {"start_s": 2.0, "end_s": 1.0},
        {"end_s": float("nan")},
        {"max_frames": 0},
    ],
)
def test_a_span_that_cannot_be_is_refused(clip, span):
    name = next(reversed(span)).removesuffix("_s").replace("_", " ")
    with pytest.raises(ConfigError, match=f"{name} .* must be"):
        open_video(clip, **span)


# Life and death


def test_closing_lets_go_of_the_file_and_ends_the_frames(clip):
    before = threading.active_count()
    with open_video(clip) as video:
        next(video)
    assert list(video) == []
    video.close()
    assert threading.active_count() == before
    open_files = [path.resolve() for path in Path("/proc/self/fd").glob("*")]
    assert clip.resolve() not in open_files


def test_a_name_with_a_colon_is_a_file_not_a_protocol(clip, tmp_path, monkeypatch):
    shutil.copy(clip, tmp_path / "take 2: ü.mp4")
    monkeypatch.chdir(tmp_path)
    with open_video("take 2: ü.mp4") as video:
        assert number_in(next(video).image) == 0


# Pictures


def test_pictures_come_in_natural_order_at_25_a_second(pictures):
    with open_video(pictures) as video:
        frames = list(video)
        assert (video.fps, video.n_frames, video.is_live) == (Fraction(25), 12, False)
    assert numbers(frames) == list(range(12))
    assert [frame.time_s for frame in frames] == pytest.approx([n / 25 for n in range(12)])


def test_a_pattern_picks_pictures(pictures):
    with open_video(f"{pictures}/img1*.png") as video:
        assert numbers(list(video)) == [1, 10, 11]


def test_a_folder_with_brackets_in_its_name_is_a_folder(pictures):
    pictures.rename(pictures.with_name("take [2]"))
    with open_video(pictures.with_name("take [2]")) as video:
        assert video.n_frames == 12


def test_one_picture_is_a_film_of_one_frame(pictures):
    with open_video(pictures / "img3.png") as video:
        assert numbers(list(video)) == [3]


def test_a_span_of_pictures_goes_by_their_times(pictures):
    with open_video(pictures, start_s=0.12, end_s=0.24) as video:
        frames = list(video)
    assert numbers(frames) == [3, 4, 5]
    assert frames[0].time_s == pytest.approx(0.12)
    with pytest.raises(SourceError, match="no picture at or after 3 s"):
        open_video(pictures, start_s=3)


def test_pictures_of_gray_and_16_bits_become_bgr_uint8(tmp_path):
    cv2.imwrite(str(tmp_path / "1.png"), np.full((8, 9), 25_700, np.uint16))
    with open_video(tmp_path) as video:
        image = next(video).image
    assert image.dtype == np.uint8
    assert np.array_equal(image, np.full((8, 9, 3), 100))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_its_exif_says(tmp_path, orientation):
    upright = numbered(19)
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: upright.transpose(1, 0, 2), 6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2), 8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    jpeg = cv2.imencode(".jpg", np.ascontiguousarray(stored))[1].tobytes()
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)
    exif = b"Exif\0\0" + tiff
    marker = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    (tmp_path / "1.jpg").write_bytes(jpeg[:2] + marker + jpeg[2:])
    with open_video(tmp_path) as video:
        assert (video.width, video.height) == (160, 120)
        assert number_in(next(video).image) == 19


@needs_ffmpeg
def test_pictures_with_a_palette_are_read_in_their_colors(tmp_path):
    color = "color=0x2878C8:s=32x24:d=0.04,split[a][b];[a]palettegen[p];[b][p]paletteuse"
    ffmpeg = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", color, "-frames:v", "1"]
    subprocess.run([*ffmpeg, str(tmp_path / "1.png")], check=True, timeout=20)
    assert (tmp_path / "1.png").read_bytes()[25] == 3, "a palette"
    with open_video(tmp_path) as video:
        image = next(video).image
    assert image.shape == (24, 32, 3)
    assert np.abs(image.astype(int) - (0xC8, 0x78, 0x28)).max() < 8


def test_pictures_of_two_sizes_are_refused_with_both_names(pictures):
    cv2.imwrite(str(pictures / "img5.png"), numbered(5, 200, 100))
    frames, error = read_all(pictures)
    assert len(frames) == 5
    for words in ("img5.png", "200x100", "img0.png", "160x120"):
        assert words in str(error)


def test_a_broken_picture_is_left_out_and_named_at_the_end(pictures):
    (pictures / "img5.png").write_bytes(b"no picture")
    frames, error = read_all(pictures)
    assert numbers(frames) == [n for n in range(12) if n != 5]
    assert frames[5].time_s == pytest.approx(6 / 25)
    assert "img5.png" in str(error)


def test_what_a_program_has_already_is_a_source_too():
    images = [numbered(number) for number in range(30)]
    for source in (images, iter(images), np.stack(images)):
        with open_video(source, start_s=0.4, end_s=0.8) as video:
            frames = list(video)
        assert numbers(frames) == list(range(10, 20))
        assert [frame.time_s for frame in frames] == [n / 25 for n in range(10, 20)]
    timed = ((image[..., 0], 3 + number**2 / 10) for number, image in enumerate(images))
    with open_video(timed) as video:
        assert [frame.time_s for frame in video][:4] == [3, 3.1, 3.4, 3.9]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([np.zeros((8, 8, 3))], "frame 0, float64 of shape"),
        (["a.png"], "frame 0 of type str"),
        ([numbered(1), numbered(2, 80, 60)], "frame 1 is 80x60, the frames before it are 160x120"),
        ([(numbered(1), 2.0), (numbered(2), 2.0)], "frame 1 has the time 2.0 s"),
    ],
)
def test_what_is_no_picture_among_them_is_named(items, words):
    with pytest.raises(FrameError, match=words), open_video(items) as video:
        list(video)


def test_no_pictures_at_all_are_an_error():
    with pytest.raises(SourceError, match="frames: none at or after 0 s"):
        open_video([])


def test_a_folder_without_pictures_says_what_is_in_it(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see")
    with pytest.raises(SourceError, match=r"a folder without pictures.*it has notes\.txt"):
        open_video(tmp_path)


def test_a_pattern_without_match_says_so(tmp_path):
    with pytest.raises(SourceError, match="no picture matches this pattern"):
        open_video(f"{tmp_path}/*.png")


@pytest.mark.parametrize(("suffix", "wanted"), [(".png", [0]), (".jpg", [0, 3])])
def test_damaged_pictures_are_left_out_and_told_in_our_words_alone(tmp_path, suffix, wanted, capfd):
    for number in range(4):
        picture = numbered(number)
        picture[60:] = np.random.default_rng(2).integers(0, 256, (60, 160, 3))
        cv2.imwrite(str(tmp_path / f"{number}{suffix}"), picture)
    cut(tmp_path / f"1{suffix}", 0.7)
    cut(tmp_path / f"2{suffix}", 0.01)
    if suffix == ".png":
        data = bytearray((tmp_path / "3.png").read_bytes())
        data[len(data) // 2] ^= 1
        (tmp_path / "3.png").write_bytes(data)
    good = []
    with (
        open_video(tmp_path) as video,
        pytest.raises(DamagedError, match=f"cannot be read as pictures: 1{suffix}, 2{suffix}"),
    ):
        good.extend(number_in(frame.image) for frame in video)
    assert good == wanted
    assert capfd.readouterr().err == ""


def test_pictures_none_of_which_can_be_read_cannot_be_opened(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"cannot be read as pictures: a\.png"):
        open_video(tmp_path)


# Cameras


@pytest.mark.parametrize("source", [93, "93", np.int64(93)])
def test_an_absent_camera_is_named_at_once(source, capfd):
    with pytest.raises(SourceError, match="camera 93: "):
        open_video(source)
    if camera.cameras() is not None:  # elsewhere OpenCV has to try, and talks about it
        assert capfd.readouterr().err == ""


def test_cameras_are_numbered_from_0():
    with pytest.raises(SourceError, match="numbered from 0"):
        open_video(-1)


def test_a_camera_has_no_past_to_start_from():
    with pytest.raises(ConfigError, match="camera 0 is live"):
        open_video(0, start_s=2.0)


def test_a_camera_that_opens_but_gives_nothing_is_an_error(monkeypatch):
    monkeypatch.setattr(camera, "cameras", lambda: [0, 93])
    with pytest.raises(SourceError, match=r"camera 93: cannot be opened; is it plugged in"):
        open_video(93)


@pytest.mark.parametrize(
    "address",
    [
        "rstp://me:s3cret@10.0.0.1/live",
        " http://me:s3cret@10.0.0.1/live",
        "rtsp:/me:s3/cret@10.0.0.1/live",
        "me:s3cret@10.0.0.1",
        "foo://me:s3#c?ret@10.0.0.1/live?key=s3cret",
    ],
)
def test_a_mistyped_address_is_named_without_its_password(address):
    with pytest.raises(SourceError, match=r"10\.0\.0\.1.*not an address") as caught:
        open_video(address)
    assert not re.search("s3|cret", str(caught.value))
