"""Back-projection: joint color histograms of target and surroundings, and the density they give.

The histogram look-up is our own: one table index a pixel. ``cv2.calcBackProject`` ignores the third
channel (opencv/opencv#29938), rounds probabilities to 0 or 1 on 8-bit pictures, and reads any
histogram that is not float32 as garbage.

A pixel's index is its 15-bit color (5 bits a channel) with the texture around it in two bits more;
a table of 65536 entries turns it into a bin. So every color space and every number of bins costs
the same: one look-up.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .errors import ConfigError
from .inputs import is_number

__all__ = [
    "BackProjection",
    "Bins",
    "ColorConfig",
    "Comparison",
    "histogram",
    "pixel_codes",
    "posterior",
    "similarity",
    "unit",
]

Counts = NDArray[np.floating]
Histogram = NDArray[np.float32]
Space = Literal["bgr", "hsv", "lab", "hue"]

DEFAULT_BINS: dict[str, tuple[int, ...]] = {
    "bgr": (8, 8, 8),  # 3 bits a channel tie with 4 and cost an eighth of the histogram
    "hsv": (16, 4, 4),
    "lab": (8, 10, 10),
    "hue": (16,),
}
HUE_VALUES = 180  # OpenCV halves degrees to fit 8 bits: 0 ... 179, and 179 is next to 0
GRAY_BELOW_SATURATION = 40  # of 255: below it the hue is noise (a gray of 127, 128, 128 has one)
GRAY_BELOW_VALUE = 32  # of 255: as dark as that, too
GRAY_BINS = 8  # by value; black, gray and white are told apart and never read as red
N_CODES = 1 << 16
EDGE_BIT = 15  # the bit 15-bit color leaves free
DIRECTION_BIT = 0  # the least bit of blue gives way
LEAST_SIMILARITY = 1e-6  # of window and model, and of a window to itself: keeps ratios finite
LEAST_ROOT = np.float32(0.03)  # √p below which a bin of the window is noise, and would weigh most
UNSEEN = 2e-4  # mass that decides for bins hardly seen (Possegger et al. 2015): they give 1/2


@dataclass(frozen=True, slots=True)
class ColorConfig:
    """How pixels are sorted into bins, and how fast the histograms are learnt.

    ``ColorConfig(space="hue", texture=False)`` is the textbook's histogram.
    """

    space: Space = "bgr"
    bins: tuple[int, ...] | None = None
    """Bins of each channel of the space, 1 to 32; None takes what measured best for the space."""
    texture: bool = True
    """Three states of texture (flat, edge across, edge along) for each color."""
    edge_threshold: int = 15
    """Sum of the two central differences of green, in gray levels, above which a pixel is an edge:
    0 to 254."""
    target_rate: float = 0.01
    surroundings_rate: float = 0.02
    """Share of a histogram that one frame replaces, 0 to 1."""

    def __post_init__(self) -> None:
        if self.space not in DEFAULT_BINS:
            raise ConfigError(f"space {self.space!r}: expected one of {', '.join(DEFAULT_BINS)}")
        expected = len(DEFAULT_BINS[self.space])
        if self.bins is not None and not (
            isinstance(self.bins, Sequence) and len(self.bins) == expected
        ):
            raise ConfigError(f"bins {self.bins}: {self.space} takes a tuple of {expected}")
        for count in self.bins or ():
            if not isinstance(count, int) or not 1 <= count <= 32:
                raise ConfigError(f"bins {self.bins}: each must be a whole number, 1 to 32")
        if not is_number(self.edge_threshold, 0, 254):  # the sum is of bytes, 255 at most
            raise ConfigError(f"edge_threshold {self.edge_threshold!r}: expected 0 to 254")
        for name in ("target_rate", "surroundings_rate"):
            if not is_number(getattr(self, name), 0, 1):
                raise ConfigError(f"{name} {getattr(self, name)!r}: expected 0 to 1")


class Comparison(NamedTuple):
    """How like the models a window's colors are, and where that pulls it."""

    first_similarity: float
    """To the first frame's target: 0 to 1."""
    similarity: float
    """To the target as learnt: 0 to 1."""
    weights: Histogram
    """Of each bin, for a mean-shift step: √q/ρ(q) - √b/ρ(b), over √p, where positive. p, q and b
    are the histograms of window, target and surroundings, ρ their similarity to the window's: the
    window climbs toward what the target has more of than the surroundings (Vojir, Noskova &
    Matas, "Robust scale-adaptive mean-shift for tracking", 2014)."""


