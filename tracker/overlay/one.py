"""Drawing of a track: frame and :class:`~tracker.Track` in, picture out. No windows.

The outline is solid while the target is followed, dashed where it was last seen once it is lost;
the state is told by color and by word, with the score beside it. Everything is sized by the
picture, so that it reads the same from 240p to 4K.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from ..box import Box
from ..confidence import State
from ..errors import ConfigError
from ..track import Track
from .inset import draw_inset
from .outline import canvas_of, draw_outline, draw_trail, handed_back, outline_of
from .plate import STATE_COLORS, draw_plate, lay_out_beside
from .primitives import Image, bounds, drawing_unit

__all__ = ["STATE_COLORS", "draw"]


def draw(
    image: NDArray[Any],
    track: Track,
    *,
    trail: Iterable[Track] = (),
    density: tuple[NDArray[Any], Box] | None = None,
    label: str = "",
    out: Image | None = None,
) -> Image:
    """Draw *track* on a copy of *image*.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3) BGR, (H, W) gray or (H, W, 4) BGRA
        Never written to, unless it is *out*.
    track : Track
        What is drawn: its box, turned when it is turned by 5° or more, its state as color and
        word, its score and its reason. When lost, its box is dashed. Words that would hide the
        target, in a picture of few pixels, are left out.
    trail : iterable of Track, oldest first
        Where the target was: a line through the centers that fades into the past and breaks where
        the target was lost.
    density : (map, region), optional
        As :meth:`tracker.Tracker.density` gives it: an array of shape (rows, columns) with values
        0 to 1, and the part of the frame it covers. Shown as an inset in a corner away from the
        target, with the window on it.
    label : str
        A name for the target.
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
        If the track or the density is none.
    """
    if not isinstance(track, Track):
        kind = type(track).__name__
        raise ConfigError(f"track is a {kind}: expected a Track; several are drawn by draw_all")
    canvas = canvas_of(image, out)
    unit = drawing_unit(canvas.shape)
    draw_trail(canvas, trail, track.box, unit, STATE_COLORS)
    outline = outline_of(track)
    lost = track.state is State.LOST
    draw_outline(canvas, outline, STATE_COLORS[track.state], unit, dashed=lost)
    words = lay_out_beside(track, str(label), outline, unit, canvas.shape)
    if density is not None:
        keep_clear = [bounds(outline), *([words[1]] if words else [])]
        draw_inset(canvas, outline, density, keep_clear=keep_clear)
    if words:
        draw_plate(canvas, *words, track, unit)
    return handed_back(canvas, out)
