"""What is done when the display vanishes while a window is open.

Qt and Xlib then call C's ``exit`` from inside whatever OpenCV function was called, which no ``try``
can catch. What ``exit`` does is to run the functions that were registered for it: here, ours.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["before_exit"]

LAST_WORDS = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@contextmanager
def before_exit(last: Callable[[], object]) -> Iterator[None]:
    """Call *last* when C code ends the process within the block, with whatever status it chose.

    Other threads still run then; *last* does best to end the process at once when it is done.
    Python's own exits, by an exception or ``sys.exit``, leave the block first and do not call it.
    Does nothing without glibc, which alone can also forget what was registered.
    """
    if platform.libc_ver()[0] != "glibc":
        yield
        return
    libc, is_over = ctypes.CDLL(None), False
    owner = ctypes.c_char()  # its address tells our function from those of others

    def hear(_: int | None) -> None:
        if not is_over:
            last()

    heard = LAST_WORDS(hear)
    libc.__cxa_atexit(heard, None, ctypes.byref(owner))
    try:
        yield
    finally:
        is_over = True
        libc.__cxa_finalize(ctypes.byref(owner))  # calls and forgets it: Python ends before C does
