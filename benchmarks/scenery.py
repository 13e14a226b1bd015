"""Grounds and colors at random, for drawn scenes of which no two are alike."""

from __future__ import annotations

import cv2
import numpy as np

from tracker.synthetic import Layer, Sprite, texture

Color = tuple[int, int, int]


def ground(random: np.random.Generator, seed: int, size: tuple[int, int]) -> Layer:
    """Draw clouds of two colors, or squares of many, sharp or blurred."""
    dark = color(random, 20, 150)
    light = lighter(random, dark, 30, 110)
    if random.random() < 0.5:
        coarsest = int(random.choice([16, 32, 64]))
        return Layer(
            Sprite.of(texture(*size, seed=seed, dark=dark, light=light, coarsest=coarsest))
        )
    squares = random.integers(20, 235, (size[1] // 40 + 1, size[0] // 40 + 1, 3)).astype(np.uint8)
    how = cv2.INTER_NEAREST if random.random() < 0.5 else cv2.INTER_CUBIC
    return Layer(Sprite.of(cv2.resize(squares, size, interpolation=how)))


def screen(random: np.random.Generator, seed: int, size: tuple[float, float]) -> Sprite:
    """Draw something to hide behind, of faint clouds."""
    dark = color(random, 20, 180)
    light = lighter(random, dark, 10, 60)
    return Sprite.of(texture(int(size[0]), int(size[1]), seed=seed, dark=dark, light=light))


def color(random: np.random.Generator, least: int, most: int) -> Color:
    """Give a color, BGR, of channels from *least* on and below *most*."""
    blue, green, red = random.integers(least, most, 3).tolist()
    return blue, green, red


def lighter(random: np.random.Generator, than: Color, least: int, most: int) -> Color:
    """Give a color that is lighter in each channel, by *least* or more and less than *most*."""
    blue, green, red = (min(255, each + int(random.integers(least, most))) for each in than)
    return blue, green, red
