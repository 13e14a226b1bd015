"""The correlation filter: its transforms are Fourier's, and it answers where the target is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.correlation import CorrelationFilter, Transforms
from tracker.features import CELL, N_CHANNELS, channels
from tracker.synthetic import texture

CELLS = 40
TRANSFORMS = Transforms.of(CELLS, 12, 9)
PICTURE = texture(400, 400, seed=3)


def window(x: int = 0, y: int = 0) -> np.ndarray:
    """Cut a window out of a picture, its middle (x, y) pixels from the picture's."""
    half = CELLS * CELL // 2
    return PICTURE[200 + y - half : 200 + y + half, 200 + x - half : 200 + x + half]


def spectrum(x: int = 0, y: int = 0) -> np.ndarray:
    return TRANSFORMS.forward(channels(window(x, y)))


def peak(response: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(response.argmax(), response.shape)
    return int(column) - CELLS // 2, int(row) - CELLS // 2


def test_spectra_are_those_of_the_faded_window():
    features = np.random.default_rng(1).standard_normal((3, CELLS, CELLS)).astype(np.float32)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, 21) / 21)
    fading = np.concatenate([rise, rise[::-1]])
    expected = np.fft.rfft2(features * np.outer(fading, fading) / np.mean(fading**2))
    assert np.abs(TRANSFORMS.forward(features) - expected).max() < 1e-3


def test_a_response_is_the_inverse_transform_with_no_shift_in_the_middle():
    values = np.random.default_rng(2).standard_normal((CELLS, CELLS))
    found = TRANSFORMS.response(np.fft.rfft2(values).astype(np.complex64))
    assert np.abs(found - np.fft.fftshift(values)).max() < 1e-4


def test_a_confined_filter_is_nothing_outside_the_box_and_unchanged_in_it():
    values = np.random.default_rng(3).standard_normal((2, CELLS, CELLS)).astype(np.float32)
    found = np.fft.irfft2(TRANSFORMS.confined(np.fft.rfft2(values).astype(np.complex64), None))
    expected = np.zeros_like(values)
    rows, columns = TRANSFORMS.support
    expected[:, rows, columns] = values[:, rows, columns]
    assert np.abs(found - expected).max() < 1e-4


def test_the_box_is_the_nearest_even_one_in_the_middle():
    rows, columns = TRANSFORMS.support
    assert (rows.start, rows.stop) == (16, 24)
    assert (columns.start, columns.stop) == (14, 26)
    rows, columns = Transforms.of(CELLS, 1, 2 * CELLS).support
    assert (rows.start, rows.stop) == (0, CELLS)
    assert (columns.start, columns.stop) == (18, 22)


@settings(max_examples=20, deadline=None)
@given(st.integers(-9, 9), st.integers(-9, 9))
def test_turned_spectra_are_those_of_shifted_channels(right, down):
    """Turning by whole cells rolls the window; it is faded before, so that only this is exact."""
    features = np.random.default_rng(4).standard_normal((2, CELLS, CELLS)).astype(np.float32)
    plain = np.fft.rfft2(features).astype(np.complex64)
    turned = np.fft.irfft2(TRANSFORMS.shifted(plain, (right, down)))
    assert np.abs(turned - np.roll(features, (-down, -right), axis=(1, 2))).max() < 1e-4


def test_it_answers_its_own_window_in_the_middle_and_as_it_says():
    first = spectrum()
    learnt = CorrelationFilter(TRANSFORMS, first)
    response = learnt.response(first)
    assert peak(response) == (0, 0)
    assert response[CELLS // 2, CELLS // 2] == pytest.approx(learnt.own_response, abs=1e-4)
    assert response.max() > 4 * np.abs(response[:10]).max()


@pytest.mark.parametrize("shift", [(0, 3), (-4, 0), (5, -6)])
def test_the_peak_moves_by_as_many_cells_as_the_target(shift):
    learnt = CorrelationFilter(TRANSFORMS, spectrum())
    seen = spectrum(-shift[0] * CELL, -shift[1] * CELL)
    assert peak(learnt.response(seen)) == shift


def test_what_it_has_not_seen_it_answers_less():
    learnt = CorrelationFilter(TRANSFORMS, spectrum())
    assert learnt.response(spectrum(90, 90)).max() < 0.5 * learnt.own_response


def test_learning_turns_it_to_what_it_sees_and_leaves_the_given_arrays_alone():
    first, second = spectrum(), spectrum(90, 90)
    learnt = CorrelationFilter(TRANSFORMS, first)
    kept, before = first.copy(), learnt.response(second)[CELLS // 2, CELLS // 2]
    for _ in range(20):
        learnt.learn(second, 0.1)
    assert learnt.response(second)[CELLS // 2, CELLS // 2] > before + 0.1
    assert (first == kept).all()
    assert learnt.variance.min() >= 0


def test_what_varies_is_relied_on_less():
    """A channel that changes from frame to frame loses weight against one that stays."""
    steady = spectrum()
    learnt = CorrelationFilter(TRANSFORMS, steady)
    calm = np.abs(learnt.conjugate[0]).sum()
    random = np.random.default_rng(5)
    for _ in range(20):
        unsteady = steady.copy()
        unsteady[0] *= np.exp(2j * np.pi * random.random(unsteady[0].shape))
        learnt.learn(unsteady, 0.1)
    assert np.abs(learnt.conjugate[0]).sum() < 0.5 * calm


def test_spectra_of_another_shape_are_refused():
    learnt = CorrelationFilter(TRANSFORMS, spectrum())
    with pytest.raises(ValueError, match="expected"):
        learnt.replace(learnt.mean[:-1], learnt.variance, learnt.conjugate)
    assert learnt.mean.shape == (N_CHANNELS, CELLS, CELLS // 2 + 1)
