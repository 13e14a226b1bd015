"""Figures written as JSON with what made them, and drawn when matplotlib is there."""

from __future__ import annotations

import json
import math
import platform
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, str]:
    """Tell on what and when figures were made."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(
            (line.split(": ")[1] for line in lines if line.startswith("model name")), model
        )
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": model,
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
    }


def save(found: dict, folder: Path, name: str, *, draw: str | None = None) -> None:
    """Write ``folder/name.json``; *draw* names the function of ``plots`` that draws it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(_without_nan(found), indent=1, allow_nan=False) + "\n")
    print(f"\nwritten: {path}")
    if draw is None:
        return
    try:
        import plots
    except ImportError:
        print('no pictures: they need pip install "meanshift-tracker[plot]"', file=sys.stderr)
        return
    for picture in getattr(plots, draw)(found, folder, name):
        print(f"written: {picture}")


def _without_nan(value: Any) -> Any:
    """Put None where there is no number: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
