"""The files that a run writes, and what they are called when nobody says."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ..errors import ConfigError, SinkError
from ..video.grades import USUAL, Grade
from ..video.names import PICTURE_SINK_SUFFIXES, PIPE, is_pattern, without_credentials
from ..video.sinks import check_place
from .arguments import OUTPUT_FOLDER

__all__ = [
    "Outputs",
    "check_apart",
    "check_file",
    "make_output_folder",
    "name_outputs",
    "stem_of",
    "write_whole",
]


@dataclass(frozen=True)
class Outputs:
    """The files of a run; None for what is not wanted."""

    video: Path | None = None
    keep_sound: bool = False
    grade: Grade = USUAL
    csv: Path | None = None
    jsonl: Path | None = None
    mot: Path | None = None
    sheet: Path | None = None
    stem: str = "video"
    """Of what is named while the program runs: further recordings, snapshots."""

    def paths(self) -> list[Path]:
        """Give the files that are wanted."""
        files = (self.video, self.csv, self.jsonl, self.mot, self.sheet)
        return [path for path in files if path]

    def check(self, *, overwrite: bool) -> None:
        """Raise SinkError if one cannot be written as named, before any work is done."""
        if self.video is not None:
            check_place(self.video, overwrite=overwrite, grade=self.grade)
        tables = ((self.csv, ".csv"), (self.jsonl, ".jsonl"), (self.mot, ".txt"))
        for path, suffix in (*tables, (self.sheet, ".png")):
            if path is not None:
                check_file(path, (suffix,), overwrite=overwrite)

    def next_video(self) -> Path:
        """Name the recording that is begun by a key: ``out-2.mp4`` after ``out.mp4``."""
        first = self.video
        if first is None or first == PIPE or first.suffix.lower() in PICTURE_SINK_SUFFIXES:
            first = _in_output_folder(f"{self.stem}-followed.mp4")
        names = (first.with_stem(f"{first.stem}-{number}") for number in count(2))
        if first != self.video and not first.exists():
            return first
        return next(name for name in names if not name.exists())

    def snapshot(self, time_s: float) -> Path:
        """Name a picture saved by a key, where the other results are."""
        others = [path.parent for path in self.paths() if path != PIPE]
        name = f"{self.stem}-{time_s:.2f}s.png"
        return others[0] / name if others else _in_output_folder(name)


def check_apart(outputs: Sequence[Path | None], source: str | Path) -> None:
    """Raise SinkError if an output is the source itself, or two are one file."""
    read = Path(os.path.realpath(source))
    pictures = read if read.is_dir() else read.parent  # of a folder, or of a pattern
    seen: set[Path] = set()
    for path in outputs:
        if path is None or path == PIPE:
            continue
        place = Path(os.path.realpath(path))
        among = is_pattern(path) and place.parent == pictures and not read.is_file()
        if place == read or among:
            raise SinkError(f"{path}: is what is read; give another name")
        if place in seen:
            raise SinkError(f"{path}: is written twice; give another name")
        seen.add(place)


def check_file(path: Path, suffixes: Sequence[str], *, overwrite: bool) -> None:
    """Raise SinkError if a file cannot be written under that name."""
    if path.suffix.lower() not in suffixes:
        raise SinkError(f"{path}: the name must end in {' or '.join(suffixes)}")
    if path.exists() and not overwrite:
        raise SinkError(f"{path}: exists; give another name, or --overwrite to replace it")
    if not path.parent.is_dir():
        raise SinkError(f"{path}: there is no folder {path.parent}; make it first")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file at once; raise SinkError if it cannot be, with nothing left of it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise SinkError(f"{path}: cannot be written ({error.strerror})") from error


def make_output_folder() -> None:
    """Make the folder of what nobody named a place for; raise SinkError if that cannot be."""
    try:
        OUTPUT_FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise SinkError(f"{OUTPUT_FOLDER}: cannot be made here ({error.strerror})") from error


def _in_output_folder(name: str) -> Path:
    make_output_folder()
    return OUTPUT_FOLDER / name


def stem_of(source: str) -> str:
    """Name the outputs of a source: clip.mp4 -> clip, 0 -> camera-0, frames/*.png -> frames."""
    if source.isdecimal():
        return f"camera-{source}"
    if "://" in source:
        host = without_credentials(source).partition("://")[2].partition("/")[0]
        return re.sub(r":\d*$|[^\w.-]", "", host) or "stream"
    path = Path(source)
    if any(sign in path.name for sign in "*?["):
        path = path.parent
    return Path(os.path.realpath(path)).stem or "pictures"


def name_outputs(options: argparse.Namespace, stem: str, *, all_if_none: bool) -> Outputs:
    """Give the files that were named; if none was, all there can be or none."""
    grade = Grade(options.quality, options.effort)
    named = Outputs(
        video=options.output,
        keep_sound=options.keep_audio,
        grade=grade,
        csv=options.csv,
        jsonl=options.jsonl,
        mot=options.mot,
        stem=stem,
    )
    if options.keep_audio and options.output is None:
        raise ConfigError("--keep-audio: there is no recording to put it in; give --output too")
    if named.paths() or not all_if_none:
        return named
    name = OUTPUT_FOLDER / f"{stem}-followed"
    video, csv, sheet = (Path(f"{name}{suffix}") for suffix in (".mp4", ".csv", ".png"))
    return Outputs(video=video, grade=grade, csv=csv, sheet=sheet, stem=stem)
