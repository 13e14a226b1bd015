"""Correlation: a background-aware filter of many channels, trained in the frequency domain.

The filter answers with a peak where the target is. It is confined to the target's box, so that
what lies around it, at every shift, is a real counter-example (Galoogahi, Fagg & Lucey, "Learning
background-aware correlation filters for visual tracking", 2017). Since the box is a small part of
the window, going from the spectrum to the box and back is two products with small matrices, and no
transform of the whole window is needed; NumPy multiplies stacks of small matrices on one thread.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CorrelationFilter", "Spectrum", "Transforms"]

Spectrum = NDArray[np.complex64]  # (channels, cells, cells // 2 + 1)

RESPONSE_DEVIATION = 0.045  # of the target's side: how sharp the peak is asked to be
FIRST_PENALTY, PENALTY_GROWTH = 1.0, 10.0  # of leaving the box, and its growth by iteration
ITERATIONS, FIRST_ITERATIONS = 2, 3  # of each training, and of the first frame's
LEAST_SUPPORT = 4  # cells of the box's width and height


class Transforms(NamedTuple):
    """The discrete Fourier transforms between a window of cells, its spectrum and the box in it.

    Spectra are half ones (the other half is their mirror). Complex columns are stored as pairs of
    real ones where a real product does the work.
    """

    cells: int
    """Of the window's side, even."""
    rows: NDArray[np.complex64]
    columns: NDArray[np.float32]
    """Window to spectrum; the fading at its sides is in them, and what makes up for it."""
    box_rows: NDArray[np.complex64]
    box_columns: NDArray[np.float32]
    """Spectrum to box."""
    rows_of_box: NDArray[np.complex64]
    columns_of_box: NDArray[np.float32]
    """Box to spectrum."""
    response_rows: NDArray[np.complex64]
    response_columns: NDArray[np.float32]
    """Spectrum of one map to the map, no shift being in the middle."""
    desired: NDArray[np.complex64]
    """Conjugate spectrum of the response asked for."""
    mirror: NDArray[np.float32]
    """How many times each column of a half spectrum counts."""

    @classmethod
    def of(cls, cells: int, width: float, height: float) -> Transforms:
        """Make those for a target in the middle of a window.

        Parameters
        ----------
        cells : int
            Of the window's side, even.
        width, height : float
            Of the target, in cells.
        """
        half = cells // 2 + 1
        k = np.arange(cells)
        turn = np.exp(-2j * np.pi * np.outer(k, k) / cells)
        fading = _fading(cells)
        mirror = np.full(half, 2.0)
        mirror[0] = mirror[-1] = 1.0
        top, bottom = _support(height, cells)
        left, right = _support(width, cells)
        back = turn.conj()[:half] * mirror[:, None] / cells
        centered = np.exp(2j * np.pi * np.outer(k, k - cells // 2) / cells)
        deviation = RESPONSE_DEVIATION * np.sqrt(width * height)
        bell = np.exp(-0.5 * (np.minimum(k, cells - k) / deviation) ** 2)
        return cls(
            cells,
            rows=(turn * fading).astype(np.complex64),
            columns=_pairs(fading[:, None] * turn[:, :half] / np.mean(fading**2)),
            box_rows=(turn.conj()[top:bottom] / cells).astype(np.complex64),
            box_columns=_real_part(back[:, left:right]),
            rows_of_box=turn[:, top:bottom].astype(np.complex64),
            columns_of_box=_pairs(turn[left:right, :half]),
            response_rows=(centered.T / cells).astype(np.complex64, order="C"),
            response_columns=_real_part(centered[:half] * mirror[:, None] / cells),
            desired=np.fft.rfft2(np.outer(bell, bell)).conj().astype(np.complex64),
            mirror=mirror.astype(np.float32),
        )

    @property
    def support(self) -> tuple[slice, slice]:
        """Rows and columns of the window's cells that the filter is confined to."""
        rows, columns = len(self.box_rows), self.box_columns.shape[1]
        top, left = (self.cells - rows) // 2, (self.cells - columns) // 2
        return slice(top, top + rows), slice(left, left + columns)

    def forward(self, features: NDArray[np.float32]) -> Spectrum:
        """Give the spectra of channels over the window, (channels, cells, cells)."""
        across = np.matmul(features, self.columns).view(np.complex64)
        spectrum: Spectrum = np.matmul(self.rows, across)
        return spectrum

    def confined(self, spectrum: Spectrum, mask: NDArray[np.float32] | None) -> Spectrum:
        """Set to 0 what lies outside the box, and weigh what lies in it by *mask*."""
        inside = np.matmul(self.box_rows, spectrum).view(np.float32)
        n_channels, rows, _ = inside.shape
        box = (inside.reshape(n_channels * rows, -1) @ self.box_columns).reshape(
            n_channels, rows, -1
        )
        if mask is not None:
            box *= mask
        across = (box.reshape(n_channels * rows, -1) @ self.columns_of_box).view(np.complex64)
        confined: Spectrum = np.matmul(
            self.rows_of_box, across.reshape(n_channels, rows, self.cells // 2 + 1)
        )
        return confined

    def response(self, spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Give the map of a spectrum, (cells, cells), no shift being in the middle."""
        response: NDArray[np.float32] = (self.response_rows @ spectrum).view(
            np.float32
        ) @ self.response_columns
        return response

    def shifted(self, spectrum: Spectrum, shift: tuple[float, float]) -> Spectrum:
        """Give the spectra as if the window had been cut *shift* cells (x, y) further on."""
        turn = 2j * np.pi / self.cells
        down = np.exp(turn * shift[1] * np.fft.fftfreq(self.cells, 1 / self.cells))
        across = np.exp(turn * shift[0] * np.arange(self.cells // 2 + 1))
        return spectrum * np.outer(down, across).astype(np.complex64)


class CorrelationFilter:
    """The filter, and the mean and variance of the spectra it was trained on.

    Parameters
    ----------
    transforms : Transforms
    mean : complex64 array of shape (channels, cells, cells // 2 + 1)
        The first window's spectra.
    mask : float32 array of the box's shape, optional
        How much each cell of the box counts, 0 to 1.
    """

    def __init__(
        self, transforms: Transforms, mean: Spectrum, mask: NDArray[np.float32] | None = None
    ) -> None:
        self._transforms = transforms
        self.mean = mean
        self.variance = np.zeros(mean.shape, np.float32)
        self.solve(mask, FIRST_ITERATIONS)

    def learn(
        self, spectrum: Spectrum, rate: float, mask: NDArray[np.float32] | None = None
    ) -> None:
        """Mix the spectra of a window centered on the target into the mean, and train anew.

        Parameters
        ----------
        spectrum : complex64 array of the mean's shape
        rate : float, 0 to 1
            Share of the mean that it replaces.
        mask : float32 array of the box's shape, optional
            How much each cell of the box counts, 0 to 1.
        """
        share = np.float32(rate)
        difference = spectrum - self.mean
        variance = share * _squared(difference)
        variance += self.variance
        variance *= 1 - share
        self.variance = variance
        self.mean = self.mean + share * difference
        self.solve(mask, ITERATIONS)

    def replace(self, mean: Spectrum, variance: NDArray[np.float32], conjugate: Spectrum) -> None:
        """Take these for what was learnt.

        Raises
        ------
        ValueError
            If one has not the shape of the others.
        """
        if not mean.shape == variance.shape == conjugate.shape == self.mean.shape:
            raise ValueError(f"spectra of shape {mean.shape}: expected {self.mean.shape}")
        self.mean, self.variance, self.conjugate = mean, variance, conjugate

    def solve(self, mask: NDArray[np.float32] | None, iterations: int) -> None:
        """Train the filter: alternating directions of multipliers, in closed form by frequency.

        The variance of each channel and frequency is a ridge of its own: what changes from frame
        to frame is not relied on.
        """
        n_pixels, desired = np.float32(self._transforms.cells**2), self._transforms.desired
        mean, conjugate, power = self.mean, self.mean.conj(), _squared(self.mean)
        ridge = self.variance / n_pixels
        penalty = np.float32(FIRST_PENALTY)
        confined = multiplier = None
        for _ in range(iterations):
            inverse = 1 / (ridge + penalty)
            # Sherman & Morrison's formula: one channel's worth of work a frequency.
            common = n_pixels + (power * inverse).sum(axis=0)
            if confined is None or multiplier is None:
                free = mean * inverse * (desired / common)
            else:
                held = (confined - multiplier) * (penalty * inverse)
                missing = desired - (conjugate * held).sum(axis=0)
                free = mean * inverse * (missing / common) + held + multiplier
            confined = self._transforms.confined(free, mask)
            multiplier = free - confined
            penalty *= np.float32(PENALTY_GROWTH)
        assert confined is not None
        self.conjugate = confined.conj()

    def response(self, spectrum: Spectrum) -> NDArray[np.float32]:
        """Correlate with the spectra of a window: (cells, cells), near 1 where the target is."""
        return self._transforms.response((self.conjugate * spectrum).sum(axis=0))

    @property
    def own_response(self) -> float:
        """The response to the mean itself, unshifted."""
        total = (self.conjugate * self.mean).real.sum(axis=0) @ self._transforms.mirror
        return float(total.sum()) / self._transforms.cells**2


def _fading(length: int) -> NDArray[np.float64]:
    """Make a window that rises from almost 0 to 1 in the middle, and falls again (von Hann's)."""
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, length // 2 + 1) / (length // 2 + 1))
    return np.concatenate([rise, rise[::-1]])


def _support(length: float, cells: int) -> tuple[int, int]:
    """Give the first of an even number of cells in the middle, and the one after the last.

    The nearest such number: a cell more takes in what lies beside the target, and footage is lost
    to it.
    """
    half = min(round(max(length, LEAST_SUPPORT) / 2), cells // 2)
    return cells // 2 - half, cells // 2 + half


def _pairs(matrix: NDArray[np.complex128]) -> NDArray[np.float32]:
    """Store complex columns as pairs of real ones: real rows times it are complex rows."""
    return np.ascontiguousarray(matrix.astype(np.complex64)).view(np.float32)


def _real_part(matrix: NDArray[np.complex128]) -> NDArray[np.float32]:
    """Make the matrix that gives the real part of complex rows, stored as pairs, times it."""
    pairs = np.empty((2 * len(matrix), matrix.shape[1]), np.float32)
    pairs[0::2], pairs[1::2] = matrix.real, -matrix.imag
    return pairs


def _squared(values: Spectrum) -> NDArray[np.float32]:
    return values.real**2 + values.imag**2
