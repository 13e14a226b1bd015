"""Saving: all that a tracker remembers as plain numbers and arrays, and as a file of them.

The file is an NPZ: one array of bytes, ``header``, holds JSON (format, version and all plain
numbers), the others hold the histograms and maps. Nothing in it is executed when it is read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .appearance import Appearance
from .backprojection import BackProjection
from .box import Box, RotatedBox
from .confidence import Confidence, State
from .config import TrackerConfig
from .errors import StateFileError, TrackerError
from .exposure import Exposure, Witness
from .inputs import as_bgr_code
from .layout import Layout
from .lookalikes import LookAlikes, Mover
from .motion import Motion
from .patch import Patch
from .redetect import Redetection
from .registration import Registration
from .rotation import Rotation
from .scale import ScaleFilter
from .structure import Structure
from .track import Track

if TYPE_CHECKING:
    from .tracker import Tracker

__all__ = [
    "FORMAT",
    "VERSION",
    "Arrays",
    "Numbers",
    "read_state",
    "restore",
    "state_of",
    "write_state",
]

FORMAT = "meanshift-tracker state"
VERSION = 11

Numbers = dict[str, Any]
Arrays = dict[str, NDArray[Any]]


def write_state(
    path: str | PathLike[str], numbers: Numbers, arrays: Arrays, *, of: str = "Tracker"
) -> None:
    """Write plain numbers (anything JSON can hold) and arrays to *path*, as it is named.

    *of* is the class whose state it is.
    """
    header = json.dumps({"format": FORMAT, "version": VERSION, "of": of, **numbers}).encode()
    contents: Arrays = {"header": np.frombuffer(header, np.uint8), **arrays}
    file = io.BytesIO()
    np.savez_compressed(file, digest=_digest(contents), **contents)  # type: ignore[arg-type]
    Path(path).write_bytes(file.getvalue())


def read_state(path: str | PathLike[str], *, of: str = "Tracker") -> tuple[Numbers, Arrays]:
    """Read what :func:`write_state` wrote.

    Raises
    ------
    StateFileError
        If the file is not there, is damaged, was changed, is not of this format and version, or is
        of another class.
    """
    try:
        file = io.BytesIO(Path(path).read_bytes())
    except OSError as error:
        raise StateFileError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        with np.load(file, allow_pickle=False) as members:
            arrays = {name: members[name] for name in members.files}
        numbers = dict(json.loads(arrays["header"].tobytes()))
    except Exception as error:  # zipfile, zlib and NumPy each have their own for damaged bytes
        raise StateFileError(f"{path}: not a saved tracker, or damaged") from error
    if numbers.get("format") != FORMAT or numbers.get("version") != VERSION:
        raise StateFileError(
            f"{path}: format {numbers.get('format')!r} version {numbers.get('version')!r}: "
            f"expected {FORMAT!r} version {VERSION}; save it again with this version"
        )
    digest, kind = arrays.pop("digest", None), numbers.get("of", "Tracker")
    if digest is None or digest.tobytes() != _digest(arrays).tobytes():
        raise StateFileError(f"{path}: changed since it was saved; save it again")
    if kind != of:
        raise StateFileError(f"{path}: is a saved {kind}, no {of}; read it by {kind}.load")
    del arrays["header"]
    return numbers, arrays


def _digest(arrays: Arrays) -> NDArray[np.uint8]:
    """Give 32 bytes that any change of the arrays, by damage or by hand, makes others."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return np.frombuffer(digest.digest(), np.uint8)


def state_of(tracker: Tracker) -> tuple[Numbers, Arrays]:
    """Give all that a tracker remembers: numbers that JSON can hold, and arrays."""
    looks, extent, patch = tracker._looks, tracker._extent, tracker._view.patch
    confidence, witness = tracker._confidence, tracker._witness.patch
    numbers: Numbers = {
        "config": tracker.config.to_dict(),
        "channels": tracker._channels,
        "frame_shape": tracker._frame_shape,
        "index": tracker._index,
        "first_size": extent.first,
        "told_size": extent.told,
        "scale": extent.scale,
        "believed": tracker._believed,
        "motion": dataclasses.asdict(tracker._motion),
        "lookalikes": dataclasses.asdict(tracker._lookalikes),
        "confidence": {
            "belief": confidence.belief,
            "state": confidence.state,
            "usual_log_odds": confidence.usual_log_odds,
            "recent_log_odds": confidence.recent_log_odds,
            "unlike_frames": confidence.unlike_frames,
            "on_probation": confidence.on_probation,
        },
        "redetection": dataclasses.asdict(tracker._redetection),
        "rotation": dataclasses.asdict(tracker._rotation),
        "track": dataclasses.asdict(tracker._track),
        "size_change": tracker._sizes and tracker._sizes.change,
        "gains": tracker._exposure.gains,
        "usual_similarity": tracker._witness.usual_similarity,
        "patch": _place(patch),
        "first_patch": _place(tracker._first),
        "witness": witness and _place(witness),
    }
    arrays: Arrays = {
        "first_target": looks.colors.first_target,
        "first_surroundings": looks.colors.first_surroundings,
        "target": looks.colors.target,
        "surroundings": looks.colors.surroundings,
        "first_outline": looks.outline.first,
        "outline": looks.outline.mean,
        "patch": patch.image,
        "first_patch": tracker._first.image,
    }
    if witness is not None:
        arrays["witness"] = witness.image
    structure, sizes = looks.structure, tracker._sizes
    if structure is not None and sizes is not None:
        arrays |= {
            "first_spectrum": structure.spectrum,
            "first_posterior": structure.first_posterior,
            "posterior": structure.posterior,
            "spectrum": structure.learnt.mean,
            "variance": structure.learnt.variance,
            "filter": structure.learnt.conjugate,
            "sizes_numerator": sizes.numerator,
            "sizes_energy": sizes.energy,
        }
    return numbers, arrays


