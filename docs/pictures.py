"""Make the pictures of README and docs, by following the targets of two clips of ``videos/``.

    python docs/pictures.py            # all of them, into docs/pictures
    python docs/pictures.py climb      # those whose names are given

Needs ``pip install ".[plot]"`` and a checkout. Same code, same pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.patheffects import Normal, Stroke
from matplotlib.ticker import MultipleLocator, PercentFormatter
from PIL import Image

import tracker.tracker as core
from tracker import Box, State, Track, Tracker, TrackerConfig, draw, open_video
from tracker.backprojection import DEFAULT_BINS
from tracker.clips import Clip, find_clip
from tracker.meanshift import climb_aperture
from tracker.overlay import STATE_COLORS
from tracker.registration import Alignment
from tracker.search import CLIMB_STEPS, Place, find, fullest

FOLDER = Path(__file__).parent / "pictures"
STAGES_CLIP, STAGES_FRAME = "reentry", 21  # a fast ball, a shaken camera: every stage has its work
MOVING_CLIP = "occlusion"

INK, GRAY, PALE = "#1f2328", "#6e7781", "#d8dee4"
TARGET, SURROUNDINGS = "#1a9c5b", "#9aa4af"
WHITE, CYAN, GREEN = "#ffffff", "#5fd3ff", "#2fd486"  # on pictures and dark maps
STATE_TINTS = {State.TRACKING: TARGET, State.UNCERTAIN: "#e09a00", State.LOST: "#e5484d"}
DENSITY_COLORS = "inferno"  # as in the overlay's inset
OUTLINED = [Stroke(linewidth=3.5, foreground="black", alpha=0.75), Normal()]
DPI = 115

GIF_WIDTH, GIF_FRAMES = 448, range(12, 180, 3)
GIF_COLORS = 112  # shared by all its frames and not dithered: half the bytes of a palette a frame


# --- what is seen on the way --------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One frame, its track, and what the search saw in it."""

    image: np.ndarray
    track: Track
    place: Place | None
    """None for the first frame, where nothing is searched."""
    density: tuple[np.ndarray, Box]


def follow(clip: Clip, n_frames: int | None = None) -> tuple[Tracker, list[Step]]:
    """Follow the clip's target, and note the evidence, which a track does not tell."""
    places: list[Place] = []

    def noted(*arguments: object) -> Place:
        places.append(find(*arguments))
        return places[-1]

    core.find = noted
    try:
        with open_video(clip.path, max_frames=n_frames) as video:
            first = next(video)
            # By color alone: what structure adds is not to be seen in a density.
            ours = Tracker(first.image, clip.truth[0], time_s=first.time_s, preset="fast")
            steps = [Step(first.image, ours.track, None, ours.density())]
            for frame in video:
                track = ours.update(frame.image, frame.time_s)
                steps.append(Step(frame.image, track, places[-1], ours.density()))
    finally:
        core.find = find
    return ours, steps


@dataclass(frozen=True)
class Stages:
    """Everything that happens to one frame."""

    tracker: Tracker
    before: Track
    now: Step
    trail: list[Track]
    path: list[tuple[float, float]]
    """On the patch, edges: the fullest place, each climbing step, the aligned place."""
    weights: np.ndarray
    """Of the climb, over the patch."""

    @classmethod
    def of(cls, clip: Clip, number: int) -> Stages:
        """Follow a clip up to a frame and repeat that frame's search step by step."""
        tracker, steps = follow(clip, number + 1)
        view, layout, model = tracker._view, tracker._layout, tracker._looks.colors
        start = fullest(layout.inner(view.project(model.table)), layout)
        colors = model.compare(view.histogram(layout.kernel, start))
        weights = view.project(colors.weights)
        climbed = [
            climb_aperture(weights, layout.window, start, layout.shape, count)[:2]
            for count in range(1, CLIMB_STEPS + 1)
        ]
        path = [(x + 0.5, y + 0.5) for x, y in (start, *climbed)]
        now = steps[-1]
        return cls(
            tracker,
            steps[-2].track,
            now,
            [step.track for step in steps],
            [*path, now.place.center],
            layout.inner(weights),
        )


