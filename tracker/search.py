"""Search: where on the patch the target is: the fullest place, the climb from it, the alignment."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .backprojection import BackProjection
from .confidence import Evidence
from .layout import COARSE, Layout, View
from .meanshift import climb_aperture
from .registration import Registration

__all__ = ["Place", "Verdict", "find", "fullest", "judge"]

FILLING = 0.9  # of the target's width and height: the window whose filling with density counts
ALIGNMENTS = 2  # the second about the pixel the first led to; a third gains nothing
CLIMB_STEPS = 2  # with the weights of where the climb starts; more, or new weights, gain nothing


class Place(NamedTuple):
    """Where the target is taken to be on a patch, and what speaks for it."""

    center: tuple[float, float]
    """x, y in patch pixels, edges."""
    log_scale: float
    """Logarithm of its size relative to what it is taken to be."""
    density: NDArray[np.float32]
    """The posterior over the patch, with margin."""
    evidence: Evidence

    @property
    def pixel(self) -> tuple[int, int]:
        """Column and row of the pixel the center lies in."""
        return int(self.center[0]), int(self.center[1])


class Verdict(NamedTuple):
    """How like the first frame's target a place is, whatever was learnt since."""

    similarity: float
    """Of the colors: 0 to 1."""
    likeness: float
    """Correlation of the density maps: -1 to 1."""


def find(view: View, model: BackProjection, registration: Registration) -> Place:
    """Find the target on a view."""
    layout = view.layout
    density = view.project(model.table)
    start = fullest(layout.inner(density), layout)
    colors = model.compare(view.histogram(layout.kernel, start))
    weights = view.project(colors.weights)
    x, y, _ = climb_aperture(weights, layout.window, start, layout.shape, CLIMB_STEPS)
    for _ in range(ALIGNMENTS):
        column, row = round(x), round(y)
        alignment = registration.align(density, (column, row))
        x = min(max(column + alignment.shift[0], 0.0), layout.shape[1] - 1.0)
        y = min(max(row + alignment.shift[1], 0.0), layout.shape[0] - 1.0)
        if (round(x), round(y)) == (column, row):
            break
    evidence = Evidence(
        colors.first_similarity, colors.similarity, alignment.first_likeness, alignment.likeness
    )
    # From pixel indices, which count centers, to edges.
    return Place((x + 0.5, y + 0.5), alignment.log_scale, density, evidence)


def judge(
    view: View, model: BackProjection, registration: Registration, pixel: tuple[int, int]
) -> Verdict:
    """Tell how like the first frame's target what lies round a pixel is."""
    colors = model.compare(view.histogram(view.layout.kernel, pixel))
    alignment = registration.align(view.project(model.first_table), pixel)
    return Verdict(colors.first_similarity, alignment.first_likeness)


def fullest(density: NDArray[np.float32], layout: Layout) -> tuple[int, int]:
    """Find the pixel, column and row, round which a window of the target's size is fullest."""
    rows, columns = layout.nearness.shape
    coarse = cv2.resize(
        density[: rows * COARSE, : columns * COARSE], (columns, rows), interpolation=cv2.INTER_AREA
    )
    width, height = layout.width * FILLING / COARSE, layout.height * FILLING / COARSE
    window = (round(width) | 1, round(height) | 1)
    filling = cv2.boxFilter(coarse, -1, window, borderType=cv2.BORDER_CONSTANT)
    column, row = cv2.minMaxLoc(cv2.multiply(filling, layout.nearness))[3]
    # The pixel that makes the middle cell the middle pixel: on an even map nothing moves.
    middle_column, middle_row = layout.middle
    return column * COARSE + middle_column % COARSE, row * COARSE + middle_row % COARSE
