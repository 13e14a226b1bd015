"""Small real videos whose pictures carry their number, so that a test knows which one it got."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 10
FPS = Fraction(25)


def numbered(number: int, width: int = 160, height: int = 120) -> NDArray[np.uint8]:
    """Draw *number* as black and white columns in the upper half, on a colored ground."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = (40, 120, 200)
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        image[: height // 2, left:right] = 255 if number >> bit & 1 else 0
    return image


def number_in(image: NDArray[np.uint8]) -> int:
    """Read the number that :func:`numbered` drew."""
    height, width = image.shape[:2]
    columns = [(2 * bit + 1) * width // (2 * BITS) for bit in range(BITS)]
    return sum(int(image[height // 4, x].mean() > 127) << bit for bit, x in enumerate(columns))


def write_video(
    path: Path,
    n_frames: int = 60,
    *,
    width: int = 160,
    height: int = 120,
    fps: Fraction = FPS,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    times_ms: Sequence[int] | None = None,
    keyframe_every: int = 25,
    rotation: int = 0,
    options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
) -> Path:
    """Encode numbered pictures; *times_ms* makes the frame rate vary."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.gop_size = keyframe_every
        stream.codec_context.options = codec_options or {}
        if rotation:
            stream.set_display_rotation(rotation)
        if times_ms is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(n_frames):
            frame = av.VideoFrame.from_ndarray(numbered(number, width, height), format="bgr24")
            if times_ms is not None:
                frame.pts, frame.time_base = times_ms[number], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_again(source: Path, path: Path, times: int) -> Path:
    """Write an MP4 of constant rate so many times over, without encoding it anew."""
    faststart = {"movflags": "+faststart"}
    with av.open(str(path), "w", options=faststart) as target, av.open(str(source)) as once:
        film = once.streams.video[0]
        stream = target.add_stream_from_template(film)
        for turn in range(times):
            once.seek(0)
            for packet in once.demux(film):
                if packet.size:
                    packet.pts += turn * film.duration
                    packet.dts += turn * film.duration
                    packet.stream = stream
                    target.mux(packet)
    return path


def cut(path: Path, share: float) -> Path:
    """Cut a file off, as a copy that was broken off."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path
