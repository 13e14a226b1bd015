"""Whether a PNG or JPEG is whole, by its own structure.

Asked before OpenCV decodes it: libpng prints words of its own for a damaged file, and libjpeg gives
a cut one with gray in the place of what is missing.
"""

from __future__ import annotations

import zlib

__all__ = ["is_intact"]

PNG, NEEDED, PNG_END = b"\x89PNG\r\n\x1a\n", (b"IHDR", b"PLTE", b"IDAT"), b"IEND"
# The signature and the chunks without which there is no picture (W3C, "PNG", third edition, 5, 11).

JPEG, SCAN, JPEG_END = b"\xff\xd8", 0xDA, b"\xff\xd9"  # SOI, SOS, EOI: ITU-T T.81, table B.1


def is_intact(data: bytes) -> bool:
    """Tell whether nothing is missing of a PNG or JPEG; of others nothing is known.

    Examples
    --------
    >>> is_intact(PNG), is_intact(b"GIF89a")
    (False, True)
    """
    if data.startswith(PNG):
        return _is_intact_png(data)
    if data.startswith(JPEG):
        return _is_intact_jpeg(data)
    return True


def _is_intact_png(data: bytes) -> bool:
    """Go through the chunks: length, kind, content, check sum of the last two."""
    at = len(PNG)
    while (end := at + 12 + int.from_bytes(data[at : at + 4], "big")) <= len(data):
        kind = data[at + 4 : at + 8]
        if kind == PNG_END:
            return True
        check_sum = int.from_bytes(data[end - 4 : end], "big")
        if kind in NEEDED and zlib.crc32(data[at + 4 : end - 4]) != check_sum:
            return False
        at = end
    return False


def _is_intact_jpeg(data: bytes) -> bool:
    """Go through the segments to the picture's scan, and look for its end from there."""
    at = len(JPEG)
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == SCAN:
            return data.find(JPEG_END, at) >= 0  # in a scan no other FF is followed by D9
        filled = data[at + 1] == 0xFF  # a segment may have more than one before it
        at += 1 if filled else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False
