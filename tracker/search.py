"""Search: where on the patch the target is.

By color alone: the fullest place, the climb from it, the alignment. With structure: the highest
mode of their joint density, and the alignment from there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .appearance import Appearance
from .centering import lean
from .claims import Claim
from .confidence import Evidence
from .fusion import COLOR_WEIGHT, Mode, joint_density, modes, peaks
from .layout import COARSE, Layout, View
from .lookalikes import Candidate, LookAlikes
from .meanshift import climb_aperture
from .registration import Alignment, trust
from .structure import CELLS, Sight

__all__ = [
    "Place",
    "Verdict",
    "find",
    "find_first",
    "find_jointly",
    "fullest",
    "judge",
    "judge_near",
]

FILLING = 0.9  # of the target's width and height: the window whose filling with density counts
ALIGNMENTS = 2  # the second about the pixel the first led to; a third gains nothing
# Share of the color's place in the joint one, where its density is just like its template; none
# where the two places are not the same. All of it where the target has turned: the structure that
# was learnt does not turn with it.
COLOR_SHARE = 0.15
SAME_PLACE = 0.35  # sides of the target
LEANING = 0.5  # the same, for where the box is drawn; nothing is learnt from that
# Color's own place is taken instead when it is farther from the joint one than this, in sides of
# the target, and by so much likelier, in log odds by the first frame. On footage this changes next
# to nothing; what comes back into the frame is found some frames sooner.
APART = 0.5
CLEARLY = 0.5
# So is the place where the first filter answers most, when it is likelier by as much for some
# frames: it brings back what passed slowly behind something.
FIRST_APART = 0.4
STRONGER = 0.2  # logarithm of its response, relative to that at the joint place
LEAST_FIRST = -1.6  # the same, relative to its own: less is chance, -1.8 leaves what turns
CLIMB_STEPS = 2  # with the weights of where the climb starts; more, or new weights, gain nothing


class Place(NamedTuple):
    """Where the target is taken to be on a patch, and what speaks for it."""

    center: tuple[float, float]
    """x, y in patch pixels, edges."""
    log_scale: float
    """Logarithm of its size relative to what it is taken to be."""
    density: NDArray[np.float32]
    """The posterior over the patch, with margin."""
    evidence: Evidence
    candidates: tuple[Candidate, ...] = ()
    """What answers most like the target, by structure; none without."""
    hidden: bool = False
    """Whether nothing is seen of the target, and look-alikes are: it is where it was expected."""
    lean: tuple[float, float] = (0.0, 0.0)
    """x, y in patch pixels from the center to the middle of the target's box, as colors tell it."""
    rivalry: float | None = None
    """How high the highest other mode stands: 0 (there is none) to 1 (as high); None by color."""
    rival: Place | None = None
    """The place nearby that is clearly more the first frame's target, if there is one."""

    @property
    def pixel(self) -> tuple[int, int]:
        """Column and row of the pixel the center lies in."""
        return int(self.center[0]), int(self.center[1])


class Verdict(NamedTuple):
    """How like the first frame's target a place is, whatever was learnt since."""

    similarity: float
    """Of the colors: 0 to 1."""
    likeness: float
    """Correlation of the density maps: -1 to 1."""
    response: float | None = None
    """Logarithm of the structure filter's response, relative to its own; None without."""

    @property
    def log_odds(self) -> float:
        """Estimated log odds that the target is there."""
        # Colors that are gone from what was learnt, and the learnt outline, have no say.
        return Evidence(self.similarity, 1.0, self.likeness, 0.0, self.response).first_log_odds


def find(view: View, looks: Appearance) -> Place:
    """Find the target on a view, by color."""
    density = view.project(looks.colors.table)
    start = fullest(view.layout.inner(density), view.layout)
    return _climbed(view, density, looks, start)


