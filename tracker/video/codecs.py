"""Which of the codecs we use this PyAV has."""

from __future__ import annotations

from typing import Literal

__all__ = ["codecs"]

WANTED: tuple[tuple[str, Literal["r", "w"]], ...] = (
    ("libx264", "w"),  # what recordings are written with
    ("h264", "r"),
    ("hevc", "r"),  # of phones
    ("vp9", "r"),  # of browsers
    ("av1", "r"),
)


def codecs() -> dict[str, bool]:
    """Tell for each codec, such as ``"write libx264"``, whether it is there.

    Raises
    ------
    ImportError
        If PyAV is missing or broken.
    """
    import av

    found = {}
    for name, mode in WANTED:
        try:
            av.codec.Codec(name, mode)
        except av.codec.codec.UnknownCodecError:
            there = False
        else:
            there = True
        found[f"{'write' if mode == 'w' else 'read'} {name}"] = there
    return found
