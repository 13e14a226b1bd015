"""How much faster than scikit-learn's are the same clusters? Side by side, on one thread.

    python benchmarks/clustering.py                       # everything, about ten minutes
    python benchmarks/clustering.py "2-D bins" growth     # cases whose names begin so

CPU times, which other programs disturb less. A case that takes scikit-learn over a minute is run
once, else the medians are of five runs (ours) and three (theirs), taken in turns. What is not run
now keeps its row of an earlier run.
"""

from __future__ import annotations

import one_thread  # noqa: F401  # isort: skip

import argparse
import json
import time
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import sklearn
import sklearn.cluster
from saving import RESULTS, machine, save
from sklearn.datasets import make_blobs
from tqdm import tqdm

from tracker import clustering

NAME = "clustering"
CENTERS = [[1, 1], [-1, -1], [1, -1]]  # of scikit-learn's own example
OURS_RUNS, THEIR_RUNS = 5, 3
LONG_S = 60.0
CLOSE = 1e-9  # bandwidths
GROWTH = {"bins": (10**4, 10**5, 10**6), "every point": (10**4, 3 * 10**4, 10**5)}
SCREEN = 480, 640
MEMORY_POINTS = 10**4, 10**5  # each a seed, and with bin seeding
MEMORY_OPTIONS: dict[str, dict] = {
    "a bandwidth for each axis": {},
    'kernel="epanechnikov"': {"kernel": "epanechnikov"},
    'kernel="gaussian"': {"kernel": "gaussian"},
    'assign="basin"': {"assign": "basin"},
    "binned=True": {"binned": True, "bin_seeding": True},
    "binned=True, bandwidth 0.2": {"binned": True, "bin_seeding": True, "bandwidth": 0.2},
}


def plane(n: int) -> np.ndarray:
    """Points of scikit-learn's example."""
    return make_blobs(n_samples=n, centers=CENTERS, cluster_std=0.6, random_state=0)[0]


def blobs(n: int, d: int) -> np.ndarray:
    """Five blobs in *d* dimensions."""
    return make_blobs(n_samples=n, n_features=d, centers=5, random_state=0)[0]


def pixels() -> np.ndarray:
    """Pixels of a mask: twelve discs, some of which touch, and speckles."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[: SCREEN[0], : SCREEN[1]]
    mask = rng.random(SCREEN) < 0.002
    for row, column in rng.uniform((40, 40), (440, 600), (12, 2)):
        mask |= (rows - row) ** 2 + (columns - column) ** 2 < 18**2
    return np.argwhere(mask)


def estimated(points: np.ndarray) -> float:
    """Give the bandwidth of scikit-learn's example."""
    return float(clustering.estimate_bandwidth(points, quantile=0.2, n_samples=500))


class Case(NamedTuple):
    """What is solved twice, and how much faster ours is to be."""

    make: Callable[[], np.ndarray]
    options: dict
    must: float
    goal: float


def _in_the_plane(n: int, must: float, goal: float) -> Case:
    return Case(partial(plane, n), {"bandwidth": None, "bin_seeding": True}, must, goal)


CASES = {
    "2-D bins, n = 1e4": _in_the_plane(10**4, 12, 20),
    "2-D bins, n = 1e5": _in_the_plane(10**5, 10, 20),
    "2-D bins, n = 1e6": _in_the_plane(10**6, 20, 30),
    "2-D every point, n = 1e4, bandwidth 1": Case(
        partial(plane, 10**4), {"bandwidth": 1.0}, 30, 60
    ),
    "2-D every point, n = 1e4, bandwidth 0.2": Case(
        partial(plane, 10**4), {"bandwidth": 0.2}, 30, 60
    ),
    "2-D every point, n = 1e4, bandwidth 0.05": Case(
        partial(plane, 10**4), {"bandwidth": 0.05}, 30, 60
    ),
    "3-D every point, n = 1e4": Case(partial(blobs, 10**4, 3), {"bandwidth": None}, 30, 60),
    "5-D every point, n = 1e4": Case(partial(blobs, 10**4, 5), {"bandwidth": None}, 30, 60),
    "3-D bins, n = 1e4": Case(
        partial(blobs, 10**4, 3), {"bandwidth": None, "bin_seeding": True}, 8, 12
    ),
    "5-D bins, n = 1e4": Case(
        partial(blobs, 10**4, 5), {"bandwidth": None, "bin_seeding": True}, 8, 12
    ),
    "8-D every point, n = 2e3": Case(partial(blobs, 2000, 8), {"bandwidth": None}, 20, 60),
    "8-D bins, n = 1e4": Case(
        partial(blobs, 10**4, 8), {"bandwidth": None, "bin_seeding": True}, 6, 12
    ),
    "pixels of 640×480, bins": Case(pixels, {"bandwidth": 20.0, "bin_seeding": True}, 25, 50),
    "pixels of 640×480, every one": Case(pixels, {"bandwidth": 20.0}, 100, 200),
}
ESTIMATES = {
    "estimate_bandwidth, n = 1e4, quantile 0.3": ({}, 8, 20),
    "estimate_bandwidth, n = 1e4, n_samples 500": ({"n_samples": 500}, 1.5, 3),
}


