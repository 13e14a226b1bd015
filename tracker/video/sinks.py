"""Record pictures: video files, picture files, or raw to another program.

PyAV itself rather than imageio's plugins: they take a frame of another size in mid-file without
a word, and hold a whole ``.gif`` in memory.
"""

from __future__ import annotations

import math
import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FrameError, SinkError
from ..inputs import is_number
from .feed import Image
from .grades import USUAL, Grade, check_grade
from .names import PICTURE_SINK_SUFFIXES, PIPE, SINK_SUFFIXES, is_pattern

if TYPE_CHECKING:
    from .sources import Video
    from .writers import Writer

__all__ = ["SINK_SUFFIXES", "Sink", "check_place", "open_sink"]

DEFAULT_FPS = Fraction(25)  # when nobody says: the rate at which pictures without times are read

NTSC_SLACK = 0.005
# People write 29.97 and mean 30000/1001 = 29.97003; 23.98 and mean 24000/1001 = 23.976.

FINEST_RATE = 100_000  # denominator: any container's mean rate, and still 32 bits for the clock


class Sink:
    """An open recording: a context manager that takes pictures one by one.

    Made by :func:`open_sink`. While it is written the file is called ``NAME.partial.mp4``, and
    plays up to its last second even if the program is killed; closing gives it its name. Leaving
    the ``with`` block by an error or Ctrl-C closes as well, so the pictures written so far are a
    whole file under its final name. Without any picture no file is left.

    Attributes
    ----------
    path : Path
        Where the recording is when closed.
    n_frames : int
        How many pictures were written.
    leftover : Path or None
        What a killed run left under the partial name; it has this name now.
    """

    def __init__(self, path: Path, writer: Writer, fps: Fraction) -> None:
        self.path, self.n_frames, self.leftover = path, 0, writer.leftover
        self._writer, self._frame_s = writer, 1 / fps
        self._shape: tuple[int, ...] = ()
        self._zero_s: float | None = None  # the time_s that is 0 in the recording
        self._next_s = Fraction(0)  # when the next picture is due if no time is given
        self._tick = -1
        self._open = True

    def __repr__(self) -> str:
        return f"<Sink {self.path}: {self.n_frames} frames{'' if self._open else ', closed'}>"

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, image: Image, time_s: float | None = None) -> None:
        """Add a picture.

        Parameters
        ----------
        image : uint8 array of shape (rows, columns, 3)
            Blue, green, red; every one of the first one's size. For MP4 an odd width or height is
            made even by repeating the last column or row; nothing is ever scaled.
        time_s : float
            When it is shown, from which the recording keeps a varying frame rate; the first one
            given is where the recording begins. A time that does not lie after the one before
            is put right after it. Without it pictures follow each other at the sink's rate.

        Raises
        ------
        FrameError
            If it is no such picture, or its shape is not that of the first one.
        SinkError
            If it cannot be written, or the sink is closed.
        """
        if not self._open:
            raise SinkError(f"{self.path}: the recording is closed; open a new one")
        self._shape = _check_picture(image, self._shape)
        self._tick = max(round(self._when(time_s) / self._writer.tick_s), self._tick + 1)
        self._writer.encode(image, self._tick)
        self.n_frames += 1

    def _when(self, time_s: float | None) -> Fraction:
        """Tell when the picture is shown, in seconds of the recording."""
        now_s = self._next_s
        if time_s is not None:
            if not (is_number(time_s) and math.isfinite(time_s)):
                raise FrameError(f"time_s={time_s!r}: must be a finite number of seconds")
            if self._zero_s is None:
                self._zero_s = time_s - float(now_s)
            now_s = Fraction(time_s - self._zero_s)
        self._next_s = now_s + self._frame_s
        return now_s

    def close(self) -> None:
        """Complete the file and give it its name; closing again is fine.

        Raises
        ------
        SinkError
            If that fails, or the file is opened again and lacks pictures; what was written stays
            under the partial name.
        """
        if not self._open:
            return
        self._open = False
        zero_s = self._zero_s or 0.0
        span = (zero_s, zero_s + float(self._next_s)) if self.n_frames else None
        self._writer.finish(span, self.n_frames)


