"""A camera on the network for tests: an HTTP server of MJPEG that stalls, drops and returns."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
from numbered import numbered
from numpy.typing import NDArray

INTERVAL_S = 0.04


class MjpegServer:
    """Sends numbered pictures, one after the other, to whoever asks.

    Attributes
    ----------
    port : int
        Kept when it stops and starts again.
    n_sent : int
        The number of the next picture.
    """

    def __init__(self) -> None:
        self.port, self.n_sent = 0, 0
        self.picture: Callable[[int], NDArray[np.uint8]] = numbered
        self.stalled, self.dropping = threading.Event(), threading.Event()
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/live.mjpg"

    def start(self) -> None:
        """Listen."""
        self.stalled.clear()
        self.dropping.clear()
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=frame")
                self.end_headers()
                with contextlib.suppress(OSError):
                    while not ours.dropping.is_set():
                        if not ours.stalled.is_set():
                            self.wfile.write(ours._part())
                        time.sleep(INTERVAL_S)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="mjpeg", daemon=True
        ).start()

    def stop(self) -> None:
        """Hang up, and refuse from now on."""
        self.dropping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _part(self) -> bytes:
        jpeg = cv2.imencode(".jpg", self.picture(self.n_sent))[1].tobytes()
        self.n_sent += 1
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        return head.encode() + jpeg + b"\r\n"


@contextlib.contextmanager
def mjpeg_server() -> Iterator[MjpegServer]:
    """Run one on a free port."""
    server = MjpegServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
