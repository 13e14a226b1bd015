"""Scenes with known truth, rendered once a run."""

from __future__ import annotations

import functools
import gc
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from following import follow
from hypothesis import settings

from tracker import Track
from tracker.synthetic import SCENES, plain_scene

# How long an example takes is the machine's affair: a busy one would fail what is right. Thirty of
# them, new ones in each run, keep the suite short.
settings.register_profile("untimed", deadline=None, max_examples=30)
settings.load_profile("untimed")

# Programs that tests start are compiled once, not each time: a tenth of a second for each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays: modules and tests, a third of a second each time."""
    gc.collect()
    gc.freeze()


Frames = tuple[tuple[np.ndarray, Any], ...]


@pytest.fixture(scope="session")
def frames_of() -> Callable[[str], Frames]:
    """Give the frames of a ready-made scene by its name: (image, truth box or None).

    They are mapped from files: read-only, so that no test changes what the next one reads, and no
    weight on the memory. The files have no name, and are gone with the last frame.
    """

    @functools.cache
    def frames(name: str) -> Frames:
        images, boxes = zip(*SCENES[name](), strict=True)
        with tempfile.TemporaryFile() as file:
            for image in images:
                image.tofile(file)
            shape = len(images), *images[0].shape
            mapped = np.memmap(file, np.uint8, "r", shape=shape)
        return tuple(zip(np.asarray(mapped), boxes, strict=True))

    return frames


@pytest.fixture(scope="session")
def tracks_of(frames_of) -> Callable[[str], list[Track]]:
    """Give the tracks through all frames of such a scene, with nothing asked for."""
    return functools.cache(lambda name: follow(frames_of(name)))


@pytest.fixture(scope="session")
def plain():
    """Give the first frames of the plain scene: (image, truth box)."""
    frames = plain_scene()[:40]
    for image, _ in frames:
        image.flags.writeable = False
    return frames


@pytest.fixture(scope="session")
def plain_tracks(plain):
    """Give the tracks through them, with nothing asked for."""
    return follow(plain)
