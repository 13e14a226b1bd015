"""A camera of this machine -> pictures with the times at which they came."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2

from ..errors import DamagedError, SourceError
from .feed import Feed, Image

__all__ = ["cameras", "read_camera"]

HIGHEST_FPS = 1000  # drivers that do not know their rate say 0, NaN or nonsense


def cameras() -> list[int] | None:
    """List the numbers of this machine's cameras; None where only opening them would tell."""
    if not sys.platform.startswith("linux"):
        return None
    found = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in found if number.isdecimal())


def read_camera(index: int) -> Feed:
    """Open a camera; times count from its first picture.

    Raises
    ------
    SourceError
        If there is no such camera, or it gives no picture.
    DamagedError
        By the pictures, when the camera stops giving any.
    """
    there = cameras()
    # Asked first: OpenCV prints a page of its own errors for a number that does not exist.
    if there is not None and index not in there:
        numbers = ", ".join(map(str, there))
        raise SourceError(
            f"camera {index}: there is no such camera; "
            + (f"this machine has {numbers}" if there else "this machine has none")
        )
    camera = cv2.VideoCapture(index)
    if not camera.isOpened():
        camera.release()
        raise SourceError(
            f"camera {index}: cannot be opened; is it plugged in, not in use by another program, "
            "and may this user read it?"
        )
    camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # what waits in a buffer is old news
    fps = camera.get(cv2.CAP_PROP_FPS)
    known = math.isfinite(fps) and 0 < fps <= HIGHEST_FPS
    return Feed(
        _pictures(camera, index), Fraction(fps).limit_denominator(1001) if known else None, None
    )


def _pictures(camera: cv2.VideoCapture, index: int) -> Generator[tuple[Image, float], None, None]:
    began_s, last_s = None, 0.0
    try:
        while True:
            there, image = camera.read()
            now_s = time.monotonic()
            if not there:
                break
            began_s = now_s if began_s is None else began_s
            last_s = now_s - began_s
            yield cast(Image, image), last_s
    finally:
        camera.release()
    if began_s is None:
        raise SourceError(f"camera {index}: it opens but gives no picture; is it in use elsewhere?")
    raise DamagedError(f"camera {index}: it stopped giving pictures after {last_s:.1f} s")
