"""The clustering as an estimator of scikit-learn's."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tracker import clustering

pytest.importorskip("sklearn", reason="the adapter is for scikit-learn")

from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from tracker.clustering.scikit import MeanShift


def blobs():
    rng = np.random.default_rng(0)
    truth = np.arange(150) % 3
    return np.array([[0, 0], [5, 0], [0, 6]])[truth] + rng.normal(scale=0.6, size=(150, 2)), truth


@pytest.mark.parametrize(
    ("estimator", "check"),
    list(estimator_checks_generator(MeanShift())),
    ids=lambda each: getattr(getattr(each, "func", each), "__name__", ""),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_passes_scikit_learns_checks(estimator, check):
    check(estimator)


def test_it_stands_in_a_pipeline_and_gives_what_the_plain_class_gives():
    points, _ = blobs()
    labels = make_pipeline(StandardScaler(), MeanShift(bandwidth=0.8)).fit_predict(points)
    plain = clustering.MeanShift(bandwidth=0.8).fit(StandardScaler().fit_transform(points))
    assert labels.tolist() == plain.labels_.tolist()


def test_it_is_cloned_and_pickled_with_its_options():
    model = MeanShift(bandwidth=1.5, kernel="gaussian", assign="basin")
    assert clone(model).get_params() == model.get_params()
    fitted = model.fit(blobs()[0])
    again = pickle.loads(pickle.dumps(fitted))
    assert again.predict(blobs()[0]).tolist() == fitted.labels_.tolist()


def test_a_grid_search_finds_the_bandwidth_that_fits_the_truth():
    points, truth = blobs()
    search = GridSearchCV(
        MeanShift(),
        {"bandwidth": [0.2, 2.0, 20.0]},
        scoring=lambda model, x, y: adjusted_rand_score(y, model.predict(x)),
    )
    assert search.fit(points, truth).best_params_ == {"bandwidth": 2.0}
