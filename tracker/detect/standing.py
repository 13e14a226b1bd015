"""Standing: whether what is seen in a window was there before, in whatever light.

A shadow that passes, a cloud's light, a place that something has left and an edge that was not
brought quite to its place differ from the background, but the grain of the ground is seen there
as before. What moves brings a grain of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box
from .surroundings import slices

__all__ = ["LEAST_SPREAD", "grain", "stood_before"]

GRAIN = 9  # pixels: what is coarser is light
DARK = 8.0  # gray levels added to all, for black has no grain
SLACK = 1  # pixels each way that it may be off, as in the background
LEAST_SPREAD = 1e-6  # of a grain: below it is none


def stood_before(
    picture: NDArray[np.uint8],
    earlier: Sequence[NDArray[np.uint8]],
    density: NDArray[np.float32],
    window: Box,
    slack: int = SLACK,
) -> float:
    """Tell how far the grain seen in a window was there in two of some earlier pictures: -1 to 1.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns, 3)
        The newest.
    earlier : sequence of the same
        Brought to the newest one's view; two at least.
    density : float32 array of shape (rows, columns)
        How much each pixel counts.
    window : Box
        In pixels of the picture.
    slack : int
        Pixels each way that it may be off.

    Returns
    -------
    float
        Second highest of the correlations with the earlier ones.
    """
    inside = slices(window, density.shape)
    weight = density[inside] / max(float(density[inside].sum()), LEAST_SPREAD)
    now = _unit(grain(picture, inside, 0), weight)
    alike = []
    for each in earlier:
        then = grain(each, inside, slack)
        rows, columns = now.shape
        shifted = (
            _unit(then[down : down + rows, across : across + columns], weight)
            for down in range(2 * slack + 1)
            for across in range(2 * slack + 1)
        )
        alike.append(max(float((now * there).sum()) for there in shifted))
    return sorted(alike)[-2]


def grain(
    picture: NDArray[np.uint8], inside: tuple[slice, slice], margin: int
) -> NDArray[np.float32]:
    """Give how much lighter pixels are than those around, in proportion: any light shows the same.

    Of a part of a picture, with a margin.
    """
    rows, columns = inside
    reach = GRAIN // 2 + margin
    gray: NDArray[Any] = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) + DARK
    gray = cv2.copyMakeBorder(gray, reach, reach, reach, reach, cv2.BORDER_REFLECT)
    part = gray[rows.start : rows.stop + 2 * reach, columns.start : columns.stop + 2 * reach]
    grain = part / cv2.blur(part, (GRAIN, GRAIN)) - 1
    cut = GRAIN // 2
    return np.asarray(grain[cut:-cut, cut:-cut], np.float32)


def _unit(grain: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring a grain to mean 0 and square 1, both weighted: products then sum to a correlation."""
    off = grain - np.float32((weight * grain).sum())
    spread = max(float((weight * off**2).sum()), LEAST_SPREAD)
    return np.asarray(off * np.sqrt(weight / spread), np.float32)
