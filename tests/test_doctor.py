"""The doctor: what it finds here, and how it words what it finds elsewhere."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest

import tracker
from tracker.app import doctor
from tracker.app.cli import main
from tracker.app.doctor import Findings, examine, outcome_of, report, try_cameras
from tracker.screen import Display
from tracker.video.camera import cameras


@pytest.fixture(scope="module")
def findings() -> Findings:
    return examine()


def test_versions_are_those_that_are_imported(findings):
    assert findings.opencv == cv2.__version__
    assert findings.versions["numpy"] == np.__version__ == metadata.version("numpy")
    assert findings.versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert findings.gui == cv2.currentUIFramework()
    assert all(name.startswith("opencv-") for name in findings.wheels)
    assert f"({Path(tracker.__file__).parent})" in findings.versions["tracker"]


def test_the_version_is_told_by_the_package_and_the_command_line(findings, capsys):
    assert metadata.version("meanshift-tracker") == tracker.__version__
    assert findings.versions["tracker"].startswith(tracker.__version__)
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"tracker {tracker.__version__}\n"


def test_codecs_are_those_that_write_and_read(findings):
    assert findings.codecs_error == ""
    assert findings.codecs["write libx264"]
    assert findings.codecs["read h264"]


def test_every_camera_of_the_system_was_tried(findings):
    if cameras() is not None:
        assert sorted(findings.cameras) == cameras()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="cameras are listed on Linux only")
def test_a_camera_that_is_not_there_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where no checkout is at hand to import from
    assert "no such camera" in try_cameras([987])[987]


def test_a_camera_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(doctor, "CAMERA_TIMEOUT_S", 0.2)
    hanging = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert outcome_of(hanging) == "does not answer within 0.2 s"
    assert hanging.poll() is not None


def test_the_command_prints_the_report(capsys):
    assert main(["doctor"]) == 0
    words = capsys.readouterr().out
    assert cv2.__version__ in words
    assert "libx264" in words


def test_two_wheels_of_opencv_are_warned_of(findings):
    two = {"opencv-python": "5.0.0.93", "opencv-python-headless": "5.0.0.93"}
    lines = report(replace(findings, wheels=two))
    assert any(
        line.startswith("! ") and "pip uninstall -y opencv-python opencv-python-headless" in line
        for line in lines
    )
    one = report(replace(findings, wheels={"opencv-python": "5.0.0.93"}))
    assert not any("uninstall" in line for line in one)


def test_what_is_missing_is_said_with_its_remedy(findings):
    bare = replace(
        findings,
        gui="",
        display=Display("this OpenCV is a headless wheel, which has no windows", None),
        cameras={0: "does not answer within 10 s"},
        codecs={},
        codecs_error="No module named 'av'",
    )
    words = "\n".join(report(bare))
    assert "no: this OpenCV is a headless wheel" in words
    assert "camera 0           does not answer within 10 s" in words
    assert "No module named 'av'" in words
    assert "pip install av" in words
    assert "--box" in words


def test_a_headless_wheel_goes_before_one_with_windows_comes(findings):
    headless = replace(findings, gui="", wheels={"opencv-python-headless": "5.0.0.93"})
    way = "for windows: pip uninstall -y opencv-python-headless, then pip install opencv-python"
    assert any(way in line for line in report(headless))
