"""A picture of many flat regions whose borders are known: the truth of a segmentation."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError
from .sprites import texture

__all__ = ["mosaic"]

Array = NDArray[Any]

LEAST_AREA = 64  # px of a region, on the average: fewer are all border
SUBPIXELS = 3  # a pixel on a border is the mean of 3 × 3 points, as behind a lens
DARKEST, LIGHTEST = 20, 235  # of a channel: noise is not cut off at black and white
BEND, WAVE = 0.09, 1.0  # of a region's width: how far borders are bent, over what length
CANDIDATES = 40  # colors drawn for each region, of which the one furthest from the others is taken


def mosaic(
    width: int = 320,
    height: int = 240,
    *,
    n_regions: int = 24,
    seed: int = 0,
    shading: float = 0.1,
    noise: float = 4.0,
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Draw regions with bent borders, each of one color, under cloudy shade and with noise.

    Parameters
    ----------
    width, height : int, pixels
    n_regions : int
    seed : int
    shading : float, 0 to 1
        How much of the brightness the darkest place lacks; the shade is a :func:`texture`.
    noise : float, gray levels
        Standard deviation, of each pixel and channel.

    Returns
    -------
    image : uint8 array of shape (height, width, 3), BGR
    labels : int32 array of shape (height, width)
        0 to ``n_regions - 1``: the region the middle of each pixel lies in.

    Raises
    ------
    ConfigError
        If there is no region, or not room for each.

    Examples
    --------
    >>> image, labels = mosaic(64, 48, n_regions=5)
    >>> image.shape, np.unique(labels).tolist()
    ((48, 64, 3), [0, 1, 2, 3, 4])
    """
    most = width * height // LEAST_AREA
    if not 1 <= n_regions <= most:
        raise ConfigError(f"n_regions {n_regions}: expected 1 to {most} in {width}x{height} pixels")
    random = np.random.default_rng(seed)
    middles = _apart(n_regions, np.zeros(2), np.array([width, height]), random)
    colors = _apart(n_regions, np.full(3, DARKEST), np.full(3, LIGHTEST), random)
    fine = _nearest(middles, width, height, random)
    paint = colors.astype(np.float32)[fine]
    image = cv2.resize(paint, (width, height), interpolation=cv2.INTER_AREA)
    clouds = texture(width, height, seed=seed, dark=(0, 0, 0), light=(255, 255, 255), coarsest=128)
    image = image * (1 - shading * (clouds / 255))
    image = image + random.normal(0, noise, image.shape) if noise else image
    labels = fine[SUBPIXELS // 2 :: SUBPIXELS, SUBPIXELS // 2 :: SUBPIXELS]
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), labels.astype(np.int32)


def _nearest(middles: Array, width: int, height: int, random: np.random.Generator) -> Array:
    """Give the number of the nearest middle for each point of the fine grid, borders bent."""
    reach = math.sqrt(width * height / len(middles))
    y, x = np.mgrid[: height * SUBPIXELS, : width * SUBPIXELS].astype(np.float32)
    x, y = (x + 0.5) / SUBPIXELS, (y + 0.5) / SUBPIXELS
    turn = 2 * math.pi / (WAVE * reach)
    phase = random.uniform(0, 2 * math.pi, 2)
    bent_x = x + BEND * reach * np.sin(turn * y + phase[0])
    bent_y = y + BEND * reach * np.sin(turn * x + phase[1])
    nearest = np.zeros(x.shape, np.intp)
    least = np.full(x.shape, np.inf, np.float32)
    for number, (middle_x, middle_y) in enumerate(middles):
        distance2 = (bent_x - middle_x) ** 2 + (bent_y - middle_y) ** 2
        nearest[distance2 < least] = number
        np.minimum(least, distance2, out=least)
    return nearest


def _apart(count: int, low: Array, high: Array, random: np.random.Generator) -> Array:
    """Draw points, each the candidate that lies furthest from those before it."""
    points = [random.uniform(low, high)]
    while len(points) < count:
        candidates = random.uniform(low, high, (CANDIDATES, len(low)))
        apart = np.linalg.norm(candidates[:, None] - np.array(points), axis=2).min(axis=1)
        points.append(candidates[apart.argmax()])
    return np.array(points)
