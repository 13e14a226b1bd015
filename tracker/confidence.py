"""Confidence: what the evidence of a frame says of the track: score, state, and why in words.

The first frame is the judge: what is learnt later follows an error and then speaks for it. Three
numbers suffice, joined by a logistic regression: how like the first target's the window's colors
are, how like the first frame's density map the density around it is, and how like the learnt one.
The last counts *against* the track: a map that fits what was learnt better than what was shown at
the start has drifted. Where structure is seen too, the response of its first filter takes the place
of the last.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import NamedTuple

from .box import Box
from .errors import ConfigError
from .inputs import is_number

__all__ = [
    "JOINT_CONFIDENCE",
    "Confidence",
    "ConfidenceConfig",
    "Evidence",
    "State",
    "reason",
]

# Fitted to IoU > 0.5 on every second sequence of public benchmark footage; benchmarks/accuracy.py
# measures the area under the ROC and the calibration error it reaches.
FIRST_SIMILARITY_WEIGHT = 4.8
FIRST_LIKENESS_WEIGHT = 14.6
LIKENESS_WEIGHT = -9.0
BIAS = -4.2
# The same with the structure's first response; the learnt likeness then adds nothing.
JOINT_RESPONSE_WEIGHT = 1.8
JOINT_SIMILARITY_WEIGHT = 2.0
JOINT_LIKENESS_WEIGHT = 3.7
JOINT_BIAS = 1.5
# Windows on a target are hardly ever so unlike what was learnt (one in a hundred on that footage):
# below it, the colors are gone. The footage has no target that is gone to fit the weight on.
LEAST_SIMILARITY = 0.55
ABSENCE_WEIGHT = -30.0
LEARN_ABOVE = 0.1  # probability; up to 0.2 ties, above it targets are lost that change
CLEAR_LIKENESS = 0.75  # of an outline that is surely the first frame's
OVERHANG = 0.1  # share of the box beyond the border that makes a loss a leaving
DRIFTED = 0.2  # by which a density fits what was learnt better than what was shown at the start
SMOOTHING = 0.3  # share of the newest frame in the belief
FIRST_BELIEF = 0.9  # of the box the user gave, before anything was followed
RETURN_BELIEF = 0.6  # of a target found again, until it has been followed for some frames
# What is followed since a loss is on probation while its log odds by the first frame are so much
# below the usual ones. Beside a look-alike 16 of 24 drawn targets are followed again within 15
# frames (benchmarks/returns.py; 4 of the others are of one color), and 7 without; on footage
# nothing changes beyond chance. 0.5 to 2 and 0.003 to 0.03 find 16 or 17; with 1, what comes out
# slowly stays uncertain for two frames too long.
LESS = 1.5
USUAL_SHARE = 0.01  # of the newest frame in the usual log odds


class State(str, enum.Enum):
    """What the tracker believes of its box."""

    TRACKING = "tracking"
    UNCERTAIN = "uncertain"
    LOST = "lost"

    def __str__(self) -> str:
        return self.value


class Evidence(NamedTuple):
    """What one frame says of the place the target is taken to be at."""

    first_similarity: float
    """Of the window's colors to the first target's: 0 to 1."""
    similarity: float
    """Of the window's colors to what was learnt: 0 to 1."""
    first_likeness: float
    """Correlation of the density with the first frame's: -1 to 1."""
    likeness: float
    """Correlation of the density with the template, which follows what is learnt: -1 to 1."""
    first_response: float | None = None
    """Logarithm of the first structure filter's response, relative to its own; None without."""

    @property
    def colors_gone(self) -> bool:
        """Whether the window's colors are not the learnt ones, and nothing speaks for the target.

        A change of light changes the colors and leaves the outline clear; an occluder changes both.
        """
        return self.similarity < LEAST_SIMILARITY and self.first_likeness < CLEAR_LIKENESS

    @property
    def first_log_odds(self) -> float:
        """Estimated log odds that it is the first frame's target, whatever was learnt since."""
        if self.first_response is not None:
            return (
                JOINT_RESPONSE_WEIGHT * self.first_response
                + JOINT_SIMILARITY_WEIGHT * self.first_similarity
                + JOINT_LIKENESS_WEIGHT * self.first_likeness
                + JOINT_BIAS
            )
        return (
            FIRST_SIMILARITY_WEIGHT * self.first_similarity
            + (FIRST_LIKENESS_WEIGHT + LIKENESS_WEIGHT) * self.first_likeness
            + BIAS
        )

    @property
    def log_odds(self) -> float:
        """Estimated log odds that the box overlaps the target by more than half."""
        absence = LEAST_SIMILARITY - self.similarity if self.colors_gone else 0.0
        drift = self.likeness - self.first_likeness if self.first_response is None else 0.0
        return self.first_log_odds + LIKENESS_WEIGHT * drift + ABSENCE_WEIGHT * absence

    @property
    def probability(self) -> float:
        """Estimated probability that the box overlaps the target by more than half."""
        return _logistic(self.log_odds)

    @property
    def worth_learning(self) -> bool:
        """Whether what is seen is likely enough the target to learn from it."""
        return self.probability > LEARN_ABOVE and not self.colors_gone


