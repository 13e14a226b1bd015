"""Recordings, read back: codec, pixels, size, rate, times, colors; and what failures leave."""

from __future__ import annotations

import itertools
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numbered import number_in, numbered, write_video

from tracker.errors import FrameError, SinkError
from tracker.video import open_sink, open_video

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="the ffmpeg program is not installed")


def record(path: Path, n_frames: int = 20, times_s=None, size=(160, 120), **options) -> Path:
    with open_sink(path, **options) as sink:
        for number in range(n_frames):
            sink.write(numbered(number, *size), times_s[number] if times_s else None)
    return path


def read_back(path: Path) -> tuple[list[int], list[float]]:
    with open_video(path) as video:
        frames = list(video)
    return [number_in(frame.image) for frame in frames], [frame.time_s for frame in frames]


def boxes_of(path: Path) -> list[str]:
    """List an MP4's outermost boxes in their order."""
    content, at, names = path.read_bytes(), 0, []
    while at < len(content):
        names.append(content[at + 4 : at + 8].decode())
        at += int.from_bytes(content[at : at + 4], "big")
    return names


# How well it is written


def graded(folder: Path, suffix: str, **grade: str) -> tuple[int, float]:
    """Give the size of a recording of noisy pictures, and its mean difference from them."""
    rng, path = np.random.default_rng(0), folder / f"{'-'.join(sum(grade.items(), ()))}{suffix}"
    ground = cv2.resize(rng.integers(0, 256, (6, 8, 3), np.uint8), (161, 121))
    images = [np.clip(ground + rng.normal(0, 6, (121, 161, 1)), 0, 255) for _ in range(8)]
    images = [image.astype(np.uint8) for image in images]
    with open_sink(path, **grade) as sink:
        for image in images:
            sink.write(image)
    with open_video(path) as video:
        seen = [frame.image[:121, :161].astype(int) for frame in video]
    return path.stat().st_size, float(np.abs(np.array(seen) - images).mean())


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_a_higher_quality_takes_more_room_and_loses_less_down_to_nothing(tmp_path, suffix):
    grades = [graded(tmp_path, suffix, quality=q) for q in ("low", "medium", "high", "lossless")]
    sizes, losses = zip(*grades, strict=True)
    assert all(1.3 * smaller < larger for smaller, larger in itertools.pairwise(sizes))
    assert all(more > 1.1 * less for more, less in itertools.pairwise(losses))
    assert losses[-1] == 0


def test_more_effort_makes_a_smaller_film_and_not_one_of_low_quality(tmp_path):
    hasty, usual, thorough = (graded(tmp_path, ".mp4", effort=e) for e in ("low", "medium", "high"))
    assert thorough[0] < usual[0] < hasty[0]
    assert thorough[1] < graded(tmp_path, ".mp4", quality="low")[1]


@pytest.mark.parametrize(
    ("name", "grade", "message"),
    [
        ("a.mp4", {"quality": "best"}, "quality 'best': expected one of low, medium, high, loss"),
        ("a.mp4", {"effort": "9"}, "effort '9': expected one of low, medium, high"),
        ("a.gif", {"quality": "high"}, "one quality, 256 colors"),
        ("a%d.jpg", {"quality": "lossless"}, r"take \.png"),
        ("a%d.png", {"effort": "high"}, r"for \.mp4, \.mkv and \.webm"),
    ],
)
def test_a_quality_that_cannot_be_had_is_said_before_anything_is_written(
    tmp_path, name, grade, message
):
    with pytest.raises(SinkError, match=message):
        open_sink(tmp_path / name, **grade)
    assert not list(tmp_path.iterdir())


