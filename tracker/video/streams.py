"""An address or a named pipe -> pictures as they come."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame

from ..errors import SourceError
from .conversion import to_bgr
from .feed import Image
from .picking import pick_video, pixel_aspect
from .reaching import why_not_reached

__all__ = ["read_address", "read_pipe"]

# By UDP lost packets smear the picture, and firewalls stop it. No "nobuffer": it throws away what
# was read to learn the format, and with that the first keyframe.
OPTIONS = {"rtsp_transport": "tcp"}

POLL_S = 0.05  # between two looks at a pipe that nobody writes to yet
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
        with closing(_Pipe(path, timeout_s)) as pipe, av.open(pipe, "r") as video:
            yield from _decode(video, number)
    except TimeoutError as error:
        raise SourceError(f"nothing was written to the pipe for {timeout_s:g} s") from error
    except av.InvalidDataError as error:
        raise SourceError(
            "what was written to the pipe cannot be read as it comes; an MP4 must have its index "
            "in front, Matroska needs none"
        ) from error
    except av.FFmpegError as error:
        raise SourceError(str(error.strerror)) from error
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror})") from error


class _Pipe:
    """A named pipe as a file that FFmpeg reads; opening it does not wait for a writer."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._timeout_s = timeout_s
        self._has_begun = False

    def read(self, n_bytes: int) -> bytes:
        """Give what is there, as soon as anything is; b"" when the writer is gone."""
        give_up_s = time.monotonic() + self._timeout_s
        while (left_s := give_up_s - time.monotonic()) > 0:
            ready, _, _ = select.select([self._fd], [], [], left_s)
            data = os.read(self._fd, n_bytes) if ready else b""
            if data or (ready and self._has_begun):
                self._has_begun = True
                return data
            time.sleep(POLL_S)  # without a writer a pipe is always "ready", with nothing
        raise TimeoutError

    def close(self) -> None:
        """Close the pipe; who writes to it then hears of it."""
        os.close(self._fd)


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
