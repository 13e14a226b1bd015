"""Start: the frame and the box that a run begins with, when nobody draws it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from .box import Box
from .detect import MotionDetector, color_windows, point_window, read_color
from .drawing import Image
from .errors import TrackerError
from .screen import Window
from .video import Frame

__all__ = ["find_start"]

# Frames with a mover before the largest is taken: its shadow may be there sooner.
MOVERS_AWAITED = 4
HINT = "looking for {what}   q quit"


def find_start(
    first: Frame,
    frames: Iterator[Frame],
    window: Window | None,
    *,
    point: tuple[float, float] | None = None,
    color: str | None = None,
) -> tuple[Frame, Box | None]:
    """Find the target by a point of the first frame, else by its color, else by its motion.

    Returns
    -------
    Frame
        The one in which it was found; those before it are gone.
    Box or None
        None when the window was closed.

    Raises
    ------
    BoxError, ConfigError
        If the point is not in the frame, or the color is none.
    TrackerError
        If the frames end before it is found.
    """
    if point is not None:
        return first, point_window(first.image, point)
    looks: Callable[[Image], list[Box]] = MotionDetector().update
    what, awaited = "something that moves", MOVERS_AWAITED
    if color is not None:
        bgr, what, awaited = read_color(color), f"something {color}", 1
        looks = lambda image: color_windows(image, bgr)  # noqa: E731
    n_frames = 0
    for frame in chain([first], frames):
        boxes, n_frames = looks(frame.image), n_frames + 1
        awaited -= bool(boxes)
        if boxes and awaited <= 0:
            return replace(frame, index=0), boxes[0]
        if window is not None:
            window.show(frame.image, hint=HINT.format(what=what))
            if window.key() in ("q", "escape") or not window.is_open:
                return frame, None
    raise TrackerError(f"{what} was looked for in {n_frames} frames, and not found; give --box")