def _shifted(probability: float, log_odds: float) -> float:
    if probability == 0:
        return 0.0
    # Written so that, rounded, it is never above 1, and never lower for a higher probability.
    return 1 / (1 + (1 - probability) / probability * math.exp(-log_odds))


@dataclass(frozen=True, slots=True)
class ConfidenceConfig:
    """Scores at which the state changes, with gaps that keep it from flickering; their scale."""

    lost_below: float = 0.1
    """Lost from there on."""
    seen_above: float = 0.25
    """No longer lost, but uncertain."""
    doubt_below: float = 0.5
    """Uncertain from there on."""
    sure_above: float = 0.55
    """Tracking again."""
    calibration: float = 0.0
    """Log odds added to what the evidence says, smoothed over the frames, to give the score."""

    def __post_init__(self) -> None:
        levels = (self.lost_below, self.seen_above, self.doubt_below, self.sure_above)
        within = all(is_number(level, 0, 1) for level in levels)
        if not (within and levels[0] < levels[1] <= levels[2] <= levels[3]):
            raise ConfigError(
                "lost_below {!r}, seen_above {!r}, doubt_below {!r}, sure_above {!r}: expected "
                "0 <= lost < seen <= doubt <= sure <= 1".format(*levels)
            )
        if not is_number(self.calibration, -30, 30):  # beyond it no score but 0 and 1 is left
            raise ConfigError(f"calibration {self.calibration!r}: expected log odds, -30 to 30")

    def score(self, belief: float) -> float:
        """Give the score of a belief."""
        return _shifted(belief, self.calibration) if self.calibration else belief

    def calibrated(self, calibration: float) -> ConfidenceConfig:
        """Give a config of another scale, on which the state changes at the same beliefs."""
        scaled = ConfidenceConfig(calibration=calibration).score
        return ConfidenceConfig(
            scaled(self.lost_below),
            scaled(self.seen_above),
            scaled(self.doubt_below),
            scaled(self.sure_above),
            calibration,
        )


# With structure the smoothed belief is too low: over all runs on the fitted half of the footage,
# from later starts and from boxes by hand too, it asks for 0.3 to 0.5 in log odds. (Scaling after
# fitting: Platt, "Probabilistic outputs for support vector machines", 1999.)
JOINT_CONFIDENCE = ConfidenceConfig().calibrated(0.3)

# Log odds of the score that is reported, by how high the highest other mode stands beside the
# target's: on either half of the footage it tells wrong boxes from right ones. Belief and state do
# not hear of it: a search elsewhere for what has a rival finds the rival (docs/benchmarks.md).
ALONE = 0.95
RIVALRY_WEIGHT = 1.5


