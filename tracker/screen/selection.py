"""Choosing the target: a box drawn with the mouse on our own window.

OpenCV's ``selectROI`` cannot be canceled, comes back for ever when its window is closed
(opencv/opencv#9641), and opens larger than the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from numpy.typing import NDArray

from ..box import Box
from ..overlay.primitives import Image
from .editor import BoxEditor
from .fitting import Fit
from .hud import draw_box, draw_cross, draw_preview
from .window import Window

__all__ = ["Preview", "draw_selection", "select_box"]

Preview: TypeAlias = Callable[[Image, Box], "tuple[tuple[NDArray[Any], Box], str] | None"]
"""What following a box would begin with: the density as :meth:`tracker.Tracker.density` gives it,
and words on how hard it looks. None for a box that cannot be followed."""

HINT = "drag a box around the target   Enter take it   Esc cancel   r again"
POLL_MS = 15  # between two looks at the mouse


def select_box(window: Window, image: Image, *, preview: Preview | None = None) -> Box | None:
    """Let the user draw a box on a BGR picture.

    Enter or Space takes the box, which may be drawn again until then (r clears it), moved, and
    corrected by its handles; Escape, c, q or closing the window cancels.

    Returns
    -------
    Box or None
        In px of *image*, inside it; None when canceled.
    """
    picture = (image.shape[1], image.shape[0])
    editor = BoxEditor()
    if (
        not window.drag.pressed
    ):  # a pull that has begun, on a picture that moved until then, goes on
        window.drag.clear()
    while window.is_open:
        canvas, place = window.canvas(image)
        if window.on_picture():
            editor.follow(window.drag, place, picture)
        words = draw_selection(canvas, window, editor.box, image, place, preview)
        window.present(canvas, hint=HINT, status=words)
        key = window.key(POLL_MS)
        if window.on_picture():
            editor.follow(window.drag, place, picture)
        if key in ("enter", "space") and editor.box is not None:
            return editor.box
        if key in ("escape", "c", "q"):
            return None
        if key == "r":
            window.drag.clear()
            editor.clear()
    return None


def draw_selection(
    canvas: Image,
    window: Window,
    box: Box | None,
    image: Image,
    place: Fit,
    preview: Preview | None,
) -> str:
    """Draw the box with the density it would give, else lines through the pointer; give words."""
    if box is None:
        if window.drag.pointer is not None:
            draw_cross(canvas, *window.drag.pointer)
        return ""
    seen = preview(image, box) if preview is not None else None
    draw_box(canvas, box, place)
    if seen is None:
        return ""
    density, words = seen
    draw_preview(canvas, box, density, place)
    return words
