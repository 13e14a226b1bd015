"""Features: what a patch looks like, cell by cell, to the correlation filter.

Gradient orientations tell shapes (Dalal & Triggs, "Histograms of oriented gradients for human
detection", 2005), gray tells light from dark, and soft color names (van de Weijer et al., "Learning
color names for real-world applications", 2009; here of our own making) tell colors robustly. They
are given on the few axes along which they differ, for channels are what the filter costs. Each of
the three groups is scaled to mean square 1 (the names' then to a little less): a filter that is
regularised by one constant hears them alike.
"""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BASIC_COLORS",
    "CELL",
    "N_CHANNELS",
    "channels",
    "cielab",
    "code_colors",
    "color_axes",
    "color_names",
    "orientations",
]

CELL = 4  # pixels of a cell's side
N_ORIENTATIONS = 9  # over half a turn; 27 (signed and unsigned) measure 0.06 worse
SPREAD = np.array([0.15, 0.7, 0.15], np.float32)  # of a cell's gradients over its neighbors
LARGEST_GRADIENT = 0.4  # of a block's gradients, that one orientation of a cell may have
# Of a block's squares, by pixels of a cell: what has less is noise, and not amplified.
FAINT_GRADIENT = 50.0
MIDDLE_GRAY = 127.5
EVEN = 1e-6  # keeps the scale of a group defined where nothing is to be seen
COLOR_WEIGHT = 0.82  # of the group; 0.6 and 1.2 measure the same
COLOR_DEVIATION = 22.0  # of a color name in CIELAB, its lightness counting sqrt(0.6)
LIGHTNESS_WEIGHT = 0.6
# Axes of the names that are kept: they hold more than 99 % of what the names tell of footage's
# colors, and measure as all eleven do, in 3 % less time of an update. Six, too, but for drawn
# look-alikes that pass, which cost 0.02 then (benchmarks/changes.py).
N_COLOR_AXES = 8
COMMON_CHROMA = 30.0  # deviation in CIELAB of the colors that the axes are to tell apart
# The eleven basic color terms (Berlin & Kay, 1969): typical colors of each, BGR.
BASIC_COLORS = {
    "black": (0, 0, 0),
    "blue": (255, 0, 0),
    "brown": (0, 64, 128),
    "gray": (128, 128, 128),
    "green": (0, 160, 0),
    "orange": (0, 140, 255),
    "pink": (190, 170, 255),
    "purple": (160, 0, 140),
    "red": (0, 0, 230),
    "white": (255, 255, 255),
    "yellow": (0, 230, 240),
}
N_CHANNELS = N_ORIENTATIONS + 1 + N_COLOR_AXES
# Over a whole turn each orientation comes twice, as 0 ... 8 and as 9 ... 17: made one.
HALF_TURN = (np.arange(256) % N_ORIENTATIONS).astype(np.uint8)