def find_jointly(
    view: View,
    sight: Sight,
    looks: Appearance,
    lookalikes: LookAlikes,
    claims: Sequence[Claim] = (),
    across: float = 0.0,
    *,
    unlike_frames: int = 0,
) -> Place:
    """Find the target on a view and a sight of one place, by color and structure.

    Parameters
    ----------
    view : View
        The colors there.
    sight : Sight
        The structure there, about the same center and of the same frame.
    looks : Appearance
    lookalikes : LookAlikes
        Where the target and what is like it were going.
    claims : sequence of Claim
        Of other targets: what is theirs is passed over.
    across : float
        How surely the target is turned, and stands in another way than at the start: 0 to 1.
    unlike_frames : int
        For how long what is followed has been clearly less like the target than usual: what has
        been taken for a look-alike since may be the target.

    Returns
    -------
    Place
        Hidden, where it was expected, if all that answers like the target is another's.
    """
    layout = view.layout
    density = view.project(looks.colors.table)
    filling = sight.over_cells(_filling(layout.inner(density), layout, 1), view)
    found = modes(joint_density(sight.response, filling, sight.side), sight.side)
    places = [sight.to_frame(mode.column, mode.row) for mode in found]
    side = sight.side * sight.cell_size
    chosen = lookalikes.choice(places, side, claims)
    place = lookalikes.target.expected if chosen is None else places[chosen]
    mode = view.patch.to_patch(*place)
    joint = _judged(_climbed(view, density, looks, layout.nearest(*mode)), place, sight)
    joint = joint._replace(candidates=_candidates(sight, filling), rivalry=_rivalry(found, chosen))
    if chosen is None:
        return joint._replace(center=_within(mode, layout), hidden=True)
    joint = _drawn(mode, joint, view, looks, COLOR_SHARE + (1 - COLOR_SHARE) * across)
    start = fullest(layout.inner(density), layout)
    there = view.patch.to_frame(start[0] + 0.5, start[1] + 0.5)
    apart = math.dist(start, mode) >= APART * layout.side
    if apart and not lookalikes.claimed(there, side, claims):
        alone = _climbed(view, density, looks, start)
        alone = _judged(alone, view.patch.to_frame(*alone.center), sight)
        if alone.evidence.log_odds > joint.evidence.log_odds + CLEARLY:
            joint = alone._replace(candidates=joint.candidates, rivalry=1.0)
    first = _first_place(view, sight, looks, joint)
    if first is None:
        return joint
    there = view.patch.to_frame(*first.center)
    claimed = lookalikes.claimed(there, side, claims, unlike_frames=unlike_frames)
    return joint if claimed else joint._replace(rival=first)


def _first_place(view: View, sight: Sight, looks: Appearance, found: Place) -> Place | None:
    """Give the place where the first filter answers most, if it is clearly likelier than *found*.

    What is learnt may leave the target with whatever hid it slowly; the first filter does not.
    """
    column, row = cv2.minMaxLoc(sight.first_response)[3]
    response = sight.first_log_response(column, row)
    there = sight.to_frame(column, row)
    mode = view.patch.to_patch(*there)
    layout, here = view.layout, found.evidence.first_response
    if response < LEAST_FIRST or (here is not None and response < here + STRONGER):
        return None
    if math.dist(mode, found.center) < FIRST_APART * layout.side:
        return None
    place = _climbed(view, found.density, looks, layout.nearest(*mode))
    evidence = place.evidence._replace(first_response=response)
    if evidence.log_odds < found.evidence.log_odds + CLEARLY:
        return None
    place = _drawn(mode, place, view, looks, COLOR_SHARE)
    return place._replace(evidence=evidence, candidates=found.candidates, rivalry=1.0)


def _candidates(sight: Sight, filling: NDArray[np.float32]) -> tuple[Candidate, ...]:
    """Give what answers most like the target, as it was at the start or as it was learnt.

    Unlike in the joint density, color counts wherever it is, and what was learnt not to be the
    target is seen by the first filter: look-alikes are to be known before they are near.
    """
    likely = np.maximum(sight.response, sight.first_response) + np.float32(COLOR_WEIGHT) * filling
    found = peaks(np.maximum(likely, 0), sight.side)
    return tuple(
        Candidate(sight.to_frame(mode.column, mode.row), mode.height / found[0].height)
        for mode in found
    )


def _rivalry(found: Sequence[Mode], chosen: int | None) -> float:
    """Tell how high the highest mode but the chosen one stands, relative to that, 1 at most."""
    if chosen is None:
        return 1.0
    highest = max((mode.height for k, mode in enumerate(found) if k != chosen), default=0.0)
    return highest / found[chosen].height if highest < found[chosen].height else 1.0


def _judged(place: Place, center: tuple[float, float], sight: Sight) -> Place:
    """Add what the first frame's structure says of a place, the center being in the frame."""
    column, row = sight.to_cells(*center)
    response = sight.first_log_response(round(column), round(row))
    return place._replace(evidence=place.evidence._replace(first_response=response))


def _drawn(
    mode: tuple[float, float], place: Place, view: View, looks: Appearance, color_share: float
) -> Place:
    """Bring the place to which color leads from a mode to the mode, drawn a little to color's."""
    layout = view.layout
    across, down = place.center[0] - mode[0], place.center[1] - mode[1]
    apart = math.hypot(across, down) / layout.side
    share = color_share * trust(place.evidence.likeness) if apart < SAME_PLACE else 0.0
    center = _within((mode[0] + share * across, mode[1] + share * down), layout)
    seen = (across, down) if apart < LEANING else (0.0, 0.0)
    leans = lean(place.density, center, seen, layout, looks.outline.mean)
    return place._replace(center=center, lean=leans)


def _within(point: tuple[float, float], layout: Layout) -> tuple[float, float]:
    """Give the nearest point of the patch."""
    rows, columns = layout.shape
    return min(max(point[0], 0.5), columns - 0.5), min(max(point[1], 0.5), rows - 0.5)


