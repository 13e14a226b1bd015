"""A scene for tests: the target, and its twin that crosses in front of it."""

from __future__ import annotations

from tracker.synthetic import Layer, Pose, Scene, Sprite, patchwork, texture


def twin_scene(speed: float, height: float) -> Scene:
    """Let the target go at *speed*, px a frame, and a twin come the other way *height* px lower."""
    body = patchwork(40, 40, seed=1, elliptic=True)
    target = Layer(body, lambda time: Pose(x=speed * time - 40))
    twin = Layer(body, lambda time: Pose(x=60 - 1.5 * time, y=height))
    return Scene(120, Layer(Sprite.of(texture(seed=2))), target, front=(twin,))