@dataclass(slots=True)
class Confidence:
    """The belief over the frames, and the state that its score puts the tracker in."""

    config: ConfidenceConfig
    belief: float = FIRST_BELIEF
    """Probability that the box overlaps the target by more than half, smoothed over the frames."""
    state: State = State.TRACKING
    usual_log_odds: float | None = None
    """By the first frame, averaged over the frames in which the target was believed."""
    recent_log_odds: float | None = None
    """The same, over the newest frames; None without structure, whose response it hangs on."""
    unlike_frames: int = 0
    """Frames for which what is followed has been clearly less like the first frame's than usual."""
    on_probation: bool = False
    """Whether nothing since a loss was as likely by the first frame as the target used to be: what
    is followed may be a look-alike. It is at most uncertain, and the target still sought."""

    @property
    def unlike(self) -> bool:
        """Whether what is followed has been clearly less like the first frame's than usual."""
        return self.unlike_frames > 0

    @property
    def believed(self) -> bool:
        """Whether the box is taken for the target's, if only on probation."""
        return self.state is State.TRACKING or (
            self.on_probation and self.score > self.config.sure_above
        )

    @property
    def in_doubt(self) -> bool:
        """Whether the target is to be sought elsewhere, too."""
        return self.on_probation or self.score < self.config.doubt_below

    @property
    def score(self) -> float:
        """The belief on the scale of the shares of hits it was compared with: 0 to 1."""
        return self.config.score(self.belief)

    def score_beside(self, rivalry: float) -> float:
        """Give the score to report, by how high the highest other mode stands.

        Parameters
        ----------
        rivalry : float
            0 (there is none) to 1 (as high as the target's, or higher).
        """
        return _shifted(self.score, ALONE - RIVALRY_WEIGHT * rivalry)

    @property
    def sure(self) -> bool:
        """Whether nothing will be sought elsewhere, whatever the next frame shows."""
        least = self.config.score((1 - SMOOTHING) * self.belief)
        return least >= self.config.doubt_below and not (self.on_probation or self.unlike)

    def weigh(self, evidence: Evidence) -> None:
        """Take in the evidence of one frame."""
        probability = evidence.probability
        self.belief += SMOOTHING * (probability - self.belief)
        self._compare(evidence.first_log_odds, believed=probability > LEARN_ABOVE)
        if evidence.first_response is not None:
            self._average(evidence.first_log_odds)
        score = self.score
        if score < self.config.lost_below:
            self.state, self.on_probation = State.LOST, True
        elif score > self.config.sure_above and not self.on_probation:
            self.state = State.TRACKING
        elif (self.state is State.LOST and score > self.config.seen_above) or (
            self.state is State.TRACKING and score < self.config.doubt_below
        ):
            self.state = State.UNCERTAIN

    def found(self, log_odds: float) -> None:
        """Take note that the target was found again, with these log odds by the first frame."""
        self.belief, self.on_probation = RETURN_BELIEF, self._is_less(log_odds)
        if self.recent_log_odds is not None:
            self._take_recent(log_odds)
        self.state = State.UNCERTAIN if self.on_probation else State.TRACKING

    def _compare(self, log_odds: float, *, believed: bool) -> None:
        """Compare what is followed with what the target used to be, and learn that if believed."""
        if self.usual_log_odds is None:
            self.usual_log_odds = log_odds
        self.on_probation = self.on_probation and self._is_less(log_odds)
        if believed and (self.on_probation or self.state is State.TRACKING):
            # Bounded: what hides the target step by step is not what it usually looks like.
            self.usual_log_odds += USUAL_SHARE * max(log_odds - self.usual_log_odds, -LESS)

    def _average(self, log_odds: float) -> None:
        before = log_odds if self.recent_log_odds is None else self.recent_log_odds
        self._take_recent(before + SMOOTHING * (log_odds - before))

    def _take_recent(self, log_odds: float) -> None:
        self.recent_log_odds = log_odds
        self.unlike_frames = self.unlike_frames + 1 if self._is_less(log_odds) else 0

    def _is_less(self, log_odds: float) -> bool:
        """Tell whether something is clearly less likely the target than that used to be."""
        return self.usual_log_odds is not None and log_odds < self.usual_log_odds - LESS


def reason(
    evidence: Evidence,
    state: State,
    box: Box,
    frame_size: tuple[int, int],
    rival_px: float | None,
    *,
    on_probation: bool = False,
) -> str:
    """Say in words why the tracker does not simply track; empty when it does.

    Parameters
    ----------
    evidence : Evidence
        Of this frame.
    state : State
    box : Box
        Where the target is, or was last believed to be.
    frame_size : (int, int)
        Width and height.
    rival_px : float or None
        How far off a place is that is more like the first target than the present one.
    on_probation : bool
        Whether what is followed was never yet as likely as the target used to be.
    """
    if state is State.TRACKING:
        return ""
    if rival_px is not None:
        return f"a look-alike {rival_px:.0f} px away"
    side = _side_left(box, frame_size)
    if side and (evidence.colors_gone or state is State.LOST):
        return f"left the frame {side}"
    if evidence.colors_gone:
        return "its colors are gone"
    if on_probation and state is State.UNCERTAIN:
        return "less like the target than before it was lost"
    if evidence.likeness - evidence.first_likeness > DRIFTED:
        return "what is followed has become another thing than at the start"
    return "its shape is not that of the target"


def _side_left(box: Box, frame_size: tuple[int, int]) -> str:
    """Name the side of the frame a box hangs over, most of all."""
    width, height = frame_size
    over = {
        "on the left": -box.x / box.width,
        "on the right": (box.right - width) / box.width,
        "at the top": -box.y / box.height,
        "at the bottom": (box.bottom - height) / box.height,
    }
    side = max(over, key=over.__getitem__)
    return side if over[side] > OVERHANG else ""


def _logistic(x: float) -> float:
    return 0.5 * (1 + math.tanh(x / 2))
