"""What a target costs when there are more: 1 to 64 of them at 1080p, on one thread.

    python benchmarks/multi.py
    python benchmarks/multi.py --arrivals 10000

Each number of targets takes turns with a lone tracker of the same preset, whose target is one of
them; ratios are medians over the turns, of CPU time.
With --arrivals so many targets come and go, eight at a time: memory and time should stay flat.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

import one_thread  # noqa: F401  # isort: skip

import numpy as np
from memory import resident_bytes
from saving import RESULTS, machine, save
from scenes import Crowded, many_targets

from tracker import Box, MultiTracker, Tracker, iou

SIZE = (1920, 1080)
COUNTS = (1, 2, 4, 8, 16, 32, 64)
LONE_UPDATES = 24  # a turn: all twice, to and fro over the frames, learning included
UPDATES = 192  # of single targets a turn, or 6 frames, whichever is more
AT_ONCE = 8  # targets at a time, of those that come and go
STAY = 4  # frames


def race(preset: str, boxes: list[Box], clip: Crowded, n_turns: int) -> dict:
    """Let so many targets take turns with a lone one; give ms a target, and the ratio."""
    fresh = np.empty_like(clip.frames[0])
    lone = Tracker(clip.frames[0], boxes[0], preset=preset)
    many = MultiTracker(preset=preset)
    for box in boxes:
        many.add(clip.frames[0], box)
    n_updates = max(UPDATES // len(boxes), 6)
    rows = []
    for turn in range(n_turns):
        gc.collect()
        alone = _ms(lone.update, clip, fresh, turn * LONE_UPDATES, LONE_UPDATES)
        together = _ms(many.update, clip, fresh, turn * n_updates, n_updates)
        rows.append((alone, together / len(boxes)))
    alone, together = np.array(rows[1:]).T  # in the first turn caches are cold
    return {
        "lone_ms": float(np.median(alone)),
        "target_ms": float(np.median(together)),
        "ratio": float(np.median(together / alone)),
        "followed": _followed(many, clip, n_turns * n_updates),
    }


def _ms(
    update: Callable[[np.ndarray], object],
    clip: Crowded,
    fresh: np.ndarray,
    first: int,
    count: int,
) -> float:
    """Give the ms of an update; each frame is written first, not timed, as a decoder would."""
    spent = 0.0
    for index in range(first, first + count):
        np.copyto(fresh, clip.frames[clip.at(index + 1)])
        began = time.process_time()
        update(fresh)
        spent += time.process_time() - began
    return 1e3 * spent / count


def _followed(many: MultiTracker, clip: Crowded, index: int) -> float:
    """Tell what share of the targets is where it should be: what is fast and lost is worth none."""
    truth = clip.boxes[clip.at(index)]
    boxes = [track.box for track in many.tracks.values()]
    return float(np.mean(iou(boxes, truth[: len(boxes)]) > 0.5))


def curve(preset: str, n_turns: int, counts: list[int]) -> dict[str, dict]:
    """Race each number of targets."""
    clip = many_targets(SIZE, max(counts))
    first = [Box(*box) for box in clip.boxes[0]]
    return {f"{count}": race(preset, first[:count], clip, n_turns) for count in counts}


def arrivals(preset: str, count: int) -> dict[str, float]:
    """Let targets come and go; compare the first tenth of them with the last, after a warm-up."""
    clip = many_targets((640, 360), AT_ONCE)
    many = MultiTracker(preset=preset)
    memory, spent = [], []
    for arrival in range(0, count, AT_ONCE):
        began = time.process_time()
        for box in clip.boxes[0]:
            many.add(clip.frames[0], box)
        for index in range(1, STAY + 1):
            many.update(clip.frames[index])
        for target in many.ids:
            many.remove(target)
        spent.append(1e3 * (time.process_time() - began) / AT_ONCE)
        if arrival % (100 * AT_ONCE) == 0:
            memory.append(resident_bytes() / 1e6)
    tenth = max(len(spent) // 10, 1)
    return {
        "targets": many.add(clip.frames[0], clip.boxes[0][0]) - 1,
        "first_mb": memory[min(1, len(memory) - 1)],
        "last_mb": memory[-1],
        "first_ms": float(np.median(spent[tenth : 2 * tenth] or spent)),
        "last_ms": float(np.median(spent[-tenth:])),
    }


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, race, print the table, write the JSON and the picture."""
    options = parse(arguments)
    if options.arrivals:
        found = {preset: arrivals(preset, options.arrivals) for preset in options.presets}
        for preset, row in found.items():
            print(f"{preset}: {row['targets']} targets came and went; resident", end=" ")
            print(f"{row['first_mb']:.1f} MB, at the end {row['last_mb']:.1f} MB;", end=" ")
            print(f"{row['first_ms']:.2f} ms a target, at the end {row['last_ms']:.2f} ms")
        save({"made": machine(), "arrivals": found}, options.output, "multi-arrivals")
        return 0
    found = {
        preset: curve(preset, options.turns, sorted(options.counts)) for preset in options.presets
    }
    for preset, rows in found.items():
        print(f"\n{preset}\ntargets  ms a target  times a lone one")
        for count, row in rows.items():
            print(f"{count:>7}{row['target_ms']:13.3f}{row['ratio']:18.2f}", end="")
            print("" if row["followed"] == 1 else f"  {row['followed']:.0%} followed")
    draw = None if options.no_plots else "draw_multi"
    save({"made": machine(), "cost": found}, options.output, "multi", draw=draw)
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--presets", nargs="+", default=["robust", "fast"], help="default: both")
    add("--counts", nargs="+", type=int, default=list(COUNTS), help="of targets")
    add("--turns", type=int, default=5, metavar="N", help="turns (default: %(default)s)")
    add("--arrivals", type=int, default=0, metavar="N", help="targets that come and go instead")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    add("--no-plots", action="store_true", help="only the table and the JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
