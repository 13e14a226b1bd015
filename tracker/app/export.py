"""The tracks of a table drawn onto their video again, without tracking."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from ..errors import DamagedError, SourceError
from ..loop import FIRST, READ_AHEAD, read_ahead
from ..overlay import draw, draw_all
from ..overlay.primitives import Image
from ..track import Track
from ..video import Frame, Sink, Video
from .reel import SAME_S
from .run import TRAIL_FRAMES

__all__ = ["Fit", "drawn", "export"]


@dataclass
class Fit:
    """How well the tracks of a table fit the frames of a video."""

    n_tracks: int
    n_drawn: int = 0
    n_moved: int = 0  # drawn, with more or fewer frames since the first track than in the table
    n_outside: int = 0  # drawn, with a box that is nowhere in the picture
    damage: str = ""  # in words, if the video ended early

    def doubts(self, size: str) -> str:
        """Say why the table may be that of another video; empty if nothing tells so.

        *size* is that of its pictures, in words. A table does not hold that of those it is of.
        """
        said = []
        if self.n_drawn < self.n_tracks and not self.damage:
            said.append(f"{self.n_tracks - self.n_drawn} tracks have the time of no frame of it")
        if self.n_moved:
            said.append(f"{self.n_moved} tracks have another number than the frame of their time")
        if self.n_outside:
            said.append(f"{self.n_outside} boxes lie beside its {size} picture")
        return "; ".join(said)


def export(video: Video, targets: Mapping[int, Sequence[Track]], sink: Sink) -> Fit:
    """Record the frames from the first track to the last.

    Parameters
    ----------
    targets : mapping of int to sequence of Track
        As :func:`~tracker.tables.read_targets` gives them.

    Raises
    ------
    SourceError
        If no track is of a frame of this video.
    """
    fit = Fit(sum(map(len, targets.values())))
    ahead: int | None = None  # numbers of the table's first frame in the video
    try:
        with closing(read_ahead(video, READ_AHEAD)) as frames:
            for frame, tracks, picture in drawn(frames, targets):
                sink.write(picture, frame.time_s)
                for track in tracks.values():
                    ahead = frame.index - track.index if ahead is None else ahead
                    beside = not track.box.share_inside(video.width, video.height)
                    fit.n_drawn += 1
                    fit.n_moved += frame.index - track.index != ahead
                    fit.n_outside += track.ok and beside
    except DamagedError as error:
        fit.damage = str(error)
    if fit.damage and not fit.n_drawn:
        raise DamagedError(fit.damage)
    if targets and not fit.n_drawn:
        raise SourceError(f"{video.name}: no frame has the time of a track; is it another video?")
    return fit


def drawn(
    frames: Iterable[Frame], targets: Mapping[int, Sequence[Track]]
) -> Iterator[tuple[Frame, dict[int, Track], Image]]:
    """Give the frames from the first track to the last, each with its tracks and drawn on.

    Tracks belong to frames by their times, or by their numbers where a track has no time.
    """
    by_number, by_time = _of_frames(targets)
    times = sorted(by_time)
    trails: dict[int, deque[Track]] = defaultdict(lambda: deque(maxlen=TRAIL_FRAMES))
    n_left = sum(map(len, targets.values()))
    for frame in frames:
        tracks = by_number.get(frame.index, {})
        at = bisect_left(times, frame.time_s - SAME_S)
        if at < len(times) and times[at] <= frame.time_s + SAME_S:
            tracks = by_time[times[at]]
        for number, track in tracks.items():
            trails[number].append(track)
        n_left -= len(tracks)
        if tracks:
            yield frame, tracks, _picture(frame, tracks, trails, several=list(targets) != [FIRST])
        elif trails and n_left:
            yield frame, {}, frame.image  # one that was not tracked, in between
        elif trails:
            return


def _of_frames(
    targets: Mapping[int, Sequence[Track]],
) -> tuple[dict[int, dict[int, Track]], dict[float, dict[int, Track]]]:
    """Sort tracks by their frame's index where they have no time, and by its time."""
    by_number: dict[int, dict[int, Track]] = defaultdict(dict)
    by_time: dict[float, dict[int, Track]] = defaultdict(dict)
    for number, tracks in targets.items():
        for track in tracks:
            if track.time_s is None:
                by_number[track.index][number] = track
            else:
                by_time[track.time_s][number] = track
    return by_number, by_time


def _picture(
    frame: Frame,
    tracks: dict[int, Track],
    trails: Mapping[int, Iterable[Track]],
    *,
    several: bool,
) -> Image:
    if several:
        return draw_all(frame.image, tracks, trails=trails)
    return draw(frame.image, tracks[FIRST], trail=trails[FIRST])
