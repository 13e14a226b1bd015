"""One run of the command line: frames through the tracker into recordings and the window."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from types import TracebackType

import cv2

from .box import Box, iou
from .drawing import Image
from .errors import DamagedError
from .loop import Follower
from .outputs import Outputs
from .overlay import draw
from .screen import Player, Window, select_box
from .sheet import SheetPictures
from .signals import Stopped, StopSignals
from .tables import open_table
from .track import Track
from .tracker import Tracker
from .video import Frame, Video, open_sink

__all__ = ["Recorder", "Summary", "choose_target", "follow"]

TRAIL_FRAMES = 60  # how far back the way is shown: two seconds of most videos
RECENT = 1000  # frames of which a live source's latency is told
LIVE_HINT = "drag a box around the target   space stop the picture   q quit"


class Recorder:
    """Writes the annotated video, the tables and the contact sheet. A context manager."""

    def __init__(self, outputs: Outputs, like: Video, *, overwrite: bool) -> None:
        self._outputs = outputs
        self._sheet = SheetPictures() if outputs.sheet else None
        self._size: tuple[int, int] | None = None  # width, height of the recording
        with ExitStack() as stack:
            self._sink = (
                stack.enter_context(
                    open_sink(
                        outputs.video,
                        like=like,
                        overwrite=overwrite,
                        sound_of=like.name if outputs.keep_sound else None,
                    )
                )
                if outputs.video
                else None
            )
            self._tables = [
                stack.enter_context(open_table(path, overwrite=overwrite))
                for path in (outputs.csv, outputs.jsonl)
                if path
            ]
            self._open = stack.pop_all()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()
        if self._sheet is not None and self._outputs.sheet is not None:
            self._sheet.save(self._outputs.sheet)

    @property
    def leftover(self) -> Path | None:
        """What a killed run had left under the name of the recording."""
        return self._sink.leftover if self._sink is not None else None

    @property
    def needs_pictures(self) -> bool:
        """Whether what is seen is recorded, not only where the target is."""
        return self._sink is not None or self._sheet is not None

    def write(self, frame: Frame, track: Track, picture: Image | None) -> None:
        """Write one frame; *picture* is the annotated one, if that is needed."""
        for table in self._tables:
            table.write(track)
        if picture is not None and self._sink is not None:
            self._size = self._size or (picture.shape[1], picture.shape[0])
            if (picture.shape[1], picture.shape[0]) != self._size:
                # a camera that came back with another size; a recording has one
                picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
            self._sink.write(picture, frame.time_s)
        if picture is not None and self._sheet is not None:
            self._sheet.add(picture, f"{frame.time_s:.1f} s")


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
    elapsed_s: float = 0.0
    stopped_by: int | None = None  # the signal, if there was one
    damage: str = ""  # in words, if the source ended early

    @property
    def update_ms(self) -> float:
        """The mean of an update; the first frame has none."""
        return 1000 * self.update_s / max(self.n_frames - 1, 1)


def choose_target(
    window: Window, first: Frame, frames: Iterator[Frame], *, is_live: bool
) -> tuple[Frame, Box | None]:
    """Let the user draw the box on the first frame; a camera's pictures move until told to stop.

    Returns
    -------
    Frame
        The one that was drawn on.
    Box or None
        None when canceled.
    """
    frame = first
    for frame in chain([first], frames if is_live else ()):
        window.show(frame.image, hint=LIVE_HINT)
        key = window.key()
        if key in ("q", "escape") or not window.is_open:
            return frame, None
        if key == "space" or window.drag.pressed:
            break
    return replace(frame, index=0), select_box(window, frame.image)


def follow(
    frames: Iterable[Frame],
    tracker: Tracker,
    *,
    recorder: Recorder,
    player: Player | None,
    signals: StopSignals,
    density: bool,
    truth: Sequence[Box | None] = (),
) -> Summary:
    """Follow the target through *frames*, of which the first is the one the tracker was made on.

    Ends with the frames, with the window, or with a signal; what was recorded till then is whole.
    With *density* the recording shows the density map; *truth* is compared with, where known.
    """
    summary, trail = Summary(), deque[Track](maxlen=TRAIL_FRAMES)
    follower: Follower | None = None
    began_s = time.perf_counter()
    try:
        for frame in frames:
            with signals.held():
                follower = follower or Follower(tracker, frame)
                track = _update(follower, frame, summary)
                _judge(track, truth, summary)
                trail.append(track)
                picture = None
                if recorder.needs_pictures:
                    seen = tracker.density() if density else None
                    picture = draw(frame.image, track, trail=trail, density=seen)
                recorder.write(frame, track, picture)
            command = _show(player, frame, tracker, trail, summary) if player else ""
            if frame.arrived_s is not None:
                summary.latencies_s.append(time.monotonic() - frame.arrived_s)
            if command == "quit":
                break
            if command == "select" and player is not None:
                box = select_box(player.window, frame.image)
                if box is not None:
                    tracker.reset(frame.image, box)
                    trail.clear()
    except DamagedError as error:
        summary.damage = str(error)
    except Stopped as stop:
        summary.stopped_by = stop.signal
    finally:
        signals.ignore()  # from here on the recordings are being completed
    summary.elapsed_s = time.perf_counter() - began_s
    return summary


def _update(follower: Follower, frame: Frame, summary: Summary) -> Track:
    """Bring the tracker to this frame; on the first one it already is."""
    # CPU of this thread: decoding goes on beside it, and takes its turns at the interpreter.
    began_s = time.thread_time()
    track = follower.advance(frame) if summary.n_frames else follower.tracker.track
    summary.update_s += time.thread_time() - began_s
    summary.n_frames += 1
    summary.states[str(track.state)] += 1
    summary.n_dropped = frame.n_dropped
    return track


def _judge(track: Track, truth: Sequence[Box | None], summary: Summary) -> None:
    """Compare the box with the truth of its frame, if there is one."""
    number = summary.n_frames - 1
    wanted = truth[number] if number < len(truth) else None
    if wanted is not None:
        summary.overlaps.append(float(iou(track.box, wanted)))


def _show(
    player: Player, frame: Frame, tracker: Tracker, trail: Sequence[Track], summary: Summary
) -> str:
    """Show the frame on the window; gives the command that came back."""

    def render() -> Image:
        return draw(
            frame.image,
            trail[-1],
            trail=trail if player.trail else (),
            density=tracker.density() if player.density else None,
        )

    status = f"{frame.time_s:.1f} s   {summary.update_ms:.1f} ms a frame"
    if summary.latencies_s:
        late_ms = 1000 * summary.latencies_s[-1]
        status = f"{late_ms:.0f} ms late   {summary.n_dropped} dropped   {status}"
    return player.show(render, frame.time_s, status)
