"""Appearance: what the target looks like, as it was at the start and as it was learnt since.

Its colors and those of its surroundings, the outline that the density shows of it and, with the
robust preset, its structure. What was learnt can be forgotten; the first frame never is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .backprojection import BackProjection, ColorConfig, unit
from .correlation import Spectrum
from .layout import View
from .registration import Registration
from .structure import Sight, Structure

__all__ = ["Appearance"]


class Appearance:
    """The looks of one target.

    Parameters
    ----------
    colors : BackProjection
    outline : Registration
    """

    structure: Structure | None = None
    """None: the target is followed by color alone."""

    def __init__(self, colors: BackProjection, outline: Registration) -> None:
        self.colors, self.outline = colors, outline

    @classmethod
    def of(cls, view: View) -> Appearance:
        """Take what is in the middle of a view for the target, as it looks at the start."""
        layout = view.layout
        colors = BackProjection(*map(unit, view.counts(layout.middle)))
        under = layout.outline.around(view.project(colors.table), *layout.middle)
        return cls(colors, Registration(layout.outline, under))

    def begin(self, structure: Structure, spectrum: Spectrum, view: View) -> None:
        """Add the structure, of which *spectrum* was cut where the view was."""
        layout = view.layout
        density = view.project(self.colors.table)
        structure.start(spectrum, structure.over_box(density, layout, layout.middle))
        self.structure = structure

    def learn(
        self,
        view: View,
        density: NDArray[np.float32],
        pixel: tuple[int, int],
        frames: int,
        config: ColorConfig,
    ) -> None:
        """Learn outline and colors about a pixel of a view, as much as so many frames would."""
        self.outline.learn(density, pixel, frames)
        self.colors.learn(
            *view.counts(pixel),
            min(config.target_rate * frames, 1.0),
            min(config.surroundings_rate * frames, 1.0),
        )

    def learn_structure(
        self,
        sight: Sight,
        view: View,
        density: NDArray[np.float32],
        pixel: tuple[int, int],
        center: tuple[float, float],
    ) -> None:
        """Learn the structure about a center in the frame, which is at *pixel* of the view."""
        if self.structure is not None:
            posterior = self.structure.over_box(density, view.layout, pixel)
            self.structure.learn(sight, center, posterior)

    def forget(self) -> None:
        """Return to what the first frame showed."""
        self.colors.forget()
        self.outline.forget()
        if self.structure is not None:
            self.structure.forget()
