"""What this tracker is measured against: the textbook loops, and OpenCV's own trackers.

A contender is a function (frame, box) -> step, and a step a function frame -> (box, score):
frames are BGR, boxes four floats, the score NaN for those that give none. Whoever says that the
target is lost keeps the last box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from tracker import Tracker

Frame = np.ndarray
Box = tuple[float, float, float, float]
Step = Callable[[Frame], tuple[Box, float]]
Start = Callable[[Frame, Box], Step]

# The tutorial's values, docs.opencv.org "Meanshift and Camshift": hue of 180 bins, dark and pale
# pixels kept out of the histogram, ten steps or a move under one pixel.
TUTORIAL_LOW, TUTORIAL_HIGH = (0.0, 60.0, 32.0), (180.0, 255.0, 255.0)
TUTORIAL_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 1)


def this_tracker(preset: str) -> Start:
    """Make the contender that is this package's own tracker."""

    def start(frame: Frame, box: Box) -> Step:
        tracker = Tracker(frame, box, preset=preset)

        def step(frame: Frame) -> tuple[Box, float]:
            track = tracker.update(frame)
            return tuple(track.box), track.score

        return step

    return start


def textbook(follow: Callable[..., Any]) -> Start:
    """Make the tutorial's loop about ``cv2.CamShift`` or ``cv2.meanShift``, whole frame and all."""

    def start(frame: Frame, box: Box) -> Step:
        window = whole_pixels(box, frame)
        x, y, width, height = window
        hsv = cv2.cvtColor(frame[y : y + height, x : x + width], cv2.COLOR_BGR2HSV)
        mask = cv2.inRange(hsv, TUTORIAL_LOW, TUTORIAL_HIGH)
        histogram = cv2.calcHist([hsv], [0], mask, [180], [0, 180])
        cv2.normalize(histogram, histogram, 0, 255, cv2.NORM_MINMAX)

        def step(frame: Frame) -> tuple[Box, float]:
            nonlocal window
            hsv = cv2.cvtColor(frame, cv2.COLOR_BGR2HSV)
            density = cv2.calcBackProject([hsv], [0], histogram, [0, 180], 1)
            _, found = follow(density, window, TUTORIAL_STOP)
            if min(found[2:]) > 0:  # an empty window would raise at the next call
                window = found
            return tuple(map(float, window)), float("nan")

        return step

    return start


def of_opencv(create: Callable[[], Any]) -> Start:
    """Make a contender of one of OpenCV's trackers, with its defaults."""

    def start(frame: Frame, box: Box) -> Step:
        tracker = create()
        tracker.init(frame, whole_pixels(box, frame))
        last = box

        def step(frame: Frame) -> tuple[Box, float]:
            nonlocal last
            ok, found = tracker.update(frame)
            if ok and min(found[2:]) > 0:
                last = tuple(map(float, found))
            return last, float("nan")

        return step

    return start


def whole_pixels(box: Box, frame: Frame) -> tuple[int, int, int, int]:
    """Round a box, and cut it to the frame: OpenCV's trackers take nothing else."""
    rows, columns = frame.shape[:2]
    left, top = max(round(box[0]), 0), max(round(box[1]), 0)
    right, bottom = min(round(box[0] + box[2]), columns), min(round(box[1] + box[3]), rows)
    left, top = min(left, columns - 1), min(top, rows - 1)
    return left, top, max(right - left, 1), max(bottom - top, 1)


def missing_here() -> list[str]:
    """Name the trackers that this OpenCV would have were it the contrib one."""
    return [name for name in ("MOSSE", "KCF", "CSRT") if name not in of_this_opencv()]


def of_this_opencv() -> dict[str, Start]:
    """Give the contenders this OpenCV has."""
    found = {"CamShift": textbook(cv2.CamShift), "meanShift": textbook(cv2.meanShift)}
    if hasattr(cv2, "legacy"):
        found["MOSSE"] = of_opencv(cv2.legacy.TrackerMOSSE.create)
    for name in ("KCF", "MIL", "CSRT"):
        if hasattr(cv2, f"Tracker{name}"):
            found[name] = of_opencv(getattr(cv2, f"Tracker{name}").create)
    return found
