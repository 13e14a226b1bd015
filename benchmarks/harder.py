"""Other footage made of footage: shown backward, and as a hand that shakes would have filmed it.

    python benchmarks/harder.py DATA OUT
    python benchmarks/accuracy.py OUT/backward --starts 5
    python benchmarks/accuracy.py OUT/shaken --starts 5

Backward a target begins as what it had become, and comes to what hides it from the other side. Both
are footage for which no constant was chosen.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from runs import frames_of
from tqdm import tqdm

from tracker.box import Box
from tracker.errors import TrackerError
from tracker.sequences import Sequence, read_sequences
from tracker.video import open_sink

# The hand's speed is kept by so much from frame to frame, and what it has strayed, decays.
KEPT, STRAYED = 0.85, 0.97
SPEED, JITTER = 0.006, 0.004  # deviation of a frame's push and of its place, shares of √(w · h)
ROLL_DEG, MOST_ROLL_DEG = 0.6, 12.0  # of a frame's push, and at most
ZOOM, MOST_ZOOM = 0.012, 0.35  # logarithms of the same
LEAST_SEEN = 0.5  # of a box, below which the target counts as absent


class Shown(NamedTuple):
    """A frame as it is shown, and where the target is in it."""

    image: np.ndarray
    box: np.ndarray


def backward(sequence: Sequence) -> Iterator[Shown]:
    """Show a sequence from its last frame with a target to its first."""
    # Packed: a thousand frames fill the memory of a small machine.
    packed = [cv2.imencode(".png", image)[1] for image in frames_of(sequence)]
    last = int(np.flatnonzero(np.isfinite(sequence.truth).all(axis=1))[-1])
    for index in range(last, -1, -1):
        image = cv2.imdecode(packed[index], cv2.IMREAD_UNCHANGED)
        yield Shown(image, sequence.truth[index])


def shaken(sequence: Sequence) -> Iterator[Shown]:
    """Show a sequence moved, turned and zoomed as by a hand, its border mirrored."""
    rng = np.random.default_rng(zlib.crc32(sequence.name.encode()))
    n_frames = len(sequence.truth)
    across, down = _walk(rng, n_frames, SPEED), _walk(rng, n_frames, SPEED)
    across, down = (each + JITTER * rng.normal(size=n_frames) for each in (across, down))
    roll_deg = np.clip(_walk(rng, n_frames, ROLL_DEG), -MOST_ROLL_DEG, MOST_ROLL_DEG)
    zoom = np.exp(np.clip(_walk(rng, n_frames, ZOOM), -MOST_ZOOM, MOST_ZOOM))
    for index, image in enumerate(frames_of(sequence)):
        height, width = image.shape[:2]
        side = math.sqrt(width * height)
        hand = cv2.getRotationMatrix2D((width / 2, height / 2), roll_deg[index], zoom[index])
        hand[:, 2] += side * across[index], side * down[index]
        moved = cv2.warpAffine(image, hand, (width, height), borderMode=cv2.BORDER_REFLECT_101)
        yield Shown(moved, _seen(sequence.truth[index], hand, (width, height)))


def _walk(rng: np.random.Generator, n_frames: int, push: float) -> np.ndarray:
    """Give how far something has strayed in each frame that is pushed at random."""
    speed = place = 0.0
    places = []
    for each in rng.normal(scale=push, size=n_frames):
        speed = KEPT * speed + each
        place = STRAYED * place + speed
        places.append(place)
    return np.array(places)


def _seen(box: np.ndarray, hand: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bound the ellipse in a box where the hand has brought it; NaN where most is out of view."""
    center = hand[:, :2] @ (box[:2] + box[2:] / 2) + hand[:, 2]
    sides = np.hypot(*(hand[:, :2] * box[2:]).T)
    shown = Box.around(tuple(center), *sides)
    in_view = shown.share_inside(*size) >= LEAST_SEEN
    return np.array(shown) if in_view else np.full(4, np.nan)


def write(shown: Iterator[Shown], folder: Path) -> None:
    """Write frames and truth in the form that accuracy.py reads, from the first with a target."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with open_sink(folder / "video.mp4", quality="lossless", overwrite=True) as sink:
        for image, box in shown:
            if rows or np.isfinite(box).all():
                rows.append((len(rows), *box.tolist()))
                sink.write(image)
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("frame", "x", "y", "w", "h"), *rows])


def main() -> int:
    """Read the command line, and make a folder of sequences of each kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of sequences")
    parser.add_argument("output", type=Path, metavar="OUT", help="where the new ones go")
    options = parser.parse_args()
    try:
        for sequence in tqdm(read_sequences(options.data), disable=not sys.stderr.isatty()):
            for kind in (backward, shaken):
                write(kind(sequence), options.output / kind.__name__ / sequence.name)
    except TrackerError as error:
        print(f"harder.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