class Bins(NamedTuple):
    """Turns pixels into bins: a table from pixel codes, and how the codes are made."""

    table: NDArray[np.intp]
    """(65536,): code of a pixel -> bin."""
    n_bins: int
    """Their number; ``n_bins`` itself is the bin of what lies outside the frame."""
    edge_threshold: int | None
    """None: without texture."""

    @classmethod
    def of(cls, config: ColorConfig) -> Bins:
        """Make the table of a configuration; trackers of the same one share it."""
        bins = tuple(config.bins or DEFAULT_BINS[config.space])
        table, n_bins = _table(config.space, bins, config.texture)
        return cls(table, n_bins, config.edge_threshold if config.texture else None)

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Sort the pixels of a picture, (rows, columns, 3) BGR, into bins, (rows, columns)."""
        return self.table.take(pixel_codes(image, self.edge_threshold))


def pixel_codes(image: NDArray[np.uint8], edge_threshold: int | None) -> NDArray[np.uint16]:
    """Give the 16-bit code of each pixel: 15 bits of color and, with a threshold, of texture.

    Parameters
    ----------
    image : uint8 array of shape (rows, columns, 3), BGR
    edge_threshold : int or None
        Sum of the central differences of green along x and y above which a pixel is an edge; the
        bit of direction is set where the one along x is the larger.
    """
    rows, columns = image.shape[:2]
    codes = cv2.cvtColor(image, cv2.COLOR_BGR2BGR555).view(np.uint16).reshape(rows, columns)
    if edge_threshold is None:
        return codes
    green = cv2.extractChannel(image, 1)
    along_x, along_y = np.zeros((2, rows, columns), np.uint8)
    cv2.absdiff(green[:, 2:], green[:, :-2], along_x[:, 1:-1])
    cv2.absdiff(green[2:], green[:-2], along_y[1:-1])
    codes &= np.uint16(0xFFFF ^ (1 << DIRECTION_BIT))
    codes |= along_x > along_y
    codes |= (cv2.add(along_x, along_y) > edge_threshold) * np.uint16(1 << EDGE_BIT)
    return codes


@functools.lru_cache(maxsize=8)  # half a megabyte each, of which many targets share what they read
def _table(space: str, bins: tuple[int, ...], texture: bool) -> tuple[NDArray[np.intp], int]:
    """Give all codes their bins, and the number of bins."""
    table, n_bins = _color_bins(space, bins)
    if texture:
        code = np.arange(N_CODES)
        table = table + n_bins * ((code >> EDGE_BIT) * (1 + (code >> DIRECTION_BIT & 1)))
        n_bins *= 3
    table.setflags(write=False)
    return table, n_bins


def _color_bins(space: str, bins: tuple[int, ...]) -> tuple[NDArray[np.intp], int]:
    """Sort all codes into joint bins of a color space; the bits of texture do not matter."""
    code = np.arange(N_CODES)
    channels = np.stack([code & 31, code >> 5 & 31, code >> 10 & 31], axis=-1)
    if space == "bgr":
        return _joint(channels, (32, 32, 32), bins)
    # The color in the middle of the eight values each code stands for.
    color = (channels * 8 + 4).astype(np.uint8)[None]
    if space == "lab":
        return _joint(cv2.cvtColor(color, cv2.COLOR_BGR2LAB)[0], (256, 256, 256), bins)
    hue, saturation, value = np.moveaxis(cv2.cvtColor(color, cv2.COLOR_BGR2HSV)[0], -1, 0)
    # Bins are centered on hue 0, so that the reds on both sides of the seam share one.
    around = (hue.astype(int) * bins[0] + HUE_VALUES // 2) // HUE_VALUES % bins[0]
    if space == "hsv":
        vivid, n_vivid = _joint(
            np.stack([around, saturation, value], axis=-1), (bins[0], 256, 256), bins
        )
    else:
        vivid, n_vivid = around, bins[0]
    gray = (saturation < GRAY_BELOW_SATURATION) | (value < GRAY_BELOW_VALUE)
    by_value = n_vivid + value.astype(int) * GRAY_BINS // 256
    return np.where(gray, by_value, vivid), n_vivid + GRAY_BINS


def _joint(
    channels: NDArray[np.integer], values: tuple[int, ...], bins: tuple[int, ...]
) -> tuple[NDArray[np.intp], int]:
    """Give the cells of a grid their numbers, over channels that each take *values* values."""
    steps = [channels[:, k].astype(np.intp) * bins[k] // values[k] for k in range(len(bins))]
    return np.ravel_multi_index(steps, bins), int(np.prod(bins))


def histogram(
    bins: NDArray[np.intp], weights: NDArray[np.floating] | None, count: int
) -> NDArray[np.floating]:
    """Count pixels by bin, weighted, and leave out what lies outside the frame.

    Parameters
    ----------
    bins : int array of shape (rows, columns)
        0 to *count*; *count* is the bin of pixels outside.
    weights : float array of the same shape, optional
    count : int
        Number of bins.

    Returns
    -------
    float64 array of shape (count + 1,)
        The last entry, of pixels outside, is 0.
    """
    if weights is not None:
        weights = weights.ravel()
    counts = np.bincount(bins.ravel(), weights, minlength=count + 1).astype(np.float64, copy=False)
    counts[count] = 0
    return counts


def posterior(
    target: NDArray[np.float32], surroundings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Give, for each bin, how likely a pixel of it belongs to the target rather than around it.

    Parameters
    ----------
    target, surroundings : float32 arrays of shape (count + 1,)
        Histograms of sum 1 (or 0 where nothing was seen); the last entry is what lies outside.

    Returns
    -------
    float32 array of shape (count + 1,)
        0 to 1, 1/2 for colors never seen (Possegger et al., "In defense of color-based model-free
        tracking", 2015); the last entry is 0.
    """
    table = (target + np.float32(UNSEEN / 2)) / (target + surroundings + np.float32(UNSEEN))
    table[-1] = 0
    return table


