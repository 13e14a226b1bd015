"""What a run writes: the annotated video, the tables, the contact sheet."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

import cv2

from ..overlay.primitives import Image
from ..overlay.sheet import SheetPictures
from ..tables import open_table
from ..track import Track
from ..video import Frame, Sink, Video, open_sink
from .behind import WriteBehind
from .outputs import Outputs, write_whole

__all__ = ["Recorder"]

WRITE_BEHIND = 4  # pictures that wait to be encoded at most: 25 MB at 1080p


class Recorder:
    """Writes what a run finds. A context manager.

    Pictures are encoded on a thread of their own; rows are written at once.

    Attributes
    ----------
    files : list of Path
        All that was to be written, what keys began too; a recording without a picture, or one
        that failed, is not there.
    """

    def __init__(self, outputs: Outputs, like: Video, *, overwrite: bool) -> None:
        self._outputs, self._like, self._overwrite = outputs, like, overwrite
        self._sheet = SheetPictures() if outputs.sheet else None
        self._size: tuple[int, int] | None = None  # width, height of the recording
        self._sink: Sink | None = None
        self._behind: WriteBehind[tuple[Image, float]] | None = None
        self._newest_s = float("-inf")  # of the pictures recorded
        self.files = outputs.paths()
        with ExitStack() as stack:
            if outputs.video is not None:
                self._start(outputs.video)
            stack.callback(self._stop)
            self._tables = [
                stack.enter_context(open_table(path, overwrite=overwrite))
                for path in (outputs.csv, outputs.jsonl, outputs.mot)
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
        self.close()

    def close(self) -> None:
        """Complete everything; closing again is fine."""
        try:
            self._open.close()
        finally:
            sheet = self._sheet.draw() if self._sheet is not None else None
            self._sheet = None
            if sheet is not None and self._outputs.sheet is not None:
                write_whole(self._outputs.sheet, cv2.imencode(".png", sheet)[1].tobytes())

    @property
    def leftover(self) -> Path | None:
        """What a killed run had left under the name of the recording."""
        return self._sink.leftover if self._sink is not None else None

    @property
    def needs_pictures(self) -> bool:
        """Whether what is seen is recorded, not only where the target is."""
        return self._sink is not None or self._sheet is not None

    @property
    def records_video(self) -> bool:
        """Whether a video is being recorded now."""
        return self._sink is not None

    @property
    def has_marks(self) -> bool:
        """Whether there are rows to mark."""
        return any(table.has_marks for table in self._tables)

    def add_ids(self) -> None:
        """Let rows say which target they are of, from the first row on."""
        for table in self._tables:
            table.add_ids()

    def write(self, frame: Frame, tracks: Mapping[int, Track], picture: Image | None) -> None:
        """Write one frame; *picture* is the annotated one, if that is needed.

        It must not change any more. One that is not later than the last, since the user went back,
        is in the tables only.
        """
        for table in self._tables:
            for number, track in tracks.items():
                table.write(track, number)
        if picture is not None and self._behind is not None and frame.time_s > self._newest_s:
            self._newest_s = frame.time_s
            self._behind.put((picture, frame.time_s))
        if picture is not None and self._sheet is not None:
            self._sheet.add(picture, f"{frame.time_s:.1f} s")

    def mark(self, index: int, number: int, *, wrong: bool) -> None:
        """Mark the rows of a target in a frame as wrong, or not."""
        for table in self._tables:
            if table.has_marks:
                table.mark(index, number, wrong=wrong)

    def rewind(self, index: int) -> None:
        """Take away the rows from this frame on."""
        for table in self._tables:
            table.rewind(index)

    def toggle(self) -> str:
        """End the recording, or begin another one; gives words for the user."""
        if self._sink is not None:
            path = self._sink.path
            self._stop()
            return f"recorded {path}"
        path = self._outputs.next_video()
        self._start(path)
        self.files.append(path)
        return f"recording {path}"

    def snapshot(self, picture: Image, time_s: float) -> str:
        """Save one picture where the other results are; gives words for the user."""
        path = self._outputs.snapshot(time_s)
        write_whole(path, cv2.imencode(".png", picture)[1].tobytes())
        if path not in self.files:
            self.files.append(path)
        return f"saved {path}"

    def _start(self, path: Path) -> None:
        self._sink = sink = open_sink(
            path,
            like=self._like,
            overwrite=self._overwrite,
            sound_of=self._like.name if self._outputs.keep_sound else None,
            quality=self._outputs.grade.quality,
            effort=self._outputs.grade.effort,
        )
        self._size, self._newest_s = None, float("-inf")
        self._behind = WriteBehind(partial(self._encode, sink), WRITE_BEHIND)

    def _stop(self) -> None:
        """Complete the recording, if there is one."""
        sink, behind, self._sink, self._behind = self._sink, self._behind, None, None
        try:
            if behind is not None:
                behind.close()
        finally:
            if sink is not None:
                sink.close()

    def _encode(self, sink: Sink, item: tuple[Image, float]) -> None:
        picture, time_s = item
        self._size = self._size or (picture.shape[1], picture.shape[0])
        if (picture.shape[1], picture.shape[0]) != self._size:
            # a camera that came back with another size; a recording has one
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        sink.write(picture, time_s)
