"""The sequence of pictures, with the truth of several targets, that a camera takes of a stage."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..errors import ConfigError
from .scene import ABSENT_BELOW, Scene
from .stage import Camera, Layer

__all__ = ["Crowd"]


@dataclass(frozen=True, eq=False)
class Crowd(Sequence[tuple[NDArray[np.uint8], "dict[int, Box]"]]):
    """A sequence of (image, truth), in which several layers are targets.

    ``crowd[i]`` is a BGR uint8 image and the upright box of each target of which 2 % or more is
    seen, by its number: 1 for the first of `targets`.

    Attributes
    ----------
    n_frames : int
    background : Layer
        Opaque. It has no end: it goes on mirrored.
    targets : tuple of Layer
        Farthest first: a later one hides those before it.
    camera : Camera
    time_step : float
        Time from frame to frame.
    seed : int
        Of the sensor's noise.

    Raises
    ------
    ConfigError
        If there are no targets.
    """

    n_frames: int
    background: Layer
    targets: tuple[Layer, ...]
    camera: Camera = field(default_factory=Camera)
    time_step: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.targets:
            raise ConfigError("a crowd of no targets: there must be 1 or more")

    @functools.cached_property
    def scenes(self) -> dict[int, Scene]:
        """The same pictures as scenes of one target each, by its number."""
        return {
            number + 1: Scene(
                self.n_frames,
                self.background,
                target,
                behind=self.targets[:number],
                front=self.targets[number + 1 :],
                camera=self.camera,
                time_step=self.time_step,
                seed=self.seed,
            )
            for number, target in enumerate(self.targets)
        }

    def __len__(self) -> int:
        return self.n_frames

    @overload
    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], dict[int, Box]]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[NDArray[np.uint8], dict[int, Box]]]: ...
    def __getitem__(self, index: Any) -> Any:
        chosen = range(self.n_frames)[index]
        if isinstance(chosen, range):
            return [self[i] for i in chosen]
        return self.scenes[1].image(chosen), self.truth(chosen)

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], dict[int, Box]]]:
        return (self[index] for index in range(self.n_frames))

    def truth(self, index: int) -> dict[int, Box]:
        """Give the upright boxes of the targets that are seen, by their numbers."""
        seen = self.seen(index)
        boxes = {number: scene.whole(index) for number, scene in self.scenes.items()}
        return {
            number: box
            for number, box in boxes.items()
            if box is not None and seen[number] >= ABSENT_BELOW
        }

    def seen(self, index: int) -> dict[int, float]:
        """Tell what share of each target is in the frame and behind none of the others, 0 to 1."""
        time = index * self.time_step
        width, height = self.camera.size
        shares, uncovered = {}, np.ones((height, width), np.float32)
        for number, scene in reversed(self.scenes.items()):
            alpha = scene.alpha(scene.target, time)
            view = self.camera.view(scene.target, time)
            shares[number] = 0.0
            if view is not None:
                area = scene.target.sprite_at(time).alpha.sum() * abs(np.linalg.det(view[:, :2]))
                shares[number] = min(float((alpha * uncovered).sum() / area), 1.0)
            uncovered = uncovered * (1 - alpha)
        return shares
