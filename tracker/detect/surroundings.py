"""Surroundings: how far a window's colors are those of the ring round it."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from ..backprojection import Bins, ColorConfig, histogram, similarity, unit
from ..box import Box

__all__ = ["RING", "apart", "color_bins", "inside_and_round", "slices"]

RING = 1.8  # sides of a window: what is round it


@functools.cache
def color_bins() -> Bins:
    """Give the bins that pixels are sorted into: colors alone."""
    return Bins.of(ColorConfig(texture=False))


def apart(bins: NDArray[np.intp], window: Box) -> float:
    """Tell how little a window and the ring round it have in common: 0 to 1."""
    return 1 - similarity(*inside_and_round(bins, window))


def inside_and_round(
    bins: NDArray[np.intp], window: Box
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give the histograms, of sum 1, of a window and of the ring round it."""
    n_bins = color_bins().n_bins
    inside = histogram(bins[slices(window, bins.shape)], None, n_bins)
    around = histogram(bins[slices(window.scaled(RING), bins.shape)], None, n_bins)
    return unit(inside), unit(around - inside)


def slices(window: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Give the rows and columns of a picture that a window covers, one at least."""
    top, left = max(round(window.y), 0), max(round(window.x), 0)
    bottom, right = max(round(window.bottom), top + 1), max(round(window.right), left + 1)
    return slice(top, min(bottom, shape[0])), slice(left, min(right, shape[1]))
