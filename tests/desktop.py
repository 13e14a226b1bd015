"""A screen for tests: an X server of their own, with a real mouse and real keys."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

REPOSITORY = Path(__file__).parent.parent
KEY_S = 0.2  # from one key to the next: a machine that is busy draws no faster
PAINTED_S = 0.15  # from the first paint of a window until it is as large as it will be
PATIENCE_S = 20.0  # for a program to start on a busy machine


class Desktop:
    """An X server, the programs started on it, and the hands that use them."""

    def __init__(self, display: str) -> None:
        self.display = display
        self.environment = {**os.environ, "DISPLAY": display, "PYTHONPATH": str(REPOSITORY)}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._programs: list[subprocess.Popen[str]] = []
        self._rested = 0.0  # when the hands may go on after a key

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start Python with these arguments."""
        program = subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=cwd,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._programs.append(program)
        return program

    def stop(self) -> None:
        """End what is still running."""
        for program in self._programs:
            if program.poll() is None:
                program.kill()
            program.communicate()

    def hands(self, *arguments: object) -> str:
        """Run xdotool."""
        self.rest()
        return subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        ).stdout

    def wait_for_manager(self) -> None:
        """Wait until a window manager is there: what starts before it may never be painted."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_S:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.hands("get_num_desktops")
                return
            time.sleep(0.02)
        raise AssertionError(f"no window manager within {PATIENCE_S} s")

    def wait_for_window(self, title: str, program: subprocess.Popen[str]) -> int:
        """Wait until a window of this title shows something, and give it the keyboard."""
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_S:
            if program.poll() is not None:
                raise AssertionError(f"ended with {program.returncode}: {program.communicate()}")
            with contextlib.suppress(subprocess.CalledProcessError):
                window = int(self.hands("search", "--onlyvisible", "--name", title).split()[-1])
                if self._shows_something(window):
                    self.hands("windowfocus", window)
                    return window
            time.sleep(0.05)
        raise AssertionError(f"no window {title!r} within {PATIENCE_S} s")

    def _shows_something(self, window: int) -> bool:
        """Tell whether a window that is there is also painted."""
        began = time.monotonic()
        while time.monotonic() < began + 2:
            if self.screenshot().any():
                time.sleep(PAINTED_S)
                return True
            time.sleep(0.05)
        # Without a window manager Qt now and then misses that its window was mapped, and
        # never paints it, whatever the program: so do what a window manager does.
        self.hands("windowunmap", "--sync", window, "windowmap", "--sync", window)
        return False

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Pull the mouse from one place of the screen to another."""
        middle = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
        # Not --sync: where the mouse is there already, that waits for many seconds.
        self.hands("mousemove", *start, "sleep", 0.05)
        self.hands("mousedown", 1, "sleep", 0.05, "mousemove", *middle, "sleep", 0.05)
        self.hands("mousemove", *end, "sleep", 0.05, "mouseup", 1, "sleep", 0.05)

    def click(self, x: int, y: int) -> None:
        """Go to a place of the screen and click there."""
        self.hands("mousemove", x, y, "sleep", 0.05, "mousedown", 1, "sleep", 0.05, "mouseup", 1)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; OpenCV hears one each time it looks."""
        for key in keys:
            self.hands("key", key)
            self._rested = time.monotonic() + KEY_S

    def rest(self) -> None:
        """Let what was told by a key be done before the next thing."""
        time.sleep(max(self._rested - time.monotonic(), 0))

    def close_window(self, window: int) -> None:
        """Ask the window to close, as the cross in its title bar does."""
        _send_close(self.display, window)

    def screenshot(self) -> np.ndarray:
        """Take a picture of the whole screen, BGR."""
        self.rest()
        return _picture_of(self.display)

    def wait_until_shown(self, condition: Callable[[np.ndarray], object]) -> np.ndarray:
        """Wait until a picture of the screen is as it should be, and give it."""
        began = time.monotonic()
        while not condition(shown := self.screenshot()):
            assert time.monotonic() < began + PATIENCE_S, "waited in vain"
            time.sleep(0.02)
        return shown


class _ClientMessage(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("room", ctypes.c_long * 24),  # XEvent is a union of this size
    )


class _Image(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
        ("bits_per_pixel", ctypes.c_int),  # XImage goes on
    )


def _picture_of(display_name: str) -> np.ndarray:
    """Take what an X server of 32 bits a pixel shows, without the mouse's pointer."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XGetImage.restype = ctypes.POINTER(_Image)
    display = ctypes.c_void_p(x11.XOpenDisplay(display_name.encode()))
    assert display, f"the display {display_name} does not answer"
    width, height = x11.XDisplayWidth(display, 0), x11.XDisplayHeight(display, 0)
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    every_plane, as_pixels = ctypes.c_ulong(0xFFFFFF), 2
    image = x11.XGetImage(display, root, 0, 0, width, height, every_plane, as_pixels)
    data = ctypes.string_at(image.contents.data, image.contents.bytes_per_line * height)
    x11.XDestroyImage(image)
    x11.XCloseDisplay(display)
    return np.frombuffer(data, np.uint8).reshape(height, -1, 4)[:, :width, :3].copy()


def _send_close(display_name: str, window: int) -> None:
    """Send WM_DELETE_WINDOW, which xdotool cannot before its version 4."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(display_name.encode()))
    message = _ClientMessage(type=33, window=window, format=32)
    message.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    x11.XSync(display, 0)
    x11.XCloseDisplay(display)


@contextlib.contextmanager
def x_server(width: int = 1024, height: int = 768) -> Iterator[str]:
    """Run an X server on a free display number; gives its name, such as ``:3``."""
    with x_server_process(width, height) as (display, _):
        yield display


@contextlib.contextmanager
def x_server_process(width: int, height: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run an X server, and give its process too: one that is killed is a display that vanishes."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{width}x{height}x24", "-noreset"],
        pass_fds=[write_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as numbers:
            number = numbers.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}", server
    finally:
        server.terminate()
        server.wait()


def why_no_desktop() -> str:
    """Say what is missing for tests on a screen; empty if nothing is."""
    missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    if missing:
        return f"needs {', '.join(missing)} (apt install xvfb xdotool)"
    if cv2.currentUIFramework() == "":
        return "this OpenCV is a headless wheel"
    return ""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run one X server for all tests of a file."""
    if why_no_desktop():
        pytest.skip(why_no_desktop())
    with x_server() as display:
        yield display


@pytest.fixture
def desktop(server: str) -> Iterator[Desktop]:
    """Give a screen of 1024×768 with nothing on it."""
    desktop = Desktop(server)
    yield desktop
    desktop.stop()
