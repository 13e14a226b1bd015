"""The sequence of pictures, with truth, that a camera takes of a stage."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from ..box import Box, RotatedBox
from ..errors import ConfigError
from .sprites import Sprite
from .stage import Camera, Layer, Light

__all__ = ["ABSENT_BELOW", "Scene"]

Array = NDArray[Any]

ABSENT_BELOW = 0.02  # a target of which less than this share is seen counts as absent
NOISE_SLACK = 64  # px; the noise picture is this much larger than the frame, and shifted each frame
FINENESS = 2  # sprites are drawn on a grid this much finer than the frame, for exact edges
GRAY_OF_BGR = np.array([[0.114], [0.587], [0.299]], np.float32)  # ITU-R BT.601, as cv2 weighs


@dataclass(frozen=True, eq=False)
class Scene(Sequence[tuple[NDArray[np.uint8], "Box | None"]]):
    """A sequence of (image, truth): the same at every reading, in any order.

    ``scene[i]`` is a BGR uint8 image and the target's upright box, or None when less than 2 % of
    the target is seen. The box bounds the whole outline, though a part of it may be hidden or hang
    over the border of the frame.

    Attributes
    ----------
    n_frames : int
    background : Layer
        Opaque. It has no end: it goes on mirrored.
    target : Layer
    behind, front : tuple of Layer
        Between background and target, and in front of it; farthest first.
    camera : Camera
    time_step : float
        Time from frame to frame; 4 is a video of which three frames in four were dropped.
    seed : int
        Of the sensor's noise.
    """

    n_frames: int
    background: Layer
    target: Layer
    behind: tuple[Layer, ...] = ()
    front: tuple[Layer, ...] = ()
    camera: Camera = field(default_factory=Camera)
    time_step: float = 1.0
    seed: int = 0

    def __len__(self) -> int:
        return self.n_frames

    @overload
    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], Box | None]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[NDArray[np.uint8], Box | None]]: ...
    def __getitem__(self, index: Any) -> Any:
        chosen = range(self.n_frames)[index]
        if isinstance(chosen, range):
            return [self[i] for i in chosen]
        return self.image(chosen), self.truth(chosen)

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], Box | None]]:
        return (self[index] for index in range(self.n_frames))

    def image(self, index: int) -> NDArray[np.uint8]:
        """Render a frame, BGR uint8 (rows, columns, 3)."""
        time = index * self.time_step
        instants = [self._instant(instant) for instant in self.camera.instants(time)]
        canvas = np.mean(instants, axis=0) if len(instants) > 1 else instants[0]
        light = self.camera.light(time)
        if light != Light():
            gain = np.multiply(light.gain, 255).astype(np.float32)
            canvas = gain * (canvas / 255) ** light.gamma
        if self.camera.gray:
            canvas = np.repeat(canvas @ GRAY_OF_BGR, 3, axis=2)
        noisy = cv2.add(canvas, self._noise(index), dtype=cv2.CV_8U)  # rounds and saturates
        return noisy.astype(np.uint8, copy=False)

    def truth(self, index: int) -> Box | None:
        """Give the upright box of the target, None when it is not seen."""
        return None if self.seen(index) < ABSENT_BELOW else self.whole(index)

    def whole(self, index: int) -> Box | None:
        """Give the upright box of the target, seen or not; None when it is not there."""
        view = self.camera.view(self.target, index * self.time_step)
        if view is None:
            return None
        outline = self.target.sprite_at(index * self.time_step).outline
        places = outline @ view[:, :2].T + view[:, 2]
        (left, top), (right, bottom) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
        return Box(left, top, right - left, bottom - top)

    def rotated_truth(self, index: int) -> RotatedBox | None:
        """Give the turned box of the target, about its own axes, None when it is not seen."""
        view = self.camera.view(self.target, index * self.time_step)
        if view is None or self.seen(index) < ABSENT_BELOW:
            return None
        outline = self.target.sprite_at(index * self.time_step).outline
        low, high = outline.min(axis=0), outline.max(axis=0)
        center_x, center_y = (view[:, :2] @ ((low + high) / 2) + view[:, 2]).tolist()
        width, height = ((high - low) * _scale(view)).tolist()
        angle_deg = math.degrees(math.atan2(view[1, 0], view[0, 0]))
        return RotatedBox((center_x, center_y), (width, height), angle_deg)

    def seen(self, index: int) -> float:
        """Tell what share of the target is in the frame and behind nothing, 0 to 1."""
        time = index * self.time_step
        view = self.camera.view(self.target, time)
        if view is None:
            return 0.0
        whole = float(self.target.sprite_at(time).alpha.sum() * abs(np.linalg.det(view[:, :2])))
        share = self.alpha(self.target, time)
        for layer in self.front:
            share = share * (1 - self.alpha(layer, time))
        return min(float(share.sum()) / whole, 1.0)

    def _noise(self, index: int) -> Array:
        """Cut this frame's noise out of the one noise picture, which would be slow to draw anew."""
        width, height = self.camera.size
        picture = _noise_picture(self.camera.size, self.camera.noise, self.seed)
        down, right = np.random.default_rng((self.seed, index)).integers(0, NOISE_SLACK, 2)
        return picture[down : down + height, right : right + width]

    def _instant(self, time: float) -> Array:
        """Render what the camera would see in no time, float32 BGR."""
        view = self.camera.view(self.background, time)
        if view is None:
            raise ConfigError(f"the background's path gives no place at time {time:g}")
        ground = self.background.sprite_at(time)
        picture = ground.level_for(_scale(view))
        canvas = _warped(picture, ground, view, self.camera.size, cv2.BORDER_REFLECT)
        for layer in (*self.behind, self.target, *self.front):
            self._draw(canvas, layer, time)
        return canvas[..., :3]

    def alpha(self, layer: Layer, time: float) -> Array:
        """Give how much of each pixel of the frame a layer alone covers, float32, 0 to 1."""
        canvas = np.zeros((self.camera.size[1], self.camera.size[0], 4), np.float32)
        self._draw(canvas, layer, time)
        return canvas[..., 3]

    def _draw(self, canvas: Array, layer: Layer, time: float) -> None:
        """Lay a layer over a canvas, float32 BGRA, colors multiplied by alpha."""
        view = self.camera.view(layer, time)
        if view is None:
            return
        sprite = layer.sprite_at(time)
        rows, columns = _touched(sprite, view, self.camera.size)
        region = canvas[rows, columns]
        if region.size == 0:
            return
        view = view - [[0, 0, columns.start], [0, 0, rows.start]]
        size = (region.shape[1], region.shape[0])
        fine = (size[0] * FINENESS, size[1] * FINENESS)
        picture = sprite.resized(_scale(view))
        drawn = _warped(picture, sprite, view * FINENESS, fine, cv2.BORDER_CONSTANT)
        drawn = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
        region *= 1 - drawn[..., 3:]
        region += drawn


