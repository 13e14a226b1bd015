"""What a recording may be called, and a source in messages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["PICTURE_SINK_SUFFIXES", "PIPE", "SINK_SUFFIXES", "is_pattern", "without_credentials"]

PICTURE_SINK_SUFFIXES = (".png", ".jpg")

SINK_SUFFIXES = (".mp4", ".mkv", ".webm", ".gif", *PICTURE_SINK_SUFFIXES)
"""What can be recorded; pictures by a pattern such as ``seen/%06d.png``."""

PIPE = Path("-")  # the standard output


def is_pattern(path: Path) -> bool:
    """Tell whether a name has one number in it, as ``%06d``, and no other ``%``."""
    return re.fullmatch(r"[^%]*%(0\d+)?d[^%]*", path.name) is not None


def without_credentials(address: str) -> str:
    """Give an address as it may be shown: without user, password and query.

    Examples
    --------
    >>> without_credentials("rtsp://me:secret@10.0.0.7:554/live?token=secret")
    'rtsp://10.0.0.7:554/live'
    """
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
