"""How far a segmentation agrees with the truth: its borders, and what its regions mix up."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from tracker.app.regions import borders

REACH = 2  # px that a border may lie off, as is the custom


class Agreement(NamedTuple):
    """Of one segmentation with the truth."""

    recall: float  # of the true border's pixels, those with a found one in reach
    precision: float  # of the found border's pixels, those with a true one in reach
    undersegmentation: float  # share of the picture that lies in a region mostly of another
    n_regions: int

    @property
    def f_measure(self) -> float:
        """Harmonic mean of recall and precision."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def agreement(labels: np.ndarray, truth: np.ndarray) -> Agreement:
    """Compare two label maps of shape (rows, columns), each of at least two regions.

    Boundary recall, and the undersegmentation error of Neubert & Protzel, "Superpixel benchmark
    and comparison" (2012): a region counts in each true one by the smaller of its parts in and out.
    """
    found, true = borders(labels), borders(truth)
    near_found, near_true = (_grown(each) for each in (found, true))
    _, labels = np.unique(labels, return_inverse=True)
    _, truth = np.unique(truth, return_inverse=True)
    counts = np.zeros((labels.max() + 1, truth.max() + 1), np.int64)
    np.add.at(counts, (labels.ravel(), truth.ravel()), 1)
    outside = counts.sum(axis=1, keepdims=True) - counts
    return Agreement(
        float((true & near_found).sum() / true.sum()),
        float((found & near_true).sum() / max(found.sum(), 1)),
        float(np.minimum(counts, outside).sum() / labels.size),
        len(counts),
    )


def _grown(mask: np.ndarray) -> np.ndarray:
    side = 2 * REACH + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)