def _warped(
    picture: Array, sprite: Sprite, view: Array, size: tuple[int, int], border: int
) -> Array:
    """Draw one of the sizes of a sprite alone into a frame of *size*."""
    ratio = np.array(sprite.size) / (picture.shape[1], picture.shape[0])
    linear = view[:, :2] * ratio
    # cv2 counts from pixel centers: half a pixel on in the sprite, half a pixel back in the frame.
    shift = view[:, 2] - view[:, :2] @ sprite.middle + linear @ (0.5, 0.5) - 0.5
    return cv2.warpAffine(picture, np.column_stack([linear, shift]), size, borderMode=border)


def _scale(view: Array) -> float:
    return math.hypot(view[0, 0], view[1, 0])


def _touched(sprite: Sprite, view: Array, size: tuple[int, int]) -> tuple[slice, slice]:
    """Give the rows and columns of the frame that drawing a sprite can change."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * sprite.size - sprite.middle
    places = corners @ view[:, :2].T + view[:, 2]
    margin = 1 + _scale(view)  # a linear filter reaches half a pixel further
    left, top = np.clip(places.min(axis=0) - margin, 0, size).astype(int).tolist()
    right, bottom = np.clip(places.max(axis=0) + margin, 0, size).astype(int).tolist()
    return slice(top, bottom), slice(left, right)


@functools.lru_cache(maxsize=4)
def _noise_picture(size: tuple[int, int], deviation: float, seed: int) -> NDArray[np.float32]:
    shape = (size[1] + NOISE_SLACK, size[0] + NOISE_SLACK, 3)
    return np.random.default_rng(seed).standard_normal(shape, np.float32) * np.float32(deviation)
