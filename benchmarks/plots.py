"""The figures as pictures, from the same dictionaries that are written as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tracker.evaluation import PRECISION_DISTANCES_PX, PRECISION_PX, SUCCESS_THRESHOLDS

OWN_COLOR = "#c8102e"
OWN_TINT = "#f0b4bd"  # of bars, on which the others are dots
# Paul Tol's muted palette: told apart by color-blind readers too.
OTHER_COLORS = [
    "#332288", "#88ccee", "#44aa99", "#117733", "#999933",
    "#ddcc77", "#aa4499", "#882255", "#6b6b6b",
]  # fmt: skip
SIZE_COLORS = ["#88ccee", "#4477aa", "#222255"]
HALF_COLORS = {"all": "#222222", "odd": "#4477aa", "even": "#ee7733"}


def draw_accuracy(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw curves, sequences and the score; tell which files were written."""
    tracker = found["made"]["preset"]
    pictures = {
        "curves": _curves(found["trackers"], tracker),
        "sequences": _sequences(found["trackers"], tracker),
        "score": _score(found["score"], tracker),
    }
    return _saved(pictures, folder, name)


def _saved(pictures: dict[str, Figure], folder: Path, name: str) -> list[Path]:
    written = []
    for kind, figure in pictures.items():
        written.append(folder / f"{name}-{kind}.png")
        figure.savefig(written[-1], dpi=120)
    return written


def _curves(trackers: dict, own: str) -> Figure:
    figure = Figure(figsize=(12.5, 4.8), layout="constrained")
    success, precision = figure.subplots(1, 2)
    panels = [
        (success, SUCCESS_THRESHOLDS, "success_curve", "auc"),
        (precision, PRECISION_DISTANCES_PX, "precision_curve", "precision"),
    ]
    for axes, across, curve, figure_of in panels:
        ranked = sorted(trackers, key=lambda name: -trackers[name]["mean"]["all"][figure_of])
        for tracker in ranked:
            axes.plot(
                across,
                trackers[tracker][curve],
                color=_color(tracker, trackers, own),
                linewidth=3 if tracker == own else 1.5,
                zorder=3 if tracker == own else 2,
                label=f"{trackers[tracker]['mean']['all'][figure_of]:.3f}  {tracker}",
            )
        axes.set(xlim=(0, across[-1]), ylim=(0, 1))
        _plain(axes)
    success.set(xlabel="IoU above", ylabel="share of frames", title="Success (area under it)")
    success.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    precision.axvline(PRECISION_PX, color="#999999", linewidth=0.8, linestyle="--")
    precision.set(xlabel="center within (px)", title=f"Precision (at {PRECISION_PX:g} px)")
    precision.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure


