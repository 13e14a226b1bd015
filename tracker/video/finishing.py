"""A recording as it was written -> the file as it stays, with the sound of its source."""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av

from ..errors import SinkError

__all__ = ["Sound", "check_sound", "finish"]

INDEXED = {".mp4": {"movflags": "+faststart"}}  # the index at the front; others have none to move

MUXERS = {".mp4": "mp4", ".mkv": "matroska", ".webm": "webm"}  # of files that can have sound


class Sound(NamedTuple):
    """The part of a source's sound that belongs to a recording."""

    path: Path
    start_s: float
    """The source's time at which the recording begins."""
    end_s: float


def check_sound(source: Path, path: Path) -> None:
    """Raise SinkError if *source* has no sound, or one that does not go into *path* as it is."""
    if source.is_fifo():
        raise SinkError(f"{source}: is read but once, its sound is gone; leave --keep-audio away")
    try:
        with av.open(str(source.absolute())) as container:
            sound = container.streams.best("audio")
            name = sound.codec_context.name if sound is not None else ""
    except av.FFmpegError as error:
        raise SinkError(f"{source}: its sound cannot be read ({error.strerror})") from error
    if not name:
        raise SinkError(f"{source}: has no sound to keep; leave --keep-audio away")
    held: set[str] = set()
    if path.suffix.lower() in MUXERS:
        with av.open(io.BytesIO(), "w", format=MUXERS[path.suffix.lower()]) as target:
            held = target.supported_codecs
    if name not in held:
        raise SinkError(f"{path}: cannot hold the sound of {source} ({name}); write an .mkv")


def finish(partial: Path, path: Path, n_frames: int, sound: Sound | None = None) -> None:
    """Give a complete recording its name; an MP4 gets one index for all of it, at its front.

    Nothing is coded anew. While it is copied it is called ``NAME.finishing.mp4``. Before it gets
    its name it is opened again, and must have as many pictures as were written.

    Raises
    ------
    SinkError
        When it cannot be copied, as on a full disk, cannot be named, or lacks pictures; it stays as
        it is under its partial name.
    """
    try:
        if path.suffix.lower() in INDEXED or sound is not None:
            copy = path.with_name(f"{path.stem}.finishing{path.suffix}")
            try:
                _copy(partial, copy, sound)
                _check(copy, partial, n_frames)
                copy.replace(path)
            finally:
                copy.unlink(missing_ok=True)
            partial.unlink()
        else:
            _check(partial, partial, n_frames)
            partial.replace(path)
    except SinkError:
        raise
    except (av.FFmpegError, OSError) as error:
        where = f"the recording is in {partial}" if partial.exists() else f"{partial} was removed"
        raise SinkError(f"{path}: {error.strerror}; {where}") from error


def _check(recording: Path, partial: Path, n_frames: int) -> None:
    """Open a recording again, and raise SinkError if it has fewer pictures than were written."""
    with av.open(str(recording.absolute())) as film:
        stream = film.streams.video[0]  # an MP4's index has the number; others are gone through
        found = stream.frames or sum(1 for packet in film.demux(stream) if packet.size)
    if found < n_frames:
        raise SinkError(
            f"{partial}: has {found} of the {n_frames} pictures that were written, and keeps this "
            "name; is the disk sound?"
        )


def _copy(partial: Path, copy: Path, sound: Sound | None) -> None:
    """Copy the packets, in the order of their times."""
    options = INDEXED.get(copy.suffix.lower(), {})
    with (
        av.open(str(partial.absolute())) as film,
        av.open(str(copy.absolute()), "w", options=options) as target,
    ):
        packets = [_packets(film, film.streams.video[0], target)]
        if sound is None:
            _mux(packets, target)
            return
        with av.open(str(sound.path.absolute())) as source:
            packets.append(_packets(source, source.streams.best("audio"), target, sound))
            _mux(packets, target)


def _packets(source: Any, stream: Any, target: Any, part: Sound | None = None) -> Iterator[Any]:
    """Give the packets of a stream for the target; of *part* alone, which then begins at 0."""
    new = target.add_stream_from_template(stream)
    shift = round(Fraction(part.start_s) / stream.time_base) if part else 0

    def packets() -> Iterator[Any]:
        for packet in source.demux(stream):
            if not packet.size:  # the last one is empty, and only flushes decoders
                continue
            time_s = packet.dts * stream.time_base
            if part and not part.start_s <= time_s < part.end_s:
                continue
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = new
            yield packet

    return packets()


def _mux(streams: list[Iterator[Any]], target: Any) -> None:
    for packet in heapq.merge(*streams, key=lambda packet: packet.dts * packet.time_base):
        target.mux(packet)
