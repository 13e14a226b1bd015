"""An address or a named pipe -> pictures as they come."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame

from ..errors import SourceError
from .conversion import to_bgr
from .feed import Image
from .picking import pick_video, pixel_aspect
from .pipes import NOT_AS_IT_COMES, Pipe
from .reaching import why_not_reached

__all__ = ["read_address", "read_pipe"]

# By UDP lost packets smear the picture, and firewalls stop it. No "nobuffer": it throws away what
# was read to learn the format, and with that the first keyframe.
OPTIONS = {"rtsp_transport": "tcp"}

BROKEN_IN_A_ROW = 50  # packets that cannot be decoded; more are no passing disturbance


def read_address(
    address: str, timeout_s: float, number: int | None = None
) -> Generator[Image, None, None]:
    """Connect, and give the pictures of a stream.

    Raises
    ------
    SourceError
        When it cannot be reached, stalls, ends, or is a file and not live. Words only: whoever
        shows the message has the address, without its credentials.
    """
    container: Any = None
    n_given = 0
    try:
        # opening waits for the keyframe, which may be seconds away
        container = av.open(address, "r", options=OPTIONS, timeout=(3 * timeout_s, timeout_s))
        with container:
            if container.duration is not None and not container.format.name.startswith("rtsp"):
                raise SourceError("a file, not a live stream; download it first, then open that")
            for image in _decode(container, number):
                n_given += 1
                yield image
    except av.FFmpegError as error:
        why = why_not_reached(address, error, timeout_s, opened=container is not None)
        raise SourceError(why) from error
    if n_given == 1:
        raise SourceError("it gives one picture and ends; a camera's stream has another address")
    raise SourceError("the stream was ended by its server")


def read_pipe(
    path: Path, timeout_s: float, number: int | None = None
) -> Generator[Image, None, None]:
    """Give the pictures that another program writes to a named pipe, until it closes it.

    Raises
    ------
    SourceError
        When nobody writes to it, or no video.
    """
    try:
        with Pipe(path, timeout_s, timeout_s) as pipe, av.open(pipe, "r") as video:
            yield from _decode(video, number)
    except av.InvalidDataError as error:
        raise SourceError(NOT_AS_IT_COMES) from error
    except (av.FFmpegError, TimeoutError) as error:
        raise SourceError(str(error.strerror)) from error
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror})") from error


def _decode(container: Any, number: int | None) -> Generator[Image, None, None]:
    """Give every good picture; a broken one now and then is no reason to stop."""
    stream = pick_video(container, number)
    aspect = pixel_aspect(stream)
    stream.thread_type = "SLICE"  # threads by frame would hold back as many frames as threads
    n_broken = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            n_broken += 1
            if n_broken > BROKEN_IN_A_ROW:
                raise
            continue
        for frame in frames:
            assert isinstance(frame, VideoFrame)
            if not frame.is_corrupt:
                n_broken = 0
                yield to_bgr(frame, aspect)
