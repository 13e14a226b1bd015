"""Words: what the program says of a run, and the exit status that goes with it.

Results go to stdout; progress, warnings and errors to stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from ..box import Box
from ..multi import MultiTracker
from ..video import Video
from ..video.leftovers import partial_of
from ..video.names import is_pattern
from .run import Summary
from .signals import Stopped

__all__ = [
    "BY_SIGNAL",
    "DONE",
    "ENDED_EARLY",
    "FAILED",
    "LARGE_GIF",
    "NOT_OPENED",
    "USAGE",
    "announce",
    "complain",
    "counted",
    "list_files",
    "report",
    "say",
    "status",
    "warn_of_size",
]

DONE, FAILED, USAGE, ENDED_EARLY, NOT_OPENED = 0, 1, 2, 3, 4
BY_SIGNAL = 128  # a shell's custom: added to the number of the signal

LARGE_GIF = 10_000_000  # bytes; GitHub takes no larger one, and pages with it are slow


def complain(message: str) -> None:
    """Say what is wrong, or worth knowing, on stderr."""
    print(f"tracker: {message}", file=sys.stderr)


def say(message: str) -> None:
    """Say what the job comes to, if anyone still listens: it is done all the same."""
    try:
        print(message, flush=True)
    except OSError:  # nobody reads on, or the words go to a disk that is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def counted(number: int, what: str) -> str:
    """Give a number of things: 1 frame, 2 frames."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def announce(video: Video, boxes: Sequence[Box], targets: MultiTracker) -> None:
    """Say what is followed, and whether that looks hard."""
    rate = f", {float(video.fps):.4g} frames a second" if video.fps else ""
    what = ", ".join(map(str, boxes)) or "what moves"
    say(f"following {what} in {video.name}: {video.width}x{video.height}{rate}")
    for number in targets.ids:
        which = f"target {number}: " if len(targets) > 1 else ""
        if targets[number].warning:
            complain(f"warning: {which}{targets[number].warning}")


def report(summary: Summary, *, in_time: bool) -> None:
    """Say what came of it."""
    states = ", ".join(
        f"{state} {100 * count / summary.states.total():.0f} %"
        for state, count in summary.states.most_common()
    )
    several = f", {counted(len(summary.ids), 'target')}" if len(summary.ids) > 1 else ""
    say(f"{counted(summary.n_frames, 'frame')}{several}: {states or 'no target'}")
    rate = summary.n_frames / max(summary.elapsed_s, 1e-9)
    how = "shown in time with the clip" if in_time else "with reading, drawing and writing"
    own = f"the tracker itself took {summary.update_ms:.2f} ms of CPU each"
    say(f"{rate:.0f} frames a second {how}; {own}")
    if summary.latencies_s:
        worst_ms, mid_ms = (1000 * each(summary.latencies_s) for each in (max, median))
        say(
            f"from coming in to being shown: {mid_ms:.0f} ms, at most {worst_ms:.0f} ms; "
            f"{summary.n_dropped} frames dropped"
        )
    if summary.overlaps:
        mean = sum(summary.overlaps) / len(summary.overlaps)
        say(f"overlap (IoU) with the clip's exact truth, where the target is in sight: {mean:.2f}")


def list_files(files: Sequence[Path]) -> None:
    """Say which files there are; what a failed recording has is under its partial name."""
    for path in files:
        partial_path, first = partial_of(path), path
        if is_pattern(path):
            first = path.with_name(path.name % 0)
        elif partial_path.exists():
            say(f"kept {partial_path}")
            continue
        if not first.exists():
            continue
        say(f"wrote {path}")
        warn_of_size(path)


def warn_of_size(path: Path) -> None:
    """Say so when a GIF is larger than most places take; as a film it is a tenth or less."""
    size = path.stat().st_size if path.suffix.lower() == ".gif" and path.exists() else 0
    if size > LARGE_GIF:
        complain(f"{path} has {size / 1e6:.0f} MB; as .mp4 it would be a small part of that")


def status(summary: Summary, files: Sequence[Path]) -> int:
    """Give the exit status of a run, and say why if it is not 0."""
    for failure in summary.failures.values():
        complain(failure)
    if summary.failures:
        return USAGE
    if summary.stopped_by is not None:
        kept = "; the files hold what was seen until then" if files else ""
        complain(f"{Stopped(summary.stopped_by)}{kept}")
        return BY_SIGNAL + summary.stopped_by
    if summary.damage:
        complain(summary.damage)
        return ENDED_EARLY
    if not summary.states:
        complain(
            f"something that moves was looked for in {summary.n_frames} frames, and not found; "
            "give --box"
        )
        return FAILED
    return DONE
