"""Segmentation beside scikit-image's: on mosaics with exact truth, and on its sample pictures.

    python benchmarks/segmentation.py

Each contender is given the setting, of some, that does best on a few mosaics of every kind (mean
F-measure of the borders); what is printed comes from other mosaics. Times are CPU times, one
thread, medians of turns in which all take part; ratios are medians over the turns. Needs
``pip install "meanshift-tracker[render]"`` for scikit-image.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import one_thread  # noqa: F401  # isort: skip

import cv2
import numpy as np
import skimage.data
from regions import Agreement, agreement
from saving import RESULTS, machine, save
from segmenters import FILTER, OWN, SETTINGS, Segmenter, make, make_filter

from tracker.app.regions import borders
from tracker.overlay import contact_sheet
from tracker.synthetic import mosaic

SIZE = (320, 240)
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "noise": {"noise": 20.0},
    "shade": {"shading": 0.5},
    "blur": {"blur": 1.5},
    "many": {"n_regions": 80, "noise": 10.0, "shading": 0.3},
}
"""What makes each kind of mosaic hard; blur is the standard deviation in pixels."""
# All CC0 or in the public domain, by the documentation of skimage.data.
PICTURES = ("coffee", "chelsea", "rocket")
SHOWN_WIDTH = 400  # px, of a picture with its borders
LINE = (0, 255, 255)
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 80]  # half a megabyte


def drawn(kind: str, seed: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Draw a mosaic of a kind: picture, and true labels."""
    options = dict(KINDS[kind])
    blur = options.pop("blur", 0.0)
    image, truth = mosaic(*size, seed=seed, **options)
    return (cv2.GaussianBlur(image, (0, 0), blur) if blur else image), truth


def measure(
    segmenter: Segmenter, kind: str, seeds: Sequence[int], size: tuple[int, int]
) -> list[Agreement]:
    """Compare what a contender finds on mosaics of a kind with the truth."""
    mosaics = (drawn(kind, seed, size) for seed in seeds)
    return [agreement(segmenter(image), truth) for image, truth in mosaics]


def best_setting(
    name: str, kinds: Sequence[str], seeds: Sequence[int], size: tuple[int, int]
) -> dict[str, float]:
    """Find the setting that does best over the kinds."""

    def mean_f(setting: dict[str, float]) -> float:
        segmenter = make(name, setting)
        found = [each for kind in kinds for each in measure(segmenter, kind, seeds, size)]
        return float(np.mean([each.f_measure for each in found]))

    return max(SETTINGS[name], key=mean_f)


def on_mosaics(
    chosen: dict[str, Segmenter],
    kinds: Sequence[str],
    seeds: Sequence[int],
    size: tuple[int, int],
) -> dict[str, dict[str, dict[str, float]]]:
    """Give the means of each contender by kind of mosaic."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind in kinds:
        found[kind] = {}
        for name, segmenter in chosen.items():
            each = measure(segmenter, kind, seeds, size)
            means = dict(zip(Agreement._fields, np.mean(each, axis=0).tolist(), strict=True))
            found[kind][name] = {**means, "f": float(np.mean([one.f_measure for one in each]))}
    return found


def race(
    image: np.ndarray, chosen: dict[str, Segmenter], setting: dict[str, float], n_turns: int
) -> tuple[dict[str, dict[str, float]], dict[str, np.ndarray]]:
    """Time all contenders in turns, and our filter alone; give the times, and what each found."""
    racers = {**chosen, FILTER: make_filter(setting)}
    times: dict[str, list[float]] = {name: [] for name in racers}
    labels = {}
    for _ in range(n_turns):
        for name, segmenter in racers.items():
            began = time.process_time()
            labels[name] = segmenter(image)
            times[name].append(time.process_time() - began)
    rows = {
        name: {
            "ms": 1e3 * float(np.median(turns)),
            "ratio": float(np.median(np.divide(turns, times[OWN]))),
            "n_regions": None if name == FILTER else len(np.unique(labels[name])),
        }
        for name, turns in times.items()
    }
    return rows, labels


def with_borders(image: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Draw the borders of regions onto a picture of the width shown."""
    size = SHOWN_WIDTH, round(SHOWN_WIDTH * image.shape[0] / image.shape[1])
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    fitted = cv2.resize(labels.astype(np.int32), size, interpolation=cv2.INTER_NEAREST)
    picture[borders(fitted)] = LINE
    return picture


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, run, print the tables, write the JSON and the picture."""
    options = parse(arguments)
    tuned, judged = range(options.mosaics), range(options.mosaics, 3 * options.mosaics)
    settings = {name: best_setting(name, options.kinds, tuned, options.size) for name in SETTINGS}
    chosen = {name: make(name, setting) for name, setting in settings.items()}
    found = {
        "made": machine(),
        "settings": settings,
        "mosaics": on_mosaics(chosen, options.kinds, judged, options.size),
        "pictures": {},
    }
    sheet, captions = [], []
    for name in options.pictures:
        image = np.ascontiguousarray(getattr(skimage.data, name)()[..., ::-1])
        rows, labels = race(image, chosen, settings[OWN], options.turns)
        found["pictures"][name] = {"size": image.shape[1::-1], **rows}
        sheet += [with_borders(image, labels[each]) for each in chosen]
        captions += [f"{each}: {rows[each]['n_regions']}" for each in chosen]
    print_tables(found)
    save(found, options.output, "segmentation")
    if sheet:
        picture = contact_sheet(sheet, len(chosen), captions=captions, picture_width=SHOWN_WIDTH)
        cv2.imwrite(str(options.output / "segmentation-pictures.jpg"), picture, JPEG)


def print_tables(found: dict) -> None:
    """Print agreement by kind of mosaic, and times by picture."""
    for name, setting in found["settings"].items():
        print(f"{name}: {', '.join(f'{key}={value:g}' for key, value in setting.items())}")
    print(f"\n{'mosaic':<10}{'':<14}{'recall':>9}{'precision':>11}{'F':>7}{'underseg':>10}{'n':>7}")
    for kind, rows in found["mosaics"].items():
        for name, row in rows.items():
            print(
                f"{kind:<10}{name:<14}{row['recall']:9.3f}{row['precision']:11.3f}{row['f']:7.3f}"
                f"{row['undersegmentation']:10.3f}{row['n_regions']:7.0f}"
            )
    print(f"\n{'picture':<10}{'':<14}{'ms':>9}{'times ours':>12}{'regions':>9}")
    for picture, rows in found["pictures"].items():
        for name in (*found["settings"], FILTER):
            row = rows[name]
            n_regions = "" if row["n_regions"] is None else row["n_regions"]
            print(f"{picture:<10}{name:<14}{row['ms']:9.0f}{row['ratio']:12.2f}{n_regions:>9}")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--mosaics", type=int, default=3, metavar="N", help="of a kind to tune on; twice N judge")
    add("--kinds", nargs="+", default=list(KINDS), choices=KINDS, help="of mosaics (all)")
    add("--size", type=int, nargs=2, default=SIZE, metavar=("W", "H"), help="of the mosaics")
    add("--pictures", nargs="*", default=PICTURES, metavar="NAME", help="of skimage.data, color")
    add("--turns", type=int, default=3, metavar="N", help="that times are medians of")
    add("--output", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
