"""Tracks as lines of text: CSV, JSON lines, and the lines of the MOT challenge."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from typing import Any

from .box import Box, RotatedBox
from .confidence import State
from .track import Track

__all__ = [
    "COLUMNS",
    "CSV",
    "JSONL",
    "MOT",
    "TABLE_SUFFIXES",
    "columns",
    "csv_line",
    "line_of",
    "place_of",
    "track_of",
    "track_of_mot",
    "with_id",
]

CSV, JSONL, MOT = TABLE_SUFFIXES = (".csv", ".jsonl", ".txt")

COLUMNS = (
    *("index", "time_s", "x", "y", "width", "height"),
    *("center_x", "center_y", "rotated_width", "rotated_height", "angle_deg"),
    *("score", "state", "reason", "wrong"),
)
"""The columns: pixels but for the time, the angle and the words. The five in the middle are the
rotated box. The last is 1 where a person marked the frame as wrong, else 0. In a table of several
targets ``id`` comes second."""

DIGITS = 4  # of pixels, degrees and score: finer than anything measured, and still legible
TIME_DIGITS = 6

# Frames, boxes and ids of the challenge count from 1; -1 stands for the three numbers in the world
# (Milan et al., "MOT16: A benchmark for multi-object tracking", 2016, table 4).
MOT_FIRST = 1
MOT_WORLD = (-1, -1, -1)
MOT_CELLS = 7  # that are read; some writers leave the world away


def columns(*, ids: bool) -> tuple[str, ...]:
    """Give the columns of a table with or without ids."""
    return (COLUMNS[0], "id", *COLUMNS[1:]) if ids else COLUMNS


def line_of(track: Track, target_id: int | None, suffix: str) -> str:
    """Write a row as a line; *target_id* is None in a table without ids.

    Empty for a lost target in the form of the challenge, which has boxes that are there only.
    """
    if suffix == MOT:
        return _mot_line(track, MOT_FIRST if target_id is None else target_id) if track.ok else ""
    index, *others = _cells(track)
    row = [index, *([] if target_id is None else [target_id]), *others, 0]
    if suffix == CSV:
        return csv_line(row)
    names = columns(ids=target_id is not None)
    return json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n"


def csv_line(row: Iterable[object]) -> str:
    """Join cells to a line."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    return line.getvalue()


def place_of(line: bytes, suffix: str, *, ids: bool) -> tuple[int, int]:
    """Tell of which frame's index a line is, and of which target."""
    if suffix == JSONL:
        row = json.loads(line)
        return int(row["index"]), int(row.get("id", 1))
    first, second, *_ = line.split(b",", 2)
    index = int(first) - MOT_FIRST if suffix == MOT else int(first)
    return index, int(second) if ids else 1


def with_id(line: str, target_id: int, suffix: str) -> str:
    """Put the id into a line that was written without one."""
    before, comma, after = line.partition(",")
    return (
        f'{before}, "id": {target_id},{after}'
        if suffix == JSONL
        else f"{before}{comma}{target_id},{after}"
    )


def track_of(row: dict[str, Any]) -> Track:
    """Make a track of a row, by its columns' names.

    Raises
    ------
    KeyError, TypeError, ValueError, OverflowError
        If a cell is missing, or is not what its column holds.
    """
    x, y, width, height, *turned, score = _finite(row[name] for name in COLUMNS[2:12])
    return Track(
        index=int(row["index"]),
        time_s=None if row["time_s"] is None else _finite([row["time_s"]])[0],
        box=Box(x, y, width, height),
        rotated_box=RotatedBox((turned[0], turned[1]), (turned[2], turned[3]), turned[4]),
        score=score,
        state=State(row["state"]),
        reason=str(row["reason"]),
    )


def track_of_mot(line: str) -> tuple[int, Track]:
    """Make an id and a track of a line of the challenge.

    Raises
    ------
    ValueError
        If it has not seven finite numbers, or no size.
    """
    cells = line.split(",")[:MOT_CELLS]
    frame, target_id, left, top, width, height, score = _finite(cells)
    box = Box.of((left - MOT_FIRST, top - MOT_FIRST, width, height))
    turned = RotatedBox(box.center, (box.width, box.height), 0.0)
    track = Track(int(frame) - MOT_FIRST, None, box, turned, score, State.TRACKING, "")
    return int(target_id), track


def _finite(cells: Iterable[Any]) -> list[float]:
    """Read cells as finite numbers."""
    numbers = [float(cell) for cell in cells]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("expected finite numbers")
    return numbers


def _mot_line(track: Track, target_id: int) -> str:
    left, top, width, height = track.box
    box = (left + MOT_FIRST, top + MOT_FIRST, width, height)
    numbers = [round(float(number), DIGITS) for number in (*box, track.score)]
    return csv_line([int(track.index) + MOT_FIRST, target_id, *numbers, *MOT_WORLD])


def _cells(track: Track) -> tuple[int | float | str | None, ...]:
    """Put a track in the order of the columns."""
    box = track.rotated_box
    numbers = (*track.box, *box.center, *box.size, box.angle_deg, track.score)
    return (
        int(track.index),
        None if track.time_s is None else round(float(track.time_s), TIME_DIGITS),
        *(round(float(number), DIGITS) for number in numbers),
        str(track.state),
        track.reason,
    )
