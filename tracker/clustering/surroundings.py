"""What stands around a place: the sums that make a mean-shift step, by the fastest way."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernels import PROFILES, ProfileName
from ..kernels import FloatArray as AnyFloatArray
from .balls import FEW, moments_within
from .raster import Raster
from .tiles import FloatArray, IndexArray, Tiles, packing_order

__all__ = ["Surroundings"]

GAUSSIAN_REACH = 4.0  # bandwidths; what lies further weighs less than e⁻⁸ of what is at the center


@dataclass(frozen=True)
class Surroundings:
    """Points that can be asked for the sums around many centers.

    Each counts its weight times *kernel* of its distance in bandwidths (Cheng 1995): so "flat"
    climbs the density of an Epanechnikov kernel, "gaussian" that of a Gaussian one.
    """

    points: Tiles | Raster
    bandwidth: float
    kernel: ProfileName

    @classmethod
    def of(
        cls, points: FloatArray, weights: FloatArray | None, bandwidth: float, kernel: ProfileName
    ) -> Surroundings:
        """Prepare *points* of shape (points, axes), with a weight each or 1."""
        raster = Raster.of(points, weights) if kernel == "flat" else None
        return cls(raster or Tiles.of(points, weights), bandwidth, kernel)

    def in_order(self, places: FloatArray, some: IndexArray) -> IndexArray:
        """Give the numbers *some* of *places* (places, axes) in the order that is fastest."""
        if isinstance(self.points, Raster) or len(some) <= FEW:
            return some
        return packing_order(places, some)

    def moments(self, centers: FloatArray) -> FloatArray:
        """Sum weight × coordinate, and weight, around each of *centers* (centers, axes)."""
        if isinstance(self.points, Raster):
            return self.points.moments_within(centers, self.bandwidth)
        if self.kernel == "flat":
            return moments_within(self.points, centers, self.bandwidth)
        reach = GAUSSIAN_REACH if self.kernel == "gaussian" else 1.0
        return moments_within(self.points, centers, reach * self.bandwidth, self._profile)

    def _profile(self, distance2: AnyFloatArray) -> AnyFloatArray:
        return PROFILES[self.kernel](distance2 / self.bandwidth**2)
