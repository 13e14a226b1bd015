"""A tracker goes on alike when copied by pickle or by file, in any process; damage is refused."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from following import follow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker import Box, ColorConfig, MultiTracker, Track, Tracker, TrackerConfig
from tracker.errors import StateFileError
from tracker.saving import VERSION, read_state, write_state
from tracker.synthetic import occlusion_scene

HIDDEN = 60  # frame of the occlusion scene at which the target is lost
REPOSITORY = Path(__file__).parent.parent
GO_ON = """
import sys
from tracker import Tracker
from tracker.synthetic import occlusion_scene
tracker = Tracker.load(sys.argv[1])
scene = occlusion_scene()
for index in range(tracker.track.index + 1, 100):
    track = tracker.update(scene.image(index), index / 25)
    print(repr((tuple(track.box), track.rotated_box.angle_deg, track.score, track.reason)))
"""


def followed(frames, until: int, **options) -> Tracker:
    tracker = Tracker(*frames[0], time_s=0.0, **options)
    for index in range(1, until + 1):
        tracker.update(frames[index][0], index / 25)
    return tracker


class Copied(NamedTuple):
    """A tracker saved and pickled, and what it was like then."""

    path: Path
    pickled: bytes
    separability: float
    density: tuple[np.ndarray, Box]


COPIED_AT = [0, 1, 20, HIDDEN, 100]


@pytest.fixture(scope="module")
def journey(tmp_path_factory, frames_of) -> tuple[list[Track], dict[int, Copied]]:
    """Follow the occlusion scene and copy the tracker on the way; gives all tracks too."""
    frames, folder = frames_of("occlusion"), tmp_path_factory.mktemp("saved")
    tracker = Tracker(*frames[0], time_s=0.0)
    tracks, copies = [], {}
    for index, (image, _) in enumerate(frames[:120]):
        tracks.append(tracker.update(image, index / 25) if index else tracker.track)
        if index in COPIED_AT:
            tracker.save(path := folder / f"{index}.npz")
            pickled, density = pickle.dumps(tracker), tracker.density()
            copies[index] = Copied(path, pickled, tracker.separability, density)
    return tracks, copies


@pytest.fixture(scope="module")
def saved(journey):
    """Give the bytes of a saved tracker."""
    return journey[1][20].path.read_bytes()


@pytest.mark.parametrize("until", COPIED_AT)
def test_saved_or_pickled_it_goes_on_to_the_last_digit(frames_of, journey, until):
    frames, tracks, copy = frames_of("occlusion"), journey[0], journey[1][until]
    twins = [Tracker.load(copy.path), pickle.loads(copy.pickled)]
    for twin in twins:
        assert twin.track == tracks[until]
        assert twin.separability == copy.separability
        assert twin.density()[1] == copy.density[1]
        assert np.array_equal(twin.density()[0], copy.density[0])
    for index in range(until + 1, min(until + 30, 120)):  # found again after 80
        found = [twin.update(frames[index][0], index / 25) for twin in twins]
        assert found == [tracks[index]] * 2


def test_the_turn_of_a_long_target_is_kept(frames_of, tmp_path):
    frames = frames_of("rotation")
    tracker = followed(frames, 40)
    tracker.save(tmp_path / "state.npz")
    twin = Tracker.load(tmp_path / "state.npz")
    assert abs(tracker.track.rotated_box.angle_deg) > 45
    for image, _ in frames[41:60]:
        assert twin.update(image) == tracker.update(image)


def test_it_goes_on_alike_in_another_process(journey):
    tracks, copies = journey
    expected = [
        repr((tuple(track.box), track.rotated_box.angle_deg, track.score, track.reason))
        for track in tracks[HIDDEN + 1 : 100]  # found again after 80
    ]
    elsewhere = subprocess.run(
        [sys.executable, "-c", GO_ON, str(copies[HIDDEN].path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.splitlines() == expected


def test_options_and_the_order_of_channels_are_kept(frames_of, tmp_path):
    frames = [(image[..., ::-1], box) for image, box in frames_of("plain")[:30]]
    config = TrackerConfig(color=ColorConfig("hsv", (12, 3, 3), texture=False))
    tracker = Tracker(*frames[0], config=config, channels="rgb")
    tracker.save(tmp_path / "state.npz")
    loaded = Tracker.load(tmp_path / "state.npz")
    assert loaded.config == config
    for image, _ in frames[1:]:
        assert loaded.update(image) == tracker.update(image)


@pytest.mark.parametrize("form", ["gray", "bgra"])
def test_the_form_of_the_frames_is_kept(frames_of, tmp_path, form):
    frames = [
        (image[..., 0] if form == "gray" else np.dstack([image, image[..., 0]]), box)
        for image, box in frames_of("plain")[:10]
    ]
    tracker = Tracker(*frames[0])
    tracker.save(tmp_path / "state.npz")
    loaded = Tracker.load(tmp_path / "state.npz")
    for image, _ in frames[1:]:
        assert loaded.update(image) == tracker.update(image)


def test_loading_twice_gives_two_that_share_nothing(frames_of, tmp_path):
    frames = frames_of("plain")[:20]
    followed(frames, 5).save(tmp_path / "state.npz")
    one, other = (Tracker.load(tmp_path / "state.npz") for _ in range(2))
    there = [one.update(image) for image, _ in frames[6:]]
    assert [other.update(image) for image, _ in frames[6:]] == there


def test_a_saved_file_is_named_as_it_was_asked_and_holds_json_and_plain_arrays(plain, tmp_path):
    path = tmp_path / "no suffix"
    Tracker(*plain[0]).save(path)
    assert [each.name for each in tmp_path.iterdir()] == ["no suffix"]
    with np.load(path, allow_pickle=False) as members:
        header = json.loads(members["header"].tobytes())
        assert all(members[name].dtype != object for name in members.files)
    assert header["format"] == "meanshift-tracker state"
    assert header["version"] == VERSION


def test_a_path_may_be_text(plain, tmp_path):
    tracker = Tracker(*plain[0])
    tracker.save(str(tmp_path / "state.npz"))
    assert Tracker.load(str(tmp_path / "state.npz")).track == tracker.track


def test_saving_to_nowhere_names_the_path_and_keeps_the_tracker(plain, tmp_path):
    tracker, twin = Tracker(*plain[0]), Tracker(*plain[0])
    with pytest.raises(OSError, match="missing"):
        tracker.save(tmp_path / "missing" / "state.npz")
    assert tracker.update(plain[1][0]) == twin.update(plain[1][0])


def refusal_of(contents: bytes, path: Path) -> str:
    """Give the message with which a file of these bytes is refused, empty when it is not."""
    path.write_bytes(contents)
    refusal = ""
    try:
        Tracker.load(path)
    except StateFileError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert path.name in refusal or not refusal
    return refusal


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StateFileError, match=r"gone\.npz: .*No such file"):
        Tracker.load(tmp_path / "gone.npz")
    with pytest.raises(StateFileError, match="directory"):
        Tracker.load(tmp_path)


@pytest.mark.parametrize("contents", [b"", b"hello", b"\x80\x04N.", b"PK\x03\x04", b"\x93NUMPY"])
def test_what_is_no_saved_tracker_is_refused(tmp_path, contents):
    assert "not a saved tracker" in refusal_of(contents, tmp_path / "other.npz")


def test_an_array_file_and_a_foreign_archive_are_refused(tmp_path):
    for save in (lambda file: np.save(file, np.zeros(3)), lambda file: np.savez(file, a=1)):
        file = io.BytesIO()
        save(file)
        assert "not a saved tracker" in refusal_of(file.getvalue(), tmp_path / "other.npz")


def test_objects_in_a_file_are_never_made(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path(tmp_path / "sprung").touch, ())

    file = io.BytesIO()
    np.savez(file, header=np.array([Trap()], object))
    assert "not a saved tracker" in refusal_of(file.getvalue(), tmp_path / "trap.npz")
    assert not (tmp_path / "sprung").exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 0.999))
def test_a_truncated_file_is_refused(saved, tmp_path, share):
    assert refusal_of(saved[: int(len(saved) * share)], tmp_path / "cut.npz")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 0.9999), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_does_no_harm(saved, frames_of, tmp_path, share, bit):
    damaged = bytearray(saved)
    damaged[int(len(saved) * share)] ^= 1 << bit
    if not refusal_of(bytes(damaged), tmp_path / "flipped.npz"):
        (tmp_path / "whole.npz").write_bytes(saved)
        image = frames_of("occlusion")[21][0]
        damaged_one, whole = (
            Tracker.load(tmp_path / name) for name in ("flipped.npz", "whole.npz")
        )
        assert damaged_one.update(image) == whole.update(image)


def members_of(saved: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(saved)) as members:
        return {name: members[name] for name in members.files}


def archive_of(members: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **members)
    return file.getvalue()


def with_header(saved: bytes, change) -> bytes:
    members = members_of(saved)
    header = change(json.loads(members["header"].tobytes()))
    members["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    return archive_of(members)


def test_packing_it_again_unchanged_is_no_change(saved, tmp_path):
    assert refusal_of(archive_of(members_of(saved)), tmp_path / "again.npz") == ""


@pytest.mark.parametrize("version", [0, 1, None, "2.0"])
def test_another_version_is_named_with_the_one_expected(saved, tmp_path, version):
    other = with_header(saved, lambda header: {**header, "version": version})
    expected = f"expected 'meanshift-tracker state' version {VERSION}"
    assert expected in refusal_of(other, tmp_path / "v.npz")


@pytest.mark.parametrize("header", [[], 3, "text", None, {}])
def test_a_header_that_is_none_is_refused(saved, tmp_path, header):
    assert refusal_of(with_header(saved, lambda _: header), tmp_path / "header.npz")


def test_a_header_changed_by_hand_is_refused(saved, tmp_path):
    for name, value in [
        ("index", 7),
        ("scale", "large"),
        ("frame_shape", [1, 2]),
        ("motion", None),
    ]:
        other = with_header(saved, lambda header, n=name, v=value: {**header, n: v})
        assert "changed since it was saved" in refusal_of(other, tmp_path / "hand.npz")


def test_arrays_changed_missing_or_added_are_refused(saved, tmp_path):
    members = members_of(saved)
    for name, array in members.items():
        if name in ("header", "digest"):
            continue
        changed = array.copy()
        changed.flat[0] += 1
        wider = np.complex128 if np.iscomplexobj(array) else np.float64
        for other in (changed, array[:-1], array.astype(wider), array[..., np.newaxis]):
            assert refusal_of(archive_of({**members, name: other}), tmp_path / "a.npz"), name
        without = {each: members[each] for each in members if each != name}
        assert refusal_of(archive_of(without), tmp_path / "a.npz"), name
    assert refusal_of(archive_of({**members, "more": np.zeros(3)}), tmp_path / "a.npz")


def test_a_scene_read_again_is_the_same(frames_of):
    """What the test in another process rests on."""
    assert np.array_equal(occlusion_scene().image(33), frames_of("occlusion")[33][0])
    assert follow(frames_of("plain")[:9]) == follow(frames_of("plain")[:9])


# --- several


@pytest.fixture(scope="module")
def three_saved(tmp_path_factory, frames_of) -> Path:
    """Save three targets: one follows the whole, one a part of it, one was removed before."""
    image, box = frames_of("plain")[0]
    targets = MultiTracker(preset="fast")
    for each in (box, box, box.scaled(0.5)):
        targets.add(image, each)
    targets.remove(2)
    targets.save(path := tmp_path_factory.mktemp("saved") / "targets.npz")
    return path


@pytest.mark.parametrize("preset", ["robust", "fast"])
def test_several_saved_go_on_to_the_last_digit_with_their_numbers(frames_of, tmp_path, preset):
    frames, stranger = frames_of("plain")[:8], (250, 190, 40, 30)
    targets = MultiTracker(preset=preset, channels="rgb")
    image, box = frames[0]
    for each in (box, box.scaled(0.5), stranger, stranger):
        targets.add(image, each, 0.0)
    targets.remove(3)
    targets.remove(4)

    def follow_on(targets: MultiTracker, indices: range) -> list[dict[int, Track]]:
        return [
            targets.update(frames[n][0], n / 25, detections=[stranger] if n > 2 else None)
            for n in indices
        ]

    follow_on(targets, range(1, 5))  # the stranger is seen twice, and begins a target next
    targets.save(tmp_path / "targets.npz")
    again = MultiTracker.load(tmp_path / "targets.npz")
    assert again.tracks == targets.tracks
    assert (again.config, again.channels) == (targets.config, "rgb")
    expected = follow_on(targets, range(5, 8))
    assert list(expected[-1]) == [1, 2, 5]
    assert follow_on(again, range(5, 8)) == expected
    assert again.add(image, box) == targets.add(image, box) == 6


def test_what_was_seen_between_sparse_detections_is_kept(plain, tmp_path):
    targets, (image, box) = MultiTracker(preset="fast"), plain[0]

    def detected(index: int, *followed: MultiTracker) -> list[dict[int, Track]]:
        there = Box(20 + 5 * index, box.y, box.width, box.height)  # over a box in ten frames
        found = None if index % 10 else [there]
        return [each.update(image, detections=found) for each in followed]

    for index in range(16):  # it was detected twice, and how it moves is known
        detected(index, targets)
    targets.save(tmp_path / "targets.npz")
    again = MultiTracker.load(tmp_path / "targets.npz")
    assert again._sightings == targets._sightings
    for index in range(16, 22):
        tracks, others = detected(index, targets, again)
        assert tracks == others
    assert list(tracks) == [1]


def test_none_saved_are_none_and_their_numbers_are_not_used_again(plain, tmp_path):
    targets = MultiTracker()
    targets.remove(targets.add(*plain[0]))
    targets.save(tmp_path / "targets.npz")
    again = MultiTracker.load(tmp_path / "targets.npz")
    assert again.ids == ()
    assert again.add(*plain[0]) == 2


def test_one_and_several_are_told_from_each_other(saved, three_saved, tmp_path):
    (tmp_path / "one.npz").write_bytes(saved)
    with pytest.raises(
        StateFileError, match=r"one\.npz: is a saved Tracker, no MultiTracker; read"
    ):
        MultiTracker.load(tmp_path / "one.npz")
    with pytest.raises(StateFileError, match="is a saved MultiTracker, no Tracker; read it by Mul"):
        Tracker.load(three_saved)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.999])
def test_a_truncated_file_of_several_is_refused(three_saved, tmp_path, share):
    whole = three_saved.read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StateFileError, match=r"cut\.npz: not a saved tracker, or damaged"):
        MultiTracker.load(tmp_path / "cut.npz")


def test_a_changed_file_of_several_is_refused(three_saved, tmp_path):
    members = members_of(three_saved.read_bytes())
    changed = with_header(three_saved.read_bytes(), lambda header: {**header, "last_id": 1})
    without = archive_of({name: members[name] for name in members if name != "3/target"})
    for contents in (changed, without):
        (tmp_path / "changed.npz").write_bytes(contents)
        with pytest.raises(StateFileError, match="changed since it was saved"):
            MultiTracker.load(tmp_path / "changed.npz")


def test_what_lacks_a_target_is_refused_though_its_digest_is_right(three_saved, tmp_path):
    numbers, arrays = read_state(three_saved, of="MultiTracker")
    del arrays["3/target"]
    write_state(tmp_path / "lacks.npz", numbers, arrays, of="MultiTracker")
    with pytest.raises(StateFileError, match=r"lacks\.npz: .*'target'.* was the file changed"):
        MultiTracker.load(tmp_path / "lacks.npz")
