"""Tracks as a table: CSV, JSON lines or the MOT challenge's text, written row by row.

A table has rows of one target, or an ``id`` in each row. Each row is one call to the system. Where
it crosses a page of the file, a process that is killed may leave it cut: what reads tables here
takes the rows before it, and says so.
"""

from __future__ import annotations

import csv
import io
import json
import operator
import os
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from .errors import DamagedError, SinkError, SourceError
from .rows import (
    COLUMNS,
    CSV,
    JSONL,
    MOT,
    TABLE_SUFFIXES,
    columns,
    csv_line,
    line_of,
    place_of,
    track_of,
    track_of_mot,
    with_id,
)
from .track import Track

__all__ = ["COLUMNS", "Table", "open_table", "read_table", "read_targets"]

NOT_IN_A_TRACK = ("wrong",)
TEXTS = ("state", "reason")
FIRST_ID = 1  # of the target in a table without ids


class Table:
    """An open table of tracks: a context manager that takes them one by one.

    Made by :func:`open_table`. Each row goes to the system whole and at once, so that another
    program can follow it, and a killed run leaves whole rows, but for the very last.

    Attributes
    ----------
    path : Path
        The file being written.
    n_rows : int
        How many tracks were written.
    has_ids : bool
        Whether each row says which target it is of.
    """

    def __init__(self, path: Path, file: io.FileIO, *, ids: bool = False) -> None:
        self.path, self.n_rows = path, 0
        self._file = file
        self._suffix = path.suffix.lower()
        self.has_ids = ids or self._suffix == MOT
        if self._suffix == CSV:
            self._append(csv_line(columns(ids=self.has_ids)))

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, track: Track, target_id: int = FIRST_ID) -> None:
        """Add a row; in the MOT challenge's form none for a target that is lost.

        Raises
        ------
        SinkError
            If it cannot be written, the table is closed, it has no ids and the target is not the
            first, or what came is no track or no number.
        """
        if self._file.closed:
            raise SinkError(f"{self.path}: the table is closed; open a new one")
        if not isinstance(track, Track):
            kind = type(track).__name__
            raise SinkError(f"{self.path}: a {kind} came: expected a Track, each with its number")
        try:
            target_id = operator.index(target_id)
        except TypeError:
            raise SinkError(f"{self.path}: target {target_id!r}: expected a whole number") from None
        if target_id != FIRST_ID and not self.has_ids:
            raise SinkError(
                f"{self.path}: has no ids, and a row of target {target_id} came; "
                "open_table(..., ids=True) makes one for several"
            )
        line = line_of(track, target_id if self.has_ids else None, self._suffix)
        if line:
            self._append(line)
            self.n_rows += 1

    @property
    def has_marks(self) -> bool:
        """Whether its rows can be marked."""
        return self._suffix != MOT

    def mark(self, index: int, target_id: int = FIRST_ID, *, wrong: bool) -> None:
        """Say of the row of this frame whether a person found it wrong.

        One byte is changed in its place, so that the table is whole at any moment.

        Raises
        ------
        SinkError
            If there is no such row, or the table goes to a pipe.
        """
        for place, _, end in self._rows() if self.has_marks else ():
            if place == (index, target_id):
                self._file.seek(end - (2 if self._suffix == CSV else 3))
                self._file.write(b"1" if wrong else b"0")
                self._file.seek(0, os.SEEK_END)
                return
        raise SinkError(f"{self.path}: frame {index} has no row to mark")

    def rewind(self, index: int) -> None:
        """Take away the rows from this frame on, which are to be written anew."""
        gone = [begin for (row, _), begin, _ in self._rows() if row >= index]
        if gone:
            self._file.truncate(gone[0])
            self._file.seek(0, os.SEEK_END)
            self.n_rows -= len(gone)

    def add_ids(self) -> None:
        """Make it a table of several targets: the rows so far are those of the first.

        Another file takes its place at once, so that there is a whole one at any moment.

        Raises
        ------
        SinkError
            If that file cannot be written, or the table goes to a pipe.
        """
        if self.has_ids:
            return
        self._check_seekable()
        new = self.path.with_name(f"{self.path.name}.partial")
        try:
            with self.path.open(encoding="utf-8") as old, new.open("w", encoding="utf-8") as file:
                if self._suffix == CSV:
                    next(old)
                    file.write(csv_line(columns(ids=True)))
                file.writelines(with_id(line, FIRST_ID, self._suffix) for line in old)
            new.replace(self.path)
            self._file.close()
            self._file = io.FileIO(self.path, "r+")
        except OSError as error:
            raise SinkError(f"{new}: cannot be written ({error.strerror})") from error
        self._file.seek(0, os.SEEK_END)
        self.has_ids = True

    def _rows(self) -> Iterator[tuple[tuple[int, int], int, int]]:
        """Give the index and the id of each row, and where it begins and ends in the file."""
        self._check_seekable()
        end = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file):
                    begin, end = end, end + len(line)
                    if number or self._suffix != CSV:
                        yield place_of(line, self._suffix, ids=self.has_ids), begin, end
        except OSError as error:
            raise SinkError(f"{self.path}: cannot be read again ({error.strerror})") from error

    def _check_seekable(self) -> None:
        if not self._file.seekable():
            raise SinkError(f"{self.path}: is a pipe, of which no row can be changed any more")

    def _append(self, line: str) -> None:
        data = line.encode()
        try:
            n_written = self._file.write(data)  # unbuffered: one call to the system a row
        except OSError as error:
            self._drop_if_empty()
            raise SinkError(f"{self.path}: cannot be written ({error.strerror})") from error
        if n_written != len(data):
            if self._file.seekable():
                self._file.truncate(self._file.tell() - (n_written or 0))  # whole rows or none
                self._drop_if_empty()
            raise SinkError(f"{self.path}: cannot be written further; is the disk full?")

    def _drop_if_empty(self) -> None:
        """Remove the file of which not even the first row could be written."""
        with suppress(OSError):
            if self.path.is_file() and not self.path.stat().st_size:
                self.path.unlink()

    def close(self) -> None:
        """Close the file; closing again is fine."""
        self._file.close()


