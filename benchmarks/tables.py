"""The figures as plain text."""

from __future__ import annotations

from conditions import BY_HAND

COLUMNS = {"auc": "AUC", "tre": "TRE", "precision": "precision", "lost": "lost", "ms": "ms"}


def print_tables(found: dict, tracker: str) -> None:
    """Print what was found: by sequence, means of all trackers, the score, the conditions."""
    _by_sequence(found, tracker)
    _means(found["trackers"])
    if found["score"]:
        _score(found["score"])
    if found["stages"]:
        _stages(found["stages"])
    if found["robustness"]:
        _robustness(found["robustness"])


def _by_sequence(found: dict, tracker: str) -> None:
    own = found["trackers"][tracker]["sequences"]
    columns = [key for key in COLUMNS if key in next(iter(own.values()))]
    others = [name for name in found["trackers"] if name != tracker]
    width = max(map(len, own))
    print(f"\n{tracker}; on the right the AUC of others" if others else f"\n{tracker}")
    head = "".join(f"{COLUMNS[key]:>11}" for key in columns)
    print(f"{'sequence':{width}} half{head}" + "".join(f"{name:>11}" for name in others))
    for name, row in own.items():
        figures = "".join(f"{row[key]:11.3f}" for key in columns)
        beside = [
            found["trackers"][other]["sequences"].get(name, {}).get("auc") for other in others
        ]
        rest = "".join(f"{'' if auc is None else f'{auc:.3f}':>11}" for auc in beside)
        print(f"{name:{width}} {found['half_of'][name]:4}{figures}{rest}")


def _means(trackers: dict) -> None:
    width = max(map(len, trackers))
    print(f"\nmeans over sequences\n{'tracker':{width}} half{'n':>5}", end="")
    print("".join(f"{head:>11}" for head in COLUMNS.values()))
    for tracker, of_tracker in trackers.items():
        for half, mean in of_tracker["mean"].items():
            figures = "".join(
                f"{mean[key]:11.3f}" if key in mean else f"{'':11}" for key in COLUMNS
            )
            print(f"{tracker:{width}} {half:4}{mean['sequences']:5}{figures}")


def _score(score: dict) -> None:
    print("\nscore as chance of IoU > 0.5")
    print(f"half{'ROC pooled':>14}{'ROC mean':>14}{'calibration':>14}{'of all runs':>14}")
    for half, row in score.items():
        print(
            f"{half:4}{row['roc_area_pooled']:14.3f}{row['roc_area_mean']:14.3f}"
            f"{row['calibration_error']:14.3f}{row['calibration_error_of_all_runs']:14.3f}"
        )


def _stages(stages: dict[str, float]) -> None:
    print("\nby stage, in microseconds; learning and its like spread over frames")
    for stage, milliseconds in {**stages, "sum": sum(stages.values())}.items():
        print(f"{stage:16}{1e3 * milliseconds:8.1f}")


def _robustness(conditions: dict) -> None:
    width = max(map(len, conditions))
    halves = conditions["plain"]["mean"]
    print(f"\n{'AUC when':{width}}" + "".join(f"{half:>8}{'change':>9}" for half in halves))
    for condition, row in conditions.items():
        others = BY_HAND if condition.endswith(BY_HAND) else "plain"
        plain = conditions[others]["mean"]
        figures = "".join(
            f"{mean['auc']:8.3f}{mean['auc'] - plain[half]['auc']:+9.3f}"
            for half, mean in row["mean"].items()
        )
        print(f"{condition:{width}}{figures}")
