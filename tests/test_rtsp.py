"""A real RTSP server, GStreamer's: how late pictures are, and what happens when it goes away."""

from __future__ import annotations

import functools
import itertools
import statistics
import subprocess
import time
from pathlib import Path

import pytest
import rtsp

from tracker.errors import SourceError
from tracker.loop import track_video
from tracker.overlay import draw
from tracker.video import live, open_video

PYTHON = "/usr/bin/python3"  # the system's: GStreamer's bindings are Debian's
SERVER = Path(rtsp.__file__)
NEEDED = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
)


@functools.cache
def why_no_server() -> str:
    """Say what is missing; empty if nothing is."""
    try:
        subprocess.run([PYTHON, "-c", NEEDED], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return "needs gir1.2-gst-rtsp-server-1.0 and python3-gi of the system"
    return ""


pytestmark = pytest.mark.skipif(bool(why_no_server()), reason=why_no_server())


class Server:
    """The server, in a process that can be killed and started again on the same port."""

    def __init__(self):
        self.port = 0
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            [PYTHON, str(SERVER), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())

    def tell(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def kill(self):
        self._process.kill()
        self._process.communicate()

    def address(self, password=rtsp.PASSWORD):
        return f"rtsp://{rtsp.USER}:{password}@127.0.0.1:{self.port}/live"


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.kill()


@pytest.fixture(autouse=True)
def retry_soon(monkeypatch):
    monkeypatch.setattr(live, "RETRY_FIRST_S", 0.1)
    monkeypatch.setattr(live, "RETRY_LONGEST_S", 0.3)
    monkeypatch.setattr(live, "OUTAGE_EVERY_S", 0.1)


def late_ms(frame):
    """Tell how old a picture is, by the time that is drawn into it."""
    return rtsp.age_ms(frame.image, time.monotonic())


def test_what_is_seen_is_hardly_older_than_a_frame(server):
    pairs = track_video(server.address(), (100, 60, 100, 100), preset="fast")
    late = []
    for frame, track in itertools.islice(pairs, 35):
        draw(frame.image, track)
        late.append(late_ms(frame))
    pairs.close()
    # An interval of 40 ms and the tracking; the rest is the busy machine's. A queue of a few
    # frames anywhere would cost as many intervals.
    assert statistics.median(late[15:]) < 40 + 60


def test_who_was_slow_sees_the_newest_picture(server):
    with open_video(server.address()) as video:
        for _ in range(2):
            next(video)
            time.sleep(0.4)
        frame = next(video)
        assert late_ms(frame) < 40 + 160
        assert frame.n_dropped >= 12


def test_a_wrong_password_is_refused_and_none_is_shown(server):
    with pytest.raises(SourceError, match=r"rtsp://127.0.0.1:\d+/live: .*401") as caught:
        open_video(server.address("secret"))
    assert "secret" not in str(caught.value)
    assert rtsp.USER + ":" not in str(caught.value)


def test_a_server_that_stalls_is_killed_and_comes_back_is_followed_through_it_all(server):
    began_s = time.monotonic()
    pairs = track_video(server.address(), (100, 60, 100, 100), preset="fast", timeout_s=0.4)
    told, state = [], "well"
    for frame, track in pairs:
        assert time.monotonic() < began_s + 20, (state, told)
        if frame.outage:
            assert str(track.state) == "lost"
            told.append(frame.outage)
        if state == "well" and track.index == 10:
            server.tell("stall")
            state = "stalled"
        elif state == "stalled" and frame.outage:
            server.kill()
            state = "killed"
        elif state == "killed" and "refused" in frame.outage:
            server.start()
            state = "back"
        elif state == "back" and not frame.outage and late_ms(frame) < 40 + 160:
            break
    pairs.close()
    assert not any(rtsp.PASSWORD in words for words in told)
