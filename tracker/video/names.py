"""What a recording may be called."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["PICTURE_SINK_SUFFIXES", "PIPE", "SINK_SUFFIXES", "is_pattern"]

PICTURE_SINK_SUFFIXES = (".png", ".jpg")

SINK_SUFFIXES = (".mp4", ".mkv", ".webm", ".gif", *PICTURE_SINK_SUFFIXES)
"""What can be recorded; pictures by a pattern such as ``seen/%06d.png``."""

PIPE = Path("-")  # the standard output


def is_pattern(path: Path) -> bool:
    """Tell whether a name has one number in it, as ``%06d``, and no other ``%``."""
    return re.fullmatch(r"[^%]*%(0\d+)?d[^%]*", path.name) is not None
