"""A camera of this machine -> pictures as they come."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from typing import cast

import cv2

from ..errors import SourceError
from .feed import Image

__all__ = ["cameras", "read_camera"]


def cameras() -> list[int] | None:
    """List the numbers of this machine's cameras; None where only opening them would tell."""
    if not sys.platform.startswith("linux"):
        return None
    found = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in found if number.isdecimal())


def read_camera(index: int) -> Generator[Image, None, None]:
    """Open a camera and give its pictures.

    Raises
    ------
    SourceError
        When there is no such camera, it cannot be opened, or it gives no more pictures.
    """
    there = cameras()
    # Asked first: OpenCV prints a page of its own errors for a number that does not exist.
    if there is not None and index not in there:
        numbers = ", ".join(map(str, there))
        raise SourceError(
            "there is no such camera; "
            + (f"this machine has {numbers}" if there else "this machine has none")
        )
    camera = cv2.VideoCapture(index)
    try:
        if not camera.isOpened():
            raise SourceError(
                "cannot be opened; is it plugged in, not in use by another program, "
                "and may this user read it?"
            )
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # what waits in a buffer is old news
        n_given = 0
        while True:
            is_there, image = camera.read()
            if not is_there:
                break
            yield cast(Image, image)
            n_given += 1
    finally:
        camera.release()
    if not n_given:
        raise SourceError("it opens but gives no picture; is it in use elsewhere?")
    raise SourceError("it stopped giving pictures")
