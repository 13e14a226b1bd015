"""What another program writes to a pipe, as a file that FFmpeg can read on and on."""

from __future__ import annotations

import errno
import os
import select
import time
from pathlib import Path
from types import TracebackType

__all__ = ["NOT_AS_IT_COMES", "Pipe"]

NOT_AS_IT_COMES = (
    "what was written to the pipe cannot be read as it comes; an MP4 must have its index in front, "
    "Matroska needs none"
)

POLL_S = 0.05  # between two looks at a pipe that nobody writes to yet


class _Interrupted(Exception):  # noqa: N818 - no error
    """Ctrl-C while it is read, which is no Exception; PyAV lets none but those through."""


class Pipe:
    """A pipe in its ``with`` block; opening it does not wait for a writer.

    Parameters
    ----------
    path : Path
    timeout_s, opening_s : float
        How long nothing need come; *opening_s* before anything has.
    """

    def __init__(self, path: Path, timeout_s: float, opening_s: float) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._timeout_s, self._opening_s = timeout_s, opening_s
        self._has_begun = False

    def __enter__(self) -> Pipe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._fd)  # who writes to it then hears of it
        if isinstance(error, _Interrupted) and error.__cause__ is not None:
            raise error.__cause__

    def read(self, n_bytes: int) -> bytes:
        """Give what is there, as soon as anything is; b"" when the writer is gone.

        Raises
        ------
        TimeoutError
            When nothing comes.
        """
        try:
            return self._read(n_bytes)
        except Exception:
            raise
        except BaseException as stop:
            raise _Interrupted from stop

    def _read(self, n_bytes: int) -> bytes:
        wait_s = self._timeout_s if self._has_begun else self._opening_s
        give_up_s = time.monotonic() + wait_s
        while (left_s := give_up_s - time.monotonic()) > 0:
            ready, _, _ = select.select([self._fd], [], [], left_s)
            data = os.read(self._fd, n_bytes) if ready else b""
            if data or (ready and self._has_begun):
                self._has_begun = True
                return data
            time.sleep(POLL_S)  # without a writer a pipe is always "ready", with nothing
        raise TimeoutError(errno.ETIMEDOUT, f"nothing was written to the pipe for {wait_s:g} s")
