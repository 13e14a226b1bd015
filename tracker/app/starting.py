"""Start: the frame and the box that a run begins with, when it is known by its color alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from ..box import Box
from ..detect import color_at, color_windows, read_color
from ..errors import TrackerError
from ..screen import Window
from ..video import Frame

__all__ = ["find_color", "pick_color"]

HINT = "looking for something {color}   q quit"
PICK_HINT = "click on a color   q quit"
PICK_AGAIN = "nothing there is all of that color: click on another   q quit"
POLL_MS = 15  # between two looks at the mouse


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
            window.show(frame.image, hint=HINT.format(color=color), status=frame.outage)
            if window.key() in ("q", "escape") or not window.is_open:
                return frame, None
    raise TrackerError(
        f"something {color} was looked for in {n_frames} frames, and not found; give --box"
    )


def pick_color(
    frame: Frame, frames: Iterator[Frame], window: Window, *, moves: bool
) -> tuple[Frame, Box | None]:
    """Let the user click on a color, and find what has it: what was clicked on, else the largest.

    Parameters
    ----------
    moves : bool
        Whether the pictures go on until the click, as those of a camera.

    Returns
    -------
    Frame
        The one that was clicked on.
    Box or None
        None when the window was closed.
    """
    hint = PICK_HINT
    while window.is_open:
        window.show(frame.image, hint=hint, status=frame.outage)
        if window.key(POLL_MS) in ("q", "escape"):
            break
        point = window.clicked()
        if point is not None:
            boxes = color_windows(frame.image, color_at(frame.image, point))
            if boxes:
                return replace(frame, index=0), min(boxes, key=lambda box: not _holds(box, point))
            hint = PICK_AGAIN
        if moves:
            frame = next(frames, frame)
    return frame, None


def _holds(box: Box, point: tuple[float, float]) -> bool:
    x, y = point
    return box.x <= x <= box.right and box.y <= y <= box.bottom
