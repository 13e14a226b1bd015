"""One run of the command line: frames through the tracker into recordings and the window."""

from __future__ import annotations

import copy
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ..box import Box, iou
from ..errors import DamagedError, SinkError
from ..loop import FIRST, Follower
from ..movers import Movers
from ..multi import MultiTracker
from ..overlay import draw, draw_all
from ..overlay.primitives import Image
from ..track import Track
from ..tracker import Tracker
from ..video import Frame
from .recorder import Recorder
from .signals import Stopped, StopSignals

__all__ = ["TRAIL_FRAMES", "Run", "Seen", "Summary", "trails_of"]

TRAIL_FRAMES = 60  # how far back the way is shown: two seconds of most videos
SHOWN = 1000  # frames of which one can look back at the boxes
RECENT = 1000  # frames of which a live source's latency is told


@dataclass
class Summary:
    """What happened in a run."""

    n_frames: int = 0
    states: Counter[str] = field(default_factory=Counter)
    ids: set[int] = field(default_factory=set)  # of all targets that there were
    overlaps: list[float] = field(default_factory=list)  # IoU with the truth, where that is known
    update_s: float = 0.0  # of CPU, spent in the tracker itself
    latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    # of the last live frames, from coming in to being shown and recorded
    n_dropped: int = 0  # frames of a live source that nobody had time for
    n_undrawn: int = 0  # frames that were tracked and not drawn, to keep the film's time
    n_wrong: int = 0  # frames that were marked as wrong
    stood_s: float = 0.0  # while the user let a picture stand
    elapsed_s: float = 0.0  # but for that
    stopped_by: int | None = None  # the signal, if there was one
    damage: str = ""  # in words, if the source ended early
    failures: dict[str, str] = field(default_factory=dict)  # in words, by what was not written

    @property
    def update_ms(self) -> float:
        """The mean of an update; the first frame has none."""
        return 1000 * self.update_s / max(self.n_frames - 1, 1)

    def note_failure(self, error: SinkError) -> None:
        """Take note of an output that failed; of each the first words tell why."""
        name = str(error).partition(": ")[0]
        self.failures.setdefault(name, str(error))


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in one frame."""

    index: int
    time_s: float
    tracks: dict[int, Track]
    """By the targets' numbers."""


