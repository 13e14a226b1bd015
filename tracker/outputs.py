"""The files that a run writes, and what they are called when nobody says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .arguments import OUTPUT_FOLDER
from .errors import ConfigError, SinkError
from .video.sinks import check_place

__all__ = ["Outputs", "check_file", "name_outputs", "stem_of"]


@dataclass(frozen=True)
class Outputs:
    """The files of a run; None for what is not wanted."""

    video: Path | None = None
    keep_sound: bool = False
    csv: Path | None = None
    jsonl: Path | None = None
    sheet: Path | None = None

    def paths(self) -> list[Path]:
        """Give the files that are wanted."""
        return [path for path in (self.video, self.csv, self.jsonl, self.sheet) if path]

    def check(self, *, overwrite: bool) -> None:
        """Raise SinkError if one cannot be written as named, before any work is done."""
        if self.video is not None:
            check_place(self.video, overwrite=overwrite)
        for path, suffix in ((self.csv, ".csv"), (self.jsonl, ".jsonl"), (self.sheet, ".png")):
            if path is not None:
                check_file(path, (suffix,), overwrite=overwrite)


def check_file(path: Path, suffixes: Sequence[str], *, overwrite: bool) -> None:
    """Raise SinkError if a file cannot be written under that name."""
    if path.suffix.lower() not in suffixes:
        raise SinkError(f"{path}: the name must end in {' or '.join(suffixes)}")
    if path.exists() and not overwrite:
        raise SinkError(f"{path}: exists; give another name, or --overwrite to replace it")
    if not path.parent.is_dir():
        raise SinkError(f"{path}: there is no folder {path.parent}; make it first")


def stem_of(source: str) -> str:
    """Name the outputs of a source: clip.mp4 -> clip, 0 -> camera-0, frames/*.png -> frames."""
    if source.isdecimal():
        return f"camera-{source}"
    if "://" in source:
        return urlsplit(source).hostname or "stream"  # no part of it that may be a password
    path = Path(source)
    if any(sign in path.name for sign in "*?["):
        path = path.parent
    return path.resolve().stem or "pictures"


def name_outputs(options: argparse.Namespace, stem: str, *, all_if_none: bool) -> Outputs:
    """Give the files that were named; if none was, all there can be or none."""
    named = Outputs(options.output, options.keep_audio, options.csv, options.jsonl)
    if options.keep_audio and options.output is None:
        raise ConfigError("--keep-audio: there is no recording to put it in; give --output too")
    if named.paths() or not all_if_none:
        return named
    name = OUTPUT_FOLDER / f"{stem}-followed"
    return Outputs(video=Path(f"{name}.mp4"), csv=Path(f"{name}.csv"), sheet=Path(f"{name}.png"))
