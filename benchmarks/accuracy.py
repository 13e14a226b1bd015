"""How well the tracker follows: one pass, or five starts, over a folder of sequences with truth.

    python benchmarks/accuracy.py DATA
    python benchmarks/accuracy.py DATA --starts 5 --peers --results BOXES --robustness

DATA holds a folder a sequence: ``video.mp4`` and ``truth.csv``, or the form of OTB or of VOT.
The tracker starts from the first box of the truth, which counts as its answer for that frame;
frames without a target are left out; a lost track is judged by its last box. All means are means
over sequences. The sequences in odd places of the sorted list and those in even places are
reported apart, so that one half can be tuned on and the other looked at.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import one_thread  # noqa: F401  # isort: skip

from conditions import all_conditions
from figures import halves, mean_stages, report, robustness, score_report
from peers import missing_here, of_this_opencv, this_tracker
from runs import Entry, Run, run_sequence, start_frames
from saving import RESULTS, machine, save
from stages import stopwatch
from tables import print_tables
from tqdm import tqdm

from tracker.errors import ConfigError, SourceError, TrackerError
from tracker.sequences import Sequence, read_boxes, read_sequences


@dataclass(frozen=True)
class Plan:
    """What is run over every sequence."""

    preset: str
    n_starts: int
    peers: bool
    robustness: bool
    stages: bool


def run_plan(sequence: Sequence, plan: Plan) -> list[Run]:
    """Run what is planned over one sequence: plain from each start, conditions from the first."""
    ours = this_tracker(plan.preset)
    contenders = {plan.preset: ours, **(of_this_opencv() if plan.peers else {})}
    entries = [
        Entry(name, start, first)
        for name, start in contenders.items()
        for first in start_frames(sequence, plan.n_starts)
    ]
    first = entries[0].first
    if plan.robustness:
        entries += [Entry(plan.preset, ours, first, condition) for condition in all_conditions()]
    if not plan.stages:
        return run_sequence(sequence, entries)
    with stopwatch() as watch:
        return run_sequence(sequence, [entries[0]._replace(watch=watch), *entries[1:]])


def run_all(sequences: list[Sequence], plan: Plan, n_jobs: int) -> dict[str, list[Run]]:
    """Run the plan over all sequences, several at a time when asked."""
    bar = partial(tqdm, total=len(sequences), unit="sequence", disable=not sys.stderr.isatty())
    work = partial(run_plan, plan=plan)
    names = [sequence.name for sequence in sequences]
    if n_jobs == 1:
        return dict(zip(names, bar(map(work, sequences)), strict=True))
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        return dict(zip(names, bar(pool.map(work, sequences)), strict=True))


def read_results(folder: Path, sequences: list[Sequence]) -> dict[str, list[Run]]:
    """Read boxes of others, ``folder/TRACKER/SEQUENCE.txt``, as runs of each sequence."""
    runs: dict[str, list[Run]] = {sequence.name: [] for sequence in sequences}
    for place in sorted(path for path in folder.glob("*") if path.is_dir()):
        for sequence in sequences:
            path = place / f"{sequence.name}.txt"
            if path.is_file():
                runs[sequence.name].append(Run.of_boxes(place.name, read_boxes(path), sequence))
    if not any(runs.values()):
        raise SourceError(f"{folder}: no boxes of these sequences; expected TRACKER/SEQUENCE.txt")
    return runs


def choose(half_of: dict[str, str], only: list[str] | None, half: str | None) -> set[str]:
    """Name the sequences asked for."""
    for name in only or ():
        if name not in half_of:
            raise ConfigError(f"--only {name}: no such sequence; there are {', '.join(half_of)}")
    return {name for name in only or half_of if half in (None, half_of[name])}


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, run, print the tables, write the JSON and the pictures."""
    options = parse(arguments)
    try:
        everything = read_sequences(options.data)
        half_of = halves([sequence.name for sequence in everything])
        chosen = choose(half_of, options.only, options.half)
        sequences = [sequence for sequence in everything if sequence.name in chosen]
        plan = Plan(
            options.preset, options.starts, options.peers, options.robustness, options.stages
        )
        if options.peers and (missing := missing_here()):
            print(f"{', '.join(missing)}: only in opencv-contrib-python", file=sys.stderr)
        runs = run_all(sequences, plan, options.jobs)
        if options.results:
            for name, others in read_results(options.results, sequences).items():
                runs[name] += others
    except TrackerError as error:
        print(f"accuracy.py: {error}", file=sys.stderr)
        return 2
    found = {
        "made": {**machine(), "preset": options.preset, "starts": options.starts},
        "half_of": {name: half_of[name] for name in runs},
        "trackers": report(runs, half_of),
        "score": score_report(runs, half_of, options.preset),
        "stages": mean_stages(runs) if options.stages else {},
        "robustness": robustness(runs, half_of, options.preset) if options.robustness else {},
    }
    print_tables(found, options.preset)
    draw = None if options.no_plots else "draw_accuracy"
    save(found, options.output, f"accuracy-{options.preset}", draw=draw)
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, metavar="DATA", help="folder of sequences")
    add("--preset", default="robust", help="configuration of the tracker (default: %(default)s)")
    add("--starts", type=int, default=1, metavar="N", help="starts a sequence, at 0, 1/N, 2/N …")
    add("--only", nargs="+", metavar="NAME", help="these sequences")
    add("--half", choices=("odd", "even"), help="the sequences in odd, or in even places")
    add("--peers", action="store_true", help="run OpenCV's trackers and the textbook loops too")
    add("--results", type=Path, metavar="FOLDER", help="boxes of others: TRACKER/SEQUENCE.txt")
    add("--robustness", action="store_true", help="other first boxes, rates, sizes, noise, bits")
    add("--stages", action="store_true", help="time by stage; it adds its own cost to each update")
    add("--jobs", type=int, default=1, metavar="N", help="processes (times mean little above 1)")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    add("--no-plots", action="store_true", help="only the tables and the JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
