"""What a recording may be called, and a source in messages."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["PICTURE_SINK_SUFFIXES", "PIPE", "SINK_SUFFIXES", "is_pattern", "without_credentials"]

PICTURE_SINK_SUFFIXES = (".png", ".jpg")

SINK_SUFFIXES = (".mp4", ".mkv", ".webm", ".gif", *PICTURE_SINK_SUFFIXES)
"""What can be recorded; pictures by a pattern such as ``seen/%06d.png``."""

PIPE = Path("-")  # the standard output
SCHEME = r"\s*[A-Za-z][\w+.-]+:/+"  # of two letters or more: C:/ is a drive
USER_AND_PASSWORD = r"\s*[^/\\@:]+:[^/\\].*@"

SURE_HOST = r"localhost(:\d+)?|\d+(\.\d+){3}(:\d+)?|\[[\da-f:.]+\](:\d+)?|[\w-]+(\.[\w-]+)+:\d+"
LONE_HOST = r"[\w.-]+"
# What stands before the first / is the host, whatever follows: the rest of a password may, and an
# @ in it ends that. The first are no part of a password, nor the second where there is none.


def is_pattern(path: Path) -> bool:
    """Tell whether a name has one number in it, as ``%06d``, and no other ``%``."""
    return re.fullmatch(r"[^%]*%(0\d+)?d[^%]*", path.name) is not None


def without_credentials(address: str) -> str:
    """Give an address as it may be shown: without user, password and query.

    It may be mistyped: unless what stands before the first / is surely a host, all up to the last @
    goes; and all from the first ? or # after it.

    Examples
    --------
    >>> without_credentials("rtsp://me:secret@10.0.0.7:554/live?token=secret")
    'rtsp://10.0.0.7:554/live'
    >>> without_credentials("rtps:/me:sec/ret@10.0.0.7/live"), without_credentials("me:secret@cam")
    ('rtps:/10.0.0.7/live', 'cam')
    >>> without_credentials("rtsp://cam/a@b"), without_credentials("rtsp://me:secret@10.0.0.7/a@b")
    ('rtsp://cam/a@b', 'rtsp://10.0.0.7/a@b')
    >>> without_credentials("clips/match@home.mp4")
    'clips/match@home.mp4'
    """
    scheme = re.match(SCHEME, address)
    begin = scheme.group() if scheme else ""
    if not scheme and not re.match(USER_AND_PASSWORD, address):
        return address
    rest = address[len(begin) :]
    user, at, host = re.split("[/?#]", rest)[0].rpartition("@")
    is_host = re.fullmatch(SURE_HOST if at else f"{SURE_HOST}|{LONE_HOST}", host, re.IGNORECASE)
    shown = rest[len(user + at) :] if is_host else rest.rpartition("@")[2]
    return begin.strip().lower() + re.split("[?#]", shown)[0]
