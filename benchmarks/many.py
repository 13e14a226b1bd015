"""Many drawn scenes, one after the other or in several processes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from saving import RESULTS

Found = TypeVar("Found")


def arguments(description: str, n_scenes: int) -> argparse.Namespace:
    """Read how many scenes are asked for, in how many processes, and where results go."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--scenes", type=int, default=n_scenes, help=f"how many ({n_scenes})")
    add("--jobs", type=int, default=1, help="processes (1)")
    add("--output", type=Path, default=RESULTS, help="folder (%(default)s)")
    return parser.parse_args()


def over_seeds(work: Callable[[int], Found], asked: argparse.Namespace) -> list[Found]:
    """Give what *work* finds of each seed, in their order."""
    seeds = range(asked.scenes)
    if asked.jobs == 1:
        return list(map(work, seeds))
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, seeds))


def title(kind: Callable[..., Any]) -> str:
    """Give the name of a kind of scene, as it is printed."""
    return kind.__name__.replace("_", " ")
