"""Regions of a picture as files: the picture read, its regions painted, and listed in a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import FrameError, SourceError
from ..merging import means_of
from ..segmentation import Labels, Region
from ..video.pictures import PICTURE_SUFFIXES
from .outputs import write_whole

__all__ = [
    "PAINTED_SUFFIXES",
    "borders",
    "paint",
    "read_picture",
    "usual_options",
    "write_painted",
    "write_table",
]

Array = NDArray[Any]

PAINTED_SUFFIXES = tuple(sorted(PICTURE_SUFFIXES - {".pbm", ".pgm"}))  # those would drop the color
COLUMNS = ("label", "area", "x", "y", "width", "height")
CHANNELS = {1: ("gray",), 3: ("blue", "green", "red")}
COLOR_SHARE = 0.1  # of the range of values: 25 of 255
AREA_SHARE, LEAST_AREA = 1 / 4000, 20  # of the picture, 77 pixels of 640x480; and in pixels
DIGITS = 2  # of a mean color
DARK, LIGHTER, DARKER = 80, 60, 0.6  # lines are lighter than dark regions, and darker than others


def read_picture(path: Path) -> Array:
    """Read a picture in its own depth, gray or BGR; an alpha channel is dropped.

    Raises
    ------
    SourceError
        If there is no file, it is no picture OpenCV can read, or a pixel is no finite number.
    """
    try:
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    picture = cv2.imdecode(encoded, flags) if encoded.size else None
    if picture is None:
        suffixes = " ".join(sorted(PICTURE_SUFFIXES))
        raise SourceError(f"{path}: no picture that can be read, or a damaged one ({suffixes})")
    if not np.isfinite(picture).all():
        raise SourceError(f"{path}: has pixels that are no finite numbers; replace them by some")
    return picture


def usual_options(
    image: Array, color_radius: float | None, min_area: int | None
) -> tuple[float, int]:
    """Give color radius and least area as asked for, or as is usual for such a picture."""
    if color_radius is None:
        color_radius = COLOR_SHARE * float(np.ptp(image)) or 1.0  # any will do for an even picture
    if min_area is None:
        min_area = max(round(AREA_SHARE * image.shape[0] * image.shape[1]), LEAST_AREA)
    return color_radius, min_area


def paint(image: Array, labels: Labels) -> NDArray[np.uint8]:
    """Fill each region with its mean color and draw the borders between them.

    Parameters
    ----------
    image : array of shape (H, W), (H, W, 1) or (H, W, 3), any real dtype
        What is not uint8 is shown from black, its least value, to white.
    labels : int array of shape (H, W), 0 to n - 1

    Returns
    -------
    uint8 array of shape (H, W, 3), BGR
    """
    values = image.reshape(*labels.shape, -1)
    if values.shape[2] not in CHANNELS:
        raise FrameError(f"image of shape {image.shape}: expected one channel or three")
    means = means_of(labels, values)
    if image.dtype != np.uint8:
        low, high = float(image.min()), float(image.max())
        means = (means - low) * (255 / (high - low or 1.0))
    means = np.broadcast_to(means, (len(means), 3))
    is_dark = means.mean(axis=1, keepdims=True) < DARK
    lines = np.where(is_dark, means + LIGHTER, means * DARKER)
    at_border = borders(labels)
    painted = np.rint(means).astype(np.uint8)[labels]
    painted[at_border] = np.rint(lines).astype(np.uint8)[labels[at_border]]
    return painted


def borders(labels: Labels) -> NDArray[np.bool_]:
    """Mark the pixels whose right or lower neighbor is in another region, (H, W)."""
    marked = np.zeros(labels.shape, np.bool_)
    marked[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    marked[:-1] |= labels[1:] != labels[:-1]
    return marked


def write_painted(path: Path, painted: NDArray[np.uint8]) -> None:
    """Write a picture; its name tells the form.

    Raises
    ------
    SinkError
        If it cannot be written.
    """
    encoded = cv2.imencode(path.suffix, painted)[1]
    write_whole(path, encoded.tobytes())


def write_table(path: Path, regions: Sequence[Region]) -> None:
    """Write a table (CSV), a line a region; neighbors are divided by spaces.

    Raises
    ------
    SinkError
        If it cannot be written.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    channels = CHANNELS[len(regions[0].mean_color)]
    writer.writerow([*COLUMNS, *(f"mean_{channel}" for channel in channels), "neighbors"])
    for region in regions:
        box = [int(side) for side in region.box]
        color = [round(value, DIGITS) for value in region.mean_color]
        neighbors = " ".join(map(str, region.neighbors))
        writer.writerow([region.label, region.area, *box, *color, neighbors])
    write_whole(path, lines.getvalue().encode())
