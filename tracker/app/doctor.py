"""What is installed and what works on this machine, for ``tracker doctor`` and for bug reports."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import cv2

from .. import __version__
from ..screen import Display, find_display
from ..video.camera import cameras
from ..video.codecs import codecs

__all__ = ["Findings", "examine", "report"]

PACKAGE = Path(__file__).parents[1]
DISTRIBUTIONS = ("numpy", "av", "imageio", "tqdm")
OPENCV_WHEELS = (
    "opencv-python",
    "opencv-contrib-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)
FEW_CAMERAS = range(2)  # tried where the system does not list its cameras
CAMERA_TIMEOUT_S = 10.0  # some take seconds to wake up; a hung driver never does

# Opened in another process, since drivers hang and OpenCV writes to stderr past Python.
OPEN_CAMERA = """
import sys
from tracker.video import open_video
with open_video(int(sys.argv[1])) as video:
    print(f"{video.width}x{video.height}" + (f", {float(video.fps):.4g} fps" if video.fps else ""))
"""


@dataclass(frozen=True)
class Findings:
    """What was found."""

    system: str
    versions: dict[str, str]  # of Python and what is imported; "missing" where it is not there
    opencv: str  # the version that is imported
    wheels: dict[str, str]  # the installed wheels of OpenCV: more than one break each other
    gui: str  # the window system that OpenCV was built with; empty in a headless wheel
    display: Display
    cameras: dict[int, str]  # in words: size and rate, or why it does not open
    codecs: dict[str, bool]
    codecs_error: str  # why they cannot be known; empty if they are


def examine() -> Findings:
    """Look at everything; takes as long as the slowest camera."""
    try:
        found, error = codecs(), ""
    except ImportError as missing:
        found, error = {}, str(missing)
    return Findings(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        versions={"python": platform.python_version(), "tracker": f"{__version__} ({PACKAGE})"}
        | {name: version or "missing" for name, version in installed(DISTRIBUTIONS).items()},
        opencv=cv2.__version__,
        wheels={name: version for name, version in installed(OPENCV_WHEELS).items() if version},
        gui=cv2.currentUIFramework(),
        display=find_display(),
        cameras=try_cameras(),
        codecs=found,
        codecs_error=error,
    )


def installed(names: Sequence[str]) -> dict[str, str]:
    """Give the installed version of each distribution, empty where there is none."""
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def try_cameras(numbers: Sequence[int] | None = None) -> dict[int, str]:
    """Open each camera in a process of its own, all at once; never hangs.

    Without *numbers* those the system lists, or the first few where it lists none.
    """
    if numbers is None:
        listed = cameras()
        numbers = FEW_CAMERAS if listed is None else listed
    paths = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    trials = {
        number: subprocess.Popen(
            [sys.executable, "-c", OPEN_CAMERA, str(number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
        for number in numbers
    }
    return {number: outcome_of(trial) for number, trial in trials.items()}


def outcome_of(trial: subprocess.Popen[str]) -> str:
    """Wait for a camera's trial and put its end into words."""
    try:
        answer, complaint = trial.communicate(timeout=CAMERA_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        trial.kill()
        trial.communicate()
        return f"does not answer within {CAMERA_TIMEOUT_S:g} s"
    if trial.returncode == 0:
        return answer.strip()
    last = (complaint.strip().splitlines() or ["no reason given"])[-1]
    return re.sub(r"^[\w.]*Error: (camera \d+: )?", "", last)


# --- words --------------------------------------------------------------------------------------


def report(findings: Findings) -> list[str]:
    """Put the findings into lines for people; what needs a hand starts with ``!``."""
    lines = [f"{'system':<18} {findings.system}"]
    lines += [f"{name:<18} {version}" for name, version in findings.versions.items()]
    wheels = ", ".join(f"{name} {version}" for name, version in findings.wheels.items())
    lines.append(f"{'opencv':<18} {findings.opencv} ({wheels or 'not from a wheel'})")
    lines.append(f"{'windows':<18} {findings.gui or 'none: a headless wheel'}")
    lines.append(f"{'display':<18} {_display(findings.display)}")
    for number, outcome in findings.cameras.items():
        lines.append(f"{f'camera {number}':<18} {outcome}")
    if not findings.cameras:
        lines.append(f"{'cameras':<18} none")
    for name, there in findings.codecs.items():
        lines.append(f"{name:<18} {'yes' if there else 'no'}")
    return lines + [f"! {advice}" for advice in _advice(findings)]


def _display(display: Display) -> str:
    if display.why_not:
        return f"no: {display.why_not}"
    return "yes" + (f", {display.size[0]}x{display.size[1]}" if display.size else "")


def _advice(findings: Findings) -> list[str]:
    """Say what to do about what is wrong."""
    advice = []
    if len(findings.wheels) > 1:
        names = " ".join(findings.wheels)
        advice.append(
            f"{len(findings.wheels)} wheels of OpenCV share one folder and break each other: "
            f"pip uninstall -y {names}, then install one of them again"
        )
    if findings.codecs_error:
        advice.append(
            f"no video files can be read or written ({findings.codecs_error}): pip install av"
        )
    if findings.codecs.get("write libx264") is False:
        advice.append("PyAV has no libx264, so nothing can be recorded: pip install av (its wheel)")
    if not findings.gui:
        without = f"pip uninstall -y {' '.join(findings.wheels)}, then " if findings.wheels else ""
        advice.append(
            "no windows, so give the target with --box; for windows: "
            f"{without}pip install opencv-python"
        )
    return advice
