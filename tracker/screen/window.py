"""A window that shows pictures and hears keys and the mouse."""

from __future__ import annotations

from types import TracebackType

import cv2
import numpy as np

from ..drawing import WHITE, Image, draw_text, text_mask
from ..errors import DisplayError
from .display import find_display
from .fitting import Fit, Point, Size, fit, opening_size

__all__ = ["Drag", "Window"]

BAR_HEIGHT = 28  # px of the bar under the picture
BAR_CAP_HEIGHT = 9.5  # px of its capital letters
BAR_PADDING = 12  # px left and right in the bar
BAR_COLOR = (38, 34, 32)
GROUND = (24, 20, 18)  # beside a picture of another shape than the window
HINT_BLANKS = "   "  # between the parts of a hint, of which the first word is the key
HINT_GAP = 14  # px between the parts as shown
HINT_COLOR = (200, 194, 190)

# OpenCV's own tool bar would scale the picture (opencv/opencv#9641); its own keeping of the aspect
# would make the size of the window's inside unknowable.
STYLE = cv2.WINDOW_NORMAL | cv2.WINDOW_GUI_NORMAL | cv2.WINDOW_FREERATIO

# the key pad's Enter has codes of its own under GTK (65421) and some Qt builds (141)
KEY_NAMES = {10: "enter", 13: "enter", 141: "enter", 65421: "enter", 27: "escape", 32: "space"}


class Drag:
    """Where the mouse is, and from where it was pulled; in px of the window."""

    def __init__(self) -> None:
        self.pointer: Point | None = None
        self.start: Point | None = None
        self.end: Point | None = None
        self.pressed = False

    def clear(self) -> None:
        """Forget the pull, not the pointer."""
        self.start = self.end = None
        self.pressed = False

    def hear(self, event: int, x: int, y: int, *_: object) -> None:
        """Take a mouse event of OpenCV."""
        self.pointer = (x, y)
        if event == cv2.EVENT_LBUTTONDOWN:
            self.start = self.end = (x, y)
            self.pressed = True
        elif self.pressed and event in (cv2.EVENT_MOUSEMOVE, cv2.EVENT_LBUTTONUP):
            self.end = (x, y)
            self.pressed = event != cv2.EVENT_LBUTTONUP


class Window:
    """A window on the screen, as large as the picture or as the screen allows.

    The picture is scaled here, not by the window system, so that a pixel of the window is known to
    be a place in the picture. It follows when the window's size is changed by hand.

    Parameters
    ----------
    title : str
        Also what tells windows apart: one window a title.
    picture : (width, height)
        Of the pictures to be shown, in px.

    Raises
    ------
    DisplayError
        If there is no screen; the message says why.
    """

    def __init__(self, title: str, picture: Size) -> None:
        display = find_display()
        if display.why_not:
            raise DisplayError(f"cannot open a window: {display.why_not}")
        self.title = title
        self.drag = Drag()
        width, height = opening_size(picture, display.size)
        cv2.namedWindow(title, STYLE)
        cv2.resizeWindow(title, width, height + BAR_HEIGHT)
        cv2.setMouseCallback(title, self.drag.hear)

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether the window is still there; the user may have closed it."""
        try:
            return bool(cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) >= 1)
        except cv2.error:  # what the Qt wheel says once its last window is gone
            return False

    def show(self, image: Image, *, hint: str = "", status: str = "") -> None:
        """Show a BGR picture; *hint* on the left of the bar under it, *status* on the right.

        A hint is a list of keys, three blanks apart: ``"q quit   space pause"``.
        """
        if self.is_open:
            canvas, _ = self.canvas(image)
            self.present(canvas, hint=hint, status=status)

    def canvas(self, image: Image) -> tuple[Image, Fit]:
        """Give the window's inside with the picture in it, to draw on in px of the window."""
        _, _, width, height = cv2.getWindowImageRect(self.title)
        # a window being opened or made tiny says 0 or less
        width, height = max(width, 16), max(height, BAR_HEIGHT + 16)
        place = fit((image.shape[1], image.shape[0]), (width, height - BAR_HEIGHT))
        inside = np.full((height, width, 3), GROUND, np.uint8)
        how = cv2.INTER_AREA if place.scale_x < 1 else cv2.INTER_LINEAR
        right, bottom = place.left + place.width, place.top + place.height
        scaled = cv2.resize(image, (place.width, place.height), interpolation=how)
        inside[place.top : bottom, place.left : right] = scaled
        return inside, place

    def present(self, canvas: Image, *, hint: str = "", status: str = "") -> None:
        """Show what :meth:`canvas` gave, with the bar under it."""
        bar = canvas[-BAR_HEIGHT:]
        bar[:] = BAR_COLOR
        top = (BAR_HEIGHT - BAR_CAP_HEIGHT) / 2
        right = canvas.shape[1] - BAR_PADDING
        if status:
            right -= text_mask(status, BAR_CAP_HEIGHT)[0].shape[1]
            draw_text(bar, status, right, top, BAR_CAP_HEIGHT, WHITE)
            right -= 2 * BAR_PADDING
        left: float = BAR_PADDING
        for part in _that_fit(hint, right - left):
            key, _, words = part.partition(" ")
            left += draw_text(bar, key, left, top, BAR_CAP_HEIGHT, WHITE) + HINT_GAP / 3
            left += draw_text(bar, words, left, top, BAR_CAP_HEIGHT, HINT_COLOR) + HINT_GAP
        cv2.imshow(self.title, canvas)

    def key(self, wait_ms: int = 1) -> str:
        """Let the window work for *wait_ms* and name the key pressed: "q", "space", "" for none.

        Also "enter" and "escape". A closed window gives "" at once.
        """
        if not self.is_open:
            return ""
        code = cv2.waitKeyEx(max(wait_ms, 1))  # 0 would wait for ever on a closed window
        if code in KEY_NAMES:
            return KEY_NAMES[code]
        return chr(code).lower() if 32 < code < 127 else ""

    def close(self) -> None:
        """Close the window; once is enough, twice does no harm."""
        if self.is_open:
            cv2.destroyWindow(self.title)
            cv2.waitKey(1)  # the window system closes it while events are handled


def _that_fit(hint: str, width: float) -> list[str]:
    """Take a hint apart, whose parts stand three blanks apart, and leave away what does not fit."""
    parts = hint.split(HINT_BLANKS)
    while len(parts) > 1 and text_mask(hint, BAR_CAP_HEIGHT)[0].shape[1] * 1.1 > width:
        parts.pop()
        hint = HINT_BLANKS.join(parts)
    return parts
