"""Tell whether very long runs drift: in memory, in time, or off the target.

    python benchmarks/long.py DATA --only Crossing David

Each sequence is shown forward and backward, over and over, up to so many frames. DATA is as for
``accuracy.py``. The frames of a sequence are held in memory.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from itertools import cycle, islice
from pathlib import Path

import one_thread  # noqa: F401  # isort: skip

import numpy as np
from memory import line_through, resident_bytes
from peers import this_tracker
from runs import frames_of
from saving import RESULTS, machine, save
from tqdm import tqdm

from tracker import evaluation
from tracker.errors import TrackerError
from tracker.sequences import Sequence, read_sequences

SETTLED = 1000  # frames, after which the allocator has what it needs
SAMPLED_EVERY = 100  # frames


def follow_long(sequence: Sequence, preset: str, n_frames: int) -> dict[str, float]:
    """Follow a sequence forward and backward for *n_frames* frames.

    Returns
    -------
    dict
        Mean IoU in the first loop and in the last, the slopes of resident memory and of CPU time
        with the half widths of their 95 % intervals.
    """
    frames = [np.ascontiguousarray(frame) for frame in frames_of(sequence)]
    loop = [*range(len(frames)), *range(len(frames) - 2, 0, -1)]
    order = list(islice(cycle(loop), n_frames))
    step = this_tracker(preset)(frames[0], tuple(sequence.truth[0]))
    # Made before: what is measured here is not to grow by what measures it.
    boxes, times_ms = np.empty((n_frames, 4)), np.zeros(n_frames)
    boxes[0], done, resident = sequence.truth[0], [], []
    for count, index in enumerate(order[1:], 1):
        began = time.process_time()
        boxes[count], _ = step(frames[index])
        times_ms[count] = 1e3 * (time.process_time() - began)
        if count % SAMPLED_EVERY == 0 and count > SETTLED:
            gc.collect()
            done.append(count)
            resident.append(resident_bytes() / 1e6)
    overlaps = evaluation.overlaps(boxes, sequence.truth[order])
    thousands = np.array(done) / 1000
    memory, memory_margin = line_through(thousands, np.array(resident))
    medians = [np.median(each) for each in np.split(times_ms[SETTLED:], _cuts(n_frames))]
    ms, ms_margin = line_through(np.arange(len(medians)) * SAMPLED_EVERY / 1000, np.array(medians))
    return {
        "frames": n_frames,
        "iou_first_loop": float(np.nanmean(overlaps[: len(loop)])),
        "iou_last_loop": float(np.nanmean(overlaps[-len(loop) :])),
        "mb_per_1000": memory,
        "mb_margin_95": memory_margin,
        "ms_median": float(np.median(times_ms)),
        "ms_per_1000": ms,
        "ms_margin_95": ms_margin,
    }


def _cuts(n_frames: int) -> list[int]:
    return list(range(SAMPLED_EVERY, n_frames - SETTLED, SAMPLED_EVERY))


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, follow each sequence, print and write what was found."""
    options = parse(arguments)
    try:
        sequences = [
            sequence
            for sequence in read_sequences(options.data)
            if sequence.name in (options.only or (sequence.name,))
        ]
        found = {}
        for sequence in tqdm(sequences, unit="sequence", disable=not sys.stderr.isatty()):
            found[sequence.name] = follow_long(sequence, options.preset, options.frames)
    except TrackerError as error:
        print(f"long.py: {error}", file=sys.stderr)
        return 2
    for name, row in found.items():
        print(
            f"{name}: {row['frames']} frames, IoU {row['iou_first_loop']:.2f} in the first loop, "
            f"{row['iou_last_loop']:.2f} in the last; a thousand frames add "
            f"{row['mb_per_1000']:+.4f} ± {row['mb_margin_95']:.4f} MB and "
            f"{row['ms_per_1000']:+.4f} ± {row['ms_margin_95']:.4f} ms to {row['ms_median']:.2f}"
        )
    save({"made": machine(), "sequences": found}, options.output, f"long-{options.preset}")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, metavar="DATA", help="folder of sequences")
    add("--preset", default="robust", help="configuration of the tracker (default: %(default)s)")
    add("--only", nargs="+", metavar="NAME", help="these sequences")
    add("--frames", type=int, default=20_000, help="of each (default: %(default)s)")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
