"""Does a long run need more and more memory? The resident size over many updates."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
from peers import this_tracker
from scenes import SIZES, moving_target

STATM = Path("/proc/self/statm")  # resident pages in its second field; Linux only
N_SAMPLES = 200
SETTLED = 0.1  # of the run, after which the allocator has what it needs
TARGET = 80
FLAT_MB = 1.0  # over the whole run


def measure_memory(preset: str, n_updates: int) -> dict[str, float]:
    """Follow a clip for *n_updates* frames and fit a line to the resident size.

    Returns
    -------
    dict
        ``bytes_per_update``, the half width of its 95 % interval, ``growth_mb`` over the whole
        run by that line, and the size at both ends.

    Raises
    ------
    RuntimeError
        Where the system does not tell the resident size.
    """
    if not STATM.exists():
        raise RuntimeError(f"{STATM}: not on this system; the memory benchmark needs Linux")
    clip = moving_target(SIZES["480p"], TARGET)
    step = this_tracker(preset)(clip.frames[0], clip.boxes[0])
    every = max(n_updates // N_SAMPLES, 1)
    done, resident = [], []
    for index in range(1, n_updates + 1):
        step(clip.frames[clip.at(index)])
        if index % every == 0:
            gc.collect()
            done.append(index)
            resident.append(resident_bytes())
    settled = slice(int(SETTLED * len(done)), None)
    slope, margin = line_through(np.array(done[settled], float), np.array(resident[settled], float))
    return {
        "updates": n_updates,
        "bytes_per_update": slope,
        "margin_95": margin,
        "growth_mb": slope * n_updates / 1e6,
        "first_mb": resident[settled][0] / 1e6,
        "last_mb": resident[-1] / 1e6,
    }


def resident_bytes() -> int:
    """Give how much memory the process holds now."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def line_through(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Least-squares slope, and the half width of its 95 % interval."""
    x, y = x - x.mean(), y - y.mean()
    slope = float(x @ y / (x @ x))
    spread = float(((y - slope * x) ** 2).sum() / max(len(x) - 2, 1) / (x @ x)) ** 0.5
    return slope, 1.96 * spread
