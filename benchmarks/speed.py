"""What an update costs: against the textbook loop, against the floor, by size, by stage.

    python benchmarks/speed.py
    python benchmarks/speed.py --memory

All contenders of a table run in the same process, one thread, in turns of some frames each, so
that whatever else the machine does hits all alike. Ratios are medians over the turns; times are
CPU time. The floor is the same warp, look-up and reduction as bare calls of cv2 and NumPy; that
of color alone leaves the texture out of the look-up.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import one_thread  # noqa: F401  # isort: skip

import numpy as np
from floor import color_floor, floor
from memory import FLAT_MB, measure_memory
from peers import Start, of_this_opencv, this_tracker
from saving import RESULTS, machine, save
from scenes import SIZES, Clip, moving_target
from stages import by_stage

from tracker import iou

TARGET = 80  # px, at every size of the frame
TARGETS = (20, 60, 200, 600)  # px, in the largest frame
ROOM = 2  # times the target is the least height of a frame it moves in
SLOW = {"CSRT": 4, "textbook CamShift": 22}  # updates a turn; the others do a hundred
UPDATES = 100


class Cost(NamedTuple):
    """CPU times of one contender on one clip, in ms."""

    median: float
    mean: float  # learning and its like are not in every frame
    percentile_99: float
    first_update: float  # the first of all: caches cold, tables not yet made
    start: float  # making the tracker
    turns: list[float]  # median of each turn


Contender = Callable[[Clip], Callable[[int], object]]  # clip -> step, which takes a frame's place


def contenders(preset: str, *, peers: bool) -> dict[str, Contender]:
    """Name who takes part: this tracker, the floor, and the peers this OpenCV has."""
    found = {preset: _over_frames(this_tracker(preset)), "floor": floor, "color floor": color_floor}
    if peers:
        available = of_this_opencv()
        found["textbook CamShift"] = _over_frames(available["CamShift"])
        if "CSRT" in available:
            found["CSRT"] = _over_frames(available["CSRT"])
    return found


def _over_frames(start: Start) -> Contender:
    def on_clip(clip: Clip) -> Callable[[int], object]:
        step = start(clip.frames[0], clip.boxes[0])
        return lambda place: step(clip.frames[place])

    return on_clip


def race(clip: Clip, names: dict[str, Contender], n_turns: int) -> dict[str, Cost]:
    """Let all contenders follow the clip, turn by turn, and give what each update cost."""
    starts: dict[str, list[float]] = {name: [] for name in names}
    turns: dict[str, list[np.ndarray]] = {name: [] for name in names}
    gc.disable()
    for turn in range(n_turns):
        for name in list(names)[turn % len(names) :] + list(names)[: turn % len(names)]:
            began = time.process_time()
            step = names[name](clip)
            starts[name].append(1e3 * (time.process_time() - began))
            turns[name].append(_times_ms(step, clip, SLOW.get(name, UPDATES)))
        gc.collect()
    gc.enable()
    return {name: _cost(turns[name], starts[name]) for name in names}


def _times_ms(step: Callable[[int], object], clip: Clip, n_updates: int) -> np.ndarray:
    times = np.empty(n_updates)
    for index in range(n_updates):
        place = clip.at(index + 1)
        began = time.process_time()
        step(place)
        times[index] = time.process_time() - began
    return 1e3 * times


def _cost(turns: list[np.ndarray], starts: list[float]) -> Cost:
    later = np.concatenate([turn[1:] for turn in turns])
    return Cost(
        float(np.median(later)),
        float(np.mean(later)),
        float(np.percentile(later, 99)),
        float(turns[0][0]),
        starts[0],
        [float(np.median(turn[1:])) for turn in turns],
    )


def ratio(above: Cost, below: Cost) -> float:
    """How many times what *below* cost: median over the turns, each turn with its neighbor."""
    return float(np.median(np.array(above.turns) / np.array(below.turns)))


def by_frame(preset: str, n_turns: int, sizes: dict[str, tuple[int, int]]) -> dict[str, dict]:
    """Race everybody at each size of the frame."""
    names = contenders(preset, peers=True)
    found = {}
    for label, size in sizes.items():
        clip = moving_target(size, TARGET)
        found[label] = _row(race(clip, names, n_turns), preset, clip)
    return found


def by_target(preset: str, n_turns: int, size: tuple[int, int]) -> dict[str, dict]:
    """Race this tracker and the floor at each size of the target."""
    names = contenders(preset, peers=False)
    found = {}
    for target in TARGETS:
        if ROOM * target > size[1]:
            continue
        clip = moving_target(size, target)
        found[f"{target} px"] = _row(race(clip, names, n_turns), preset, clip)
    return found


def _row(costs: dict[str, Cost], preset: str, clip: Clip) -> dict[str, dict]:
    row = {
        name: {**cost._asdict(), "ratio": ratio(cost, costs[preset])}
        for name, cost in costs.items()
    }
    row[preset]["least_iou"] = least_iou(preset, clip)
    return row


def least_iou(preset: str, clip: Clip) -> float:
    """Tell how well this tracker followed: what is fast and lost is worth nothing."""
    step = this_tracker(preset)(clip.frames[0], clip.boxes[0])
    places = [clip.at(index + 1) for index in range(UPDATES)]
    boxes = [step(clip.frames[place])[0] for place in places]
    return float(iou(boxes, [clip.boxes[place] for place in places]).min())


def print_table(title: str, found: dict[str, dict], preset: str) -> None:
    """Print one race: a line a contender and size."""
    print(f"\n{title}; CPU ms of an update, one thread")
    print(
        f"{'':8} {'':18}{'median':>9}{'mean':>9}{'99 %':>9}{'first':>9}{'start':>9}  times {preset}"
    )
    for label, row in found.items():
        for name, cost in row.items():
            print(
                f"{label:8} {name:18}{cost['median']:9.3f}{cost['mean']:9.3f}"
                f"{cost['percentile_99']:9.3f}{cost['first_update']:9.3f}{cost['start']:9.3f}"
                f"{cost['ratio']:9.2f}"
            )
    worst = min(row[preset]["least_iou"] for row in found.values())
    print(f"{preset}: the least IoU with the truth was {worst:.2f}")
    medians = [row[preset]["median"] for row in found.values()]
    print(f"{preset}: the dearest costs {max(medians) / min(medians):.2f} times the cheapest")


def stages(preset: str, turns: int, sizes: dict[str, tuple[int, int]]) -> dict[str, dict]:
    """Give the ms of each stage by size of the frame, without those that the preset has not."""
    found = {
        label: by_stage(preset, moving_target(size, TARGET), turns) for label, size in sizes.items()
    }
    had = {stage for row in found.values() for stage, ms in row.items() if ms > 0}
    return {
        label: {stage: ms for stage, ms in row.items() if stage in had}
        for label, row in found.items()
    }


def print_stages(found: dict[str, dict[str, float]], preset: str) -> None:
    """Print what each stage costs, a column a size of the frame."""
    print(f"\n{preset} by stage, in microseconds; learning and its like spread over frames")
    print(f"{'':18}" + "".join(f"{label:>10}" for label in found))
    for stage in next(iter(found.values())):
        print(f"{stage:18}" + "".join(f"{1e3 * row[stage]:10.1f}" for row in found.values()))
    print(f"{'sum':18}" + "".join(f"{1e3 * sum(row.values()):10.1f}" for row in found.values()))


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, race, print the tables, write the JSON and the pictures."""
    options = parse(arguments)
    made = {**machine(), "preset": options.preset}
    if options.memory:
        memory = measure_memory(options.preset, options.updates)
        print_memory(memory)
        save({"made": made, "memory": memory}, options.output, f"memory-{options.preset}")
        return 0 if memory["growth_mb"] < FLAT_MB else 1
    sizes = {label: SIZES[label] for label in options.sizes}
    largest = options.sizes[-1]
    found = {
        "made": made,
        "frame": by_frame(options.preset, options.turns, sizes),
        "target": by_target(options.preset, options.turns, sizes[largest]),
        "stages": stages(options.preset, options.turns, sizes),
    }
    print_table(f"by size of the frame, target of {TARGET} px", found["frame"], options.preset)
    print_table(f"by size of the target, frame of {largest}", found["target"], options.preset)
    print_stages(found["stages"], options.preset)
    draw = None if options.no_plots else "draw_speed"
    save(found, options.output, f"speed-{options.preset}", draw=draw)
    return 0


def print_memory(memory: dict[str, float]) -> None:
    """Print what :func:`measure_memory` found."""
    print(
        f"{memory['updates']:,} updates: resident {memory['first_mb']:.1f} MB, at the end "
        f"{memory['last_mb']:.1f} MB; {memory['bytes_per_update']:+.2f} ± "
        f"{memory['margin_95']:.2f} bytes an update, {memory['growth_mb']:+.3f} MB in all "
        f"(flat: under {FLAT_MB:g})"
    )


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--preset", default="robust", help="configuration of the tracker (default: %(default)s)")
    add("--turns", type=int, default=15, metavar="N", help="turns (default: %(default)s)")
    add("--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="of the frame")
    add("--memory", action="store_true", help="resident size over many updates instead")
    add("--updates", type=int, default=100_000, metavar="N", help="of --memory")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    add("--no-plots", action="store_true", help="only the tables and the JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
