"""Tracks as a table: CSV or JSON lines, whole to the line whatever happens."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from .box import Box, RotatedBox
from .confidence import State
from .errors import DamagedError, SinkError, SourceError
from .track import Track

__all__ = ["COLUMNS", "Table", "open_table", "read_table"]

COLUMNS = (
    *("index", "time_s", "x", "y", "width", "height"),
    *("center_x", "center_y", "rotated_width", "rotated_height", "angle_deg"),
    *("score", "state", "reason", "wrong"),
)
"""The columns: pixels but for the time, the angle and the words. The five in the middle are the
rotated box. The last is 1 where a person marked the frame as wrong, else 0."""

NOT_IN_A_TRACK = ("wrong",)

TEXTS = ("state", "reason")

TABLE_SUFFIXES = (".csv", ".jsonl")

DIGITS = 4  # of pixels, degrees and score: finer than anything measured, and still legible
TIME_DIGITS = 6


class Table:
    """An open table of tracks: a context manager that takes them one by one.

    Made by :func:`open_table`. Each row goes to the system whole and at once, so that another
    program can follow it, and a killed run leaves whole rows.

    Attributes
    ----------
    path : Path
        The file being written.
    n_rows : int
        How many tracks were written.
    """

    def __init__(self, path: Path, file: io.FileIO) -> None:
        self.path, self.n_rows = path, 0
        self._file = file
        self._is_csv = path.suffix.lower() == ".csv"
        if self._is_csv:
            self._append(_csv_line(COLUMNS))

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, track: Track) -> None:
        """Add a row.

        Raises
        ------
        SinkError
            If it cannot be written, or the table is closed.
        """
        if self._file.closed:
            raise SinkError(f"{self.path}: the table is closed; open a new one")
        row = (*_row(track), 0)
        self._append(_csv_line(row) if self._is_csv else _json_line(row))
        self.n_rows += 1

    def mark(self, index: int, *, wrong: bool) -> None:
        """Say of the row of this frame whether a person found it wrong.

        One byte is changed in its place, so that the table is whole at any moment.

        Raises
        ------
        SinkError
            If there is no such row, or the table goes to a pipe.
        """
        for row, _, end in self._rows():
            if row == index:
                self._file.seek(end - (2 if self._is_csv else 3))
                self._file.write(b"1" if wrong else b"0")
                self._file.seek(0, os.SEEK_END)
                return
        raise SinkError(f"{self.path}: frame {index} has no row to mark")

    def rewind(self, index: int) -> None:
        """Take away the rows from this frame on, which are to be written anew."""
        gone = [begin for row, begin, _ in self._rows() if row >= index]
        if gone:
            self._file.truncate(gone[0])
            self._file.seek(0, os.SEEK_END)
            self.n_rows -= len(gone)

    def _rows(self) -> Iterator[tuple[int, int, int]]:
        """Give the index of each row, and where it begins and ends in the file."""
        if not self._file.seekable():
            raise SinkError(f"{self.path}: is a pipe, of which no row can be changed any more")
        end = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file):
                    begin, end = end, end + len(line)
                    if self._is_csv and number:
                        yield int(line.partition(b",")[0]), begin, end
                    elif not self._is_csv:
                        yield int(json.loads(line)["index"]), begin, end
        except OSError as error:
            raise SinkError(f"{self.path}: cannot be read again ({error.strerror})") from error

    def _append(self, line: str) -> None:
        data = line.encode()
        try:
            n_written = self._file.write(data)  # unbuffered: one call to the system a row
        except OSError as error:
            raise SinkError(f"{self.path}: cannot be written ({error.strerror})") from error
        if n_written != len(data):
            if self._file.seekable():
                self._file.truncate(self._file.tell() - (n_written or 0))  # whole rows or none
            raise SinkError(f"{self.path}: cannot be written further; is the disk full?")

    def close(self) -> None:
        """Close the file; closing again is fine."""
        self._file.close()


def open_table(path: str | os.PathLike[str], *, overwrite: bool = False) -> Table:
    """Open a table to write: ``.csv`` with a header, or ``.jsonl`` with one object a line.

    Raises
    ------
    SinkError
        If the file exists and *overwrite* is not set, its name ends otherwise, or it cannot be
        written.
    """
    path = Path(path)
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise SinkError(f"{path}: tables are written as {' or '.join(TABLE_SUFFIXES)}")
    try:
        file = io.FileIO(path, "w" if overwrite else "x")
    except FileExistsError:
        raise SinkError(f"{path}: exists; use --overwrite (overwrite=True) to replace it") from None
    except OSError as error:
        raise SinkError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        return Table(path, file)
    except BaseException:
        file.close()
        raise


def read_table(path: str | os.PathLike[str]) -> list[Track]:
    """Read the tracks that :func:`open_table` wrote; numbers come back to 4 digits.

    Raises
    ------
    SourceError
        If there is no such file, or it is no such table.
    DamagedError
        If a row is not whole; names its line.
    """
    path = Path(path)
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise SourceError(f"{path}: tables are read from {' or '.join(TABLE_SUFFIXES)}")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not a table of tracks, it is not UTF-8") from error
    if path.suffix.lower() == ".csv":
        return _read_csv(path, text)
    lines = text.removesuffix("\n").split("\n") if text else []
    return [_read_json(path, number, line) for number, line in enumerate(lines, 1)]


def _read_csv(path: Path, text: str) -> list[Track]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    needed = [name for name in COLUMNS if name not in NOT_IN_A_TRACK]
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise SourceError(f"{path}: not a table of tracks, it has no column {', '.join(missing)}")
    tracks = []
    try:
        for cells in reader:
            # An empty cell is a missing number, but an empty text.
            row = {k: v if k in TEXTS else float(v) if v else None for k, v in cells.items() if k}
            tracks.append(_track(row))
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"{path}, line {reader.line_num}: not a whole row ({error})") from error
    return tracks


def _read_json(path: Path, number: int, line: str) -> Track:
    try:
        return _track(json.loads(line))
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"{path}, line {number}: not a whole row ({error})") from error


def _row(track: Track) -> tuple[int | float | str | None, ...]:
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


def _track(row: dict[str, Any]) -> Track:
    """Make a track of a row, by its columns' names."""
    time_s = row["time_s"]
    x, y, width, height, *turned, score = (float(row[name]) for name in COLUMNS[2:12])
    return Track(
        index=int(row["index"]),
        time_s=None if time_s is None else float(time_s),
        box=Box(x, y, width, height),
        rotated_box=RotatedBox((turned[0], turned[1]), (turned[2], turned[3]), turned[4]),
        score=score,
        state=State(row["state"]),
        reason=str(row["reason"]),
    )


def _csv_line(row: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    return line.getvalue()


def _json_line(row: Iterable[object]) -> str:
    return json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n"
