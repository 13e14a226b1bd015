"""How old is what is seen: from a time drawn into an RTSP stream to the overlay drawn on it.

    python benchmarks/latency.py

Runs the tests' RTSP server (GStreamer's, by the system's Python) and follows a box in it. Asked for
is no more than the interval between two frames and the time the tracker takes; in it are encoding,
the network of this machine and decoding, too.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import time
from pathlib import Path

import one_thread  # noqa: F401  # isort: skip

from saving import RESULTS, machine, save

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import rtsp

from tracker import Tracker
from tracker.overlay import draw
from tracker.video import open_video

SETTLED = 50  # frames, after which what was read while connecting is caught up with
BOX = (100, 60, 100, 100)


def measure(address: str, n_frames: int, preset: str) -> dict:
    """Follow a stream; give how late each overlay was, and how much of that is whose, ms."""
    late, decoded, waited, took = [], [], [], []
    with open_video(address) as video:
        first = next(video)
        tracker = Tracker(first.image, BOX, time_s=first.time_s, preset=preset)
        for frame in itertools.islice(video, SETTLED + n_frames):
            began_s = time.monotonic()
            draw(frame.image, tracker.update(frame.image, frame.time_s))
            ended_s = time.monotonic()
            late.append(rtsp.age_ms(frame.image, ended_s))
            decoded.append(rtsp.age_ms(frame.image, frame.arrived_s))
            waited.append(1000 * (began_s - frame.arrived_s))
            took.append(1000 * (ended_s - began_s))
        n_dropped = frame.n_dropped
    late, decoded, waited, took = (each[SETTLED:] for each in (late, decoded, waited, took))
    return {
        "frames": n_frames,
        "late, ms": {"median": statistics.median(late), "95 %": sorted(late)[int(0.95 * n_frames)]},
        "encoded, sent and decoded, ms": statistics.median(decoded),
        "waited for the tracker, ms": statistics.median(waited),
        "tracking and drawing, ms": statistics.median(took),
        "interval, ms": 1000 / rtsp.FPS,
        "dropped": n_dropped,
    }


def main() -> int:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--preset", default="robust")
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    server = subprocess.Popen(
        ["/usr/bin/python3", rtsp.__file__, "0"], stdin=-1, stdout=-1, text=True
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        address = f"rtsp://{rtsp.USER}:{rtsp.PASSWORD}@127.0.0.1:{port}/live"
        found = measure(address, args.frames, args.preset)
    finally:
        server.kill()
    for name, value in found.items():
        print(f"{name}: {value}")
    save({"machine": machine(), "preset": args.preset, **found}, args.output, "latency")
    asked = found["interval, ms"] + found["tracking and drawing, ms"]
    return 0 if found["late, ms"]["median"] <= asked else 1


if __name__ == "__main__":
    sys.exit(main())