def test_pictures_are_graded_too(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    sizes = []
    for quality in ("low", "medium", "high"):
        with open_sink(tmp_path / f"{quality}%d.jpg", quality=quality) as sink:
            sink.write(picture)
        sizes.append((tmp_path / f"{quality}0.jpg").stat().st_size)
    assert sizes == sorted(set(sizes))


# What is written


def test_a_recording_is_h264_yuv420p_with_its_index_first(tmp_path):
    path = record(tmp_path / "out.mp4")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.codec_context.profile == "High"
        assert stream.frames == 20
    boxes = boxes_of(path)
    assert boxes.index("moov") < boxes.index("mdat")


def test_every_picture_comes_back_in_order_and_none_is_lost_at_the_end(tmp_path):
    numbers, times_s = read_back(record(tmp_path / "out.mp4", 57))
    assert numbers == list(range(57))
    assert times_s == pytest.approx([n / 25 for n in range(57)])


@pytest.mark.parametrize("size", [(320, 240), (321, 241), (320, 241), (33, 18), (2, 2), (1, 1)])
@pytest.mark.parametrize("fps", [Fraction(25), Fraction(30000, 1001)])
def test_sizes_and_rates_are_kept(tmp_path, size, fps):
    path = tmp_path / "out.mp4"
    picture = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    with open_sink(path, fps=fps) as sink:
        for _ in range(5):
            sink.write(picture)
    with open_video(path) as video:
        assert (video.width, video.height) == (size[0] + size[0] % 2, size[1] + size[1] % 2)
        assert video.fps == fps
        assert len(list(video)) == 5


def test_an_odd_picture_is_padded_by_its_last_column_and_row_and_not_moved(tmp_path):
    picture = np.zeros((121, 161, 3), np.uint8)
    picture[:, 80:] = 200
    picture[60:] //= 2
    with open_sink(tmp_path / "out.mp4") as sink:
        sink.write(picture)
    with open_video(tmp_path / "out.mp4") as video:
        image = next(video).image.astype(int)
    assert image.shape == (122, 162, 3)
    assert np.abs(image[:121, :161] - picture).mean() < 2
    assert np.abs(image[:, 161] - image[:, 160]).max() <= 3
    assert np.abs(image[121] - image[120]).max() <= 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (29.97, Fraction(30000, 1001)),
        (30000 / 1001, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (Fraction(24000, 1001), Fraction(24000, 1001)),
        (30, Fraction(30)),
        (12.5, Fraction(25, 2)),
        (Fraction(12.1), Fraction(121, 10)),
        (7, Fraction(7)),
        (None, Fraction(25)),
    ],
)
def test_the_rate_is_a_fraction_and_exact(tmp_path, given, kept):
    path = record(tmp_path / "out.mp4", 40, fps=given)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == kept
        assert stream.duration * stream.time_base == 40 / kept
    _, times_s = read_back(path)
    assert times_s == pytest.approx([float(n / kept) for n in range(40)], abs=1e-6)


def test_the_rate_of_a_source_is_taken_over(tmp_path):
    source = write_video(tmp_path / "in.mp4", 10, fps=Fraction(24000, 1001))
    with open_video(source) as video, open_sink(tmp_path / "out.mp4", like=video) as sink:
        for frame in video:
            sink.write(frame.image, frame.time_s)
    with open_video(source) as before, open_video(tmp_path / "out.mp4") as after:
        assert after.fps == before.fps
        assert [f.time_s for f in after] == pytest.approx([f.time_s for f in before], abs=1e-6)


def test_a_varying_rate_is_kept_and_begins_at_zero(tmp_path):
    times_s = [12.5, 12.54, 12.55, 12.9, 13.0, 14.7771]
    numbers, back_s = read_back(record(tmp_path / "out.mp4", 6, times_s))
    assert numbers == list(range(6))
    assert back_s == pytest.approx([t - 12.5 for t in times_s], abs=1 / 90_000)


def test_times_that_stand_still_or_go_back_stay_in_order(tmp_path):
    times_s = [0.0, 0.04, 0.04, 0.02, 0.08, 0.12]
    numbers, back_s = read_back(record(tmp_path / "out.mp4", 6, times_s))
    assert numbers == list(range(6))
    assert all(later > earlier for earlier, later in itertools.pairwise(back_s))
    assert back_s[-1] == pytest.approx(0.12, abs=1e-4)


def test_times_may_be_left_out_in_between(tmp_path):
    path = tmp_path / "out.mp4"
    with open_sink(path, fps=10) as sink:
        for number, time_s in enumerate([None, None, 7.0, None, 7.5]):
            sink.write(numbered(number), time_s)
    assert read_back(path)[1] == pytest.approx([0, 0.1, 0.2, 0.3, 0.7])


