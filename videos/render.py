"""Render the four clips of this folder, each with its exact truth: ``python videos/render.py``.

Each function below is a clip: a stage, a camera, and where things go. Their looks come from
``surfaces.py`` and ``props.py``. Options: ``python videos/render.py --help``.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import props
import surfaces
from numpy.typing import NDArray
from tqdm import tqdm

from tracker.synthetic import (
    Camera,
    Layer,
    Light,
    Pose,
    Scene,
    Sprite,
    shadow_of,
    shaken,
    waypoints,
)

Array = NDArray[Any]

HERE = Path(__file__).parent
SIZE = (640, 360)
FPS = 25
SHUTTER = 0.5  # a film camera's: open for half of the time
NOISE = 3.0  # gray levels, as a phone's camera has indoors
X264 = {"preset": "veryslow", "crf": "20"}  # slow to write, small to keep


# --- 1: scale and rotation ------------------------------------------------------------------------


def rotation() -> Scene:
    """Push an instant photograph over a table, turning once, seen from above; zoom in and out."""
    card = Layer(
        props.instant_photo("chelsea", 60, 20, 270),
        waypoints(
            {
                15: Pose(-190, 90, 0.5, -20),
                90: Pose(5, 40, 0.5, 75),
                150: Pose(-15, -25, 0.5, 190),
                235: Pose(-170, -10, 0.5, 320),
                280: Pose(-150, 0, 0.5, 345),
            }
        ),
    )
    rocket = Layer(
        props.instant_photo("rocket", 220, 120, 300), lambda time: Pose(205, 130, 0.5, 24)
    )
    cup = Layer(props.cup(), lambda time: Pose(230, -120, 0.3, 8))
    zoom = waypoints(
        {
            0: Pose(0, 10, 0.65, 0),
            90: Pose(20, 0, 0.65, -8),
            200: Pose(-60, -20, 1.2, 6),
            235: Pose(-110, -15, 1.25, 12),
            299: Pose(-60, 0, 0.8, 4),
        }
    )
    return Scene(
        300,
        Layer(
            Sprite.of(
                surfaces.lamplight(surfaces.planks(2000, 1400, seed=4, color=surfaces.BLUE_PAINT))
            )
        ),
        card,
        behind=(
            shadow_of(rocket, (-6, 8), softness=6),
            rocket,
            shadow_of(cup, (-60, 40), softness=25, strength=0.6),
            cup,
            shadow_of(card, (-9, 12), softness=8, strength=0.55),
        ),
        camera=Camera(
            SIZE, shaken(zoom, amplitude=1.2, seed=7, period=45), shutter=SHUTTER, noise=NOISE
        ),
        seed=1,
    )


# --- 2: full occlusion and return -----------------------------------------------------------------

TABLE_HORIZON, TABLE_RISE = -450.0, 720.0


def occlusion() -> Scene:
    """Slide a cup over a table, behind a post near the camera, and back again."""
    wood = surfaces.planks(2600, 1400, plank=140, seed=18, color=surfaces.WEATHERED)
    table = surfaces.in_perspective(wood, 1300, 560, horizon=TABLE_HORIZON, rise=TABLE_RISE)
    table = surfaces.defocused_by_row(
        surfaces.lamplight(table, reach=0.8), sharp_row=320, per_row=0.012
    )
    cup = Layer(
        props.cup(),
        waypoints(
            {
                15: Pose(-205, 45, 0.170, 0),
                130: Pose(215, 15, 0.165, -3),
                150: Pose(215, 15, 0.165, -3),
                270: Pose(-175, 60, 0.175, 2),
            }
        ),
    )
    cat = Layer(
        props.lying(props.instant_photo("chelsea", 60, 20, 270), 25),
        lambda time: Pose(-130, -85, 0.3),
    )
    rocket = Layer(
        props.lying(props.instant_photo("rocket", 220, 120, 300), -15),
        lambda time: Pose(205, 135, 0.38),
    )
    eye = waypoints({0: Pose(-25, 0), 130: Pose(25, -4), 280: Pose(-20, 3)})
    return Scene(
        300,
        Layer(Sprite.of(table)),
        cup,
        behind=(
            shadow_of(cat, (-5, 4), softness=5),
            cat,
            shadow_of(rocket, (-5, 4), softness=5),
            rocket,
            shadow_of(cup, (-70, 55), softness=30, strength=0.6),
        ),
        front=(Layer(props.post(), lambda time: Pose(15, 0), parallax=1.8),),
        camera=Camera(
            SIZE, shaken(eye, amplitude=1.0, seed=2, period=50), shutter=SHUTTER, noise=NOISE
        ),
        seed=2,
    )


# --- 3: a look-alike in changing light ------------------------------------------------------------

RED, YELLOW, BLUE, WHITE = (40, 40, 205), (35, 190, 235), (180, 90, 30), (228, 232, 232)
ORANGE = (30, 110, 230)
LAWN_HORIZON, LAWN_RISE = -220.0, 420.0


def lookalike() -> Scene:
    """Let two beach balls roll past each other twice on a lawn, under a tree, as clouds pass."""
    grass = surfaces.tinted(surfaces.photograph("grass"), (16, 40, 28), (80, 175, 150))
    lawn = surfaces.in_perspective(
        surfaces.tiled(grass, 1800, 1400, seed=4), 1100, 460, horizon=LAWN_HORIZON, rise=LAWN_RISE
    )
    lawn = surfaces.defocused_by_row(lawn, sharp_row=260, per_row=0.014)
    target, its_shadow = rolling(
        props.ball(props.beach_ball([RED, WHITE, YELLOW, WHITE, BLUE, WHITE])),
        waypoints({0: Pose(-235, 40), 120: Pose(215, 0), 135: Pose(215, 0), 270: Pose(-190, 36)}),
        heading_deg=-8,
    )
    other, other_shadow = rolling(
        props.ball(props.beach_ball([RED, WHITE, ORANGE, WHITE, RED, WHITE])),
        waypoints({0: Pose(230, 62), 130: Pose(-215, 40), 150: Pose(-215, 40), 290: Pose(200, 62)}),
        heading_deg=3,
    )
    shade = Layer(
        surfaces.foliage(1500, 900, seed=6),
        lambda time: Pose(
            60 + 30 * math.sin(time / 31), 10 * math.sin(time / 23), 1.0, 2 * math.sin(time / 40)
        ),
    )
    eye = waypoints({0: Pose(-20, 0), 130: Pose(25, 0), 290: Pose(-15, 0)})
    return Scene(
        300,
        Layer(Sprite.of(lawn)),
        target,
        behind=(its_shadow, other_shadow),
        front=(other, shade),
        camera=Camera(
            SIZE,
            shaken(eye, amplitude=1.5, seed=5, period=40),
            shutter=SHUTTER,
            noise=NOISE,
            light=clouds,
        ),
        seed=3,
    )


def clouds(time: float) -> Light:
    """Let two clouds pass before the sun."""
    cover = math.exp(-(((time - 85) / 28) ** 2)) + 0.7 * math.exp(-(((time - 215) / 22) ** 2))
    return Light(gain=1.3 - 0.5 * cover, gamma=1 + 0.12 * cover)


def rolling(
    drawn: Callable[[Array], Sprite], path: Callable[[float], Pose], *, heading_deg: float
) -> tuple[Layer, Layer]:
    """Make a ball that rolls along a path of the point it stands on, and its shadow."""
    radius = 37.0

    def place(time: float) -> Pose:
        on_ground = path(time)
        scale = (on_ground.y + 230 - LAWN_HORIZON) / LAWN_RISE * radius * 2 / props.BALL
        return Pose(on_ground.x, on_ground.y - scale * props.BALL / 2, scale)

    def sprite(time: float) -> Sprite:
        return drawn(props.rolled(place(time).x, radius, heading_deg))

    def under(time: float) -> Pose:
        ball = place(time)
        reach = ball.scale * props.BALL
        return ball._replace(x=ball.x + 0.18 * reach, y=ball.y + 0.43 * reach)

    shadow = props.soft_shadow(200, 74, softness=10, strength=0.75)
    return Layer(sprite, place), Layer(shadow, under)


# --- 4: leaving and re-entering with camera shake and motion blur ---------------------------------


BALL_RADIUS = 34.0
GRAVITY = 0.55  # px per frame²
KEPT = 0.86  # of the speed at each bounce


def reentry() -> Scene:
    """Bounce a basketball out of the picture on the right and back in, seen by an unsteady hand."""
    ball = props.ball(props.basketball, gloss=0.15)

    def place(time: float) -> Pose:
        x, height = bounce(time)
        return Pose(x, 118 - BALL_RADIUS - height, BALL_RADIUS * 2 / props.BALL)

    def sprite(time: float) -> Sprite:
        return ball(props.rolled(bounce(time)[0], BALL_RADIUS * 1.4, 20))

    def under(time: float) -> Pose:
        x, height = bounce(time)
        return Pose(x + 10 + 0.3 * height, 112, (1 + height / 250) * BALL_RADIUS * 2 / props.BALL)

    shadow = Layer(props.soft_shadow(190, 60, softness=12, strength=0.6), under)
    eye = waypoints({30: Pose(0, 0), 75: Pose(70, 0), 150: Pose(40, 0), 220: Pose(-40, 5)})
    poster = Layer(props.poster("rocket"), lambda time: Pose(40, -100, 0.36))
    return Scene(
        250,
        Layer(Sprite.of(surfaces.courtyard(1400, 560))),
        Layer(sprite, place),
        behind=(shadow_of(poster, (6, 8), softness=5), poster, shadow),
        camera=Camera(
            SIZE,
            shaken(eye, amplitude=6, seed=11, period=16),
            shutter=0.7,
            samples=12,
            noise=NOISE,
            light=lambda time: Light(gain=1.35),
        ),
        seed=4,
    )


def bounce(time: float) -> tuple[float, float]:
    """Give the ball's place along the wall and its height, px: out on the right, back, to rest."""
    away = waypoints({0: Pose(-230), 68: Pose(440), 90: Pose(440), 240: Pose(-170)}, smooth=False)
    height, speed = 120.0, 0.0
    elapsed = 0.0
    while True:
        until_ground = (speed + math.sqrt(speed**2 + 2 * GRAVITY * height)) / GRAVITY
        if elapsed + until_ground > time or until_ground < 1:
            break
        elapsed += until_ground
        speed, height = KEPT * math.sqrt(speed**2 + 2 * GRAVITY * height), 0.0
    since = min(time - elapsed, until_ground)
    return away(time).x, max(height + speed * since - GRAVITY * since**2 / 2, 0.0)


