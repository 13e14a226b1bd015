"""A recording as it was written -> the file as it stays."""

from __future__ import annotations

from pathlib import Path

import av

from ..errors import SinkError

__all__ = ["finish"]


def finish(partial: Path, path: Path) -> None:
    """Give a complete recording its name; an MP4 gets one index for all of it, at its front.

    Nothing is coded anew. While it is copied it is called ``NAME.finishing.mp4``.

    Raises
    ------
    SinkError
        When it cannot be copied, as on a full disk, or cannot be named; it stays whole under its
        partial name.
    """
    try:
        if path.suffix.lower() == ".mp4":
            copy = path.with_name(f"{path.stem}.finishing{path.suffix}")
            try:
                _copy(partial, copy)
                copy.replace(path)
            finally:
                copy.unlink(missing_ok=True)
            partial.unlink()
        else:
            partial.replace(path)
    except (av.FFmpegError, OSError) as error:
        where = f"the recording is in {partial}" if partial.exists() else f"{partial} was removed"
        raise SinkError(f"{path}: {error.strerror}; {where}") from error


def _copy(partial: Path, copy: Path) -> None:
    """Copy the packets into a file with its index at the front."""
    with (
        av.open(str(partial.absolute())) as source,
        av.open(str(copy.absolute()), "w", options={"movflags": "+faststart"}) as target,
    ):
        film = source.streams.video[0]
        stream = target.add_stream_from_template(film)
        for packet in source.demux(film):
            if packet.dts is not None:  # the last one is empty, and only flushes decoders
                packet.stream = stream
                target.mux(packet)
