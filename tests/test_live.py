"""Live sources: a stream that stalls, drops and returns; a camera that is unplugged; a pipe."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numbered import number_in, numbered, write_video
from streaming import INTERVAL_S, mjpeg_server

from tracker import MultiTracker
from tracker.app.cli import main
from tracker.app.outputs import Outputs
from tracker.app.recorder import Recorder
from tracker.app.run import Run
from tracker.app.signals import StopSignals
from tracker.confidence import State
from tracker.errors import ConfigError, SourceError
from tracker.loop import track_video
from tracker.video import CameraConfig, camera, live, open_video
from tracker.video.connecting import live_source
from tracker.video.live import read_live

LATE_S = 0.3  # for a frame to come through, on a busy machine


@pytest.fixture
def server():
    with mjpeg_server() as running:
        yield running


@pytest.fixture(autouse=True)
def retry_soon(monkeypatch):
    monkeypatch.setattr(live, "RETRY_FIRST_S", 0.1)
    monkeypatch.setattr(live, "RETRY_LONGEST_S", 0.2)
    monkeypatch.setattr(live, "OUTAGE_EVERY_S", 0.1)


def until(frames, wanted, at_most_s=8.0):
    """Give the first frame that is as wanted."""
    began_s = time.monotonic()
    for frame in frames:
        if wanted(frame):
            return frame
        assert time.monotonic() - began_s < at_most_s, frame
    raise AssertionError("the frames ended")


def wait_for(condition, at_most_s=20.0):
    """Wait until a condition holds."""
    end_s = time.monotonic() + at_most_s
    while not condition():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.01)


# Streams


def test_a_stream_gives_its_pictures_with_the_times_at_which_they_came(server):
    with open_video(server.address) as video:
        assert video.is_live
        assert (video.width, video.height, video.fps, video.n_frames) == (160, 120, None, None)
        before_s = time.monotonic()
        frames = list(itertools.islice(video, 12))
    numbers = [number_in(frame.image) for frame in frames]
    assert numbers == sorted(set(numbers))
    assert [frame.index for frame in frames] == list(range(12))
    assert frames[0].time_s == 0
    times = [frame.time_s for frame in frames]
    assert all(early < late for early, late in itertools.pairwise(times))
    assert times[-1] >= 0.8 * INTERVAL_S * (numbers[-1] - numbers[0])
    assert before_s < frames[-1].arrived_s < time.monotonic()


def test_who_is_slow_gets_the_newest_picture_and_is_told_how_many_were_dropped(server):
    with open_video(server.address) as video:
        last = next(video)
        for _ in range(2):
            time.sleep(0.3)
            frame = next(video)
            assert time.monotonic() - frame.arrived_s < INTERVAL_S + LATE_S
            missed = number_in(frame.image) - number_in(last.image) - 1
            assert missed >= 3
            assert frame.n_dropped - last.n_dropped == missed
            last = frame


def test_a_stall_is_an_outage_and_ends_with_the_next_picture(server):
    with open_video(server.address, timeout_s=0.4) as video:
        good = until(video, lambda frame: frame.index == 5)
        server.stalled.set()
        silent_s = time.monotonic()
        away = until(video, lambda frame: frame.outage)
        assert time.monotonic() - silent_s == pytest.approx(0.4, abs=LATE_S)
        assert "no picture for 0 s" in away.outage
        assert away.image.shape == good.image.shape
        assert away.arrived_s is None
        later = until(video, lambda frame: "no answer within 0.4 s" in frame.outage)
        assert later.time_s > away.time_s
        server.stalled.clear()
        back = until(video, lambda frame: not frame.outage)
        assert number_in(back.image) > number_in(good.image)
        assert back.time_s > later.time_s


def test_a_server_that_hangs_up_is_called_again_until_it_answers(server):
    with open_video(server.address, timeout_s=0.4) as video:
        next(video)
        server.stop()
        until(video, lambda frame: f"the server at 127.0.0.1:{server.port} hung up" in frame.outage)
        until(video, lambda frame: "refused" in frame.outage)
        server.start()
        assert until(video, lambda frame: not frame.outage).index > 0


def test_an_outage_that_is_known_is_told_without_waiting_for_the_time_out():
    def connect():
        yield numbered(1)
        raise SourceError("unplugged")

    pictures = read_live("camera 0", connect, 20.0).pictures
    assert not next(pictures).outage
    began_s = time.monotonic()
    assert next(pictures).outage.endswith("unplugged")
    assert time.monotonic() - began_s < 5
    pictures.close()


def test_waits_between_calls_double_up_to_the_longest_and_vary(monkeypatch):
    monkeypatch.setattr(live, "RETRY_FIRST_S", 0.04)
    monkeypatch.setattr(live, "RETRY_LONGEST_S", 0.16)
    calls = []

    def connect():
        calls.append(time.monotonic())
        if len(calls) == 1:
            yield numbered(1)
        raise SourceError("unplugged")

    pictures = read_live("camera 0", connect, 0.2).pictures
    while len(calls) < 7:
        next(pictures)
    pictures.close()
    waits = np.diff(calls)
    for wait, middle in zip(waits[1:], (0.08, 0.16, 0.16, 0.16, 0.16), strict=False):
        assert 0.5 * middle <= wait < 1.5 * middle + LATE_S
    assert np.unique(waits.round(3)).size > 3


def test_a_stream_that_is_not_there_says_so_when_it_is_opened(server):
    server.stop()
    with pytest.raises(SourceError, match=r"http://127.0.0.1:\d+/live.mjpg: Connection refused"):
        open_video(server.address)


def test_a_stream_that_sends_nothing_is_given_up(server):
    server.stalled.set()
    began_s = time.monotonic()
    with pytest.raises(SourceError, match=r"no (answer|picture) within"):
        open_video(server.address, timeout_s=0.3)
    assert time.monotonic() - began_s < 0.9 + LATE_S


def test_closing_ends_the_thread(server):
    video = open_video(server.address)
    next(video)
    assert "live" in [thread.name for thread in threading.enumerate()]
    video.close()
    assert "live" not in [thread.name for thread in threading.enumerate()]
    assert list(video) == []


def test_a_stream_has_no_past_and_a_time_out_is_a_time(server):
    with pytest.raises(ConfigError, match=r"start 2 s: http://127.0.0.1:\d+/live.mjpg is live"):
        open_video(server.address, start_s=2)
    with pytest.raises(ConfigError, match="timeout 0 s: must be"):
        open_video(server.address, timeout_s=0)


def test_max_frames_holds_for_streams(server):
    with open_video(server.address, max_frames=3) as video:
        assert len(list(video)) == 3


# Credentials


def test_passwords_are_in_no_name_message_or_file(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    address = "rtsp://me:hush@127.0.0.1:1/live?token=hush"
    status = main(["track", address, "--box", "1,2,30,40", "--no-window"])
    out, err = capfd.readouterr()
    assert status == 4
    assert "rtsp://127.0.0.1:1/live: Connection refused" in err
    assert "hush" not in out + err + "".join(map(str, tmp_path.rglob("*")))


def test_an_error_s_cause_is_not_printed_with_its_password():
    with pytest.raises(SourceError) as caught:
        open_video("http://me:hush@127.0.0.1:1/live")
    assert "hush" not in str(caught.value)


# Following through outages

SQUARE = (60, 40, 40, 40)


def scene(width, height):
    """Draw a red square on gray noise, at the same share of any size."""
    image = np.random.default_rng(3).integers(90, 140, (120, 160, 3)).astype(np.uint8)
    image[40:80, 60:100] = (40, 40, 220)
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)


def test_the_track_is_lost_during_an_outage_and_says_why(server):
    server.picture = lambda _: scene(160, 120)
    pairs = track_video(server.address, SQUARE, preset="fast")
    seen = []
    for frame, track in pairs:
        seen.append((frame, track))
        if len(seen) == 5:
            server.stop()
        if frame.outage and "refused" in frame.outage and server._server is None:
            server.start()
        if len(seen) > 8 and not frame.outage:
            break
    pairs.close()
    assert [track.index for _, track in seen] == list(range(len(seen)))
    away = [track for frame, track in seen if frame.outage]
    assert away
    assert all(track.state is State.LOST and "no picture for" in track.reason for track in away)
    assert all(track.score == 0 for track in away)
    assert seen[-1][1].state is State.TRACKING
    assert seen[-1][1].box == pytest.approx(SQUARE, abs=3)


def test_another_size_after_an_outage_scales_the_box(server):
    sizes = itertools.chain([(160, 120)] * 8, itertools.repeat((320, 180)))
    server.picture = lambda _: scene(*next(sizes))
    pairs = track_video(server.address, SQUARE, preset="fast")
    larger = [track for frame, track in itertools.islice(pairs, 16) if frame.image.shape[1] == 320]
    pairs.close()
    assert len(larger) > 3
    assert all(track.ok for track in larger)
    assert larger[-1].box == pytest.approx((120, 60, 80, 60), abs=6)


def test_a_run_records_through_outage_and_change_of_size(server, tmp_path):
    sizes = itertools.chain([(160, 120)] * 12, itertools.repeat((320, 240)))
    server.picture = lambda _: scene(*next(sizes))
    options = f"--box 60,40,40,40 --output {tmp_path}/out.mp4 --csv {tmp_path}/out.csv"
    options += " --no-window --max-frames 25 --timeout 0.5"
    run = subprocess.Popen(
        [sys.executable, "-m", "tracker", "track", server.address, *options.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    table = tmp_path / "out.csv"
    wait_for(lambda: table.exists() and table.read_text().count("\n") > 4)
    server.stop()
    wait_for(lambda: "no picture for" in table.read_text())
    server.start()
    out, err = run.communicate(timeout=20)
    assert run.returncode == 0, err
    assert "connecting again" in err
    assert "pictures come again" in err
    assert re.search(r"from coming in to being shown: \d+ ms, .* \d+ frames dropped", out)
    assert table.read_text().count("\n") == 26
    with open_video(tmp_path / "out.mp4") as video:
        assert (video.width, video.height, len(list(video))) == (160, 120, 25)


def test_the_time_that_the_user_lets_a_picture_stand_is_not_late(server):
    with open_video(server.address) as video, Recorder(Outputs(), video, overwrite=False) as none:
        targets = MultiTracker(preset="fast")
        first = next(video)
        targets.add(first.image, SQUARE, first.time_s)
        run = Run(targets, recorder=none, signals=StopSignals())

        def stand(_):
            time.sleep(0.2)
            run.summary.stood_s += 0.2
            return run.summary.n_frames < 2

        run.follow(itertools.chain([replace(first, arrived_s=time.monotonic())], video), stand)
    assert run.summary.latencies_s[0] < 0.15
    assert run.summary.elapsed_s < 0.3


# Named pipes


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
def test_a_named_pipe_gives_what_is_written_to_it_and_ends_with_its_writer(tmp_path):
    clip, pipe = write_video(tmp_path / "clip.mkv", 30), tmp_path / "pipe"
    os.mkfifo(pipe)
    data = clip.read_bytes()
    half = len(data) // 2

    def write() -> None:
        with pipe.open("wb") as file:
            file.write(data[:half])
            file.flush()
            time.sleep(0.3)
            file.write(data[half:])

    threading.Thread(target=write, daemon=True).start()
    with open_video(pipe, timeout_s=2) as video:
        assert video.is_live
        frames = list(video)
    numbers = [number_in(frame.image) for frame in frames]
    assert numbers[-1] == 29
    assert numbers == sorted(numbers)
    assert frames[-1].n_dropped == 30 - len(frames)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
def test_what_cannot_be_read_from_a_pipe_is_told(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"no film" * 3000,), daemon=True)
    writer.start()
    with pytest.raises(SourceError, match="an MP4 must have its index in front"):
        open_video(pipe, timeout_s=2)
    writer.join(2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
def test_a_pipe_that_nobody_writes_to_is_given_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"nothing was written to the pipe for 0\.2 s"):
        open_video(tmp_path / "pipe", timeout_s=0.2)


# Cameras: there is none where the tests run, so a device that is not there stands in


class FakeCamera:
    """A camera that can be unplugged."""

    there = True
    n_given = 0

    def __init__(self, index, backend):
        self.is_there = FakeCamera.there
        self.asked = FakeCamera.asked = {"backend": backend}

    def isOpened(self):  # noqa: N802  (OpenCV's name)
        return self.is_there

    def set(self, what, value):
        self.asked[what] = value
        return what != cv2.CAP_PROP_EXPOSURE or value < 100

    def read(self):
        time.sleep(0.01)
        FakeCamera.n_given += 1
        return (True, numbered(FakeCamera.n_given % 1024)) if FakeCamera.there else (False, None)

    def release(self):
        pass


@pytest.fixture
def fake_camera(monkeypatch):
    monkeypatch.setattr(camera, "cameras", lambda: [0] if FakeCamera.there else [])
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    FakeCamera.there = True
    return FakeCamera


def test_a_camera_pulled_out_and_put_in_again_goes_on(fake_camera):
    with open_video(0) as video:
        assert (video.name, video.is_live) == ("camera 0", True)
        until(video, lambda frame: frame.index == 5)
        fake_camera.there = False
        away = until(video, lambda frame: "this machine has none" in frame.outage)
        fake_camera.there = True
        back = until(video, lambda frame: not frame.outage)
        assert back.index > away.index
        assert back.time_s > away.time_s


def test_a_camera_is_asked_for_size_rate_library_and_exposure(fake_camera, tmp_path, capfd):
    wanted = CameraConfig((1280, 720), 60.0, cv2.videoio_registry.getBackendName(200), 20.0)
    with open_video(0, camera=wanted, max_frames=1) as video:
        next(video)
    asked = fake_camera.asked
    assert asked["backend"] == cv2.CAP_V4L2
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (1280, 720)
    assert asked[cv2.CAP_PROP_FPS] == 60
    assert asked[cv2.CAP_PROP_EXPOSURE] == 20
    options = f"--camera-size 1280x720 --box 9,9,40,40 --no-window --csv {tmp_path}/a.csv"
    assert main(["track", "0", *options.split(), "--max-frames", "3"]) == 0
    assert "camera 0: has no pictures of 1280x720, gives 160x120" in capfd.readouterr().err


def test_what_a_camera_cannot_do_is_said(fake_camera):
    with pytest.raises(SourceError, match="camera 0: its driver does not take an exposure of 500"):
        open_video(0, camera=CameraConfig(exposure=500.0))
    with pytest.raises(ConfigError, match="camera backend x11: this OpenCV has "):
        CameraConfig(backend="x11")
    with pytest.raises(
        ConfigError, match=r"^camera options are only for a camera, which rtsp://host/x"
    ):
        open_video("rtsp://me:hush@host/x", camera=CameraConfig(fps=5.0))


def test_numbers_and_addresses_are_live_and_files_are_not(tmp_path):
    assert live_source("0", 5)[0] == live_source(0, 5)[0] == "camera 0"
    assert live_source("RTSP://a:b@host/x", 5)[0] == "rtsp://host/x"
    assert live_source(str(tmp_path), 5) is None
    assert live_source(Path("clip.mp4"), 5) is None
