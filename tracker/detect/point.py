"""Point: the region round a click becomes the window.

Windows of several sizes are taken for the target in turn. What has the colors of the window, rather
than of the ring round it, is a density; the window climbs it and takes the size of what it covers.
The target is where most sizes lead, and inside and outside have little in common.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..backprojection import posterior
from ..box import Box, iou
from .shrinking import check_point, in_frame, shrunk
from .surroundings import RING, apart, color_bins, inside_and_round, slices
from .windows import grown

__all__ = ["point_window"]

SIDES = tuple(10 * 1.3**k for k in range(11))  # pixels of the shrunk frame: 10 to 138


def point_window(
    frame: NDArray[np.uint8], point: tuple[float, float], channels: str = "bgr"
) -> Box:
    """Find the region round a point of a frame.

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
    BoxError
        If the point is not in the frame.
    """
    picture = shrunk(frame, channels)
    height, width = frame.shape[:2]
    check_point(point, frame.shape)
    x, y = point[0] * picture.shape[1] / width, point[1] * picture.shape[0] / height
    bins = color_bins()(picture)
    found = [_region(bins, Box.around((x, y), side, side)) for side in SIDES]
    worth = [apart(bins, box) * iou(found, box).sum() for box in found]
    best = found[int(np.argmax(worth))]
    return in_frame([best], picture.shape, frame.shape)[0]


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
