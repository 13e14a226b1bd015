"""Single shapes on a float map, drawn exactly: for tests of one function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..box import Box, RotatedBox

__all__ = ["draw_box", "draw_ellipse", "draw_hill", "draw_rotated_box"]

Array = NDArray[Any]

SUBPIXELS = 16  # a pixel at the edge of a turned shape is judged at 16 × 16 points


def draw_hill(
    shape: tuple[int, int], center: tuple[float, float], radius: float
) -> NDArray[np.float32]:
    """Draw a density map with one round hill, 1 at *center* (x, y), Gaussian of sd *radius* px.

    Examples
    --------
    >>> hill = draw_hill((20, 30), center=(12.5, 8.5), radius=3)
    >>> hill.shape, float(hill.max()), float(hill[8, 12])
    ((20, 30), 1.0, 1.0)
    """
    x, y = np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5
    across = np.exp(-(((x - center[0]) / radius) ** 2) / 2)
    down = np.exp(-(((y - center[1]) / radius) ** 2) / 2)
    return np.outer(down, across).astype(np.float32)


def draw_box(shape: tuple[int, int], box: Box) -> NDArray[np.float32]:
    """Draw the share of each pixel that lies in an upright box: exact, 0 to 1, (rows, columns)."""
    left, top = np.arange(shape[1]), np.arange(shape[0])
    across = np.clip(np.minimum(left + 1, box.right) - np.maximum(left, box.x), 0, 1)
    down = np.clip(np.minimum(top + 1, box.bottom) - np.maximum(top, box.y), 0, 1)
    return np.outer(down, across).astype(np.float32)


def draw_rotated_box(shape: tuple[int, int], box: RotatedBox) -> NDArray[np.float32]:
    """Draw the share of each pixel that lies in a turned box, 0 to 1, (rows, columns)."""
    rows, columns = shape
    y, x = _points(np.arange(rows)), _points(np.arange(columns))
    along, across = _own_axes(x, y[..., np.newaxis, np.newaxis], box)
    inside: Array = np.ones_like(along, np.float32)
    for place, length in zip((along, across), box.size, strict=True):
        inside = inside * np.clip((0.5 - abs(place)) * length * SUBPIXELS + 0.5, 0, 1)
    means: NDArray[np.float32] = inside.mean(axis=(1, 3), dtype=np.float32)
    return means


def draw_ellipse(shape: tuple[int, int], box: RotatedBox) -> NDArray[np.float32]:
    """Draw the share of each pixel in the ellipse inscribed to *box*, 0 to 1, (rows, columns)."""
    y, x = (np.arange(n) + 0.5 for n in shape)
    radius = np.hypot(*_own_axes(x, y[:, np.newaxis], box))
    share: NDArray[np.float32] = (radius <= 0.5).astype(np.float32)
    half_diagonal = math.sqrt(0.5) / min(box.size)
    rows, columns = np.nonzero(abs(radius - 0.5) <= 1.01 * half_diagonal)
    along, across = _own_axes(_points(columns)[:, np.newaxis], _points(rows)[..., np.newaxis], box)
    share[rows, columns] = (along**2 + across**2 <= 0.25).mean(axis=(1, 2), dtype=np.float32)
    return share


def _points(pixels: Array) -> Array:
    """Give where along an axis the points of each pixel are, (pixels, points)."""
    return (pixels[:, np.newaxis] * SUBPIXELS + np.arange(SUBPIXELS) + 0.5) / SUBPIXELS


def _own_axes(x: Array, y: Array, box: RotatedBox) -> tuple[Array, Array]:
    """Give the places of points along the axes of *box*: -0.5 to 0.5 inside."""
    x, y = x - box.center[0], y - box.center[1]
    cosine, sine = math.cos(math.radians(box.angle_deg)), math.sin(math.radians(box.angle_deg))
    return (x * cosine + y * sine) / box.size[0], (y * cosine - x * sine) / box.size[1]
