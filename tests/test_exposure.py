"""A change of light is measured on what does not move, and does not lose the target."""

from __future__ import annotations

import numpy as np
import pytest
from following import first, overlaps
from hypothesis import given
from hypothesis import strategies as st

from tracker import Box, MultiTracker, State, Tracker
from tracker.config import PRESETS
from tracker.exposure import Exposure, Witness, gains_since
from tracker.patch import cut
from tracker.synthetic import texture

BGR = Exposure(None)
SHAPE = (52, 52)  # of a patch
# Squares of random colors.
MOSAIC = np.kron(
    np.random.default_rng(3).integers(20, 230, (30, 40, 3), np.uint8),
    np.ones((16, 16, 1), np.uint8),
)
PLACE = Box(100, 60, 90, 90)
CHANGES_AT = 20  # frame
FACTORS = st.floats(0.4, 1.0)  # nothing is overexposed, or too dark to tell
LIGHTS = {
    "switched off": (0.45, 0.45, 0.45),
    "switched on": (1.6, 1.6, 1.6),
    "doubled": (2.0, 2.0, 2.0),
    "warm": (0.7, 1.0, 1.3),
    "bluish and dim": (0.8, 0.6, 0.5),
}


def lit(image: np.ndarray, factors: tuple[float, float, float] | float) -> np.ndarray:
    """Give a picture in another light."""
    return np.rint(image * np.asarray(factors)).clip(0, 255).astype(np.uint8)


def seen_in(frames, factors, start=CHANGES_AT, stop=None):
    """Give frames, of which some are in another light."""
    lights = [factors if start <= k < (stop or len(frames)) else 1.0 for k in range(len(frames))]
    return [(lit(image, each), truth) for (image, truth), each in zip(frames, lights, strict=True)]


def followed(frames, preset):
    tracker = Tracker(*frames[0], preset=preset)
    return [tracker.track, *(tracker.update(image) for image, _ in frames[1:])]


# --- measured


@given(FACTORS, FACTORS, FACTORS)
def test_the_gains_are_what_the_light_was_divided_by(blue, green, red):
    frame = texture(seed=4)
    gains = gains_since(cut(frame, PLACE, SHAPE), lit(frame, (blue, green, red)), BGR)
    assert gains == pytest.approx((1 / blue, 1 / green, 1 / red), rel=0.02)


def test_a_patch_over_the_border_is_compared_where_it_lies_in_the_frame():
    frame = texture(seed=4)
    patch = cut(frame, Box(-45, -20, 90, 90), SHAPE)
    assert gains_since(patch, lit(frame, 0.5), BGR) == pytest.approx((2, 2, 2), rel=0.02)
    beyond = cut(frame, Box(-200, -200, 90, 90), SHAPE)
    assert gains_since(beyond, lit(frame, 0.5), BGR) is None


def test_a_channel_that_is_overexposed_everywhere_is_taken_to_be_as_the_others():
    frame = texture(seed=4)
    frame[..., 2] = 150
    gains = gains_since(cut(frame, PLACE, SHAPE), lit(frame, (1.25, 1.25, 1.8)), BGR)
    assert gains == pytest.approx((0.8, 0.8, 0.8), rel=0.02)


def test_something_moving_over_it_does_not_change_what_is_measured():
    frame = texture(seed=4)
    later = lit(frame, 0.5)
    later[60:95] = (20, 200, 90)  # over 0.4 of it
    assert gains_since(cut(frame, PLACE, SHAPE), later, BGR) == pytest.approx((2, 2, 2), rel=0.02)


