"""Where a thing is at what time. A path is any function of time that gives a :class:`Pose`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..errors import ConfigError

__all__ = ["Path", "Pose", "shaken", "still", "waypoints"]


class Pose(NamedTuple):
    """Where the middle of a picture lies in the world, how large it is, and how it is turned."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0  # world pixels per picture pixel
    angle_deg: float = 0.0  # clockwise on the screen


Path = Callable[[float], Pose | None]  # None: not there at that time


def still(time: float) -> Pose:
    """Stay in the middle of the world: the path of what does not move."""
    return Pose()


def waypoints(knots: dict[float, Pose], *, smooth: bool = True) -> Path:
    """Make a path through *knots* (time -> pose), resting before the first and after the last.

    Between two knots the path sets off and arrives gently; ``smooth=False`` goes at even speed.

    Raises
    ------
    ConfigError
        If there are fewer than two knots.

    Examples
    --------
    >>> path = waypoints({0: Pose(0, 0), 10: Pose(100, 40, scale=2)})
    >>> path(5)
    Pose(x=50.0, y=20.0, scale=1.5, angle_deg=0.0)
    """
    if len(knots) < 2:
        raise ConfigError(f"path through {len(knots)} knots: there must be 2 or more")
    times = sorted(knots)
    poses = np.array([knots[time] for time in times], np.float64)

    def path(time: float) -> Pose:
        after = min(max(int(np.searchsorted(times, time)), 1), len(times) - 1)
        start, end = times[after - 1], times[after]
        share = min(max((time - start) / (end - start), 0.0), 1.0)
        if smooth:
            share = share * share * (3 - 2 * share)
        x, y, scale, angle = (poses[after - 1] + share * (poses[after] - poses[after - 1])).tolist()
        return Pose(x, y, scale, angle)

    return path


def shaken(path: Path, *, amplitude: float, seed: int, period: float = 12.0) -> Path:
    """Add the unrest of a hand to a path.

    Parameters
    ----------
    path : Path
        The path without it.
    amplitude : float
        Standard deviation of the place, in world pixels, along x and along y; the angle's is a
        hundredth of it in degrees.
    seed : int
        The same seed gives the same unrest.
    period : float
        Time of the slowest sway, in frames. The tremor on top is four times as fast.
    """
    random = np.random.default_rng(seed)
    phases = random.uniform(0, 2 * math.pi, (3, 4))
    rates = 2 * math.pi / period * np.array([1.0, 1.7, 2.6, 4.1]) * random.uniform(0.9, 1.1, (3, 4))
    weights = np.array([0.75, 0.5, 0.35, 0.25]) * math.sqrt(2)

    def moved(time: float) -> Pose | None:
        pose = path(time)
        if pose is None:
            return None
        x, y, turn = (np.sin(rates * time + phases) @ weights * amplitude).tolist()
        return Pose(pose.x + x, pose.y + y, pose.scale, pose.angle_deg + turn / 100)

    return moved