def _sequences(trackers: dict, own: str) -> Figure:
    rows = trackers[own]["sequences"]
    ranked = sorted(rows, key=lambda name: rows[name]["auc"])
    figure = Figure(figsize=(8, 1.6 + 0.27 * len(ranked)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(ranked))
    own_auc = [rows[name]["auc"] for name in ranked]
    axes.barh(places, own_auc, color=OWN_TINT, height=0.7, label=own)
    for other in trackers:
        found = trackers[other]["sequences"]
        if other != own:
            axes.plot(
                [found[name]["auc"] if name in found else np.nan for name in ranked],
                places,
                "o",
                color=_color(other, trackers, own),
                markeredgecolor="white",
                markersize=6,
                label=other,
            )
    axes.set(yticks=places, yticklabels=ranked, xlim=(0, 1), ylim=(-0.7, len(ranked) - 0.3))
    axes.set(xlabel="area under the success curve", title="One pass, sequence by sequence")
    _plain(axes)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure


def _score(score: dict, own: str) -> Figure:
    figure = Figure(figsize=(11, 5), layout="constrained")
    promise, roc = figure.subplots(1, 2)
    for axes in (promise, roc):
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle="--")
        axes.set(xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
        _plain(axes)
    largest = max(max(row["reliability"]["n_frames"]) for row in score.values())
    for half, row in score.items():
        bins = row["reliability"]
        color = HALF_COLORS[half]
        filled = np.array(bins["n_frames"]) > 0
        mean_score = np.array(bins["mean_score"], float)[filled]
        hit_rate = np.array(bins["hit_rate"], float)[filled]
        sizes = 12 + 160 * np.array(bins["n_frames"])[filled] / largest
        promise.plot(mean_score, hit_rate, color=color, linewidth=1.2)
        promise.scatter(mean_score, hit_rate, sizes, color=color, alpha=0.8, clip_on=False)
        promise.plot([], [], "o-", color=color, label=f"{row['calibration_error']:.3f}  {half}")
        roc.plot(
            *row["roc"], color=color, linewidth=2, label=f"{row['roc_area_pooled']:.3f}  {half}"
        )
    promise.set(xlabel=f"score of {own}", ylabel="share of frames with IoU > 0.5")
    promise.set_title("Reliability (calibration error; dot area: frames)")
    promise.legend(loc="upper left", frameon=False, fontsize=9)
    roc.set(xlabel="share of misses kept", ylabel="share of hits kept", title="ROC (area)")
    roc.legend(loc="lower right", frameon=False, fontsize=9)
    return figure


def draw_speed(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw what an update costs, by size and by stage; tell which files were written."""
    pictures = {
        "sizes": _sizes(found, found["made"]["preset"]),
        "stages": _stages(found["stages"], found["made"]["preset"]),
    }
    return _saved(pictures, folder, name)


def _sizes(found: dict, own: str) -> Figure:
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    for axes, axis in zip(figure.subplots(1, 2, sharey=True), ("frame", "target"), strict=True):
        labels = list(found[axis])
        contenders = list(found[axis][labels[0]])
        places = np.arange(len(labels))
        width = 0.8 / len(contenders)
        for number, contender in enumerate(contenders):
            medians = [found[axis][label][contender]["median"] for label in labels]
            at = places + (number - (len(contenders) - 1) / 2) * width
            bars = axes.bar(at, medians, width * 0.92, color=_color(contender, contenders, own))
            bars.set_label(contender)
            axes.bar_label(bars, [f"{value:.2g}" for value in medians], fontsize=8, padding=2)
        axes.set(yscale="log", xticks=places, xticklabels=labels)
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_title(f"by size of the {axis}")
        _plain(axes)
        axes.grid(visible=False, axis="x")
    figure.axes[0].set_ylabel("CPU ms of an update (log scale)")
    figure.axes[0].legend(loc="upper left", frameon=False, fontsize=9)
    return figure


def _stages(found: dict, own: str) -> Figure:
    stages = list(next(iter(found.values())))
    figure = Figure(figsize=(8, 1.4 + 0.5 * len(stages)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(stages))[::-1]
    height = 0.8 / len(found)
    for number, (label, row) in enumerate(found.items()):
        microseconds = [1e3 * row[stage] for stage in stages]
        at = places - (number - (len(found) - 1) / 2) * height
        bars = axes.barh(at, microseconds, height * 0.9, color=SIZE_COLORS[number])
        bars.set_label(f"{label}: {sum(microseconds):.0f} µs")
        axes.bar_label(bars, [f"{value:.1f}" for value in microseconds], fontsize=8, padding=2)
    axes.set(yticks=places, yticklabels=stages, xlabel="microseconds of an update")
    axes.set_title(f"{own}, by stage")
    _plain(axes)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure


def _color(tracker: str, trackers: Iterable[str], own: str) -> str:
    if tracker == own:
        return OWN_COLOR
    others = [name for name in trackers if name != own]
    return OTHER_COLORS[others.index(tracker) % len(OTHER_COLORS)]


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def draw_ablation(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw what is lost without each part, the most first; tell which files were written."""
    whole, *parts = found["parts"]
    means = found["parts"]
    figure_of = "tre" if "tre" in means[whole]["all"] else "auc"

    def loss(part: str, half: str) -> float:
        return float(means[part][half][figure_of] - means[whole][half][figure_of])

    parts.sort(key=lambda part: -loss(part, "all"))
    figure = Figure(figsize=(9, 0.42 * len(parts) + 1.2), layout="constrained")
    axes = figure.subplots()
    rows = np.arange(len(parts))
    drawn = [half for half in HALF_COLORS if half in means[whole]]
    thickness = 0.8 / len(drawn)
    for place, half in enumerate(drawn):
        axes.barh(
            rows - (place - (len(drawn) - 1) / 2) * thickness,
            [loss(part, half) for part in parts],
            thickness,
            color=HALF_COLORS[half],
            label=half,
        )
    axes.set_yticks(rows, parts)
    axes.axvline(0, color="#222222", linewidth=0.8)
    whole_mean = means[whole]["all"][figure_of]
    axes.set_xlabel(f"change of the mean success without it (with everything: {whole_mean:.3f})")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left")
    return _saved({"parts": figure}, folder, name)


def draw_clustering(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw how much faster each case is, and the growth; tell which files were written."""
    rows = {case: row for case, row in found.items() if "faster" in row}
    pictures = {"faster": _faster(rows)}
    if "growth" in found:
        pictures["growth"] = _growth(found["growth"])
    return _saved(pictures, folder, name)


def _faster(rows: dict) -> Figure:
    figure = Figure(figsize=(9, 1.2 + 0.34 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))[::-1]
    axes.barh(places, [row["faster"] for row in rows.values()], 0.66, color=OWN_TINT)
    for place, row in zip(places, rows.values(), strict=True):  # beside the marks, not under them
        right = axes.get_yaxis_transform()
        axes.text(1.02, place, f"{row['faster']:.3g}", transform=right, va="center", fontsize=9)
    for key, marker in (("must", "|"), ("goal", "d")):
        marks = [row[key] for row in rows.values()]
        axes.plot(marks, places, marker, color=OWN_COLOR, markersize=9 if key == "must" else 5)
        axes.plot([], [], marker, color=OWN_COLOR, label=key)
    axes.set(xscale="log", yticks=places, yticklabels=list(rows))
    axes.set_xlabel("times faster than scikit-learn (log scale)")
    axes.xaxis.set_major_formatter("{x:g}")
    _plain(axes)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right", frameon=False, fontsize=9)
    return figure


def _growth(found: dict) -> Figure:
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.subplots()
    for (seeds, row), color in zip(found.items(), (OWN_COLOR, OTHER_COLORS[0]), strict=True):
        label = f"{seeds}: grows as n to the {row['exponent']:.2f}"
        axes.loglog(row["points"], row["seconds"], "o-", color=color, label=label)
    axes.set(xlabel="points in the plane", ylabel="seconds")
    _plain(axes)
    axes.legend(loc="lower right", frameon=False)
    return figure


def draw_multi(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw what a target costs by the number of them; tell which file was written."""
    cost = found["cost"]
    figure = Figure(figsize=(4.6 * len(cost), 4.2), layout="constrained")
    for axes, (preset, rows) in zip(
        np.atleast_1d(figure.subplots(1, len(cost), sharey=True)), cost.items(), strict=True
    ):
        counts = [int(count) for count in rows]
        axes.plot(counts, [row["ratio"] for row in rows.values()], "o-", color=OWN_COLOR)
        axes.axhline(1, color="#999999", linewidth=0.8, linestyle="--")
        axes.set(xscale="log", xticks=counts, xlabel="targets at once", title=preset)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        _plain(axes)
    figure.axes[0].set_ylim(0)
    figure.axes[0].set_ylabel("cost of a target, times that of a lone one")
    return _saved({"cost": figure}, folder, name)


def draw_identity(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw IDF1 of all who took part, a panel a kind of scene; tell which file was written."""
    kinds = found["identity"]
    names = list(kinds["all"])[::-1]
    figure = Figure(figsize=(2.6 * len(kinds) + 2.4, 0.42 * len(names) + 1.2), layout="constrained")
    for axes, (kind, rows) in zip(
        figure.subplots(1, len(kinds), sharey=True), kinds.items(), strict=True
    ):
        own = [OWN_COLOR if each in ("robust", "fast") else "#b8b8b8" for each in names]
        bars = axes.barh(names, [rows[each]["idf1"] for each in names], 0.66, color=own)
        axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=9)
        axes.set(xlim=(0, 1.18), xticks=(0, 0.5, 1), title=kind, xlabel="IDF1")
        _plain(axes)
        axes.grid(visible=False, axis="y")
    return _saved({"idf1": figure}, folder, name)


def draw_soak(found: dict, folder: Path, name: str) -> list[Path]:
    """Draw memory and time per frame along a long run; tell which file was written."""
    series = found["series"]
    thousands = np.array(series["frames"]) / 1000
    figure = Figure(figsize=(11, 4), layout="constrained")
    memory, cost = figure.subplots(1, 2)
    memory.plot(thousands, series["resident MB"], color=OWN_COLOR, linewidth=1.2)
    memory.set_ylabel("MB")
    memory.set_title("resident memory", loc="left")
    cost.plot(thousands, series["CPU ms a frame"], color=OWN_COLOR, linewidth=1.2, label="CPU")
    cost.plot(
        thousands, series["ms a frame"], color="#b8b8b8", linewidth=0.8, zorder=1, label="wall"
    )
    cost.set_ylabel("ms")
    cost.set_title("time per frame", loc="left")
    cost.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    for axes in (memory, cost):
        axes.set(xlabel="thousand frames", xlim=(0, thousands[-1]), ylim=(0, None))
        _plain(axes)
    return _saved({"series": figure}, folder, name)
