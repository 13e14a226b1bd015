"""Pictures -> the packets of a video file, as they come and in little memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import av
import cv2
import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import SinkError
from .conversion import is_hd
from .feed import Image
from .grades import USUAL, Grade, codec_of
from .leftovers import holds_pictures
from .names import PIPE

__all__ = ["Encoder"]

FINE_HZ = 90_000
# Ticks a second, at least: the clock of MPEG and RTP, fine enough for any camera's times.

GIF_HZ, MATROSKA_HZ = 100, 1000  # fixed by the format, and by what all players expect

KEYFRAME_EVERY_S = 2  # so that players jump about quickly

FRAGMENTED = {
    # An index with each fragment instead of one at the end, so that what is there can be played.
    # The first index waits for the first fragment, since only then the codec's delay is known.
    "movflags": "+frag_keyframe+empty_moov+default_base_moof+delay_moov",
    "frag_duration": "500000",  # μs; a kill costs what the newest fragment holds
    "flush_packets": "1",
}

CLUSTERS = {"cluster_time_limit": "500", "flush_packets": "1"}  # ms; for the same reason as above

CONTAINERS = {".mp4": FRAGMENTED, ".mkv": CLUSTERS, ".webm": CLUSTERS}

THREADS = 0  # of the encoder; 0 is as many as it finds good

BT709, BT601, LIMITED = 1, 6, 1
RGB, SRGB, FULL = 0, 13, 2
# Numbers of ITU-T H.273 for primaries, transfer and matrix; 6 is SMPTE 170M, which is BT.601.
# LIMITED and FULL are libavutil's.

UNBIASED = 0x00002 | 0x40000 | 0x04000
# SWS_BILINEAR, SWS_ACCURATE_RND, SWS_FULL_CHR_H_INP of libswscale/swscale.h; PyAV 17 has no names
# for them all. The default rounds down: half a level lost with each generation.

PALETTE = ("palettegen", "stats_mode=single"), ("paletteuse", "new=1:dither=bayer:bayer_scale=5")
# A palette of its own for each picture: nothing has to be known of the later ones. Bayer's
# pattern stays in its place from frame to frame; error diffusion would boil.


class Encoder:
    """An output file being written; av's errors come out as :class:`SinkError`.

    Attributes
    ----------
    tick_s : Fraction
        Times are kept in whole multiples of this. A frame of *fps* lasts whole ticks in MP4, so
        30000/1001 stays exact, and other times are kept to 1/90000 s.
    """

    def __init__(
        self, path: Path, fps: Fraction, *, grade: Grade = USUAL, file: BinaryIO | None = None
    ) -> None:
        self._path, self._fps, self._grade, self._file = path, fps, grade, file
        self._suffix = path.suffix.lower()
        hz = fps.numerator * math.ceil(FINE_HZ / fps.numerator)
        if file is None and self._suffix != ".mp4":
            hz = GIF_HZ if self._suffix == ".gif" else MATROSKA_HZ
        self.tick_s = Fraction(1, hz)
        self._convert: Callable[[Image], VideoFrame] | None = None
        self._start = self._start_gif if self._suffix == ".gif" else self._start_film
        options = CONTAINERS.get(self._suffix, {})
        try:
            if file is None:
                self._container = av.open(str(path.absolute()), "w", options=options)
            else:
                # NUT says size, rate and times itself, so that ffmpeg and mpv need not be told
                self._container = av.open(file, "w", format="nut", options={"flush_packets": "1"})
                self._start = self._start_raw
        except (av.FFmpegError, OSError) as error:
            raise SinkError(f"{path}: cannot be written ({error.strerror})") from error

    def encode(self, image: Image, tick: int) -> None:
        """Add a picture, to be shown from *tick* on; the first one decides the size."""
        try:
            if self._convert is None:
                self._stream, self._convert = self._start(image)
            frame = self._convert(image)
            frame.pts, frame.time_base = tick, self.tick_s
            self._mux(frame)
        except (av.FFmpegError, OSError) as error:  # OSError from a pipe that was closed
            raise self._trouble("written", error) from error

    def finish(self) -> None:
        """Write what is still held back, and close the file."""
        try:
            try:
                if self._convert is not None:
                    self._mux(None)
            finally:
                self._container.close()
            if self._file is not None:
                self._file.close()
        except (av.FFmpegError, OSError) as error:
            raise self._trouble("completed", error) from error

    def _trouble(self, done: str, error: av.FFmpegError | OSError) -> SinkError:
        """Say what could not be done, and what there is."""
        if self._path == PIPE:
            return SinkError(
                "the standard output takes no more: whoever read it has gone, or its disk is full"
            )
        left = "; it holds what was recorded until then" if holds_pictures(self._path) else ""
        return SinkError(f"{self._path}: cannot be {done} ({error.strerror}){left}")

    def _mux(self, frame: VideoFrame | None) -> None:
        # One call into C for both steps: a Ctrl-C that came between them would lose the packets,
        # and every later frame that builds on them.
        packets: Any = self._stream.codec_context.encode_lazy(frame)
        self._container.mux(packets)

    def _start_raw(self, image: Image) -> tuple[VideoStream, Callable[[Image], VideoFrame]]:
        height, width = image.shape[:2]

        stream = self._add_stream("rawvideo", width, height, "bgr24")
        return stream, partial(_as_they_are, pixels="bgr24")

    def _start_film(self, image: Image) -> tuple[VideoStream, Callable[[Image], VideoFrame]]:
        codec = codec_of(self._suffix, self._grade)
        halves = codec.pixels == "yuv420p"  # of which the chroma has half the pixels each way
        height, width = (side + (side % 2 if halves else 0) for side in image.shape[:2])
        stream = self._add_stream(codec.name, width, height, codec.pixels)
        context = stream.codec_context
        context.options = codec.options
        context.thread_type = "FRAME"  # the codec then works on beside the caller
        context.thread_count = THREADS
        context.gop_size = round(KEYFRAME_EVERY_S * self._fps)
        if not halves:
            context.colorspace, context.color_primaries, context.color_trc = RGB, BT709, SRGB
            context.color_range = FULL
            return stream, partial(_as_they_are, pixels=codec.pixels)
        hd = is_hd(width, height)  # so that readers who miss the mark still guess right
        matrix = BT709 if hd else BT601
        context.colorspace = context.color_primaries = context.color_trc = matrix
        context.color_range = LIMITED

        def convert(image: Image) -> VideoFrame:
            below, right = image.shape[0] % 2, image.shape[1] % 2
            if below or right:
                image = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
            return VideoFrame.from_ndarray(image, format="bgr24").reformat(
                format="yuv420p",
                dst_colorspace="ITU709" if hd else "ITU601",
                dst_color_range="MPEG",
                interpolation=UNBIASED,
                threads=1,
            )

        return stream, convert

    def _start_gif(self, image: Image) -> tuple[VideoStream, Callable[[Image], VideoFrame]]:
        height, width = image.shape[:2]
        graph = Graph()
        source = graph.add(
            "buffer", f"video_size={width}x{height}:pix_fmt=bgra:time_base={self.tick_s}"
        )
        split, (make, use) = graph.add("split"), (graph.add(*step) for step in PALETTE)
        source.link_to(split)
        split.link_to(use, 0, 0)
        split.link_to(make, 1, 0)
        make.link_to(use, 0, 1)
        use.link_to(graph.add("buffersink"))
        graph.configure()

        def convert(image: Image) -> VideoFrame:
            frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(
                format="bgra", threads=1
            )
            frame.pts, frame.time_base = 0, self.tick_s
            graph.push(frame)
            palletted = graph.pull()
            assert isinstance(palletted, VideoFrame)
            return palletted

        return self._add_stream("gif", width, height, "pal8"), convert

    def _add_stream(self, codec: str, width: int, height: int, pixels: str) -> VideoStream:
        stream = self._container.add_stream(codec, rate=self._fps)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.time_base = self.tick_s
        return stream


def _as_they_are(image: Image, *, pixels: str) -> VideoFrame:
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
    return frame if pixels == "bgr24" else frame.reformat(format=pixels, threads=1)
