"""The standard input, and other pipes of the shell's: they are read whole, as files are."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from numbered import number_in, write_video

from tracker.app.arguments import read_arguments
from tracker.errors import DamagedError, SinkError, SourceError
from tracker.video import open_video
from tracker.video.finishing import check_sound

pytestmark = pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no pipes by name here")


@pytest.fixture
def pipe():
    """Give the name of a pipe, and where to write."""
    there, here = os.pipe()
    with os.fdopen(there, "rb"), os.fdopen(here, "wb", 0) as writing:
        yield f"/dev/fd/{there}", writing


@pytest.fixture
def piped(pipe):
    """Give a function that writes bytes into the pipe, and gives its name."""

    def write(data):
        with suppress(BrokenPipeError), pipe[1]:
            pipe[1].write(data)

    def begin(data):
        threading.Thread(target=write, args=(data,), daemon=True).start()
        return pipe[0]

    return begin


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("clip") / "clip.mkv", 30)


def test_a_pipe_of_the_shell_gives_all_frames_with_their_own_times(clip, piped):
    with open_video(clip) as video:
        expected = [(number_in(frame.image), frame.time_s) for frame in video]
    with open_video(piped(clip.read_bytes())) as video:
        assert not video.is_live
        assert [(number_in(frame.image), frame.time_s) for frame in video] == expected


def test_a_part_of_what_is_piped_is_given(clip, piped):
    with open_video(piped(clip.read_bytes()), start_s=0.4, end_s=0.6) as video:
        assert [number_in(frame.image) for frame in video] == [10, 11, 12, 13, 14]


def test_what_ends_too_soon_in_a_pipe_is_told_after_its_good_frames(clip, piped):
    data = clip.read_bytes()
    with open_video(piped(data[: len(data) // 2])) as video:
        next(video)
        with pytest.raises(DamagedError, match=r"/dev/fd/\d+: the file ends at .* good frames"):
            list(video)


def test_what_is_no_video_in_a_pipe_is_told(piped):
    with pytest.raises(SourceError, match="an MP4 must have its index in front"):
        open_video(piped(b"no film" * 3000))


def test_a_pipe_into_which_nobody_writes_is_given_up(pipe):
    with pytest.raises(SourceError, match=r"nothing was written to the pipe for 0\.15 s"):
        open_video(pipe[0], timeout_s=0.05)


def test_a_pipe_that_stalls_has_ended_after_its_good_frames(tmp_path, pipe):
    data = write_video(tmp_path / "raw.mkv", 30, codec="rawvideo").read_bytes()
    writing = threading.Thread(target=pipe[1].write, args=(data[: len(data) // 2],))
    writing.start()
    with open_video(pipe[0], timeout_s=0.1) as video:
        next(video)
        with pytest.raises(DamagedError, match=r"nothing was written to the pipe for 0\.1 s"):
            list(video)
    writing.join()


def test_what_stops_the_program_is_heard_while_it_waits_for_a_pipe(pipe, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tracker.video.pipes.select.select", stopped)
    with pytest.raises(KeyboardInterrupt):
        open_video(pipe[0])


def test_the_sound_of_a_pipe_cannot_be_kept(pipe, tmp_path):
    with pytest.raises(SinkError, match="its sound is gone; leave --keep-audio away"):
        check_sound(Path(pipe[0]), tmp_path / "a.mp4")


def test_a_dash_is_the_standard_input():
    for command in (["track", "-"], ["demo", "-"], ["export", "-", "a.csv", "--output", "a.mp4"]):
        assert read_arguments(command).source == "/dev/stdin"