def open_sink(
    path: str | os.PathLike[str],
    *,
    like: Video | None = None,
    fps: Fraction | float | None = None,
    overwrite: bool = False,
    sound_of: str | os.PathLike[str] | None = None,
    quality: str = USUAL.quality,
    effort: str = USUAL.effort,
) -> Sink:
    """Open a recording.

    ``.mp4`` (H.264, yuv420p, index first) and ``.webm`` (VP9) play in browsers; ``.mkv`` is H.264,
    too; ``.gif`` has a palette for each picture. A pattern such as ``seen/%06d.png`` or ``.jpg``
    makes a file of each picture, and ``-`` writes raw ones to the standard output, in NUT, which
    ffmpeg and mpv read.

    Parameters
    ----------
    path : str or path
        The file to write, in a folder that exists.
    like : Video
        Take the frame rate from this source.
    fps : Fraction or float
        Frames a second, kept as a fraction; 29.97 is taken for 30000/1001 and 23.976 for
        24000/1001. Without it and *like*, 25.
    overwrite : bool
        Replace an existing file; not before the new one is complete.
    sound_of : str or path
        Copy the sound of this file, from the time of the first picture to that of the last.
    quality : str
        Of what is seen: ``"low"``, ``"medium"``, ``"high"``; ``"lossless"`` gives back every level,
        in a film that browsers do not play.
    effort : str
        Of the encoder of a film, for a smaller one of that quality: ``"low"``, ``"medium"``,
        ``"high"``.

    Raises
    ------
    SinkError
        If the file exists and *overwrite* is not set, its name ends otherwise, the folder is
        missing or cannot be written, the sound is missing or of a kind that the file cannot hold,
        or it has no such quality or effort; and by ``write`` and ``close`` when writing fails.
    """
    path = Path(path)
    if like is not None and not hasattr(like, "fps"):
        raise SinkError(f"{path}: like={like!r}: expected a video that open_video has opened")
    rate = _rate(fps if fps is not None or like is None else like.fps)
    try:
        from .writers import open_writer  # PyAV loads FFmpeg: only for those who record
    except ImportError as error:
        raise SinkError(f"{path}: recording needs PyAV ({error}); run: pip install av") from error
    grade = Grade(quality, effort)
    check_place(path, overwrite=overwrite, grade=grade)
    return Sink(path, open_writer(path, rate, Path(sound_of) if sound_of else None, grade), rate)


def check_place(path: Path, *, overwrite: bool, grade: Grade = USUAL) -> None:
    """Raise SinkError if nothing can be recorded under that name, or not so."""
    check_grade(path, grade)
    if path == PIPE:
        return
    suffix = path.suffix.lower()
    if suffix not in SINK_SUFFIXES:
        raise SinkError(f"{path}: recordings are written as {' or '.join(SINK_SUFFIXES)}")
    if suffix in PICTURE_SINK_SUFFIXES and not is_pattern(path):
        raise SinkError(f"{path}: needs a number for each picture, as in seen%06d{suffix}")
    first = path.with_name(path.name % 0) if suffix in PICTURE_SINK_SUFFIXES else path
    try:
        if first.is_dir():
            raise SinkError(f"{first}: is a folder; name a file in it")
        if first.exists() and not overwrite:
            raise SinkError(f"{first}: exists; use --overwrite (overwrite=True) to replace it")
        if not first.parent.is_dir():
            raise SinkError(f"{path}: there is no folder {path.parent}; make it first")
    except SinkError:
        raise
    except OSError as error:
        raise SinkError(f"{path}: cannot be written ({error.strerror})") from error


def _rate(fps: Fraction | float | None) -> Fraction:
    """Make the rate a fraction, NTSC's own where it is meant."""
    if fps is None:
        return DEFAULT_FPS
    if not is_number(fps) or not 0 < fps < math.inf:
        raise SinkError(f"fps={fps!r}: must be a rate above 0")
    if isinstance(fps, Fraction):
        return fps.limit_denominator(FINEST_RATE)
    ntsc = Fraction(math.ceil(fps) * 1000, 1001)
    if abs(float(ntsc) - fps) < NTSC_SLACK:
        return ntsc
    return Fraction(fps).limit_denominator(1001)


def _check_picture(image: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Check that it is a BGR picture, of the first one's shape; give the shape."""
    if not isinstance(image, np.ndarray):
        raise FrameError(f"picture {type(image).__name__}: expected a NumPy array")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        was = f"; the ones before are uint8 {shape}" if shape else ""
        raise FrameError(
            f"picture of {image.dtype} {image.shape}: expected uint8 (rows, columns, 3){was}"
        )
    if shape and image.shape != shape:
        raise FrameError(
            f"picture of shape {image.shape}: the ones before are {shape}; a recording has one size"
        )
    return tuple(image.shape)
