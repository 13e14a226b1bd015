"""From runs to figures: by sequence, and means over all sequences and over both halves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from conditions import BY_HAND, PLAIN, all_conditions
from runs import Run

from tracker import evaluation

HIT = 0.5  # IoU above which a box is right; the score is judged by it
UNCHANGED = (PLAIN.name, BY_HAND)  # conditions: the pictures are as they are
DRAWN_POINTS = 500  # of a ROC curve; it has one for every score otherwise

Runs = dict[str, list[Run]]  # of each sequence


def halves(names: list[str]) -> dict[str, str]:
    """Tell which half each sequence of the whole sorted list is in: the first place is odd."""
    return {name: ("odd", "even")[place % 2] for place, name in enumerate(names)}


def report(runs: Runs, half_of: dict[str, str]) -> dict[str, dict]:
    """Give every tracker's figures without conditions: by sequence, means, and mean curves."""
    trackers = dict.fromkeys(run.name for some in runs.values() for run in some)
    found = {}
    for tracker in trackers:
        of_tracker = {
            name: [run for run in some if run.name == tracker and run.condition == "plain"]
            for name, some in runs.items()
        }
        of_tracker = {name: some for name, some in of_tracker.items() if some}
        sequences = {name: _of_sequence(some) for name, some in of_tracker.items()}
        one_pass = [some[0] for some in of_tracker.values()]
        found[tracker] = {
            "mean": _means(sequences, half_of),
            "sequences": sequences,
            "success_curve": _mean_curve(evaluation.success_curve, map(_overlaps, one_pass)),
            "precision_curve": _mean_curve(evaluation.precision_curve, map(_distances, one_pass)),
        }
    return found


def _of_sequence(runs: list[Run]) -> dict[str, float]:
    one_pass = runs[0]
    overlaps = _overlaps(one_pass)
    from_starts = [evaluation.success_auc(_overlaps(run)) for run in runs]
    figures = {
        "auc": evaluation.success_auc(overlaps),
        "precision": evaluation.precision(_distances(one_pass)),
        "lost": evaluation.lost_share(overlaps),
        "frames": len(overlaps),
    }
    if len(runs) > 1:
        figures["tre"] = float(np.mean(from_starts))
    if len(one_pass.update_ms):
        figures["ms"] = float(np.median(one_pass.update_ms))
    return figures


def score_report(runs: Runs, half_of: dict[str, str], tracker: str) -> dict[str, dict]:
    """Tell what the score is worth, in one pass: ROC areas, calibration, and their curves.

    And its calibration over all runs on unchanged pictures, from later starts and from other
    first boxes: one sequence followed otherwise moves that of one pass by 0.04.
    """
    found = {}
    for half in ("all", "odd", "even"):
        of_half = {
            name: [run for run in some if run.name == tracker and run.condition in UNCHANGED]
            for name, some in runs.items()
            if half in ("all", half_of[name])
        }
        judged = [_judged(run) for some in of_half.values() for run in some[:1]]
        if not judged:
            continue
        scores, hits = map(np.concatenate, zip(*judged, strict=True))
        of_all_runs = [_judged(run) for some in of_half.values() for run in some]
        areas = [evaluation.roc_area(*pair) for pair in judged]
        bins = evaluation.reliability(scores, hits)
        found[half] = {
            "roc_area_pooled": evaluation.roc_area(scores, hits),
            "roc_area_mean": float(np.nanmean(areas)) if np.isfinite(areas).any() else np.nan,
            "calibration_error": evaluation.calibration_error(bins),
            "calibration_error_of_all_runs": evaluation.calibration_error(
                evaluation.reliability(*map(np.concatenate, zip(*of_all_runs, strict=True)))
            ),
            "reliability": {key: value.tolist() for key, value in bins._asdict().items()},
            "roc": [_thinned(rate) for rate in evaluation.roc_curve(scores, hits)],
        }
    return found


def _judged(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Give the score of each frame with a target, and whether its box was right."""
    return _present(run, run.scores), _overlaps(run) > HIT


def mean_stages(runs: Runs) -> dict[str, float]:
    """Give the ms an update spends in each stage: means over sequences."""
    timed = [run.stage_ms for some in runs.values() for run in some if run.stage_ms]
    return {stage: float(np.mean([row[stage] for row in timed])) for stage in timed[0]}


def robustness(runs: Runs, half_of: dict[str, str], tracker: str) -> dict[str, dict]:
    """Give the mean AUC under each condition, and what it lost against the plain pass.

    Beside that of another first box stands what the same error costs on every box of the plain
    pass: as much is lost by geometry, however well that box is followed.
    """
    by_condition: dict[str, dict[str, list[float]]] = {}
    for name, some in runs.items():
        of_tracker = [run for run in some if run.name == tracker]
        moved = [
            of_tracker[0]._replace(
                condition=f"{condition.name}: its geometry alone",
                boxes=np.array([condition.first_box(box) for box in of_tracker[0].boxes]),
            )
            for condition in all_conditions()
            if condition.first_box is not PLAIN.first_box and BY_HAND not in condition.name
        ]
        for run in of_tracker + moved:
            if run.condition != "plain" or run is of_tracker[0]:
                of_condition = by_condition.setdefault(run.condition, {})
                of_condition.setdefault(name, []).append(evaluation.success_auc(_overlaps(run)))
    found = {}
    for condition, sequences in by_condition.items():
        auc = {name: {"auc": float(np.mean(values))} for name, values in sequences.items()}
        found[condition] = {"mean": _means(auc, half_of), "sequences": auc}
    return found


def _means(sequences: dict[str, dict[str, float]], half_of: dict[str, str]) -> dict[str, dict]:
    found = {}
    for half in ("all", "odd", "even"):
        chosen = [row for name, row in sequences.items() if half in ("all", half_of[name])]
        if chosen:
            keys = [key for key in chosen[0] if key != "frames"]
            found[half] = {key: float(np.mean([row[key] for row in chosen])) for key in keys}
            found[half]["sequences"] = len(chosen)
    return found


def _overlaps(run: Run) -> np.ndarray:
    return evaluation.overlaps(run.boxes, run.truth)


def _distances(run: Run) -> np.ndarray:
    return evaluation.center_distances(run.boxes, run.truth)


def _present(run: Run, values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(run.truth).all(axis=1)]


def _thinned(rates: np.ndarray) -> list[float]:
    chosen = np.linspace(0, len(rates) - 1, min(len(rates), DRAWN_POINTS)).round().astype(int)
    return rates[chosen].tolist()


def _mean_curve(curve: Callable[[np.ndarray], np.ndarray], values: Iterable) -> list[float]:
    return np.mean([curve(value) for value in values], axis=0).tolist()
