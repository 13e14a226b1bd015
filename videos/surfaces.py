"""Ground, walls and light for the clips, from free pictures.

The pictures are scikit-image's, CC0 or in the public domain; ``README.md`` says whose. A surface
is a BGR uint8 array.
"""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.box import RotatedBox
from tracker.synthetic import Sprite, texture

Array = NDArray[Any]

BGR = tuple[float, float, float]


@functools.cache
def photograph(name: str) -> Array:
    """Load one of scikit-image's pictures as BGR uint8."""
    try:
        from skimage import data
    except ModuleNotFoundError as error:
        raise SystemExit(
            "the clips are rendered from scikit-image's pictures: "
            'pip install "meanshift-tracker[render]"'
        ) from error
    picture = getattr(data, name)()
    return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR if picture.ndim == 2 else cv2.COLOR_RGB2BGR)


# Wood between the saucer and the border of the coffee photograph, after turning its grain level.
GRAIN_ANGLE_DEG = -33
WOOD = [
    (slice(190, 295), slice(325, 735)),
    (slice(530, 640), slice(1090, 1225)),
    (slice(650, 740), slice(1060, 1290)),
]
# Colors of wood, BGR.
WALNUT: BGR = (62, 84, 112)
WEATHERED: BGR = (98, 104, 108)
BLUE_PAINT: BGR = (106, 95, 76)


@functools.cache
def _wood() -> list[Array]:
    """Cut strips of wood, without the lamp's light on them, of mean 1."""
    table = cv2.resize(photograph("coffee"), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    rows, columns = table.shape[:2]
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), GRAIN_ANGLE_DEG, 1)
    corners = turn @ np.array([[0, columns, columns, 0], [0, 0, rows, rows], [1, 1, 1, 1]])
    turn[:, 2] -= corners.min(axis=1)
    width, height = np.ceil(np.ptp(corners, axis=1)).astype(int).tolist()
    level = cv2.warpAffine(table, turn, (width, height)).astype(np.float32)
    strips = [level[place] / cv2.GaussianBlur(level[place], (0, 0), 40) for place in WOOD]
    return [0.75 * strip.mean(axis=2, keepdims=True) + 0.25 * strip for strip in strips]


