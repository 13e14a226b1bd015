"""Is there a screen to draw on? Asked before any window is opened.

The Qt wheels of OpenCV end the whole process where no display answers (opencv/opencv-python#447),
which no ``try`` can catch. So another process tries first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from typing import NamedTuple

import cv2

__all__ = ["Display", "display_available", "find_display"]

PROBE_TIMEOUT_S = (
    15.0  # a loaded machine needs seconds to import OpenCV; a dead server never answers
)

# Opens a window as we would, and prints the size of the screen where the system tells it. It is
# passed as text since a file of its own would put our modules in the way of the standard library's.
PROBE = """
import sys, cv2
cv2.namedWindow("probe", cv2.WINDOW_NORMAL)
cv2.destroyAllWindows()
import ctypes
width = height = 0
if sys.platform == "win32":
    width, height = map(ctypes.windll.user32.GetSystemMetrics, (0, 1))
elif sys.platform == "linux":
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        pass
    else:
        x11.XOpenDisplay.restype = ctypes.c_void_p
        display = ctypes.c_void_p(x11.XOpenDisplay(None))
        if display:
            width, height = x11.XDisplayWidth(display, 0), x11.XDisplayHeight(display, 0)
print("screen", width, height)
"""


class Display(NamedTuple):
    """What is known of the screen."""

    why_not: str  # empty when a window can be opened
    size: tuple[int, int] | None  # width, height in px; None where the system does not tell


def display_available() -> bool:
    """Tell whether a window can be opened here. Never ends the process, never raises.

    The first call takes as long as importing OpenCV; :func:`find_display` has the reason.
    """
    return not find_display().why_not


def find_display() -> Display:
    """Find the screen, or the reason in words why there is none."""
    return _find(os.environ.get("DISPLAY", ""), os.environ.get("WAYLAND_DISPLAY", ""))


@lru_cache(maxsize=4)
def _find(x_display: str, wayland_display: str) -> Display:
    """Look for the display that the environment names; its words are only what is remembered by."""
    if not cv2.currentUIFramework():
        return Display("this OpenCV is a headless wheel, which has no windows", None)
    if sys.platform == "linux" and not x_display and not wayland_display:
        return Display("neither DISPLAY nor WAYLAND_DISPLAY is set", None)
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Display(f"the display {x_display} did not answer in {PROBE_TIMEOUT_S:g} s", None)
    if probe.returncode != 0:
        return Display(_why_failed(probe.stderr, x_display or wayland_display), None)
    width, height = (int(word) for word in probe.stdout.split()[-2:])
    return Display("", (width, height) if width and height else None)


def _why_failed(stderr: str, display: str) -> str:
    """Put what the failed process said into a sentence."""
    if "could not connect to display" in stderr:
        return f"the display {display} does not answer"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return f"a window could not be opened: {lines[-1] if lines else 'no reason given'}"
