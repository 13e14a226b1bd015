"""Does a long run stay as it began? Memory, threads, open files and time per frame.

    python benchmarks/soak.py [--frames 200000] [--minutes 120] [--record mp4]

Decodes a looped file of 160 x 120, follows a target in it, draws it and records all there is to
record, with the parts the command line is made of. Every thousandth frame the process is asked what
it holds and how much CPU it took; a line is fitted to each figure, with the 95 % interval of its
slope. CPU time is what the program needs: the time on the wall is also that of its neighbors. With
``MALLOC_ARENA_MAX=1`` in the environment glibc keeps one heap for all threads, and what is left in
the others does not blur the memory.
"""

from __future__ import annotations

import argparse
import itertools
import os
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
from tracker.app.outputs import Outputs
from tracker.app.recorder import Recorder
from tracker.app.reel import Reel
from tracker.app.run import Run
from tracker.app.signals import StopSignals
from tracker.video import Frame, open_video

EVERY = 1000  # frames between two looks
TIMES = ("ms a frame", "CPU ms a frame")
FIGURES = ("frames", *TIMES, "resident MB", "threads", "open files")
HALF = 2  # of the pixels each way: what could grow does not grow with the picture
NOTHING = "nothing"  # is recorded but the tables
MOST_ALIKE = 0.99  # of two neighbors: beyond it two hundred looks tell nothing of a slope
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
    """What was seen at each look: a list for each figure."""

    def __init__(self, until_s: float) -> None:
        self.n_frames = 0
        self.seen: dict[str, list[float]] = {name: [] for name in FIGURES}
        self._until_s = until_s
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def take(self, frame: Frame) -> bool:
        """Look, now and then; False when the time is over."""
        self.n_frames += 1
        if self.n_frames % EVERY == 0:
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            n_files = len(list(Path("/proc/self/fd").iterdir())) - 1  # without the one of listing
            looked = (
                self.n_frames,
                1000 * (wall_s - self._wall_s) / EVERY,
                1000 * (cpu_s - self._cpu_s) / EVERY,
                resident_bytes() / 1e6,
                threading.active_count(),
                n_files,
            )
            for series, value in zip(self.seen.values(), looked, strict=True):
                series.append(round(value, 3))
            self._wall_s, self._cpu_s = wall_s, cpu_s
        return time.perf_counter() < self._until_s


def soak(
    clip: Path, folder: Path, n_frames: int, minutes: float, *, preset: str, record: str
) -> dict:
    """Run until so many frames are done, or the time is over."""
    video = None if record == NOTHING else folder / f"soak.{record}"
    outputs = Outputs(video=video, csv=folder / "soak.csv", jsonl=folder / "soak.jsonl")
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
    found = {"preset": preset, "frames": looks.n_frames, "rows": rows}
    if video is not None:
        found["recorded frames"] = faults.frames_in(video)
        found["recording, MB"] = video.stat().st_size / 1e6
    return {
        **found,
        "states": dict(summary.states),
        **lines_of({name: np.array(values) for name, values in looks.seen.items()}),
        "series": looks.seen,
    }


def lines_of(seen: dict[str, np.ndarray]) -> dict:
    """Fit a line to each figure over the frames, once the run has settled."""
    settled = slice(int(SETTLED * len(seen["frames"])), None)
    frames = seen["frames"][settled]
    found: dict[str, dict[str, float]] = {}
    for name in (*TIMES, "resident MB"):
        values = seen[name][settled]
        slope, margin = line_through(frames, values)
        found[name] = {
            "median": float(np.median(values)),
            "first": float(values[0]),
            "last": float(values[-1]),
            "slope per 100,000 frames": 1e5 * slope,
            "95 % margin": 1e5 * margin * widening(frames, values, slope),
        }
    for name in ("threads", "open files"):
        values = seen[name][settled]
        found[name] = {"least": int(values.min()), "most": int(values.max())}
    return found


def widening(frames: np.ndarray, values: np.ndarray, slope: float) -> float:
    """Tell by how much neighbors that are alike widen the interval of a slope.

    For errors that follow each other with the correlation r, by sqrt((1 + r) / (1 - r)): Santer et
    al., "Statistical significance of trends and trend differences in layer-average atmospheric
    temperature time series", 2000, equation 6.
    """
    errors = values - values.mean() - slope * (frames - frames.mean())
    power = float(errors @ errors)
    alike = float(errors[1:] @ errors[:-1]) / power if power else 0.0
    alike = min(max(alike, 0.0), MOST_ALIKE)
    return ((1 + alike) / (1 - alike)) ** 0.5


def main() -> int:
    """Run, print, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--minutes", type=float, default=120, help="then end early")
    parser.add_argument("--preset", default="robust")
    kinds = ("mp4", "mkv", "webm", NOTHING)
    parser.add_argument("--record", choices=kinds, default="mp4", help="kind of recording")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = faults.render(Path(folder) / "clip.mp4", every=HALF)
        found = soak(
            clip,
            Path(folder),
            args.frames,
            args.minutes,
            preset=args.preset,
            record=args.record,
        )
    for name, value in found.items():
        if name != "series":
            print(f"{name}: {value}")
    arenas = os.environ.get("MALLOC_ARENA_MAX", "")
    name = "soak" if args.record == "mp4" else f"soak-{args.record}"
    name += f"-arenas-{arenas}" if arenas else ""
    found = {"machine": machine(), "MALLOC_ARENA_MAX": arenas or "not set", **found}
    save(found, args.output, name, draw="draw_soak")
    return (
        0 if found["rows"] == found["frames"] == found.get("recorded frames", found["rows"]) else 1
    )


if __name__ == "__main__":
    sys.exit(main())
