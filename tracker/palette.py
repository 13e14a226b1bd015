"""The few colors a picture or a target is made of, found by mean shift: nobody gives their number.

>>> flag = np.full((30, 30, 3), (200, 60, 30), np.uint8)
>>> flag[:, 20:] = (255, 255, 255)
>>> [(swatch.color, round(swatch.share, 2)) for swatch in palette(flag)]
[((200, 60, 30), 0.67), ((255, 255, 255), 0.33)]

Comaniciu & Meer, "Mean shift: a robust approach toward feature space analysis" (2002), section 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .box import Box
from .errors import BoxError, ConfigError, FrameError
from .inputs import as_bgr_code, check_frame
from .kernels import gaussian

__all__ = ["Swatch", "draw_palette", "palette"]

Array = NDArray[Any]

BANDWIDTH = 3.0  # of CIELAB, where a difference of 2.3 is just noticed (Mahy et al., 1994)
LEAST_BANDWIDTH = 2.0  # the grid has up to 100 MB then
LEAST_SHARE = 0.01
FINE = 2  # cells of the grid along a bandwidth
LEAST_STEP = 0.01  # of a bandwidth: shorter ones end the climb
MOST_STEPS = 300
SWATCHES_WIDTH, SWATCHES_HEIGHT = 480, 60  # px


class Swatch(NamedTuple):
    """One color of a palette."""

    color: tuple[int, int, int]
    """BGR, 0 to 255: where the climbs end."""
    share: float
    """Of the pixels that climb there: 0 to 1."""


def palette(
    image: NDArray[np.uint8],
    region: Box | ArrayLike | None = None,
    *,
    bandwidth: float = BANDWIDTH,
    least_share: float = LEAST_SHARE,
) -> list[Swatch]:
    """Find the colors of a picture, or of a region of it, as modes of mean shift in CIELAB.

    Parameters
    ----------
    image : uint8 array of shape (H, W), (H, W, 3) or (H, W, 4), BGR
    region : Box, or bool array of shape (H, W), optional
        What of it to look at: the pixels whose middles lie in the box, or those that are True, as
        in ``labels == 3``.
    bandwidth : float, >= 2, in units of CIELAB
        Standard deviation of the Gaussian kernel: larger ones give fewer colors.
    least_share : float, 0 to 1
        Colors of a smaller share go to the nearest of the others.

    Returns
    -------
    list of Swatch
        The largest share first; the shares sum to 1.

    Raises
    ------
    FrameError
        If the image is no such picture, or the mask is not of its shape.
    BoxError
        If no pixel lies in the region.
    ConfigError
        If an option is out of its range.

    Notes
    -----
    Pixels are summed in the cells of a grid of half the bandwidth, and the sums smoothed with the
    kernel along one axis after the other. A climb then reads its means off the grid, so that a step
    costs the same for any number of pixels.
    """
    if not LEAST_BANDWIDTH <= bandwidth < math.inf:
        raise ConfigError(f"bandwidth {bandwidth}: must be >= {LEAST_BANDWIDTH}, of CIELAB")
    if not 0 <= least_share <= 1:
        raise ConfigError(f"least_share {least_share}: expected 0 to 1")
    cells = _Cells.of(_lab(_pixels(image, region)), bandwidth / FINE)
    modes, center_of = _joined(*_climbed(cells, bandwidth), bandwidth)
    shares = np.bincount(center_of, cells.counts) / cells.counts.sum()
    kept = shares >= min(least_share, shares.max())
    shares = np.bincount(_distances(modes, modes[kept]).argmin(axis=1), shares)
    colors = cv2.cvtColor(modes[kept][np.newaxis].astype(np.float32), cv2.COLOR_LAB2BGR)[0]
    in_bytes = np.rint(colors * 255).clip(0, 255).astype(int).tolist()
    found = [
        Swatch((b, g, r), share) for (b, g, r), share in zip(in_bytes, shares.tolist(), strict=True)
    ]
    return sorted(found, key=lambda swatch: -swatch.share)


def draw_palette(
    swatches: Sequence[Swatch], width: int = SWATCHES_WIDTH, height: int = SWATCHES_HEIGHT
) -> NDArray[np.uint8]:
    """Draw colors side by side, each as wide as its share: uint8 (height, width, 3), BGR."""
    shares = [swatch.share for swatch in swatches]
    edges = np.rint(np.cumsum([0.0, *shares]) / max(sum(shares), 1e-9) * width).astype(int)
    drawn = np.zeros((height, width, 3), np.uint8)
    for swatch, left, right in zip(swatches, edges[:-1], edges[1:], strict=True):
        drawn[:, left:right] = swatch.color
    return drawn


def _pixels(image: NDArray[np.uint8], region: Box | ArrayLike | None) -> Array:
    """Give the BGR pixels of a region, (pixels, 3)."""
    frame = check_frame(image)
    code = as_bgr_code(frame.shape, "bgr")
    bgr = frame if code is None else cv2.cvtColor(frame, code)
    height, width = bgr.shape[:2]
    if region is None:
        return bgr.reshape(-1, 3)
    if isinstance(region, Box):
        x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
        rows, columns = (region.y <= y) & (y < region.bottom), (region.x <= x) & (x < region.right)
        mask = rows[:, np.newaxis] & columns
    else:
        mask = np.asarray(region)
    if mask.dtype != np.bool_ or mask.shape != (height, width):
        raise FrameError(
            f"region of dtype {mask.dtype} and shape {mask.shape}: expected a Box, or bool of "
            f"shape ({height}, {width}), as in labels == 3"
        )
    if not mask.any():
        raise BoxError(f"region: no pixel of the {width}x{height} picture lies in it")
    return bgr[mask]


def _lab(pixels: Array) -> Array:
    """Turn BGR bytes, (n, 3), into CIELAB: 0 to 100, and about -110 to 100 twice."""
    shares = pixels[np.newaxis].astype(np.float32) / np.float32(255)
    lab: Array = cv2.cvtColor(shares, cv2.COLOR_BGR2LAB)[0]
    return lab


class _Cells(NamedTuple):
    """Colors, summed by the cells of a grid."""

    low: Array
    """(3,): where the first cell begins."""
    side: float
    places: Array
    """(filled cells, 3): whole numbers along the axes of the grid."""
    counts: Array
    """(filled cells,): colors in each."""
    means: Array
    """(filled cells, 3): of these colors."""

    @classmethod
    def of(cls, colors: Array, side: float) -> _Cells:
        low = colors.min(axis=0)
        steps = ((colors - low) / np.float32(side)).astype(np.intp)
        shape = tuple(steps.max(axis=0) + 1)
        codes = np.ravel_multi_index(tuple(steps.T), shape)
        counts = np.bincount(codes)
        filled = np.flatnonzero(counts)
        counts = counts[filled]
        sums = np.stack([np.bincount(codes, axis)[filled] for axis in colors.T], axis=1)
        places = np.stack(np.unravel_index(filled, shape), axis=1)
        return cls(low, side, places, counts, sums / counts[:, np.newaxis])

    def smoothed(self, bandwidth: float) -> Array:
        """Give the kernel's sums of colors, and of ones, at the middle of each cell: (grid, 4)."""
        shape = self.places.max(axis=0) + 1
        sums = np.zeros((*shape, 4), np.float32)
        ones = np.ones((len(self.means), 1))
        sums[tuple(self.places.T)] = np.hstack([self.means, ones]) * self.counts[:, np.newaxis]
        for axis, length in enumerate(shape):
            along = np.arange(length) * (self.side / bandwidth)
            kernel = gaussian((along[:, np.newaxis] - along) ** 2).astype(np.float32)
            sums = np.moveaxis(np.tensordot(kernel, sums, (1, axis)), 0, axis)
        return sums


