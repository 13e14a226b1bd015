"""Who is who: IDF1 and MOTA on scenes of several targets with exact truth.

    pip install "meanshift-tracker[bench]"
    python benchmarks/identity.py

Targets cross their twins, hide behind each other, and mill about. This tracker is given the boxes
of the first frame alone, and so is OpenCV's MultiTracker of CSRT, where there is one
(opencv-contrib-python 4). ByteTrack, from supervision, and norfair are given a detector's boxes:
perfect or noisy ones, in every frame or in every second one. A target that is wholly hidden is not
asked for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import one_thread  # noqa: F401  # isort: skip

import cv2
import motmetrics
import numpy as np
from crowds import CROWDS
from peers import whole_pixels
from saving import RESULTS, machine, save

from tracker import MultiTracker, iou
from tracker.synthetic import Crowd

Boxes = dict[int, tuple[float, float, float, float]]  # by number
Step = Callable[[np.ndarray, int], Boxes]  # image, index -> boxes
Start = Callable[[Crowd], Step]

COUNTS = (2, 4, 8, 16)
FIRST_SEED = 100  # those below 20 were looked at while the rules were made
LEAST_IOU = 0.5  # of a box with the truth, to be right
# A detector: what it finds, and how well.
DETECTABLE = 0.3  # of a target that is seen
NOISE = 0.06  # of the target's side: deviation of each edge
MISSED, FALSE = 0.1, 0.3  # share of targets missed; things that are none, a frame
NORFAIR_FARTHEST = 0.7  # 1 - IoU: of its README's example with boxes
METRICS = ["idf1", "mota", "num_switches"]


def this_tracker(preset: str) -> Start:
    """Make the contender that is this package's own."""

    def start(crowd: Crowd) -> Step:
        many = MultiTracker(preset=preset)

        def step(image: np.ndarray, index: int) -> Boxes:
            if index == 0:
                for box in crowd.truth(0).values():
                    many.add(image, box)
                return {number: tuple(track.box) for number, track in many.tracks.items()}
            tracks = many.update(image)
            return {number: tuple(track.box) for number, track in tracks.items() if track.ok}

        return step

    return start


def csrt(crowd: Crowd) -> Step:
    """Make the contender that is OpenCV's MultiTracker of CSRT."""
    many = cv2.legacy.MultiTracker.create()

    def step(image: np.ndarray, index: int) -> Boxes:
        if index == 0:
            for box in crowd.truth(0).values():
                many.add(cv2.legacy.TrackerCSRT.create(), image, whole_pixels(box, image))
            return crowd.truth(0)
        # When one has failed, OpenCV says so of all, and which it was is not told.
        _, boxes = many.update(image)
        return {number + 1: tuple(box) for number, box in enumerate(boxes) if min(box[2:]) > 0}

    return step


