"""Points as files: CSV, NPY and Parquet in, CSV with a label for each row out."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError, SourceError
from .outputs import write_whole

__all__ = ["PointTable", "read_points", "write_labels"]

DELIMITERS = "\t;, "  # the first that is in the first line; a comma may stand for a decimal point
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SUFFIXES = (*TEXT_SUFFIXES, ".npy", ".parquet")
MOST_SHOWN = 40  # characters of a cell: one without its closing quote goes on and on
LINE_ENDS = "\r\n"
NO_UTF8 = re.compile("[\udc80-\udcff]")


class PointTable(NamedTuple):
    """Points and the names of their columns."""

    points: NDArray[np.float64]
    """(rows, columns), finite."""
    names: list[str]


def read_points(path: Path, columns: Sequence[str] = ()) -> PointTable:
    """Read the points of a file by its suffix: .csv, .tsv, .txt, .npy, .parquet.

    Text is UTF-8, delimited by tabs, semicolons, commas or spaces, and may begin with a line of
    names.

    Parameters
    ----------
    columns : sequence of str
        Names, or numbers from 1 on, of the columns to take; all if empty.

    Raises
    ------
    SourceError
        If the file cannot be read, or a cell is no finite number: then with its row and column.
    ConfigError
        If there is no such column.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
    read = {".npy": _read_npy, ".parquet": _read_parquet}.get(suffix, _read_text)
    try:
        table = read(path, columns)
    except SourceError:
        raise
    except OSError as error:
        why = error.strerror or " ".join(str(error).split())  # some are of several lines
        raise SourceError(f"{path}: cannot be read ({why})") from error
    if not table.points.size:
        raise SourceError(f"{path}: no row of numbers")
    wrong = np.argwhere(~np.isfinite(table.points))
    if len(wrong):
        row, column = wrong[0].tolist()
        cell = str(table.points[row, column])
        raise SourceError(f"{path}: {_wrong(f'row {row + 1}', table.names[column], cell)}")
    return table


def write_labels(path: Path, table: PointTable, labels: NDArray[np.intp]) -> None:
    """Write the points as CSV with a last column ``label``, in their order.

    Raises
    ------
    SinkError
        If the file cannot be written.
    """
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*table.names, "label"])
    for point, label in zip(table.points.tolist(), labels.tolist(), strict=True):
        writer.writerow([*point, label])
    write_whole(path, lines.getvalue().encode())


# --- text -----------------------------------------------------------------------------------------


def _read_text(path: Path, columns: Sequence[str]) -> PointTable:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _rows(file)
            line, first = next(rows, (0, []))
            names = _numbers(len(first))
            if _are_names(first, columns):
                names = [name.strip() or names[place] for place, name in enumerate(first)]
            else:
                rows = chain([(line, first)], rows)
            chosen = _chosen(path, names, columns)
            points = _points(path, rows, names, chosen)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: {_wrong_byte(path)}; save it as UTF-8") from error
    except csv.Error as error:
        raise SourceError(f"{path}: no table that can be read ({error})") from error
    return PointTable(points, [names[index] for index in chosen])


