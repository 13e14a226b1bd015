"""A camera of this machine -> pictures as they come."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2

from ..errors import ConfigError, SourceError
from .feed import Image

__all__ = ["AS_IT_IS", "CameraConfig", "cameras", "read_camera"]

BY_HAND = 1 if sys.platform.startswith("linux") else 0.25
# What turns automatic exposure off: V4L2_EXPOSURE_MANUAL, and what OpenCV takes on Windows.


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """What is asked of a camera; None leaves it to the driver, which may also know better."""

    size: tuple[int, int] | None = None
    """Width, height in px; a driver takes the nearest it has."""
    fps: float | None = None
    backend: str | None = None
    """The library that OpenCV reads it with: v4l2, gstreamer, dshow, msmf, avfoundation."""
    exposure: float | None = None
    """In the driver's own unit: 100 µs with V4L2, powers of two of a second on Windows."""

    def __post_init__(self) -> None:
        if self.size is not None and min(self.size) < 1:
            raise ConfigError(f"camera size {self.size}: width and height must be > 0")
        if self.fps is not None and not self.fps > 0:
            raise ConfigError(f"camera fps {self.fps}: must be > 0")
        if self.backend is not None:
            _backend(self.backend)


AS_IT_IS = CameraConfig()


def _backend(name: str) -> int:
    """Give OpenCV's number of a library."""
    there = {cv2.videoio_registry.getBackendName(one): one for one in _backends()}
    for known, number in there.items():
        if known.lower() == name.lower():
            return number
    raise ConfigError(f"camera backend {name}: this OpenCV has {', '.join(there).lower()}")


def _backends() -> Sequence[int]:
    return cast("Sequence[int]", cv2.videoio_registry.getCameraBackends())


def cameras() -> list[int] | None:
    """List the numbers of this machine's cameras; None where only opening them would tell."""
    if not sys.platform.startswith("linux"):
        return None
    found = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(number) for number in found if number.isdecimal())


def read_camera(index: int, config: CameraConfig = AS_IT_IS) -> Generator[Image, None, None]:
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
    backend = cv2.CAP_ANY if config.backend is None else _backend(config.backend)
    camera = cv2.VideoCapture(index, backend)
    try:
        if not camera.isOpened():
            raise SourceError(
                "cannot be opened; is it plugged in, not in use by another program, "
                "and may this user read it?"
            )
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # what waits in a buffer is old news
        _ask(camera, config)
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


def _ask(camera: cv2.VideoCapture, config: CameraConfig) -> None:
    """Ask the driver for what is wanted; it takes the nearest size and rate it has."""
    if config.size is not None:
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, config.size[0])
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, config.size[1])
    if config.fps is not None:
        camera.set(cv2.CAP_PROP_FPS, config.fps)
    if config.exposure is not None:
        camera.set(cv2.CAP_PROP_AUTO_EXPOSURE, BY_HAND)
        if not camera.set(cv2.CAP_PROP_EXPOSURE, config.exposure):
            raise SourceError(f"its driver does not take an exposure of {config.exposure:g}")