def similarity(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Bhattacharyya coefficient of two histograms of sum 1: 0 (apart) to 1 (the same)."""
    return float(np.sqrt(one) @ np.sqrt(other))


class BackProjection:
    """What the target and its surroundings look like: two histograms, learnt, and the first kept.

    Histograms are float32 arrays of shape (bins + 1,), of sum 1; the last entry, of what lies
    outside the frame, is always 0.

    Parameters
    ----------
    target, surroundings : float32 arrays of shape (bins + 1,)
        Histograms of the first frame, of sum 1: see :func:`unit`.
    """

    def __init__(self, target: Histogram, surroundings: Histogram) -> None:
        self.first_target, self.first_surroundings = target, surroundings
        self.first_table = posterior(self.first_target, self.first_surroundings)
        self.forget()

    @property
    def separability(self) -> float:
        """How well the first target's colors are told from those around it: 0 (not) to 1."""
        if not self.first_target.any():
            return 0.0
        return 1.0 - similarity(self.first_target, self.first_surroundings)

    def forget(self) -> None:
        """Return to the first frame's histograms."""
        self.replace(self.first_target, self.first_surroundings)

    def learn(
        self,
        target: Counts,
        surroundings: Counts,
        target_share: float,
        surroundings_share: float,
    ) -> None:
        """Mix counts of a new frame into the histograms; shares are 0 (nothing) to 1 (all)."""
        self.replace(
            _mixed(self.target, unit(target), target_share),
            _mixed(self.surroundings, unit(surroundings), surroundings_share),
        )

    def replace(self, target: Histogram, surroundings: Histogram) -> None:
        """Take these histograms for the learnt ones; the first frame's stay."""
        self.target, self.surroundings = target, surroundings
        self.table = posterior(target, surroundings)
        self._roots = np.sqrt(np.stack([target, surroundings, self.first_target]))

    def compare(self, window: Counts) -> Comparison:
        """Compare the colors under a window with the models, and weigh them for the climb.

        Parameters
        ----------
        window : float array of shape (bins + 1,)
            Counts, of any sum.
        """
        root = window.astype(np.float32)
        np.sqrt(root, out=root)
        root *= np.float32(1 / max(math.sqrt(float(root @ root)), LEAST_SIMILARITY))
        to_target, to_surroundings, to_first = (self._roots @ root).tolist()
        shares = 1 / max(to_target, LEAST_SIMILARITY), -1 / max(to_surroundings, LEAST_SIMILARITY)
        weights = np.array(shares, np.float32) @ self._roots[:2]
        weights /= np.maximum(root, LEAST_ROOT, out=root)
        np.maximum(weights, 0, out=weights)
        return Comparison(to_first, to_target, weights)


def _mixed(old: Histogram, new: Histogram, share: float) -> Histogram:
    return old + np.float32(share) * (new - old)


def unit(counts: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale counts to sum 1; nothing stays nothing."""
    mass = counts.sum()
    return (counts / mass if mass > 0 else counts).astype(np.float32)
