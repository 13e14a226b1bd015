"""Open whatever has frames: a video file, pictures, a camera, a stream."""

from __future__ import annotations

import difflib
import glob
import math
import os
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import ConfigError, SourceError
from ..inputs import is_number
from .arrays import read_arrays
from .camera import AS_IT_IS, CameraConfig
from .connecting import ADDRESSES, live_source
from .feed import Feed, Image, Picture
from .live import read_live
from .names import is_pattern, without_credentials
from .pictures import PICTURE_SUFFIXES, find_pictures, read_pictures

__all__ = ["VIDEO_SUFFIXES", "Frame", "Video", "open_video"]

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"}
    | {".ogv", ".ts", ".webm", ".wmv"}
)
"""Names to suggest when a file is missing; any name is opened if there is a video in it."""

NAMES_IN_AN_ERROR = 5  # as many as fit the line


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source.

    Attributes
    ----------
    image : uint8 array of shape (rows, columns, 3)
        Blue, green, red. It is the caller's own: nothing else reads or writes it.
    index : int
        0 for the first frame given, whatever the start.
    time_s : float
        The container's own time in seconds, strictly increasing; for pictures reckoned at 25
        frames a second, for live sources since the first frame.
    arrived_s : float or None
        When a live frame came, by :func:`time.monotonic`; None for files.
    n_dropped : int
        How many frames of a live source were dropped up to here, newer ones having come.
    outage : str
        Why a live source gives no picture, in words; *image* is then the last one again. Empty
        when all is well.
    """

    image: Image
    index: int
    time_s: float
    arrived_s: float | None = None
    n_dropped: int = 0
    outage: str = ""


class Video:
    """An open source: a context manager, and an iterator of :class:`Frame` that runs once.

    Made by :func:`open_video`.

    Attributes
    ----------
    name : str
        What was opened, for titles and messages; an address without its credentials.
    width, height : int
        Of every frame, in pixels, after turning as the file asks; of a live source's first one,
        since it may come back with another size after an outage.
    fps : Fraction or None
        Frames a second, the mean where they vary; None for live sources.
    n_frames : int or None
        An estimate for progress bars, from what the file says of itself; None if unknown.
    span : (begin, end) or None
        When the first frame of the whole source begins and the last one ends, in seconds, by its
        own word; None if unknown.
    is_live : bool
        True for cameras and streams: frames not fetched in time are gone.
    """

    def __init__(
        self,
        name: str,
        feed: Feed,
        *,
        is_live: bool = False,
        end_s: float | None = None,
        max_frames: int | None = None,
    ) -> None:
        self.name, self.fps, self.is_live = name, feed.fps, is_live
        # The first picture now, so that a source that gives none fails when it is opened.
        first = next(feed.pictures)
        frame_s = float(1 / feed.fps) if feed.fps else 0.0
        stop_s = math.inf if end_s is None else end_s - frame_s / 2
        if first.time_s >= stop_s:
            feed.pictures.close()
            raise SourceError(
                f"{name}: no frame before {end_s:g} s; the first one is at {first.time_s:.2f} s"
            )
        self.height, self.width = first.image.shape[:2]
        self.n_frames = _estimate(first.time_s, feed, end_s, max_frames)
        self.span = None if feed.end_s is None else (feed.begin_s, feed.end_s)
        self._feed = feed
        self._frames = _numbered(first, feed, stop_s, max_frames)

    def __repr__(self) -> str:
        fps = "unknown rate" if self.fps is None else f"{float(self.fps):.4g} fps"
        return f"<Video {self.name}: {self.width}x{self.height}, {fps}>"

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        return next(self._frames)

    def close(self) -> None:
        """Let go of the file or camera. No frames come after this; closing again is fine."""
        self._frames.close()
        self._feed.pictures.close()


def open_video(
    source: str | os.PathLike[str] | int | Iterable[Any],
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    max_frames: int | None = None,
    timeout_s: float = 5.0,
    stream: int | None = None,
    camera: CameraConfig = AS_IT_IS,
) -> Video:
    """Open a video file, pictures, a camera, a stream, or what a program has already.

    Parameters
    ----------
    source : str, path or int
        A video file; a folder of pictures, or a pattern such as ``frames/*.png``, taken in
        natural order (2 before 10) at 25 frames a second; the number of a camera, as int or
        as digits; the address of a live stream, such as ``rtsp://`` or ``http://``; a named pipe,
        live too; or the standard input, ``/dev/stdin``, read whole as a file is. A file or folder
        whose name is digits is written ``./0``. Or anything that yields uint8 arrays, BGR, gray
        or BGRA, or pairs of one and its time in seconds.
    start_s, end_s : float
        Seconds in the container's own time: frames that start in [start_s, end_s) are given, to
        half a frame. Most files begin at 0; recordings of broadcasts need not.
    max_frames : int
        Give no more than so many frames.
    timeout_s : float
        A live source without a picture for so many seconds counts as away: see
        :attr:`Frame.outage`. The standard input without a byte for so long has ended. Opening
        either may take three times as long.
    stream : int
        Which video stream of several, 0 for the first; without it the one FFmpeg finds best.
    camera : CameraConfig
        Size, rate, library and exposure asked of a camera.

    Returns
    -------
    Video
        Read it once, from first to last. When a file is cut off or partly broken, all good frames
        come first; then the iterator raises :class:`~tracker.errors.DamagedError`.

    Raises
    ------
    SourceError
        If it cannot be opened or there is no frame in the asked range.
    ConfigError
        If *start_s*, *end_s*, *max_frames* or *timeout_s* has a value it cannot have, or an option
        is not for this kind of source.

    Notes
    -----
    Live sources are read on a thread of their own, which keeps the newest frame alone. One that
    fails, stalls or ends is connected again and again, after waits that grow to 30 s; meanwhile
    its last frame comes twice a second, with the reason as ``outage``. A named pipe ends when
    the program that writes to it does.

    Frames are turned and mirrored as the file's display matrix says, pictures as their EXIF does;
    where pixels are not square, frames are stretched so that they are, as players show them.
    Colors follow the file's own matrix and range; where it names none, BT.709 for HD and BT.601
    for smaller pictures.
    """
    start_s, end_s, max_frames = _check_span(start_s, end_s, max_frames)
    if not is_number(timeout_s) or not 0 < timeout_s < math.inf:
        raise ConfigError(f"timeout {timeout_s!r} s: must be above 0 and finite")
    if stream is not None and not is_number(stream, 0):
        raise ConfigError(f"stream {stream!r}: video streams are numbered from 0")
    if not isinstance(source, str | bytes | os.PathLike | int) and isinstance(source, Iterable):
        feed = read_arrays(source, start_s)
        return Video("frames", feed, end_s=end_s, max_frames=max_frames)
    live = live_source(source, timeout_s, stream, camera)  # type: ignore[arg-type]  # no bytes
    if live is not None:
        name, connect = live
        if start_s:
            raise ConfigError(f"start {start_s:g} s: {name} is live and has no past")
        feed = read_live(name, connect, timeout_s)
    else:
        name = os.fspath(source)  # type: ignore[arg-type]  # ints are cameras
        try:
            feed = _feed_of(name, start_s, stream, timeout_s)
        except SourceError:
            raise
        except OSError as error:
            raise SourceError(f"{name}: cannot be read ({error.strerror})") from error
    return Video(name, feed, is_live=live is not None, end_s=end_s, max_frames=max_frames)


def _feed_of(name: str, start_s: float, stream: int | None, timeout_s: float) -> Feed:
    """Open a file, folder or pattern, or the standard input."""
    if not name:  # Path("") is the working directory
        raise SourceError("source '': expected a name; is a variable empty?")
    path = Path(name)
    is_picture = path.suffix.lower() in PICTURE_SUFFIXES
    is_film = path.is_fifo() or (path.is_file() and not is_picture)
    if stream is not None and not is_film:
        raise ConfigError(f"stream {stream}: {name} is no video file")
    if path.is_dir():
        return read_pictures(find_pictures(name), start_s)
    if is_film:
        return _decoding_of(path, start_s, stream, timeout_s)
    if path.is_file():
        return read_pictures([path], start_s)
    if path.exists():
        raise SourceError(f"{name}: neither a file, a folder nor a pipe")
    shown = without_credentials(name)
    if "://" in name or shown != name:
        known = ", ".join(ADDRESSES)
        raise SourceError(f"{shown}: not an address that can be opened; those begin with {known}")
    if glob.has_magic(name):
        return read_pictures(find_pictures(name), start_s)
    raise SourceError(f"{name}: {_missing(name)}")


def _decoding_of(path: Path, start_s: float, stream: int | None, timeout_s: float) -> Feed:
    try:
        # PyAV loads FFmpeg: only for those who read a file
        from .decoding import read_file, read_piped
    except ImportError as error:
        raise SourceError(
            f"{path}: reading video files needs PyAV ({error}); run: pip install av"
        ) from error
    if path.is_fifo():
        return read_piped(path, start_s, stream, timeout_s=timeout_s)
    return read_file(path, start_s, stream)


def _check_span(
    start_s: float, end_s: float | None, max_frames: int | None
) -> tuple[float, float | None, int | None]:
    if not is_number(start_s, 0) or start_s == math.inf:
        raise ConfigError(f"start {start_s!r} s: must be 0 or later")
    if end_s is not None and not (is_number(end_s) and end_s > start_s):
        raise ConfigError(f"end {end_s!r} s: must be after the start, {start_s:g} s")
    if max_frames is not None and not (is_number(max_frames, 1) and max_frames % 1 == 0):
        raise ConfigError(f"max frames {max_frames!r}: must be a whole number, 1 or more")
    return float(start_s), end_s, max_frames


def _numbered(
    first: Picture, feed: Feed, stop_s: float, max_frames: int | None
) -> Generator[Frame, None, None]:
    """Give the pictures their numbers, and stop at the end that was asked for."""
    for index, picture in enumerate(chain([first], feed.pictures)):
        if picture.time_s >= stop_s:
            return
        yield Frame(picture.image, index, *picture[1:])
        if index + 1 == max_frames:
            return


def _estimate(
    first_s: float, feed: Feed, end_s: float | None, max_frames: int | None
) -> int | None:
    """Tell how many frames will come, as far as the source knows."""
    ends = [end for end in (end_s, feed.end_s) if end is not None]
    if feed.fps is None or not ends:
        return max_frames
    expected = max(round((min(ends) - first_s) * feed.fps), 1)
    return expected if max_frames is None else min(expected, max_frames)


def _missing(name: str) -> str:
    """Say that there is no such file, and which videos are near it."""
    if name == "-":
        return "no such file; the standard input is /dev/stdin"
    path = Path(name)
    folder = path.parent
    if not folder.is_dir():
        return f"no such file: there is no folder {folder} (looked from {Path.cwd()})"
    starred = re.sub(r"%(0\d+)?d", "*", path.name)
    if is_pattern(path) and any(folder.glob(starred)):
        return f'no such file; pictures are read by a pattern with a star, "{folder / starred}"'
    suffixes = VIDEO_SUFFIXES | PICTURE_SUFFIXES
    names = sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in suffixes)
    near = difflib.get_close_matches(path.name, names, NAMES_IN_AN_ERROR) or [
        entry for entry in names if Path(entry).suffix.lower() in VIDEO_SUFFIXES
    ]
    where = folder if folder != Path() else Path.cwd()
    if not near:
        return f"no such file; there are no videos in {where}"
    return f"no such file; {where} has {', '.join(near[:NAMES_IN_AN_ERROR])}"
