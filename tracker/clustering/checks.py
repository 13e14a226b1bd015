"""What clustering takes as points, weights, options; and what it says of everything else."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_bandwidth", "checked_points", "checked_weights", "whole_number"]

LARGEST = 1e150  # coordinates and weights, so that their squares and products are finite


def checked_points(X: Any, name: str = "X") -> NDArray[Any]:  # noqa: N803 (scikit-learn's name)
    """Give *X* as an array (points, axes) of float64, or of float32 if it is that already.

    Raises
    ------
    ValueError
        If it is not two-dimensional, is empty, is not of numbers, or holds NaN, infinity or what
        is larger than 1e150.
    TypeError
        If it is sparse.
    """
    if hasattr(X, "toarray"):
        raise TypeError(f"{name} is sparse: expected a dense array; use {name}.toarray()")
    points = np.asarray(X)
    if points.dtype.kind not in "fiubO":
        raise ValueError(f"{name} of dtype {points.dtype}: expected real numbers")
    if points.dtype.kind == "O" or points.dtype != np.float32:
        try:
            points = points.astype(np.float64, copy=False)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} of dtype object: expected numbers ({error})") from error
    if points.ndim != 2 or points.size == 0:
        hint = f"; {name}.reshape(-1, 1) has one axis" if points.ndim == 1 else ""
        raise ValueError(
            f"{name} of shape {points.shape}: expected (points, axes), at least one each{hint}"
        )
    low, high = float(points.min()), float(points.max())
    if not (low >= -LARGEST and high <= LARGEST):  # nor if one is NaN
        wide = points.astype(np.float64)
        row, column = np.argwhere(~(np.abs(wide) <= LARGEST))[0].tolist()
        value = wide[row, column]
        what = "scale the points" if np.isfinite(value) else "remove NaN and infinity"
        raise ValueError(f"{name}[{row}, {column}] is {value}: {what}")
    return points


def checked_weights(sample_weight: Any, n_points: int) -> NDArray[np.float64] | None:
    """Give a weight >= 0 for each point as float64, or None if all are to weigh 1."""
    if sample_weight is None:
        return None
    given = np.asarray(sample_weight)
    if given.dtype.kind not in "fiubO":
        raise ValueError(f"sample_weight of dtype {given.dtype}: expected real numbers")
    weights = given.astype(np.float64, copy=False)
    if weights.ndim == 0:
        weights = np.full(n_points, weights)
    if weights.shape != (n_points,):
        raise ValueError(f"sample_weight of shape {weights.shape}: expected ({n_points},)")
    wrong = np.flatnonzero(~(weights >= 0) | np.isinf(weights))
    if len(wrong):
        first = int(wrong[0])
        raise ValueError(f"sample_weight[{first}] is {weights[first]}: must be finite and >= 0")
    if weights.max() > LARGEST / len(weights):
        raise ValueError(f"sample_weight goes up to {weights.max()}: scale the weights")
    if not weights.any():
        raise ValueError(
            "sample_weight is zero everywhere: at least one point must weigh something"
        )
    return weights


def check_bandwidth(bandwidth: Any, n_axes: int) -> None:
    """Refuse a *bandwidth* that is not one number > 0, or one for each axis."""
    if isinstance(bandwidth, Real):
        width = float(bandwidth)
        if not 0 < width < math.inf:
            raise ValueError(f"bandwidth {bandwidth}: must be > 0 and finite")
        if not 0 < width * width < math.inf:
            raise ValueError(f"bandwidth {bandwidth}: its square is no number; scale the points")
        return
    if np.ndim(bandwidth) != 1 or np.asarray(bandwidth).dtype.kind not in "fiu":
        raise TypeError(f"bandwidth {bandwidth!r}: expected a number, or one for each axis")
    widths = np.asarray(bandwidth, np.float64)
    if widths.shape != (n_axes,) or not ((widths > 0) & np.isfinite(widths)).all():
        raise ValueError(f"bandwidth {widths.tolist()}: expected {n_axes} numbers > 0 and finite")


def whole_number(value: Any, name: str, least: int) -> int:
    """Give *value* if it is a whole number and not below *least*."""
    if not isinstance(value, Integral):
        raise TypeError(f"{name} {value!r}: expected a whole number")
    if value < least:
        raise ValueError(f"{name} {value}: must be >= {least}")
    return int(value)
