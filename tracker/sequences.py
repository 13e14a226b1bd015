"""Readers of tracking benchmarks: folders of sequences with the truth beside their frames.

Only names and boxes are read here; the frames are opened by whoever runs a tracker on them.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import SourceError

__all__ = ["Sequence", "read_boxes", "read_sequences"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sequence:
    """One sequence of a benchmark: where its frames are, and where its target is.

    Attributes
    ----------
    name : str
    frames : Path
        A video file, or a folder of pictures.
    truth : float64 array of shape (n, 4)
        (x, y, width, height) with 0-based corners; a row of NaN where the target is absent.
    first_frame : int
        The frame (from 0, in the order of the file or folder) that the first row belongs to.
    """

    name: str
    frames: Path
    truth: Floats
    first_frame: int = 0


LAYOUTS = (
    "NAME/video.mp4 + truth.csv, NAME/img/ + groundtruth_rect.txt (OTB), "
    "or NAME/*.jpg or NAME/color/ + groundtruth.txt (VOT)"
)
PICTURES = {".jpg", ".jpeg", ".png", ".bmp"}
FIRST_PICTURE = {"David": 299}  # OTB's truth of David begins at picture 300 of 770


def read_sequences(folder: str | Path) -> list[Sequence]:
    """Read a benchmark: a folder with a folder for each sequence, in any of three forms.

    ``truth.csv`` (frame,x,y,w,h; from 0) beside ``video.mp4``; OTB's ``groundtruth_rect.txt``
    (1-based; commas, tabs or spaces; ``.1.txt``, ``.2.txt`` for several targets) beside ``img/``;
    VOT's ``groundtruth.txt`` (four numbers, or a polygon of which the upright box around it is
    taken) beside ``color/`` or the pictures. Other folders are passed over.

    Returns
    -------
    list of Sequence
        Sorted by name.

    Raises
    ------
    SourceError
        If there is no such folder, nothing in it has one of the forms, or a truth file is bad.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such folder; a benchmark is {LAYOUTS}")
    places = [folder, *(place for place in folder.iterdir() if place.is_dir())]
    found = [sequence for place in places for sequence in _read_folder(place)]
    if not found:
        raise SourceError(f"{folder}: no sequence in it; expected {LAYOUTS}")
    return sorted(found, key=lambda sequence: sequence.name)


def _read_folder(folder: Path) -> list[Sequence]:
    if (folder / "truth.csv").is_file():
        truth = _read_truth_csv(folder / "truth.csv")
        return [Sequence(folder.name, _one_video(folder), truth)]
    if otb := sorted(folder.glob("groundtruth_rect*.txt")):
        return [_read_otb(folder, path, several=len(otb) > 1) for path in otb]
    if (folder / "groundtruth.txt").is_file():
        color = folder / "color"
        truth = _absent_as_nan(_upright(_read_numbers(folder / "groundtruth.txt", (4, 8))))
        pictures = _folder_of_pictures(color if color.is_dir() else folder, len(truth))
        return [Sequence(folder.name, pictures, truth)]
    return []


def _read_otb(folder: Path, path: Path, *, several: bool) -> Sequence:
    target = path.name.removeprefix("groundtruth_rect").removesuffix(".txt").lstrip(".")
    name = f"{folder.name}-{target}" if several else folder.name
    truth = _absent_as_nan(_read_numbers(path, (4,)))
    truth[:, :2] -= 1  # MATLAB's first pixel is (1, 1)
    first = FIRST_PICTURE.get(folder.name, 0)
    pictures = _folder_of_pictures(folder / "img", len(truth))
    if _n_pictures(pictures) < first + len(truth):
        first = 0  # a copy without the pictures before the first
    return Sequence(name, pictures, truth, first)


def _read_truth_csv(path: Path) -> Floats:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        index = [int(row["frame"]) for row in rows]
        boxes = [[float(row[column]) for column in "xywh"] for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{path}: expected the columns frame,x,y,w,h and numbers") from error
    if not index or min(index) < 0:
        raise SourceError(f"{path}: expected a line for each frame, counted from 0")
    truth = np.full((max(index) + 1, 4), np.nan)
    truth[index] = boxes
    return _absent_as_nan(truth)


def read_boxes(path: str | Path) -> Floats:
    """Read a text file of boxes, a line ``x,y,w,h`` a frame (commas, tabs or spaces): (n, 4).

    Raises
    ------
    SourceError
        If it cannot be read, or a line has not four numbers.
    """
    return _read_numbers(Path(path), (4,))


def _read_numbers(path: Path, allowed: tuple[int, ...]) -> Floats:
    rows: list[list[float]] = []
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append([float(word) for word in re.split(r"[,\s;]+", line.strip())])
        except ValueError as error:
            shown = line.strip()[:60]
            raise SourceError(f"{path}, line {number}: {shown!r}: expected numbers") from error
        if len(rows[-1]) not in allowed or len(rows[-1]) != len(rows[0]):
            wanted = " or ".join(map(str, allowed))
            raise SourceError(f"{path}, line {number}: {len(rows[-1])} numbers, expected {wanted}")
    if not rows:
        raise SourceError(f"{path}: no boxes in it")
    return np.array(rows)


def _upright(regions: Floats) -> Floats:
    if regions.shape[1] == 4:
        return regions
    corners = regions.reshape(-1, 4, 2)
    low, high = corners.min(axis=1), corners.max(axis=1)
    return np.hstack([low, high - low])


def _absent_as_nan(truth: Floats) -> Floats:
    absent = ~np.isfinite(truth).all(axis=1) | (truth[:, 2:] <= 0).any(axis=1)
    truth[absent] = np.nan
    return truth


def _one_video(folder: Path) -> Path:
    videos = sorted(folder.glob("video.*"))
    if not videos:
        raise SourceError(f"{folder}: truth.csv, but no video.mp4 beside it")
    return videos[0]


def _n_pictures(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(path.suffix.lower() in PICTURES for path in folder.iterdir())


def _folder_of_pictures(folder: Path, n_truth: int) -> Path:
    n_pictures = _n_pictures(folder)
    if n_pictures < n_truth:
        raise SourceError(f"{folder}: {n_pictures} pictures, but the truth has {n_truth} lines")
    return folder
