"""Follow one thing in a video, on one CPU core, and say when it is lost.

>>> from tracker import Tracker
>>> from tracker.synthetic import plain_scene
>>> scene = plain_scene()
>>> image, box = scene[0]
>>> cup = Tracker(image, box)  # any frame, any four numbers
>>> track = cup.update(scene[1][0])
>>> track.ok, track.state.value
(True, 'tracking')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

try:
    import cv2 as _cv2  # noqa: F401 - first, for the sake of the message
except ImportError as error:
    if any(library in str(error) for library in ("libGL", "libgthread", "libglib")):
        raise ImportError(
            f"OpenCV cannot load ({error}): on Debian and Ubuntu `apt install libgl1 "
            "libglib2.0-0`, or install opencv-python-headless instead of opencv-python"
        ) from error
    raise

from .backprojection import ColorConfig
from .box import Box, RotatedBox, iou
from .confidence import ConfidenceConfig, State
from .config import TrackerConfig
from .errors import TrackerError
from .layout import PatchConfig
from .meanshift import Climb, ClimbConfig, climb
from .multi import MultiTracker
from .track import Track
from .tracker import Tracker

if TYPE_CHECKING:
    from .interop import tracks_to_supervision
    from .loop import track_video
    from .overlay import draw, draw_all
    from .video import open_sink, open_video

__version__ = "0.1.0"

__all__ = [
    "Box",
    "Climb",
    "ClimbConfig",
    "ColorConfig",
    "ConfidenceConfig",
    "MultiTracker",
    "PatchConfig",
    "RotatedBox",
    "State",
    "Track",
    "Tracker",
    "TrackerConfig",
    "TrackerError",
    "climb",
    "draw",
    "draw_all",
    "iou",
    "open_sink",
    "open_video",
    "track_video",
    "tracks_to_supervision",
]

# Imported when first used: a pipeline that has its frames already pays for cv2 and NumPy only.
_LAZY = {
    "draw": ".overlay",
    "draw_all": ".overlay",
    "open_sink": ".video",
    "open_video": ".video",
    "track_video": ".loop",
    "tracks_to_supervision": ".interop",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
