"""Scenes drawn with known truth, for tests, benchmarks and pictures.

A :class:`Scene` is a stage seen by a camera. Flat pictures (:class:`Sprite`) move along paths, and
the affine map that draws the target is the one its truth is computed from. A background, a target
and a path are enough:

>>> ground = Layer(Sprite.of(texture(seed=2)))
>>> ball = Layer(patchwork(40, 40, elliptic=True), lambda time: Pose(x=-90 + 3 * time, y=10))
>>> scene = Scene(60, ground, ball)
>>> image, box = scene[30]
>>> image.shape, box
((240, 320, 3), Box(x=140.0, y=110.0, width=40.0, height=40.0))

The world is measured in pixels of the camera at rest, with (0, 0) in the middle of its view, x to
the right, y down. Time is the frame index and may be fractional; a path is any function of it.
``SCENES`` names the ready-made scenes, one for each thing that makes tracking hard; the ``draw_*``
functions draw single shapes for tests of one function.
"""

from __future__ import annotations

from .crowd import Crowd
from .mosaics import mosaic
from .paths import Path, Pose, shaken, still, waypoints
from .ready_made import (
    SCENES,
    camera_shake_scene,
    exit_scene,
    gray_scene,
    light_scene,
    look_alike_scene,
    low_rate_scene,
    occlusion_scene,
    plain_scene,
    removal_scene,
    rotation_scene,
    scale_scene,
)
from .scene import Scene
from .shapes import draw_box, draw_ellipse, draw_hill, draw_rotated_box
from .sprites import Sprite, defocused, patchwork, texture
from .stage import Camera, Layer, Light, shadow_of

__all__ = [
    "SCENES",
    "Camera",
    "Crowd",
    "Layer",
    "Light",
    "Path",
    "Pose",
    "Scene",
    "Sprite",
    "camera_shake_scene",
    "defocused",
    "draw_box",
    "draw_ellipse",
    "draw_hill",
    "draw_rotated_box",
    "exit_scene",
    "gray_scene",
    "light_scene",
    "look_alike_scene",
    "low_rate_scene",
    "mosaic",
    "occlusion_scene",
    "patchwork",
    "plain_scene",
    "removal_scene",
    "rotation_scene",
    "scale_scene",
    "shadow_of",
    "shaken",
    "still",
    "texture",
    "waypoints",
]
