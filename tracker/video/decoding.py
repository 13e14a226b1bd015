"""A video file -> pictures with the container's own times.

PyAV itself rather than imageio's plugin of it: that one gives pictures without their times and as
they were stored, not turned, and lets the codec library's errors through.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import DamagedError, SourceError
from .announced import announced_size
from .conversion import to_bgr
from .feed import Feed, Picture, size_of
from .health import Health
from .picking import pick_video, pixel_aspect
from .pipes import NOT_AS_IT_COMES, Pipe

__all__ = ["read_file", "read_piped"]

FALLBACK_FPS = Fraction(25)
# Raw streams carry neither times nor a rate; 25 is what FFmpeg takes for them as well.

THREADS = 0  # of the decoder; 0 is as many as there are cores

SEEK_BACK_S = (0.0, 20.0)
# Some containers land behind the asked time, or on a frame that needs an earlier one. Then try
# again from further back than most keyframes lie apart; then decode from the very start.

SAME_TIME_S = 1e-6  # containers round their times

END_SLACK_S = 0.5
# Headers round, and the last packet need not say how long it lasts. A cut file misses more.

HEADERS_TELL_THE_END = {"matroska", "mp4", "avi"}
# Other formats' durations are reckoned from the bit rate, and can be far off in sound files.

A_FRAME_A_PACKET = {"h264", "hevc"}
# Others hide frames in packets of their own, or pack several into one.

TimedFrame = tuple[VideoFrame, float]


Began = tuple[Health, Iterator[TimedFrame]]


def read_file(path: Path, start_s: float, number: int | None = None) -> Feed:
    """Open a video file; its first picture is the one nearest to *start_s*.

    *number* is that of the video stream, where there are several.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds no video.
    DamagedError
        By the pictures, when all good ones are out: the file is cut off, or parts are broken.
    """
    container, stream = _open(path, number)
    began = _seek(container, stream, start_s)
    if began is None:
        container.close()
        container, stream = _open(path, number)
        began = _begin(container, stream)
    pictures = _pictures(container, stream, path, start_s, *began)
    begin_s = float((stream.start_time or 0) * (stream.time_base or 0))
    return Feed(pictures, _rate(container, stream), _stream_end_s(container, stream), begin_s)


def read_piped(path: Path, start_s: float, number: int | None = None, *, timeout_s: float) -> Feed:
    """Read what another program writes to a pipe: all of it, and with its own times.

    Raises
    ------
    SourceError, DamagedError
        As :func:`read_file`; and when nothing is written for *timeout_s*, or three times as long
        before the first frame.
    """
    with ExitStack() as stack:
        pipe = stack.enter_context(Pipe(path, timeout_s, 3 * timeout_s))
        container, stream = _open(path, number, pipe)
        opened = stack.pop_all()
    pictures = _pictures(container, stream, path, start_s, *_begin(container, stream))
    return Feed(_within(opened, path, pictures), _rate(container, stream), None)


def _within(
    opened: ExitStack, path: Path, pictures: Generator[Picture, None, None]
) -> Generator[Picture, None, None]:
    """Give the pictures, then close the pipe."""
    with opened, closing(pictures):
        try:
            yield from pictures
        except TimeoutError as error:
            raise DamagedError(f"{path}: {error.strerror}; all before that is good") from error


def _open(
    path: Path, number: int | None, pipe: Pipe | None = None
) -> tuple[InputContainer, VideoStream]:
    if pipe is None and path.stat().st_size == 0:
        raise SourceError(f"{path}: the file is empty (0 bytes)")
    try:
        # An absolute path, so that a colon in a name is not taken for a protocol.
        container = av.open(pipe or str(path.absolute()), "r", metadata_errors="replace")
    except (av.FFmpegError, TimeoutError) as error:
        raise SourceError(f"{path}: {_why_not_open(path, error)}") from error
    try:
        stream = pick_video(container, number)
    except SourceError as error:
        container.close()
        raise SourceError(f"{path}: {error}") from None
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = THREADS
    return container, stream


def _why_not_open(path: Path, error: av.FFmpegError | TimeoutError) -> str:
    if not isinstance(error, av.InvalidDataError):
        return str(error.strerror)
    if path.is_fifo():
        return NOT_AS_IT_COMES
    with path.open("rb") as file:
        is_mp4 = file.read(8)[4:] == b"ftyp"
    if is_mp4:
        return (
            f"an MP4 without its index (no moov atom) in {path.stat().st_size:,} bytes; "
            "the copy or the recording was cut off"
        )
    return "not a video, or damaged at its very start"


def _formats(container: InputContainer) -> set[str]:
    return set(container.format.name.split(","))


def _end_s(container: InputContainer) -> float | None:
    """Tell when the container says that the longest of its streams ends."""
    if container.duration is None:
        return None
    # Matroska's duration counts from 0, as FFmpeg and others write it, and not from the start.
    start = 0 if "matroska" in _formats(container) else container.start_time or 0
    return (start + container.duration) / av.time_base


def _stream_end_s(container: InputContainer, stream: VideoStream) -> float | None:
    """Tell when the film ends, by the stream's own word or the container's."""
    if stream.duration is None or stream.time_base is None:
        return _end_s(container)
    return float(((stream.start_time or 0) + stream.duration) * stream.time_base)


def _seek(container: InputContainer, stream: VideoStream, start_s: float) -> Began | None:
    """Begin at the keyframe before *start_s*; None if that cannot be found."""
    # Without times in the file a seek would not know where it landed.
    if start_s <= 0 or stream.start_time is None or stream.time_base is None:
        return _begin(container, stream)
    for back_s in SEEK_BACK_S:
        at = int(max((start_s - back_s) / stream.time_base, stream.start_time))
        try:
            container.seek(at, stream=stream)
        except av.FFmpegError:  # some files can only be read on: then all of it is decoded
            return None
        health, frames = _begin(container, stream)
        first = next(frames, None)
        if first is not None and first[1] <= start_s:
            return health, chain([first], frames)
    return None


def _begin(container: InputContainer, stream: VideoStream) -> Began:
    """Decode from where the container is."""
    health = Health()
    return health, _decode(container, stream, health)


def _pictures(
    container: InputContainer,
    stream: VideoStream,
    path: Path,
    start_s: float,
    health: Health,
    frames: Iterator[TimedFrame],
) -> Generator[Picture, None, None]:
    """Give every good picture from *start_s* on, then say what was wrong, if anything was."""
    n_given, size, aspect = 0, "", pixel_aspect(stream)
    # Films may begin before 0: with no start asked for, that is where.
    wanted = _from(frames, start_s, _frame_s(container, stream)) if start_s > 0 else frames
    with container:
        for frame, time_s in wanted:
            image = to_bgr(frame, aspect)
            size = size or size_of(image)
            if size_of(image) != size:
                raise DamagedError(
                    f"{path}: frame {n_given} ({time_s:.2f} s) is {size_of(image)}, the frames "
                    f"before it are {size}; a source must keep one size"
                )
            yield Picture(image, time_s)
            n_given += 1
        trouble = _trouble(container, stream, path, health)
    if health.last_s is None:
        raise SourceError(f"{path}: not one frame could be decoded; {trouble or 'it has none'}")
    if not n_given:
        raise SourceError(
            f"{path}: no frame at or after {start_s:g} s; the last one is at {health.last_s:.2f} s"
            + (f" ({trouble})" if trouble else "")
        )
    if trouble:
        raise DamagedError(
            f"{path}: {trouble}; {n_given} good frames, the last is frame {n_given - 1} "
            f"({health.last_s:.2f} s)"
        )


def _from(frames: Iterator[TimedFrame], start_s: float, last_s: float) -> Iterator[TimedFrame]:
    """Skip to the frame nearest to *start_s*; the last one is shown for *last_s*."""
    earliest_s = start_s - SAME_TIME_S
    before = next(frames, None)
    if before is None:
        return
    for timed in frames:
        if (before[1] + timed[1]) / 2 >= earliest_s:
            yield from chain([before, timed], frames)
            return
        before = timed
    if before[1] + last_s / 2 >= earliest_s:
        yield before


def _rate(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Tell how many frames a second there are, the mean where it varies."""
    mean, guessed = stream.average_rate, stream.guessed_rate
    # The mean is of times that AVI does not tell, and can be the double.
    return (guessed or mean if "avi" in _formats(container) else mean or guessed) or None


