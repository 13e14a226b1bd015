"""Where the pictures of a sink go: a video file, picture files, or a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import cv2

from ..errors import SinkError
from .encoding import Encoder
from .feed import Image
from .finishing import Sound, check_sound, finish
from .grades import JPEG_QUALITY, Grade
from .leftovers import claim, drop_cut_index, holds_pictures, partial_of
from .names import PICTURE_SINK_SUFFIXES, PIPE

__all__ = ["Writer", "open_writer"]


class Writer(Protocol):
    """What takes a sink's pictures."""

    leftover: Path | None
    """What a killed run left under the name it writes to."""

    @property
    def tick_s(self) -> Fraction:
        """Times are kept in whole multiples of this."""

    def encode(self, image: Image, tick: int) -> None:
        """Add a picture, to be shown from *tick* on."""

    def finish(self, span: tuple[float, float] | None, n_frames: int) -> None:
        """Complete what was written; *span* is the source's time it covers, None if nothing."""


def open_writer(path: Path, fps: Fraction, sound_of: Path | None, grade: Grade) -> Writer:
    """Open what *path* names.

    Raises
    ------
    SinkError
        If it cannot be written, or cannot hold the sound.
    """
    if sound_of is not None:
        check_sound(sound_of, path)
    if path == PIPE:
        return _Pipe(fps)
    if path.suffix.lower() in PICTURE_SINK_SUFFIXES:
        return _Pictures(path, grade)
    return _File(path, fps, sound_of, grade)


class _File:
    """A video file, under its partial name until it is complete."""

    def __init__(self, path: Path, fps: Fraction, sound_of: Path | None, grade: Grade) -> None:
        self._path, self._partial, self._sound_of = path, partial_of(path), sound_of
        self._lock, self.leftover = claim(path)
        try:
            self._encoder = Encoder(self._partial, fps, grade=grade)
        except SinkError:
            self._lock.close()
            raise
        self.tick_s = self._encoder.tick_s
        self.encode = self._encoder.encode

    def finish(self, span: tuple[float, float] | None, n_frames: int) -> None:
        """Give the file its name; without pictures there is none."""
        try:
            self._encoder.finish()
            # FFmpeg does not tell of what it could not write at the very end
            if span is not None and self._partial.exists() and not self._partial.stat().st_size:
                raise SinkError(f"{self._path}: nothing of it could be written; is the disk full?")
        except SinkError:
            drop_cut_index(self._partial)
            if not holds_pictures(self._partial):
                self._partial.unlink(missing_ok=True)
            raise
        finally:
            self._lock.close()
        if span is None:
            self._partial.unlink(missing_ok=True)
        else:
            sound = Sound(self._sound_of, *span) if self._sound_of else None
            finish(self._partial, self._path, n_frames, sound)


class _Pictures:
    """A file for each picture."""

    tick_s = Fraction(1, 1000)

    def __init__(self, path: Path, grade: Grade) -> None:
        self._path, self._number = path, 0
        is_jpeg = path.suffix.lower() == ".jpg"
        self._options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY[grade.quality]] if is_jpeg else []
        self.leftover: Path | None = None

    def encode(self, image: Image, tick: int) -> None:
        """Write the next file; the time goes nowhere."""
        path = self._path.with_name(self._path.name % self._number)
        _, data = cv2.imencode(path.suffix, image, self._options)
        partial = partial_of(path)
        try:
            partial.write_bytes(data.tobytes())
            partial.replace(path)  # so that a name has a whole picture or none
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise SinkError(f"{path}: cannot be written ({error.strerror})") from error
        self._number += 1

    def finish(self, span: tuple[float, float] | None, n_frames: int) -> None:
        """Do nothing: each file is complete."""


class _Pipe:
    """Raw pictures on the standard output, for ``| mpv -`` or ``| ffmpeg -i - ...``."""

    def __init__(self, fps: Fraction) -> None:
        self.leftover: Path | None = None
        out = sys.__stdout__
        if out is None or out.isatty():
            raise SinkError("-: raw pictures go to a program, not a terminal; add: | mpv -")
        # A file of its own: what a reader that leaves does not take would fail once more when
        # Python flushes its output at the end.
        self._encoder = Encoder(PIPE, fps, file=os.fdopen(os.dup(out.fileno()), "wb"))
        self.tick_s = self._encoder.tick_s
        self.encode = self._encoder.encode

    def finish(self, span: tuple[float, float] | None, n_frames: int) -> None:
        """Write what is still held back."""
        self._encoder.finish()