def byte_track(*, noisy: bool, every: int) -> Start:
    """Make the contender that is ByteTrack, fed with boxes in every so many frames."""
    import supervision

    def start(crowd: Crowd) -> Step:
        random = np.random.default_rng(crowd.seed)
        tracker = supervision.ByteTrack(frame_rate=30 // every, minimum_consecutive_frames=1)

        def step(image: np.ndarray, index: int) -> Boxes:
            if index % every:
                return shown
            found = detections(crowd, index, random if noisy else None)
            corners = np.array([(x, y, x + w, y + h) for x, y, w, h in found]).reshape(-1, 4)
            detected = supervision.Detections(
                xyxy=corners,
                confidence=np.full(len(found), 0.9),
                class_id=np.zeros(len(found), int),
            )
            tracked = tracker.update_with_detections(detected)
            shown.clear()
            for (x0, y0, x1, y1), number in zip(tracked.xyxy, tracked.tracker_id, strict=True):
                shown[int(number)] = (x0, y0, x1 - x0, y1 - y0)
            return shown

        shown: Boxes = {}
        return step

    return start


def norfair_iou(*, noisy: bool, every: int) -> Start:
    """Make the contender that is norfair's tracker by IoU, fed with boxes in every so many frames.

    Between them it predicts.
    """
    import norfair

    def start(crowd: Crowd) -> Step:
        random = np.random.default_rng(crowd.seed)
        tracker = norfair.Tracker(
            "iou", distance_threshold=NORFAIR_FARTHEST, initialization_delay=0
        )

        def step(image: np.ndarray, index: int) -> Boxes:
            found = None
            if index % every == 0:
                found = [
                    norfair.Detection(np.array([(x, y), (x + w, y + h)]))
                    for x, y, w, h in detections(crowd, index, random if noisy else None)
                ]
            shown: Boxes = {}
            for each in tracker.update(found, period=every):
                (x0, y0), (x1, y1) = each.estimate
                shown[each.id] = (x0, y0, x1 - x0, y1 - y0)
            return shown

        return step

    return start


def detections(crowd: Crowd, index: int, random: np.random.Generator | None) -> list:
    """Give the boxes of all that is seen well enough; with *random*, as a real detector would."""
    seen = crowd.seen(index)
    found = [box for n, box in crowd.truth(index).items() if seen[n] >= DETECTABLE]
    if random is None:
        return found
    noisy = []
    for box in found:
        if random.random() >= MISSED:
            left, top, right, bottom = random.normal(0, NOISE * box.side, 4)
            noisy.append(
                (box.x + left, box.y + top, box.width + right - left, box.height + bottom - top)
            )
    width, height = crowd.camera.size
    side = found[0].side if found else 40.0
    places = random.uniform((0, 0), (width - side, height - side), (random.poisson(FALSE), 2))
    noisy += [(x, y, side, side) for x, y in places.tolist()]
    return noisy


def contenders() -> dict[str, Start]:
    """Name who takes part here."""
    found = {preset: this_tracker(preset) for preset in ("robust", "fast")}
    if hasattr(cv2, "legacy"):
        found["CSRT"] = csrt
    else:
        print("CSRT is left out: it needs opencv-contrib-python 4", file=sys.stderr)
    for fed, start in (("ByteTrack", byte_track), ("norfair", norfair_iou)):
        for noisy in (False, True):
            for every in (1, 2):
                name = f"{fed}, {'noisy' if noisy else 'perfect'} boxes"
                found[name + ", 1 in 2" * (every == 2)] = start(noisy=noisy, every=every)
    return found


def follow(crowd: Crowd, starts: dict[str, Start]) -> dict[str, motmetrics.MOTAccumulator]:
    """Let all follow a scene, frame by frame, each drawn once, and match them with the truth."""
    steps = {name: start(crowd) for name, start in starts.items()}
    matched = {name: motmetrics.MOTAccumulator(auto_id=True) for name in starts}
    for index in range(len(crowd)):
        image, truth = crowd[index]
        hidden = [s.whole(index) for n, s in crowd.scenes.items() if n not in truth]
        for name, step in steps.items():
            boxes = _asked_for(step(image, index), truth, hidden)
            matched[name].update(list(truth), list(boxes), _distances(truth, boxes))
    return matched


def _asked_for(boxes: Boxes, truth: Boxes, hidden: list) -> Boxes:
    """Leave out the boxes on what is wholly hidden: they are neither right nor wrong."""
    if not hidden:
        return boxes
    kept = {}
    for number, box in boxes.items():
        on_hidden = iou(box, hidden).max() > LEAST_IOU
        on_seen = bool(truth) and iou(box, list(truth.values())).max() > LEAST_IOU
        if on_seen or not on_hidden:
            kept[number] = box
    return kept


def _distances(truth: Boxes, boxes: Boxes) -> np.ndarray:
    if not truth or not boxes:
        return np.empty((len(truth), len(boxes)))
    overlap = iou(np.array(list(truth.values()))[:, None], np.array(list(boxes.values()))[None])
    return np.where(overlap > LEAST_IOU, 1 - overlap, np.nan)


def figures(matched: list[motmetrics.MOTAccumulator]) -> dict[str, float]:
    """Give the metrics over several scenes, all frames counting alike."""
    names = [str(number) for number in range(len(matched))]
    found = motmetrics.metrics.create().compute_many(
        matched, metrics=METRICS, names=names, generate_overall=True
    )
    idf1, mota, switches = found.loc["OVERALL"]
    return {"idf1": float(idf1), "mota": float(mota), "switches": int(switches)}


def run(kinds: list[str], counts: list[int], seeds: int) -> dict[str, dict]:
    """Let everybody follow every scene."""
    starts = contenders()
    everything: dict[str, list] = {name: [] for name in starts}
    found: dict[str, dict] = {}
    for kind in kinds:
        of_kind: dict[str, list] = {name: [] for name in starts}
        for count in counts:
            for seed in range(seeds):
                for name, matched in follow(CROWDS[kind](count, FIRST_SEED + seed), starts).items():
                    of_kind[name].append(matched)
            print(f"{kind}, {count} targets: done", file=sys.stderr)
        found[kind] = {name: figures(matched) for name, matched in of_kind.items()}
        for name, matched in of_kind.items():
            everything[name] += matched
    found["all"] = {name: figures(matched) for name, matched in everything.items()}
    return found


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, follow, print the table, write the JSON and the picture."""
    options = parse(arguments)
    found = run(options.kinds, options.counts, options.seeds)
    for kind, rows in found.items():
        print(f"\n{kind:34}{'IDF1':>8}{'MOTA':>8}{'switches':>10}")
        for name, row in rows.items():
            print(f"{name:34}{row['idf1']:8.3f}{row['mota']:8.3f}{row['switches']:10}")
    made = {**machine(), "counts": options.counts, "seeds": options.seeds}
    draw = None if options.no_plots else "draw_identity"
    save({"made": made, "identity": found}, options.output, "identity", draw=draw)
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kinds", nargs="+", choices=CROWDS, default=list(CROWDS), help="default: all")
    add("--counts", nargs="+", type=int, default=list(COUNTS), help="of targets; even")
    add("--seeds", type=int, default=1, metavar="N", help="scenes of each (default: %(default)s)")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    add("--no-plots", action="store_true", help="only the table and the JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
