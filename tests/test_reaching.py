"""What is said of an address that gives no video: why, as far as can be known, and no password."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import pytest
from numbered import numbered

from tracker.errors import SourceError
from tracker.video import open_video
from tracker.video.names import without_credentials


def why_not(address: str) -> str:
    with pytest.raises(SourceError) as caught:
        open_video(address, timeout_s=2)
    said = str(caught.value)
    assert said.startswith(without_credentials(address))
    assert "hush" not in said
    return said.removeprefix(f"{without_credentials(address)}: ")


class Page(BaseHTTPRequestHandler):
    """Give a page to those who know the password; to all a bad film and one picture."""

    def do_GET(self):
        if self.path == "/snapshot":
            picture = cv2.imencode(".jpg", numbered(1))[1].tobytes()
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(picture)))
            self.end_headers()
            self.wfile.write(picture)
            return
        known = self.headers.get("Authorization") == "Basic bWU6aHVzaA=="  # me:hush
        self.send_response(200 if known or self.path == "/film" else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="camera"')
        self.send_header("Content-Type", "video/mp4" if self.path == "/film" else "text/html")
        self.end_headers()
        self.wfile.write(b"<html><body>log in</body></html>" * 20)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def page():
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def rude():
    """Name the place of a server that hangs up on everybody."""
    listening = socket.create_server(("127.0.0.1", 0))

    def hang_up():
        with contextlib.suppress(OSError):
            while True:
                listening.accept()[0].close()

    threading.Thread(target=hang_up, daemon=True).start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    listening.close()


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_host_that_does_not_exist_is_named(scheme):
    # Two dots in a row are in no name, so that nobody on the network is asked.
    said = why_not(f"{scheme}://me:hush@no..such/x")
    assert said.startswith("the host no..such cannot be found (")


@pytest.mark.parametrize("scheme", ["http", "rtsp", "rtmp", "tcp"])
def test_a_server_that_hangs_up_at_once_is_told(rude, scheme):
    assert why_not(f"{scheme}://me:hush@{rude}/x/y") == f"the server at {rude} hung up"


def test_what_is_there_and_no_video_is_told(page):
    assert why_not(f"http://me:hush@{page}/") == "what is there is no video (text/html)"
    assert "401" in why_not(f"http://me:hush2@{page}/")
    assert "sent as video/mp4 cannot be read" in why_not(f"http://{page}/film")
    assert why_not(f"rtsp://me:hush@{page}/") == f"what answers at {page} does not speak RTSP"
    assert f"{page} does not answer as https should" in why_not(f"https://me:hush@{page}/")


def test_a_single_picture_is_told_from_a_stream(page):
    with open_video(f"http://{page}/snapshot", timeout_s=2) as video:
        next(video)
        away = next(frame for frame in video if frame.outage)
    assert "it gives one picture and ends; a camera's stream has another address" in away.outage


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("rtsp://me:hu/sh@127.0.0.1:1/x", "its user or password has a / ? # or @; write %2F"),
        ("http:///live", "there is no host"),
        ("http://me:hush@127.0.0.1:99999/x", "its port must be a number"),
        ("http://me:hush@[::1/x", "not an address"),
    ],
)
def test_a_mistyped_address_is_told_from_a_broken_network(address, said):
    assert said in why_not(address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://host/a@b", "rtsp://host/a@b"),
        ("rtsp://cam.example.com:554/a@b?c@d", "rtsp://cam.example.com:554/a@b"),
        ("http://u:hush@[fe80::1]:80/a@b", "http://[fe80::1]:80/a@b"),
        ("http://u:hush@localhost/a@b", "http://localhost/a@b"),
        # where an @ may still belong to a password that was not quoted, it is taken for that
        ("http://u:hush/1@host/x", "http://host/x"),
        ("http://u:12/hush@host/x", "http://host/x"),
        ("http://u:h@u.sh/hush@host/x", "http://host/x"),
        ("http://u:hush?1@host/x", "http://host/x"),
    ],
)
def test_an_address_is_shown_whole_but_for_its_password(address, shown):
    assert without_credentials(address) == shown