def _climbed(cells: _Cells, bandwidth: float) -> tuple[Array, Array]:
    """Climb from the mean of each cell, (cells, 3); and give the density there, (cells,)."""
    sums = cells.smoothed(bandwidth)
    colors, densities = cells.means.copy(), np.zeros(len(cells.means))
    moving = np.arange(len(colors))
    for _ in range(MOST_STEPS):
        here = colors[moving]
        under = _interpolated(sums, (here - cells.low) / cells.side - 0.5)
        there = under[:, :3] / under[:, 3:]
        colors[moving], densities[moving] = there, under[:, 3]
        moving = moving[np.linalg.norm(there - here, axis=1) > LEAST_STEP * bandwidth]
        if not len(moving):
            break
    return colors, densities


def _interpolated(grid: Array, places: Array) -> Array:
    """Read a grid of vectors, (a, b, c, n), between its points: linear along each axis."""
    last = np.array(grid.shape[:3]) - 1
    places = places.clip(0, last)
    low = places.astype(np.intp)
    share = places - low
    found = np.zeros((len(places), grid.shape[3]))
    for corner in np.ndindex(2, 2, 2):
        weights = np.where(corner, share, 1 - share).prod(axis=1)
        found += weights[:, np.newaxis] * grid[tuple(np.minimum(low + corner, last).T)]
    return found


def _joined(modes: Array, densities: Array, bandwidth: float) -> tuple[Array, Array]:
    """Keep the densest of modes within a bandwidth of each other; and tell which each went to."""
    left = np.argsort(-densities, kind="stable")
    kept = []
    while len(left):
        kept.append(left[0])
        left = left[_distances(modes[left], modes[left[:1]])[:, 0] > bandwidth]
    return modes[kept], _distances(modes, modes[kept]).argmin(axis=1)


def _distances(points: Array, others: Array) -> Array:
    """Give the distance of each point to each of the others, (points, others)."""
    return np.asarray(np.linalg.norm(points[:, np.newaxis] - others, axis=2))
