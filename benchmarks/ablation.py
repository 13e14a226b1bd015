"""What each part of the default configuration is worth: accuracy with it taken away.

    python benchmarks/ablation.py DATA

A part is taken away by setting its constants so that it does nothing. Everything else stays as it
is, also what was chosen with the part in place: a small loss is a lower bound. Means are those of
``accuracy.py``, over all sequences and over both halves.
"""

from __future__ import annotations

import one_thread  # noqa: F401  # isort: skip

import argparse
import importlib
import math
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from figures import halves, report
from peers import this_tracker
from runs import Entry, Run, run_sequence, start_frames
from saving import RESULTS, machine, save
from tqdm import tqdm

from tracker.errors import TrackerError
from tracker.sequences import Sequence, read_sequences

WHOLE = "everything"
PRESET = "robust"
Constants = dict[str, float]  # "module.NAME": value
PARTS: dict[str, Constants] = {
    WHOLE: {},
    "color in the joint density": {"fusion.COLOR_WEIGHT": 0.0},
    "color only near the expected place": {"fusion.NEARNESS": 100.0},
    "color's pull on the center": {"search.COLOR_SHARE": 0.0},
    "the box about color's middle": {"centering.FARTHEST": 0.0},
    "color's own place": {"search.APART": math.inf},
    "the first filter's place": {"search.STRONGER": math.inf},
    "look-alikes": {"lookalikes.LEAST_AGE": math.inf, "lookalikes.LEAST_AGE_STRONG": math.inf},
    "learning of structure": {"structure.LEARNING_RATE": 0.0},
    "reliability of cells": {"structure.LEAST_RELIANCE": 1.0},
    "learning of sizes": {"scale.LEARNING_RATE": 0.0},
    "alignment's change of size": {"extent.COLOR_SCALE_STEP": 0.0},
    "pull to the first size in doubt": {"extent.DOUBT_PULL": 0.0},
    "stop of learning in doubt": {"confidence.LEARN_ABOVE": -math.inf},
    "changes of light taken back": {"exposure.MISSING": 0.0},
    "the box round what has turned": {"rotation.CLEARLY_TURNED": math.inf},
    "what is less like itself than usual": {"confidence.LESS": math.inf},
    "staying where the colors still are": {"redetect.CLEAR_RESPONSE": -math.inf},
    "places in order": {"redetect.SCAN_AFTER": math.inf},
    "search elsewhere": {"redetect.WINS": math.inf},
}


def run_without(sequence: Sequence, part: str, n_starts: int) -> list[Run]:
    """Run over one sequence without a part, in a process in which nothing else is run after it."""
    for name, value in PARTS[part].items():
        module, constant = name.split(".")
        owner = importlib.import_module(f"tracker.{module}")
        assert hasattr(owner, constant), name
        setattr(owner, constant, value)
    starts = start_frames(sequence, n_starts)
    return run_sequence(sequence, [Entry(PRESET, this_tracker(PRESET), first) for first in starts])


def measure(sequences: list[Sequence], part: str, n_starts: int, n_jobs: int) -> dict[str, dict]:
    """Give the means without a part: of all sequences, of those in odd places, and in even."""
    names = [sequence.name for sequence in sequences]
    work = partial(run_without, part=part, n_starts=n_starts)
    # Processes of its own: what is set here stays set.
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        runs = dict(zip(names, pool.map(work, sequences), strict=True))
    mean: dict[str, dict] = report(runs, halves(names))[PRESET]["mean"]
    return mean


def print_table(parts: dict[str, dict[str, dict]]) -> None:
    """Print, for all and for both halves, what is left without each part, and the change."""
    figure = "tre" if "tre" in parts[WHOLE]["all"] else "auc"
    width = max(map(len, parts))
    print(
        f"{figure.upper() + ' without':{width}}"
        + "".join(f"{half:>8}{'change':>9}" for half in parts[WHOLE])
        + f"{'AUC':>8}{'lost':>8}"
    )
    for part, mean in parts.items():
        figures = "".join(
            f"{row[figure]:8.3f}{row[figure] - parts[WHOLE][half][figure]:+9.3f}"
            for half, row in mean.items()
        )
        print(f"{part:{width}}{figures}{mean['all']['auc']:8.3f}{mean['all']['lost']:8.3f}")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, run, print the table, write the JSON and the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, metavar="DATA", help="folder of sequences")
    add("--starts", type=int, default=5, metavar="N", help="starts a sequence, at 0, 1/N, 2/N …")
    add("--parts", nargs="+", choices=list(PARTS), metavar="PART", help="these only")
    add("--jobs", type=int, default=1, metavar="N", help="processes")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    add("--no-plots", action="store_true", help="only the table and the JSON")
    options = parser.parse_args(arguments)
    try:
        sequences = read_sequences(options.data)
        chosen = dict.fromkeys([WHOLE, *(options.parts or PARTS)])
        parts = {
            part: measure(sequences, part, options.starts, options.jobs)
            for part in tqdm(chosen, unit="part", disable=not sys.stderr.isatty())
        }
    except TrackerError as error:
        print(f"ablation.py: {error}", file=sys.stderr)
        return 2
    print_table(parts)
    found = {"made": {**machine(), "preset": PRESET, "starts": options.starts}, "parts": parts}
    save(found, options.output, "ablation", draw=None if options.no_plots else "draw_ablation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
