"""One run of the command line: frames through the tracker into recordings and the window."""

from __future__ import annotations

import copy
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from .box import Box, iou
from .drawing import Image
from .errors import DamagedError
from .loop import Follower
from .overlay import draw
from .recorder import Recorder
from .signals import Stopped, StopSignals
from .track import Track
from .tracker import Tracker
from .video import Frame

__all__ = ["TRAIL_FRAMES", "Run", "Summary"]

TRAIL_FRAMES = 60  # how far back the way is shown: two seconds of most videos
SHOWN_TRACKS = 1000  # of which one can look back at the boxes
RECENT = 1000  # frames of which a live source's latency is told


@dataclass
class Summary:
    """What happened in a run."""

    n_frames: int = 0
    states: Counter[str] = field(default_factory=Counter)
    overlaps: list[float] = field(default_factory=list)  # IoU with the truth, where that is known
    update_s: float = 0.0  # of CPU, spent in the tracker itself
    latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    # of the last live frames, from coming in to being shown and recorded
    n_dropped: int = 0  # frames of a live source that nobody had time for
    n_undrawn: int = 0  # frames that were tracked and not drawn, to keep the film's time
    n_wrong: int = 0  # frames that were marked as wrong
    elapsed_s: float = 0.0
    stopped_by: int | None = None  # the signal, if there was one
    damage: str = ""  # in words, if the source ended early

    @property
    def update_ms(self) -> float:
        """The mean of an update; the first frame has none."""
        return 1000 * self.update_s / max(self.n_frames - 1, 1)


class Run:
    """Follows the target through frames, of which the first is the one the tracker was made on.

    Parameters
    ----------
    tracker : Tracker
    recorder : Recorder
    signals : StopSignals
    density : bool
        Whether the recording shows the density map.
    truth : sequence of Box or None
        Compared with, where known.
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        recorder: Recorder,
        signals: StopSignals,
        density: bool = False,
        truth: Sequence[Box | None] = (),
    ) -> None:
        self.summary = Summary()
        self.recorder = recorder
        self.tracks: deque[Track] = deque(maxlen=SHOWN_TRACKS)
        self._tracker, self._signals = tracker, signals
        self._follower: Follower | None = None
        self._first_model = copy.deepcopy(tracker)
        self._density, self._truth = density, truth

    def follow(
        self, frames: Iterable[Frame], show: Callable[[Frame, Track], bool] | None = None
    ) -> Summary:
        """Follow through all frames, until *show* gives False or a signal comes.

        What was recorded till then is whole.
        """
        summary = self.summary
        began_s = time.perf_counter()
        try:
            for frame in frames:
                with self._signals.held():
                    track = self._advance(frame)
                if show is not None and not show(frame, track):
                    break
                if frame.arrived_s is not None:
                    summary.latencies_s.append(time.monotonic() - frame.arrived_s)
        except DamagedError as error:
            summary.damage = str(error)
        except Stopped as stop:
            summary.stopped_by = stop.signal
        finally:
            self._signals.ignore()  # from here on the recordings are being completed
        summary.elapsed_s = time.perf_counter() - began_s
        return summary

    def draw(self, frame: Frame, track: Track, *, trail: bool, density: bool) -> Image:
        """Draw a track on its frame; the density is that of the newest frame."""
        past = [one for one in self._recent() if one.index <= track.index] if trail else []
        seen = self._tracker.density() if density else None
        return draw(frame.image, track, trail=past, density=seen)

    def restart(self, frame: Frame, box: Box, index: int) -> Track:
        """Follow what is in *box* from this frame on; it becomes frame *index* of the tables."""
        tracker = Tracker(frame.image, box, time_s=frame.time_s, config=self._tracker.config)
        self._first_model = copy.deepcopy(tracker)
        track = self._go_on_with(tracker, frame, index)
        self.recorder.rewind(index)
        while self.tracks and self.tracks[-1].index >= index:
            self.tracks.pop()
        self._keep(frame, track)
        return track

    def back_to_first_model(self, frame: Frame) -> None:
        """Forget what was learnt since the box was drawn, and go on where the target is now."""
        box = self._tracker.track.box
        tracker = copy.deepcopy(self._first_model)
        tracker.reset(frame.image, box, keep_model=True)
        self._go_on_with(tracker, frame, self.tracks[-1].index)

    def _go_on_with(self, tracker: Tracker, frame: Frame, index: int) -> Track:
        self._tracker = tracker
        self._follower = Follower(tracker, frame, index)
        return replace(tracker.track, index=index)

    def _advance(self, frame: Frame) -> Track:
        """Bring the tracker to this frame, which on the first one it already is; write it."""
        summary = self.summary
        # CPU of this thread: decoding goes on beside it, and takes its turns at the interpreter.
        began_s = time.thread_time()
        if self._follower is None:
            self._follower = Follower(self._tracker, frame)
            track = self._tracker.track
        else:
            track = self._follower.advance(frame)
        summary.update_s += time.thread_time() - began_s
        summary.n_frames += 1
        summary.states[str(track.state)] += 1
        summary.n_dropped = frame.n_dropped
        wanted = self._truth[track.index] if track.index < len(self._truth) else None
        if wanted is not None:
            summary.overlaps.append(float(iou(track.box, wanted)))
        self._keep(frame, track)
        return track

    def _keep(self, frame: Frame, track: Track) -> None:
        self.tracks.append(track)
        picture = None
        if self.recorder.needs_pictures:
            picture = self.draw(frame, track, trail=True, density=self._density)
        self.recorder.write(frame, track, picture)

    def _recent(self) -> list[Track]:
        start = max(len(self.tracks) - TRAIL_FRAMES, 0)
        return list(islice(self.tracks, start, None))
