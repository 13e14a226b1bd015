"""Measure how well targets are followed while something changes: they stay in sight.

    python benchmarks/changes.py

Drawn scenes with exact truth, each of its own ground, colors, size and speed. The target grows,
shrinks or turns; the light dims, is switched or gets another color; the camera shakes or pans; and
so on, one thing in each scene, a little or much.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import one_thread  # noqa: F401  # isort: skip

import numpy as np
from many import arguments, over_seeds, title
from saving import machine, save
from scenery import color, ground, screen

from tracker import Box, State, Tracker, iou
from tracker.config import PRESETS
from tracker.synthetic import Camera, Layer, Light, Pose, Scene, Sprite, patchwork, shaken, still

N_FRAMES = 120
FRAME = (320, 240)
CHANGES_AT = 20  # frame
FOLLOWED = 0.5  # IoU
WRONG = 0.2  # IoU below which a box is not on the target
SEEN = 0.9  # share of the target that is seen in the frames that count


@dataclass(frozen=True)
class Subject:
    """A target, and the way it goes when nothing changes."""

    random: np.random.Generator
    seed: int
    side: float
    aspect: float
    colors: tuple[tuple[int, int, int], ...]
    elliptic: bool
    speed: float
    """Pixels a frame, at most."""
    phases: tuple[float, float]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        root = math.sqrt(self.aspect)
        return max(int(self.side * root), 3), max(int(self.side / root), 3)

    def sprite(self, seed: int = 1) -> Sprite:
        """Draw it; another seed gives others of its colors."""
        return patchwork(
            *self.size, seed=self.seed + seed, colors=self.colors, elliptic=self.elliptic
        )

    def place(self, time: float) -> tuple[float, float]:
        """Give where it is: it swings about the middle of the frame."""
        across, down = (
            0.7 * max((length - own) / 2 - 10, 10)
            for length, own in zip(FRAME, self.size, strict=True)
        )
        turn = self.speed / across * time
        return (
            across * math.sin(turn + self.phases[0]),
            down * math.sin(0.8 * turn + self.phases[1]),
        )

    def way(self, time: float) -> Pose:
        """Give its place, upright and as large as it is."""
        return Pose(*self.place(time))

    def scene(self, camera: dict[str, Any] | None = None, **parts: Any) -> Scene:
        """Stage it; *parts* are those of a scene, or `way` and `sprite` of the target."""
        layer = Layer(parts.pop("sprite", None) or self.sprite(), parts.pop("way", self.way))
        noise = self.random.uniform(0, 6)
        scenery = ground(self.random, self.seed, (3 * FRAME[0], 3 * FRAME[1]))
        eye = Camera(size=FRAME, noise=noise, **(camera or {}))
        return Scene(N_FRAMES, scenery, layer, camera=eye, **parts)


def _sized(subject: Subject, least: float, most: float) -> Subject:
    return dataclasses.replace(subject, side=subject.random.uniform(least, most))


def _growing(subject: Subject, factor: float) -> Scene:
    duration = subject.random.uniform(40, 110)

    def way(time: float) -> Pose:
        x, y = subject.place(time)
        return Pose(0.4 * x, 0.4 * y, scale=factor ** min(time / duration, 1.0))

    return subject.scene(way=way)


def grows(subject: Subject) -> Scene:
    """Let it grow 2 to 4 times."""
    return _growing(_sized(subject, 16, 34), subject.random.uniform(2, 4))


def shrinks(subject: Subject) -> Scene:
    """Let it shrink 2 to 4 times."""
    return _growing(_sized(subject, 70, 130), 1 / subject.random.uniform(2, 4))


def turns(subject: Subject) -> Scene:
    """Turn it by 0.5° to 4° a frame."""
    rate = subject.random.uniform(0.5, 4) * subject.random.choice([-1, 1])
    return subject.scene(way=lambda time: subject.way(time)._replace(angle_deg=rate * time))


def changes_its_pattern(subject: Subject) -> Scene:
    """Fade its pattern to another one of the same colors and back."""
    first, other = subject.sprite(), subject.sprite(seed=55)
    duration = subject.random.uniform(30, 90)

    def faded(time: float) -> Sprite:
        share = np.float32(0.5 - 0.5 * math.cos(math.pi * time / duration))
        picture = first.levels[0] * (1 - share) + other.levels[0] * share
        return Sprite((picture,), first.middle, first.outline)

    return subject.scene(sprite=faded)


def light_dims(subject: Subject) -> Scene:
    """Dim the light to 0.3 to 0.6 within 1 to 80 frames."""
    gain, duration = subject.random.uniform(0.3, 0.6), subject.random.uniform(1, 80)

    def light(time: float) -> Light:
        return Light(gain ** min(max(time - CHANGES_AT, 0) / duration, 1.0))

    return subject.scene({"light": light})


def light_is_switched_on(subject: Subject) -> Scene:
    """Make it 1.3 to 1.9 times as bright from one frame to the next: much is overexposed."""
    bright = Light(subject.random.uniform(1.3, 1.9), subject.random.uniform(0.7, 1))
    return subject.scene({"light": lambda time: bright if time >= CHANGES_AT else Light()})


def light_gets_another_color(subject: Subject) -> Scene:
    """Multiply each channel by its own factor, 0.6 to 1.3, within 1 to 60 frames."""
    gains, duration = subject.random.uniform(0.6, 1.3, 3), subject.random.uniform(1, 60)

    def light(time: float) -> Light:
        blue, green, red = (gains ** min(max(time - CHANGES_AT, 0) / duration, 1.0)).tolist()
        return Light((blue, green, red))

    return subject.scene({"light": light})


def gray(subject: Subject) -> Scene:
    """See it in gray."""
    return subject.scene({"gray": True})


def camera_shakes(subject: Subject) -> Scene:
    """Shake the camera by 2 to 10 pixels, with motion blur."""
    shaking = shaken(still, amplitude=subject.random.uniform(2, 10), seed=subject.seed)
    return subject.scene({"path": shaking, "shutter": subject.random.uniform(0, 0.6), "samples": 4})


def camera_pans(subject: Subject) -> Scene:
    """Let the camera follow it over the ground, 0.5 to 3 pixels a frame."""
    speed = subject.random.uniform(0.5, 3)

    def eye(time: float) -> Pose:
        return Pose(speed * time, 30 * math.sin(time / 25))

    def way(time: float) -> Pose:
        (x, y), center = subject.place(time), eye(time)
        return Pose(center.x + x, center.y + y)

    return subject.scene({"path": eye}, way=way)


def jumps(subject: Subject) -> Scene:
    """Let each frame take it a random step of 0.15 to 0.6 sides."""
    step = subject.random.uniform(0.15, 0.6) * subject.side
    steps = np.cumsum(subject.random.normal(0, step, (N_FRAMES + 1, 2)), axis=0)
    reach = [0.35 * (length - subject.side) for length in FRAME]

    def way(time: float) -> Pose:
        x, y = steps[int(time)]
        return Pose(_mirrored(x, reach[0]), _mirrored(y, reach[1]))

    return subject.scene(way=way)


def _mirrored(place: float, reach: float) -> float:
    """Bring a place on a line to within a reach of 0, as between mirrors."""
    along = (place + reach) % (4 * reach)
    return along - reach if along <= 2 * reach else 3 * reach - along


def low_rate(subject: Subject) -> Scene:
    """Keep every third to ninth frame only."""
    return subject.scene(time_step=float(subject.random.integers(3, 10)))


def motion_blurs(subject: Subject) -> Scene:
    """Let it go two to four times as fast before an open shutter."""
    faster = dataclasses.replace(subject, speed=subject.speed * subject.random.uniform(2, 4))
    return faster.scene({"shutter": 1.0, "samples": 6})


def something_hides_a_part(subject: Subject) -> Scene:
    """Let it pass behind three posts of 0.3 to 0.8 of its width."""
    width = max(subject.random.uniform(0.3, 0.8) * subject.size[0], 2)
    post = screen(subject.random, subject.seed + 7, (width, 3 * FRAME[1]))
    front = tuple(Layer(post, lambda time, x=x: Pose(x, 0)) for x in (-96, 0, 96))
    return subject.scene(front=front)


def a_look_alike_passes(subject: Subject) -> Scene:
    """Let another of its colors pass before it or behind it, the other way."""
    x, y = subject.place(60)
    speed = -math.copysign(1.5, subject.place(61)[0] - x)

    def way(time: float) -> Pose:
        return Pose(x + speed * (time - 60), y + 0.15 * subject.size[1])

    where = str(subject.random.choice(["behind", "front"]))
    return subject.scene(**{where: (Layer(subject.sprite(seed=99), way),)})


def is_small(subject: Subject) -> Scene:
    """Draw it 7 to 14 pixels large."""
    return _sized(subject, 7, 14).scene()


def is_thin(subject: Subject) -> Scene:
    """Draw it four to eight times as long as wide, or as wide as long."""
    aspect = subject.random.uniform(4, 8)
    return dataclasses.replace(
        subject, aspect=aspect if subject.random.random() < 0.5 else 1 / aspect
    ).scene()


KINDS: tuple[Callable[[Subject], Scene], ...] = (
    grows,
    shrinks,
    turns,
    changes_its_pattern,
    light_dims,
    light_is_switched_on,
    light_gets_another_color,
    gray,
    camera_shakes,
    camera_pans,
    jumps,
    low_rate,
    motion_blurs,
    something_hides_a_part,
    a_look_alike_passes,
    is_small,
    is_thin,
)


def drawn(seed: int) -> Scene:
    """Draw the scene of a seed; the kinds take turns."""
    random = np.random.default_rng(seed)
    phases = random.uniform(0, 2 * math.pi, 2).tolist()
    subject = Subject(
        random,
        seed,
        side=random.uniform(18, 60),
        aspect=random.uniform(0.4, 2.5),
        colors=tuple(color(random, 20, 235) for _ in range(int(random.integers(1, 6)))),
        elliptic=bool(random.random() < 0.6),
        speed=random.uniform(0.3, 2.5),
        phases=(phases[0], phases[1]),
    )
    return KINDS[seed % len(KINDS)](subject)


class Outcome(NamedTuple):
    """How well one target was followed, over the frames in which it is seen."""

    kind: str
    overlap: float
    """Mean IoU."""
    followed: float
    """Share of frames."""
    lost: float
    """The same."""
    sure_and_wrong: float
    """The same: called tracking, and not on the target."""


def outcomes(seed: int) -> dict[str, Outcome]:
    """Follow the target of a seed by both presets, from the first frame in which it is whole."""
    scene = drawn(seed)
    seen = np.array([scene.seen(index) for index in range(len(scene))])
    whole = np.flatnonzero(seen > 0.99)
    if len(whole) == 0:
        return {}
    start = int(whole[0])
    frames = [scene.image(index) for index in range(start, len(scene))]
    boxes = [scene.whole(index) for index in range(start, len(scene))]
    kind = title(KINDS[seed % len(KINDS)])
    return {preset: _outcome(kind, frames, boxes, seen[start:], preset) for preset in PRESETS}


def _outcome(
    kind: str, frames: list[np.ndarray], boxes: list[Box | None], seen: np.ndarray, preset: str
) -> Outcome:
    tracker = Tracker(frames[0], boxes[0], preset=preset)
    tracks = [tracker.track, *map(tracker.update, frames[1:])]
    overlaps = np.array([iou(track.box, box) for track, box in zip(tracks, boxes, strict=True)])
    lost = np.array([track.state is State.LOST for track in tracks])
    sure = np.array([track.state is State.TRACKING for track in tracks])
    overlaps, lost, sure = (each[seen > SEEN] for each in (overlaps, lost, sure))
    return Outcome(
        kind,
        float(overlaps.mean()),
        float((overlaps > FOLLOWED).mean()),
        float(lost.mean()),
        float((sure & (overlaps < WRONG)).mean()),
    )


def means(all_outcomes: list[dict[str, Outcome]], preset: str) -> dict[str, dict[str, float]]:
    """Average the outcomes of each kind, and of all."""
    rows = [each[preset] for each in all_outcomes if each]
    groups = {kind: [row for row in rows if row.kind == kind] for kind in map(title, KINDS)}
    return {
        kind: {
            "scenes": len(group),
            **{
                figure: float(np.mean([getattr(row, figure) for row in group]))
                for figure in Outcome._fields[1:]
            },
        }
        for kind, group in {**groups, "all": rows}.items()
        if group
    }


def main() -> None:
    """Run both presets on all scenes, and print the means of each kind."""
    asked = arguments(__doc__.splitlines()[0], 255)
    all_outcomes = over_seeds(outcomes, asked)
    found = {"machine": machine(), "scenes": asked.scenes}
    for preset in PRESETS:
        found[preset] = means(all_outcomes, preset)
        print(f"\n{preset:26}{'mean IoU':>10}{'IoU > 0.5':>11}{'lost':>8}{'sure, wrong':>13}")
        for kind, row in found[preset].items():
            print(
                f"{kind:26}{row['overlap']:10.2f}{row['followed']:11.0%}"
                f"{row['lost']:8.0%}{row['sure_and_wrong']:13.0%}"
            )
    save(found, asked.output, "changes")


if __name__ == "__main__":
    main()
