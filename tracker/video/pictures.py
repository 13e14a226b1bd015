"""A folder or pattern of picture files -> pictures with times, as if they were a film."""

from __future__ import annotations

import glob
import math
import re
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2

from ..errors import DamagedError, SourceError
from .feed import Feed, Image, Picture, size_of
from .intact import is_intact

__all__ = ["PICTURE_FPS", "PICTURE_SUFFIXES", "find_pictures", "read_pictures"]

PICTURE_FPS = Fraction(25)
"""Pictures carry no times; they are taken for frames of a film at this rate."""

PICTURE_SUFFIXES = frozenset(
    {".bmp", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
)
"""File names that ``cv2.imread`` of every OpenCV wheel reads."""


def find_pictures(where: str) -> list[Path]:
    """List the pictures of a folder, or those that a pattern matches, 2 before 10.

    Raises
    ------
    SourceError
        If there are none.
    """
    folder = Path(where)
    matching = glob.glob(where, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute ones
    found = list(folder.iterdir()) if folder.is_dir() else map(Path, matching)
    names = [path for path in found if not path.name.startswith(".")]
    pictures = [path for path in names if path.suffix.lower() in PICTURE_SUFFIXES]
    if not pictures:
        what = "a folder without pictures" if folder.is_dir() else "no picture matches this pattern"
        others = f"; it has {_some(names)}" if names else ""
        suffixes = " ".join(sorted(PICTURE_SUFFIXES))
        raise SourceError(f"{where}: {what} ({suffixes}){others}")
    return sorted(pictures, key=_natural)


def read_pictures(paths: list[Path], start_s: float) -> Feed:
    """Read pictures one after the other, the first at 0 s.

    Raises
    ------
    SourceError
        If *start_s* lies after the last picture.
    DamagedError
        By the pictures: when one has another size than the first, or, once all good ones are
        out, when some could not be read.
    """
    end_s = float(len(paths) / PICTURE_FPS)
    first = max(math.ceil(start_s * PICTURE_FPS - 0.5), 0)
    if first >= len(paths):
        raise SourceError(
            f"{paths[0].parent}: no picture at or after {start_s:g} s; {len(paths)} pictures at "
            f"{PICTURE_FPS} frames a second end at {end_s:g} s"
        )
    return Feed(_pictures(paths, first), PICTURE_FPS, end_s)


def _pictures(paths: list[Path], first: int) -> Generator[Picture, None, None]:
    pattern: tuple[Path, Image] | None = None
    damaged = []
    for number in range(first, len(paths)):
        path, image = paths[number], _read(paths[number])
        if image is None:
            damaged.append(path)
            continue
        pattern = pattern or (path, image)
        if image.shape != pattern[1].shape:
            raise DamagedError(
                f"{path}: {size_of(image)}, but {pattern[0]}, the first, is "
                f"{size_of(pattern[1])}; the pictures of one source must have one size"
            )
        yield Picture(image, float(number / PICTURE_FPS))
    if damaged:
        error = SourceError if pattern is None else DamagedError
        raise error(f"{damaged[0].parent}: cannot be read as pictures: {_some(damaged)}")


def _read(path: Path) -> Image | None:
    """Decode one picture to BGR, 8 bits a channel; None if it is damaged."""
    try:
        if not is_intact(path.read_bytes()):
            return None
        return cast("Image | None", cv2.imread(str(path), cv2.IMREAD_COLOR))
    except (OSError, cv2.error):  # the latter for headers with absurd sizes
        return None


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key by which ``2.png`` comes before ``10.png``."""
    parts = re.findall(r"\d+|\D+", str(path))
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


def _some(paths: list[Path], at_most: int = 3) -> str:
    names = ", ".join(path.name for path in sorted(paths, key=_natural)[:at_most])
    return names + (f" and {len(paths) - at_most} more" if len(paths) > at_most else "")
