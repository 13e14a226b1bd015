"""The command ``tracker``, beside the package: it hears Ctrl-C while that is imported."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    # At once: an exception would come out of a half imported library as an error of its own.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from tracker.app.cli import main as run

    return run(arguments)
