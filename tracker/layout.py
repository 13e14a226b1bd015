"""Layout: where target, window and surroundings lie on the patch, and what a tracker sees there.

The target's side is the same few patch pixels whatever its size in the frame. A layout follows from
the first box's shape alone; a :class:`View` is the patch of one place, sorted into bins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .backprojection import Bins, histogram
from .box import Box
from .errors import ConfigError
from .inputs import is_number
from .kernels import (
    Aperture,
    box_distance,
    ellipse_distance2,
    epanechnikov,
    flat,
    gaussian,
)
from .patch import Develop, Patch, cut

__all__ = ["NEAREST_FROM", "Layout", "PatchConfig", "View"]

LARGEST_ASPECT = 2.2**2  # width to height; thinner targets are seen less thin than they are
WINDOW_BORDER = 0.1  # sides of the target by which the climbing window is larger, each way
OUTLINE = 1.7  # half sizes of the target that show where it ends; 1.4 costs, 1.9 gains nothing
FADE = 0.3  # half sizes over which the outline's weights fall to 0
# Half sizes: deviation of the weights about the target's middle, and how far they reach.
HEART, HEART_REACH = 0.5, 1.5
# Frame pixels to a patch pixel: from there on the nearest ones tell colors as well as means of four
# (with noise and few bits, too), in 7 % less time of an update of "fast"; from 1.5 on they do not.
NEAREST_FROM = 2.5
COARSE = 2  # patch pixels of a place where the fullest one is sought; as good as 1
NEARNESS = 0.7  # sides of the target, deviation: a plateau from 0.5 to 0.75
# The Epanechnikov profile reaches 0 at the corners of the box, not at its sides: what
# measured best for the model and for the window's histogram alike.
KERNEL_BANDWIDTH2 = 2.0


@dataclass(frozen=True, slots=True)
class PatchConfig:
    """How much of the frame is looked at, and how finely."""

    target_side: float = 24.0
    """Patch pixels of the target's side, √(width · height): the grain of place and size."""
    padding: float = 1.2
    """Surroundings in view, in sides of the target: half of it each way."""

    def __post_init__(self) -> None:
        if not is_number(self.target_side, 8, 128):
            raise ConfigError(f"target_side {self.target_side!r}: expected 8 to 128 pixels")
        if not is_number(self.padding, 0.5, 4):
            raise ConfigError(f"padding {self.padding!r}: expected 0.5 to 4 sides of the target")


