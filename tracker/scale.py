"""Scale: how large the target is, by a filter over one stack of samples of many sizes.

Danelljan et al., "Accurate scale estimation for robust visual tracking" (2014): the target is cut
at sizes in geometric steps, and a one-dimensional correlation filter over them answers with a peak
at the right one. One cut holds them all: a single map resamples it to the whole stack.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .box import Box
from .features import CELL, orientations
from .patch import Develop, cut

__all__ = ["ScaleFilter"]

SIZES = 17
STEP = 1.03  # from one size to the next
RESPONSE_DEVIATION = 0.25 * math.sqrt(SIZES)  # steps
SAMPLE_SIDE = 32  # pixels of a sample's side, √(width · height)
LARGEST_ROOT_ASPECT = 2.0
CUT = 1.6  # pixels of the cut, for one of the largest sample
LEARNING_RATE = 0.015  # each time
RIDGE = 0.01 * SIZES
MIDDLE = SIZES // 2
HALF = SIZES // 2 + 1
STEADY = 0.5 * math.log(STEP)  # a change up to this is none: see "What was tried"


class ScaleFilter:
    """The filter over sizes, and how their samples are cut.

    Parameters
    ----------
    width, height : float
        Of the first target, any unit: their ratio counts.

    Attributes
    ----------
    change : float
        What was measured last, as a logarithm.
    """

    def __init__(self, width: float, height: float) -> None:
        root_aspect = min(
            max(math.sqrt(width / height), 1 / LARGEST_ROOT_ASPECT), LARGEST_ROOT_ASPECT
        )
        columns = max(round(SAMPLE_SIDE * root_aspect / CELL), 2) * CELL
        rows = max(round(SAMPLE_SIDE / root_aspect / CELL), 2) * CELL
        self._sample = rows, columns
        self._cut_shape = int(rows * CUT), int(columns * CUT)
        self._maps = _stack_maps(self._sample, self._cut_shape)
        turn = np.exp(-2j * np.pi * np.outer(np.arange(HALF), np.arange(SIZES)) / SIZES)
        turn *= np.hanning(SIZES + 2)[1:-1]
        self._transform = np.vstack([turn.real, turn.imag]).astype(np.float32)
        steps = (np.arange(SIZES) + MIDDLE) % SIZES - MIDDLE
        self._desired = np.fft.rfft(np.exp(-0.5 * (steps / RESPONSE_DEVIATION) ** 2))
        # Spectrum to response, no change being in the middle; the left out half is the mirror.
        back = np.exp(2j * np.pi * np.outer(np.arange(SIZES) - MIDDLE, np.arange(HALF)) / SIZES)
        back[:, 1:] *= 2
        self._response = (back / SIZES).astype(np.complex64)
        self.numerator = np.zeros((HALF, 0), np.complex64)
        self.energy = np.zeros(HALF, np.float32)
        self.change = 0.0

    @property
    def steady(self) -> bool:
        """Whether the size was found unchanged last."""
        return abs(self.change) < STEADY

    def sample(
        self, frame: NDArray[np.uint8], box: Box, develop: Develop | None
    ) -> NDArray[np.complex64]:
        """Give the spectrum, over the sizes, of what lies in *box* of *frame* at each size."""
        largest = STEP**MIDDLE
        x, y = box.center
        region = Box.around((x, y), box.width * largest, box.height * largest)
        image = cut(frame, region, self._cut_shape, develop).image
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        stack = cv2.remap(gray, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        shapes = orientations(stack, spread=False).reshape(SIZES, -1)
        cells = stack.shape[1] // CELL, stack.shape[0] // CELL
        shades = cv2.resize(stack, cells, interpolation=cv2.INTER_AREA).reshape(SIZES, -1)
        shades = shades.astype(np.float32) / np.float32(255) - np.float32(0.5)
        parts = self._transform @ np.concatenate([shapes, shades], axis=1)
        spectrum: NDArray[np.complex64] = parts[:HALF] + np.complex64(1j) * parts[HALF:]
        return spectrum

    def measure(self, spectrum: NDArray[np.complex64]) -> float:
        """Give the logarithm of the target's size, relative to that of the sample's box."""
        joint = (self.numerator * spectrum).sum(axis=1) / (self.energy + RIDGE)
        response = (self._response @ joint).real
        best = int(response.argmax())
        offset = 0.0
        if 0 < best < SIZES - 1:
            before, at, after = response[best - 1 : best + 2].tolist()
            curvature = before - 2 * at + after
            offset = 0.5 * (before - after) / curvature if curvature < 0 else 0.0
        self.change = (best + offset - MIDDLE) * math.log(STEP)
        return self.change

    def replace(
        self, numerator: NDArray[np.complex64], energy: NDArray[np.float32], change: float
    ) -> None:
        """Take these for what was learnt, and measured last."""
        self.numerator, self.energy, self.change = numerator, energy, change

    def learn(self, spectrum: NDArray[np.complex64], log_scale: float = 0.0) -> None:
        """Learn a sample whose box is off the target's size by *log_scale*.

        It is turned to that size, by the fraction of a step too: whole ones add up to drift.
        """
        steps = log_scale / math.log(STEP)
        turn = np.exp(2j * np.pi * steps * np.arange(HALF) / SIZES)
        spectrum = spectrum * turn[:, None].astype(np.complex64)
        numerator = (self._desired[:, None] * spectrum.conj()).astype(np.complex64)
        energy = (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
        if not self.numerator.size:
            self.numerator, self.energy = numerator, energy
            return
        self.numerator = self.numerator + np.float32(LEARNING_RATE) * (numerator - self.numerator)
        self.energy = self.energy + np.float32(LEARNING_RATE) * (energy - self.energy)


def _stack_maps(
    sample: tuple[int, int], cut_shape: tuple[int, int]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Make the maps that resample a cut of the largest size to all samples, one below another."""
    rows, columns = sample
    maps_x, maps_y = [], []
    for step in range(SIZES):
        share = STEP ** (step - (SIZES - 1))
        x = (np.arange(columns) + 0.5 - columns / 2) * (cut_shape[1] * share / columns)
        y = (np.arange(rows) + 0.5 - rows / 2) * (cut_shape[0] * share / rows)
        x, y = x + cut_shape[1] / 2 - 0.5, y + cut_shape[0] / 2 - 0.5
        maps_x.append(np.broadcast_to(x, sample))
        maps_y.append(np.broadcast_to(y[:, None], sample))
    maps = cv2.convertMaps(
        np.vstack(maps_x).astype(np.float32), np.vstack(maps_y).astype(np.float32), cv2.CV_16SC2
    )
    return maps[0], maps[1]
