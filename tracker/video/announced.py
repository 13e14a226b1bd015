"""How many bytes a file says that it has."""

from __future__ import annotations

from pathlib import Path

__all__ = ["announced_size"]

EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"  # RFC 8794, RFC 9559
UNKNOWN = 0xFFFFFFFF  # of an AVI that was written to a pipe
HEAD = 4096  # bytes, more than any header before the first segment


def announced_size(path: Path) -> int | None:
    """Read it from the headers of Matroska, WebM and AVI; None where they do not say.

    A file that is shorter was cut off. Larger ones are fine: AVI goes on in further pieces.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        size = int.from_bytes(head[4:8], "little")
        return 8 + size if 0 < size < UNKNOWN else None  # 0 while it is being written
    if head[:4] != EBML:
        return None
    header, at = _number(head, 4)
    if header is None or head[at + header : at + header + 4] != SEGMENT:
        return None
    segment, at = _number(head, at + header + 4)
    return None if segment is None else at + segment


def _number(head: bytes, at: int) -> tuple[int | None, int]:
    """Read a length as EBML writes it, None for "unknown"; and where it ends."""
    first = head[at] if at < len(head) else 0
    n_bytes = 9 - first.bit_length()
    value = int.from_bytes(head[at : at + n_bytes], "big") - (1 << 7 * n_bytes)
    if not first or value == (1 << 7 * n_bytes) - 1:
        return None, at
    return value, at + n_bytes
