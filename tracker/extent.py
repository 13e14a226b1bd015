"""Extent: how large the target is in the frame, and how a change of its size is followed.

Color measures the change by the alignment of the density, structure by the filter over sizes. Both
are pulled back a little to the size that was told last: what they measure is slightly biased, and
the bias would add up. The bounds make it impossible that the window swells over an empty, even or
noisy map.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .box import Box
from .confidence import Evidence
from .layout import Layout
from .registration import trust

__all__ = ["Extent", "scale_by_color", "scale_jointly"]

# The alignment's change of size is taken by this share when the density is just like its template,
# by a tenth of it when their correlation is low.
SCALE_STEP = 0.4
LEAST_SCALE_TRUST = 0.1
SCALE_LIMIT = 0.04  # logarithm a frame
SCALE_PULL = (0.0025, 0.05)  # back to the told size, a frame: when sure, and more when not
SCALE_RANGE = (0.2, 5.0)  # of the told size
COLOR_SCALE_STEP = 0.1  # share of the alignment's change of size that adds to the filter's
DOUBT_PULL = 0.03  # back to the told size, a frame, as far as the place is doubted
LEAST_SIDE = 5.0  # pixels of the target's shorter side: smaller ones have no structure
LEAST_SCALE_JOINTLY = 0.1  # of the told size
LARGEST_SHARE = 1.1  # of the frame


class Extent(NamedTuple):
    """The size of the target, and of what is looked at round it, in frame pixels."""

    layout: Layout
    first: tuple[float, float]
    """Width and height of the first box."""
    told: tuple[float, float]
    """Those of the box that was told last, by hand or by a detector."""
    scale: float = 1.0
    """Of the told size."""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the target."""
        return self.told[0] * self.scale, self.told[1] * self.scale

    @property
    def side(self) -> float:
        """Of the target, √(width · height)."""
        return self.scale * math.sqrt(self.told[0] * self.told[1])

    @property
    def zoom(self) -> float:
        """Of the target's side since the first frame."""
        return self.side / math.sqrt(self.first[0] * self.first[1])

    def box(self, center: tuple[float, float]) -> Box:
        """Give the target's box about a center."""
        return Box.around(center, *self.size)

    def region(self, center: tuple[float, float]) -> Box:
        """Give the part of the frame that is looked at round a center."""
        (rows, columns), layout, (width, height) = self.layout.shape, self.layout, self.size
        return Box.around(center, columns * (width / layout.width), rows * (height / layout.height))

    def of(self, box: Box) -> Extent:
        """Give the extent of a target that is as large as *box* was found to be."""
        return self._replace(scale=box.width / self.told[0])


def scale_by_color(extent: Extent, log_change: float, evidence: Evidence) -> float:
    """Step toward the size the alignment measured, as far as it is to be believed.

    Parameters
    ----------
    extent : Extent
    log_change : float
        Logarithm of the size relative to *extent*, as measured.
    evidence : Evidence
        Of the place where it was.

    Returns
    -------
    float
        The new scale, relative to the told size.
    """
    step = SCALE_STEP * max(trust(evidence.likeness), LEAST_SCALE_TRUST) * log_change
    pull = SCALE_PULL[0] + SCALE_PULL[1] * (1 - evidence.probability)
    step = min(max(step, -SCALE_LIMIT), SCALE_LIMIT) - pull * math.log(extent.scale)
    return min(max(extent.scale * math.exp(step), SCALE_RANGE[0]), SCALE_RANGE[1])


def scale_jointly(
    extent: Extent,
    log_change: float,
    color_log_change: float,
    evidence: Evidence,
    frame_size: tuple[int, int],
) -> float:
    """Take the size the filter over sizes measured, and a little of the alignment's.

    Parameters
    ----------
    extent : Extent
    log_change, color_log_change : float
        Logarithms of the size relative to *extent*, as the filter and the alignment measured it.
    evidence : Evidence
        Of the place where they did.
    frame_size : (int, int)
        Width and height: the target is hardly larger.

    Returns
    -------
    float
        The new scale, relative to the told size.
    """
    change = log_change + COLOR_SCALE_STEP * trust(evidence.likeness) * color_log_change
    change -= DOUBT_PULL * (1 - evidence.probability) * math.log(extent.scale)
    largest = LARGEST_SHARE * min(
        whole / length for whole, length in zip(frame_size, extent.told, strict=True)
    )
    smallest = max(LEAST_SIDE / min(extent.told), LEAST_SCALE_JOINTLY)
    return min(max(extent.scale * math.exp(change), min(smallest, 1.0)), max(largest, 1.0))
