"""What every kind of source hands over, so that one :class:`~tracker.video.Video` serves all."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Feed", "Image", "Picture", "size_of"]

Image = NDArray[np.uint8]
"""A picture: uint8 of shape (rows, columns, 3), blue, green, red."""


class Picture(NamedTuple):
    """A picture as its source gives it."""

    image: Image
    time_s: float
    """In the source's own time; strictly increasing."""
    arrived_s: float | None = None
    """When a live one came, by :func:`time.monotonic`."""
    n_dropped: int = 0
    """How many before it were dropped because newer ones had come."""
    outage: str = ""
    """Why there is no newer picture than the last one, which this then repeats."""


class Feed(NamedTuple):
    """Pictures with their times, and what is known of them beforehand."""

    pictures: Generator[Picture, None, None]
    """Closing it lets go of the file or camera."""

    fps: Fraction | None
    """Frames a second, the mean where they vary; None if unknown."""

    end_s: float | None
    """When the last frame is thought to end; None if unknown."""

    begin_s: float = 0.0
    """When the first frame of the whole source is thought to begin."""


def size_of(image: Image) -> str:
    """Say the size of a picture as people do: ``640x480``, width first."""
    return f"{image.shape[1]}x{image.shape[0]}"
