"""What is live, and how to connect to it."""

from __future__ import annotations

import operator
import os
from functools import partial
from pathlib import Path

from ..errors import ConfigError, SourceError
from .camera import AS_IT_IS, CameraConfig, read_camera
from .live import Connect
from .names import without_credentials

__all__ = ["ADDRESSES", "live_source"]

SHELL_PIPES = "/dev/"  # stdin, and fd/63 of `<(...)`

ADDRESSES = ("http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp")
"""How the addresses of streams begin."""


def live_source(
    source: str | os.PathLike[str] | int,
    timeout_s: float,
    stream: int | None = None,
    camera: CameraConfig = AS_IT_IS,
) -> tuple[str, Connect] | None:
    """Give the name of a live source and how to connect to it; None for anything else."""
    index = _camera_index(source)
    if index is not None:
        if stream is not None:
            raise ConfigError(f"stream {stream}: camera {index} has but one")
        return f"camera {index}", partial(read_camera, index, camera)
    name = os.fspath(source)  # type: ignore[arg-type]  # ints are cameras
    if camera != AS_IT_IS:
        raise ConfigError(
            f"camera options are only for a camera, which {without_credentials(name)} is not"
        )
    is_address = name.partition("://")[0].lower() in ADDRESSES
    if not is_address and not _is_pipe(name):
        return None
    try:
        from .streams import read_address, read_pipe
    except ImportError as error:
        raise SourceError(f"reading streams needs PyAV ({error}); run: pip install av") from error
    if is_address:
        return without_credentials(name), partial(read_address, name, timeout_s, stream)
    return name, partial(read_pipe, Path(name), timeout_s, stream)


def _is_pipe(name: str) -> bool:
    """Tell whether it is a pipe with a name of its own: those of the shell are read whole."""
    try:
        return Path(name).is_fifo() and not name.startswith(SHELL_PIPES)
    except OSError:  # a name that cannot be; opening it as a file will say so
        return False


def _camera_index(source: str | os.PathLike[str] | int) -> int | None:
    """Read a camera number; None for anything that is a path."""
    if isinstance(source, os.PathLike):
        return None
    if isinstance(source, str):
        return int(source) if source.isdecimal() else None
    try:
        index = operator.index(source)
    except TypeError:
        raise SourceError(
            f"source {source!r}: expected a path, a pattern or the number of a camera"
        ) from None
    if index < 0:
        raise SourceError(f"camera {index}: cameras are numbered from 0")
    return index
