"""Job: a source and its targets, followed with everything open that the options ask for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from ..box import Box
from ..detect import point_window
from ..errors import ConfigError, SinkError
from ..multi import MultiTracker
from ..screen import Player, Preview, Window, before_exit, find_display
from ..video import CameraConfig, Frame, Video, open_video
from .arguments import OUTPUT_FOLDER, Shares
from .outputs import Outputs, check_apart, make_output_folder
from .recorder import Recorder
from .reel import Reel
from .run import Run
from .signals import StopSignals
from .starting import find_color, pick_color
from .steering import Steering, choose_target, preview_of
from .words import FAILED, announce, complain, list_files, report, say, status

__all__ = ["Job", "do", "is_found", "why_windowless"]

PICK = "pick"  # instead of a color: with the mouse


@dataclass(frozen=True)
class Job:
    """What to follow, where to write it."""

    source: str
    boxes: Sequence[Box | Shares]  # none: to be found, or drawn with the mouse
    outputs: Outputs
    overwrite: bool
    density: bool
    auto: bool = False
    truth: Sequence[Box | None] = ()


def is_found(options: argparse.Namespace) -> bool:
    """Tell whether the target is to be found rather than drawn."""
    return options.auto or options.point is not None or options.color is not None


def why_windowless(options: argparse.Namespace) -> str:
    """Say why there is no window; empty if there is one."""
    return "--no-window" if options.no_window else find_display().why_not


def do(job: Job, options: argparse.Namespace, signals: StopSignals, why_no_window: str) -> int:
    """Open everything, follow, say what came of it."""
    if why_no_window and not job.boxes and not is_found(options):
        raise ConfigError(
            f"without a window ({why_no_window}) the target cannot be drawn: "
            "give its box in the first frame, --box x,y,width,height, or --auto"
        )
    with ExitStack() as stack:
        reel = stack.enter_context(_open_reel(job.source, options))
        video = reel.source
        _make_room(job)
        window = player = None
        if not why_no_window:
            title = f"tracker: {video.name}"
            span = video.span if reel.can_seek else None
            window = stack.enter_context(Window(title, (video.width, video.height), span=span))
            player = Player(window, in_time=not video.is_live, density=job.density)
        _tell_of_the_camera(video, options)
        first = next(reel)
        boxes = [_on(box, video) for box in job.boxes]
        preview, stands = preview_of(options.preset), False
        if not boxes and not job.auto:
            first, box, stands = _choose(first, reel, player, preview, options)
            if box is None:
                complain("canceled: no target was chosen, nothing was done")
                return FAILED
            boxes = [box]
        targets = MultiTracker(preset=options.preset)
        for box in boxes:
            targets.add(first.image, box, first.time_s)
        announce(video, boxes, targets)
        if why_no_window and not options.no_window:
            complain(f"no window ({why_no_window}): what is seen goes to the files only")
        steered = None
        if player is not None:
            steered = partial(Steering, player=player, reel=reel, preview=preview, stands=stands)
        run = _record(job, reel, first, targets, signals, steered)
    report(run.summary, in_time=player is not None and not video.is_live)
    list_files(run.recorder.files)
    return status(run.summary, run.recorder.files)


def _open_reel(source: str, options: argparse.Namespace) -> Reel:
    """Open the source, and be ready to go back in it."""
    camera = CameraConfig(
        options.camera_size, options.camera_fps, options.camera_backend, options.camera_exposure
    )

    def open_at(start_s: float) -> Video:
        return open_video(
            source,
            start_s=start_s,
            end_s=options.end,
            max_frames=options.max_frames,
            timeout_s=options.timeout,
            stream=options.stream,
            camera=camera,
        )

    video = open_at(options.start)
    can_go_back = not (video.is_live or Path(source).is_fifo())
    return Reel(video, open_at if can_go_back else None)


def _tell_of_the_camera(video: Video, options: argparse.Namespace) -> None:
    """Say when its driver chose another size than it was asked for."""
    if options.camera_size not in (None, (video.width, video.height)):
        asked = "x".join(map(str, options.camera_size))
        complain(f"{video.name}: has no pictures of {asked}, gives {video.width}x{video.height}")


def _make_room(job: Job) -> None:
    """See that everything can be written, before any work is done."""
    if any(path.parent == OUTPUT_FOLDER for path in job.outputs.paths()):
        make_output_folder()
    check_apart(job.outputs.paths(), job.source)
    job.outputs.check(overwrite=job.overwrite)
    for path in job.outputs.paths():
        if path.exists():
            say(f"replacing {path}")


def _on(box: Box | Shares, video: Video) -> Box:
    return box.on(video.width, video.height) if isinstance(box, Shares) else box


def _choose(
    first: Frame, reel: Reel, player: Player | None, preview: Preview, options: argparse.Namespace
) -> tuple[Frame, Box | None, bool]:
    """Find the target as the options say, or let the user draw it; as `choose_target` gives it."""
    window = player.window if player is not None else None
    if options.point is not None:
        x, y = options.point
        region = point_window(first.image, options.point)
        say(
            f"the region of like colors round ({x:g}, {y:g}) is {region}; if the target is more "
            "than that, or less, give its --box"
        )
        return first, region, False
    if options.color == PICK:
        if window is None:
            raise ConfigError("--color pick: there is no window to pick it in; give a name or hex")
        return *pick_color(first, reel, window, moves=reel.source.is_live), False
    if options.color is not None:
        found, box = find_color(first, reel, window, options.color)
        if found.time_s > first.time_s:
            say(f"something {options.color} was found at {found.time_s:.2f} s, and not before")
        return found, box, False
    if player is None:
        return first, None, False
    return choose_target(player, reel, first, preview)


def _record(
    job: Job,
    reel: Reel,
    first: Frame,
    targets: MultiTracker,
    signals: StopSignals,
    steered: Callable[[Run], Steering] | None,
) -> Run:
    """Follow with everything open."""
    # A chain does not close the reel when it is dropped, as a generator that delegates to it would,
    # in the middle of its closing, too.
    frames = _with_outages_told(chain([first], reel))
    recorder = Recorder(job.outputs, reel.source, overwrite=job.overwrite)
    if recorder.leftover is not None:
        complain(f"an earlier run was killed while it recorded; {recorder.leftover} is what it had")
    try:
        with recorder, ExitStack() as stack:
            run = Run(
                targets,
                recorder=recorder,
                signals=signals,
                density=job.density,
                truth=job.truth,
                auto=job.auto,
            )
            if steered is not None:
                stack.enter_context(before_exit(lambda: _end_without_display(recorder, signals)))
                run.follow(frames, steered(run).show)
            else:
                run.follow(stack.enter_context(closing(_with_progress(frames, reel.source))))
    except SinkError as error:  # while it was completed
        run.summary.note_failure(error)
    return run


def _end_without_display(recorder: Recorder, signals: StopSignals) -> None:
    """Complete what was written, and end before Qt does so with its own destructors."""
    signals.ignore()
    try:
        recorder.close()
    except SinkError as error:
        complain(str(error))
    list_files(recorder.files)
    complain("the display has vanished; the files hold what was seen until then")
    sys.stdout.flush()
    os._exit(FAILED)


def _with_progress(frames: Iterator[Frame], video: Video) -> Generator[Frame, None, None]:
    """Show rate and time left on a terminal, nothing in a pipe."""
    from tqdm import tqdm

    with tqdm(total=video.n_frames, unit="frame", disable=None, leave=False) as bar:
        for frame in frames:
            yield frame
            bar.update()


def _with_outages_told(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Say when a live source goes away, and when it is back."""
    is_away = False
    for frame in frames:
        if bool(frame.outage) != is_away:
            is_away = not is_away
            complain(f"{frame.outage}; connecting again" if is_away else "pictures come again")
        yield frame
