"""Count how often what goes out of sight is called lost, and followed again when it is back.

    python benchmarks/returns.py

Drawn scenes with exact truth, each of its own ground, colors, size and speed. The target passes
behind a post, with a look-alike of the same colors beside it or without; something passes before
it; it leaves the frame and comes back, on the same side or on the other; or it is gone in the open
and stands elsewhere. It is away for 8 to 60 frames, and the time to come out again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import one_thread  # noqa: F401  # isort: skip

import numpy as np
from many import arguments, over_seeds, title
from saving import machine, save
from scenery import color, ground, screen

from tracker import Box, State, Tracker, iou
from tracker.config import PRESETS
from tracker.synthetic import Camera, Layer, Pose, Scene, Sprite, patchwork
from tracker.synthetic import Path as Way

GOES_AT = 45  # frame from which it is away
STAYS = 45  # frames shown after it is back, or begins to come out
LOST_WITHIN, BACK_WITHIN = 10, 15  # frames: what is asked
WHOLE, GONE = 0.95, 0.02  # share of the target that is seen
EARLY = 10  # frames before it is gone in which most of it may be
FOLLOWED = 0.5  # IoU


class Subject(NamedTuple):
    """What all kinds of scenes are drawn from."""

    random: np.random.Generator
    seed: int
    frame: tuple[int, int]
    colors: tuple[tuple[int, int, int], ...]
    width: int
    height: int
    away: float
    """Frames."""
    speed: float
    """Pixels a frame."""
    y: float
    sway: float

    @property
    def scale(self) -> float:
        """Of the frame, relative to 320 pixels across."""
        return self.frame[0] / 320

    def swayed(self, time: float) -> float:
        """Give how far down the target is."""
        return self.y + self.sway * math.sin(time / 20)

    def screen(self, width: float) -> Sprite:
        """Draw something to hide behind, higher than the frame."""
        return screen(self.random, self.seed + 7, (width, 3 * self.frame[1]))


Kind = Callable[[Subject], tuple[Way, tuple[Layer, ...]]]


def behind_a_post(subject: Subject) -> tuple[Way, tuple[Layer, ...]]:
    """Let the target pass behind something that stands."""
    hidden = subject.speed * subject.away

    def way(time: float) -> Pose:
        return Pose(-hidden / 2 + subject.speed * (time - GOES_AT), subject.swayed(time))

    return way, (Layer(subject.screen(subject.width + hidden)),)


def beside_its_like(subject: Subject) -> tuple[Way, tuple[Layer, ...]]:
    """Do the same beside something of the target's colors, otherwise arranged."""
    way, front = behind_a_post(subject)
    size, seed = (subject.width, subject.height), subject.seed + 99
    alike = patchwork(*size, seed=seed, colors=subject.colors, elliptic=True)
    y = subject.y + (2.0 if subject.y < 0 else -2.0) * subject.height

    def sway(time: float) -> Pose:
        return Pose(subject.sway * math.sin(time / 25) + 0.8 * subject.width, y)

    return way, (*front, Layer(alike, sway))


def something_passes(subject: Subject) -> tuple[Way, tuple[Layer, ...]]:
    """Let something come before the target, stop and go."""
    speed = max(subject.speed, 1.5)
    goes, comes = GOES_AT, GOES_AT + subject.away

    def way(time: float) -> Pose:
        return Pose(0.3 * subject.sway * math.sin(time / 20), subject.y)

    def before(time: float) -> Pose:
        return Pose(speed * (min(time - goes, 0.0) + max(time - comes, 0.0)), 0)

    return way, (Layer(subject.screen(1.6 * subject.width), before),)


def out_and_back(subject: Subject) -> tuple[Way, tuple[Layer, ...]]:
    """Let the target leave the frame, and come back where it left."""
    outside = (subject.frame[0] + subject.width) / 2 + 2
    goes, comes = GOES_AT + 5, GOES_AT + 5 + subject.away

    def way(time: float) -> Pose:
        if time < goes:
            return Pose(outside - (goes - time) * subject.speed, subject.y)
        if time < comes:
            return Pose(outside + 30, subject.y)
        return Pose(outside - (time - comes) * subject.speed, subject.y + 10)

    return way, ()


def back_on_the_other_side(subject: Subject) -> tuple[Way, tuple[Layer, ...]]:
    """Let the target leave the frame, and come back across from there."""
    outside = (subject.frame[0] + subject.width) / 2 + 2
    goes, comes = GOES_AT + 5, GOES_AT + 5 + subject.away

    def way(time: float) -> Pose | None:
        if time < goes:
            return Pose(outside - (goes - time) * subject.speed, subject.y)
        if time < comes:
            return None
        return Pose(-outside + (time - comes) * subject.speed, -subject.y)

    return way, ()


def gone_and_elsewhere(subject: Subject) -> tuple[Way, tuple[Layer, ...]]:
    """Take the target away in the open, and put it down elsewhere."""
    goes, comes = GOES_AT + 5, GOES_AT + 5 + subject.away
    step = min(subject.speed, 1.2 * subject.scale)

    def way(time: float) -> Pose | None:
        if time < goes:
            return Pose((time - goes) * step, subject.swayed(time))
        if time < comes:
            return None
        return Pose(subject.frame[0] / 5, subject.swayed(time) - 2 * subject.y)

    return way, ()


