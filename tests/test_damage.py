"""Files cut off and with flipped bits: every good frame comes, and the complaint says why."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from numbered import number_in, write_video

from tracker.errors import DamagedError, SourceError
from tracker.video import open_video

N_FRAMES = 75
KINDS = [
    ("clip.mp4", "libx264", {"movflags": "+faststart"}),
    ("clip.mov", "mjpeg", {"movflags": "+faststart"}),
    ("clip.mkv", "libx264", {}),
    ("clip.webm", "libvpx-vp9", {}),
    ("clip.avi", "libx264", {}),
    ("clip.mkv", "mjpeg", {}),
]
kinds = pytest.mark.parametrize(
    ("name", "codec", "options"), KINDS, ids=lambda value: value if isinstance(value, str) else ""
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Callable[..., bytes]:
    """Give the bytes of a video, which is encoded once."""
    folder, videos = tmp_path_factory.mktemp("whole"), {}

    def made(name: str, codec: str, options: dict[str, str]) -> bytes:
        if (name, codec) not in videos:
            pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            fast = {"deadline": "realtime"} if codec == "libvpx-vp9" else {}
            path = write_video(
                folder / name, N_FRAMES, codec=codec, pixels=pixels, options=options,
                codec_options=fast,
            )  # fmt: skip
            videos[name, codec] = path.read_bytes()
        return videos[name, codec]

    return made


def read(path: Path) -> tuple[list[int], list[float], str]:
    frames, complaint = [], ""
    try:
        with open_video(path) as video:
            frames.extend(video)
    except DamagedError as error:
        complaint = str(error)
    except SourceError as error:
        frames, complaint = [], str(error)
    return [number_in(frame.image) for frame in frames], [f.time_s for f in frames], complaint


@kinds
def test_of_a_cut_file_every_frame_before_the_cut_comes(tmp_path, made, name, codec, options):
    path, whole = tmp_path / name, made(name, codec, options)
    rng = random.Random(7)
    for place in sorted(rng.randrange(1, len(whole)) for _ in range(20)):
        path.write_bytes(whole[:place])
        numbers, times_s, complaint = read(path)
        assert complaint, (place, len(whole), numbers)
        # of the last few, one that is shown early may be coded after the cut
        assert numbers[:-3] == list(range(len(numbers) - 3)) or len(numbers) < 3
        assert numbers == sorted(numbers)
        if not name.endswith("avi"):  # which has no times of its own
            assert times_s == pytest.approx([number / 25 for number in numbers], abs=0.001)
        if numbers:
            words = f"{len(numbers)} good frames, the last is frame {len(numbers) - 1}"
            assert words in complaint
            assert re.search(rf"\({times_s[-1]:.2f} s\)", complaint)


def test_the_frames_before_a_cut_are_as_many_as_their_bytes(tmp_path, made):
    path, whole = tmp_path / "clip.mkv", made("clip.mkv", "mjpeg", {})
    path.write_bytes(whole[: len(whole) // 2])
    numbers, _, _ = read(path)
    assert len(numbers) == pytest.approx(N_FRAMES / 2, abs=3)


@kinds
def test_a_flipped_bit_costs_few_frames_and_never_their_order(tmp_path, made, name, codec, options):
    path, whole = tmp_path / name, made(name, codec, options)
    rng = random.Random(8)
    n_whole = 0
    for _ in range(20):
        place = rng.randrange(len(whole) // 3, len(whole))  # not the headers: all may hang on them
        harmed = bytearray(whole)
        harmed[place] ^= 1 << rng.randrange(8)
        path.write_bytes(harmed)
        numbers, times_s, complaint = read(path)
        assert all(early < late for early, late in pairwise(times_s))
        n_whole += len(numbers) >= N_FRAMES - 1
        # VP9's packets need not hold a frame, and Matroska's reader passes over what it cannot read
        if codec != "libvpx-vp9" and not name.endswith("mkv"):
            assert complaint or len(numbers) == N_FRAMES, (place, len(whole))
    assert n_whole > 10


def test_a_frame_that_the_decoder_swallows_is_missed(tmp_path, made):
    path, whole = tmp_path / "clip.mkv", made("clip.mkv", "libx264", {})
    harmed = bytearray(whole)
    at = len(whole) // 2
    harmed[at : at + 60] = bytes(60)
    path.write_bytes(harmed)
    numbers, _, complaint = read(path)
    assert len(numbers) < N_FRAMES or not complaint
    assert complaint
