"""Are the clusters scikit-learn's? Ours and theirs on random problems of many kinds.

    python benchmarks/clustering_parity.py --problems 600

The same: as many clusters, the same labels and n_iter_, centers within 1e-9 bandwidth. What is
not the same is asked whether it hangs on a tie, a point exactly one bandwidth from a center or two
centers equally far: then scikit-learn itself gives another answer when the rows are permuted, or
the bandwidth is changed by one part in 10¹². Ends with status 1 if anything else differs.
"""

from __future__ import annotations

import one_thread  # noqa: F401 - before NumPy

import argparse  # isort: skip
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import sklearn
import sklearn.cluster
from saving import RESULTS, machine, save

from tracker.clustering import MeanShift

CLOSE = 1e-9  # bandwidths between centers
NUDGE = 1e-12  # of the bandwidth, far above rounding and far below any true distance
PERMUTATIONS = 5


class Problem(NamedTuple):
    """Points, and how they are clustered."""

    kind: str
    points: np.ndarray
    options: dict


def _blobs(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    centers = rng.normal(scale=4, size=(rng.integers(1, 6), d))
    return centers[rng.integers(len(centers), size=n)] + rng.normal(size=(n, d))


def _duplicates(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return _blobs(rng, n, d)[rng.integers(0, max(n // 3, 1), n)]


def _outliers(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    points = _blobs(rng, n, d)
    points[rng.integers(0, n, 1 + n // 50)] *= 10.0 ** rng.integers(2, 7)
    return points


KINDS: dict[str, Callable[[np.random.Generator, int, int], np.ndarray]] = {
    "blobs": _blobs,
    "uniform": lambda rng, n, d: rng.uniform(-5, 5, (n, d)),
    "duplicates": _duplicates,
    "integers": lambda rng, n, d: np.round(_blobs(rng, n, d)),
    "integer pixels": lambda rng, n, d: rng.integers(0, 40, (4 * n, 2)).astype(float),
    "dyadic": lambda rng, n, d: np.round(_blobs(rng, n, d) * 8) / 8,
    "far outliers": _outliers,
    "offset": lambda rng, n, d: _blobs(rng, n, d) + 10.0 ** rng.integers(1, 5),
}


def problem(seed: int) -> Problem:
    """Make the problem of that number."""
    rng = np.random.default_rng(seed)
    kind = list(KINDS)[seed % len(KINDS)]
    n, d = int(rng.integers(20, 250)), int(rng.integers(1, 9))
    points = KINDS[kind](rng, n, d)
    apart = np.linalg.norm(points[rng.integers(0, len(points), 200)] - points[:1], axis=1)
    bandwidth = float(np.quantile(apart, rng.uniform(0.1, 0.6))) or 1.0
    if kind in ("integers", "integer pixels", "dyadic"):
        bandwidth = float(np.ceil(bandwidth * 2) / 2)
    options = {
        "bandwidth": bandwidth,
        "bin_seeding": bool(rng.integers(2)),
        "cluster_all": bool(rng.integers(2)),
        "min_bin_freq": int(rng.choice([1, 1, 3])),
        "max_iter": int(rng.choice([300, 300, 5])),
    }
    return Problem(kind, points, options)


def differences(ours: object, theirs: object, bandwidth: float) -> list[str]:
    """Tell in what two fitted models differ, beginning with what explains the rest."""
    if ours.cluster_centers_.shape != theirs.cluster_centers_.shape:
        return ["number of clusters"]
    found = []
    off = np.abs(ours.cluster_centers_ - theirs.cluster_centers_).max()
    if off > CLOSE * bandwidth:
        found.append("centers")
    if (ours.labels_ != theirs.labels_).any():
        found.append("labels")
    if ours.n_iter_ != theirs.n_iter_:
        found.append("n_iter_")
    return found


def hangs_on_a_tie(points: np.ndarray, options: dict, theirs: object) -> str | None:
    """Tell what changes scikit-learn's own answer, or give None if nothing does."""
    bandwidth = options["bandwidth"]
    for factor in (1 - NUDGE, 1 + NUDGE):
        again = _theirs(points, {**options, "bandwidth": bandwidth * factor})
        if again is None or differences(again, theirs, bandwidth):
            return "bandwidth changed by 1e-12"
    for number in range(PERMUTATIONS):
        order = np.random.default_rng(number).permutation(len(points))
        again = _theirs(points[order], options)
        again.labels_ = again.labels_[np.argsort(order)]
        if differences(again, theirs, bandwidth):
            return "rows permuted"
    return None


def _theirs(points: np.ndarray, options: dict) -> object | None:
    try:
        return sklearn.cluster.MeanShift(**options).fit(points)
    except ValueError:  # no point within the bandwidth of any seed, or no seed
        return None


def _ours(points: np.ndarray, options: dict) -> object | None:
    try:
        return MeanShift(**options).fit(points)
    except ValueError:
        return None


def compare(n_problems: int) -> dict:
    """Solve all problems twice."""
    solved, same, exceptions = Counter(), Counter(), []
    for seed in range(n_problems):
        kind, points, options = problem(seed)
        ours, theirs = _ours(points, options), _theirs(points, options)
        solved[kind] += 1
        if ours is None or theirs is None:
            found = [] if ours is theirs else ["error"]
        else:
            found = differences(ours, theirs, options["bandwidth"])
        if not found:
            same[kind] += 1
            continue
        why = None if "error" in found else hangs_on_a_tie(points, options, theirs)
        exceptions.append({"seed": seed, "kind": kind, "differs": found, "tie": why})
        print(f"problem {seed}, {kind} {points.shape}: {', '.join(found)}; tie: {why}")
    return {
        "made": {**machine(), "scikit-learn": sklearn.__version__},
        "problems": n_problems,
        "kinds": {kind: {"problems": solved[kind], "same": same[kind]} for kind in solved},
        "exceptions": exceptions,
    }


def main() -> int:
    """Run the comparison, print it, and save it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=600, metavar="N")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FOLDER")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "Binning data failed")
    found = compare(options.problems)
    for kind, row in found["kinds"].items():
        print(f"{kind:16}{row['same']:5} of {row['problems']}")
    open_ = [each for each in found["exceptions"] if each["tie"] is None]
    print(f"{len(found['exceptions'])} differ, {len(open_)} of them not by a tie")
    save(found, options.output, "clustering-parity")
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main())