@pytest.mark.parametrize("size", [(320, 240), (1280, 720)])
def test_colors_come_back_as_they_went_in(tmp_path, size):
    y, x = np.mgrid[: size[1], : size[0]]
    waves = 128 + 90 * np.sin(x / 60), 128 + 90 * np.cos(y / 45), 128 + 90 * np.sin((x + y) / 80)
    picture = np.stack(waves, axis=-1).astype(np.uint8)
    picture[: size[1] // 4, : size[0] // 4] = (0, 0, 255)
    with open_sink(tmp_path / "out.mp4") as sink:
        sink.write(picture)
    with open_video(tmp_path / "out.mp4") as video:
        error = next(video).image.astype(int) - picture
    assert np.abs(error).mean() < 2.5
    assert np.abs(error.mean(axis=(0, 1))).max() < 2  # no cast
    with av.open(str(tmp_path / "out.mp4")) as container:
        context = container.streams.video[0].codec_context
        marked = {context.colorspace, context.color_primaries, context.color_trc}
        assert marked == {1 if size[1] > 576 else 6}


@needs_ffmpeg
def test_another_program_reads_the_same_pictures(tmp_path):
    path = record(tmp_path / "out.mp4", 12, size=(162, 120))
    command = [FFMPEG, "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, 120, 162, 3)
    assert [number_in(picture) for picture in pictures] == list(range(12))


def test_opencv_reads_the_same_pictures(tmp_path):
    path = record(tmp_path / "out.mp4", 12)
    capture = cv2.VideoCapture(str(path))
    numbers = []
    while True:
        there, image = capture.read()
        if not there:
            break
        numbers.append(number_in(image))
    capture.release()
    assert numbers == list(range(12))


def test_the_picture_is_not_changed_and_may_be_of_any_layout(tmp_path):
    picture = numbered(5)
    picture.flags.writeable = False
    kept = picture.copy()
    with open_sink(tmp_path / "out.mp4") as sink:
        sink.write(picture)
        sink.write(np.asfortranarray(numbered(6)))
        sink.write(numbered(7, 320, 120)[:, ::2])
    assert np.array_equal(picture, kept)
    assert read_back(tmp_path / "out.mp4")[0] == [5, 6, 7]


def test_a_gif_keeps_pictures_times_and_odd_sizes_and_repeats(tmp_path):
    path = record(tmp_path / "out.gif", 6, [0.0, 0.1, 0.2, 0.7, 0.8, 0.9], size=(161, 121))
    numbers, times_s = read_back(path)
    assert numbers == list(range(6))
    assert times_s == pytest.approx([0.0, 0.1, 0.2, 0.7, 0.8, 0.9], abs=0.006)
    with open_video(path) as video:
        image = next(video).image
    assert image.shape == (121, 161, 3)
    assert np.abs(image.astype(int) - numbered(0, 161, 121)).mean() < 6
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in path.read_bytes()  # for ever


# When it is closed


def test_while_it_is_written_it_has_another_name(tmp_path):
    path, partial = tmp_path / "out.mp4", tmp_path / "out.partial.mp4"
    with open_sink(path) as sink:
        sink.write(numbered(0))
        assert partial.exists()
        assert not path.exists()
    assert path.exists()
    assert not partial.exists()
    assert (sink.path, sink.n_frames) == (path, 1)


def test_an_error_in_the_block_leaves_a_playable_file(tmp_path):
    path = tmp_path / "out.mp4"

    def work() -> None:
        with open_sink(path) as sink:
            for number in range(30):
                sink.write(numbered(number))
            raise LookupError("the work went wrong")

    with pytest.raises(LookupError, match="the work went wrong"):
        work()
    assert read_back(path)[0] == list(range(30))


def test_without_pictures_no_file_is_left(tmp_path):
    with open_sink(tmp_path / "out.mp4") as sink:
        assert sink.n_frames == 0
    assert list(tmp_path.iterdir()) == []


def test_closing_twice_is_fine_and_writing_after_it_is_not(tmp_path):
    sink = open_sink(tmp_path / "out.mp4")
    sink.write(numbered(0))
    sink.close()
    sink.close()
    with pytest.raises(SinkError, match="closed"):
        sink.write(numbered(1))


INTERRUPTED = """
    import signal, sys
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignores it
    sys.path.insert(0, {tests!r})
    from numbered import numbered
    from tracker.video import open_sink
    with open_sink({path!r}) as sink:
        for number in range(1000):
            sink.write(numbered(number, 640, 480))
            print(number, flush=True)
"""


@pytest.mark.parametrize("after", [12, 40, 41, 67])
def test_ctrl_c_in_the_middle_leaves_every_picture_written_so_far(tmp_path, after):
    path = tmp_path / "out.mp4"
    program = INTERRUPTED.format(tests=str(Path(__file__).parent), path=str(path))
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        text=True,
    )
    while process.stdout.readline() != f"{after}\n":
        assert process.poll() is None, process.stderr.read()
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()  # communicate passes over lines that were read ahead
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    written = int(rest.split()[-1]) if rest.split() else after
    numbers, _ = read_back(path)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) in (written + 1, written + 2)  # the one being written may be whole
    assert list(tmp_path.iterdir()) == [path]


