"""The name a recording has while it is written, and what a killed run left under it."""

from __future__ import annotations

import io
from itertools import chain, count
from pathlib import Path

from ..errors import SinkError

try:
    import fcntl
except ImportError:  # on Windows, where a file that is being written cannot be renamed anyway
    fcntl = None  # type: ignore[assignment]

__all__ = ["claim", "drop_cut_index", "holds_pictures", "partial_of"]

EMPTY = 1024  # bytes; a recording killed so early holds no picture


def partial_of(path: Path) -> Path:
    """Name the file that is written: ``out.mp4`` -> ``out.partial.mp4``."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def holds_pictures(partial: Path) -> bool:
    """Tell whether there is anything in what was recorded so far."""
    try:
        return partial.stat().st_size >= EMPTY
    except OSError:  # it was removed
        return False


def drop_cut_index(partial: Path) -> None:
    """Take a last box off an MP4 of which a full disk took but the beginning.

    The index of a fragment that is cut keeps FFmpeg from opening the whole file. Cut pictures do
    not, and stay.
    """
    if partial.suffix.lower() != ".mp4" or not partial.exists():
        return
    size, at = partial.stat().st_size, 0
    with partial.open("r+b") as file:
        while at < size:
            file.seek(at)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:  # then it has 64 bits, after the kind
                length = int.from_bytes(head[8:], "big")
            if kind == b"mdat" and (not length or at + length > size):
                return
            if length < 8 or at + length > size:
                file.truncate(at)
                return
            at += length


def claim(path: Path) -> tuple[io.FileIO, Path | None]:
    """Take the partial file of *path*; what a killed run left there gets another name.

    Returns
    -------
    file
        Open as long as nobody else may write there; the system closes it when we are killed.
    Path or None
        ``out.recovered.mp4``, or with a number, if there was a leftover.

    Raises
    ------
    SinkError
        If another run is writing it now, or it cannot be made.
    """
    partial = partial_of(path)
    try:
        file = _locked(partial)
        if not holds_pictures(partial):
            return file, None
        leftover = _free_name(path)
        partial.rename(leftover)
        file.close()
        return _locked(partial), leftover
    except BlockingIOError as error:
        raise SinkError(
            f"{partial}: another run is writing it; end that one, or give another name"
        ) from error
    except OSError as error:
        raise SinkError(f"{partial}: cannot be written ({error.strerror})") from error


def _locked(partial: Path) -> io.FileIO:
    file = io.FileIO(partial, "a")
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


def _free_name(path: Path) -> Path:
    numbers = chain([""], (f"-{number}" for number in count(2)))
    names = (path.with_name(f"{path.stem}.recovered{number}{path.suffix}") for number in numbers)
    return next(name for name in names if not name.exists())