def restore(tracker: Tracker, numbers: Numbers, arrays: Arrays) -> None:
    """Give a bare tracker all that :func:`state_of` told of another.

    Raises
    ------
    StateFileError
        If something is missing or is not what it should be.
    """
    try:
        _restore(tracker, numbers, arrays)
    except (KeyError, TypeError, ValueError, IndexError, TrackerError) as error:
        raise StateFileError(f"saved tracker: {error!r}; was the file changed?") from error


def _restore(tracker: Tracker, numbers: Numbers, arrays: Arrays) -> None:
    tracker.config = TrackerConfig.from_dict(numbers["config"])
    tracker._channels = numbers["channels"]
    tracker._frame_shape = tuple(numbers["frame_shape"])
    tracker._exposure = Exposure(
        as_bgr_code(tracker._frame_shape, tracker._channels), tuple(numbers["gains"])
    )
    tracker._index = numbers["index"]
    tracker._lay_out(tuple(numbers["first_size"]))
    tracker._extent = tracker._extent._replace(
        told=tuple(numbers["told_size"]), scale=numbers["scale"]
    )
    tracker._believed = Box(*numbers["believed"])
    tracker._motion = Motion(**_tuples(numbers["motion"]))
    lookalikes = numbers["lookalikes"]
    tracker._lookalikes = LookAlikes(
        Mover(**_tuples(lookalikes["target"])),
        [Mover(**_tuples(other)) for other in lookalikes["others"]],
    )
    confidence = numbers["confidence"]
    tracker._confidence = Confidence(
        tracker.config.confidence, **{**confidence, "state": State(confidence["state"])}
    )
    tracker._redetection = Redetection(**_tuples(numbers["redetection"]))
    tracker._rotation = Rotation(**numbers["rotation"])
    tracker._track = _track(numbers["track"])
    tracker._view.show(_patch(numbers["patch"], arrays["patch"]))
    tracker._first = _patch(numbers["first_patch"], arrays["first_patch"])
    witness = numbers["witness"]
    tracker._witness = Witness(
        witness and _patch(witness, arrays["witness"]), numbers["usual_similarity"]
    )
    tracker._looks, tracker._sizes = _looks(tracker._layout, arrays), None
    if tracker.config.structure:
        width, height = tracker._extent.first
        tracker._looks.structure = _structure(Structure(width, height), arrays)
        tracker._sizes = ScaleFilter(width, height)
        tracker._sizes.replace(
            arrays["sizes_numerator"], arrays["sizes_energy"], numbers["size_change"]
        )


def _place(patch: Patch) -> Numbers:
    """Tell all of a patch but its picture."""
    valid = patch.valid and [(part.start, part.stop) for part in patch.valid]
    return {"region": patch.region, "valid": valid}


def _patch(place: Numbers, image: NDArray[np.uint8]) -> Patch:
    valid = place["valid"]
    within = valid and tuple(slice(start, stop) for start, stop in valid)
    return Patch(image, Box(*place["region"]), within)


def _looks(layout: Layout, arrays: Arrays) -> Appearance:
    colors = BackProjection(arrays["first_target"], arrays["first_surroundings"])
    colors.replace(arrays["target"], arrays["surroundings"])
    outline = Registration(layout.outline, arrays["first_outline"])
    outline.replace(arrays["outline"])
    return Appearance(colors, outline)


def _structure(structure: Structure, arrays: Arrays) -> Structure:
    structure.start(arrays["first_spectrum"], arrays["first_posterior"])
    structure.posterior = arrays["posterior"]
    structure.learnt.replace(arrays["spectrum"], arrays["variance"], arrays["filter"])
    return structure


def _tuples(numbers: Numbers) -> Numbers:
    """Turn lists, which is what JSON makes of tuples, back into tuples, and those in them."""
    return {name: _tuple(each) for name, each in numbers.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def _track(numbers: Numbers) -> Track:
    center, size, angle_deg = numbers["rotated_box"]
    return Track(
        **{
            **numbers,
            "box": Box(*numbers["box"]),
            "rotated_box": RotatedBox(tuple(center), tuple(size), angle_deg),
            "state": State(numbers["state"]),
        }
    )
