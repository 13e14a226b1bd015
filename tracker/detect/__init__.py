"""Detection: windows without a mouse, from motion, a point, a color or a mask.

Each way makes a density of the frame, and mean shift finds its modes; none knows what things are.
"""

from __future__ import annotations

from .color import color_at, color_windows, read_color
from .mask import mask_window
from .motion import MotionDetector
from .point import point_window
from .windows import density_windows

__all__ = [
    "MotionDetector",
    "color_at",
    "color_windows",
    "density_windows",
    "mask_window",
    "point_window",
    "read_color",
]
