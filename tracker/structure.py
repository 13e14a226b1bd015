"""Structure: where gradients and colors lie on the target, as a correlation filter sees it.

Color alone loses a target that is gray, or beside its like; structure tells these apart, and loses
what bends and turns. A window about the target, cut to a fixed size, is described cell by cell; the
filter answers at every shift of the window how much like the target it is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .box import Box
from .correlation import CorrelationFilter, Spectrum, Transforms
from .features import CELL, channels
from .layout import Layout, View
from .patch import Develop, Patch, cut

__all__ = ["CELLS", "Sight", "Structure"]

CELLS = 40  # of the window's side; 32 measure 0.045 worse, 48 0.03
WINDOW = 3.5  # sides of the target; 3 and 4 measure the same
LEAST_MARGIN = 1.6  # longer sides of the target, for thin ones
# Frame pixels to a pixel of the window: from there on the nearest ones do as well as means of four,
# in 5 % less time of an update; for sizes (scale.py) they do not.
NEAREST_FROM = 1.5
LEARNING_RATE = 0.02  # each time, every second frame
FARTHEST_LEARNT = CELLS // 4  # cells from the middle: farther off the window fades
# How much a cell of the box counts: half, and up to all of it where its color is the target's.
LEAST_RELIANCE = 0.5
DOUBTED, RELIED = 0.2, 0.5  # posterior, averaged over the frames
POSTERIOR_RATE = 0.04  # each time
LEAST_RESPONSE = 0.03  # to the first filter, relative: less is noise
LARGEST_RESPONSE = 1.2


class Sight(NamedTuple):
    """A window about one place, and how much like the target it is at each shift."""

    patch: Patch
    spectrum: Spectrum
    response: NDArray[np.float32]
    """(CELLS, CELLS), of the filter as learnt; no shift is at (CELLS / 2, CELLS / 2)."""
    first_response: NDArray[np.float32]
    """The same, of the first frame's filter."""
    first_own: float
    """The first frame's filter's response to the first frame itself."""
    side: float
    """Cells of the target's side."""

    @property
    def cell_size(self) -> float:
        """Frame pixels of a cell's side."""
        return self.patch.region.width / CELLS

    def to_frame(self, column: float, row: float) -> tuple[float, float]:
        """Map a place of a response, in cells, to the center in the frame that it stands for."""
        return self.patch.to_frame(column * CELL, row * CELL)

    def to_cells(self, x: float, y: float) -> tuple[float, float]:
        """Map a center in the frame to its place in a response."""
        column, row = self.patch.to_patch(x, y)
        return column / CELL, row / CELL

    def first_log_response(self, column: int, row: int) -> float:
        """Give the logarithm of the first filter's response, relative to its own one.

        The highest at a cell and the eight around it.
        """
        column, row = min(max(column, 0), CELLS - 1), min(max(row, 0), CELLS - 1)
        near = self.first_response[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        relative = float(near.max()) / max(self.first_own, LEAST_RESPONSE)
        return math.log(min(max(relative, LEAST_RESPONSE), LARGEST_RESPONSE))

    def over_cells(self, filling: NDArray[np.float32], view: View) -> NDArray[np.float32]:
        """Resample a map of a view to the places of a response; 0 beyond the view."""
        left, top = view.patch.to_patch(*self.to_frame(0, 0))
        right, bottom = view.patch.to_patch(*self.to_frame(1, 1))
        to_view = np.array([[right - left, 0, left - 0.5], [0, bottom - top, top - 0.5]])
        return np.asarray(
            cv2.warpAffine(
                filling, to_view, (CELLS, CELLS), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            ),
            np.float32,
        )


class Structure:
    """The filter of one target: as it was at the start, and as it was learnt since.

    Parameters
    ----------
    width, height : float
        Of the first box, in frame pixels.
    """

    spectrum: Spectrum
    """The first frame's."""
    first_posterior: NDArray[np.float32]
    """Of color, in the box of the first frame, a cell each."""
    posterior: NDArray[np.float32]
    """The same, averaged over the frames."""
    learnt: CorrelationFilter

    def __init__(self, width: float, height: float) -> None:
        self.window = max(WINDOW * math.sqrt(width * height), LEAST_MARGIN * max(width, height))
        self.width, self.height = width / self.window * CELLS, height / self.window * CELLS
        self._transforms = Transforms.of(CELLS, self.width, self.height)

    @property
    def side(self) -> float:
        """Cells of the target's side."""
        return math.sqrt(self.width * self.height)

    @property
    def box_shape(self) -> tuple[int, int]:
        """Rows and columns of cells that the filter is confined to."""
        rows, columns = self._transforms.support
        return rows.stop - rows.start, columns.stop - columns.start

    def start(self, spectrum: Spectrum, posterior: NDArray[np.float32]) -> None:
        """Take the spectra of the first window, and the posterior in its box, for the target's."""
        self.spectrum, self.first_posterior = spectrum, posterior
        first = CorrelationFilter(self._transforms, spectrum, _reliance(posterior))
        self._first_conjugate, self._first_response = first.conjugate, first.own_response
        self.learnt, self.posterior = first, posterior

    def forget(self) -> None:
        """Return to what the first frame showed."""
        self.start(self.spectrum, self.first_posterior)

    def cut(
        self,
        frame: NDArray[np.uint8],
        center: tuple[float, float],
        scale: float,
        develop: Develop | None,
    ) -> tuple[Patch, Spectrum]:
        """Cut the window about a place, the target being *scale* times its first size."""
        side = self.window * scale
        region, shape = Box.around(center, side, side), (CELLS * CELL, CELLS * CELL)
        patch = cut(frame, region, shape, develop, NEAREST_FROM)
        return patch, self._transforms.forward(channels(patch.image))

    def look(
        self,
        frame: NDArray[np.uint8],
        center: tuple[float, float],
        scale: float,
        develop: Develop | None,
    ) -> Sight:
        """Answer how like the target a window about a place is, at each of its shifts."""
        patch, spectrum = self.cut(frame, center, scale, develop)
        first = (self._first_conjugate * spectrum).sum(axis=0)
        return Sight(
            patch,
            spectrum,
            self.learnt.response(spectrum),
            self._transforms.response(first),
            self._first_response,
            self.side,
        )

    def over_box(
        self, density: NDArray[np.float32], layout: Layout, pixel: tuple[int, int]
    ) -> NDArray[np.float32]:
        """Resample a density, with margin, about a pixel to the cells of the filter's box."""
        across, down = layout.width / self.width, layout.height / self.height
        rows, columns = self.box_shape
        margin_down, margin_across = layout.margin
        left = margin_across + pixel[0] - (columns - 1) / 2 * across
        top = margin_down + pixel[1] - (rows - 1) / 2 * down
        to_density = np.array([[across, 0, left], [0, down, top]])
        smooth = cv2.blur(density, (3, 3))
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(smooth, to_density, (columns, rows), flags=how), np.float32
        )

    def learn(
        self,
        sight: Sight,
        center: tuple[float, float],
        posterior: NDArray[np.float32],
    ) -> None:
        """Learn from a sight that the target is at a center in the frame.

        The window is not cut again: its spectra are turned as far as the target is off its middle.
        Where that is too far, nothing is learnt.
        """
        column, row = sight.to_cells(*center)
        shift = column - CELLS / 2, row - CELLS / 2
        if max(map(abs, shift)) >= FARTHEST_LEARNT:
            return
        self.posterior = self.posterior + np.float32(POSTERIOR_RATE) * (posterior - self.posterior)
        turned = self._transforms.shifted(sight.spectrum, shift)
        self.learnt.learn(turned, LEARNING_RATE, _reliance(self.posterior))


def _reliance(posterior: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tell how much each cell of the box counts: still background in it is relied on less.

    As spatial reliability maps do (Lukežič et al., "Discriminative correlation filter with channel
    and spatial reliability", 2017).
    """
    smooth = cv2.blur(posterior, (3, 3), borderType=cv2.BORDER_REPLICATE)
    clear = np.clip((smooth - DOUBTED) / (RELIED - DOUBTED), 0, 1)
    reliance: NDArray[np.float32] = (LEAST_RELIANCE + (1 - LEAST_RELIANCE) * clear).astype(
        np.float32
    )
    return reliance
