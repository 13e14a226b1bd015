"""Does a long run stay as it began? Memory, threads, open files and time per frame.

    python benchmarks/soak.py [--frames 200000] [--minutes 60]

Decodes a looped file of 160 x 120, follows a target in it, draws it and records all there is to
record, with the parts the command line is made of. Every thousandth frame the process is asked what
it holds; a line is fitted to each figure, with the 95 % interval of its slope.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import one_thread  # noqa: F401  # isort: skip

import faults
import numpy as np
from memory import SETTLED, line_through, resident_bytes
from saving import RESULTS, machine, save

from tracker import MultiTracker
from tracker.outputs import Outputs
from tracker.recorder import Recorder
from tracker.reel import Reel
from tracker.run import Run
from tracker.signals import StopSignals
from tracker.video import Frame, open_video

EVERY = 1000  # frames between two looks
HALF = 2  # of the pixels each way: what could grow does not grow with the picture
BOX = tuple(side // HALF for side in faults.BOX)


def looped(clip: Path) -> Iterator[Frame]:
    """Give the frames of a file over and over, with times that go on."""
    offset_s = 0.0
    with Reel(open_video(clip), lambda start_s: open_video(clip, start_s=start_s)) as reel:
        frame_s = float(1 / reel.source.fps)
        frame = next(reel)
        while True:
            last_s = 0.0
            while frame is not None:
                last_s = frame.time_s
                yield replace(frame, time_s=offset_s + last_s)
                frame = next(reel, None)
            offset_s += last_s + frame_s
            frame = reel.at(0.0)


class Looks:
    """What was seen at each look."""

    def __init__(self, until_s: float) -> None:
        self.n_frames = 0
        self.seen: list[tuple[int, float, int, int, int]] = []
        self._until_s, self._last_s = until_s, time.perf_counter()

    def take(self, frame: Frame) -> bool:
        """Look, now and then; False when the time is over."""
        self.n_frames += 1
        if self.n_frames % EVERY == 0:
            now_s = time.perf_counter()
            ms = 1000 * (now_s - self._last_s) / EVERY
            n_files = len(list(Path("/proc/self/fd").iterdir())) - 1  # without the one of listing
            looked = (self.n_frames, ms, resident_bytes(), threading.active_count(), n_files)
            self.seen.append(looked)
            self._last_s = now_s
        return time.perf_counter() < self._until_s


def soak(clip: Path, folder: Path, n_frames: int, minutes: float, preset: str) -> dict:
    """Run until so many frames are done, or the time is over."""
    outputs = Outputs(
        video=folder / "soak.mp4", csv=folder / "soak.csv", jsonl=folder / "soak.jsonl"
    )
    looks = Looks(time.perf_counter() + 60 * minutes)
    with (
        open_video(clip) as like,
        Recorder(outputs, like, overwrite=True) as recorder,
        closing(looped(clip)) as frames,
    ):
        first = next(frames)
        targets = MultiTracker(preset=preset)
        targets.add(first.image, BOX, first.time_s)
        run = Run(targets, recorder=recorder, signals=StopSignals())
        wanted = itertools.islice(itertools.chain([first], frames), n_frames)
        summary = run.follow(wanted, looks.take)
    rows = sum(1 for _ in (folder / "soak.csv").open()) - 1
    return {
        "preset": preset,
        "frames": looks.n_frames,
        "rows": rows,
        "recorded frames": faults.frames_in(folder / "soak.mp4"),
        "recording, MB": (folder / "soak.mp4").stat().st_size / 1e6,
        "states": dict(summary.states),
        **lines_of(looks),
    }


def lines_of(looks: Looks) -> dict:
    """Fit a line to each figure over the frames, once the run has settled."""
    settled = looks.seen[int(SETTLED * len(looks.seen)) :]
    done, ms, resident, threads, files = (
        np.array(one, float) for one in zip(*settled, strict=True)
    )
    found = {}
    for name, values in (("ms a frame", ms), ("resident MB", resident / 1e6)):
        slope, margin = line_through(done, values)
        found[name] = {
            "median": float(np.median(values)),
            "first": float(values[0]),
            "last": float(values[-1]),
            "slope per 100,000 frames": 1e5 * slope,
            "95 % margin": 1e5 * margin,
        }
    for name, values in (("threads", threads), ("open files", files)):
        found[name] = {"least": int(values.min()), "most": int(values.max())}
    return found


def main() -> int:
    """Run, print, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--minutes", type=float, default=120, help="then end early")
    parser.add_argument("--preset", default="robust")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = faults.render(Path(folder) / "clip.mp4", every=HALF)
        found = soak(clip, Path(folder), args.frames, args.minutes, args.preset)
    for name, value in found.items():
        print(f"{name}: {value}")
    save({"machine": machine(), **found}, args.output, "soak")
    return 0 if found["rows"] == found["recorded frames"] == found["frames"] else 1


if __name__ == "__main__":
    sys.exit(main())
