"""Contenders run over sequences: each frame is decoded once and shown to all of them."""

from __future__ import annotations

import one_thread  # noqa: F401  # isort: skip

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from conditions import PLAIN, Condition, at_quarter_bits
from peers import Frame, Start, Step
from stages import Stopwatch

from tracker.errors import SourceError
from tracker.sequences import Sequence
from tracker.video import open_video


class Entry(NamedTuple):
    """A contender, from which frame on and under what condition it runs."""

    name: str
    start: Start
    first: int = 0
    condition: Condition = PLAIN
    watch: Stopwatch | None = None  # times the stages of its updates


class Run(NamedTuple):
    """What came of an entry: one row for each frame it saw, the first being the truth's box."""

    name: str
    condition: str
    first: int
    boxes: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    update_ms: np.ndarray  # CPU time; without the first row
    stage_ms: dict[str, float] | None = None  # means; None when no watch was held

    @classmethod
    def of_boxes(cls, name: str, boxes: np.ndarray, sequence: Sequence) -> Run:
        """Make a run of boxes that another program found in one pass.

        Raises
        ------
        SourceError
            If there is not one box a frame.
        """
        truth = sequence.truth
        if boxes.shape != truth.shape:
            raise SourceError(
                f"{name}/{sequence.name}.txt: {len(boxes)} boxes, but {len(truth)} rows of truth"
            )
        nothing = np.full(len(boxes), np.nan)
        return cls(name, PLAIN.name, 0, boxes, truth, nothing, nothing[:0])


def start_frames(sequence: Sequence, n_starts: int) -> list[int]:
    """Give the frames at 0, 1/n, 2/n … of a sequence; the next with truth where it is absent.

    Temporal robustness of Wu, Lim, Yang, "Object Tracking Benchmark", 2015.

    Raises
    ------
    SourceError
        If no frame has a target.
    """
    with_truth = np.flatnonzero(np.isfinite(sequence.truth).all(axis=1))
    if len(with_truth) == 0:
        raise SourceError(f"{sequence.name}: no frame has a target")
    wanted = [len(sequence.truth) * k // n_starts for k in range(n_starts)]
    found = np.searchsorted(with_truth, wanted)
    return [int(with_truth[k]) for k in found if k < len(with_truth)]


def run_sequence(sequence: Sequence, entries: list[Entry]) -> list[Run]:
    """Run all *entries* over a sequence, frame by frame, each decoded once."""
    runners = [Runner(entry, sequence.truth) for entry in entries]
    recoded = [runner for runner in runners if runner.condition.recoded]
    plain = [runner for runner in runners if not runner.condition.recoded]
    for group, frames in ((plain, frames_of), (recoded, _recoded_frames)):
        if group:
            for index, frame in enumerate(frames(sequence)):
                for runner in group:
                    runner.see(index, frame)
    return [runner.run() for runner in runners]


def frames_of(sequence: Sequence) -> Iterator[Frame]:
    """Decode the frames that have a row of truth.

    Raises
    ------
    SourceError
        If there are fewer frames than rows.
    """
    n_frames = 0
    with open_video(sequence.frames) as video:
        for frame in video:
            if frame.index < sequence.first_frame:
                continue
            if n_frames == len(sequence.truth):
                return
            yield frame.image
            n_frames += 1
    if n_frames < len(sequence.truth):
        raise SourceError(
            f"{sequence.frames}: {n_frames} frames, but the truth has {len(sequence.truth)} rows"
        )


def _recoded_frames(sequence: Sequence) -> Iterable[Frame]:
    return at_quarter_bits(lambda: frames_of(sequence), sequence.frames)


class Runner:
    """An entry under way."""

    def __init__(self, entry: Entry, truth: np.ndarray) -> None:
        self.entry = entry
        self.condition = entry.condition
        self.truth = truth[entry.first :: entry.condition.every]
        self.boxes: list[np.ndarray] = []
        self.scores: list[float] = []
        self.times_s: list[float] = []
        self.step: Step | None = None

    def see(self, index: int, frame: Frame) -> None:
        """Take the next frame of the sequence; those that are not for this entry are let pass."""
        since = index - self.entry.first
        if since < 0 or since % self.condition.every:
            return
        zoom = self.condition.zoom
        frame = self.condition.picture(frame, index)
        if self.step is None:
            box = self.condition.first_box(self.truth[0])
            self.step = self.entry.start(frame, tuple(box * zoom))
            self.boxes.append(box)
            self.scores.append(1.0)
            return
        watch = self.entry.watch
        # Of this thread, the only one of all contenders: the decoder's work on meanwhile.
        began = time.thread_time()
        box, score = watch.update(self.step, frame) if watch else self.step(frame)
        self.times_s.append(time.thread_time() - began)
        self.boxes.append(np.array(box) / zoom)
        self.scores.append(score)

    def run(self) -> Run:
        """Give what came of it."""
        return Run(
            self.entry.name,
            self.condition.name,
            self.entry.first,
            np.array(self.boxes),
            self.truth,
            np.array(self.scores),
            np.array(self.times_s) * 1e3,
            self.entry.watch.mean_ms() if self.entry.watch else None,
        )
