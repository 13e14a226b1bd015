"""The clips that come with the package: where they are, and where their target truly is."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import NamedTuple

from .box import Box
from .errors import SourceError

__all__ = ["Clip", "find_clip"]

PACKAGE = Path(__file__).parent
FOLDERS = (PACKAGE / "videos", PACKAGE.parent / "videos")  # of an installed wheel, of a checkout


class Clip(NamedTuple):
    """A clip with exact truth."""

    path: Path
    truth: list[Box | None]  # a box a frame, None where the target is out of sight


def find_clip(name: str) -> Clip:
    """Find a clip by its name, such as ``"occlusion"``.

    Raises
    ------
    SourceError
        If it is not there; an installed package has one of them, a checkout has all.
    """
    for folder in FOLDERS:
        video, table = folder / f"{name}.mp4", folder / f"{name}.csv"
        if video.is_file() and table.is_file():
            return Clip(video, _read_truth(table))
    places = " and ".join(str(folder) for folder in FOLDERS)
    raise SourceError(f"clip {name}: no {name}.mp4 with its {name}.csv (looked in {places})")


def _read_truth(path: Path) -> list[Box | None]:
    """Read frame, x, y, w, h, with ``nan`` where there is no target."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [[float(row[side]) for side in "xywh"] for row in csv.DictReader(file)]
    return [None if any(map(math.isnan, row)) else Box(*row) for row in rows]