class Layout(NamedTuple):
    """Sizes and windows on the patch, all in patch pixels."""

    width: float
    height: float
    """Of the target."""
    shape: tuple[int, int]
    """Rows and columns of the patch, odd: its middle is a pixel's center."""
    margin: tuple[int, int]
    """Rows and columns around the patch on padded maps."""
    core: tuple[slice, slice]
    """Of a padded map: rows and columns without the margin."""
    window: Aperture
    """The ellipse that climbs."""
    kernel: Aperture
    """Weights of the climbing window's histogram."""
    target: Aperture
    """Weights of the target's histogram: the box, its middle counting most."""
    box: Aperture
    """The box, evenly: what is not surroundings."""
    outline: Aperture
    """The box and as much around it as shows where it ends, fading."""
    heart: Aperture
    """Weights about the target's middle, its sides counting little."""
    disc: Aperture
    """The disc across the longer side, the same however the target turns."""
    nearness: NDArray[np.float32]
    """How likely a place is before anything is seen, 1 in the middle; COARSE patch pixels each."""

    @classmethod
    def of(cls, width: float, height: float, config: PatchConfig) -> Layout:
        """Lay out the patch of a target of this width and height in the frame."""
        root_aspect = math.sqrt(min(max(width / height, 1 / LARGEST_ASPECT), LARGEST_ASPECT))
        side = config.target_side
        across, down = side * root_aspect, side / root_aspect
        shape = (round(down + config.padding * side) | 1, round(across + config.padding * side) | 1)
        half_across, half_down = across / 2, down / 2
        border = WINDOW_BORDER * side
        in_window = ellipse_distance2(half_across + border, half_down + border)
        in_box = box_distance(half_across, half_down)
        in_target = ellipse_distance2(half_across, half_down)
        longer = max(half_across, half_down)
        weights = {
            "window": flat(in_window),
            "kernel": epanechnikov(in_window / KERNEL_BANDWIDTH2),
            "target": epanechnikov(in_target / KERNEL_BANDWIDTH2) * flat(in_box),
            "box": flat(in_box),
            "outline": np.clip(
                (OUTLINE - box_distance(half_across, half_down, OUTLINE)) / FADE, 0, 1
            ),
            "heart": gaussian(
                ellipse_distance2(half_across * HEART_REACH, half_down * HEART_REACH)
                * (HEART_REACH / HEART) ** 2
            ),
            "disc": flat(ellipse_distance2(longer, longer)),
        }
        rows, columns = np.max([each.shape for each in weights.values()], axis=0).tolist()
        margin = rows // 2, columns // 2
        apertures = {name: Aperture.of(each, margin) for name, each in weights.items()}
        x = (np.arange(shape[1] // COARSE) + 0.5) * COARSE - shape[1] / 2
        y = (np.arange(shape[0] // COARSE) + 0.5) * COARSE - shape[0] / 2
        nearness = gaussian((x**2 + y[:, None] ** 2) / (NEARNESS * side) ** 2).astype(np.float32)
        core = slice(margin[0], margin[0] + shape[0]), slice(margin[1], margin[1] + shape[1])
        return cls(across, down, shape, margin, core, **apertures, nearness=nearness)

    @property
    def side(self) -> float:
        """Of the target, √(width · height)."""
        return math.sqrt(self.width * self.height)

    @property
    def middle(self) -> tuple[int, int]:
        """Column and row of the patch's middle pixel."""
        return self.shape[1] // 2, self.shape[0] // 2

    def nearest(self, x: float, y: float) -> tuple[int, int]:
        """Give the column and row of the patch pixel nearest to a point (edges)."""
        rows, columns = self.shape
        return min(max(int(x), 0), columns - 1), min(max(int(y), 0), rows - 1)

    def padded(self, fill: int, dtype: type[np.generic]) -> NDArray[Any]:
        """Make a map with margin."""
        (rows, columns), (down, across) = self.shape, self.margin
        shape = rows + 2 * down, columns + 2 * across
        return np.full(shape, fill, dtype) if fill else np.zeros(shape, dtype)

    def inner(self, padded: NDArray[Any]) -> NDArray[Any]:
        """Give the view of a padded map without its margin."""
        return padded[self.core]


class View:
    """What is seen round one place: the patch, the bins of its pixels, and maps over it."""

    def __init__(self, layout: Layout, bins: Bins) -> None:
        self.layout = layout
        self.sort = bins
        self.padded_bins = layout.padded(bins.n_bins, np.intp)
        self.bins = layout.inner(self.padded_bins)
        self.patch: Patch
        self.share: NDArray[np.float32] | None = None

    def look(self, frame: NDArray[np.uint8], region: Box, develop: Develop | None) -> None:
        """Cut *region* out of *frame*, and sort its pixels."""
        self.show(cut(frame, region, self.layout.shape, develop, NEAREST_FROM))

    def show(self, patch: Patch) -> None:
        """Sort the pixels of a patch; those outside the frame get a bin of their own."""
        self.patch, self.share = patch, None
        bins = self.sort(patch.image)
        if patch.valid is None:
            self.bins[:] = bins
        else:
            self.bins[:] = self.sort.n_bins
            self.bins[patch.valid] = bins[patch.valid]

    def project(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Look up each pixel's bin in *table*: a map with margin, 0 outside the frame.

        Where `share` is set, other targets have claims to the pixels too, and they count less.
        """
        projected = self.layout.padded(0, np.float32)
        inner = self.layout.inner(projected)
        inner[:] = table.take(self.bins)
        if self.share is not None:
            inner *= self.share
        return projected

    def histogram(self, aperture: Aperture, pixel: tuple[int, int]) -> NDArray[np.floating]:
        """Count the bins under an aperture about a pixel, by its weights."""
        bins = aperture.around(self.padded_bins, *pixel)
        return histogram(bins, aperture.weights, self.sort.n_bins)

    def counts(self, pixel: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Count the bins of a target about a pixel, and of all else in view."""
        everything = histogram(self.bins, None, self.sort.n_bins)
        layout = self.layout
        return self.histogram(layout.target, pixel), everything - self.histogram(layout.box, pixel)
