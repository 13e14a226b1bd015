"""Draw ten scenes that go wrong as the worst stretches of real footage do.

    python docs/hard_scenes.py

Writes their table in docs/limits.md, and docs/pictures/hard-scenes.jpg: where the target is (white)
and where the preset `robust` takes it to be (red; broken while it says that it is lost). Same code,
same pictures.
"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from limits import Run, follow, write

from tracker import Box, RotatedBox, State
from tracker.config import PRESETS
from tracker.overlay.outline import draw_outline
from tracker.overlay.primitives import drawing_unit
from tracker.synthetic import Camera, Layer, Light, Pose, Scene, Sprite, patchwork, texture

PICTURE = Path(__file__).with_name("pictures") / "hard-scenes.jpg"
SIZE = (320, 240)
N_SHOWN = 5  # frames of each scene, evenly
SHOWN_WIDTH = 200
LABEL_HEIGHT = 20
WHITE, RED = (255, 255, 255), (60, 60, 255)

MEADOW = Sprite.of(texture(seed=2))
ROCKS = patchwork(
    640,
    480,
    seed=8,
    colors=(
        (60, 70, 60),
        (120, 130, 120),
        (90, 100, 110),
        (150, 160, 150),
        (70, 90, 100),
        (40, 50, 60),
        (170, 170, 165),
    ),
)
DARK = ((30, 35, 45), (45, 50, 60), (60, 60, 80))
SKIN = ((140, 170, 215), (120, 150, 200), (40, 40, 160))
SHIRT = ((60, 150, 40), (50, 120, 30), (235, 235, 235), (90, 60, 120))
COAT = ((50, 50, 60), (90, 80, 80), (200, 200, 205))


def staged(target: Layer, ground: Sprite = MEADOW, n_frames: int = 120, **parts) -> Scene:
    """Put a target on a ground, before a small camera."""
    camera = parts.pop("camera", Camera(size=SIZE))
    return Scene(n_frames, Layer(ground), target, camera=camera, **parts)


def across(time: float) -> Pose:
    """Cross the frame from left to right."""
    return Pose(-110 + 1.8 * time, 8 * math.sin(time / 11))


def passed(time: float, start: float, end: float) -> float:
    """Tell how much of a stretch of time has passed: 0 to 1."""
    return min(max((time - start) / (end - start), 0.0), 1.0)


def faded(first: Sprite, second: Sprite, share: float) -> Sprite:
    """Mix two sprites of one shape."""
    mixed = (1 - share) * first.levels[0] + share * second.levels[0]
    return Sprite((mixed.astype(np.float32),), first.middle, first.outline)


def tumbling() -> Scene:
    """Turn by 20 degrees a frame."""
    cycle = patchwork(64, 30, seed=3, colors=((60, 70, 60), (235, 235, 235), (40, 40, 210)))
    return staged(Layer(cycle, lambda time: across(time)._replace(angle_deg=20 * time)), ROCKS)


def curling_up() -> Scene:
    """Become half as high and twice as wide from one frame to the next."""
    straight = patchwork(26, 100, seed=2, colors=SKIN, elliptic=True)
    curled = patchwork(60, 44, seed=7, colors=SKIN, elliptic=True)
    return staged(Layer(lambda time: straight if time < 40 else curled, across), ROCKS)


def turning_round() -> Scene:
    """Show another side within 12 frames."""
    front = patchwork(48, 56, seed=1, elliptic=True)
    back = patchwork(48, 56, seed=12, colors=DARK, elliptic=True)
    return staged(Layer(lambda time: faded(front, back, passed(time, 40, 52)), across))


def lights_out() -> Scene:
    """Lose 93 % of the light within 15 frames."""
    skater = patchwork(
        24, 56, seed=1, colors=((80, 60, 60), (110, 80, 70), (60, 50, 70)), elliptic=True
    )
    ice = Sprite.of(texture(seed=2, dark=(40, 30, 30), light=(120, 90, 90)))
    camera = Camera(size=SIZE, light=lambda time: Light(1 - 0.93 * passed(time, 40, 55)))
    return staged(Layer(skater, across), ice, camera=camera)


def team_mate() -> Scene:
    """Meet one in the same shirt, who covers it and stays beside it."""
    player = patchwork(28, 66, seed=4, colors=SHIRT, elliptic=True)

    def other(time: float) -> Pose:
        return Pose(80 - 1.6 * time if time < 56 else 0.8 * time - 50, 6)

    return staged(Layer(player, lambda time: Pose(-80 + 1.3 * time)), front=(Layer(player, other),))


def slowly_behind() -> Scene:
    """Pass behind a sign for 100 frames, standing out on one side or the other."""
    sign = patchwork(
        30, 60, seed=5, colors=((235, 235, 235), (30, 30, 30), (60, 60, 60), (200, 205, 200))
    )
    walker = patchwork(26, 64, seed=6, colors=COAT, elliptic=True)
    return staged(
        Layer(walker, lambda time: Pose(-60 + 0.55 * time)), n_frames=220, front=(Layer(sign),)
    )


def held_before() -> Scene:
    """Be covered by two thirds for 50 frames by what moves along."""
    face = patchwork(
        44,
        56,
        seed=2,
        colors=((120, 150, 200), (140, 170, 215), (60, 70, 90), (110, 140, 190)),
        elliptic=True,
    )
    book = patchwork(
        50, 44, seed=9, colors=((90, 60, 120), (235, 235, 235), (60, 150, 40), (30, 30, 30))
    )

    def sway(time: float) -> Pose:
        return Pose(40 * math.sin(time / 16), 10 * math.sin(time / 10))

    def before(time: float) -> Pose:
        x, y, *_ = sway(time)
        return Pose(x + 1.6 * max(time - 110, 0), y + 70 - 58 * passed(time, 20, 60))

    return staged(Layer(face, sway), n_frames=180, front=(Layer(book, before),))


def half_hidden() -> Scene:
    """Start behind a post that fills most of the first box."""
    post = Sprite.of(texture(30, 300, seed=5, dark=(120, 120, 115), light=(200, 200, 195)))
    runner = patchwork(
        26, 70, seed=6, colors=((235, 235, 235), (220, 220, 215), (90, 80, 80)), elliptic=True
    )
    return staged(
        Layer(runner, lambda time: Pose(4 + 1.1 * max(time - 3, 0))), front=(Layer(post),)
    )


def jerking() -> Scene:
    """Jump by three to six sides, to and fro, in most frames."""
    random = np.random.default_rng(5)
    frames = np.arange(121)
    x = 100 * np.sign(np.sin(1.9 * frames + 0.3)) * random.uniform(0.3, 1, len(frames))
    y = 70 * np.sign(np.cos(2.3 * frames)) * random.uniform(0.3, 1, len(frames))
    ball = patchwork(
        30,
        30,
        seed=6,
        colors=((70, 90, 100), (150, 160, 150), (40, 50, 60), (170, 90, 90)),
        elliptic=True,
    )
    return staged(Layer(ball, lambda time: Pose(x[int(time)], y[int(time)])), ROCKS)


def rushing_up() -> Scene:
    """Grow by 12 % a frame, to seven times the size."""
    sign = patchwork(28, 28, seed=4, elliptic=True)
    return staged(
        Layer(sign, lambda time: Pose(20, scale=1.12 ** (17 * passed(time, 20, 37)))), ROCKS
    )


SCENES = {
    "tumbling": tumbling,
    "curling up": curling_up,
    "turning round": turning_round,
    "lights out": lights_out,
    "team mate": team_mate,
    "slowly behind": slowly_behind,
    "held before": held_before,
    "half hidden": half_hidden,
    "jerking": jerking,
    "rushing up": rushing_up,
}


def outlined(image: np.ndarray, box: Box, color: tuple[int, int, int], *, dashed: bool) -> None:
    """Draw a box on a picture, in place."""
    corners = RotatedBox(box.center, (box.width, box.height), 0.0).corners()
    draw_outline(image, corners, color, drawing_unit(image.shape), dashed=dashed)


def strip(name: str, frames: list[tuple[np.ndarray, Box | None]], run: Run) -> np.ndarray:
    """Draw some frames of a scene side by side under its name."""
    cells = []
    for index in np.linspace(0, len(frames) - 1, N_SHOWN).astype(int):
        image, truth = frames[index][0].copy(), frames[index][1]
        if truth is not None:
            outlined(image, truth, WHITE, dashed=False)
        track = run.tracks[index]
        outlined(image, track.box, RED, dashed=track.state is State.LOST)
        height = round(SHOWN_WIDTH * SIZE[1] / SIZE[0])
        cells.append(cv2.resize(image, (SHOWN_WIDTH, height), interpolation=cv2.INTER_AREA))
    row = np.hstack(cells)
    label = np.full((LABEL_HEIGHT, row.shape[1], 3), 255, np.uint8)
    cv2.putText(label, name, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 35, 31), 1, cv2.LINE_AA)
    return np.vstack([label, row])


def main() -> None:
    """Measure, draw, and put the table on the page."""
    figures = "followed | lost | sure and wrong"
    head = f"| | `robust`: {figures} | `fast`: {figures} |\n|---|" + 6 * "--:|"
    rows, strips = [], []
    for name, draw in SCENES.items():
        frames = list(draw())
        runs = {preset: follow(preset, frames) for preset in PRESETS}
        cells = [
            f"{run.followed:.0%} | {run.lost:.0%} | {run.wrong:.0%}"
            for run in (runs["robust"], runs["fast"])
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
        strips.append(strip(name, frames, runs["robust"]))
    write("hard scenes", "\n".join([head, *rows]))
    cv2.imwrite(str(PICTURE), np.vstack(strips), [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
