"""Which of a container's streams is the film that is asked for."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.stream import Disposition
from av.video.stream import VideoStream

from ..errors import SourceError

__all__ = ["pick_video", "pixel_aspect"]

TEXT_FORMATS = {"tty"}
# FFmpeg draws any .txt as an ANSI film; nobody tracks in that.

NARROWEST = Fraction(1, 4)
# No film is squeezed further: anamorphic ones have 3/4 to 2. What is beyond is a broken header.


def pick_video(container: Any, number: int | None) -> VideoStream:
    """Pick the video stream of that number, 0 for the first, or the best one.

    Raises
    ------
    SourceError
        If there is none, or no decoder for it. Words only, without the name of the source.
    """
    # A song's cover picture is no film.
    films = [one for one in container.streams.video if not _is_cover(one)]
    if not films or TEXT_FORMATS & set(container.format.name.split(",")):
        raise SourceError(f"there is no video in it ({container.format.long_name})")
    if number is None:
        best = container.streams.best("video")
        stream = best if best in films else films[0]
    elif number < len(films):
        stream = films[number]
    else:
        there = ", ".join(f"{at} ({one.width}x{one.height})" for at, one in enumerate(films))
        raise SourceError(f"there is no video stream {number} in it; it has {there}")
    if stream.codec_context is None:  # so it is for unknown codecs, whatever the types say
        raise SourceError("no decoder for its video; convert it to H.264 first")
    assert isinstance(stream, VideoStream)
    return stream


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Tell how wide a pixel is for its height, as the container or the codec says; else 1."""
    aspect = stream.sample_aspect_ratio
    if aspect is None or not NARROWEST <= aspect <= 1 / NARROWEST:
        return Fraction(1)
    return aspect