# --- writing --------------------------------------------------------------------------------------

CLIPS: dict[str, Callable[[], Scene]] = {
    "rotation": rotation,
    "occlusion": occlusion,
    "lookalike": lookalike,
    "reentry": reentry,
}


def vignette() -> Array:
    """Give the share of the light that a lens lets through to each pixel, (rows, columns, 1)."""
    x, y = np.linspace(-1, 1, SIZE[0]), np.linspace(-1, 1, SIZE[1])[:, np.newaxis]
    return (1 / (1 + 0.06 * (x**2 + y**2)) ** 2)[..., np.newaxis].astype(np.float32)


def write(name: str, folder: Path) -> None:
    """Render a clip and its truth: ``NAME.mp4`` and ``NAME.csv``."""
    scene, lens = CLIPS[name](), vignette()
    truth = []
    with av.open(folder / f"{name}.mp4", "w", options={"movflags": "faststart"}) as video:
        stream = video.add_stream("h264", rate=FPS, options=X264)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for index, (image, box) in enumerate(tqdm(scene, desc=name, unit="frame")):
            frame = av.VideoFrame.from_ndarray((image * lens).astype(np.uint8), format="bgr24")
            video.mux(stream.encode(frame))
            truth.append([index, *(f"{side:.3f}" for side in box or [math.nan] * 4)])
        video.mux(stream.encode())
    with (folder / f"{name}.csv").open("w", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(["frame", "x", "y", "w", "h"])
        rows.writerows(truth)


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description="Render the clips of this folder.")
    parser.add_argument("clips", nargs="*", metavar="CLIP", help=f"which of {', '.join(CLIPS)}")
    parser.add_argument("--folder", type=Path, default=HERE, help="where to write them")
    options = parser.parse_args()
    unknown = set(options.clips) - set(CLIPS)
    if unknown:
        parser.error(f"no clip {', '.join(unknown)}; there are {', '.join(CLIPS)}")
    for name in options.clips or CLIPS:
        write(name, options.folder)


if __name__ == "__main__":
    main()
