"""A contact sheet: pictures of a run side by side, to be taken in at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from ..errors import FrameError
from .primitives import CAP_HEIGHT, DARK, WHITE, Image, draw_text, drawing_unit, panel, text_mask

__all__ = ["SheetPictures", "contact_sheet"]

GAP = 8  # px between pictures
PICTURE_WIDTH = 480  # px; four beside each other fill a screen
SHEET_PICTURES, SHEET_COLUMNS = 12, 4  # of the sheet of a run
MOST_KEPT = 4 * SHEET_PICTURES  # while it runs: enough to choose evenly, 20 MB


def contact_sheet(
    pictures: Sequence[Image],
    columns: int,
    *,
    captions: Sequence[str] = (),
    picture_width: int = PICTURE_WIDTH,
) -> Image:
    """Lay pictures out in rows, first to last, on a dark ground.

    Parameters
    ----------
    pictures : sequence of uint8 arrays of shape (H, W, 3)
        May differ in size: each is fitted, undistorted, into a cell of the first one's shape.
    columns : int
        Pictures in a row, at least 1.
    captions : sequence of str
        Written into the lower left corner of each picture, in order; may be fewer than they.
    picture_width : int
        Of a cell, in px.

    Returns
    -------
    uint8 array of shape (rows, columns, 3)

    Raises
    ------
    FrameError
        If there is no picture, or *columns* is below 1.
    """
    if not pictures:
        raise FrameError("contact sheet: no pictures; give at least one")
    if columns < 1:
        raise FrameError(f"contact sheet: columns must be >= 1, got {columns}")
    height, width = pictures[0].shape[:2]
    cell_width, cell_height = picture_width, max(round(picture_width * height / width), 1)
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    across, down = cell_width + GAP, cell_height + GAP
    sheet = np.full((rows * down + GAP, columns * across + GAP, 3), DARK, np.uint8)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        top, left = GAP + row * down, GAP + column * across
        cell = sheet[top : top + cell_height, left : left + cell_width]
        _fit_into(cell, picture)
        if number < len(captions):
            _write_caption(cell, captions[number])
    return sheet


def _fit_into(cell: Image, picture: Image) -> None:
    """Copy *picture* into the middle of *cell*, as large as it goes without distortion."""
    scale = min(cell.shape[1] / picture.shape[1], cell.shape[0] / picture.shape[0])
    width = min(max(round(picture.shape[1] * scale), 1), cell.shape[1])
    height = min(max(round(picture.shape[0] * scale), 1), cell.shape[0])
    # averaging keeps thin lines when a picture shrinks
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    left, top = (cell.shape[1] - width) // 2, (cell.shape[0] - height) // 2
    fitted = cv2.resize(picture, (width, height), interpolation=how)
    cell[top : top + height, left : left + width] = fitted


def _write_caption(cell: Image, caption: str) -> None:
    """Write *caption* into the lower left corner."""
    unit = drawing_unit(cell.shape)
    cap, pad = CAP_HEIGHT * unit, round(5 * unit)
    width, height = text_mask(caption, cap)[0].shape[1] + 2 * pad, round(cap) + 2 * pad
    left, top = pad, cell.shape[0] - height - pad
    panel(cell, (left, top, width, height), 3 * unit)
    draw_text(cell, caption, left + pad, top + pad, cap, WHITE)


class SheetPictures:
    """Collects pictures of a run of unknown length, evenly spaced in time, for its sheet."""

    def __init__(self) -> None:
        self._kept: list[tuple[Image, str]] = []
        self._every = 1  # how many pictures come for one that is kept
        self._seen = 0

    def add(self, picture: Image, caption: str) -> None:
        """Take the next picture of the run, BGR; a small copy is kept if it is due."""
        if self._seen % self._every == 0:
            if len(self._kept) == MOST_KEPT:
                self._kept = self._kept[::2]
                self._every *= 2
            if self._seen % self._every == 0:
                height = max(round(PICTURE_WIDTH * picture.shape[0] / picture.shape[1]), 1)
                small = np.zeros((height, PICTURE_WIDTH, 3), np.uint8)
                _fit_into(small, picture)
                self._kept.append((small, caption))
        self._seen += 1

    def draw(self) -> Image | None:
        """Lay the sheet out; None if there was no picture to show."""
        if not self._kept:
            return None
        count = min(SHEET_PICTURES, len(self._kept))
        chosen = [
            self._kept[i] for i in np.linspace(0, len(self._kept) - 1, count).round().astype(int)
        ]
        pictures, captions = zip(*chosen, strict=True)
        return contact_sheet(pictures, SHEET_COLUMNS, captions=captions)
