"""Scenes of several targets with exact truth: they cross, hide each other, and mill about."""

from __future__ import annotations

import functools
import math

import numpy as np

from tracker.synthetic import (
    Camera,
    Crowd,
    Layer,
    Path,
    Pose,
    Sprite,
    patchwork,
    texture,
    waypoints,
)

SIZE = (640, 480)
N_FRAMES = 150
SIDE = 44  # px of a target
# Looks of two colors each, which have one in common with the next: as players of three teams.
LOOKS = (
    ((40, 40, 210), (235, 235, 235)),
    ((200, 90, 30), (235, 235, 235)),
    ((30, 190, 235), (40, 40, 40)),
)


@functools.cache
def _ground(seed: int) -> Layer:
    return Layer(Sprite.of(texture(*SIZE, seed=100 + seed)))


def _crowd(targets: list[Layer], seed: int) -> Crowd:
    return Crowd(N_FRAMES, _ground(seed), tuple(targets), Camera(SIZE), seed=seed)


def _lanes(count: int) -> np.ndarray:
    """Spread the middles of so many lanes over the height of the picture."""
    return ((np.arange(count) + 0.5) / count - 0.5) * (SIZE[1] - SIDE)


def crossing(n_targets: int, seed: int) -> Crowd:
    """Let twins cross, two in a lane: each has its like come toward it, and pass before it."""
    random = np.random.default_rng(seed)
    targets = []
    for lane, y in enumerate(_lanes(n_targets // 2)):
        body = patchwork(SIDE, SIDE, seed=10 * seed + lane, elliptic=True)
        for sign in (-1, 1):
            speed, start = random.uniform(2.0, 3.5), random.uniform(190, 250)
            bob, phase = random.uniform(0, 6), random.uniform(0, 2 * math.pi)
            targets.append(Layer(body, _line(sign * start, -sign * speed, y, bob, phase)))
    return _crowd(targets, seed)


def _line(x: float, speed: float, y: float, bob: float, phase: float) -> Path:
    return lambda time: Pose(x + speed * time, y + bob * math.sin(time / 15 + phase))


def hiding(n_targets: int, seed: int) -> Crowd:
    """Let every second target pass, or wait, wholly behind the one beside it, which stands."""
    random = np.random.default_rng(seed)
    hidden, standing = [], []
    for lane, y in enumerate(_lanes(n_targets // 2)):
        first, second = random.permutation(len(LOOKS))[:2]
        before = patchwork(64, 56, seed=20 * seed + lane, colors=LOOKS[first])
        body = patchwork(32, 36, seed=50 * seed + lane, colors=LOOKS[second], elliptic=True)
        x, away, wait = random.uniform(-60, 60), random.uniform(150, 200), random.integers(0, 25)
        halfway = 60 + int(random.integers(-10, 10))
        ways = {
            0: Pose(x - away, y),
            halfway: Pose(x, y),
            halfway + wait: Pose(x, y),
            N_FRAMES - 1: Pose(x + away, y),
        }
        hidden.append(Layer(body, waypoints(ways, smooth=False)))
        standing.append(Layer(before, _line(x, 0.0, y, random.uniform(0, 4), 0.0)))
    return _crowd([*hidden, *standing], seed)


def milling(n_targets: int, seed: int) -> Crowd:
    """Let targets of three looks walk about at random."""
    random = np.random.default_rng(seed)
    reach = (SIZE[0] / 2 - SIDE, SIZE[1] / 2 - SIDE)
    targets = []
    for number in range(n_targets):
        body = patchwork(
            SIDE, SIDE, seed=30 * seed + number, colors=LOOKS[number % 3], elliptic=number % 2 == 0
        )
        times = np.linspace(0, N_FRAMES - 1, 5).astype(int)
        places = random.uniform(-np.array(reach), reach, (len(times), 2))
        places[0] = _apart(number, n_targets, reach)
        way = {int(time): Pose(*place) for time, place in zip(times, places.tolist(), strict=True)}
        targets.append(Layer(body, waypoints(way)))
    return _crowd(targets, seed)


def _apart(number: int, count: int, reach: tuple[float, float]) -> tuple[float, float]:
    """Give the place of one of so many on a grid: none hides another at the start."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    row, column = divmod(number, columns)
    return (
        (2 * (column + 0.5) / columns - 1) * reach[0],
        (2 * (row + 0.5) / rows - 1) * reach[1],
    )


CROWDS = {"crossing": crossing, "hiding": hiding, "milling": milling}