def channels(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe each cell of a patch by orientations, gray and color.

    Parameters
    ----------
    image : uint8 array of shape (rows, columns, 3)
        BGR; rows and columns are multiples of the cell's side.

    Returns
    -------
    float32 array of shape (N_CHANNELS, rows / CELL, columns / CELL)
    """
    rows, columns = image.shape[0] // CELL, image.shape[1] // CELL
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    # Twice by 2 is twice as fast as once by 4.
    half = cv2.resize(image, (CELL // 2 * columns, CELL // 2 * rows), interpolation=cv2.INTER_AREA)
    small = cv2.resize(half, (columns, rows), interpolation=cv2.INTER_AREA)
    features = np.empty((N_CHANNELS, rows, columns), np.float32)
    features[:N_ORIENTATIONS] = _scaled(orientations(gray, spread=True)).transpose(2, 0, 1)
    small_gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    features[N_ORIENTATIONS] = _scaled(small_gray - np.float32(MIDDLE_GRAY))
    codes = cv2.cvtColor(small, cv2.COLOR_BGR2BGR555).view(np.uint16)[..., 0]
    colors = _scaled(color_axes().take(codes, axis=0)) * np.float32(COLOR_WEIGHT)
    features[N_ORIENTATIONS + 1 :] = colors.transpose(2, 0, 1)
    return features


def orientations(gray: NDArray[Any], *, spread: bool) -> NDArray[np.float32]:
    """Sum the gradients of each cell by orientation, in proportion to those of its block.

    Parameters
    ----------
    gray : uint8 array of shape (rows, columns)
        Multiples of the cell's side.
    spread : bool
        Let neighbors have a part of a cell's gradients, so that a small shift changes little.

    Returns
    -------
    float32 array of shape (rows / CELL, columns / CELL, 9), 0 to 0.4
    """
    slope_x = cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=1)
    slope_y = cv2.Sobel(gray, cv2.CV_32F, 0, 1, ksize=1)
    length, angle = cv2.cartToPolar(slope_x, slope_y)
    angle *= N_ORIENTATIONS / np.pi
    bins = _first_bins(gray.shape) + cv2.LUT(angle.astype(np.uint8), HALF_TURN)
    rows, columns = gray.shape[0] // CELL, gray.shape[1] // CELL
    counts = np.bincount(bins.ravel(), length.ravel(), rows * columns * N_ORIENTATIONS)
    cells = counts.astype(np.float32).reshape(rows, columns, N_ORIENTATIONS)
    if spread:
        cells = np.asarray(cv2.sepFilter2D(cells, -1, SPREAD, SPREAD), np.float32)
    energy = cv2.boxFilter(np.einsum("ijk,ijk->ij", cells, cells), -1, (3, 3))
    energy *= 4.0  # a block of 2 x 2 cells
    energy += FAINT_GRADIENT * CELL * CELL
    cells *= cv2.pow(energy, -0.5)[:, :, None]
    return np.minimum(cells, np.float32(LARGEST_GRADIENT), out=cells)


@functools.lru_cache(maxsize=4)
def _first_bins(shape: tuple[int, int]) -> NDArray[np.int32]:
    """Give each pixel the number of its cell's first orientation."""
    row, column = np.arange(shape[0]) // CELL, np.arange(shape[1]) // CELL
    cells: NDArray[np.int32] = row[:, None] * (shape[1] // CELL) + column
    return (cells * N_ORIENTATIONS).astype(np.int32)


@functools.cache
def color_axes() -> NDArray[np.float32]:
    """Give where a 15-bit color lies on the axes along which the names of common colors differ.

    Their principal axes: what a filter correlates stays the same, in fewer channels.

    Returns
    -------
    float32 array of shape (32768, N_COLOR_AXES)
        Rows: ``cv2.COLOR_BGR2BGR555`` codes.
    """
    names = color_names()
    chroma2 = (cielab(code_colors())[:, 1:].astype(np.float64) ** 2).sum(axis=1)
    common = np.exp(chroma2 / (-2 * COMMON_CHROMA**2))
    directions = np.linalg.eigh((names.T * common) @ names)[1][:, : -N_COLOR_AXES - 1 : -1]
    # Which way each points is up to the library: a saved tracker is to find the same ones.
    longest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[longest, range(N_COLOR_AXES)])
    axes: NDArray[np.float32] = (names @ directions).astype(np.float32)
    axes.setflags(write=False)
    return axes


@functools.cache
def color_names() -> NDArray[np.float32]:
    """Give how much of each basic color a 15-bit color is, less the mean over all colors.

    Returns
    -------
    float32 array of shape (32768, 11)
        Rows: ``cv2.COLOR_BGR2BGR555`` codes.
    """
    basic = np.array(list(BASIC_COLORS.values())) / 255
    difference = cielab(code_colors())[:, None] - cielab(basic)
    distance2 = difference**2 @ np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32)
    exponent = distance2 / (-2 * COLOR_DEVIATION**2)
    shares = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares -= shares.mean(axis=0)
    names: NDArray[np.float32] = shares.astype(np.float32)
    names.setflags(write=False)
    return names


def code_colors() -> NDArray[np.float64]:
    """Give the color in the middle of those that each 15-bit code stands for.

    Returns
    -------
    float64 array of shape (32768, 3)
        BGR, 0 to 1. Rows: ``cv2.COLOR_BGR2BGR555`` codes.
    """
    levels = (np.arange(32) * 8 + 4) / 255
    red, green, blue = np.meshgrid(levels, levels, levels, indexing="ij")
    return np.stack([blue, green, red], axis=-1).reshape(-1, 3)


def cielab(bgr: NDArray[np.floating]) -> NDArray[np.float32]:
    """Turn BGR colors of 0 to 1, (n, 3), into CIELAB: 0 to 100, and about -110 to 100 twice."""
    picture = cv2.cvtColor(bgr.astype(np.float32)[:, None], cv2.COLOR_BGR2LAB)
    return np.asarray(picture[:, 0], np.float32)


def _scaled(group: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale a group of channels, in place, to mean square 1."""
    flat = group.ravel()
    group *= np.float32(1 / np.sqrt(flat @ flat / flat.size + EVEN))
    return group
