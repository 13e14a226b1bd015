"""Is there a screen to draw on? Asked before any window is opened.

The Qt wheels of OpenCV end the whole process where no display answers (opencv/opencv-python#447),
which no ``try`` can catch. So another process tries first.
"""

from __future__ import annotations

import ctypes
import math
import os
import subprocess
import sys
from functools import lru_cache
from typing import NamedTuple

import cv2

__all__ = ["Display", "display_available", "find_display"]

PROBE_TIMEOUT_S = 15.0  # importing OpenCV takes seconds on a loaded machine

# What we are about to do, done by another process first. It is passed as text since a file of its
# own would put our modules in the way of the standard library's.
PROBE = """
import cv2
cv2.namedWindow("probe", cv2.WINDOW_NORMAL)
cv2.destroyAllWindows()
"""


class Display(NamedTuple):
    """What is known of the screen."""

    why_not: str  # empty when a window can be opened
    size: tuple[int, int] | None  # width, height in px; None where the system does not tell

    @property
    def room(self) -> tuple[int, int] | None:
        """The size in the px that windows count, of which each may be several of the screen's.

        Qt takes their number from ``QT_SCALE_FACTOR``, and shows and hears everything in them.
        """
        try:
            scale = float(os.environ.get("QT_SCALE_FACTOR", 1))
        except ValueError:
            return self.size
        if self.size is None or not 0 < scale < math.inf:
            return self.size
        return round(self.size[0] / scale), round(self.size[1] / scale)


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
    size = None
    if sys.platform == "win32":
        metric = ctypes.windll.user32.GetSystemMetrics
        size = metric(0), metric(1)
    elif sys.platform == "linux" and x_display:
        answers, size = _connect_to_x()
        if not answers:
            return Display(f"the display {x_display} does not answer", None)
    return Display(_why_no_window(), size)


def _connect_to_x() -> tuple[bool, tuple[int, int] | None]:
    """Tell whether the X server answers (if that can be asked), and the size of its screen.

    The connection is kept: a server that nobody else uses starts anew when its last client goes,
    as the probe does, and would refuse us at just that moment.
    """
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True, None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not connection:
        return False, None
    screen = x11.XDefaultScreen(connection)
    return True, (x11.XDisplayWidth(connection, screen), x11.XDisplayHeight(connection, screen))


def _why_no_window() -> str:
    """Let another process open a window; give the reason why it could not, empty if it could."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"a window did not open within {PROBE_TIMEOUT_S:g} s"
    if probe.returncode == 0:
        return ""
    lines = [line.strip() for line in probe.stderr.splitlines() if line.strip()]
    return f"a window could not be opened: {lines[-1] if lines else 'no reason given'}"
