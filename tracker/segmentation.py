"""Regions of a picture: mean-shift filtering, merging of what agrees, then of what is small.

>>> from tracker.synthetic import mosaic
>>> image, truth = mosaic(n_regions=12)
>>> labels = segment(image, spatial_radius=7, color_radius=24, min_area=50)
>>> len(np.unique(labels))
12
>>> region_table(image, labels)[0].neighbors
(1, 4)

Comaniciu & Meer, "Mean shift: a robust approach toward feature space analysis" (2002), section 4.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .box import Box
from .errors import ConfigError, FrameError
from .inputs import is_number
from .merging import areas_of, connected, means_of, merge, neighbor_pairs, numbered

__all__ = ["Labels", "Region", "region_table", "segment"]

Array = NDArray[Any]
Labels = NDArray[np.int32]

# Shares of the color radius: of steps between filtered pixels of one region, and of the distance
# between regions that are one. On drawn pictures half or twice as much does worse somewhere.
SAME, AGREE = 0.25, 0.75
LEVELS = 255  # steps of the 8 bits that the filter works on
FINEST = 4  # of these steps: a smaller color radius cannot be told from their rounding
WIDEST = 500.0  # levels: beyond the distance of black and white every color is near


class Region(NamedTuple):
    """One region of a picture."""

    label: int
    area: int
    """Pixels."""
    mean_color: tuple[float, ...]
    """In the picture's own units and order of channels."""
    box: Box
    """The upright box around it: pixels, edges."""
    neighbors: tuple[int, ...]
    """Labels of the regions it touches along a pixel's side, in order."""


def segment(image: Array, spatial_radius: float, color_radius: float, min_area: int) -> Labels:
    """Divide a picture into connected regions of even color; their number is not given.

    Parameters
    ----------
    image : array of shape (H, W), (H, W, 1), (H, W, 2) or (H, W, 3), any real dtype
        Channels are taken as they are: BGR, RGB, CIELAB, a gray picture, a map of temperatures.
    spatial_radius : float, >= 1, pixels
        Half the side of the window whose mean each pixel climbs to. Time grows with its square.
    color_radius : float, > 0, in the picture's own units
        How far a color may lie from that mean to belong to it: 20 to 40 for pictures of 0 to 255,
        above the noise and below the contrasts to be kept.
    min_area : int, >= 1, pixels
        Smaller regions join the neighbor nearest in color.

    Returns
    -------
    int32 array of shape (H, W)
        0 to n - 1, in the order of the regions' first pixels; each is connected through the sides
        of its pixels.

    Raises
    ------
    FrameError
        If the image is no such array, is empty, or is not finite.
    ConfigError
        If an option is out of its range, or the color radius is finer than 8 bits between the least
        and the largest value can tell.

    Notes
    -----
    The filter is ``cv2.pyrMeanShiftFiltering`` at full size: its pyramid saves a fifth to a half of
    the time, and blurs borders. It takes 8 bits, so other pictures are scaled to 0 … 255 between
    their least and largest values; one hot pixel among many faint ones is better clipped before.
    """
    values = _checked(image)
    for name, option, least in (("spatial radius", spatial_radius, 1), ("min area", min_area, 1)):
        if not is_number(option, least) or option == math.inf:
            raise ConfigError(f"{name} {option!r}: must be >= {least}, in pixels")
    if not is_number(color_radius) or not 0 < color_radius < math.inf:
        raise ConfigError(f"color radius {color_radius!r}: must be > 0, in the picture's units")
    levels, step = _in_8_bits(values)
    radius = color_radius / step
    if values.dtype != np.uint8 and levels.any() and radius < FINEST:
        raise ConfigError(
            f"color radius {color_radius}: must be >= {FINEST * step:.4g} for a picture with "
            f"values from {values.min():.4g} to {values.max():.4g}; clip outliers before"
        )
    radius = min(radius, WIDEST)
    reach = min(
        float(spatial_radius), max(levels.shape)
    )  # all of it; more is too much for the filter
    filtered = cv2.pyrMeanShiftFiltering(levels, reach, radius, maxLevel=0)
    smooth = filtered[..., : values.shape[2]].astype(np.float32)
    labels = connected(smooth, SAME * radius)
    labels = merge(labels, smooth, most=AGREE * radius)
    return numbered(merge(labels, smooth, below_area=min_area))


