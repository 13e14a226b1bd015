"""Drawing of several tracks on one picture: each target has its number and a color of its own.

The color tells targets apart. Dashes, as on a single target, and words tell the state; what else a
single target's plate says is told of the selected one only, since sixteen plates hide the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..box import Box
from ..confidence import State
from ..track import Track, check_tracks
from .inset import draw_inset
from .outline import canvas_of, draw_outline, draw_trail, handed_back, outline_of
from .plate import draw_plate, lay_out_beside
from .primitives import (
    CAP_HEIGHT,
    DARK,
    Color,
    Image,
    Rect,
    bounds,
    draw_text,
    drawing_unit,
    panel,
    text_mask,
)

__all__ = ["TARGET_COLORS", "draw_all"]

# BGR: each the farthest in CIELAB from those before it, of all colors with a lightness of 58 to 92,
# which dark letters are read on, and a chroma above 42. The nearest two are 34 apart.
TARGET_COLORS: tuple[Color, ...] = (
    *((255, 195, 60), (0, 255, 0), (0, 75, 255), (255, 0, 255)),
    *((105, 195, 195), (180, 135, 255), (210, 255, 0), (240, 120, 150)),
    *((45, 165, 0), (0, 240, 210), (0, 180, 255), (75, 120, 210)),
    *((180, 45, 255), (90, 75, 255), (120, 165, 60), (150, 255, 150)),
)

PADDING, RIM = 3.0, 1.2  # units round a tag's letters, and of the dark rim round it
TRAIL_EVERY = 4  # frames: sixteen trails drawn step by step cost more than all else
GAP = 2.0  # units between a box and its tag
SELECTED = 1.7  # the line of the selected target than the others'
STATE_WORDS = {State.TRACKING: "", State.UNCERTAIN: " ?", State.LOST: " lost"}
# What a tag may cover, against another tag: a box's border is drawn on again, a number is not.
BOX_WEIGHT = 0.1


def draw_all(
    image: NDArray[Any],
    tracks: Mapping[int, Track],
    *,
    trails: Mapping[int, Iterable[Track]] | None = None,
    selected: int | None = None,
    density: tuple[NDArray[Any], Box] | None = None,
    out: Image | None = None,
) -> Image:
    """Draw several tracks on a copy of *image*, each with its number.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3) BGR, (H, W) gray or (H, W, 4) BGRA
        Never written to, unless it is *out*.
    tracks : mapping of int to Track
        As :meth:`tracker.MultiTracker.update` gives them. One that is lost is dashed.
    trails : mapping of int to iterable of Track, oldest first, optional
        Where each target was.
    selected : int, optional
        The target of which more is told: state, score, reason, as :func:`~tracker.draw` does.
    density : (map, region), optional
        Of the selected target, as :meth:`tracker.Tracker.density` gives it: an inset in a corner.
    out : uint8 array of shape (H, W, 3), optional
        Where to draw; may be *image* itself.

    Returns
    -------
    uint8 array of shape (H, W, 3), BGR
        *out* when it was given.

    Raises
    ------
    FrameError
        If the image is not such an array, or *out* does not fit it.
    ConfigError
        If *tracks* are not by their numbers.
    """
    check_tracks(tracks)
    canvas = canvas_of(image, out)
    unit = drawing_unit(canvas.shape)
    outlines = {number: outline_of(track) for number, track in tracks.items()}
    for number, trail in (trails or {}).items():
        if number in tracks:
            seen = list(trail)[::-TRAIL_EVERY][::-1]
            color = color_of(number)
            draw_trail(canvas, seen, tracks[number].box, unit, dict.fromkeys(State, color))
    for number, track in tracks.items():
        lost, stronger = track.state is State.LOST, SELECTED if number == selected else 1.0
        draw_outline(
            canvas, outlines[number], color_of(number), unit, dashed=lost, stronger=stronger
        )
    told = None  # where more is told of the selected one, if there is room
    if selected is not None and selected in tracks:
        told = _draw_selected(canvas, selected, tracks[selected], outlines, density)
    taken = [told] if told else []
    boxes = np.array([bounds(outline) for outline in outlines.values()]).reshape(-1, 4)
    for number, track in tracks.items():
        if number != selected or not told:
            taken.append(_draw_tag(canvas, number, track, outlines[number], taken, boxes))
    return handed_back(canvas, out)


def color_of(number: int) -> Color:
    """Give the color of a target, BGR."""
    return TARGET_COLORS[(number - 1) % len(TARGET_COLORS)]


def _draw_selected(
    canvas: Image,
    number: int,
    track: Track,
    outlines: Mapping[int, NDArray[np.float64]],
    density: tuple[NDArray[Any], Box] | None,
) -> Rect | None:
    """Tell of the selected target what its plate and its density tell; give the plate's place."""
    unit = drawing_unit(canvas.shape)
    words = lay_out_beside(track, str(number), outlines[number], unit, canvas.shape)
    if density is not None:
        keep_clear = [*map(bounds, outlines.values()), *([words[1]] if words else [])]
        draw_inset(canvas, outlines[number], density, keep_clear=keep_clear)
    if words is None:
        return None
    draw_plate(canvas, *words, track, unit)
    return words[1]


