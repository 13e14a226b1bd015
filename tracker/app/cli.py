"""The command line: ``tracker track``, ``demo``, ``export``, ``segment``, ``cluster``, ``doctor``.

Results go to stdout; progress, warnings and errors to stderr. The exit status is 0 when done, 2 for
a wrong use, 3 when the source ended early or is damaged, 4 when it could not be opened, 130 after
Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, and 1 for what else went wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from ..box import Box
from ..clips import find_clip
from ..detect import point_window
from ..errors import BoxError, ConfigError, DamagedError, SinkError, SourceError, TrackerError
from ..multi import MultiTracker
from ..screen import Player, Preview, Window, before_exit, find_display
from ..segmentation import region_table, segment
from ..tables import read_targets
from ..video import CameraConfig, Frame, Video, open_sink, open_video
from ..video.leftovers import partial_of
from ..video.names import PIPE, is_pattern
from . import doctor
from .arguments import OUTPUT_FOLDER, Shares, read_arguments
from .cluster import cluster
from .export import export
from .outputs import (
    Outputs,
    check_apart,
    check_file,
    make_output_folder,
    name_outputs,
    stem_of,
)
from .recorder import Recorder
from .reel import Reel
from .regions import (
    PAINTED_SUFFIXES,
    paint,
    read_picture,
    usual_options,
    write_painted,
    write_table,
)
from .run import Run, Summary
from .signals import Stopped, StopSignals
from .starting import find_color, pick_color
from .steering import Steering, choose_target, preview_of

__all__ = ["main"]

DONE, FAILED, USAGE, ENDED_EARLY, NOT_OPENED = 0, 1, 2, 3, 4
BY_SIGNAL = 128  # a shell's custom: added to the number of the signal

LARGE_GIF = 10_000_000  # bytes; GitHub takes no larger one, and pages with it are slow

PICK = "pick"  # instead of a color: with the mouse

DEMO_CLIP = "reentry"  # the one inside the wheel


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    options = read_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        with StopSignals() as signals, ExitStack() as stack:
            if getattr(options, "output", None) == PIPE:  # the pictures have stdout to themselves
                stack.enter_context(redirect_stdout(sys.stderr))
            return COMMANDS[options.command](options, signals)
    except Stopped as stop:
        _complain(str(stop))
        return BY_SIGNAL + stop.signal
    except DamagedError as error:
        _complain(str(error))
        return ENDED_EARLY
    except SourceError as error:
        _complain(str(error))
        return NOT_OPENED
    except (BoxError, ConfigError, SinkError) as error:
        _complain(str(error))
        return USAGE
    except TrackerError as error:
        _complain(str(error))
        return FAILED
    except BrokenPipeError:  # whoever read our words, as in `tracker doctor | head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    """What to follow, where to write it."""

    source: str
    boxes: Sequence[Box | Shares]  # none: to be found, or drawn with the mouse
    outputs: Outputs
    overwrite: bool
    density: bool
    auto: bool = False
    truth: Sequence[Box | None] = ()


def _track(options: argparse.Namespace, signals: StopSignals) -> int:
    """Follow the target in a source of the user's."""
    why_no_window = _why_no_window(options)
    outputs = name_outputs(options, stem_of(options.source), all_if_none=bool(why_no_window))
    job = _Job(
        options.source, options.box or (), outputs, options.overwrite, options.density, options.auto
    )
    return _run(job, options, signals, why_no_window)


def _demo(options: argparse.Namespace, signals: StopSignals) -> int:
    """Follow the target of a clip of ours, or of the user's source."""
    if options.source is not None:
        return _track(options, signals)
    clip = find_clip(DEMO_CLIP)
    outputs = name_outputs(options, clip.path.stem, all_if_none=True)
    # what an earlier demo left in our own folder may go; a file that was named may not
    named = options.output or options.csv or options.jsonl or options.mot
    overwrite = options.overwrite or not named
    chosen = options.box is not None or _finds(options) or options.start
    truth = [] if chosen else clip.truth
    boxes = [box for box in truth[:1] if box is not None] or options.box or ()
    job = _Job(
        str(clip.path), boxes, outputs, overwrite, density=True, auto=options.auto, truth=truth
    )
    return _run(job, options, signals, _why_no_window(options))


