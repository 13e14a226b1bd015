"""The tracks of a table drawn onto their video again, without tracking."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from .drawing import Image
from .errors import SourceError
from .loop import READ_AHEAD, read_ahead
from .overlay import draw
from .run import TRAIL_FRAMES
from .track import Track
from .video import Frame, Sink, Video

__all__ = ["drawn", "export"]

SAME_S = (
    0.002  # two times of one frame; tables keep a millionth of a second, some files a thousandth
)


def export(video: Video, tracks: Sequence[Track], sink: Sink) -> int:
    """Record the frames from the first track to the last; give how many had one.

    Raises
    ------
    SourceError
        If no track is of a frame of this video.
    """
    n_tracked = 0
    with closing(read_ahead(video, READ_AHEAD)) as frames:
        for frame, track, picture in drawn(frames, tracks):
            sink.write(picture, frame.time_s)
            n_tracked += track is not None
    if tracks and not n_tracked:
        raise SourceError(f"{video.name}: no frame has the time of a track; is it another video?")
    return n_tracked


def drawn(
    frames: Iterable[Frame], tracks: Sequence[Track]
) -> Iterator[tuple[Frame, Track | None, Image]]:
    """Give the frames from the first track to the last, each with its track and drawn on.

    Tracks belong to frames by their times, or by their numbers where a track has no time.
    """
    by_number = {track.index: track for track in tracks if track.time_s is None}
    by_time = {track.time_s: track for track in tracks if track.time_s is not None}
    times = sorted(by_time)
    trail, n_left = deque[Track](maxlen=TRAIL_FRAMES), len(tracks)
    for frame in frames:
        track = by_number.get(frame.index)
        at = bisect_left(times, frame.time_s - SAME_S)
        if at < len(times) and times[at] <= frame.time_s + SAME_S:
            track = by_time[times[at]]
        if track is not None:
            trail.append(track)
            n_left -= 1
            yield frame, track, draw(frame.image, track, trail=trail)
        elif trail and n_left:
            yield frame, None, frame.image  # one that was not tracked, in between
        elif trail:
            return
