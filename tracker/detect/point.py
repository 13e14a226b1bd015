"""Point: the region of like colors round a click becomes the window.

Windows of several sizes and shapes are taken for the target in turn. What has the colors of the
window, rather than of the ring round it, is a density; the window climbs it and takes the size of
what it covers. The target is where most windows lead, inside and outside have little in common, and
the click is in the middle: people click there.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..backprojection import posterior
from ..box import Box, iou
from .shrinking import check_point, in_frame, shrunk
from .surroundings import RING, apart, color_bins, inside_and_round, slices
from .windows import grown

__all__ = ["point_window"]

SIDES = tuple(10 * 1.3**k for k in range(11))  # pixels of the shrunk frame: 10 to 138
ASPECTS = (0.4, 0.7, 1.0, 1.6)  # width to height
# Deviation of a click from the target's middle, in its widths and heights; 0.15 to 0.25 tie.
CLICK_DEVIATION = 0.2
# Sides of targets in benchmark footage: the median, in sides of the frame, and a deviation, of the
# logarithm, twice as wide as theirs.
USUAL_SIDE, SIDE_DEVIATION = 0.14, 1.5


def point_window(
    frame: NDArray[np.uint8], point: tuple[float, float], channels: str = "bgr"
) -> Box:
    """Find the region of like colors round a point of a frame.

    Of a thing of many colors that may be a part: of a person, the shirt.

    Parameters
    ----------
    frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
    point : (float, float)
        x, y in frame pixels.
    channels : {"bgr", "rgb"}
        Order of the frame's first three channels.

    Returns
    -------
    Box
        In frame pixels; it covers the point.

    Raises
    ------
    FrameError
        If the frame is not a picture.
    BoxError
        If the point is not two numbers, or not in the frame.
    ConfigError
        If there is no such order of channels.
    """
    picture = shrunk(frame, channels)
    height, width = frame.shape[:2]
    column, row = check_point(point, frame.shape)
    x, y = column * picture.shape[1] / width, row * picture.shape[0] / height
    bins = color_bins()(picture)
    roots = [math.sqrt(aspect) for aspect in ASPECTS]
    windows = [Box.around((x, y), side * root, side / root) for side in SIDES for root in roots]
    found = [_region(bins, window) for window in windows]
    usual = USUAL_SIDE * math.sqrt(bins.size)
    worth = [
        apart(bins, box) * iou(found, box).sum() * _likelihood(box, (x, y), usual) for box in found
    ]
    best = found[int(np.argmax(worth))]
    return in_frame([best], picture.shape, frame.shape)[0]


def _likelihood(box: Box, click: tuple[float, float], usual_side: float) -> float:
    """Tell how likely a click is there when the target is a box, and the box itself is."""
    x, y = box.center
    off2 = ((click[0] - x) / box.width) ** 2 + ((click[1] - y) / box.height) ** 2
    larger = math.log(box.side / usual_side)
    return math.exp(-0.5 * (off2 / CLICK_DEVIATION**2 + (larger / SIDE_DEVIATION) ** 2))


def _region(bins: NDArray[np.intp], window: Box) -> Box:
    """Give what has the colors of a window rather than of the ring round it."""
    table = np.maximum(2 * posterior(*inside_and_round(bins, window)) - 1, 0)
    reach = slices(window.scaled(RING), bins.shape)
    density = np.zeros(bins.shape, np.float32)
    density[reach] = table.take(bins[reach])
    region = grown(density, window)
    x, y = window.center
    covers = region.x <= x <= region.right and region.y <= y <= region.bottom
    return region if covers else window
