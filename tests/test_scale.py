"""The filter over sizes tells how large a picture has become."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from tracker import Box
from tracker.scale import ScaleFilter
from tracker.synthetic import texture

PICTURE = texture(400, 300, seed=8)
BOX = Box.around((200, 150), 80, 60)


def zoomed(factor: float) -> np.ndarray:
    to_zoomed = cv2.getRotationMatrix2D((199.5, 149.5), 0, factor)
    return cv2.warpAffine(PICTURE, to_zoomed, (400, 300), flags=cv2.INTER_LINEAR)


@pytest.fixture
def sizes():
    sizes = ScaleFilter(BOX.width, BOX.height)
    sizes.learn(sizes.sample(PICTURE, BOX, None))
    return sizes


@pytest.mark.parametrize("factor", [0.95, 0.97, 1.0, 1.03])
def test_a_change_of_size_is_measured_to_a_hundredth(sizes, factor):
    measured = math.exp(sizes.measure(sizes.sample(zoomed(factor), BOX, None)))
    assert measured == pytest.approx(factor, rel=0.012)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_larger_change_is_told_in_its_direction(sizes, factor):
    """Of a picture that is all texture; the frames after it measure the rest."""
    measured = sizes.measure(sizes.sample(zoomed(factor), BOX, None))
    assert measured / math.log(factor) > 0.3


def test_a_size_is_steady_until_it_is_found_changed_by_more_than_half_a_step(sizes):
    assert sizes.steady
    sizes.measure(sizes.sample(zoomed(1.06), BOX, None))
    assert not sizes.steady
    sizes.measure(sizes.sample(zoomed(1.005), BOX, None))
    assert sizes.steady


def test_a_sample_learnt_with_its_size_is_that_of_the_right_box(sizes):
    """Learning a picture said to be larger leaves the measure where it was."""
    for _ in range(200):
        sizes.learn(sizes.sample(zoomed(1.06), BOX, None), math.log(1.06))
    assert math.exp(sizes.measure(sizes.sample(PICTURE, BOX, None))) == pytest.approx(1, abs=0.01)


def test_the_same_picture_is_not_taken_for_larger_or_smaller_over_a_hundred_frames(sizes):
    scale = 1.0
    for _ in range(100):
        box = Box.around(BOX.center, BOX.width * scale, BOX.height * scale)
        sample = sizes.sample(PICTURE, box, None)
        change = sizes.measure(sample)
        sizes.learn(sample, change)
        scale *= math.exp(change)
    assert scale == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("size", [(5, 5), (300, 12), (9, 200), (2000, 1500)])
def test_any_box_gives_a_finite_measure(size):
    box = Box.around((200, 150), *size)
    sizes = ScaleFilter(*size)
    sizes.learn(sizes.sample(PICTURE, box, None))
    assert math.isfinite(sizes.measure(sizes.sample(PICTURE, box, None)))
