"""How good a recording is, and how hard its encoder works: what the words mean to each codec."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..errors import SinkError
from .names import PIPE

__all__ = ["EFFORTS", "QUALITIES", "USUAL", "Codec", "Grade", "check_grade", "codec_of"]

QUALITIES = ("low", "medium", "high", "lossless")
EFFORTS = ("low", "medium", "high")


class Grade(NamedTuple):
    """The quality of what is seen, and the time spent on making it small."""

    quality: str = "medium"
    effort: str = "medium"


USUAL = Grade()

X264_CRF = {"low": 28, "medium": 20, "high": 14, "lossless": 0}
# 6 steps double the bits. At 20 no loss is seen: x264's guide calls 17 to 18 visually lossless and
# 23 the default; 0 keeps every level.

X264_PRESET = {"low": "ultrafast", "medium": "superfast", "high": "medium"}
# superfast does 1080p in real time on one core; medium, x264's own default, takes three times that.

VP9_CRF = {"low": 42, "medium": 30, "high": 18}  # of 63, where 15 to 35 are recommended
VP9_REALTIME = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1"}
VP9_EFFORT = {
    "low": VP9_REALTIME,
    "medium": VP9_REALTIME,  # as fast as libvpx goes, and still a third of real time for 1080p
    "high": {"deadline": "good", "cpu-used": "4", "row-mt": "1"},
}

JPEG_QUALITY = {"low": 80, "medium": 95, "high": 100}  # of 100; OpenCV's own default is 95


class Codec(NamedTuple):
    """An encoder of FFmpeg, the pixels it takes, and its options."""

    name: str
    pixels: str
    options: dict[str, str]


def codec_of(suffix: str, grade: Grade) -> Codec:
    """Choose the codec of a film; without loss it keeps red, green and blue as they are."""
    is_lossless = grade.quality == "lossless"
    if suffix == ".webm":
        quality = {"lossless": "1"} if is_lossless else {"crf": str(VP9_CRF[grade.quality])}
        options = {**VP9_EFFORT[grade.effort], **quality, "b": "0"}  # b 0: by crf alone
        return Codec("libvpx-vp9", "gbrp" if is_lossless else "yuv420p", options)
    options = {"preset": X264_PRESET[grade.effort], "crf": str(X264_CRF[grade.quality])}
    if suffix == ".mkv":
        # Matroska keeps no decoding times, which frames that are coded out of their order would
        # need when sound is joined to them.
        options["bf"] = "0"
    if is_lossless:
        return Codec("libx264rgb", "bgr24", options)
    return Codec("libx264", "yuv420p", options)


def check_grade(path: Path, grade: Grade) -> None:
    """Raise SinkError if there is no such quality or effort, or none for this kind of file."""
    for name, value, known in (
        ("quality", grade.quality, QUALITIES),
        ("effort", grade.effort, EFFORTS),
    ):
        if value not in known:
            raise SinkError(f"{name} {value!r}: expected one of {', '.join(known)}")
    suffix = path.suffix.lower()
    if path == PIPE or suffix in (".mp4", ".mkv", ".webm"):
        return  # a pipe is raw: nothing is lost and nothing to work at
    if grade.effort != USUAL.effort:
        raise SinkError(f"{path}: an encoder's effort is for .mp4, .mkv and .webm")
    if suffix == ".gif" and grade.quality != USUAL.quality:
        raise SinkError(f"{path}: a .gif has one quality, 256 colors")
    if suffix == ".jpg" and grade.quality == "lossless":
        raise SinkError(f"{path}: a .jpg always loses something; take .png")
