"""Choosing the target: a box drawn with the mouse on our own window.

OpenCV's ``selectROI`` cannot be canceled, comes back for ever when its window is closed
(opencv/opencv#9641), and opens larger than the screen.
"""

from __future__ import annotations

from ..box import Box
from ..drawing import DARK, WHITE, Color, Image, draw_line, draw_text, panel, text_mask
from .fitting import Fit, box_of_drag
from .window import Window

__all__ = ["select_box"]

HINT = "drag a box around the target   Enter take it   Esc cancel   r again"
POLL_MS = 15  # between two looks at the mouse
BOX_COLOR: Color = (150, 222, 64)
DIMMED = 0.55  # of the brightness, outside the box
CAP_HEIGHT = 10.0  # px, of the size beside the box


def select_box(window: Window, image: Image) -> Box | None:
    """Let the user draw a box on a BGR picture.

    Enter or Space takes the box, which may be drawn again until then (r clears it); Escape, c, q
    or closing the window cancels.

    Returns
    -------
    Box or None
        In px of *image*, inside it; None when canceled.
    """
    picture = (image.shape[1], image.shape[0])
    drag = window.drag
    if not drag.pressed:  # a pull that has begun, on a picture that moved until then, goes on
        drag.clear()
    while window.is_open:
        canvas, place = window.canvas(image)
        box = None
        if drag.start is not None and drag.end is not None:
            box = box_of_drag(drag.start, drag.end, place, picture)
        if box is not None:
            _draw_box(canvas, box, place)
        elif drag.pointer is not None:
            _draw_cross(canvas, *drag.pointer)
        window.present(canvas, hint=HINT)
        key = window.key(POLL_MS)
        if key in ("enter", "space") and box is not None:
            return box
        if key in ("escape", "c", "q"):
            return None
        if key == "r":
            drag.clear()
    return None


def _draw_box(canvas: Image, box: Box, place: Fit) -> None:
    """Draw the box with its size beside it; what is outside is dimmed."""
    left, top = place.left + box.x * place.scale_x, place.top + box.y * place.scale_y
    right, bottom = left + box.width * place.scale_x, top + box.height * place.scale_y
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    inside = slice(round(top), round(bottom)), slice(round(left), round(right))
    kept = canvas[inside].copy()
    canvas[:] = (canvas * DIMMED).astype(canvas.dtype)
    canvas[inside] = kept
    draw_line(canvas, corners, DARK, 4)
    draw_line(canvas, corners, BOX_COLOR, 2)
    text = f"{box.width:.0f} x {box.height:.0f}"
    width, height, pad = text_mask(text, CAP_HEIGHT)[0].shape[1] + 14, round(CAP_HEIGHT) + 14, 7
    x = min(max(round(left), 0), max(canvas.shape[1] - width, 0))
    y = round(bottom) + 8
    if y + height > place.top + place.height:
        y = max(round(top) - height - 8, 0)
    panel(canvas, (x, y, width, height), 4)
    draw_text(canvas, text, x + pad, y + pad, CAP_HEIGHT, WHITE)


def _draw_cross(canvas: Image, x: int, y: int) -> None:
    """Draw lines through the pointer, which shows on any color and helps to hit a corner."""
    rows, columns = canvas.shape[:2]
    for line in ([(x + 0.5, 0), (x + 0.5, rows)], [(0, y + 0.5), (columns, y + 0.5)]):
        draw_line(canvas, line, DARK, 3)
        draw_line(canvas, line, WHITE, 1)