def seconds(job: Callable[[], object]) -> tuple[float, object]:
    """Run *job* once; give its CPU time and what it gave."""
    start = time.process_time()
    result = job()
    return time.process_time() - start, result


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[dict, list]:
    """Time two jobs in turns; give the medians, their ratio, and the last results."""
    times: tuple[list[float], list[float]] = ([], [])
    results: list[object] = [None, None]
    while len(times[0]) < OURS_RUNS:
        jobs = [(0, ours)]
        if len(times[1]) < THEIR_RUNS and max(times[1], default=0.0) < LONG_S:
            jobs.append((1, theirs))
        for side, job in jobs:
            taken, results[side] = seconds(job)
            times[side].append(taken)
    ours_s, theirs_s = median(times[0]), median(times[1])
    row = {"ours_s": ours_s, "theirs_s": theirs_s, "their_runs": len(times[1])}
    return {**row, "faster": theirs_s / ours_s}, results


def run_case(case: Case) -> dict:
    """Cluster one case's points with both, and compare the answers."""
    points = case.make()
    options = dict(case.options)
    if options["bandwidth"] is None:
        options["bandwidth"] = estimated(points)
    row, (ours, theirs) = side_by_side(
        lambda: clustering.MeanShift(**options).fit(points),
        lambda: sklearn.cluster.MeanShift(**options).fit(points),
    )
    same = ours.cluster_centers_.shape == theirs.cluster_centers_.shape and bool(
        np.abs(ours.cluster_centers_ - theirs.cluster_centers_).max() < CLOSE * options["bandwidth"]
        and (ours.labels_ == theirs.labels_).all()
        and ours.n_iter_ == theirs.n_iter_
    )
    return {
        **row,
        "must": case.must,
        "goal": case.goal,
        "bandwidth": options["bandwidth"],
        "points": len(points),
        "clusters": len(ours.cluster_centers_),
        "same": same,
        "copies_of_x": copies(lambda: clustering.MeanShift(**options).fit(points), points),
    }


def copies(job: Callable[[], object], points: np.ndarray) -> float:
    """Run *job*; give the most memory in use at a time, in sizes of *points* as float64."""
    tracemalloc.start()
    job()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (8 * points.size)


def run_memory() -> dict:
    """Measure the memory of what scikit-learn has not, and of the estimate, on few and more points.

    What is the same for any number of points weighs more among few.
    """
    found: dict[str, dict[str, float]] = {}
    for n in MEMORY_POINTS:
        points = plane(n)
        bandwidth = estimated(points)
        for name, options in MEMORY_OPTIONS.items():
            given = {"bandwidth": bandwidth, "bin_seeding": n > MEMORY_POINTS[0], **options}
            if name.endswith("axis"):
                given["bandwidth"] = [bandwidth, 2 * bandwidth]
            model = clustering.MeanShift(**given)
            found.setdefault(name, {})[f"{n}"] = copies(partial(model.fit, points), points)
    few = plane(MEMORY_POINTS[0])
    found["estimate_bandwidth"] = {
        f"{len(few)}": copies(partial(clustering.estimate_bandwidth, few), few)
    }
    return found