def find_first(
    view: View, sight: Sight | None, looks: Appearance
) -> tuple[tuple[float, float], Verdict]:
    """Find the center in the frame where the first frame's target is likeliest, and judge it.

    Whatever was learnt since, and wherever on the view it is; without a sight, by color alone.

    Returns
    -------
    center : (float, float)
        x, y in frame pixels.
    verdict : Verdict
    """
    layout = view.layout
    density = layout.inner(view.project(looks.colors.first_table))
    if sight is None:
        pixel = fullest(density, layout)
        return view.patch.to_frame(pixel[0] + 0.5, pixel[1] + 0.5), judge(view, looks, pixel)
    filling = sight.over_cells(_filling(density, layout, 1), view)
    likely = sight.first_response + np.float32(COLOR_WEIGHT) * filling
    column, row = cv2.minMaxLoc(likely)[3]
    center = sight.to_frame(column, row)
    verdict = judge(view, looks, view.patch.to_patch(*center))
    return center, verdict._replace(response=sight.first_log_response(column, row))


def _climbed(
    view: View, density: NDArray[np.float32], looks: Appearance, start: tuple[int, int]
) -> Place:
    """Climb the density from a pixel, and align it with the target's."""
    layout = view.layout
    colors = looks.colors.compare(view.histogram(layout.kernel, start))
    weights = view.project(colors.weights)
    x, y, _ = climb_aperture(weights, layout.window, start, layout.shape, CLIMB_STEPS)
    alignment: Alignment
    for _ in range(ALIGNMENTS):
        column, row = round(x), round(y)
        alignment = looks.outline.align(density, (column, row))
        x = min(max(column + alignment.shift[0], 0.0), layout.shape[1] - 1.0)
        y = min(max(row + alignment.shift[1], 0.0), layout.shape[0] - 1.0)
        if (round(x), round(y)) == (column, row):
            break
    evidence = Evidence(
        colors.first_similarity, colors.similarity, alignment.first_likeness, alignment.likeness
    )
    # From pixel indices, which count centers, to edges.
    return Place((x + 0.5, y + 0.5), alignment.log_scale, density, evidence)


def judge(view: View, looks: Appearance, point: tuple[float, float]) -> Verdict:
    """Tell how like the first frame's target what lies round a point is, by color.

    Parameters
    ----------
    view : View
    looks : Appearance
    point : (float, float)
        x, y in patch pixels, edges. Beyond the patch, where a hidden target may wait, what lies
        nearest to it is judged.
    """
    pixel = view.layout.nearest(*point)
    colors = looks.colors.compare(view.histogram(view.layout.kernel, pixel))
    alignment = looks.outline.align(view.project(looks.colors.first_table), pixel)
    return Verdict(colors.first_similarity, alignment.first_likeness)


def judge_near(
    view: View, sight: Sight | None, looks: Appearance, center: tuple[float, float]
) -> Verdict:
    """Tell how like the first frame's target what lies about a center in the frame is.

    With a sight, at the place nearby where its structure answers most; without, by color alone.
    """
    if sight is None:
        return judge(view, looks, view.patch.to_patch(*center))
    reach, cells = SAME_PLACE * sight.side, sight.to_cells(*center)
    (left, top), (right, bottom) = (
        [min(max(round(each + way), 0), CELLS - 1) for each in cells] for way in (-reach, reach)
    )
    column, row = cv2.minMaxLoc(sight.first_response[top : bottom + 1, left : right + 1])[3]
    column, row = column + left, row + top
    verdict = judge(view, looks, view.patch.to_patch(*sight.to_frame(column, row)))
    return verdict._replace(response=sight.first_log_response(column, row))


def fullest(density: NDArray[np.float32], layout: Layout) -> tuple[int, int]:
    """Find the pixel, column and row, round which a window of the target's size is fullest."""
    rows, columns = layout.nearness.shape
    coarse = cv2.resize(
        density[: rows * COARSE, : columns * COARSE], (columns, rows), interpolation=cv2.INTER_AREA
    )
    filling = _filling(coarse, layout, COARSE)
    column, row = cv2.minMaxLoc(cv2.multiply(filling, layout.nearness))[3]
    # The pixel that makes the middle cell the middle pixel: on an even map nothing moves.
    middle_column, middle_row = layout.middle
    return column * COARSE + middle_column % COARSE, row * COARSE + middle_row % COARSE


def _filling(density: NDArray[Any], layout: Layout, pixels: int) -> NDArray[np.float32]:
    """Tell how full a window of the target's size is about each value of *pixels* patch pixels."""
    window = (
        round(layout.width * FILLING / pixels) | 1,
        round(layout.height * FILLING / pixels) | 1,
    )
    return np.asarray(
        cv2.boxFilter(density, -1, window, borderType=cv2.BORDER_CONSTANT), np.float32
    )
