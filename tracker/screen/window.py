"""A window that shows pictures and hears keys and the mouse."""

from __future__ import annotations

from types import TracebackType

import cv2
import numpy as np

from ..errors import DisplayError
from ..overlay.primitives import WHITE, Image, draw_text, text_mask
from .display import find_display
from .fitting import Fit, Point, Size, fit, is_click, opening_size
from .keys import key_name
from .timeline import TIMELINE_HEIGHT, draw_timeline, time_at

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


class Drag:
    """Where the mouse is, and from where it was pulled; in px of the window."""

    def __init__(self) -> None:
        self.pointer: Point | None = None
        self.start: Point | None = None
        self.end: Point | None = None
        self.pressed = False
        self.n_pulls = 0

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
            self.n_pulls += 1
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
    span : (begin, end), optional
        Seconds of a film in which one can move about: there is a line of it under the picture.

    Raises
    ------
    DisplayError
        If there is no screen; the message says why.
    """

    def __init__(
        self, title: str, picture: Size, *, span: tuple[float, float] | None = None
    ) -> None:
        display = find_display()
        if display.why_not:
            raise DisplayError(f"cannot open a window: {display.why_not}")
        self.title = title
        self.drag = Drag()
        self.span = span
        self._place: Fit | None = None  # of the newest picture
        self._n_heard = 0  # pulls of the mouse that were asked for
        self._below = BAR_HEIGHT + (TIMELINE_HEIGHT if span else 0)
        width, height = opening_size(picture, display.room)
        self._size: Size = (width, height + self._below)  # of its inside, px
        cv2.namedWindow(title, STYLE)
        cv2.resizeWindow(title, *self._size)
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
        width, height = self._size = max(width, 16), max(height, self._below + 16)
        place = fit((image.shape[1], image.shape[0]), (width, height - self._below))
        self._place = place
        inside = np.full((height, width, 3), GROUND, np.uint8)
        how = cv2.INTER_AREA if place.scale_x < 1 else cv2.INTER_LINEAR
        right, bottom = place.left + place.width, place.top + place.height
        scaled = cv2.resize(image, (place.width, place.height), interpolation=how)
        inside[place.top : bottom, place.left : right] = scaled
        return inside, place

    def present(
        self, canvas: Image, *, hint: str = "", status: str = "", at_s: float | None = None
    ) -> None:
        """Show what :meth:`canvas` gave, with the bar under it; *at_s* is where in the film."""
        if self.span is not None:
            strip = canvas[-self._below : -BAR_HEIGHT]
            strip[:] = GROUND
            draw_timeline(strip, self.span, self.span[0] if at_s is None else at_s)
        bar = canvas[-BAR_HEIGHT:]
        bar[:] = BAR_COLOR
        top = (BAR_HEIGHT - BAR_CAP_HEIGHT) / 2
        right = canvas.shape[1] - BAR_PADDING
        status = HINT_BLANKS.join(_that_fit(status, right - BAR_PADDING))
        if status:
            right -= text_mask(status, BAR_CAP_HEIGHT)[0].shape[1]
            draw_text(bar, status, right, top, BAR_CAP_HEIGHT, WHITE)
            right -= 2 * BAR_PADDING
        left: float = BAR_PADDING
        for part in _that_fit(hint, right - left) if hint else ():
            key, _, words = part.partition(" ")
            left += draw_text(bar, key, left, top, BAR_CAP_HEIGHT, WHITE) + HINT_GAP / 3
            left += draw_text(bar, words, left, top, BAR_CAP_HEIGHT, HINT_COLOR) + HINT_GAP
        cv2.imshow(self.title, canvas)

    def key(self, wait_ms: int = 1) -> str:
        """Let the window work for *wait_ms* and name the key pressed: "q", "space", "" for none.

        Also "enter", "escape", and arrows as "left". A closed window gives "" at once.
        """
        if not self.is_open:
            return ""
        return key_name(cv2.waitKeyEx(max(wait_ms, 1)))  # 0 would wait for ever on a closed window

    def on_picture(self) -> bool:
        """Tell whether the newest pull of the mouse began above the bar and the line."""
        return self.drag.start is not None and self.drag.start[1] < self._size[1] - self._below

    def clicked(self) -> tuple[float, float] | None:
        """Give where in the picture the mouse was clicked since this was asked last, in its px."""
        drag, place = self.drag, self._place
        if drag.pressed or drag.start is None or drag.end is None or drag.n_pulls == self._n_heard:
            return None
        self._n_heard = drag.n_pulls
        if place is None or not self.on_picture() or not is_click(drag.start, drag.end):
            return None
        x, y = drag.start
        return (x + 0.5 - place.left) / place.scale_x, (y + 0.5 - place.top) / place.scale_y

    def scrubbed(self) -> float | None:
        """Give the time the mouse points at on the line under the picture, while it is pulled."""
        start, end = self.drag.start, self.drag.end
        if self.span is None or start is None or end is None:
            return None
        if not 0 <= start[1] - (self._size[1] - self._below) < TIMELINE_HEIGHT:
            return None
        return time_at(end[0], self._size[0], self.span)

    def toggle_full_screen(self) -> None:
        """Take the whole screen, or give it back."""
        whole = cv2.WINDOW_NORMAL if self.is_full_screen else cv2.WINDOW_FULLSCREEN
        cv2.setWindowProperty(self.title, cv2.WND_PROP_FULLSCREEN, whole)

    @property
    def is_full_screen(self) -> bool:
        """Whether it takes the whole screen."""
        if not self.is_open:
            return False
        return bool(cv2.getWindowProperty(self.title, cv2.WND_PROP_FULLSCREEN) == 1)

    def close(self) -> None:
        """Close the window; once is enough, twice does no harm."""
        if self.is_open:
            cv2.destroyWindow(self.title)
            cv2.waitKey(1)  # the window system closes it while events are handled


def _that_fit(hint: str, width: float) -> list[str]:
    """Take words apart that stand three blanks apart, and leave away what does not fit."""
    parts = hint.split(HINT_BLANKS)
    while len(parts) > 1 and text_mask(hint, BAR_CAP_HEIGHT)[0].shape[1] * 1.1 > width:
        parts.pop()
        hint = HINT_BLANKS.join(parts)
    return parts