def open_table(
    path: str | os.PathLike[str], *, overwrite: bool = False, ids: bool = False
) -> Table:
    """Open a table to write.

    Parameters
    ----------
    path : path
        ``.csv`` with a header, ``.jsonl`` with one object a line, or ``.txt`` in the form of the
        MOT challenge: frame, id, left, top, width, height, score, and three times -1; frames,
        ids and pixels count from 1, and frames in which a target is lost have no row.
    overwrite : bool
        Replace a file that exists.
    ids : bool
        Whether it is for several targets; that of the challenge always is.

    Raises
    ------
    SinkError
        If the file exists and *overwrite* is not set, its name ends otherwise, or it cannot be
        written.
    """
    path = Path(path)
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise SinkError(f"{path}: tables are written as {_NAMES}")
    try:
        file = io.FileIO(path, "w" if overwrite else "x")
    except FileExistsError:
        raise SinkError(f"{path}: exists; use --overwrite (overwrite=True) to replace it") from None
    except OSError as error:
        raise SinkError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        return Table(path, file, ids=ids)
    except BaseException:
        file.close()
        raise


def read_table(path: str | os.PathLike[str]) -> list[Track]:
    """Read the tracks of the one target of a table; numbers come back to 4 digits.

    Raises
    ------
    SourceError
        If there is no such file, it is no such table, or it has several targets.
    DamagedError
        If a row is not whole, or there twice; names its line. The last one, if a killed run left
        it cut, is left out with a UserWarning.
    """
    targets = read_targets(path)
    if len(targets) > 1:
        raise SourceError(
            f"{path}: has {len(targets)} targets; read_targets gives them by their id"
        )
    return next(iter(targets.values()), [])


def read_targets(path: str | os.PathLike[str]) -> dict[int, list[Track]]:
    """Read a table by targets: the tracks of each id; of a table without ids they are those of 1.

    Those of the MOT challenge have no time, and are taken to be tracking.

    Raises
    ------
    SourceError
        If there is no such file, or it is no such table.
    DamagedError
        If a row is not whole, or there twice; names its line. The last one, if a killed run left
        it cut, is left out with a UserWarning.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise SourceError(f"{path}: tables are read from {_NAMES}")
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets write a byte order mark
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not a table of tracks, it is not UTF-8") from error
    text = _without_cut_row(path, text)
    targets: dict[int, list[Track]] = {}
    lines: dict[tuple[int, int], int] = {}
    for line, target_id, track in (_read_csv if suffix == CSV else _read_lines)(path, text):
        first = lines.setdefault((track.index, target_id), line)
        if first != line:
            raise DamagedError(
                f"{path}, line {line}: frame {track.index} of target {target_id} is there twice, "
                f"already in line {first}; leave one of them out"
            )
        targets.setdefault(target_id, []).append(track)
    return targets


_NAMES = f"{', '.join(TABLE_SUFFIXES[:-1])} or {TABLE_SUFFIXES[-1]}"


def _without_cut_row(path: Path, text: str) -> str:
    """Leave out a last row of which a killed run wrote but the beginning."""
    before, newline, last = text.rpartition("\n")
    if not last or not newline or _is_whole(last, text.partition("\n")[0], path.suffix.lower()):
        return text
    line = before.count("\n") + 2
    warnings.warn(
        f"{path}, line {line}: cut off, as by a run that was killed, and left out; "
        "the rows before it are whole",
        stacklevel=4,
    )
    return before + newline


def _is_whole(last: str, first: str, suffix: str) -> bool:
    """Tell whether a line without its end lacks nothing else that the first line has."""
    try:
        if suffix == JSONL:
            return bool(json.loads(last))
        n_cells, n_wanted = (len(next(csv.reader([line], strict=True))) for line in (last, first))
        return n_cells >= n_wanted
    except (csv.Error, ValueError):
        return False


def _read_csv(path: Path, text: str) -> Iterator[tuple[int, int, Track]]:
    """Give the line, the target and the track of each row."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    needed = [name for name in COLUMNS if name not in NOT_IN_A_TRACK]
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise SourceError(f"{path}: not a table of tracks, it has no column {', '.join(missing)}")
    try:
        for cells in reader:
            # An empty cell is a missing number, but an empty text.
            row = {k: v if k in TEXTS else float(v) if v else None for k, v in cells.items() if k}
            target_id = int(row.get("id", FIRST_ID))  # type: ignore[arg-type]
            yield reader.line_num, target_id, track_of(row)
    except (csv.Error, KeyError, TypeError, ValueError, OverflowError) as error:
        raise DamagedError(f"{path}, line {reader.line_num}: not a whole row ({error})") from error


def _read_lines(path: Path, text: str) -> Iterator[tuple[int, int, Track]]:
    """Give the line, the target and the track of each row."""
    lines = text.removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(lines, 1):
        yield number, *_read_line(path, number, line)


def _read_line(path: Path, number: int, line: str) -> tuple[int, Track]:
    try:
        if path.suffix.lower() == MOT:
            return track_of_mot(line)
        row = json.loads(line)
        return int(row.get("id", FIRST_ID)), track_of(row)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise DamagedError(f"{path}, line {number}: not a whole row ({error})") from error
