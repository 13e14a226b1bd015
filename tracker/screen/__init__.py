"""The screen: windows, keys and the mouse. The only code that opens a window."""

from .display import Display, display_available, find_display
from .last_words import before_exit
from .player import Player
from .selection import Preview, select_box
from .window import Window

__all__ = [
    "Display",
    "Player",
    "Preview",
    "Window",
    "before_exit",
    "display_available",
    "find_display",
    "select_box",
]