def planks(width: int, height: int, *, plank: int = 110, seed: int, color: BGR = WALNUT) -> Array:
    """Lay a table of planks, *plank* px wide."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(-(-height // plank)):
        lengths = random.integers(500, 900, width // 500 + 2).tolist()
        row = [plank_of_wood(plank, length, random) for length in lengths]
        start = int(random.integers(0, 500))
        rows.append(np.concatenate(row, axis=1)[:, start : start + width])
    table = np.concatenate(rows)[:height] * np.float32(color)
    return np.clip(table, 0, 255).astype(np.uint8)


def plank_of_wood(width: int, length: int, random: np.random.Generator) -> Array:
    """Cut a plank, float32 of mean about 1 (rows *width*, columns *length*), with dark edges."""
    wood = _wood()[random.integers(len(WOOD))]
    wood = wood[:: random.choice([-1, 1]), :: random.choice([-1, 1])]
    wood = cv2.resize(wood, (int(wood.shape[1] * 1.6), width), interpolation=cv2.INTER_LINEAR)
    start = int(random.integers(0, wood.shape[1]))
    border = cv2.BORDER_REFLECT
    wood = cv2.copyMakeBorder(wood, 0, 0, start, max(length - wood.shape[1], 0), border)[:, :length]
    fibers = random.normal(0, 0.05, (width, length // 12 + 1))  # the photograph has none so fine
    fibers = cv2.resize(fibers, (length, width), interpolation=cv2.INTER_CUBIC)
    wood = wood * (1 + fibers[..., np.newaxis])
    wood = wood * random.normal(1, 0.08) * random.normal(1, 0.012, 3)
    gap = np.ones((width, length, 1))
    gap[[0, 1, -1, -2]], gap[[2, -3]] = 0.45, 0.85
    gap[:, :2] = 0.5
    return (wood * gap).astype(np.float32)


def tinted(gray: Array, dark: BGR, light: BGR) -> Array:
    """Color a gray photograph from *dark* to *light*."""
    share = np.clip((gray[..., :1].astype(np.float32) - 20) / 200, 0, 1)
    return (np.float32(dark) * (1 - share) + np.float32(light) * share).astype(np.uint8)


def tiled(picture: Array, width: int, height: int, *, seed: int) -> Array:
    """Repeat a picture, mirrored, and lighten and darken it in clouds, so that it does not show."""
    down, right = (_there_and_back(*n) for n in ((height, len(picture)), (width, picture.shape[1])))
    clouds = texture(width, height, seed=seed, dark=(200,) * 3, light=(255,) * 3, coarsest=256)
    return cv2.multiply(picture[np.ix_(down, right)], clouds, scale=1 / 230)


def _there_and_back(n: int, period: int) -> Array:
    steps = np.arange(n) % (2 * period)
    return np.minimum(steps, 2 * period - 1 - steps)


def in_perspective(
    surface: Array, width: int, height: int, *, horizon: float, rise: float, density: float = 1.0
) -> Array:
    """See a surface lying on the ground from above.

    ``horizon`` is the row where the ground would end, negative if above the picture; at the row
    ``horizon + rise`` one pixel of the frame is ``density`` pixels of the surface.
    """
    fine = 2
    x = (np.arange(width * fine) + 0.5) / fine - width / 2
    y = (np.arange(height * fine) + 0.5) / fine
    distance = (rise / np.maximum(y - horizon, 1.0))[:, np.newaxis]  # 1 at horizon + rise
    nearest = rise / (height - horizon)
    across = (x * distance * density + surface.shape[1] / 2).astype(np.float32)
    # Focal length 900 px: a depth of one pixel at distance 1 is 1/900 of the distance.
    along = surface.shape[0] - (distance - nearest) * 900 * density
    along = np.broadcast_to(along, across.shape).astype(np.float32)
    seen = cv2.remap(surface, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA)


def courtyard(width: int, height: int) -> Array:
    """Build a brick wall with gravel in front of it; the wall ends 55 % down."""
    foot = int(height * 0.55)
    # The photograph looks along the wall: its courses, upright there, meet far above it.
    seen = np.array([(64, 0), (480, 0), (503, 512), (28, 512)], np.float32)
    front = np.array([(0, 0), (512, 0), (512, 512), (0, 512)], np.float32)
    upright = cv2.getPerspectiveTransform(seen, front)
    bricks = cv2.warpPerspective(photograph("brick"), upright, (512, 512))
    bricks = cv2.rotate(bricks, cv2.ROTATE_90_CLOCKWISE)
    wall = tiled(tinted(bricks, (70, 78, 84), (190, 205, 212)), width, foot, seed=8)
    wall = cv2.GaussianBlur(wall, (0, 0), 1.2)
    dirt = np.linspace(1.08, 0.75, foot)[:, np.newaxis, np.newaxis]
    gravel = tiled(tinted(photograph("gravel"), (40, 45, 48), (165, 175, 182)), 2200, 1400, seed=9)
    ground = in_perspective(gravel, width, height - foot, horizon=-90, rise=200, density=1.6)
    near_wall = 1 - 0.45 * np.exp(-np.arange(height - foot) / 14)[:, np.newaxis, np.newaxis]
    return np.clip(np.concatenate([wall * dirt, ground * near_wall]), 0, 255).astype(np.uint8)


def lamplight(ground: Array, reach: float = 0.55) -> Array:
    """Light the middle of a surface and leave its corners darker, with a warm fall-off."""
    rows, columns = ground.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    fall = 1.35 / (1 + (np.hypot(x + 0.1, y) / reach) ** 2 * 0.5)
    colors = fall[..., np.newaxis] ** np.array([1.15, 1.05, 1.0])  # blue goes first
    return np.clip(ground * colors, 0, 255).astype(np.uint8)


def defocused_by_row(ground: Array, *, sharp_row: int, per_row: float) -> Array:
    """Blur a picture the more, the farther a row is from the one in focus."""
    stages = [0.0, 1.0, 2.0, 4.0]
    blurred = [ground] + [cv2.GaussianBlur(ground, (0, 0), sigma) for sigma in stages[1:]]
    sigma = abs(np.arange(len(ground)) - sharp_row) * per_row
    mix = np.interp(sigma, stages, range(len(stages)))
    result = np.zeros(ground.shape, np.float32)
    for stage, picture in enumerate(blurred):
        result += picture * np.clip(1 - abs(mix - stage), 0, 1)[:, np.newaxis, np.newaxis]
    return result.astype(np.uint8)


def foliage(width: int, height: int, *, seed: int) -> Sprite:
    """Draw the shade of a tree: dark, with flecks of sun, flattened as it lies on the ground."""
    noise = texture(width, height * 2, seed=seed, dark=(0,) * 3, light=(255,) * 3, coarsest=128)
    noise = cv2.resize(noise[..., 0], (width, height), interpolation=cv2.INTER_AREA)
    noise = cv2.GaussianBlur(noise, (0, 0), 6).astype(np.float32)
    shade = np.clip((noise - np.percentile(noise, 45)) / 30, 0, 1)
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., 3] = shade * 100
    picture[..., 0] = 30  # the sky still lights it
    return Sprite.of(picture, RotatedBox((0, 0), (width, height), 0).corners())