@pytest.mark.parametrize(
    "later",
    [
        MOSAIC,
        np.zeros((480, 640, 3), np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
    ],
    ids=["another picture", "black", "overexposed"],
)
def test_where_nothing_tells_light_from_other_changes_none_is_measured(later):
    assert gains_since(cut(texture(seed=4), PLACE, SHAPE), later, BGR) is None


def test_pictures_are_brought_back_to_the_first_light():
    image = texture(60, 60, seed=4)
    dim = lit(image, (0.5, 0.8, 0.6))
    back = BGR._replace(gains=(2.0, 1.25, 1 / 0.6)).develop(dim)
    assert np.abs(back.astype(int) - image).max() <= 2
    assert BGR.develop(image) is image


def test_gains_change_gray_frames_and_those_with_alpha_alike():
    gray = texture(60, 60, seed=4)[..., 0]
    exposures = [Exposure(code, (2.0, 2.0, 2.0)) for code in (None, 8, 1)]  # GRAY2BGR, BGRA2BGR
    three = np.repeat(gray[..., np.newaxis], 3, axis=2)
    four = np.dstack([three, np.full_like(gray, 7)])
    developed = [
        exposure.develop(image)
        for exposure, image in zip(exposures, (three, gray, four), strict=True)
    ]
    assert all(np.array_equal(each, developed[0]) for each in developed)


def test_overexposure_takes_colors_of_the_first_picture_only_where_it_brightens():
    image = np.array([[(10, 120, 240)]], np.uint8)
    assert Exposure(None, (0.5, 0.5, 2.0)).overexposed(image).tolist() == [[[10, 120, 240]]]
    assert Exposure(None, (0.5, 0.25, 0.5)).overexposed(image).tolist() == [[[10, 64, 128]]]


@given(st.tuples(*[st.floats(0.25, 4.0)] * 3))
def test_what_is_overexposed_is_as_bright_in_the_first_picture_as_in_later_ones(gains):
    exposure, white = Exposure(None, gains), np.full((1, 1, 3), 255, np.uint8)
    assert np.array_equal(exposure.overexposed(white), exposure.develop(white))


def test_the_newest_patch_with_the_usual_colors_is_the_witness():
    witness, patches = Witness(), [cut(texture(seed=each), PLACE, SHAPE) for each in range(3)]
    assert not witness.misses(0.0)
    witness.saw(patches[0], 0.9)
    witness.saw(patches[1], 0.85)
    witness.saw(patches[2], 0.4)
    assert witness.patch is patches[1]
    assert witness.misses(0.4)
    assert not witness.misses(0.8)


# --- followed


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS)
def test_a_lamp_that_is_switched_does_not_lose_the_target(frames_of, light, preset):
    frames = seen_in(frames_of("plain")[:45], light)
    tracks = followed(frames, preset)
    assert all(track.state is State.TRACKING for track in tracks)
    assert overlaps(tracks, frames).min() > 0.6


@pytest.mark.parametrize("preset", PRESETS)
def test_the_light_may_change_with_the_first_update(frames_of, preset):
    frames = seen_in(frames_of("plain")[:20], 0.5, start=1)
    tracks = followed(frames, preset)
    assert all(track.state is State.TRACKING for track in tracks)
    assert overlaps(tracks, frames).min() > 0.6


@pytest.mark.parametrize("preset", PRESETS)
def test_when_the_light_is_as_before_the_target_is_still_followed(frames_of, preset):
    frames = seen_in(frames_of("plain")[:60], (2.0, 1.7, 1.7), stop=40)
    tracks = followed(frames, preset)
    assert all(track.state is State.TRACKING for track in tracks)
    assert overlaps(tracks, frames).min() > 0.6


@pytest.mark.parametrize("preset", PRESETS)
def test_a_target_that_comes_back_in_another_light_is_found(frames_of, preset):
    frames = seen_in(frames_of("exit"), 0.5, start=55)  # while it is away
    tracks = followed(frames, preset)
    missing = [index for index, (_, truth) in enumerate(frames) if truth is None]
    assert first(tracks, State.LOST) < missing[-1]
    assert overlaps(tracks, frames)[missing[-1] + 20 :].min() > 0.5


def test_all_targets_are_followed_through_a_change_of_light(frames_of):
    frames = seen_in(frames_of("plain")[:40], 0.5)
    targets = MultiTracker(preset="fast")
    image, box = frames[0]
    numbers = [targets.add(image, box), targets.add(image, Box(200, 30, 40, 40))]
    for image, _ in frames[1:]:
        tracks = targets.update(image)
    assert all(tracks[number].state is State.TRACKING for number in numbers)


@pytest.mark.parametrize("preset", PRESETS)
def test_saved_in_another_light_it_goes_on_to_the_last_digit(frames_of, tmp_path, preset):
    frames = seen_in(frames_of("plain")[:40], (1.6, 1.5, 1.3))
    tracker = Tracker(*frames[0], preset=preset)
    for image, _ in frames[1 : CHANGES_AT + 5]:
        tracker.update(image)
    tracker.save(tmp_path / "lit.npz")
    twin = Tracker.load(tmp_path / "lit.npz")
    dark = [lit(image, 0.4) for image, _ in frames[CHANGES_AT + 10 :]]  # changes again
    for image in [image for image, _ in frames[CHANGES_AT + 5 : CHANGES_AT + 10]] + dark:
        assert twin.update(image) == tracker.update(image)
    assert tracker.track.ok
