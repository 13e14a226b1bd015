"""Make the pictures of docs/clustering.md: mean shift on points, on a picture, in a video.

    python docs/clustering.py          # all of them, into docs/pictures
    python docs/clustering.py climb    # those whose names are given

Needs ``pip install ".[plot]"`` and a checkout. Same code, same pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, Rectangle
from PIL import Image

from tracker import Tracker, open_video
from tracker.clips import find_clip
from tracker.clustering import MeanShift, bandwidth_profile, seed_paths
from tracker.clustering.plots import COLORS, draw_clusters, draw_profile

FOLDER = Path(__file__).parent / "pictures"
INK, GRAY, GREEN = "#1f2328", "#9aa4af", "#2fd486"
DPI = 100
TITLE = {"fontsize": 10.5, "color": INK}

BANDWIDTH = 1.2
FRAME_MS, LAST_MS = 220, 2500
GIF_COLORS = 128
CIRCLED = 11  # one window in so many is drawn; all of them hide the points

CLIP, FIRST, LAST = "reentry", 0, 21


def points() -> np.ndarray:
    """Three blobs of different width and weight, and a few strays."""
    rng = np.random.default_rng(4)
    blobs = [((0, 0), 0.7, 260), ((3.2, 0.6), 0.45, 180), ((1.2, 2.9), 0.55, 130)]
    drawn = [rng.normal(place, spread, (count, 2)) for place, spread, count in blobs]
    return np.concatenate([*drawn, rng.uniform((-2.5, -2.2), (5, 4.7), (40, 2))])


def seeds(on: np.ndarray) -> np.ndarray:
    """Give the points of a grid that have a point of *on* near them."""
    columns, rows = np.meshgrid(np.arange(-2, 5, 0.75), np.arange(-2, 4.6, 0.75))
    grid = np.stack([columns.ravel(), rows.ravel()], axis=1)
    near = np.linalg.norm(grid[:, None] - on, axis=2).min(axis=1) < BANDWIDTH / 2
    return grid[near]


def climb_animation(path: Path) -> None:
    """Write the animation of the seeds climbing, each in the color of where it will arrive."""
    on = points()
    paths = seed_paths(on, seeds(on), bandwidth=BANDWIDTH)
    model = MeanShift(bandwidth=BANDWIDTH, seeds=paths[0]).fit(on)
    colors = np.array(COLORS)[model.predict(paths[-1]) % len(COLORS)]
    frames = [_climb_frame(on, paths[: step + 1], colors, model) for step in range(len(paths))]
    done = _climb_frame(on, paths, colors, model, labels=model.labels_)
    some = [frames[0], frames[len(frames) // 4], done]
    shared = Image.fromarray(np.vstack([np.asarray(each) for each in some])).quantize(GIF_COLORS)
    frames = [frame.quantize(palette=shared, dither=Image.Dither.NONE) for frame in [*frames, done]]
    durations = [3 * FRAME_MS] + [FRAME_MS] * (len(frames) - 2) + [LAST_MS]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations, loop=0)


def _climb_frame(
    on: np.ndarray,
    paths: np.ndarray,
    colors: np.ndarray,
    model: MeanShift,
    labels: np.ndarray | None = None,
) -> Image.Image:
    figure = Figure(figsize=(4.6, 4.5), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    tints = GRAY if labels is None else np.array(COLORS)[labels % len(COLORS)]
    axes.scatter(*on.T, s=6, c=tints, linewidths=0, alpha=0.7)
    _draw_paths(axes, paths, colors)
    for center in paths[-1, ::CIRCLED] if labels is None else model.cluster_centers_:
        axes.add_patch(Circle(center, BANDWIDTH, fill=False, color=INK, linewidth=0.6, alpha=0.6))
    axes.set(xlim=(-3.3, 6), ylim=(-3.3, 5.5), aspect="equal", xticks=[], yticks=[])
    words = (
        f"step {len(paths) - 1}" if labels is None else f"{len(model.cluster_centers_)} clusters"
    )
    axes.set_title(words, loc="left", fontsize=11, color=INK)
    axes.spines[:].set_visible(False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def _draw_paths(axes: Axes, paths: np.ndarray, colors: np.ndarray) -> None:
    for way, color in zip(paths.transpose(1, 0, 2), colors, strict=True):
        axes.plot(*way.T, color=color, linewidth=1.0, alpha=0.8)
        axes.plot(*way[-1], "o", color=color, markersize=4.5, markeredgecolor="white", mew=0.6)


def three_picture() -> Figure:
    """Draw the same climb over points, over the pixels of a density, and over time."""
    figure = Figure(figsize=(12.4, 3.6), dpi=DPI, layout="constrained")
    panels = figure.subplots(
        1, 3, width_ratios=(1, 1, 1.78)
    )  # as wide as the pictures at one height
    _on_points(panels[0])
    clip = find_clip(CLIP)
    with open_video(clip.path, max_frames=LAST + 1) as video:
        frames = list(video)
    ours = Tracker(frames[FIRST].image, clip.truth[FIRST], preset="fast")
    tracks = [ours.track, *(ours.update(frame.image, frame.time_s) for frame in frames[1:])]
    _on_a_picture(panels[1], ours, tracks[-2].box)
    _in_a_video(panels[2], frames[-1].image, tracks)
    return figure


def _on_points(axes: Axes) -> None:
    on = points()
    paths = seed_paths(on, seeds(on), bandwidth=BANDWIDTH)
    axes.scatter(*on.T, s=4, c=GRAY, linewidths=0)
    centers = MeanShift(bandwidth=BANDWIDTH, seeds=paths[0]).fit(on)
    _draw_paths(axes, paths, np.array(COLORS)[centers.predict(paths[-1]) % len(COLORS)])
    axes.set(box_aspect=1, aspect="equal", adjustable="datalim", xticks=[], yticks=[])
    axes.set_title("points, each as heavy as the next", **TITLE)


def _on_a_picture(axes: Axes, ours: Tracker, before: object) -> None:
    """Let the ends of the last box climb the density as if its pixels were weighted points."""
    density, region = ours.density()
    rows, columns = density.shape
    axes.imshow(density, cmap="inferno", vmin=0, vmax=1, extent=(0, columns, rows, 0))
    pixels = np.argwhere(density > 0)
    weights = density[density > 0].astype(float)
    scale = columns / region.width
    bandwidth = before.width * scale / 2
    middle = np.array([(before.center[1] - region.y), before.center[0] - region.x]) * scale
    ways = middle + bandwidth * np.array(
        [[-0.8, -0.8], [-0.8, 0.8], [0.8, -0.8], [0.8, 0.8], [0, 0]]
    )
    paths = seed_paths(pixels, ways, bandwidth=bandwidth, sample_weight=weights)[..., ::-1] + 0.5
    _draw_paths(axes, paths, np.array([GREEN] * len(ways)))
    end = paths[-1, -1]
    axes.add_patch(Ellipse(end, 2 * bandwidth, 2 * bandwidth, fill=False, color=GREEN, lw=1.6))
    axes.set(xticks=[], yticks=[])
    axes.set_title("pixels, as heavy as they are like the target", **TITLE)


def _in_a_video(axes: Axes, image: np.ndarray, tracks: list) -> None:
    axes.imshow(image[..., ::-1])
    way = np.array([track.box.center for track in tracks])
    axes.plot(*way.T, "-o", color=GREEN, markersize=3, linewidth=1.2)
    box = tracks[-1].box
    corner = box.x, box.y
    axes.add_patch(Rectangle(corner, box.width, box.height, fill=False, color=GREEN, linewidth=2))
    axes.set(xticks=[], yticks=[])
    axes.set_title("a video: each frame begins where the last one ended", **TITLE)


def clusters_picture() -> Figure:
    """Draw the clusters as `tracker cluster --plot` does."""
    on = points()
    model = MeanShift(bandwidth=BANDWIDTH, bin_seeding=True, cluster_all=False, min_bin_freq=5)
    model.fit(on)
    return draw_clusters(
        on, model.labels_, model.cluster_centers_, bandwidth=BANDWIDTH, names=["x", "y"]
    )


def profile_picture() -> Figure:
    """Draw the sweep of bandwidths as `tracker cluster --profile` does."""
    return draw_profile(bandwidth_profile(points()))


FIGURES = {"three": three_picture, "clusters": clusters_picture, "profile": profile_picture}


def main() -> None:
    """Make the pictures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="climb, " + ", ".join(FIGURES))
    wanted = parser.parse_args().names or ["climb", *FIGURES]
    for name in wanted:
        if name == "climb":
            path = FOLDER / "clustering-climb.gif"
            climb_animation(path)
        else:
            path = FOLDER / f"clustering-{name}.png"
            FIGURES[name]().savefig(path, dpi=DPI)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