def _draw_tag(
    canvas: Image,
    number: int,
    track: Track,
    outline: NDArray[np.float64],
    taken: Sequence[Rect],
    boxes: NDArray[np.intp],
) -> Rect:
    """Write a target's number beside its box; give where."""
    unit = drawing_unit(canvas.shape)
    cap, pad, rim = CAP_HEIGHT * unit, round(PADDING * unit), max(round(RIM * unit), 1)
    text = f"{number}{STATE_WORDS[track.state]}"
    size = text_mask(text, cap)[0].shape[1] + 2 * (pad + rim), round(cap) + 2 * (pad + rim)
    places = _places(outline, size, round(GAP * unit), canvas.shape)
    covered = _covered(places, np.array(taken).reshape(-1, 4))
    covered += BOX_WEIGHT * _covered(places, boxes)
    left, top, width, height = place = tuple(places[int(covered.argmin())].tolist())
    ink, ground = DARK, color_of(number)
    if track.state is State.LOST:
        ink, ground = ground, ink
    panel(canvas, place, 3 * unit, opacity=1)
    inner = (left + rim, top + rim, width - 2 * rim, height - 2 * rim)
    panel(canvas, inner, 2 * unit, opacity=1, color=ground)
    draw_text(canvas, text, left + rim + pad, top + rim + pad, cap, ink)
    return place


def _places(
    outline: NDArray[np.float64], size: tuple[int, int], gap: int, shape: tuple[int, ...]
) -> NDArray[np.intp]:
    """Give places for a tag round a box, within the picture: rows of left, top, width, height."""
    left, top, wide, high = bounds(outline)
    right, bottom, (width, height) = left + wide, top + high, size
    above, below = top - gap - height, bottom + gap
    highest = outline[outline[:, 1].argmin(), 0]
    first = left if highest - left < 1 else round(highest - width / 2)  # of one that is turned
    corners = [(first, above), (right - width, above), (left, below), (right - width, below)]
    corners += [(right + gap, top), (left - gap - width, top)]
    corners += [(right + gap, bottom - height), (left - gap - width, bottom - height)]
    corners += [(left + gap, top + gap)]
    most = max(shape[1] - width, 0), max(shape[0] - height, 0)
    return np.array([(*np.clip(corner, 0, most), *size) for corner in corners], np.intp)


def _covered(places: NDArray[np.intp], rects: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give the area of each place, (n, 4), that rectangles, (m, 4), cover, each counted."""
    begins, ends = places[:, None, :2], places[:, None, :2] + places[:, None, 2:]
    low, high = np.maximum(begins, rects[:, :2]), np.minimum(ends, rects[:, :2] + rects[:, 2:])
    return np.asarray(np.maximum(high - low, 0).prod(axis=2).sum(axis=1), np.float64)