KINDS: tuple[Kind, ...] = (
    behind_a_post,
    beside_its_like,
    out_and_back,
    back_on_the_other_side,
    gone_and_elsewhere,
    something_passes,
)


def drawn(seed: int) -> Scene:
    """Draw the scene of a seed; the kinds take turns."""
    random = np.random.default_rng(seed)
    frame = (320, 240) if random.random() < 0.6 else (640, 480)
    ground_layer = ground(random, seed, (2 * frame[0], 2 * frame[1]))
    colors = tuple(color(random, 20, 235) for _ in range(int(random.integers(1, 6))))
    scale = frame[0] / 320
    side, root_aspect = random.uniform(18, 60) * scale, math.sqrt(random.uniform(0.4, 2.5))
    width, height = int(side * root_aspect), int(side / root_aspect)
    elliptic = bool(random.random() < 0.6)
    target = patchwork(width, height, seed=seed + 1, colors=colors, elliptic=elliptic)
    away, speed = random.uniform(8, 60), random.uniform(0.5, 4) * scale
    y, sway = random.uniform(-0.25, 0.25) * frame[1], random.uniform(0, 15) * scale
    subject = Subject(random, seed, frame, colors, width, height, away, speed, y, sway)
    way, front = KINDS[seed % len(KINDS)](subject)
    camera = Camera(size=frame, noise=random.uniform(0, 6))
    n_frames = int(GOES_AT + away + STAYS)
    return Scene(n_frames, ground_layer, Layer(target, way), front=front, camera=camera)


class Fate(NamedTuple):
    """What became of one target."""

    kind: str
    followed: bool
    """Before it went."""
    away: int
    """Frames until it was whole again."""
    shown: int
    """Frames after that."""
    lost_after: float
    """Frames; infinite when it was not said."""
    back_after: float


def fates(seed: int) -> dict[str, Fate]:
    """Follow the target of a seed by both presets; none when it does not go, or is not whole."""
    scene = drawn(seed)
    seen = np.array([scene.seen(index) for index in range(len(scene))])
    start = _first(seen > 0.99, 0)
    goes = _first(seen < GONE, start)
    if start > GOES_AT - 10 or goes == len(scene):
        return {}
    frames = [scene.image(index) for index in range(start, len(scene))]
    boxes = [scene.whole(index) for index in range(start, len(scene))]
    kind = KINDS[seed % len(KINDS)]
    return {preset: _fate(kind, seen[start:], frames, boxes, preset) for preset in PRESETS}


def _fate(
    kind: Kind,
    seen: np.ndarray,
    frames: list[np.ndarray],
    boxes: list[Box | None],
    preset: str,
) -> Fate:
    """Follow a target from the first frame, in which it is whole."""
    tracker = Tracker(frames[0], boxes[0], preset=preset)
    tracks = [tracker.track, *map(tracker.update, frames[1:])]
    pairs = zip(tracks, boxes, strict=True)
    overlaps = np.array([0.0 if box is None else iou(track.box, box) for track, box in pairs])
    lost = np.array([track.state is State.LOST for track in tracks])
    goes = _first(seen < GONE, 0)
    comes = _first(seen > WHOLE, goes)
    said = _first(lost[:comes], max(goes - EARLY, 0))
    back = _first((overlaps > FOLLOWED) & ~lost, comes)
    return Fate(
        title(kind),
        bool(overlaps[:goes][seen[:goes] > 0.9].mean() > FOLLOWED),
        comes - goes,
        len(seen) - comes,
        said - goes if said < comes else math.inf,
        back - comes if back < len(seen) else math.inf,
    )


def _first(flags: np.ndarray, start: int) -> int:
    """Give the first index from *start* on that is true; the length when none is."""
    true = np.flatnonzero(flags[start:])
    return start + int(true[0]) if len(true) else len(flags)


def counted(all_fates: list[dict[str, Fate]], preset: str) -> dict[str, dict[str, int]]:
    """Count, by kind, those that had the time to be lost and to be back, and those that were."""
    counts = {}
    for kind in map(title, KINDS):
        of_kind = [each[preset] for each in all_fates if each and each[preset].kind == kind]
        left = [each for each in of_kind if each.followed and each.away >= LOST_WITHIN]
        came = [each for each in of_kind if each.followed and each.shown >= BACK_WITHIN]
        counts[kind] = {
            "left": len(left),
            "lost": sum(each.lost_after <= LOST_WITHIN for each in left),
            "came": len(came),
            "back": sum(each.back_after <= BACK_WITHIN for each in came),
        }
    return counts


def main() -> None:
    """Run both presets on all scenes, and print, for each kind, how many were lost and back."""
    asked = arguments(__doc__.splitlines()[0], 240)
    all_fates = over_seeds(fates, asked)
    found = {"machine": machine(), "scenes": asked.scenes}
    for preset in PRESETS:
        found[preset] = counted(all_fates, preset)
        print(f"\n{preset:26}{f'lost in {LOST_WITHIN}':>14}{f'back in {BACK_WITHIN}':>14}")
        for kind, n in found[preset].items():
            lost, back = f"{n['lost']} of {n['left']}", f"{n['back']} of {n['came']}"
            print(f"{kind:26}{lost:>14}{back:>14}")
    save(found, asked.output, "returns")


if __name__ == "__main__":
    main()