def _export(options: argparse.Namespace, signals: StopSignals) -> int:
    """Draw the tracks of a table onto their video."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        targets = read_targets(options.table)
    for warning in warned:
        _complain(str(warning.message))
    if not targets:
        raise SourceError(f"{options.table}: has no track in it, there is nothing to draw")
    check_apart([options.output], options.source)
    with (
        open_video(options.source, stream=options.stream) as video,
        open_sink(
            options.output,
            like=video,
            overwrite=options.overwrite,
            sound_of=options.source if options.keep_audio else None,
            quality=options.quality,
            effort=options.effort,
        ) as sink,
    ):
        fit = export(video, targets, sink)
    drawn = f"{sink.n_frames} frames, {fit.n_drawn} of {fit.n_tracks} tracks"
    print(f"wrote {options.output}: {drawn}")
    _warn_of_size(options.output)
    doubts = fit.doubts(f"{video.width}x{video.height}")
    if doubts:
        _complain(f"{video.name}: {doubts}; is it the video that was followed?")
    if fit.damage:
        _complain(fit.damage)
    return ENDED_EARLY if fit.damage else DONE


def _segment(options: argparse.Namespace, signals: StopSignals) -> int:
    """Divide a picture into regions."""
    image = read_picture(options.picture)
    painted, table = options.output, options.table
    if painted is None and table is None:
        make_output_folder()
        name = OUTPUT_FOLDER / f"{options.picture.stem}-regions"
        painted, table = Path(f"{name}.png"), Path(f"{name}.csv")
    check_apart([painted, table], options.picture)
    for path, suffixes in ((painted, PAINTED_SUFFIXES), (table, (".csv",))):
        if path is not None:
            check_file(path, suffixes, overwrite=options.overwrite)
    color_radius, min_area = usual_options(image, options.color_radius, options.min_area)
    labels = segment(image, options.spatial_radius, color_radius, min_area)
    regions = region_table(image, labels)
    areas = [region.area for region in regions]
    found = f"{len(regions)} regions of {min(areas)} to {max(areas)} pixels"
    if len(regions) == 1:
        found = f"1 region of {areas[0]} pixels"
    print(f"{options.picture}: {found}")
    if painted is not None:
        write_painted(painted, paint(image, labels))
        print(f"wrote {painted}")
    if table is not None:
        write_table(table, regions)
        print(f"wrote {table}")
    return DONE


def _cluster(options: argparse.Namespace, signals: StopSignals) -> int:
    """Find the clusters of a table of points."""
    for line in cluster(options):
        print(line)
    return DONE


def _doctor(options: argparse.Namespace, signals: StopSignals) -> int:
    """Say what is installed and what works here."""
    for line in doctor.report(doctor.examine()):
        print(line)
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace, StopSignals], int]] = {
    "track": _track,
    "demo": _demo,
    "export": _export,
    "segment": _segment,
    "cluster": _cluster,
    "doctor": _doctor,
}


def _finds(options: argparse.Namespace) -> bool:
    """Tell whether the target is to be found rather than drawn."""
    return bool(options.auto or options.point or options.color)


def _why_no_window(options: argparse.Namespace) -> str:
    """Say why there is no window; empty if there is one."""
    return "--no-window" if options.no_window else find_display().why_not


# --- a run --------------------------------------------------------------------------------------


def _run(job: _Job, options: argparse.Namespace, signals: StopSignals, why_no_window: str) -> int:
    """Open everything, follow, say what came of it."""
    if why_no_window and not job.boxes and not _finds(options):
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
                _complain("canceled: no target was chosen, nothing was done")
                return FAILED
            boxes = [box]
        targets = MultiTracker(preset=options.preset)
        for box in boxes:
            targets.add(first.image, box, first.time_s)
        _announce(video, boxes, targets)
        if why_no_window and not options.no_window:
            _complain(f"no window ({why_no_window}): what is seen goes to the files only")
        steered = None
        if player is not None:
            steered = partial(Steering, player=player, reel=reel, preview=preview, stands=stands)
        run = _record(job, reel, first, targets, signals, steered)
    _report(run.summary, in_time=player is not None and not video.is_live)
    _list(run.recorder.files)
    return _status(run.summary)


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
    return Reel(video, None if video.is_live else open_at)


def _tell_of_the_camera(video: Video, options: argparse.Namespace) -> None:
    """Say when its driver chose another size than it was asked for."""
    if options.camera_size not in (None, (video.width, video.height)):
        asked = "x".join(map(str, options.camera_size))
        _complain(f"{video.name}: has no pictures of {asked}, gives {video.width}x{video.height}")


def _make_room(job: _Job) -> None:
    """See that everything can be written, before any work is done."""
    if any(path.parent == OUTPUT_FOLDER for path in job.outputs.paths()):
        make_output_folder()
    check_apart(job.outputs.paths(), job.source)
    job.outputs.check(overwrite=job.overwrite)
    for path in job.outputs.paths():
        if path.exists():
            _say(f"replacing {path}")


def _on(box: Box | Shares, video: Video) -> Box:
    return box.on(video.width, video.height) if isinstance(box, Shares) else box


def _choose(
    first: Frame, reel: Reel, player: Player | None, preview: Preview, options: argparse.Namespace
) -> tuple[Frame, Box | None, bool]:
    """Find the target as the options say, or let the user draw it; as `choose_target` gives it."""
    window = player.window if player is not None else None
    if options.point:
        return first, point_window(first.image, options.point), False
    if options.color == PICK:
        if window is None:
            raise ConfigError("--color pick: there is no window to pick it in; give a name or hex")
        return *pick_color(first, reel, window, moves=reel.source.is_live), False
    if options.color:
        return *find_color(first, reel, window, options.color), False
    if player is None:
        return first, None, False
    return choose_target(player, reel, first, preview)


def _record(
    job: _Job,
    reel: Reel,
    first: Frame,
    targets: MultiTracker,
    signals: StopSignals,
    steered: Callable[[Run], Steering] | None,
) -> Run:
    """Follow with everything open."""
    frames: Iterator[Frame] = _with_outages_told(_with_first(first, reel))
    recorder = Recorder(job.outputs, reel.source, overwrite=job.overwrite)
    if recorder.leftover is not None:
        _complain(
            f"an earlier run was killed while it recorded; {recorder.leftover} is what it had"
        )
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
        _complain(str(error))
    _list(recorder.files)
    _complain("the display has vanished; the files hold what was seen until then")
    sys.stdout.flush()
    os._exit(FAILED)


def _with_first(first: Frame, frames: Iterator[Frame]) -> Iterator[Frame]:
    yield first
    yield from frames


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
            _complain(f"{frame.outage}; connecting again" if is_away else "pictures come again")
        yield frame


# --- words --------------------------------------------------------------------------------------


def _complain(message: str) -> None:
    print(f"tracker: {message}", file=sys.stderr)


def _say(message: str) -> None:
    """Say what the job comes to, if anyone still listens: it is done all the same."""
    try:
        print(message, flush=True)
    except OSError:  # nobody reads on, or the words go to a disk that is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _announce(video: Video, boxes: Sequence[Box], targets: MultiTracker) -> None:
    """Say what is followed, and whether that looks hard."""
    rate = f", {float(video.fps):.4g} frames a second" if video.fps else ""
    what = ", ".join(map(str, boxes)) or "what moves"
    _say(f"following {what} in {video.name}: {video.width}x{video.height}{rate}")
    for number in targets.ids:
        which = f"target {number}: " if len(targets) > 1 else ""
        if targets[number].warning:
            _complain(f"warning: {which}{targets[number].warning}")


def _report(summary: Summary, *, in_time: bool) -> None:
    """Say what came of it."""
    states = ", ".join(
        f"{state} {100 * count / summary.states.total():.0f} %"
        for state, count in summary.states.most_common()
    )
    _say(f"{summary.n_frames} frames: {states or 'no target'}")
    rate = summary.n_frames / max(summary.elapsed_s, 1e-9)
    how = "shown in time with the clip" if in_time else "with reading, drawing and writing"
    own = f"the tracker itself took {summary.update_ms:.2f} ms of CPU each"
    _say(f"{rate:.0f} frames a second {how}; {own}")
    if summary.latencies_s:
        worst_ms, mid_ms = (1000 * each(summary.latencies_s) for each in (max, median))
        _say(
            f"from coming in to being shown: {mid_ms:.0f} ms, at most {worst_ms:.0f} ms; "
            f"{summary.n_dropped} frames dropped"
        )
    if summary.overlaps:
        mean = sum(summary.overlaps) / len(summary.overlaps)
        _say(f"overlap (IoU) with the clip's exact truth, where the target is in sight: {mean:.2f}")


def _list(files: Sequence[Path]) -> None:
    """Say which files there are; what a failed recording has is under its partial name."""
    for path in files:
        partial_path, first = partial_of(path), path
        if is_pattern(path):
            first = path.with_name(path.name % 0)
        elif partial_path.exists():
            _say(f"kept {partial_path}")
            continue
        if not first.exists():
            continue
        _say(f"wrote {path}")
        _warn_of_size(path)


def _warn_of_size(path: Path) -> None:
    """Say so when a GIF is larger than most places take; as a film it is a tenth or less."""
    size = path.stat().st_size if path.suffix.lower() == ".gif" and path.exists() else 0
    if size > LARGE_GIF:
        _complain(f"{path} has {size / 1e6:.0f} MB; as .mp4 it would be a small part of that")


def _status(summary: Summary) -> int:
    """Give the exit status of a run, and say why if it is not 0."""
    for failure in summary.failures.values():
        _complain(failure)
    if summary.failures:
        return USAGE
    if summary.stopped_by is not None:
        _complain(f"{Stopped(summary.stopped_by)}; the files hold what was seen until then")
        return BY_SIGNAL + summary.stopped_by
    if summary.damage:
        _complain(summary.damage)
        return ENDED_EARLY
    if not summary.states:
        _complain(
            f"something that moves was looked for in {summary.n_frames} frames, and not found; "
            "give --box"
        )
        return FAILED
    return DONE
