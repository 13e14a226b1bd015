"""The keys and what they do: one table, for listening and for the help on the screen."""

from __future__ import annotations

import sys
from typing import NamedTuple

__all__ = ["COMMANDS", "KEYS", "Key", "key_name"]


class Key(NamedTuple):
    """A command and the keys that give it."""

    command: str
    keys: tuple[str, ...]
    words: str

    def names(self) -> str:
        """Name the keys as people do: ``n or right``."""
        return " or ".join(self.keys[:2])


# Full stop and comma come last: not every keyboard has them without Shift, arrows they all have.
KEYS = (
    Key("pause", ("space",), "stop, go on"),
    Key("forward", ("n", "right", "."), "a frame forward"),
    Key("back", ("b", "left", ","), "a frame back"),
    Key("slower", ("-", "down"), "slower"),
    Key("faster", ("+", "up", "="), "faster"),
    Key("select", ("s",), "draw a new box (or just drag)"),
    Key("add", ("a",), "follow the drawn box too"),
    Key("drop", ("x", "delete"), "drop the selected target"),
    Key("first", ("m",), "back to the first model"),
    Key("wrong", ("w",), "mark the frame as wrong, or not"),
    Key("density", ("d",), "density"),
    Key("trail", ("t",), "trail"),
    Key("plot", ("p",), "score over time"),
    Key("record", ("r",), "record, or stop it"),
    Key("snapshot", ("c",), "save this picture"),
    Key("full screen", ("f", "f11"), "full screen"),
    Key("help", ("h", "f1", "?"), "this help"),
    Key("quit", ("q", "escape"), "quit"),
)

COMMANDS = {name: key.command for key in KEYS for name in key.keys}
"""The command of each key."""

# The key pad's Enter has codes of its own under GTK (65421) and some Qt builds (141).
_CODES = {10: "enter", 13: "enter", 141: "enter", 65421: "enter", 27: "escape", 32: "space"}

# Keys without a letter have the codes of X11 (keysymdef.h) with Qt and GTK, their own elsewhere.
_X11 = {65361: "left", 65362: "up", 65363: "right", 65364: "down", 65470: "f1", 65480: "f11"}
_X11 |= {65535: "delete"}
_WINDOWS = {0x250000: "left", 0x260000: "up", 0x270000: "right", 0x280000: "down"}
_WINDOWS |= {0x700000: "f1", 0x7A0000: "f11", 0x2E0000: "delete"}
_MAC = {63232: "up", 63233: "down", 63234: "left", 63235: "right", 63236: "f1"}
_MAC |= {63272: "delete"}

_CODES |= {"win32": _WINDOWS, "darwin": _MAC}.get(sys.platform, _X11)


def key_name(code: int) -> str:
    """Name what ``cv2.waitKeyEx`` gave: "q", "space", "left"; empty for nothing and the unknown.

    Examples
    --------
    >>> key_name(ord("Q")), key_name(32), key_name(-1)
    ('q', 'space', '')
    """
    if code in _CODES:
        return _CODES[code]
    return chr(code).lower() if 32 < code < 127 else ""
