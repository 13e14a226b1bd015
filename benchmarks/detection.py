"""Whether a window is found without a mouse, or by one click, on sequences with truth.

    python benchmarks/detection.py DATA

For each sequence the first 30 frames after the first with truth are looked at: is there a window
that overlaps the truth by half, in which frame first, and how many are offered besides. A target
*moves* when it has gone by 0.3 of its side against what is round it, as corners inside its box and
in a ring round it tell; of those that do not, none is to be found. In the first frame the window
round a click is compared with the truth: a click in its middle, and four that are a little off.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import one_thread  # noqa: F401  # isort: skip

import cv2
import numpy as np
from runs import frames_of
from saving import RESULTS, machine, save

from tracker import Box, iou
from tracker.detect import MotionDetector, point_window
from tracker.errors import TrackerError
from tracker.sequences import Sequence, read_sequences

N_FRAMES = 30
FOUND = 0.5  # IoU
MOVED = 0.3  # sides of the target
RING = 2.0  # sides of the box round which its surroundings are looked at
CLICKS = ((0, 0), (0.15, 0), (-0.15, 0), (0, 0.15), (0, -0.15))  # off, in widths and heights
CORNERS = {"maxCorners": 60, "qualityLevel": 0.02, "minDistance": 3}


class Found(NamedTuple):
    """What came of a sequence."""

    name: str
    found_at: int | None  # frame, from 0
    best_iou: float
    moved: float  # sides of the target
    windows_a_frame: float
    update_ms: float
    click_iou: float  # mean over the clicks
    click_ms: float


def look_at(sequence: Sequence) -> Found:
    """Run the detector over the first frames of a sequence."""
    detector = MotionDetector()
    frames, best, n_windows, spent_s = [], [], 0, 0.0
    for frame, truth in zip(frames_of(sequence), sequence.truth[: N_FRAMES + 1], strict=False):
        began = time.thread_time()
        windows = detector.update(frame)
        spent_s += time.thread_time() - began
        n_windows += len(windows)
        best.append(float(np.nanmax([0.0, *iou(windows, truth)])) if windows else 0.0)
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))
    update_ms = 1000 * spent_s / len(frames)
    click_iou, click_ms = click(next(iter(frames_of(sequence))), Box(*sequence.truth[0]))
    hits = [index for index, overlap in enumerate(best) if overlap >= FOUND]
    return Found(
        sequence.name,
        hits[0] if hits else None,
        max(best),
        distance_moved(frames, sequence.truth),
        n_windows / len(frames),
        update_ms,
        click_iou,
        click_ms,
    )


def click(frame: np.ndarray, truth: Box) -> tuple[float, float]:
    """Give the mean IoU of the windows round some clicks with the truth, and the ms of each."""
    x, y = truth.center
    height, width = frame.shape[:2]
    overlaps, began = [], time.process_time()
    for across, down in CLICKS:
        point = x + across * truth.width, y + down * truth.height
        inside = min(max(point[0], 0), width - 1), min(max(point[1], 0), height - 1)
        overlaps.append(float(iou(point_window(frame, inside), truth)))
    return float(np.mean(overlaps)), 1000 * (time.process_time() - began) / len(CLICKS)


def distance_moved(frames: list[np.ndarray], truth: np.ndarray) -> float:
    """Add up how far the target goes against what is round it, in its sides."""
    way = np.zeros(2)
    farthest = 0.0
    for (before, now), row in zip(pairwise(frames), truth, strict=False):
        if not np.isfinite(row).all():
            continue
        box = Box(*row)
        inside = np.zeros(before.shape, np.uint8)
        inside[_slices(box)] = 255
        ring = np.zeros(before.shape, np.uint8)
        ring[_slices(box.scaled(RING))] = 255
        ring[inside > 0] = 0
        own, others = (_median_flow(before, now, mask) for mask in (inside, ring))
        if own is not None and others is not None:
            way += (own - others) / box.side
            farthest = max(farthest, float(np.hypot(*way)))
    return farthest


def _slices(box: Box) -> tuple[slice, slice]:
    top, left = max(int(box.y), 0), max(int(box.x), 0)
    return slice(top, max(int(box.bottom), 0)), slice(left, max(int(box.right), 0))


def _median_flow(before: np.ndarray, now: np.ndarray, mask: np.ndarray) -> np.ndarray | None:
    """Give the median step of the corners under a mask; None where there are none."""
    points = cv2.goodFeaturesToTrack(before, mask=mask, **CORNERS)
    if points is None:
        return None
    there, status, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None)
    steps = (there - points)[status.ravel() > 0]
    return np.median(steps.reshape(-1, 2), axis=0) if len(steps) else None


def table(found: list[Found]) -> None:
    """Print what came of each sequence, and of all."""
    print(
        f"{'sequence':20} {'moved':>6} {'found in frame':>15} {'best IoU':>9} {'windows':>8}"
        f" {'click IoU':>10}"
    )
    for each in found:
        where = "-" if each.found_at is None else str(each.found_at)
        print(
            f"{each.name:20} {each.moved:6.2f} {where:>15} {each.best_iou:9.2f} "
            f"{each.windows_a_frame:8.1f} {each.click_iou:10.2f}"
        )
    moving = [each for each in found if each.moved >= MOVED]
    n_found = sum(each.found_at is not None for each in moving)
    print(f"\n{n_found} of {len(moving)} that move against their surroundings are found")
    print(f"{np.mean([each.update_ms for each in found]):.1f} ms of CPU a frame")
    for label, some in (("all", found), ("odd places", found[::2]), ("even places", found[1::2])):
        print(f"click, {label}: IoU {np.mean([each.click_iou for each in some]):.3f}")
    print(f"{np.mean([each.click_ms for each in found]):.1f} ms of CPU a click")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, run, print the table, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of sequences")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        found = [look_at(sequence) for sequence in read_sequences(options.data)]
    except TrackerError as error:
        print(f"detection.py: {error}", file=sys.stderr)
        return 2
    table(found)
    save({"made": machine(), "sequences": [each._asdict() for each in found]}, options.output,
         "detection")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