# What is refused


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((120, 160), np.uint8),
        np.zeros((120, 160, 4), np.uint8),
        np.zeros((120, 160, 3), np.float32),
        np.zeros((0, 160, 3), np.uint8),
    ],
)
def test_what_is_no_bgr_picture_is_refused_with_what_it_is(tmp_path, picture):
    with open_sink(tmp_path / "out.mp4") as sink, pytest.raises(FrameError) as caught:
        sink.write(picture)
    assert str(picture.shape) in str(caught.value)
    assert str(picture.dtype) in str(caught.value)


def test_none_is_no_picture(tmp_path):
    with (
        open_sink(tmp_path / "out.mp4") as sink,
        pytest.raises(FrameError, match="NoneType: expected a NumPy array"),
    ):
        sink.write(None)


def test_another_size_in_mid_file_names_both_and_costs_nothing(tmp_path):
    path = tmp_path / "out.mp4"
    with open_sink(path) as sink:
        sink.write(numbered(0))
        with pytest.raises(FrameError, match=r"\(240, 320, 3\).*\(120, 160, 3\)"):
            sink.write(numbered(1, 320, 240))
        sink.write(numbered(2))
    assert read_back(path)[0] == [0, 2]


@pytest.mark.parametrize("time_s", [float("nan"), float("inf")])
def test_a_time_that_is_no_number_is_refused(tmp_path, time_s):
    with (
        open_sink(tmp_path / "out.mp4") as sink,
        pytest.raises(FrameError, match="must be a finite number"),
    ):
        sink.write(numbered(0), time_s)


def test_an_existing_file_is_kept_unless_told_otherwise(tmp_path):
    path = tmp_path / "out.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(SinkError, match=r"out\.mp4: exists; use --overwrite"):
        open_sink(path)
    with open_sink(path, overwrite=True) as sink:
        assert path.read_bytes() == b"precious"  # until the new one is whole
        sink.write(numbered(3))
    assert read_back(path)[0] == [3]


@pytest.mark.parametrize("name", ["out.avi", "out", "out.mp4.txt"])
def test_other_kinds_of_file_are_refused_with_those_that_are_written(tmp_path, name):
    with pytest.raises(SinkError, match=r"recordings are written as \.mp4 or \.mkv or"):
        open_sink(tmp_path / name)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(SinkError, match=r"there is no folder .*nowhere; make it first"):
        open_sink(tmp_path / "nowhere" / "out.mp4")


def test_a_folder_in_the_way_is_named(tmp_path):
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(SinkError, match=r"out\.mp4: is a folder"):
        open_sink(tmp_path / "out.mp4", overwrite=True)


def test_a_name_the_system_refuses_is_a_sink_error(tmp_path):
    with pytest.raises(SinkError, match=r"cannot be written \(File name too long\)"):
        open_sink(tmp_path / ("x" * 5000 + ".mp4"))


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody can write to")
def test_a_folder_that_cannot_be_written_is_said_before_any_work():
    with pytest.raises(SinkError, match=r"out\.partial\.mp4: cannot be written"):
        open_sink("/proc/self/out.mp4")


@pytest.mark.parametrize("fps", [0, -25.0, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused(tmp_path, fps):
    with pytest.raises(SinkError, match="must be a rate above 0"):
        open_sink(tmp_path / "out.mp4", fps=fps)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_sink_error_and_the_partial_file_is_named(tmp_path):
    path = tmp_path / "out.mp4"
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)

    def work() -> None:
        with open_sink(path) as sink:
            for shift in range(100):
                sink.write(np.roll(noise, shift, axis=0))

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing fails, as on a full disk
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
        with pytest.raises(SinkError, match=r"out\.partial\.mp4: cannot be"):
            work()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert not path.exists()
