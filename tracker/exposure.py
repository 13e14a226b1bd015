"""Exposure: how the light of the frame has changed, and pictures without that change.

A lamp that is switched, a cloud, a camera that adjusts itself: all colors change at once, and none
is where the histograms have it. Values are a power of the light that falls in, so that more of it
multiplies them all by one factor, and light of another color each channel by its own. It is seen on
what does not move: the newest patch in which the target had its usual colors is cut again where it
was, and what most of it is multiplied by is the change. Every patch is brought back by that before
its colors are looked up; the models stay as they are.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .patch import Image, Patch, cut

__all__ = ["Exposure", "Gains", "Witness", "gains_since"]

Gains = tuple[float, float, float]

# A similarity below this share of the usual one is looked into; 0.75 to 0.92 do as well on footage.
MISSING = 0.85
USUAL_SHARE = 0.1  # of the newest frame in the usual similarity; 0.03 to 0.1 measure the same
BLOCK = 4  # patch pixels that are averaged: a camera that moves a little changes them little
DARKEST, BRIGHTEST = 6, 249  # gray levels between which a ratio is one of light
LEAST_BLOCKS = 20  # of about 170, for a channel to tell its gain
# Blocks agree that are the same to a tenth and some levels of noise. Of footage and of drawn scenes
# in other light half or more agree, wherever the camera moves no more than a hand does.
TOLERANCE, NOISE = 0.1, 6.0
LEAST_AGREEING = 0.5
LARGEST_GAIN = 4.0  # two stops; each way
LEAST_CHANGE = 1.05  # smaller ones leave colors where they are; 1.1 loses some that dim slowly
# Colors that overexposure moves farther leave their bins; of so much of the first patch, a tenth of
# the target, the histograms are to be made anew.
OVEREXPOSED, OVEREXPOSED_SHARE = 12, 0.02


class Exposure(NamedTuple):
    """How pictures cut out of the frame become BGR, in the light of the first frame."""

    bgr_code: int | None
    """``cv2.cvtColor`` code, see :func:`~tracker.inputs.as_bgr_code`."""
    gains: Gains = (1.0, 1.0, 1.0)
    """What blue, green and red are multiplied by, 1/4 to 4."""

    def to_bgr(self, image: Image) -> Image:
        """Give a picture as BGR, in its own light."""
        return image if self.bgr_code is None else cv2.cvtColor(image, self.bgr_code)  # type: ignore[return-value]

    def develop(self, image: Image) -> Image:
        """Give a picture as BGR, in the light of the first frame."""
        bgr = self.to_bgr(image)
        return bgr if self.gains == (1.0, 1.0, 1.0) else cv2.LUT(bgr, _table(self.gains))  # type: ignore[return-value]

    def overexposed(self, image: Image) -> Image:
        """Give what is left of a BGR picture in the first light, had it been taken in this one."""
        # As `develop` rounds it: a level less may lie in another bin.
        brightest: NDArray[np.uint8] = _table(self.gains)[0, 255]
        return np.minimum(image, brightest)

    def is_apart(self, gains: Gains) -> bool:
        """Tell whether gains are so different from these that colors move."""
        change = np.divide(gains, self.gains)
        return bool(max(change.max(), 1 / change.min()) > LEAST_CHANGE)

    def shows_otherwise(self, image: Image, other: Exposure) -> bool:
        """Tell whether overexposure leaves other colors of a picture than in another light."""
        change = cv2.absdiff(self.overexposed(image), other.overexposed(image)).max(axis=2)
        return bool((change > OVEREXPOSED).mean() > OVEREXPOSED_SHARE)


@functools.lru_cache(maxsize=16)
def _table(gains: Gains) -> NDArray[np.uint8]:
    """Give what each value of each channel becomes, (1, 256, 3)."""
    values = np.arange(256)[:, np.newaxis] * np.array(gains)
    table: NDArray[np.uint8] = np.rint(values).clip(0, 255).astype(np.uint8)[np.newaxis]
    return table


@dataclass(slots=True)
class Witness:
    """The newest patch in which the target had its usual colors: it shows a change of light."""

    patch: Patch | None = None
    """In the light of the first frame."""
    usual_similarity: float | None = None
    """Of the target's colors to what was learnt, averaged over the frames."""

    def saw(self, patch: Patch, similarity: float) -> None:
        """Take note of a patch with the target, and of how like it the colors there are."""
        if self.usual_similarity is None:
            self.usual_similarity = similarity
        if not self.misses(similarity):
            self.usual_similarity += USUAL_SHARE * (similarity - self.usual_similarity)
            self.patch = patch

    def misses(self, similarity: float) -> bool:
        """Tell whether colors are much less like the target's than they used to be."""
        return self.usual_similarity is not None and similarity < MISSING * self.usual_similarity


def gains_since(patch: Patch, frame: NDArray[np.uint8], exposure: Exposure) -> Gains | None:
    """Measure what brings a frame to the light of an earlier patch, by what is where that was.

    Parameters
    ----------
    patch : Patch
        BGR.
    frame : uint8 array of shape (H, W) or (H, W, 3 or 4)
    exposure : Exposure
        How the frame's pictures become BGR; its gains do not matter.

    Returns
    -------
    (float, float, float) or None
        Gains of blue, green and red; None where the pictures differ in more than light, or nearly
        all is black or overexposed.
    """
    now = cut(frame, patch.region, patch.image.shape[:2], exposure.to_bgr).image
    before, after = (_blocks(each, patch.valid) for each in (patch.image, now))
    usable = (np.minimum(before, after) > DARKEST) & (np.maximum(before, after) < BRIGHTEST)
    told = usable.sum(axis=0) >= LEAST_BLOCKS
    if not told.any():
        return None
    ratios = before / np.maximum(after, DARKEST)
    found = np.array([np.median(ratios[usable[:, k], k]) if told[k] else np.nan for k in range(3)])
    # A channel that is black or overexposed nearly everywhere tells nothing: it is as the others.
    blue, green, red = np.where(told, found, np.nanmean(found)).tolist()
    gains = blue, green, red
    off = np.abs(after * np.array(gains, np.float32) - before)
    agreeing = (off <= TOLERANCE * before + NOISE) | ~usable
    if agreeing[usable.any(axis=1)].all(axis=1).mean() < LEAST_AGREEING:
        return None
    return gains if max(*gains, *(1 / gain for gain in gains)) < LARGEST_GAIN else None


def _blocks(image: Image, valid: tuple[slice, slice] | None) -> NDArray[np.float32]:
    """Average blocks of pixels of the part of a picture that lies in the frame: (blocks, 3)."""
    part = image if valid is None else image[valid]
    rows, columns = part.shape[0] // BLOCK, part.shape[1] // BLOCK
    if rows == 0 or columns == 0:
        return np.zeros((0, 3), np.float32)
    means = cv2.resize(part.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).reshape(-1, 3)