def _frame_s(container: InputContainer, stream: VideoStream) -> float:
    """Tell how long a frame lasts."""
    return float(1 / (_rate(container, stream) or FALLBACK_FPS))


def _decode(container: InputContainer, stream: VideoStream, health: Health) -> Iterator[TimedFrame]:
    """Decode every good frame with its time, strictly increasing; note the bad ones."""
    frame_s = _frame_s(container, stream)
    # AVI does not tell when a frame is shown; where that is not the order in which they come, the
    # times that FFmpeg then gives are not theirs.
    timed = not ("avi" in _formats(container) and stream.codec_context.has_b_frames)
    counted = timed and stream.codec_context.name in A_FRAME_A_PACKET
    for packet in _packets(container, health):
        if packet.stream.index != stream.index:  # an empty last one has no index of its own
            continue
        if packet.is_corrupt:
            health.note("an incomplete packet")
            continue
        if counted and packet.size and not packet.is_discard:
            health.expect(packet.pts, is_keyframe=packet.is_keyframe)
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            health.note(f"a packet that cannot be decoded ({error.strerror})", packet.pts)
            continue
        for frame in frames:
            assert isinstance(frame, VideoFrame)
            if frame.is_corrupt:
                health.note("a broken frame", frame.pts)
                continue
            is_told = timed or health.last_s is None
            time_s = health.passed(frame.time if is_told else None, frame_s)
            health.came(frame.pts)
            yield frame, time_s
    health.came(sys.maxsize)


def _packets(container: InputContainer, health: Health) -> Iterator[Packet[Any]]:
    """Read the packets of all streams, since the longest of them tells where the file ends."""
    try:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                health.reached_s = max(health.reached_s, end_s)
            yield packet
    except av.FFmpegError as error:
        health.note(f"it cannot be read on ({error.strerror})")


def _trouble(container: InputContainer, stream: VideoStream, path: Path, health: Health) -> str:
    """Say in words what is missing or broken; empty if all is well."""
    needed = None if path.is_fifo() else _needed_size(container, stream, path)
    there = path.stat().st_size
    if needed is not None and there < needed:
        return f"the file is cut off, {there:,} of {needed:,} bytes are there"
    end_s, kind = _end_s(container), _formats(container)
    # An AVI whose header was written before its end was known tells neither size nor end.
    if not HEADERS_TELL_THE_END & kind or ("avi" in kind and needed is None):
        end_s = None
    if end_s is not None and health.reached_s < end_s - END_SLACK_S:
        return f"the file ends at {health.reached_s:.2f} s of the {end_s:.2f} s it announces"
    return health.words()


def _needed_size(container: InputContainer, stream: VideoStream, path: Path) -> int | None:
    """Tell how many bytes the whole file has, by its own word."""
    index = stream.index_entries
    if "mp4" in _formats(container) and len(index):
        return index[-1].pos + index[-1].size
    return announced_size(path)
