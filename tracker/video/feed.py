"""What every kind of source hands over, so that one :class:`~tracker.video.Video` serves all."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Feed", "Image", "size_of"]

Image = NDArray[np.uint8]
"""A picture: uint8 of shape (rows, columns, 3), blue, green, red."""


class Feed(NamedTuple):
    """Pictures with their times, and what is known of them beforehand."""

    pictures: Generator[tuple[Image, float], None, None]
    """(picture, time in seconds), times increasing; closing it lets go of the file or camera."""

    fps: Fraction | None
    """Frames a second, the mean where they vary; None if unknown."""

    end_s: float | None
    """When the last frame is thought to end; None if unknown."""


def size_of(image: Image) -> str:
    """Say the size of a picture as people do: ``640x480``, width first."""
    return f"{image.shape[1]}x{image.shape[0]}"
