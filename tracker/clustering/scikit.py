"""The same clustering as an estimator of scikit-learn's, for its pipelines and searches.

>>> from tracker.clustering.scikit import MeanShift  # doctest: +SKIP

Needs ``pip install "meanshift-tracker[sklearn]"``.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .meanshift import MeanShift as Plain
from .meanshift import kept_if_it_fails
from .tiles import IndexArray

__all__ = ["MeanShift"]  # noqa: F822 (made when first asked for)

DTYPES = [np.float64, np.float32]


def __getattr__(name: str) -> Any:
    if name == "MeanShift":
        return _estimator()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _estimator() -> type:
    """Make the class, which derives from scikit-learn's."""
    try:
        from sklearn.base import BaseEstimator, ClusterMixin
        from sklearn.utils.validation import check_is_fitted, validate_data
    except ImportError as error:
        raise ImportError(f'{error}: pip install "meanshift-tracker[sklearn]"') from error

    class MeanShift(ClusterMixin, BaseEstimator, Plain):  # type: ignore[misc]
        __doc__ = Plain.__doc__

        def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> MeanShift:  # noqa: N803
            """Find the clusters of *X*; *y* is not used."""
            with kept_if_it_fails(self):
                Plain.fit(self, validate_data(self, X, dtype=DTYPES), y, sample_weight)
            return self

        def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> IndexArray:  # noqa: N803
            """Find the clusters of *X* and give the one of each point."""
            return self.fit(X, y, sample_weight).labels_

        def predict(self, X: Any) -> IndexArray:  # noqa: N803
            """Give the cluster of each point of *X*."""
            check_is_fitted(self)
            return Plain.predict(self, validate_data(self, X, reset=False, dtype=DTYPES))

    MeanShift.__module__, MeanShift.__qualname__ = __name__, "MeanShift"  # so that it pickles
    return MeanShift
