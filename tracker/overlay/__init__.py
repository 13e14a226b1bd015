"""Overlays: tracks drawn on pictures. Frame and track in, picture out; no windows."""

from .one import STATE_COLORS, draw
from .several import TARGET_COLORS, draw_all
from .sheet import contact_sheet

__all__ = ["STATE_COLORS", "TARGET_COLORS", "contact_sheet", "draw", "draw_all"]
