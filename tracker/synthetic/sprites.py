"""Flat pictures that can be drawn at any place, size and angle, and where to get them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..box import RotatedBox
from ..errors import ConfigError
from .shapes import draw_ellipse

__all__ = ["Sprite", "defocused", "patchwork", "texture"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Sprite:
    """A picture that can be drawn at any place, size and angle.

    Attributes
    ----------
    levels : tuple of float32 arrays of shape (rows, columns, 4)
        Blue, green, red (0 to 255, multiplied by alpha) and alpha (0 to 1); each level half the
        size of the one before, so that small ones are drawn fast and without moiré.
    middle : (float, float)
        The point of the first level, x and y in its pixels, that a :class:`Pose` places.
    outline : float64 array of shape (n, 2)
        Convex outline about the middle, in pixels of the first level: what the truth bounds.
    """

    levels: tuple[NDArray[np.float32], ...]
    middle: tuple[float, float]
    outline: NDArray[np.float64]

    @classmethod
    def of(cls, picture: Array, outline: ArrayLike | None = None) -> Sprite:
        """Make a sprite of a picture, uint8 (rows, columns, 3 BGR or 4 BGRA).

        The middle is that of the picture. The outline, about the middle, is by default where the
        alpha channel crosses one half; give it where it is known better.
        """
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (3, 4):
            raise ConfigError(
                f"sprite picture of dtype {picture.dtype} and shape {picture.shape}: "
                "expected uint8 of shape (rows, columns, 3) or (rows, columns, 4)"
            )
        rows, columns = picture.shape[:2]
        pixels = np.ones((rows, columns, 4), np.float32)
        pixels[..., : picture.shape[2]] = picture
        if picture.shape[2] == 4:
            pixels[..., 3] /= 255
            pixels[..., :3] *= pixels[..., 3:]
        middle = (columns / 2, rows / 2)
        if outline is None:
            outline = _outline(pixels[..., 3]) - middle
        return cls(_pyramid(pixels), middle, np.asarray(outline, np.float64))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the first level."""
        return self.levels[0].shape[1], self.levels[0].shape[0]

    @property
    def alpha(self) -> NDArray[np.float32]:
        """How opaque each pixel of the first level is, 0 to 1."""
        return self.levels[0][..., 3]

    def level_for(self, scale: float) -> NDArray[np.float32]:
        """Give the smallest level that need not be enlarged to be seen at *scale*."""
        level = int(math.log2(1 / scale)) if scale < 1 else 0
        return self.levels[min(level, len(self.levels) - 1)]

    def resized(self, scale: float) -> NDArray[np.float32]:
        """Give the picture at *scale*, to the nearest whole size.

        To warp a sharp edge at another size with a linear filter moves it by up to a tenth of a
        pixel; areas, and then a warp at the picture's own size, do not.
        """
        level = self.level_for(scale)
        size = [max(round(length * scale), 1) for length in self.size]
        filter_ = cv2.INTER_AREA if size[0] < level.shape[1] else cv2.INTER_LINEAR
        return cv2.resize(level, size, interpolation=filter_)  # type: ignore[return-value]


def _outline(alpha: Array) -> Array:
    """Find the hull of where each row and column of *alpha* crosses one half, to sub-pixel."""
    padded = np.pad(alpha, 1)
    points = []
    for axis, lines in enumerate((padded, padded.T)):
        low, high = lines[:, :-1] - 0.5, lines[:, 1:] - 0.5
        line, step = np.nonzero((low < 0) != (high < 0))
        crossing = step - 0.5 + low[line, step] / (low[line, step] - high[line, step])
        points.append(np.stack([crossing, line - 0.5][:: 1 - 2 * axis], axis=1))
    if not len(points[0]):
        raise ConfigError("sprite picture: no pixel is opaque; alpha must reach 128 somewhere")
    hull: Array = cv2.convexHull(np.concatenate(points).astype(np.float32))[:, 0]
    return hull


def _pyramid(pixels: Array) -> tuple[Array, ...]:
    levels = [pixels]
    while min(levels[-1].shape[:2]) >= 16:
        size = (levels[-1].shape[1] // 2, levels[-1].shape[0] // 2)
        levels.append(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA))
    return tuple(levels)


def texture(
    width: int = 640,
    height: int = 480,
    *,
    seed: int = 0,
    dark: tuple[int, int, int] = (70, 90, 80),
    light: tuple[int, int, int] = (150, 165, 150),
    coarsest: int = 64,
) -> Array:
    """Draw cloudy ground between two BGR colors: noise of every size from *coarsest* px to 2."""
    random = np.random.default_rng(seed)
    noise = np.zeros((height, width), np.float32)
    cell = coarsest
    while cell >= 2:
        coarse = random.standard_normal((height // cell + 2, width // cell + 2), np.float32)
        noise += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * cell**0.5
        cell //= 2
    share: Array = cv2.normalize(noise, None, 0, 1, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    of_light, of_dark = share.astype(np.float64), (1 - share).astype(np.float64)
    ground: Array = np.empty((height, width, 3), np.uint8)
    # Channel by channel, which is three times as fast as all at once.
    for channel, (low, high) in enumerate(zip(dark, light, strict=True)):
        ground[..., channel] = np.rint(low * of_dark + high * of_light)
    return ground


PATCH_COLORS = ((40, 40, 210), (30, 190, 235), (200, 90, 30), (235, 235, 235), (60, 150, 40))


def patchwork(
    width: int,
    height: int,
    *,
    seed: int = 0,
    colors: Sequence[tuple[int, int, int]] = PATCH_COLORS,
    elliptic: bool = False,
) -> Sprite:
    """Draw a target of colored (BGR) patches, a rectangle or an ellipse, with exact outline."""
    random = np.random.default_rng(seed)
    places = random.uniform((0, 0), (width, height), (3 * len(colors), 2))
    y, x = np.mgrid[:height, :width] + 0.5
    nearest = np.hypot(x[..., np.newaxis] - places[:, 0], y[..., np.newaxis] - places[:, 1])
    paint = np.array(colors, np.float64)[nearest.argmin(axis=2) % len(colors)]
    paint *= random.uniform(0.85, 1.05, (height, width, 1))
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., :3] = np.clip(paint, 0, 255)
    whole = RotatedBox((width / 2, height / 2), (width, height), 0.0)
    if not elliptic:
        return Sprite.of(picture, whole.corners() - whole.center)
    picture[..., 3] = np.rint(draw_ellipse((height, width), whole) * 255)
    turn = np.linspace(0, 2 * math.pi, 361)
    return Sprite.of(picture, np.stack([np.cos(turn) * width, np.sin(turn) * height], axis=1) / 2)


def defocused(sprite: Sprite, sigma: float) -> Sprite:
    """Blur a sprite by *sigma* of its pixels, its edges with it. The outline stays."""
    margin = math.ceil(3 * sigma)
    wide = np.pad(sprite.levels[0], ((margin, margin), (margin, margin), (0, 0)))
    middle = (sprite.middle[0] + margin, sprite.middle[1] + margin)
    return Sprite(_pyramid(cv2.GaussianBlur(wide, (0, 0), sigma)), middle, sprite.outline)