def region_table(image: Array, labels: Labels) -> list[Region]:
    """Describe each region of a label map.

    Parameters
    ----------
    image : array of shape (H, W), (H, W, 1), (H, W, 2) or (H, W, 3), any real dtype
    labels : int array of shape (H, W)
        0 to n - 1, each of them somewhere: what :func:`segment` gives.

    Returns
    -------
    list of Region, in the order of the labels

    Raises
    ------
    FrameError
        If the image is no such array, or the labels are not of its size or not 0 to n - 1.
    """
    values = _checked(image)
    _check_labels(labels, values.shape[:2])
    areas, means, boxes = areas_of(labels), means_of(labels, values), _boxes(labels)
    pairs = neighbor_pairs(labels)
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    ends = ends[np.lexsort(ends.T[::-1])]
    neighbors = np.split(ends[:, 1], np.searchsorted(ends[:, 0], np.arange(1, len(areas))))
    return [
        Region(label, area, tuple(mean), box, tuple(near.tolist()))
        for label, (area, mean, box, near) in enumerate(
            zip(areas.tolist(), means.tolist(), boxes, neighbors, strict=True)
        )
    ]


def _boxes(labels: Labels) -> list[Box]:
    """Give the upright box of each label."""
    count = int(labels.max()) + 1
    low, high = np.full((2, count), max(labels.shape)), np.zeros((2, count), np.intp)
    for axis, places in enumerate(np.indices(labels.shape)[::-1]):
        np.minimum.at(low[axis], labels.ravel(), places.ravel())
        np.maximum.at(high[axis], labels.ravel(), places.ravel() + 1)
    return [Box.from_corners(*corners) for corners in np.concatenate([low, high]).T.tolist()]


def _in_8_bits(values: Array) -> tuple[NDArray[np.uint8], float]:
    """Scale to the three channels of 8 bits the filter takes; and how much one of their steps is.

    Missing channels are 0, and so change no distance.
    """
    levels = np.zeros((*values.shape[:2], 3), np.uint8)
    if values.dtype == np.uint8:
        levels[..., : values.shape[2]] = values
        return levels, 1.0
    low, high = float(values.min()), float(values.max())
    step = (high - low) / LEVELS or 1.0
    levels[..., : values.shape[2]] = np.rint((values.astype(np.float64) - low) / step)
    return levels, step


def _checked(image: Any) -> Array:
    """Return a picture that can be segmented, with an axis of channels."""
    if not isinstance(image, np.ndarray):
        raise FrameError(f"image is a {type(image).__name__}: expected a NumPy array")
    if image.ndim not in (2, 3) or image.size == 0:
        raise FrameError(f"image of shape {image.shape}: expected (H, W) or (H, W, 3), not empty")
    if image.ndim == 3 and image.shape[2] > 3:
        raise FrameError(
            f"image of shape {image.shape}: expected at most 3 channels, last; drop alpha by "
            "image[..., :3]"
        )
    if image.dtype.kind not in "buif":
        raise FrameError(f"image of dtype {image.dtype}: expected real numbers")
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        row, column = np.argwhere(~np.isfinite(image))[0][:2].tolist()
        raise FrameError(
            f"image[{row}, {column}] is {image[row, column]}: expected finite values; replace "
            "them, as by numpy.nan_to_num"
        )
    if not math.isfinite(float(image.max()) - float(image.min())):
        raise FrameError(f"image from {image.min()} to {image.max()}: scale it")
    return image if image.ndim == 3 else image[..., np.newaxis]


def _check_labels(labels: Labels, shape: tuple[int, int]) -> None:
    if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iu":
        raise FrameError("labels: expected a NumPy array of whole numbers, as segment gives")
    if labels.shape != shape:
        raise FrameError(f"labels of shape {labels.shape}: expected {shape}, the picture's")
    if labels.min() < 0 or not np.bincount(labels.ravel()).all():
        raise FrameError("labels: expected 0 to n - 1, each of them somewhere, as segment gives")
