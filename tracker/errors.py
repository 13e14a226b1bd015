"""What can go wrong, and the exception that says so.

::

    TrackerError
    ├── BoxError(ValueError)        not four finite numbers, empty, or off the frame
    ├── FrameError(ValueError)      not the picture that was expected
    ├── ConfigError(ValueError)     an option has a value it cannot have
    ├── TargetError(LookupError)    no target of this number is followed
    ├── StateFileError(ValueError)  a saved tracker cannot be read
    ├── SourceError(OSError)        a video, folder or camera cannot be opened
    │   └── DamagedError            it opened, and ended before its end
    ├── SinkError(OSError)          a recording or table cannot be written
    └── DisplayError(RuntimeError)  there is no screen to draw on

Every message is one line: the value, the rule it broke, the way out. Losing the target is no
error: it is a :class:`~tracker.Track` with ``state == State.LOST`` and a reason.
"""

from __future__ import annotations

__all__ = [
    "BoxError",
    "ConfigError",
    "DamagedError",
    "DisplayError",
    "FrameError",
    "SinkError",
    "SourceError",
    "StateFileError",
    "TargetError",
    "TrackerError",
]


class TrackerError(Exception):
    """Everything this package raises on purpose."""


class BoxError(TrackerError, ValueError):
    """A box that is not four finite numbers, is empty, or misses the frame."""


class FrameError(TrackerError, ValueError):
    """A frame that is not the picture that was expected."""


class ConfigError(TrackerError, ValueError):
    """An option with a value it cannot have."""


class TargetError(TrackerError, LookupError):
    """A target's number under which none is followed."""


class StateFileError(TrackerError, ValueError):
    """A saved tracker that cannot be read."""


class SourceError(TrackerError, OSError):
    """A video, folder of pictures or camera that cannot be opened."""


class DamagedError(SourceError):
    """A source that opened, and ended before its end."""


class SinkError(TrackerError, OSError):
    """A recording or table that cannot be written."""


class DisplayError(TrackerError, RuntimeError):
    """No screen to draw on."""
