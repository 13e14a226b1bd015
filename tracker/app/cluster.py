"""``tracker cluster``: the points of a file, their clusters to a table and pictures."""

from __future__ import annotations

import argparse
import io
import math
import time
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..clustering import BandwidthProfile, MeanShift, bandwidth_profile
from ..errors import ConfigError
from .arguments import AUTO, OUTPUT_FOLDER
from .outputs import check_apart, check_file, make_output_folder, write_whole
from .points import PointTable, read_points, write_labels
from .words import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["cluster"]

SAMPLE = 5000  # points of which bandwidths are tried: half a second; fewer join clusters more often
EXACT_UP_TO = 2_000_000  # points; more are binned, which moves centers by 0.01 bandwidths
MOST_LISTED = 20  # clusters
DIGITS = 3  # of a bandwidth, to which centers are told
MOST_NAMED = 8  # axes in a line
PLOT_SUFFIXES = (".png", ".svg", ".pdf")
STAGES = 4


class _Found(NamedTuple):
    table: PointTable
    model: MeanShift
    centers: NDArray[np.float64]
    profile: BandwidthProfile | None
    took_s: float


def cluster(options: argparse.Namespace) -> Iterator[str]:
    """Do what the command line asks for; give the lines that tell a person what was found.

    Raises
    ------
    SourceError
        If the points cannot be read.
    ConfigError, SinkError
        If an option cannot be what it is, or a file cannot be written.
    """
    labels = options.output
    if not (labels or options.plot or options.profile):
        make_output_folder()
        labels = OUTPUT_FOLDER / f"{options.points.stem}-labels.csv"
    _check_files(labels, options)
    with (
        tqdm(total=STAGES, desc="reading", disable=None, leave=False) as bar,
        warnings.catch_warnings(),
    ):
        # That each point is a bin of its own tells a programmer something, and nobody else.
        warnings.filterwarnings("ignore", "Binning data failed", UserWarning)
        found = _found(options, bar)
        _advance(bar, "writing")
        if labels:
            write_labels(labels, found.table, found.model.labels_)
        _draw(options, found)
    yield from _summary(found, auto=options.bandwidth == AUTO)
    for path in (labels, options.plot, options.profile):
        if path:
            yield f"wrote {path}"


def _check_files(labels: Path | None, options: argparse.Namespace) -> None:
    """Refuse what cannot be written before any work is done."""
    pictures = [path for path in (options.plot, options.profile) if path]
    check_apart([labels, *pictures], options.points)
    if labels:
        check_file(labels, (".csv",), overwrite=options.overwrite)
    for path in pictures:
        check_file(path, PLOT_SUFFIXES, overwrite=options.overwrite)
    if pictures and find_spec("matplotlib") is None:
        raise ConfigError('pictures need pip install "meanshift-tracker[plot]"')


def _found(options: argparse.Namespace, bar: tqdm[None]) -> _Found:
    table = read_points(options.points, options.columns)
    _advance(bar, "bandwidth")
    # Bins begin in float32, which tells nothing apart in times or coordinates of nine digits.
    origin = np.floor(table.points.min(axis=0))
    points = table.points - origin
    is_auto = options.bandwidth == AUTO
    profile = _profile(points, options) if is_auto or options.profile else None
    _advance(bar, "clustering")
    model = MeanShift(
        bandwidth=profile.widest_plateau if profile and is_auto else options.bandwidth,
        bin_seeding=True,
        cluster_all=not options.orphans,
        kernel=options.kernel,
        binned=len(points) > EXACT_UP_TO,
    )
    began = time.perf_counter()
    try:
        model.fit(points)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    took_s = time.perf_counter() - began
    return _Found(table, model, model.cluster_centers_ + origin, profile, took_s)


def _profile(points: NDArray[np.float64], options: argparse.Namespace) -> BandwidthProfile:
    """Try bandwidths on some of the points."""
    order = np.random.default_rng(0).permutation(len(points))
    try:
        return bandwidth_profile(points[order[:SAMPLE]], kernel=options.kernel)
    except ValueError as error:
        asked = "give --bandwidth" if options.bandwidth == AUTO else "leave out --profile"
        raise ConfigError(str(error).replace("give bandwidths", asked)) from error


def _advance(bar: tqdm[None], stage: str) -> None:
    bar.update()
    bar.set_description(stage)


def _draw(options: argparse.Namespace, found: _Found) -> None:
    """Draw what was asked for."""
    if not (options.plot or options.profile):
        return
    from ..clustering.plots import draw_clusters, draw_profile

    if options.plot:
        clusters = draw_clusters(
            found.table.points,
            found.model.labels_,
            found.centers,
            bandwidth=found.model.bandwidth_,
            names=found.table.names,
        )
        _write_figure(options.plot, clusters)
    if options.profile and found.profile:
        _write_figure(options.profile, draw_profile(found.profile))


def _write_figure(path: Path, figure: Figure) -> None:
    encoded = io.BytesIO()
    figure.savefig(encoded, format=path.suffix[1:])
    write_whole(path, encoded.getvalue())


def _summary(found: _Found, *, auto: bool) -> Iterator[str]:
    labels, centers = found.model.labels_, found.centers
    names = _joined(found.table.names)
    how = "found" if auto else "given"
    columns = "column" if len(found.table.names) == 1 else "columns"
    points, clusters = counted(len(labels), "point"), counted(len(centers), "cluster")
    yield (
        f"{points}, {columns} {names}: {clusters}, "
        f"bandwidth {found.model.bandwidth_:.4g} ({how}), {found.took_s:.2g} s"
    )
    decimals = max(DIGITS - math.ceil(math.log10(found.model.bandwidth_)), 0)
    counts = np.bincount(labels[labels >= 0], minlength=len(centers))
    for number in np.argsort(-counts, kind="stable")[:MOST_LISTED].tolist():
        center = _joined([_number(value, decimals) for value in centers[number].tolist()])
        share = counts[number] / len(labels)
        size = counted(counts[number], "point")
        yield f"  cluster {number}: {size} ({share:.1%}) around ({center})"
    if len(centers) > MOST_LISTED:
        yield f"  and {len(centers) - MOST_LISTED} smaller ones"
    n_orphans = int(np.count_nonzero(labels < 0))
    if n_orphans:
        size = counted(n_orphans, "point")
        yield f"  in none, label -1: {size} ({n_orphans / len(labels):.1%})"


def _number(value: float, decimals: int) -> str:
    return np.format_float_positional(round(value, decimals) + 0.0, trim="-")  # -0 is 0


def _joined(words: list[str]) -> str:
    more = [f"and {len(words) - MOST_NAMED} more"] if len(words) > MOST_NAMED else []
    return ", ".join(words[:MOST_NAMED] + more)
