"""Ready-made scenes, one for each thing that makes tracking hard: 320×240, 120 frames."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .paths import Pose, shaken, still, waypoints
from .scene import Scene
from .sprites import Sprite, patchwork, texture
from .stage import Camera, Layer, Light

__all__ = [
    "SCENES",
    "camera_shake_scene",
    "exit_scene",
    "gray_scene",
    "light_scene",
    "look_alike_scene",
    "low_rate_scene",
    "occlusion_scene",
    "plain_scene",
    "removal_scene",
    "rotation_scene",
    "scale_scene",
]

N_FRAMES = 120
LAST = N_FRAMES - 1
ALIKE_COLORS = ((40, 40, 210), (30, 190, 235), (90, 60, 120))


@functools.cache
def _ground() -> Layer:
    return Layer(Sprite.of(texture(seed=2)))


@functools.cache
def _target(width: int = 40, height: int = 40) -> Sprite:
    return patchwork(width, height, seed=1, elliptic=True)


@functools.cache
def _screen(width: int = 80) -> Sprite:
    """Draw something to hide behind: a wooden post, higher than the frame."""
    return Sprite.of(texture(width, 300, seed=5, dark=(30, 45, 70), light=(55, 80, 110)))


def _across(time: float) -> Pose:
    """Cross the frame from left to right in a shallow wave."""
    return Pose(x=-110 + 220 * time / LAST, y=25 * math.sin(time / 18))


def _scene(target: Layer, **parts: object) -> Scene:
    return Scene(N_FRAMES, _ground(), target, **parts)  # type: ignore[arg-type]


def plain_scene() -> Scene:
    """Let the target cross the frame; nothing else happens."""
    return _scene(Layer(_target(), _across))


def occlusion_scene() -> Scene:
    """Hide the target wholly behind a post, halfway; it returns on the other side."""
    return _scene(Layer(_target(), _across), front=(Layer(_screen()),))


def exit_scene() -> Scene:
    """Let the target leave the frame on the right, stay away, and come back there."""
    away = waypoints({0: Pose(-60), 45: Pose(220, 10), 75: Pose(220, -10), LAST: Pose(-60)})
    return _scene(Layer(_target(), away))


def look_alike_scene() -> Scene:
    """Let a look-alike, of two of the target's five colors, pass behind it the other way."""
    alike = patchwork(40, 40, seed=4, colors=ALIKE_COLORS, elliptic=True)
    other = Layer(alike, lambda time: Pose(x=110 - 220 * time / LAST, y=8))
    return _scene(Layer(_target(), _across), behind=(other,))


def light_scene() -> Scene:
    """Dim the light to half by the middle, with a gamma of 1.3, and bring it back."""

    def light(time: float) -> Light:
        dusk = 0.5 - 0.5 * math.cos(2 * math.pi * time / LAST)
        return Light(gain=1 - 0.5 * dusk, gamma=1 + 0.3 * dusk)

    return _scene(Layer(_target(), _across), camera=Camera(light=light))


def scale_scene(factor: float = 4.0) -> Scene:
    """Let the target grow *factor* times by the middle (or shrink, below 1), and come back."""

    def breathing(time: float) -> Pose:
        share = 0.5 - 0.5 * math.cos(2 * math.pi * time / LAST)
        return Pose(x=30 * math.sin(time / 20), y=0, scale=factor**share)

    size = 32 if factor >= 1 else 120
    return _scene(Layer(_target(size, size), breathing))


def rotation_scene() -> Scene:
    """Turn a long target once about itself, 3 degrees a frame, while it moves."""

    def turning(time: float) -> Pose:
        return Pose(_across(time).x / 2, _across(time).y, angle_deg=3 * time)

    return _scene(Layer(_target(70, 35), turning))


def camera_shake_scene() -> Scene:
    """See the target cross with a hand-held camera and motion blur."""
    camera = Camera(path=shaken(still, amplitude=8, seed=3), shutter=0.5, samples=4)
    return _scene(Layer(_target(), _across), camera=camera)


def gray_scene() -> Scene:
    """See the plain scene in gray: three equal channels."""
    return _scene(Layer(_target(), _across), camera=Camera(gray=True))


def low_rate_scene(time_step: float = 8.0) -> Scene:
    """Keep every eighth frame only: the target circles in steps of half its size."""

    def circling(time: float) -> Pose:
        turn = 2 * math.pi * time / 240
        return Pose(x=-100 * math.cos(turn), y=-70 * math.sin(turn))

    return _scene(Layer(_target(), circling), time_step=time_step)


def removal_scene(gone_at: int = 60) -> Scene:
    """Take the target away at frame *gone_at*, in the open; it does not come back."""
    return _scene(Layer(_target(), lambda time: _across(time) if time < gone_at else None))


SCENES: Mapping[str, Callable[[], Scene]] = MappingProxyType(
    {
        "plain": plain_scene,
        "occlusion": occlusion_scene,
        "exit": exit_scene,
        "look-alike": look_alike_scene,
        "light": light_scene,
        "scale": scale_scene,
        "rotation": rotation_scene,
        "camera shake": camera_shake_scene,
        "gray": gray_scene,
        "low rate": low_rate_scene,
        "removal": removal_scene,
    }
)
