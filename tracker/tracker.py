"""Tracker: one target, followed frame by frame.

::

    frame --patch--> small picture --back-projection--> density --climb, align--> place --> box
              |                                            |
        in the first light                              evidence --confidence--> score, state, why
    believed: learn          in doubt: look elsewhere          lost: learn nothing, keep looking
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .appearance import Appearance
from .backprojection import Bins
from .box import Box, RotatedBox
from .claims import Claim, behind, covered, is_claimed, share, within
from .confidence import Confidence, State, reason
from .config import TrackerConfig, config_of
from .errors import FrameError
from .exposure import Exposure, Witness, gains_since
from .extent import Extent, scale_by_color, scale_jointly
from .inputs import as_bgr_code, check_channels, check_frame, on_frame, seconds
from .layout import Layout, View
from .lookalikes import LONGEST_HIDDEN, LookAlikes
from .motion import Motion
from .patch import Patch
from .redetect import Redetection, color_posterior, likely_places
from .rotation import Rotation, Spread, spread
from .saving import read_state, restore, state_of, write_state
from .scale import ScaleFilter
from .search import Place, Verdict, find, find_first, find_jointly, judge, judge_near
from .structure import Sight, Structure
from .track import Track

__all__ = ["Tracker"]

LEARN_STRUCTURE_EVERY = 2  # frames; learning in each costs 0.03
# Frames in which the target is believed, but less like itself than usual, as in half of those of
# footage. To look in every sixth one costs 0.003, in each one gains 0.002.
LOOK_EVERY = 3
LEARN_EVERY = 6  # frames; 4 measures the same and costs more, 8 loses targets in changing light
# The lowest tenth of benchmark targets. Those below 1/3 are followed with a mean success of 0.47,
# those above it with 0.62.
POOR_SEPARABILITY = 0.25
# A target of which so much is covered by another, and nothing likely is seen, is hidden behind it.
HIDDEN_ABOVE, STILL_HIDDEN_ABOVE = 0.5, 0.25
SEEN_ABOVE = 0.5  # probability
LEAST_SIMILARITY_BEFORE = 0.7  # of its colors, of a target before another
LEARN_UP_TO = 0.3  # covered: the other may be the one that is seen


class Tracker:
    """Follows what was in a box of the first frame.

    Parameters
    ----------
    frame : uint8 array of shape (H, W, 3), (H, W) or (H, W, 4)
        The first frame: BGR, gray or BGRA. It is not written to, here and in :meth:`update`.
    box : four numbers
        x, y, width, height of the target in pixels, edges. It may hang over the border: what lies
        outside is not learnt. It may be larger than the frame.
    time_s : float, optional
        Time of the frame in seconds.
    preset : {"robust", "fast"}, optional
        A whole configuration by name: color joined with structure, the default, or color alone in
        a tenth of the time.
    config : TrackerConfig, optional
        Instead of a preset.
    channels : {"bgr", "rgb"}
        Order of the frames' first three channels.

    Raises
    ------
    BoxError
        If the box is not four finite numbers, is empty, or lies outside the frame.
    FrameError
        If the frame is not a picture, or the time not a finite number.
    ConfigError
        If there is no such preset or order of channels, or a preset and a config are given.

    Examples
    --------
    >>> from tracker import Tracker
    >>> from tracker.synthetic import plain_scene
    >>> scene = plain_scene()
    >>> image, box = scene[0]
    >>> tracker = Tracker(image, box)
    >>> for image, truth in scene[1:10]:
    ...     track = tracker.update(image)
    >>> track.state.value, track.index
    ('tracking', 9)
    """

    # All that is remembered, besides the newest view and sight: light, looks, size, turn, motion,
    # belief.
    _exposure: Exposure
    _witness: Witness
    _first: Patch
    _looks: Appearance
    _sizes: ScaleFilter | None
    _extent: Extent
    _believed: Box
    _rotation: Rotation
    _motion: Motion
    _lookalikes: LookAlikes
    _confidence: Confidence
    _redetection: Redetection
    _track: Track
    _sight: Sight | None

    def __init__(
        self,
        frame: NDArray[np.uint8],
        box: Iterable[float],
        *,
        time_s: float | None = None,
        preset: str | None = None,
        config: TrackerConfig | None = None,
        channels: str = "bgr",
    ) -> None:
        self._channels = check_channels(channels)
        self.config = config_of(preset, config)
        self._index = 0
        frame = check_frame(frame)
        self._frame_shape = frame.shape
        self._start(frame, on_frame(Box.of(box), frame), seconds(time_s))

    @property
    def track(self) -> Track:
        """The newest track."""
        return self._track

    @property
    def separability(self) -> float:
        """How well the target's colors were told from its surroundings' at the start: 0 to 1."""
        return self._looks.colors.separability

    @property
    def warning(self) -> str:
        """What makes this target hard to follow by color, in words; empty when nothing does."""
        if self.separability >= POOR_SEPARABILITY:
            return ""
        return (
            f"the target's colors are also those of its surroundings (separability "
            f"{self.separability:.2f} of 1): expect drift; try a tighter box"
        )

    @property
    def sure(self) -> bool:
        """Whether the target will not be sought elsewhere, whatever the next frame shows."""
        return self._confidence.sure

    @property
    def claim(self) -> Claim:
        """Where the target is about to be, for those that are followed beside it."""
        box, target = self._box, self._lookalikes.target
        belief = 0.0 if self._confidence.state is State.LOST else self._confidence.belief
        return Claim(box.centered_at(*target.expected), belief, target.unseen > 0)

    def update(
        self,
        frame: NDArray[np.uint8],
        time_s: float | None = None,
        *,
        claims: Sequence[Claim] = (),
    ) -> Track:
        """Find the target in the next frame.

        Parameters
        ----------
        frame : uint8 array of the first frame's shape
        time_s : float, optional
            Time of the frame in seconds; dropped frames then stretch the predicted step.
        claims : sequence of Claim
            Where other targets are about to be, whose trackers tell by :attr:`claim`: what is
            theirs is not taken for this one.

        Raises
        ------
        FrameError
            If the frame is not a picture, or of another shape than the first, or the time is not a
            finite number; the tracker is then as it was.
        """
        frame, time_s = self._checked(frame), seconds(time_s)
        self._index += 1
        time = self._time_of(time_s)
        claims = [each for each in claims if each.belief > 0]
        place = self._find(frame, self._expected(time), claims)
        unlike = self._confidence.unlike  # up to the last frame: that is what `sure` tells
        was_lost = self._confidence.state is State.LOST
        self._confidence.weigh(place.evidence)
        self._motion.moved(self._inside(self._view.patch.to_frame(*place.center)), time)
        center = None if place.hidden else self._motion.center
        self._lookalikes.follow(place.candidates, center, self._extent.side)
        if place.hidden and claims:
            self._lookalikes.target.center = self._motion.center
        found = self._look_elsewhere(frame, place, claims, unlike=unlike)
        worth_learning = place.evidence.worth_learning
        if found is not None:
            self._return(*found, time)
            place = place._replace(lean=(0.0, 0.0), rivalry=None)  # they are of where it was
        elif worth_learning and self._confidence.state is not State.LOST:
            self._learn(frame, place, claims)
        if was_lost and self._confidence.state is not State.LOST:
            # Where it was going meanwhile was the way of something else.
            self._lookalikes = LookAlikes.of(self._motion.center)
        box = self._leaning(place)
        if worth_learning and self._confidence.believed:
            self._believed = box
        self._track = self._report(place, box, time_s)
        return self._track

    def reset(
        self, frame: NDArray[np.uint8], box: Iterable[float], *, keep_model: bool = False
    ) -> None:
        """Take the target to be in *box* of *frame*: corrected by hand, or by a detector.

        Parameters
        ----------
        frame, box
            As for a new tracker; the frame may be of another shape than the last one.
        keep_model : bool
            Keep what was learnt of the target, and only move to the box: the upright one round it,
            if it has turned. Otherwise start anew.
            The next frame's index goes on either way.

        Raises
        ------
        BoxError, FrameError
            As for a new tracker; this one is then as it was.
        """
        frame = check_frame(frame)
        box = on_frame(Box.of(box), frame)
        self._frame_shape = frame.shape
        time_s = self._track.time_s
        if not keep_model:
            self._start(frame, box, time_s)
            return
        self._exposure = self._exposure._replace(bgr_code=as_bgr_code(frame.shape, self._channels))
        self._witness = Witness()
        self._believed = self._rotation.told(box, self._extent.size)
        self._extent = self._extent._replace(told=self._believed.size, scale=1.0)
        self._motion.stopped(box.center, self._motion.time)
        self._lookalikes = LookAlikes.of(box.center)
        self._confidence = Confidence(self.config.confidence)
        self._redetection = Redetection()
        self._view.look(frame, self._extent.region(box.center), self._exposure.develop)
        self._track = self._first_track(box, time_s)

    def likeness_of(self, frame: NDArray[np.uint8], box: Box) -> Verdict:
        """Tell how like the first frame's target what is in a box of the newest frame is.

        Parameters
        ----------
        frame : uint8 array of the first frame's shape
            The one that was given to :meth:`update` or :meth:`reset` last.
        box : Box
            In frame pixels; the target is taken to be as large as it.
        """
        extent = self._extent._replace(told=box.size, scale=1.0)
        self._other.look(frame, extent.region(box.center), self._exposure.develop)
        sight = self._sight_of(frame, box.center, extent)
        return judge_near(self._other, sight, self._looks, box.center)

    def density(self) -> tuple[NDArray[np.float32], Box]:
        """Give the density of the newest frame: how likely each pixel is the target's, and where.

        Returns
        -------
        density : float32 array of shape (rows, columns)
            0 to 1, and 0 outside the frame.
        region : Box
            The part of the frame it covers, in frame pixels.
        """
        return self._looks.colors.table.take(self._view.bins), self._view.patch.region

    def __repr__(self) -> str:
        track = self._track
        return f"<Tracker at frame {track.index}: {track.state}, {track.box}, {track.score:.2f}>"

    def save(self, path: str | PathLike[str]) -> None:
        """Save all that the tracker knows: an NPZ file of arrays and JSON, without pickle."""
        write_state(path, *state_of(self))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Tracker:
        """Load a saved tracker; it goes on as the saved one would have, to the last digit.

        Raises
        ------
        StateFileError
            If the file cannot be read, is damaged, or was not saved by this version.
        """
        tracker = cls.__new__(cls)
        restore(tracker, *read_state(path))
        return tracker

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        return state_of(self)

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, NDArray[Any]]]) -> None:
        restore(self, *state)

    # What update is made of, in its order.

    def _checked(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        frame = check_frame(frame)
        if frame.shape != self._frame_shape:
            raise FrameError(
                f"frame of shape {frame.shape}: the tracker was started on {self._frame_shape}; "
                "resize the frame, or reset the tracker on it"
            )
        return frame

    def _time_of(self, time_s: float | None) -> float:
        """Give the frame's time: its index where frames have no times."""
        time = float(self._index) if time_s is None else time_s
        if (time_s is None) is not (self._track.time_s is None):
            self._motion.stopped(self._motion.center, time)
        return time

    @property
    def _box(self) -> Box:
        """Where the target is taken to be, believed or not."""
        return self._extent.box(self._motion.center)

    def _expected(self, time: float) -> tuple[float, float]:
        """Predict the center; beyond the frame, as after a gap in the times, it is not believed."""
        x, y = self._motion.expected(time, self._extent.side)
        height, width = self._frame_shape[:2]
        return (x, y) if 0 <= x <= width and 0 <= y <= height else self._motion.center

    def _inside(self, point: tuple[float, float]) -> tuple[float, float]:
        height, width = self._frame_shape[:2]
        return min(max(point[0], 0.0), float(width)), min(max(point[1], 0.0), float(height))

    def _find(
        self, frame: NDArray[np.uint8], center: tuple[float, float], claims: Sequence[Claim]
    ) -> Place:
        """Find the target round the expected center, in the light of the frame."""
        place = self._found(frame, center, claims)
        similarity = place.evidence.similarity
        if self._witness.misses(similarity) and self._relit(frame, center):
            place = self._found(frame, center, claims)
        if place.evidence.worth_learning:
            self._witness.saw(self._view.patch, place.evidence.similarity)
        return place

    def _relit(self, frame: NDArray[np.uint8], center: tuple[float, float]) -> bool:
        """Take a change of light back, when that is what took the colors; tell whether it was."""
        witness, before = self._witness.patch, self._exposure
        gains = None if witness is None else gains_since(witness, frame, before)
        if gains is None or not before.is_apart(gains):
            return False
        exposure = before._replace(gains=gains)
        looks = self._looks_in(exposure)
        expected = self._view.patch.to_patch(*center)
        here = judge(self._view, self._looks, expected)
        self._other.look(frame, self._extent.region(center), exposure.develop)
        there = judge(self._other, looks, expected)
        # A lost target is not where it is expected: it is to be sought in the light that is now.
        if there.similarity <= here.similarity and self._confidence.state is not State.LOST:
            return False
        self._exposure, self._looks = exposure, looks
        return True

    def _looks_in(self, exposure: Exposure) -> Appearance:
        """Give the looks in another light: anew, when that overexposes colors of the target."""
        first = self._first
        if not exposure.shows_otherwise(first.image, self._exposure):
            return self._looks
        self._other.show(first._replace(image=exposure.overexposed(first.image)))
        looks = Appearance.of(self._other)
        looks.structure = self._looks.structure
        return looks

    def _found(
        self, frame: NDArray[np.uint8], center: tuple[float, float], claims: Sequence[Claim]
    ) -> Place:
        """Find the target round the expected center, unless another one hides it."""
        view = self._view
        view.look(frame, self._extent.region(center), self._exposure.develop)
        region = view.patch.region
        near = within(region, claims)
        if not near:
            return self._seen(frame, center, near)
        own = self.claim.box
        view.share = share(region, self._layout.shape, own, near)
        place = self._seen(frame, center, near)
        if self._is_hidden(place, near):
            return place._replace(hidden=True, center=view.patch.to_patch(*behind(own, near)))
        return place

    def _is_hidden(self, place: Place, claims: Sequence[Claim]) -> bool:
        """Tell whether what was found is another target, before this one."""
        own, found = self.claim, self._view.patch.to_frame(*place.center)
        if place.hidden or is_claimed(found, own.box.center, self._extent.side, claims):
            return True
        cover = max(covered(own.box, claims), covered(own.box.centered_at(*found), claims))
        evidence = place.evidence
        return cover > (STILL_HIDDEN_ABOVE if own.hidden else HIDDEN_ABOVE) and (
            evidence.probability < SEEN_ABOVE or evidence.similarity < LEAST_SIMILARITY_BEFORE
        )

    def _seen(
        self, frame: NDArray[np.uint8], center: tuple[float, float], claims: Sequence[Claim]
    ) -> Place:
        """Find what is most like the target on the view."""
        self._sight = self._sight_of(frame, center, self._extent)
        if self._sight is None:
            return find(self._view, self._looks)
        place = find_jointly(
            self._view,
            self._sight,
            self._looks,
            self._lookalikes,
            claims,
            self._rotation.across,
            unlike_frames=self._confidence.unlike_frames,
        )
        return self._redetection.preferred(place)

    def _sight_of(
        self, frame: NDArray[np.uint8], center: tuple[float, float], extent: Extent
    ) -> Sight | None:
        """Look at the structure about a center; None without."""
        structure = self._looks.structure
        if structure is None:
            return None
        return structure.look(frame, center, extent.zoom, self._exposure.develop)

    def _look_elsewhere(
        self, frame: NDArray[np.uint8], place: Place, claims: Sequence[Claim], *, unlike: bool
    ) -> tuple[tuple[float, float], Verdict] | None:
        """In doubt, look closely at one other place; give it when it has convinced.

        Now and then so, too, when what is followed has been *unlike* what it usually is.
        """
        redetection, believed = self._redetection, self._believed
        if not self._confidence.in_doubt:
            if not unlike:
                redetection.believed()
                return None
            if self._index % LOOK_EVERY:
                return None
        if place.hidden and claims and self._lookalikes.target.unseen < LONGEST_HIDDEN:
            return None  # it comes back here
        redetection.doubted()
        here = self._motion.center
        proposal = redetection.rival or self._scanned_place() or self._likely_place(frame, here)
        if proposal is None:
            return None
        rival, there = self._looked_at(frame, proposal)
        if covered(believed.centered_at(*rival), claims) > HIDDEN_ABOVE:
            redetection.dismissed()  # it is another target
            return None
        seen_here = judge(self._view, self._looks, place.center)
        seen_here = seen_here._replace(response=place.evidence.first_response)
        apart = math.dist(rival, here) / believed.side
        won = redetection.challenge(rival, there, seen_here, apart, self._confidence.belief)
        if redetection.rival is None:
            redetection.tried_at(proposal)
        return (rival, there) if won else None

    def _looked_at(
        self, frame: NDArray[np.uint8], center: tuple[float, float]
    ) -> tuple[tuple[float, float], Verdict]:
        """Look closely at another place: give where the first target would be there."""
        extent = self._extent.of(self._believed)
        self._other.look(frame, extent.region(center), self._exposure.develop)
        return find_first(self._other, self._sight_of(frame, center, extent), self._looks)

    def _scanned_place(self) -> tuple[float, float] | None:
        """Give the next place in order in some frames of a loss; None where colors are to tell."""
        if self._sight is None or not (self._confidence.on_probation and self._redetection.scans):
            return None
        height, width = self._frame_shape[:2]
        return self._redetection.scan(self._believed, (width, height))

    def _likely_place(
        self, frame: NDArray[np.uint8], here: tuple[float, float]
    ) -> tuple[float, float] | None:
        """Give a place other than *here* where the first target's colors are."""
        height, width = self._frame_shape[:2]
        places = likely_places(
            frame,
            self._redetection.region(
                self._believed,
                (width, height),
                everywhere=self._confidence.on_probation,
            ),
            self._believed.size,
            self._colors,
            color_posterior(self._looks.colors, self._colors.n_bins),
            self._exposure.develop,
            avoid=(here, *self._redetection.passed_over),
        )
        return self._redetection.choice(places) if places else None

    def _return(self, center: tuple[float, float], seen: Verdict, time: float) -> None:
        """Go to where the target was found again, as the one it was at the start."""
        self._motion.stopped(center, time)
        self._extent = self._extent.of(self._believed)
        self._looks.forget()
        self._lookalikes = LookAlikes.of(center)
        self._confidence.found(seen.log_odds)
        self._redetection = Redetection()

    def _learn(self, frame: NDArray[np.uint8], place: Place, claims: Sequence[Claim]) -> None:
        """Learn size, turn and looks from a place that is believed, unless another shares it."""
        if place.hidden or (claims and covered(self._box, claims) > LEARN_UP_TO):
            return
        self._follow_size(frame, place)
        rotation = self._rotation
        if rotation.directed:
            rotation.turned(self._spread(place.density, place.pixel))
        view, density, pixel = self._view, place.density, place.pixel
        if self._sight is not None and not self._index % LEARN_STRUCTURE_EVERY:
            center = view.patch.to_frame(*place.center)
            self._looks.learn_structure(self._sight, view, density, pixel, center)
        if not self._index % LEARN_EVERY:
            self._looks.learn(view, density, pixel, LEARN_EVERY, self.config.color)
            outline, turn = self._looks.outline, rotation.angle_deg
            is_across = rotation.is_across
            rotation.confirmed(outline.turned_gain(density, pixel, turn) if is_across else 0.0)

    def _follow_size(self, frame: NDArray[np.uint8], place: Place) -> None:
        """Follow a change of the target's size, and learn what it looks like at each."""
        extent, sizes = self._extent, self._sizes
        if sizes is None:
            scale = scale_by_color(extent, place.log_scale, place.evidence)
            self._extent = extent._replace(scale=scale)
            return
        # By turns with structure, so that no frame bears the cost of both.
        learns = self._index % LEARN_STRUCTURE_EVERY != 0
        change = 0.0
        if learns or not sizes.steady:
            sample = sizes.sample(frame, self._box, self._exposure.develop)
            change = sizes.measure(sample)
        height, width = self._frame_shape[:2]
        scale = scale_jointly(extent, change, place.log_scale, place.evidence, (width, height))
        self._extent = extent._replace(scale=scale)
        if learns:
            sizes.learn(sample, math.log(scale / extent.scale))

    def _spread(self, density: NDArray[np.float32], pixel: tuple[int, int]) -> Spread:
        return spread(density, self._layout.disc, pixel, self._layout.shape)

    def _leaning(self, place: Place) -> Box:
        """Give the box about its middle, not about the spot at which the target is followed."""
        (x, y), (across, down) = self._motion.center, self._view.patch.pixel_size
        return self._extent.box((x + place.lean[0] * across, y + place.lean[1] * down))

    def _report(self, place: Place, box: Box, time_s: float | None) -> Track:
        confidence = self._confidence
        if confidence.state is State.TRACKING:
            why = ""
        else:
            rival = self._redetection.rival
            height, width = self._frame_shape[:2]
            box = self._believed if confidence.state is State.LOST else box
            apart = None if rival is None else math.dist(rival, box.center)
            why = reason(
                place.evidence,
                confidence.state,
                box,
                (width, height),
                apart,
                on_probation=confidence.on_probation,
            )
        upright = Box.around(box.center, *self._rotation.upright(*box.size))
        turned = RotatedBox(upright.center, box.size, self._rotation.shown_deg)
        rivalry = place.rivalry
        score = confidence.score if rivalry is None else confidence.score_beside(rivalry)
        return Track(self._index, time_s, upright, turned, score, confidence.state, why)

    # How it starts, stops and goes on elsewhere.

    def _start(self, frame: NDArray[np.uint8], box: Box, time_s: float | None) -> None:
        """Make all that is remembered from a frame and a box."""
        self._exposure = Exposure(as_bgr_code(frame.shape, self._channels))
        self._witness = Witness()
        self._lay_out(box.size)
        self._believed = box
        self._motion = Motion(box.center, float(self._index) if time_s is None else time_s)
        self._lookalikes = LookAlikes.of(box.center)
        self._view.look(frame, self._extent.region(box.center), self._exposure.develop)
        self._first = self._view.patch
        self._looks, self._sizes = Appearance.of(self._view), None
        middle = self._first.to_patch(*box.center)
        self._witness.saw(self._first, judge(self._view, self._looks, middle).similarity)
        if self.config.structure:
            structure, self._sizes = Structure(*box.size), ScaleFilter(*box.size)
            _, spectrum = structure.cut(frame, box.center, 1.0, self._exposure.develop)
            self._looks.begin(structure, spectrum, self._view)
            self._sizes.learn(self._sizes.sample(frame, box, self._exposure.develop))
        density = self._view.project(self._looks.colors.table)
        self._rotation = Rotation.of(self._spread(density, self._layout.middle))
        self._confidence = Confidence(self.config.confidence)
        self._redetection = Redetection()
        self._track = self._first_track(box, time_s)

    def _lay_out(self, first_size: tuple[float, float]) -> None:
        """Make what follows from the configuration and the first box's width and height alone."""
        bins = Bins.of(self.config.color)
        self._colors = Bins.of(dataclasses.replace(self.config.color, texture=False))
        self._layout = Layout.of(*first_size, self.config.patch)
        self._extent = Extent(self._layout, first_size, first_size)
        self._view, self._other = View(self._layout, bins), View(self._layout, bins)

    def _first_track(self, box: Box, time_s: float | None) -> Track:
        turned = RotatedBox(box.center, self._extent.size, self._rotation.angle_deg)
        return Track(self._index, time_s, box, turned, 1.0, State.TRACKING, "")
