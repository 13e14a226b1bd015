"""Are the clusters scikit-learn's? Ours and theirs on random problems of many kinds.

    python benchmarks/clustering_parity.py --problems 660

The same: as many clusters, the same labels and n_iter_, centers within 1e-9 bandwidth. What is
not the same is asked whether it hangs on a tie:

- Two centers are equally far from each point whose labels differ, and nothing else differs. The
  first of them is the answer here. So it is there up to 60 centers, one leaf of its k-d tree; of
  more, it is the one that the tree comes to first, and in a leaf they stand as C++'s
  ``std::nth_element`` leaves them, which its standard does not say.
- A point is one bandwidth away from where a seed stands: then scikit-learn itself gives another
  answer when the bandwidth is changed by one part in 10¹², and the answer here is that one too.
- scikit-learn itself gives another answer when the rows are permuted.

Ends with status 1 if anything else differs.
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

CLOSE = 1e-9  # bandwidths between centers that are the same, and distances that are
NUDGE = 1e-12  # of the bandwidth, far above rounding and far below any true distance
PERMUTATIONS = 5
EIGHTH = 1 / 8


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


def _integers(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return np.round(_blobs(rng, n, d))


def _pixels(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return rng.integers(0, 40, (4 * n, 2)).astype(float)


def _dyadic(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return np.round(_blobs(rng, n, d) / EIGHTH) * EIGHTH


KINDS: dict[str, Callable[[np.random.Generator, int, int], np.ndarray]] = {
    "blobs": _blobs,
    "uniform": lambda rng, n, d: rng.uniform(-5, 5, (n, d)),
    "duplicates": _duplicates,
    "integers": _integers,
    "integers, narrow": _integers,
    "pixels": _pixels,
    "pixels, narrow": _pixels,
    "dyadic": _dyadic,
    "dyadic, narrow": _dyadic,
    "far outliers": _outliers,
    "offset": lambda rng, n, d: _blobs(rng, n, d) + 10.0 ** rng.integers(1, 5),
}
STEPS = {"integers": 1.0, "pixels": 1.0, "dyadic": EIGHTH}
"""Between neighbors on the lattices."""
NARROW = (
    1.0,
    1.5,
    2.0,
    2.5,
    3.0,
)  # steps: bandwidths that make many centers, equally far from much


def problem(seed: int) -> Problem:
    """Make the problem of that number."""
    rng = np.random.default_rng(seed)
    kind = list(KINDS)[seed % len(KINDS)]
    n, d = int(rng.integers(20, 250)), int(rng.integers(1, 9))
    points = KINDS[kind](rng, n, d)
    apart = np.linalg.norm(points[rng.integers(0, len(points), 200)] - points[:1], axis=1)
    bandwidth = float(np.quantile(apart, rng.uniform(0.1, 0.6))) or 1.0
    lattice, _, narrow = kind.partition(", ")
    if narrow:
        bandwidth = float(rng.choice(NARROW)) * STEPS[lattice]
    elif lattice in STEPS:
        bandwidth = float(np.ceil(bandwidth * 2) / 2)
    options = {
        "bandwidth": bandwidth,
        "bin_seeding": bool(rng.integers(2)),
        "cluster_all": bool(rng.integers(2)),
        "min_bin_freq": int(rng.choice([1, 1, 3])),
        "max_iter": int(rng.choice([300, 300, 5])),
    }
    return Problem(kind, points, options)


def differences(ours: object | None, theirs: object | None, bandwidth: float) -> list[str]:
    """Tell in what two fitted models differ, beginning with what explains the rest."""
    if ours is None or theirs is None:
        return [] if ours is theirs else ["error"]
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


def tie(
    points: np.ndarray, options: dict, ours: object | None, theirs: object | None
) -> str | None:
    """Tell on what tie the difference between two fitted models hangs, or give None."""
    if equally_far(points, ours, theirs, options["bandwidth"]):
        return "centers equally far"
    if _hangs_on_the_last_digits(points, options, theirs):
        return "a point one bandwidth away"
    if theirs is not None and _hangs_on_the_order(points, options, theirs):
        return "order of the rows"
    return None


def equally_far(
    points: np.ndarray, ours: object | None, theirs: object | None, bandwidth: float
) -> bool:
    """Tell whether labels alone differ, and only between centers as far from the point."""
    if differences(ours, theirs, bandwidth) != ["labels"]:
        return False
    differs = ours.labels_ != theirs.labels_
    labels = np.stack([ours.labels_, theirs.labels_])[:, differs]
    far = np.linalg.norm(points[differs] - theirs.cluster_centers_[labels], axis=-1)
    far[labels < 0] = bandwidth  # one says that it is further, the other must be just there
    return bool((np.abs(far[0] - far[1]) <= CLOSE * bandwidth).all())


def _hangs_on_the_last_digits(points: np.ndarray, options: dict, theirs: object | None) -> bool:
    """Tell whether another bandwidth changes their answer, and ours is the same as that again."""
    changed, bandwidth = False, options["bandwidth"]
    for factor in (1 - NUDGE, 1 + NUDGE):
        nudged = {**options, "bandwidth": bandwidth * factor}
        ours_again, theirs_again = _ours(points, nudged), _theirs(points, nudged)
        if differences(ours_again, theirs_again, bandwidth) and not equally_far(
            points, ours_again, theirs_again, bandwidth
        ):
            return False
        changed |= bool(differences(theirs_again, theirs, bandwidth))
    return changed


def _hangs_on_the_order(points: np.ndarray, options: dict, theirs: object) -> bool:
    for number in range(PERMUTATIONS):
        order = np.random.default_rng(number).permutation(len(points))
        again = _theirs(points[order], options)
        again.labels_ = again.labels_[np.argsort(order)]
        if differences(again, theirs, options["bandwidth"]):
            return True
    return False


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
        found = differences(ours, theirs, options["bandwidth"])
        if not found:
            same[kind] += 1
            continue
        row = {
            "seed": seed,
            "kind": kind,
            "points": len(points),
            "differs": found,
            "labels": int((ours.labels_ != theirs.labels_).sum()) if ours and theirs else None,
            "tie": tie(points, options, ours, theirs),
        }
        exceptions.append(row)
        print(row)
    return {
        "made": {**machine(), "scikit-learn": sklearn.__version__},
        "problems": n_problems,
        "kinds": {kind: {"problems": solved[kind], "same": same[kind]} for kind in solved},
        "exceptions": exceptions,
    }


def main() -> int:
    """Run the comparison, print it, and save it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=660, metavar="N")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FOLDER")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "Binning data failed")
    found = compare(options.problems)
    for kind, row in found["kinds"].items():
        print(f"{kind:16}{row['same']:5} of {row['problems']}")
    ties = Counter(each["tie"] for each in found["exceptions"])
    for why, count in ties.items():
        print(f"{count} differ: {why or 'not by a tie'}")
    save(found, options.output, "clustering-parity")
    return 1 if ties[None] else 0


if __name__ == "__main__":
    sys.exit(main())
