"""What stands on the stage, and who looks at it: layers, light and camera."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError
from .paths import Path, Pose, still
from .sprites import Sprite, defocused

__all__ = ["Camera", "Layer", "Light", "shadow_of"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Layer:
    """A picture on the stage: the ground, the target, a thing in front of it, a shadow.

    Attributes
    ----------
    sprite : Sprite, or function of time giving one
    path : function of time giving a Pose, or None while it is not there
    parallax : float
        How far it moves when the camera pans: 1 like the target, less for what is far behind.
    """

    sprite: Sprite | Callable[[float], Sprite]
    path: Path = still
    parallax: float = 1.0

    def sprite_at(self, time: float) -> Sprite:
        """Give the picture of this time."""
        return self.sprite if isinstance(self.sprite, Sprite) else self.sprite(time)


def shadow_of(
    layer: Layer, offset: tuple[float, float], *, softness: float = 6.0, strength: float = 0.5
) -> Layer:
    """Make the shadow that goes with a layer: its shape in black, blurred and moved.

    *offset* and *softness* are in pixels of the layer's own picture; *strength* is 0 to 1.
    """

    def shadow(body: Sprite) -> Sprite:
        black = np.zeros_like(body.levels[0])
        black[..., 3] = body.alpha * strength
        return defocused(Sprite((black,), body.middle, body.outline), softness)

    def path(time: float) -> Pose | None:
        pose = layer.path(time)
        if pose is None:
            return None
        return pose._replace(
            x=pose.x + offset[0] * pose.scale,
            y=pose.y + offset[1] * pose.scale,
        )

    if isinstance(layer.sprite, Sprite):
        return Layer(shadow(layer.sprite), path, layer.parallax)
    return Layer(lambda time: shadow(layer.sprite_at(time)), path, layer.parallax)


class Light(NamedTuple):
    """What becomes of a gray value v in 0 to 1: ``gain * v**gamma``."""

    gain: float | tuple[float, float, float] = 1.0
    """Of all channels, or of blue, green and red."""
    gamma: float = 1.0


def daylight(time: float) -> Light:
    """Leave the light as it is."""
    return Light()


@dataclass(frozen=True, eq=False)
class Camera:
    """Who looks at the stage.

    Attributes
    ----------
    size : (int, int)
        Width and height of the frame.
    path : function of time giving a Pose
        The place of the world in the middle of the view; scale is the zoom, the angle the roll.
    shutter : float
        How long light falls in, as a share of a unit of time, 0 to 1; 0 for no motion blur. The
        truth is that of the middle of it.
    samples : int
        Instants averaged while the shutter is open.
    light : function of time giving a Light
    noise : float
        Standard deviation of the sensor's noise, in gray levels.
    gray : bool
        The three channels are equal.
    """

    size: tuple[int, int] = (320, 240)
    path: Path = still
    shutter: float = 0.0
    samples: int = 8
    light: Callable[[float], Light] = daylight
    noise: float = 2.0
    gray: bool = False

    def __post_init__(self) -> None:
        if min(self.size) < 1 or self.samples < 1 or self.noise < 0 or not 0 <= self.shutter <= 1:
            raise ConfigError(
                f"camera of size {self.size}, samples {self.samples}, noise {self.noise}, shutter "
                f"{self.shutter}: size and samples must be >= 1, noise >= 0, shutter 0 to 1"
            )

    def instants(self, time: float) -> list[float]:
        """Give the times whose pictures one frame averages."""
        if self.shutter == 0:
            return [time]
        shares = (np.arange(self.samples) + 0.5) / self.samples - 0.5
        moments: list[float] = (time + self.shutter * shares).tolist()
        return moments

    def view(self, layer: Layer, time: float) -> NDArray[np.float64] | None:
        """Give the affine map, (2, 3), from pixels about the picture's middle to the frame.

        Edges on both sides: pixel (0, 0) of the frame covers [0, 1) × [0, 1).
        """
        pose, eye = layer.path(time), self.path(time) or Pose()
        if pose is None:
            return None
        turn = eye.scale * _rotation(-eye.angle_deg)
        place = np.array([pose.x - eye.x * layer.parallax, pose.y - eye.y * layer.parallax])
        center = turn @ place + np.array(self.size) / 2
        return np.column_stack([pose.scale * turn @ _rotation(pose.angle_deg), center])


def _rotation(angle_deg: float) -> NDArray[np.float64]:
    """Give the matrix that turns clockwise on the screen, where y points down."""
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return np.array([[cosine, -sine], [sine, cosine]])