def _rows(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each line that has any, and its number.

    Where the first line ends with a delimiter, no line needs a cell after it.
    """
    first = next(lines, "")
    delimiter = next((sign for sign in DELIMITERS if sign in first.strip()), ",")
    lines = chain([first], lines)
    numbered: Iterator[tuple[int, list[str]]]
    if delimiter == " ":  # any number of them
        numbered = ((line, text.split()) for line, text in enumerate(lines, start=1))
    else:
        numbered = _records(lines, delimiter)
        if first.rstrip(LINE_ENDS + " ").endswith(delimiter):
            numbered = ((line, _without_last_empty(cells)) for line, cells in numbered)
    return ((line, cells) for line, cells in numbered if cells)


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each record, and its first line: cells in quotes may go over several."""
    reader = csv.reader(lines, delimiter=delimiter)
    line = 1
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


def _without_last_empty(cells: list[str]) -> list[str]:
    return cells if cells and cells[-1].strip() else cells[:-1]


def _are_names(first: list[str], columns: Sequence[str]) -> bool:
    """Tell whether the first row names the columns: none of those asked for is a number there."""
    if not all(column.isdecimal() for column in columns):
        return True
    asked = [int(column) - 1 for column in columns]
    cells = [cell for place, cell in enumerate(first) if not asked or place in asked]
    return not any(_is_finite(cell) for cell in cells)


def _points(
    path: Path, rows: Iterable[tuple[int, list[str]]], names: list[str], chosen: list[int]
) -> NDArray[np.float64]:
    """Give the numbers of the chosen columns, (rows, columns)."""
    values = array("d")
    for line, cells in rows:
        if len(cells) != len(names):
            raise SourceError(
                f"{path}: line {line} has {len(cells)} cells, expected {len(names)} as in the first"
            )
        try:
            numbers = [float(cells[place]) for place in chosen]
        except ValueError:
            numbers = [nan]
        if not all(map(isfinite, numbers)):
            place = next(place for place in chosen if not _is_finite(cells[place]))
            message = _wrong(f"line {line}", names[place], cells[place])
            raise SourceError(f"{path}: {message}")
        values.extend(numbers)
    return np.array(values).reshape(-1, len(chosen) or 1)


def _is_finite(cell: str) -> bool:
    try:
        return isfinite(float(cell))
    except ValueError:
        return False


def _wrong(row: str, column: str, cell: str) -> str:
    shown = cell if len(cell) <= MOST_SHOWN else f"{cell[:MOST_SHOWN]}..."
    what = f"{shown!r} is no finite number" if cell.strip() else "the cell is empty"
    hint = " (a decimal point is expected)" if "," in cell else ""
    return f"{row}, column {column}: {what}{hint}; correct it, or give --columns without it"


def _wrong_byte(path: Path) -> str:
    """Say where the first byte is that is no UTF-8."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        escaped = ((line, NO_UTF8.search(text)) for line, text in enumerate(file, start=1))
        line, found = next((line, found) for line, found in escaped if found)
    byte = ord(found[0]) - 0xDC00  # as Python escapes it (PEP 383)
    return f"line {line}, character {found.start() + 1}: byte {byte:#04x} is no UTF-8"


# --- arrays ---------------------------------------------------------------------------------------


def _read_npy(path: Path, columns: Sequence[str]) -> PointTable:
    try:
        with path.open("rb") as file:
            values = np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise SourceError(f"{path}: no array of numbers ({error})") from error
    if values.ndim != 2 or values.dtype.kind not in "fiub":
        raise SourceError(
            f"{path}: {values.dtype} of shape {values.shape}; expected numbers (points, axes)"
        )
    names = _numbers(values.shape[1])
    chosen = _chosen(path, names, columns)
    return PointTable(values[:, chosen].astype(np.float64), [names[place] for place in chosen])


def _read_parquet(path: Path, columns: Sequence[str]) -> PointTable:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise SourceError(
            f'{path}: reading it needs pip install "meanshift-tracker[parquet]"'
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            table: Any = file.read()
    except pyarrow.ArrowException as error:
        raise SourceError(f"{path}: no Parquet file that can be read ({error})") from error
    names = table.column_names
    chosen = _chosen(path, names, columns)
    values = [_floats(path, table.column(place), names[place]) for place in chosen]
    return PointTable(np.stack(values, axis=1), [names[place] for place in chosen])


def _floats(path: Path, column: Any, name: str) -> NDArray[np.float64]:
    import pyarrow

    try:
        numbers: NDArray[np.float64] = column.cast(pyarrow.float64(), safe=False).to_numpy()
    except pyarrow.ArrowException as error:
        raise SourceError(
            f"{path}: column {name} is of type {column.type}, expected numbers; "
            "give --columns without it"
        ) from error
    return numbers


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def _chosen(path: Path, names: list[str], columns: Sequence[str]) -> list[int]:
    """Give the places of *columns*, each a name or a number from 1 on; all if there are none."""
    places = {number: place for place, number in enumerate(_numbers(len(names)))}
    places |= {name: place for place, name in enumerate(names)}
    for column in columns:
        if column not in places:
            raise ConfigError(f"--columns {column}: {path} has {', '.join(names)}")
        alike = [number for number, name in enumerate(names, start=1) if name == column]
        if len(alike) > 1:
            numbers = ", ".join(map(str, alike))
            raise ConfigError(
                f"--columns {column}: {path} has {len(alike)} of that name; "
                f"give one of their numbers, {numbers}"
            )
    chosen = [places[column] for column in columns] or list(range(len(names)))
    twice = next((place for place in chosen if chosen.count(place) > 1), None)
    if twice is not None:
        raise ConfigError(f"--columns {','.join(columns)}: {names[twice]} is given twice")
    return chosen
