"""Conditions a tracker may meet: a worse first box, fewer or other frames, noise, fewer bits."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np

SHIFT = 0.10  # of the box's sides, as in the spatial robustness of "Object Tracking Benchmark"
SCALES = (0.8, 0.9, 1.1, 1.2)  # of the first box, same place
# A box drawn twice by one hand differs by so much of its sides, each way, and so do whole runs: one
# that hangs by a thread is lost from one box and kept from the next. Means over some say more.
HAND, N_HANDS = 0.03, 4
BY_HAND = "boxes by hand"
NOISE_SIGMA = 10.0  # gray levels
SEED = 20150901
BITS_SHARE = Fraction(1, 4)
JPEG_LIKE_CRF = 23  # x264's default quality: what a folder of pictures would take as a video
FRAMES_PER_SECOND = 25

Frame = np.ndarray


class Condition(NamedTuple):
    """What is done to the sequence before a tracker sees it; boxes are given back undone."""

    name: str
    first_box: Callable[[np.ndarray], np.ndarray] = lambda box: box
    picture: Callable[[Frame, int], Frame] = lambda frame, index: frame
    zoom: float = 1.0  # of the pictures
    every: int = 1  # every which frame is shown
    recoded: bool = False  # at a quarter of the bits


PLAIN = Condition("plain")


def all_conditions() -> list[Condition]:
    """Give every condition but the plain one; those of the same name are means of one figure."""
    aside = [(dx, dy) for dx, dy in product((-SHIFT, 0, SHIFT), repeat=2) if dx or dy]
    others = [
        Condition("every second frame", every=2),
        Condition("half size", picture=_resize(0.5), zoom=0.5),
        Condition("double size", picture=_resize(2.0), zoom=2.0),
        Condition("noise of 10 gray levels", picture=_noise),
        Condition("H.264 at a quarter of the bits", recoded=True),
    ]
    hands = np.random.default_rng(SEED).uniform(-HAND, HAND, (N_HANDS, 3)).tolist()
    return [
        *(Condition("first box shifted by 10 %", first_box=_moved(dx, dy)) for dx, dy in aside),
        *(Condition("first box scaled by 0.8 to 1.2", first_box=_moved(by=by)) for by in SCALES),
        *others,
        *(
            plain._replace(
                name=BY_HAND if plain is PLAIN else f"{plain.name}, {BY_HAND}",
                first_box=_moved(dx, dy, 1 + growth),
            )
            for plain in (PLAIN, *others)
            for dx, dy, growth in hands
        ),
    ]


def _moved(dx: float = 0.0, dy: float = 0.0, by: float = 1.0) -> Callable[[np.ndarray], np.ndarray]:
    """Shift a box by shares of its sides, and scale it about its center."""

    def moved(box: np.ndarray) -> np.ndarray:
        center = box[:2] + box[2:] * (0.5 + np.array([dx, dy]))
        return np.concatenate([center - box[2:] * by / 2, box[2:] * by])

    return moved


def _resize(zoom: float) -> Callable[[Frame, int], Frame]:
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR

    def resized(frame: Frame, index: int) -> Frame:
        rows, columns = frame.shape[:2]
        return cv2.resize(frame, (round(columns * zoom), round(rows * zoom)), interpolation=how)

    return resized


def _noise(frame: Frame, index: int) -> Frame:
    noise = np.random.default_rng((SEED, index)).standard_normal(frame.shape, np.float32)
    return np.clip(np.rint(frame + NOISE_SIGMA * noise), 0, 255).astype(np.uint8)


# --------------------------------------------------------------------------- fewer bits


def at_quarter_bits(frames: Callable[[], Iterator[Frame]], source: Path) -> Iterator[Frame]:
    """Encode all frames again, with H.264 at a quarter of the bits they took, and decode them.

    A folder of pictures is taken to need what x264's default quality needs.
    """
    if source.is_file():
        n_bytes = source.stat().st_size
    else:
        n_bytes = len(_encoded(frames(), {"crf": str(JPEG_LIKE_CRF)}).getvalue())
    n_frames = sum(1 for _ in frames())
    bits_a_second = n_bytes * 8 * FRAMES_PER_SECOND / n_frames * BITS_SHARE
    file = _encoded(frames(), {}, bits_a_second=int(bits_a_second))
    with av.open(file) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def _encoded(
    frames: Iterator[Frame], options: dict[str, str], bits_a_second: int | None = None
) -> io.BytesIO:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        # Without B-frames, as from a camera: with them, or more threads, x264 gives other bits
        # each time.
        alike = {**options, "bf": "0"}
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=alike)
        stream.thread_count = 1
        if bits_a_second:
            stream.bit_rate = bits_a_second
        for index, frame in enumerate(frames):
            if index == 0:
                rows, columns = frame.shape[:2]
                stream.width, stream.height = columns, rows
                # x264 halves the color planes of even pictures only
                stream.pix_fmt = "yuv444p" if rows % 2 or columns % 2 else "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(stream.encode())
    file.seek(0)
    return file
