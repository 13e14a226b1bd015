"""Motion: the velocity of the target, and where that puts it next.

Time is whatever unit the frames' times have, or frames where there are none. At full frame rate the
last place is the better guess: a target that moves a tenth of its side a frame stays in view, and
its velocity is mostly noise. The prediction is taken where a step is large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Motion"]

VELOCITY_GAIN = 0.5  # share of the newest step in the velocity
LARGE_STEP = 0.25  # sides of the target: shorter predicted steps are not taken
# Longer ones are not taken either: after a gap in the times the target may as well have waited.
FARTHEST_STEP = 4.0
# A step must be so many times the error of predictions. On footage, also at a quarter of its
# rate, predictions taken with less than that lose as many targets as they keep.
STEADY = 4.0


@dataclass(slots=True)
class Motion:
    """Where the target was seen last, when, and how fast it moved."""

    center: tuple[float, float]
    time: float
    velocity: tuple[float, float] = (0.0, 0.0)
    deviation: float = 0.0
    """Pixels by which predictions were off, on average."""

    def expected(self, time: float, side: float) -> tuple[float, float]:
        """Predict the center at *time* for a target of *side* pixels."""
        elapsed = time - self.time
        step = (self.velocity[0] * elapsed, self.velocity[1] * elapsed)
        length = math.hypot(*step)
        least = max(LARGE_STEP * side, STEADY * self.deviation)
        if not least <= length <= FARTHEST_STEP * side:
            return self.center
        return self.center[0] + step[0], self.center[1] + step[1]

    def moved(self, center: tuple[float, float], time: float) -> None:
        """Take note of where the target was seen at *time*."""
        elapsed = time - self.time
        if elapsed > 0:
            error = [
                new - old - speed * elapsed
                for new, old, speed in zip(center, self.center, self.velocity, strict=True)
            ]
            self.deviation += VELOCITY_GAIN * (math.hypot(*error) - self.deviation)
            gain = VELOCITY_GAIN / elapsed
            self.velocity = (
                self.velocity[0] + gain * error[0],
                self.velocity[1] + gain * error[1],
            )
        self.center, self.time = center, time

    def stopped(self, center: tuple[float, float], time: float) -> None:
        """Start anew from a place that no motion led to."""
        self.center, self.time, self.velocity, self.deviation = center, time, (0.0, 0.0), 0.0
