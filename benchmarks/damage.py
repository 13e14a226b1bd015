"""Files cut off and with flipped bits: what is read of them, and whether the reader says so."""

from __future__ import annotations

import os
import random
import sys
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

os.environ["SVT_LOG"] = "0"  # or the AV1 encoder talks of itself

from tracker.errors import DamagedError, SourceError
from tracker.video import open_video

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from numbered import number_in, write_video

KINDS = {
    "front.mp4": ("libx264", "libx265", "libvpx-vp9", "libsvtav1"),  # the index before the frames
    "mp4": ("libx264", "libx265", "libvpx-vp9", "libsvtav1"),
    "mkv": ("libx264", "libx265", "libvpx-vp9", "libsvtav1", "mjpeg"),
    "mov": ("libx264", "libx265", "mjpeg"),
    "webm": ("libvpx-vp9", "libsvtav1"),
    "avi": ("libx264", "mjpeg"),
}
"""Containers and the codecs that belong in them."""

FAST = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12", "svtav1-params": "keyint=25"},
}
N_FRAMES, FPS = 75, Fraction(25)


def render(folder: Path, kind: str, codec: str) -> Path:
    """Encode pictures that carry their number."""
    path = folder / f"{codec}.{kind}"
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    options = {"movflags": "+faststart"} if kind == "front.mp4" else {}
    speed = FAST.get(codec)
    return write_video(
        path, N_FRAMES, codec=codec, pixels=pixels, options=options, codec_options=speed
    )


def cut(data: bytes, rng: random.Random) -> bytes:
    """Keep the beginning alone."""
    return data[: rng.randrange(1, len(data))]


def flip(data: bytes, rng: random.Random) -> bytes:
    """Turn one bit around."""
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


def read(path: Path) -> tuple[list[tuple[int, float]], str]:
    """Read what comes: numbers and times of the frames, and the complaint."""
    frames: list[tuple[int, float]] = []
    try:
        with open_video(path) as video:
            frames.extend((number_in(frame.image), frame.time_s) for frame in video)
    except DamagedError as error:
        return frames, str(error)
    except SourceError as error:
        return [], str(error)
    return frames, ""


def rounds(folder: Path, n_rounds: int, rng: random.Random) -> dict:
    """Harm each kind of file again and again, and count."""
    return {
        f"{codec} in {kind}": {
            harm.__name__: _harmed(render(folder, kind, codec), harm, n_rounds, rng)
            for harm in (cut, flip)
        }
        for kind, codecs in KINDS.items()
        for codec in codecs
    }


def _harmed(path: Path, harm, n_rounds: int, rng: random.Random) -> dict:
    whole = path.read_bytes()
    tally = dict.fromkeys(("not opened", "told", "silent", "unharmed", "out of order"), 0)
    n_frames, slowest_s = 0, 0.0
    for _ in range(n_rounds):
        path.write_bytes(harm(whole, rng))
        began_s = time.monotonic()
        frames, complaint = read(path)
        slowest_s = max(slowest_s, time.monotonic() - began_s)
        n_frames += len(frames)
        if any(late <= early for (_, early), (_, late) in pairwise(frames)):
            tally["out of order"] += 1
        if complaint:
            tally["told" if frames else "not opened"] += 1
        else:
            tally["unharmed" if len(frames) == N_FRAMES else "silent"] += 1
    path.write_bytes(whole)
    return {
        **tally,
        "frames read": round(n_frames / (n_rounds * N_FRAMES), 3),
        "slowest, s": round(slowest_s, 2),
    }