# --- the stages ---------------------------------------------------------------------------------


def frame_picture(stages: Stages) -> Figure:
    """Frame, the last box, and the region that is looked at."""
    figure, axes = _figure(7.4, 4.4)
    _show_frame(axes, stages)
    _title(axes, "frame", "the last box, and the region that is looked at")
    return figure


def _show_frame(axes: Axes, stages: Stages) -> None:
    height, width = stages.now.image.shape[:2]
    _show(axes, stages.now.image[..., ::-1], (0, width, height, 0))
    _draw_box(axes, stages.tracker._view.patch.region, WHITE, linestyle=(0, (4, 3)))
    _draw_box(axes, stages.before.box, GREEN)


def patch_picture(stages: Stages) -> Figure:
    """Patch, the bins' colors, the bins' texture."""
    figure, panels = _figure(9.6, 3.8, 3)
    patch = stages.tracker._view.patch.image
    rows, columns = patch.shape[:2]
    bins = stages.tracker._view.bins
    levels, n_colors = DEFAULT_BINS["bgr"], int(np.prod(DEFAULT_BINS["bgr"]))
    shades = [
        (index + 0.5) * 256 / count for index, count in zip(_grid(levels), levels, strict=True)
    ]
    colors = np.stack(shades, axis=-1).astype(np.uint8)
    titles = (
        ("patch", f"{columns} × {rows} pixels"),
        ("color", f"{levels[0]} × {levels[1]} × {levels[2]} bins"),
        ("texture", "flat, horizontal edge, vertical edge"),
    )
    # flat, and the two directions of an edge
    tints = np.array([[38, 44, 52], [95, 211, 255], [255, 190, 80]], np.uint8)
    pictures = patch[..., ::-1], colors[bins % n_colors][..., ::-1], tints[bins // n_colors]
    for axes, picture, title in zip(panels, pictures, titles, strict=True):
        _show(axes, picture, (0, columns, rows, 0))
        _title(axes, *title)
    return figure


def _grid(levels: tuple[int, ...]) -> list[np.ndarray]:
    return list(np.unravel_index(np.arange(np.prod(levels)), levels))


def density_picture(stages: Stages, shown: int = 9) -> Figure:
    """Draw the fullest bins of target and surroundings, what follows from them, and the density."""
    figure = Figure(figsize=(9.6, 4.2), layout="constrained")
    bars, axes = figure.subplots(1, 2, width_ratios=(1.25, 1))
    model, levels = stages.tracker._looks.colors, DEFAULT_BINS["bgr"]
    n_colors = int(np.prod(levels))
    together = model.target[:-1] + model.surroundings[:-1]
    chosen = np.argsort(-together, kind="stable")[:shown]
    chosen = chosen[np.argsort(-model.table[chosen], kind="stable")]
    grid = np.stack(_grid(levels), axis=-1)
    for place, index in enumerate(chosen[::-1]):
        color = ((grid[index % n_colors] + 0.5) / levels)[::-1]
        bars.barh(place + 0.19, model.target[index], 0.34, color=TARGET)
        bars.barh(place - 0.19, model.surroundings[index], 0.34, color=SURROUNDINGS)
        swatch = {"transform": bars.get_yaxis_transform(), "clip_on": False}
        corner = (-0.07, place - 0.36)
        bars.add_patch(Rectangle(corner, 0.055, 0.72, facecolor=color, edgecolor=INK, **swatch))
        texture = ("flat", "horizontal", "vertical")[index // n_colors]
        bars.text(-0.085, place, texture, ha="right", va="center", color=GRAY, **swatch)
        level = f"{model.table[index]:.2f}"
        bars.text(1.03, place, level, ha="left", va="center", weight="bold", **swatch)
    bars.text(1.03, shown - 0.35, "density", ha="left", va="bottom", color=GRAY, **swatch)
    bars.set(yticks=[], xlabel="share of the histogram", ylim=(-0.6, shown - 0.4))
    bars.xaxis.set_major_locator(MultipleLocator(0.05))
    bars.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    bars.spines[["top", "right"]].set_visible(False)
    bars.plot([], [], color=TARGET, linewidth=6, label="target")
    bars.plot([], [], color=SURROUNDINGS, linewidth=6, label="surroundings")
    bars.legend(frameon=False, loc="upper right", bbox_to_anchor=(1, 0.97))
    _title(bars, "histograms", "the bins most pixels are in")
    _show_density(axes, stages.now.density[0])
    figure.colorbar(axes.images[0], ax=axes, ticks=[0, 0.5, 1], fraction=0.045, pad=0.02)
    _title(axes, "density", "how likely each pixel is the target's")
    return figure


def climb_picture(stages: Stages) -> Figure:
    """Draw the way of the window: fullest place, climb, alignment."""
    figure, (wide, near) = _figure(8.6, 4.5, 2)
    rows, columns = stages.weights.shape
    window = stages.tracker._layout.window.weights.shape
    top = np.percentile(stages.weights, 99)
    for axes in (wide, near):
        _show(axes, stages.weights / top, (0, columns, rows, 0), cmap=DENSITY_COLORS, vmax=1)
    x, y = np.array(stages.path).T
    wide.plot(columns / 2, rows / 2, "+", color=WHITE, markersize=11, markeredgewidth=1.6)
    words = {"color": WHITE, "textcoords": "offset points", "path_effects": OUTLINED}
    wide.annotate("expected", (columns / 2, rows / 2), (-8, 8), ha="right", **words)
    for (center_x, center_y), color in ((stages.path[0], CYAN), (stages.path[-1], GREEN)):
        wide.add_patch(
            Ellipse((center_x, center_y), window[1], window[0], fill=False, ec=color, lw=1.8)
        )
    _title(wide, "climb", "weights; first window blue, last one green")
    for axes in (wide, near):
        axes.plot(x, y, "-", color=WHITE, linewidth=1.4, path_effects=OUTLINED)
    near.plot(x[0], y[0], "o", color=CYAN, markersize=9, markeredgecolor="black")
    near.plot(x[1:-1], y[1:-1], "o", color=WHITE, markersize=6.5, markeredgecolor="black")
    near.plot(x[-1], y[-1], "D", color=GREEN, markersize=9, markeredgecolor="black")
    middle, reach = (x.min() / 2 + x.max() / 2, y.min() / 2 + y.max() / 2), np.ptp([x, y], 1).max()
    side = max(reach, 2.0) * 0.85
    near.set(xlim=(middle[0] - side, middle[0] + side), ylim=(middle[1] + side, middle[1] - side))
    _title(near, "the same, nearer", "one square is one pixel of the patch")
    near.annotate("fullest place", (x[0], y[0]), (10, 9), **words)
    near.annotate("climbed", (x[-2], y[-2]), (6, 12), **words)
    near.annotate("aligned", (x[-1], y[-1]), (0, -22), ha="center", **words)
    return figure


def outline_picture(stages: Stages, off_px: int = 2, too_large: float = 1.15) -> Figure:
    """Show what one step of alignment recovers of a shift, and of a size, that were put on."""
    figure, panels = _figure(9.6, 3.8, 3)
    mean = stages.tracker._looks.outline.mean
    mean_map, shifted, shrunk = panels
    _show_outline(mean_map, mean, mean)
    _title(mean_map, "mean outline map", "learnt; its outline at one half")
    rows = (
        (shifted, "shift", off_px, 1.0, f"put on {off_px}, {off_px} px"),
        (shrunk, "scale", 0, too_large, f"put on {1 / too_large - 1:.0%}"),
    )
    for axes, name, off, factor, words in rows:
        density, found = _aligned(stages, off, factor)
        _show_outline(axes, density, mean, color=WHITE, linestyles="dashed")
        grown = np.exp(found.log_scale)
        _draw_outline(axes, mean, found.shift, grown, colors=GREEN)
        right, up = found.shift[0], -found.shift[1]
        measured = f"{right:.1f}, {up:.1f} px" if off else f"{grown - 1:.0%}"
        _title(axes, name, f"{words}; found {measured}")
    return figure


def _aligned(stages: Stages, off_px: int, too_large: float) -> tuple[np.ndarray, Alignment]:
    """Align what is seen in a region that is too large, from a pixel that is off."""
    tracker, view = stages.tracker, stages.tracker._other
    center = tracker._view.patch.to_frame(*stages.path[-1])
    region = tracker._extent.region(center).scaled(too_large)
    view.look(stages.now.image, region, tracker._bgr)
    density = view.project(tracker._looks.colors.table)
    column, row = tracker._layout.middle
    pixel = column - off_px, row + off_px
    found = tracker._looks.outline.align(density, pixel)
    return tracker._layout.outline.around(density, *pixel), found


def _show_outline(axes: Axes, values: np.ndarray, mean: np.ndarray, **options: object) -> None:
    rows, columns = values.shape
    extent = (-columns / 2, columns / 2, rows / 2, -rows / 2)
    _show(axes, values, extent, cmap=DENSITY_COLORS, vmin=0, vmax=1)
    _draw_outline(axes, mean, colors=options.pop("color", GREEN), **options)
    axes.set(xlim=extent[:2], ylim=extent[2:])


def _draw_outline(
    axes: Axes,
    mean: np.ndarray,
    shift: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
    **options: object,
) -> None:
    rows, columns = mean.shape
    x, y = np.arange(columns) - columns // 2, np.arange(rows) - rows // 2
    smooth = cv2.GaussianBlur(mean, (0, 0), 1.0)
    lines = axes.contour(
        x * scale + shift[0], y * scale + shift[1], smooth, [0.5], linewidths=2, **options
    )
    lines.set_path_effects(OUTLINED)


def track_picture(stages: Stages) -> Figure:
    """Draw the overlay that `draw` gives."""
    figure, axes = _figure(7.4, 4.4)
    _show_track(axes, stages)
    _title(axes, "track", "box, state, score, the way here, the density")
    return figure


def _show_track(axes: Axes, stages: Stages) -> None:
    now = stages.now
    height, width = now.image.shape[:2]
    drawn = draw(now.image, now.track, trail=stages.trail, density=now.density)
    _show(axes, drawn[..., ::-1], (0, width, height, 0))


def strip_picture(stages: Stages) -> Figure:
    """Draw five small pictures in a row, for the README."""
    figure = Figure(figsize=(14.6, 2.85), layout="constrained")
    wide = stages.now.image.shape[1] / stages.now.image.shape[0]
    panels = figure.subplots(1, 5, width_ratios=(wide, 1, 1, 1, wide))
    view = stages.tracker._view
    rows, columns = view.bins.shape
    extent = (0, columns, rows, 0)
    _show_frame(panels[0], stages)
    _show(panels[1], view.patch.image[..., ::-1], extent)
    _show_density(panels[2], stages.now.density[0])
    top = np.percentile(stages.weights, 99)
    _show(panels[3], stages.weights / top, extent, cmap=DENSITY_COLORS, vmax=1)
    window = stages.tracker._layout.window.weights.shape
    for center, color in ((stages.path[0], CYAN), (stages.path[-1], GREEN)):
        shape = Ellipse(center, window[1], window[0], fill=False, ec=color, lw=2)
        panels[3].add_patch(shape)
    panels[3].plot(*np.transpose(stages.path), "-", color=WHITE, linewidth=1.6)
    _show_track(panels[4], stages)
    for axes, title in zip(panels, ("frame", "patch", "density", "climb", "track"), strict=True):
        axes.set_title(title, fontsize=17, color=INK, weight="bold", pad=8)
    return figure


# --- the score ----------------------------------------------------------------------------------


def score_picture(clip: Clip, steps: list[Step]) -> Figure:
    """Draw score, state and evidence over the clip, with pictures of some moments."""
    figure = Figure(figsize=(9.4, 6.0), layout="constrained")
    grid = figure.add_gridspec(3, 1, height_ratios=(1.15, 2.2, 1.5), hspace=0.04)
    score, evidence = figure.add_subplot(grid[1]), figure.add_subplot(grid[2])
    times = np.array([step.track.time_s for step in steps])
    _draw_moments(figure, grid[0], steps)
    for axes in (score, evidence):
        _tint_states(axes, steps, times)
        axes.set(xlim=(times[0], times[-1]))
        axes.spines[["top", "right"]].set_visible(False)
    score.plot(times, [step.track.score for step in steps], color=INK, linewidth=2.2, label="score")
    found = [
        (time, step.place.evidence) for time, step in zip(times, steps, strict=True) if step.place
    ]
    score.plot(
        [time for time, _ in found],
        [each.probability for _, each in found],
        color=GRAY,
        linewidth=0.9,
        label="probability of each frame",
    )
    hidden = np.array([box is None for box in clip.truth])
    score.fill_between(
        times, -0.09, -0.03, where=hidden, color=INK, step="mid", label="wholly hidden, in truth"
    )
    levels = TrackerConfig().confidence
    for level in (levels.sure_above, levels.doubt_below, levels.seen_above, levels.lost_below):
        score.axhline(level, color=GRAY, linewidth=0.7, linestyle=(0, (2, 4)))
    right = {"transform": score.get_yaxis_transform(), "color": GRAY, "va": "center"}
    score.text(1.005, levels.sure_above + 0.025, "tracking again", **right)
    score.text(1.005, levels.doubt_below - 0.04, "uncertain", **right)
    score.text(1.005, levels.seen_above, "seen again", **right)
    score.text(1.005, levels.lost_below, "lost", **right)
    score.set(ylim=(-0.1, 1.03), ylabel="score", xticklabels=[])
    score.legend(loc="upper center", bbox_to_anchor=(0.5, 0.62), frameon=True, edgecolor=PALE)
    rows = (
        ("first_similarity", TARGET, "similarity to the first colors"),
        ("first_likeness", "#2f6fde", "likeness to the first outline"),
        ("likeness", "#b0569a", "likeness to the learnt outline"),
    )
    for name, color, label in rows:
        values = [getattr(each, name) for _, each in found]
        evidence.plot([time for time, _ in found], values, color=color, linewidth=1.4, label=label)
    evidence.set(ylim=(-0.2, 1.03), ylabel="evidence", xlabel="time in the clip (s)")
    evidence.legend(loc="lower center", ncols=3, frameon=True, edgecolor=PALE)
    return figure


def _intervals(steps: list[Step]) -> list[tuple[State, int, int]]:
    """Give the runs of frames of one state: state, first frame, the one past the last."""
    states = [step.track.state for step in steps]
    starts = [0, *(n for n in range(1, len(states)) if states[n] is not states[n - 1])]
    ends = [*starts[1:], len(states)]
    return [(states[start], start, end) for start, end in zip(starts, ends, strict=True)]


def _draw_moments(figure: Figure, place: SubplotSpec, steps: list[Step]) -> None:
    """Show the middle of each run in which the target was followed or lost."""
    moments = [
        (state, (start + end) // 2)
        for state, start, end in _intervals(steps)
        if state is not State.UNCERTAIN
    ]
    grid = place.subgridspec(1, len(moments), wspace=0.02)
    for cell, (state, index) in zip(grid, moments, strict=True):
        axes, step = figure.add_subplot(cell), steps[index]
        height, width = step.image.shape[:2]
        drawn = draw(step.image, step.track)
        _show(axes, drawn[..., ::-1], (0, width, height, 0))
        color = STATE_TINTS[state]
        words = f"{step.track.time_s:.1f} s  {state}"
        axes.set_title(words, color=color, loc="left", weight="bold", fontsize=11)


def _tint_states(axes: Axes, steps: list[Step], times: np.ndarray) -> None:
    for state, start, end in _intervals(steps):
        right = times[min(end, len(times) - 1)]
        axes.axvspan(times[start], right, color=STATE_TINTS[state], alpha=0.16, linewidth=0)


# --- the moving picture -------------------------------------------------------------------------


def moving_picture(steps: list[Step], path: Path) -> None:
    """Write the README's GIF: every third frame, at the clip's own speed."""
    height, width = steps[0].image.shape[:2]
    size = GIF_WIDTH, round(GIF_WIDTH * height / width)
    tracks = [step.track for step in steps]
    pictures = []
    for index in GIF_FRAMES:
        step, trail = steps[index], tracks[max(index - 40, 0) : index + 1]
        drawn = draw(step.image, step.track, trail=trail, density=step.density)
        small = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
        pictures.append(Image.fromarray(np.ascontiguousarray(small[..., ::-1])))
    palette = _palette(pictures)
    first, *others = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]
    between_s = steps[GIF_FRAMES.step].track.time_s - steps[0].track.time_s
    first.save(path, save_all=True, append_images=others, duration=1000 * between_s, loop=0)


def _palette(pictures: list[Image.Image]) -> Image.Image:
    """Choose colors for all pictures; those of the states are kept as they are."""
    sample = Image.fromarray(np.concatenate([np.asarray(each) for each in pictures[::6]]))
    states = [value for color in STATE_COLORS.values() for value in color[::-1]]
    chosen = sample.quantize(GIF_COLORS - len(STATE_COLORS), kmeans=3).getpalette()
    palette = Image.new("P", (1, 1))
    palette.putpalette(chosen + states)
    return palette


# --- how they look ------------------------------------------------------------------------------


def _figure(width: float, height: float, n_panels: int = 1) -> tuple[Figure, Axes | list[Axes]]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, n_panels)
    return figure, axes if n_panels == 1 else list(axes)


def _title(axes: Axes, name: str, words: str) -> None:
    """Write a name, and below it what is to be seen."""
    bold = name.replace(" ", "~")
    axes.set_title(rf"$\bf{{{bold}}}$" + f"\n{words}", loc="left", fontsize=11, color=INK)


def _show(axes: Axes, picture: np.ndarray, extent: tuple[float, ...], **options: object) -> None:
    axes.imshow(picture, extent=extent, interpolation="nearest", **options)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _show_density(axes: Axes, density: np.ndarray) -> None:
    rows, columns = density.shape
    _show(axes, density, (0, columns, rows, 0), cmap=DENSITY_COLORS, vmin=0, vmax=1)


def _draw_box(axes: Axes, box: Box, color: str, **options: object) -> None:
    shape = Rectangle((box.x, box.y), box.width, box.height, fill=False, ec=color, lw=2, **options)
    axes.add_patch(shape).set_path_effects(OUTLINED)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(
        path,
        dpi=DPI,
        facecolor="white",
        bbox_inches="tight",
        pad_inches=0.06,
        metadata={"Software": None},
    )


def main(arguments: list[str] | None = None) -> None:
    """Make the pictures that are asked for."""
    stages = Stages.of(find_clip(STAGES_CLIP), STAGES_FRAME)
    still: dict[str, Callable[[Stages], Figure]] = {
        "frame": frame_picture,
        "patch": patch_picture,
        "density": density_picture,
        "climb": climb_picture,
        "outline": outline_picture,
        "track": track_picture,
        "strip": strip_picture,
    }
    names = [*still, "score", "following"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    chosen = parser.parse_args(arguments).names or names
    FOLDER.mkdir(exist_ok=True)
    for name in chosen:
        if name in still:
            _save(still[name](stages), FOLDER / f"{name}.png")
    if {"score", "following"} & set(chosen):
        clip = find_clip(MOVING_CLIP)
        _, steps = follow(clip)
        if "score" in chosen:
            _save(score_picture(clip, steps), FOLDER / "score.png")
        if "following" in chosen:
            moving_picture(steps, FOLDER / "following.gif")


if __name__ == "__main__":
    main()
