"""Who divides pictures into regions: this package, and scikit-image's three."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import cv2
import numpy as np
from skimage import segmentation as theirs

from tracker.segmentation import segment

OWN = "segment"
FILTER = "filter alone"  # ours without what makes regions of it
SPATIAL_RADIUS = 7
MIN_AREA = 50  # px, for those that can be told; slic and quickshift cannot

Segmenter = Callable[[np.ndarray], np.ndarray]  # BGR picture -> labels


def _segment(image: np.ndarray, color_radius: float) -> np.ndarray:
    return segment(image, SPATIAL_RADIUS, color_radius, MIN_AREA)


def _quickshift(image: np.ndarray, kernel_size: float, max_dist: float) -> np.ndarray:
    return theirs.quickshift(image[..., ::-1], kernel_size=kernel_size, max_dist=max_dist, rng=0)


def _felzenszwalb(image: np.ndarray, scale: float) -> np.ndarray:
    return theirs.felzenszwalb(image[..., ::-1], scale=scale, min_size=MIN_AREA)


def _slic(image: np.ndarray, n_segments: int) -> np.ndarray:
    return theirs.slic(image[..., ::-1], n_segments=n_segments, start_label=0)


SETTINGS: dict[str, list[dict[str, float]]] = {
    OWN: [{"color_radius": radius} for radius in (16, 24, 32, 40, 48)],
    "quickshift": [
        {"kernel_size": size, "max_dist": reach} for size, reach in product((3, 5), (12, 20, 35))
    ],
    "felzenszwalb": [{"scale": scale} for scale in (30, 100, 300, 1000, 3000)],
    "slic": [{"n_segments": count} for count in (24, 48, 100, 250)],
}
"""What is tried of each, of the options that set how much it divides."""

_FUNCTIONS = {
    OWN: _segment,
    "quickshift": _quickshift,
    "felzenszwalb": _felzenszwalb,
    "slic": _slic,
}


def make(name: str, setting: dict[str, float]) -> Segmenter:
    """Give a contender with these options."""
    return partial(_FUNCTIONS[name], **setting)


def make_filter(setting: dict[str, float]) -> Segmenter:
    """Give the filter that ours begins with; it makes no regions."""
    radius = setting["color_radius"]
    return lambda image: cv2.pyrMeanShiftFiltering(image, SPATIAL_RADIUS, radius, maxLevel=0)
