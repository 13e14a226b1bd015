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
from collections.abc import Callable, Sequence
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

from ..clips import find_clip
from ..errors import BoxError, ConfigError, DamagedError, SinkError, SourceError, TrackerError
from ..segmentation import region_table, segment
from ..tables import read_targets
from ..video import open_sink, open_video
from ..video.names import PIPE
from . import doctor
from .arguments import OUTPUT_FOLDER, read_arguments
from .cluster import cluster
from .export import export
from .job import Job, do, is_found, why_windowless
from .outputs import (
    check_apart,
    check_file,
    make_output_folder,
    name_outputs,
    stem_of,
)
from .regions import (
    PAINTED_SUFFIXES,
    paint,
    read_picture,
    usual_options,
    write_painted,
    write_table,
)
from .signals import Stopped, StopSignals
from .words import (
    BY_SIGNAL,
    DONE,
    ENDED_EARLY,
    FAILED,
    NOT_OPENED,
    USAGE,
    complain,
    counted,
    warn_of_size,
)

__all__ = ["main"]

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
        complain(str(stop))
        return BY_SIGNAL + stop.signal
    except DamagedError as error:
        complain(str(error))
        return ENDED_EARLY
    except SourceError as error:
        complain(str(error))
        return NOT_OPENED
    except (BoxError, ConfigError, SinkError) as error:
        complain(str(error))
        return USAGE
    except TrackerError as error:
        complain(str(error))
        return FAILED
    except BrokenPipeError:  # whoever read our words, as in `tracker doctor | head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:  # of a name that no file can have, as a very long one
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
        return FAILED


# --- commands -----------------------------------------------------------------------------------


def _track(options: argparse.Namespace, signals: StopSignals) -> int:
    """Follow the target in a source of the user's."""
    why_no_window = why_windowless(options)
    outputs = name_outputs(options, stem_of(options.source), all_if_none=bool(why_no_window))
    job = Job(
        options.source, options.box or (), outputs, options.overwrite, options.density, options.auto
    )
    return do(job, options, signals, why_no_window)


def _demo(options: argparse.Namespace, signals: StopSignals) -> int:
    """Follow the target of a clip of ours, or of the user's source."""
    if options.source is not None:
        return _track(options, signals)
    clip = find_clip(DEMO_CLIP)
    outputs = name_outputs(options, clip.path.stem, all_if_none=True)
    # what an earlier demo left in our own folder may go; a file that was named may not
    named = options.output or options.csv or options.jsonl or options.mot
    overwrite = options.overwrite or not named
    chosen = options.box is not None or is_found(options) or options.start
    truth = [] if chosen else clip.truth
    boxes = [box for box in truth[:1] if box is not None] or options.box or ()
    job = Job(
        str(clip.path), boxes, outputs, overwrite, density=True, auto=options.auto, truth=truth
    )
    return do(job, options, signals, why_windowless(options))


def _export(options: argparse.Namespace, signals: StopSignals) -> int:
    """Draw the tracks of a table onto their video."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        targets = read_targets(options.table)
    for warning in warned:
        complain(str(warning.message))
    if not targets:
        raise SourceError(f"{options.table}: has no track in it, there is nothing to draw")
    check_apart([options.output], options.source)
    with open_video(options.source, stream=options.stream) as video:
        sink = open_sink(
            options.output,
            like=video,
            overwrite=options.overwrite,
            sound_of=options.source if options.keep_audio else None,
            quality=options.quality,
            effort=options.effort,
        )
        try:
            with sink:
                fit = export(video, targets, sink)
        except Stopped:
            if sink.n_frames:
                print(f"wrote {options.output}: {counted(sink.n_frames, 'frame')} until then")
            raise
    drawn = f"{counted(sink.n_frames, 'frame')}, {fit.n_drawn} of {fit.n_tracks} tracks"
    print(f"wrote {options.output}: {drawn}")
    warn_of_size(options.output)
    doubts = fit.doubts(f"{video.width}x{video.height}")
    if doubts:
        complain(f"{video.name}: {doubts}; is it the video that was followed?")
    if fit.damage:
        complain(fit.damage)
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
