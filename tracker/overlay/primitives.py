"""Drawing primitives: two-tone anti-aliased lines, dashes, text and panels on a BGR picture.

Points are (x, y) in frame coordinates, edges rather than pixel centers, and may be fractional;
colors are BGR. Sizes follow one ``unit``, which follows the picture (see :func:`drawing_unit`).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CAP_HEIGHT",
    "DARK",
    "FAR",
    "FRAME_COLOR",
    "LINE_HEIGHT",
    "WHITE",
    "Color",
    "Image",
    "Rect",
    "blend",
    "bounds",
    "dashes",
    "draw_line",
    "draw_text",
    "drawing_unit",
    "line_width",
    "panel",
    "text_mask",
    "wrap_text",
]

Image: TypeAlias = NDArray[np.uint8]
Color: TypeAlias = tuple[int, int, int]

Rect: TypeAlias = tuple[int, int, int, int]  # left, top, width, height in whole px

DARK: Color = (24, 20, 18)  # the outer tone of every line, and the ground of every panel
WHITE: Color = (250, 248, 246)
FRAME_COLOR: Color = (112, 106, 102)  # of an inset, and of the empty part of a bar

TYPEFACE = int(cv2.__version__.split(".")[0]) >= 5  # text is set in a real typeface
SHIFT = 4  # bits of sub-pixel in cv2's drawing calls: 1/16 px
FAR = 20_000  # px; cv2's drawing overflows with points further away than its 32 bits hold
CAP_HEIGHT = 10.0  # of a capital letter, in units
LINE_HEIGHT = 1.75  # from one line of text to the next, in cap heights
SUPERSAMPLE = 4  # text is drawn this much larger and reduced, for fractional sizes and smooth edges


def drawing_unit(shape: tuple[int, ...]) -> float:
    """Give the size, in px, that lines and letters are multiples of.

    1 for a picture whose shorter side is 540 px, in proportion above; never below 0.8, since
    letters under 8 px are not read.

    Examples
    --------
    >>> drawing_unit((1080, 1920, 3)), drawing_unit((240, 320))
    (2.0, 0.8)
    """
    return max(min(shape[:2]) / 540, 0.8)


def line_width(width: float, edge: float = 0.0) -> int:
    """Round a line's width to whole px, at least 1; with an *edge* on both sides, at least 1 each.

    Examples
    --------
    >>> line_width(2.2), line_width(2.2, edge=0.4)
    (2, 4)
    """
    return max(round(width), 1) + (2 * max(round(edge), 1) if edge > 0 else 0)


def draw_line(canvas: Image, points: ArrayLike, color: Color, width: int) -> None:
    """Draw a smooth line of whole *width* px through points of shape (n, 2)."""
    # frame coordinates count from the corner of pixel (0, 0), cv2's from its center
    corners = np.clip(np.asarray(points, np.float64) - 0.5, -FAR, FAR)
    fixed = np.rint(corners * (1 << SHIFT)).astype(np.int32)
    cv2.polylines(canvas, [fixed], False, color, width, cv2.LINE_AA, SHIFT)


def dashes(points: ArrayLike, dash: float, gap: float) -> list[NDArray[np.float64]]:
    """Cut the closed outline through *points*, (n, 2), into dashes, each of shape (2, 2).

    Every side starts and ends with half a dash, so that corners are always drawn; the lengths, in
    px, are stretched to fit a whole number of times.

    Examples
    --------
    >>> len(dashes([(0, 0), (40, 0), (40, 20), (0, 20)], dash=6, gap=4))
    16
    """
    corners = np.asarray(points, np.float64)
    pieces = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        count = max(round(float(np.linalg.norm(end - start)) / (dash + gap)), 1)
        half = dash / (dash + gap) / 2
        for number in range(count + 1):
            low, high = max(number - half, 0) / count, min(number + half, count) / count
            pieces.append(np.stack([start + (end - start) * low, start + (end - start) * high]))
    return pieces


def bounds(points: NDArray[np.float64]) -> Rect:
    """Give the upright rectangle around points, in whole px."""
    left, top = np.floor(points.min(axis=0))
    right, bottom = np.ceil(points.max(axis=0))
    return int(left), int(top), int(right - left), int(bottom - top)


def blend(canvas: Image, mask: NDArray[Any], left: int, top: int, color: Color) -> None:
    """Paint *color* through *mask* (uint8, 255 = opaque), whose corner is at (left, top).

    What hangs over the border is left away.
    """
    rows, columns = canvas.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + mask.shape[1], columns), min(top + mask.shape[0], rows)
    if x0 >= x1 or y0 >= y1:
        return
    alpha = mask[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(np.float32) / 255
    under = canvas[y0:y1, x0:x1]
    under[:] = np.rint(under + (np.array(color, np.float32) - under) * alpha).astype(np.uint8)


def panel(
    canvas: Image,
    rect: Rect,
    radius: float,
    *,
    opacity: float = 0.78,
    color: Color = DARK,
) -> None:
    """Paint a plate with round corners; *opacity* is 0 to 1."""
    left, top, width, height = rect
    blend(canvas, _plate(width, height, round(radius), round(255 * opacity)), left, top, color)


@lru_cache(maxsize=64)
def _plate(width: int, height: int, radius: int, opacity: int) -> Image:
    """Make the mask of a plate, its round corners smooth."""
    big = np.zeros((height * SUPERSAMPLE, width * SUPERSAMPLE), np.uint8)
    inset = min(radius * SUPERSAMPLE, min(big.shape) // 2)
    rows, columns = big.shape
    big[inset : rows - inset] = opacity
    big[:, inset : columns - inset] = opacity
    for x in (inset, columns - 1 - inset):
        for y in (inset, rows - 1 - inset):
            cv2.circle(big, (x, y), inset, opacity, -1)
    mask = cv2.resize(big, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    mask.flags.writeable = False
    return mask


def draw_text(
    canvas: Image, text: str, left: float, top: float, cap_height: float, color: Color
) -> int:
    """Write one line; (left, top) is the corner of its capitals. Returns its width in px."""
    mask, above = text_mask(text, cap_height)
    blend(canvas, mask, round(left), round(top) - above, color)
    return int(mask.shape[1])


@lru_cache(maxsize=1024)
def text_mask(text: str, cap_height: float) -> tuple[Image, int]:
    """Render a line of text.

    Returns
    -------
    mask : uint8 array of shape (rows, columns)
        255 = ink; read-only. As wide as the text.
    above : int
        Rows of the mask above the top of a capital letter.
    """
    if not TYPEFACE:  # Hershey's font has no accents and shows "?" for every byte of one
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    font, stroke, cap_per_scale = _font()
    scale = cap_height * SUPERSAMPLE / cap_per_scale
    thickness = max(round(stroke * scale), 1)
    (width, _), _ = cv2.getTextSize(text, font, scale, thickness)
    above, below = round(0.5 * cap_height), round(0.5 * cap_height)
    columns = max(-(-width // SUPERSAMPLE), 1)
    rows = round(cap_height) + above + below
    big = np.zeros((rows * SUPERSAMPLE, columns * SUPERSAMPLE), np.uint8)
    baseline = round((above + cap_height) * SUPERSAMPLE)
    cv2.putText(big, text, (0, baseline), font, scale, 255, thickness, cv2.LINE_AA)
    mask = cv2.resize(big, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8)
    mask.flags.writeable = False
    return mask, above


@lru_cache(maxsize=1)
def _font() -> tuple[int, float, float]:
    """Tell which font to use, its stroke and its capital's height in px, both at scale 1."""
    # OpenCV 5 sets this in a real typeface (opencv/opencv#18760), OpenCV 4 in
    # Hershey's lines, which need to be thick to be read on moving pictures.
    font, stroke, scale = cv2.FONT_HERSHEY_SIMPLEX, 1.6 if TYPEFACE else 2.5, 8.0
    probe = np.zeros((600, 400), np.uint8)
    cv2.putText(probe, "H", (50, 400), font, scale, 255, round(stroke * scale), cv2.LINE_8)
    inked = np.flatnonzero(probe.any(axis=1))
    return font, stroke, float(inked[-1] - inked[0] + 1) / scale


def wrap_text(text: str, cap_height: float, max_width: float) -> list[str]:
    """Break *text* between words into lines of at most *max_width* px; a long word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_mask(longer, cap_height)[0].shape[1] <= max_width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
