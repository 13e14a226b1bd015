"""What each stage of an update costs: the tracker's own functions, timed wherever it calls them."""

from __future__ import annotations

import importlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from peers import this_tracker
from scenes import Clip

STAGES = {
    "tracker.layout.View.look": "patch",
    "tracker.patch.cut": "patch",
    "tracker.backprojection.Bins.__call__": "bins",
    "tracker.layout.View.project": "back-projection",
    "tracker.search.fullest": "start",
    "tracker.layout.View.histogram": "colors of the window",
    "tracker.backprojection.BackProjection.compare": "colors of the window",
    "tracker.meanshift.climb_aperture": "climb",
    "tracker.registration.Registration.align": "alignment",
    "tracker.structure.Structure.cut": "patch",
    "tracker.features.channels": "features",
    "tracker.correlation.Transforms.forward": "transforms",
    "tracker.correlation.Transforms.response": "transforms",
    "tracker.correlation.CorrelationFilter.response": "transforms",
    "tracker.structure.Structure.look": "transforms",
    "tracker.structure.Sight.over_cells": "fusion",
    "tracker.fusion.joint_density": "fusion",
    "tracker.fusion.modes": "fusion",
    "tracker.correlation.CorrelationFilter.learn": "training",
    "tracker.scale.ScaleFilter.sample": "size",
    "tracker.scale.ScaleFilter.measure": "size",
    "tracker.scale.ScaleFilter.learn": "size",
    "tracker.tracker.Tracker._learn": "learning",
    "tracker.confidence.Confidence.weigh": "confidence",
    "tracker.tracker.Tracker._look_elsewhere": "redetection",
}
REST = "rest"  # of an update: what is in none of them
UPDATES = 100


class Stopwatch:
    """Seconds of updates spent in each stage, without those spent in a stage that it calls."""

    def __init__(self) -> None:
        self.updates: list[Counter[str]] = []
        self._now: Counter[str] = Counter()  # since the update began
        self._inner_s = [0.0]

    def update(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Run one update; what is in no stage is the rest."""
        self._now = Counter()  # without what other trackers did meanwhile
        began = time.perf_counter()
        found = step(*arguments)
        spent = time.perf_counter() - began
        self._now[REST] = spent - sum(self._now.values())
        self.updates.append(self._now)
        return found

    def mean_ms(self) -> dict[str, float]:
        """Give the ms of each stage, spread over all updates.

        That is its median where it ran times the share of updates in which it did: a mean that
        does not hear when the system gives the processor to somebody else.
        """
        found = {}
        for stage in [*dict.fromkeys(STAGES.values()), REST]:
            spent = [update[stage] for update in self.updates if stage in update]
            share = len(spent) / max(len(self.updates), 1)
            found[stage] = 1e3 * share * float(np.median(spent or [0.0]))
        return found

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a function that does what *function* does, and notes what it took."""

        def timed(*arguments: Any, **named: Any) -> Any:
            self._inner_s.append(0.0)
            began = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent = time.perf_counter() - began
                self._now[stage] += spent - self._inner_s.pop()
                self._inner_s[-1] += spent

        return timed


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time the stages while the context lasts; each call of one costs half a microsecond more."""
    watch = Stopwatch()
    replaced: list[tuple[Any, str, Any]] = []
    for path, stage in STAGES.items():
        function, holders = _holders(path)
        for holder, name in holders:
            replaced.append((holder, name, function))
            setattr(holder, name, watch.timed(stage, function))
    try:
        yield watch
    finally:
        for holder, name, function in replaced:
            setattr(holder, name, function)


def _holders(path: str) -> tuple[Any, list[tuple[Any, str]]]:
    """Find a method's class, or every module of the package that has imported a function."""
    names = path.split(".")
    owner: Any = importlib.import_module(".".join(names[:2]))
    try:
        for name in names[2:-1]:
            owner = getattr(owner, name)
        function = vars(owner)[names[-1]]
    except (AttributeError, KeyError) as error:
        raise LookupError(f"{path}: gone; STAGES names what Tracker.update calls") from error
    if isinstance(owner, type):
        return function, [(owner, names[-1])]
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "tracker"]
    return function, [
        (module, name)
        for module in modules
        for name, value in list(vars(module).items())
        if value is function
    ]


def by_stage(preset: str, clip: Clip, n_turns: int) -> dict[str, float]:
    """Give the ms of every stage of an update, median over turns of a hundred updates."""
    turns = []
    step = this_tracker(preset)(clip.frames[0], clip.boxes[0])
    for turn in range(n_turns):
        with stopwatch() as watch:
            for index in range(turn * UPDATES, (turn + 1) * UPDATES):
                watch.update(step, clip.frames[clip.at(index + 1)])
        turns.append(watch.mean_ms())
    return {stage: float(np.median([turn[stage] for turn in turns])) for stage in turns[0]}