def run_estimate(options: dict, must: float, goal: float) -> dict:
    """Estimate the bandwidth of the same points with both."""
    points = plane(10**4)
    row, (ours, theirs) = side_by_side(
        lambda: clustering.estimate_bandwidth(points, **options),
        lambda: sklearn.cluster.estimate_bandwidth(points, **options),
    )
    same = bool(abs(ours - theirs) < CLOSE * theirs)
    return {**row, "must": must, "goal": goal, "points": len(points), "same": same}


def run_growth() -> dict:
    """Time ours on more and more points; give the exponents of the growth from end to end."""
    found = {}
    for seeds, sizes in GROWTH.items():
        options = {"bandwidth": 0.5, "bin_seeding": seeds == "bins"}
        taken = []
        for n in sizes:
            points = plane(n)
            runs = 1 if seeds != "bins" else OURS_RUNS
            times = [
                seconds(lambda: clustering.MeanShift(**options).fit(points))[0]  # noqa: B023
                for _ in range(runs)
            ]
            taken.append(median(times))
        exponent = np.log(taken[-1] / taken[0]) / np.log(sizes[-1] / sizes[0])
        found[seeds] = {"points": sizes, "seconds": taken, "exponent": float(exponent)}
    return found


def run_binned() -> dict:
    """Compare the approximate mode on 1e7 points with the exact one on 1e6, and its centers."""
    few, many = plane(10**6), plane(10**7)
    bandwidth = estimated(few)
    options = {"bandwidth": bandwidth, "bin_seeding": True}
    exact, binned, last = [], [], None
    for _ in range(3):
        taken, last = seconds(lambda: clustering.MeanShift(**options).fit(few))
        exact.append(taken)
        taken, _ = seconds(lambda: clustering.MeanShift(**options, binned=True).fit(many))
        binned.append(taken)
    again = clustering.MeanShift(**options, binned=True).fit(few)
    # Clusters of about the same size may change their places in the order.
    same = last.predict(again.cluster_centers_)
    off = np.linalg.norm(again.cluster_centers_ - last.cluster_centers_[same], axis=1).max()
    agree = float((same[again.labels_] == last.labels_).mean())
    return {
        "exact_1e6_s": median(exact),
        "binned_1e7_s": median(binned),
        "ratio": median(binned) / median(exact),
        "centers_off_bandwidths": float(off / bandwidth),
        "labels_agree": agree,
    }


def print_rows(rows: dict) -> None:
    """Print the table that docs/clustering.md shows."""
    print("| case | scikit-learn | here | faster by | must / goal | copies of X |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, row in rows.items():
        copies = f"{row['copies_of_x']:.1f}" if "copies_of_x" in row else ""
        other = "" if row["same"] else " (not the same)"
        print(
            f"| {name}{other} | {row['theirs_s']:.3g} s | {row['ours_s']:.3g} s | "
            f"{row['faster']:.3g} | {row['must']:g} / {row['goal']:g} | {copies} |"
        )


def main() -> None:
    """Run what is asked for, and keep the rest of the earlier results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help="beginnings of names of cases")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FOLDER")
    parser.add_argument("--no-plots", action="store_true", help="write no pictures")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", ".*each a seed.*")
    jobs: dict[str, Callable[[], dict]] = {
        **{name: partial(run_case, case) for name, case in CASES.items()},
        **{name: partial(run_estimate, *rest) for name, rest in ESTIMATES.items()},
        "memory": run_memory,
        "growth": run_growth,
        "binned": run_binned,
    }
    asked = [name for name in jobs if not options.cases or name.startswith(tuple(options.cases))]
    if not asked:
        parser.error(f"no case begins so; there are: {', '.join(jobs)}")
    path = options.output / f"{NAME}.json"
    found = json.loads(path.read_text()) if path.exists() else {}
    for name in tqdm(asked):
        found[name] = jobs[name]()
    made = {**machine(), "scikit-learn": sklearn.__version__}
    found = {"made": made, **{name: found[name] for name in jobs if name in found}}
    rows = {name: row for name, row in found.items() if "faster" in row}
    print_rows(rows)
    for name in ("memory", "growth", "binned"):
        if name in found:
            print(name, json.dumps(found[name]))
    save(found, options.output, NAME, draw=None if options.no_plots else "draw_clustering")


if __name__ == "__main__":
    main()
