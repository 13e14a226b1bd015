"""Scenes with known truth, rendered once a run."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from tracker.synthetic import SCENES, plain_scene

# How long an example takes is the machine's affair: a busy one would fail what is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

RENDERED = 4  # scenes kept at a time, of 28 MB each


@functools.lru_cache(maxsize=RENDERED)
def _rendered(name: str) -> tuple[tuple[np.ndarray, Any], ...]:
    frames = tuple(SCENES[name]())
    for image, _ in frames:
        image.flags.writeable = False  # no test may change what the next one reads
    return frames


@pytest.fixture(scope="session")
def frames_of():
    """Give the frames of a ready-made scene by its name: (image, truth box or None)."""
    return _rendered


@pytest.fixture(scope="session")
def plain():
    """Give the first frames of the plain scene: (image, truth box)."""
    frames = plain_scene()[:40]
    for image, _ in frames:
        image.flags.writeable = False
    return frames