class Run:
    """Follows targets through frames, of which the first is the one they were added on.

    Parameters
    ----------
    targets : MultiTracker
    recorder : Recorder
    signals : StopSignals
    density : bool
        Whether the recording shows the density map of the selected target, or of the newest.
    truth : sequence of Box or None
        Compared with the first target, where known.
    auto : bool
        Whether to follow all that moves, too, as it appears and leaves.

    Attributes
    ----------
    seen : deque of Seen
        The last frames, the newest one last.
    several : bool
        Whether there was ever more than the first target: rows have ids then, and pictures numbers.
    selected : int or None
        The target that is corrected, and of which more is told. One alone always is.
    """

    def __init__(
        self,
        targets: MultiTracker,
        *,
        recorder: Recorder,
        signals: StopSignals,
        density: bool = False,
        truth: Sequence[Box | None] = (),
        auto: bool = False,
    ) -> None:
        self.summary = Summary()
        self.recorder = recorder
        self.seen: deque[Seen] = deque(maxlen=SHOWN)
        self.several = False
        self.selected: int | None = FIRST if density or targets.ids == (FIRST,) else None
        self._targets, self._signals = targets, signals
        self._movers = Movers(targets) if auto else None
        self._hidden: set[int] = set()  # dropped, and followed so that they are not found again
        self._follower: Follower | None = None
        self._first_models = {number: copy.deepcopy(targets[number]) for number in targets.ids}
        self._density, self._truth = density, truth
        self._recorded: tuple[tuple[object, ...], Image] | None = None  # the newest, and of what
        if auto or targets.ids != (FIRST,):
            self._make_several()

    def follow(
        self, frames: Iterable[Frame], show: Callable[[Frame], bool] | None = None
    ) -> Summary:
        """Follow through all frames, until *show* gives False or a signal comes.

        What was recorded till then is whole. An output that fails ends it, too.
        """
        summary = self.summary
        began_s = time.perf_counter()
        try:
            for frame in frames:
                stood_s = summary.stood_s
                with self._signals.held():
                    self._advance(frame)
                if show is not None and not show(frame):
                    break
                if frame.arrived_s is not None:
                    late_s = time.monotonic() - frame.arrived_s - (summary.stood_s - stood_s)
                    summary.latencies_s.append(late_s)
        except DamagedError as error:
            summary.damage = str(error)
        except SinkError as error:
            summary.note_failure(error)
        except Stopped as stop:
            summary.stopped_by = stop.signal
        finally:
            self._signals.ignore()  # from here on the recordings are being completed
        summary.elapsed_s = time.perf_counter() - began_s - summary.stood_s
        return summary

    def draw(self, frame: Frame, seen: Seen, *, trail: bool, density: bool) -> Image:
        """Draw the tracks on their frame.

        The density is that of the newest frame, of the selected target or else of the newest one.
        The picture must not be changed: it may be the one that is being recorded.
        """
        wanted = (seen.index, trail, density, self.selected)
        if self._recorded is not None and self._recorded[0] == wanted:
            return self._recorded[1]
        start = max(len(self.seen) - TRAIL_FRAMES, 0)
        recent = [one for one in islice(self.seen, start, None) if one.index <= seen.index]
        trails = trails_of(recent) if trail else {}
        chosen, tracks = self.selected, seen.tracks
        if density and chosen is None:
            chosen = max(tracks, default=None)
        its_density = None
        if density and chosen is not None and chosen in tracks:
            its_density = self._targets[chosen].density()
        if not self.several:
            way = trails.get(FIRST, ())
            return draw(frame.image, tracks[FIRST], trail=way, density=its_density)
        return draw_all(frame.image, tracks, trails=trails, selected=chosen, density=its_density)

    # --- steered by hand ------------------------------------------------------------------------

    def restart(self, frame: Frame, box: Box, index: int) -> None:
        """Follow what is in *box* from this frame on, as the selected target or as a new one.

        The frame becomes number *index* of the tables. In an earlier one the other targets go on
        from where they were then.
        """
        self._place(frame, box, index, self.selected)

    def add(self, frame: Frame, box: Box, index: int) -> None:
        """Follow what is in *box* from this frame on, too."""
        self._place(frame, box, index, None)

    def drop(self, number: int) -> None:
        """Follow a target no longer."""
        self._make_several()
        if self._movers is None:
            self._targets.remove(number)
        self._hidden.add(number)
        self.seen[-1].tracks.pop(number, None)
        self._recorded = None
        if self.selected == number:
            self.selected = None

    def back_to_first_model(self, frame: Frame) -> None:
        """Forget what was learnt of the selected target since its box was drawn; go on where it is.

        Nothing is done without a selected one.
        """
        if self.selected is None:
            return
        box = self._targets[self.selected].track.box
        tracker = copy.deepcopy(self._first_models[self.selected])
        tracker.reset(frame.image, box, keep_model=True)
        self._recorded = None
        self._targets.put(self.selected, tracker)

    def _place(self, frame: Frame, box: Box, index: int, number: int | None) -> None:
        targets = self._targets
        # Made first, to complain of the box before anything is changed.
        tracker = Tracker(frame.image, box, time_s=frame.time_s, config=targets.config)
        if number is None:
            self._make_several()
        self._go_back_to(frame, index, number)
        if number is None:
            number = targets.add(frame.image, box, frame.time_s)
        else:
            targets.put(number, tracker)
        self.selected = number
        self._first_models[number] = copy.deepcopy(tracker)
        self._follower = Follower(targets, frame, index)
        tracks = self._follower.tracks.items()
        shown = {other: track for other, track in tracks if other not in self._hidden}
        self._keep(frame, Seen(index, frame.time_s, shown))

    def _go_back_to(self, frame: Frame, index: int, number: int | None) -> None:
        """Take back the rows from a frame on, and all targets but one to where they were in it."""
        self.recorder.rewind(index)
        is_newest = index == self.seen[-1].index
        then: dict[int, Track] = {}
        while self.seen and self.seen[-1].index >= index:
            then = self.seen.pop().tracks
        height, width = frame.image.shape[:2]
        for other in self._targets.ids if not is_newest else ():
            if other == number:
                continue
            if other in then and then[other].box.share_inside(width, height) > 0:
                self._targets.reset(other, frame.image, then[other].box, keep_model=True)
            else:
                self._targets.remove(other)

    def _make_several(self) -> None:
        self.recorder.add_ids()
        self.several = True

    # --- frame by frame -------------------------------------------------------------------------

    def _advance(self, frame: Frame) -> None:
        """Bring the targets to this frame, on the first of which they already are; write it."""
        summary = self.summary
        # CPU of this thread: decoding goes on beside it, and takes its turns at the interpreter.
        began_s = time.thread_time()
        if self._follower is None:
            self._follower = Follower(self._targets, frame)
            tracks = self._follower.tracks
        else:
            tracks = self._follower.advance(frame)
        if self._movers is not None and not frame.outage:
            self._movers.look(frame.image, frame.time_s)
            tracks = self._follower.tracks
            self._learn_of(tracks)
        tracks = {number: track for number, track in tracks.items() if number not in self._hidden}
        summary.update_s += time.thread_time() - began_s
        summary.n_frames += 1
        summary.states.update(str(track.state) for track in tracks.values())
        summary.ids.update(tracks)
        summary.n_dropped = frame.n_dropped
        seen = Seen(self._follower.index, frame.time_s, tracks)
        wanted = self._truth[seen.index] if seen.index < len(self._truth) else None
        if wanted is not None and FIRST in tracks:
            summary.overlaps.append(float(iou(tracks[FIRST].box, wanted)))
        self._keep(frame, seen)

    def _learn_of(self, tracks: Mapping[int, Track]) -> None:
        """Take note of the targets that are new, or have gone."""
        known = self._first_models
        for number in known.keys() - tracks.keys():
            del known[number]
        for number in tracks.keys() - known.keys():
            known[number] = copy.deepcopy(self._targets[number])
        self._hidden &= tracks.keys()
        if self.selected not in tracks:
            self.selected = None

    def _keep(self, frame: Frame, seen: Seen) -> None:
        self.seen.append(seen)
        picture = self._recorded = None
        if self.recorder.needs_pictures:
            picture = self.draw(frame, seen, trail=True, density=self._density)
            self._recorded = (seen.index, True, self._density, self.selected), picture
        self.recorder.write(frame, seen.tracks, picture)


def trails_of(seen: Iterable[Seen]) -> dict[int, list[Track]]:
    """Give the tracks of each target in some frames, in their order."""
    trails: dict[int, list[Track]] = {}
    for each in seen:
        for number, track in each.tracks.items():
            trails.setdefault(number, []).append(track)
    return trails
