"""Things for the clips, as sprites: a cup, prints, a post, balls. From free pictures."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from surfaces import BGR, WALNUT, photograph, plank_of_wood

from tracker.box import RotatedBox
from tracker.synthetic import Sprite, defocused, draw_ellipse, texture

Array = NDArray[Any]


@functools.cache
def cup() -> Sprite:
    """Cut the cup, its saucer and spoon out of the coffee photograph."""
    picture = cv2.resize(photograph("coffee"), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    mask = np.zeros(picture.shape[:2], np.uint8)
    for shape in (((556, 457), (806, 632), 6), ((581, 226), (472, 378), 3)):  # saucer, rim
        cv2.ellipse(mask, shape, 255, -1, cv2.LINE_AA)
    spoon = np.array([(793, 150), (806, 134), (836, 134), (849, 155), (836, 260), (780, 260)])
    cv2.fillPoly(mask, [spoon], 255, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 2)
    rows, columns = np.nonzero(mask.max(axis=1) > 0)[0], np.nonzero(mask.max(axis=0) > 0)[0]
    place = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return Sprite.of(np.dstack([picture, mask])[place])


@functools.cache
def instant_photo(name: str, left: int, top: int, side: int) -> Sprite:
    """Make an instant photograph: a square picture on white card, wider below."""
    card = np.full((344, 288, 4), 255, np.uint8)
    card[..., :3] = texture(288, 344, seed=9, dark=(214, 224, 228), light=(226, 235, 239))
    cut = photograph(name)[top : top + side, left : left + side]
    square = cv2.resize(cut, (252, 252), interpolation=cv2.INTER_AREA)
    card[18:270, 18:270, :3] = cv2.addWeighted(square, 0.88, np.full_like(square, 40), 0.2, 0)
    gloss = np.linspace(1.06, 0.94, 344)[:, np.newaxis, np.newaxis]
    card[..., :3] = np.clip(card[..., :3] * gloss, 0, 255)
    outline = RotatedBox((0, 0), (288, 344), 0).corners()
    return Sprite.of(card, outline)


@functools.cache
def poster(name: str) -> Sprite:
    """Print a picture large, as it hangs on a wall a little out of focus."""
    paper = cv2.convertScaleAbs(photograph(name), alpha=0.8, beta=15)
    paper = np.pad(paper, ((14, 14), (14, 14), (0, 0)), constant_values=205)
    return defocused(Sprite.of(paper), 3)


def soft_shadow(width: int, height: int, *, softness: float, strength: float) -> Sprite:
    """Draw the round shadow under a thing."""
    picture = np.zeros((height, width, 4), np.uint8)
    whole = RotatedBox((width / 2, height / 2), (width, height), 0)
    picture[..., 3] = np.rint(draw_ellipse((height, width), whole) * 255)
    picture[..., 3] = np.rint(picture[..., 3] * strength)
    outline = whole.corners() - whole.center
    return defocused(Sprite.of(picture, outline), softness)


def lying(sprite: Sprite, angle_deg: float, flatness: float = 0.7) -> Sprite:
    """Turn a flat thing and lay it on the table, as seen from the height of a person sitting."""
    reach = int(math.hypot(*sprite.size)) + 2
    turn = cv2.getRotationMatrix2D((sprite.size[0] / 2, sprite.size[1] / 2), -angle_deg, 1)
    turn[:, 2] += (np.array([reach, reach]) - sprite.size) / 2
    turn[1] *= flatness
    picture = cv2.warpAffine(sprite.levels[0], turn, (reach, int(reach * flatness)))
    return Sprite((picture,), (reach / 2, reach * flatness / 2), sprite.outline)


@functools.cache
def post(width: int = 215, height: int = 560) -> Sprite:
    """Cut a wooden post, near the lens and out of focus, higher than the frame."""
    wood = plank_of_wood(width, height, np.random.default_rng(12)) * np.float32(WALNUT)
    wood = cv2.rotate(wood, cv2.ROTATE_90_CLOCKWISE)
    x = np.linspace(-1, 1, width)
    lamp, glint = np.exp(-(((x + 0.45) / 0.5) ** 2)), np.exp(-(((x - 0.95) / 0.1) ** 2))
    light = 0.4 + 0.9 * lamp + 0.25 * glint
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., :3] = np.clip(wood * light[:, np.newaxis], 0, 255)
    return defocused(Sprite.of(picture), 5)


# --- balls ----------------------------------------------------------------------------------------

BALL = 180  # px, the diameter a ball is drawn at
TO_THE_LAMP = np.array([-0.5, -0.72, 0.48]) / math.hypot(0.5, 0.72, 0.48)
Paint = Callable[[Array], Array]  # points of the unit sphere (n, 3) -> BGR (n, 3)


def _sphere() -> Array:
    """Give the point of the unit sphere that each pixel sees, (BALL, BALL, 3)."""
    y, x = (np.mgrid[:BALL, :BALL] + 0.5) / BALL * 2 - 1
    shrink = np.minimum(1, 0.999 / np.hypot(x, y))  # the soft edge has the rim's color
    x, y = x * shrink, y * shrink
    return np.dstack([x, y, np.sqrt(1 - x**2 - y**2)])


def ball(paint: Paint, *, gloss: float = 0.35) -> Callable[[Array], Sprite]:
    """Make a ball: a function that draws it for a turn, a rotation matrix."""
    points = _sphere()
    facing = np.maximum(points @ TO_THE_LAMP, 0)[..., np.newaxis]
    mirrored = 2 * facing * points - TO_THE_LAMP
    shine = gloss * 255 * np.maximum(mirrored[..., 2:], 0) ** 30
    light = 0.42 + 0.72 * facing - 0.16 * np.maximum(points[..., 1:2], 0)
    whole = RotatedBox((BALL / 2, BALL / 2), (BALL, BALL), 0)
    alpha = np.rint(draw_ellipse((BALL, BALL), whole) * 255)
    angle = np.linspace(0, 2 * math.pi, 361)
    outline = np.stack([np.cos(angle), np.sin(angle)], axis=1) * BALL / 2

    tilt, _ = cv2.Rodrigues(np.array([0.8, 0.5, 0.0]))  # else a pole would face us all the time

    def drawn(turn: Array) -> Sprite:
        colors = paint(points.reshape(-1, 3) @ turn @ tilt).reshape(BALL, BALL, 3) * light + shine
        return Sprite.of(np.dstack([np.clip(colors, 0, 255), alpha]).astype(np.uint8), outline)

    return drawn


def rolled(distance: float, radius: float, heading_deg: float = 0.0) -> Array:
    """Give the turn of a ball that rolled so far; heading 0 is to the right, 90 towards us."""
    heading = math.radians(heading_deg)
    axis = np.array([-math.sin(heading), 0.0, math.cos(heading)]) * (distance / radius)
    turn, _ = cv2.Rodrigues(axis)
    return turn


def beach_ball(colors: list[BGR]) -> Paint:
    """Paint sectors between two white caps, on worn vinyl."""
    grain = photograph("gravel")[..., 0].astype(np.float32) / 255

    def paint(points: Array) -> Array:
        longitude = np.arctan2(points[:, 1], points[:, 0])
        sector = (longitude / (2 * math.pi) + 0.5) * len(colors)
        nearest = np.array(colors)[np.minimum(sector.astype(int), len(colors) - 1)]
        cap = (abs(points[:, 2]) > 0.93)[:, np.newaxis]
        paint = np.where(cap, 235.0, nearest)
        u, v = ((points[:, i] * 0.5 + 0.5) * 500 for i in (0, 1))
        return paint * (0.9 + 0.2 * grain[v.astype(int), u.astype(int)])[:, np.newaxis]

    return paint


def basketball(points: Array) -> Array:
    """Paint orange leather with black seams."""
    grain = photograph("gravel")[..., 0].astype(np.float32) / 255
    x, y, z = points.T
    seams = np.minimum.reduce([abs(x), abs(y), abs(np.hypot(x, z - np.sign(z) * 1.05) - 0.62)])
    seam = np.clip((0.035 - seams) / 0.02, 0, 1)[:, np.newaxis]
    u, v = (((c * 1.6) % 1) * 511 for c in (x, y))
    pebbles = 0.78 + 0.4 * grain[v.astype(int), u.astype(int)]
    leather = pebbles[:, np.newaxis] * np.float32((38, 98, 205))
    return leather * (1 - seam) + np.float32((22, 24, 30)) * seam
