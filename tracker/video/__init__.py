"""Frames with their times in, recordings out. Knows pictures, knows no tracker."""

from .camera import CameraConfig
from .sinks import Sink, open_sink
from .sources import Frame, Video, open_video

__all__ = ["CameraConfig", "Frame", "Sink", "Video", "open_sink", "open_video"]
