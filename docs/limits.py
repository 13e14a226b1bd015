"""Measure what the tracker follows and what it does not, on scenes and clips with exact truth.

    python docs/limits.py

Writes the tables of docs/limits.md. Same code, same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from tracker import Box, State, Track, Tracker, iou, open_video
from tracker.clips import find_clip
from tracker.config import PRESETS
from tracker.synthetic import (
    SCENES,
    Camera,
    Layer,
    Light,
    Pose,
    Scene,
    Sprite,
    patchwork,
    texture,
)
from tracker.synthetic import (
    Path as Way,
)

PAGE = Path(__file__).with_name("limits.md")
CLIPS = ("rotation", "occlusion", "lookalike", "reentry")
SIDE = 40  # px of the target of the trials
N_FRAMES = 60
FOLLOWED = 0.5  # IoU
GROUND = Layer(Sprite.of(texture(1280, 960, seed=2)))


class Run(NamedTuple):
    """A scene or clip as a preset followed it; the first frame counts as followed."""

    separability: float
    tracks: list[Track]
    overlaps: np.ndarray
    """IoU of each frame; NaN where the target is not seen."""

    @property
    def seen(self) -> np.ndarray:
        """Give the overlaps of the frames with a target to see."""
        return self.overlaps[~np.isnan(self.overlaps)]

    @property
    def followed(self) -> float:
        """Tell in what share of those frames the target was followed."""
        return float((self.seen > FOLLOWED).mean())

    @property
    def lost(self) -> float:
        """Tell in what share of all frames it was said to be lost."""
        return float(np.mean([track.state is State.LOST for track in self.tracks]))

    @property
    def wrong(self) -> float:
        """Tell in what share of all frames it was sure, and the box held nothing of the target."""
        sure = np.array([track.state is State.TRACKING for track in self.tracks])
        return float((sure & ~(self.overlaps > 0)).mean())


def follow(preset: str, frames: Iterable[tuple[np.ndarray, Box | None]]) -> Run:
    """Follow from the first truth box."""
    frames = iter(frames)
    image, box = next(frames)
    tracker = Tracker(image, box, preset=preset)
    tracks, overlaps = [tracker.track], [1.0]
    for image, truth in frames:
        tracks.append(tracker.update(image))
        overlaps.append(math.nan if truth is None else float(iou(tracks[-1].box, truth)))
    return Run(tracker.separability, tracks, np.array(overlaps))


def row(preset: str, name: str, frames: Iterable[tuple[np.ndarray, Box | None]]) -> str:
    """Sum up one scene or clip as a line of a table."""
    run = follow(preset, frames)
    return (
        f"| {name} | {run.separability:.2f} | {run.seen.mean():.2f} | {run.followed:.0%} | "
        f"{run.lost:.0%} | {run.wrong:.0%} |"
    )


def clip_frames(name: str) -> Iterable[tuple[np.ndarray, Box | None]]:
    """Give the frames of a bundled clip with their truth."""
    clip = find_clip(name)
    with open_video(clip.path) as video:
        for frame in video:
            yield frame.image, clip.truth[frame.index]


def staged(path: Way, target: Sprite | None = None, n_frames: int = N_FRAMES, **parts) -> Scene:
    """Put one target on the ground, before a camera."""
    sprite = target or patchwork(SIDE, SIDE, seed=1, elliptic=True)
    return Scene(n_frames, GROUND, Layer(sprite, path), camera=Camera(size=(640, 480), **parts))


def followed(preset: str, scene: Scene) -> str:
    """Give the share of frames in which the target was followed."""
    return f"{follow(preset, scene).followed:.0%}"


def moving(preset: str, sides: float) -> str:
    """Go round at an even speed, in sides of the target a frame."""
    radius = 150.0

    def path(time: float) -> Pose:
        angle = sides * SIDE * time / radius
        return Pose(radius * math.cos(angle), radius * math.sin(angle))

    return followed(preset, staged(path))


def jumping(preset: str, sides: float) -> str:
    """Stand still, and jump once in frame 10."""
    return followed(preset, staged(lambda time: Pose(-60 + (sides * SIDE if time >= 10 else 0), 0)))


def growing(preset: str, factor: float) -> str:
    """Grow or shrink by a factor a frame, up to a factor of 4."""
    return followed(preset, staged(lambda time: Pose(scale=min(max(factor**time, 0.25), 4.0))))


def turning(preset: str, degrees: float) -> str:
    """Turn a target twice as long as wide; give the share of frames with the angle to 15°."""
    target = patchwork(80, 40, seed=1, elliptic=True)
    scene = staged(lambda time: Pose(angle_deg=degrees * time), target)
    tracker = Tracker(*scene[0], preset=preset)
    angles = [tracker.update(image).rotated_box.angle_deg for image, _ in scene[1:]]
    errors = np.array(angles) - degrees * np.arange(1, N_FRAMES)
    return f"{(np.abs((errors + 90) % 180 - 90) < 15).mean():.0%}"


def dimming(preset: str, n_frames: int) -> str:
    """Halve the light evenly within so many frames, and leave it so for thirty."""

    def light(time: float) -> Light:
        return Light(1 - 0.5 * min(time / n_frames, 1))

    return followed(
        preset, staged(lambda time: Pose(x=time / 2), n_frames=n_frames + 30, light=light)
    )


def small(preset: str, side: int) -> str:
    """Follow a target of so many pixels."""
    target = patchwork(side, side, seed=1, elliptic=True)
    return followed(preset, staged(lambda time: Pose(x=side * (time / 15 - 2)), target))


def camouflaged(preset: str, share: float) -> str:
    """Draw the target as a piece of other ground, with so much of colors of its own."""
    ground = texture(SIDE, SIDE, seed=9).astype(np.float64)
    own = cv2.resize(OWN_COLORS, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    target = Sprite.of(np.rint(share * own + (1 - share) * ground).astype(np.uint8))
    scene = staged(lambda time: Pose(x=-60 + 2 * time), target)
    return f"{followed(preset, scene)} ({Tracker(*scene[0]).separability:.2f})"


OWN_COLORS = np.array([[[210, 60, 40], [40, 40, 210]], [[30, 190, 235], [90, 60, 120]]], np.float64)
TRIALS: dict[str, tuple[Callable[..., str], tuple[float, ...]]] = {
    "moves round, sides a frame": (moving, (0.1, 0.25, 0.5, 0.75, 1.0, 1.5)),
    "jumps once, sides": (jumping, (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)),
    "grows or shrinks, times a frame": (growing, (0.95, 0.97, 0.98, 1.02, 1.03, 1.05)),
    "turns, degrees a frame": (turning, (1, 3, 6, 10, 20)),
    "light halves, in frames": (dimming, (1, 5, 30, 120)),
    "side, pixels": (small, (6, 8, 12, 20, 100)),
    "share of colors of its own": (camouflaged, (0.5, 0.3, 0.2, 0.1, 0.0)),
}


def scene_table(preset: str) -> str:
    """Give a preset's table of all clips and ready-made scenes."""
    head = (
        "| | separability | mean IoU | IoU > 0.5 | lost | sure and wrong |\n|---" + 5 * "|--:" + "|"
    )
    rows = [row(preset, f"clip `{name}`", clip_frames(name)) for name in CLIPS]
    rows += [row(preset, f"scene `{name}`", scene()) for name, scene in SCENES.items()]
    return "\n".join([head, *rows])


def trial_tables() -> str:
    """Give a table for each trial, with a line for each preset."""
    tables = []
    for name, (measure, values) in TRIALS.items():
        head = f"| {name} | " + " | ".join(f"{value:g}" for value in values) + " |"
        rows = [
            f"| {preset} | " + " | ".join(measure(preset, value) for value in values) + " |"
            for preset in PRESETS
        ]
        tables.append("\n".join([head, "|---" + "|--:" * len(values) + "|", *rows]))
    return "\n\n".join(tables)


def write(name: str, table: str) -> None:
    """Put a table between its marks on the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(f"<!-- {name} -->\n")
    page = f"{before}<!-- {name} -->\n{table}\n<!-- end{rest.split('<!-- end', 1)[1]}"
    PAGE.write_text(page, encoding="utf-8")
    print(f"{table}\n")


def main() -> None:
    """Measure, and put the tables between their marks on the page."""
    tables = {f"scenes {preset}": scene_table(preset) for preset in PRESETS}
    for name, table in {**tables, "trials": trial_tables()}.items():
        write(name, table)


if __name__ == "__main__":
    main()
