"""Start: the frame and the box that a run begins with, when it is known by its color alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from .box import Box
from .detect import color_windows, read_color
from .errors import TrackerError
from .screen import Window
from .video import Frame

__all__ = ["find_color"]

HINT = "looking for something {color}   q quit"


def find_color(
    first: Frame, frames: Iterator[Frame], window: Window | None, color: str
) -> tuple[Frame, Box | None]:
    """Find the largest thing of a color, in the first frame that has one.

    Returns
    -------
    Frame
        The one in which it was found; those before it are gone.
    Box or None
        None when the window was closed.

    Raises
    ------
    ConfigError
        If the color is none.
    TrackerError
        If the frames end before it is found.
    """
    bgr, n_frames = read_color(color), 0
    for frame in chain([first], frames):
        boxes, n_frames = color_windows(frame.image, bgr), n_frames + 1
        if boxes:
            return replace(frame, index=0), boxes[0]
        if window is not None:
            window.show(frame.image, hint=HINT.format(color=color))
            if window.key() in ("q", "escape") or not window.is_open:
                return frame, None
    raise TrackerError(
        f"something {color} was looked for in {n_frames} frames, and not found; give --box"
    )
