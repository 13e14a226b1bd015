"""A lost target is looked for ever farther off, and believed only when it wins again and again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import Box, ColorConfig, Tracker
from tracker.backprojection import BackProjection, Bins, histogram, posterior, unit
from tracker.claims import Claim
from tracker.redetect import (
    MOST_TRIED,
    Redetection,
    color_posterior,
    likely_places,
)
from tracker.search import Verdict
from tracker.structure import WINDOW

BINS = Bins.of(ColorConfig(texture=False))
SIZE = (30.0, 24.0)
ORANGE, GRASS = (30, 120, 230), (60, 140, 70)
WHOLE = Box(0, 0, 320, 240)


def meadow(*centers: tuple[float, float]) -> np.ndarray:
    """Draw grass with an orange target at each center."""
    frame = np.full((240, 320, 3), GRASS, np.uint8)
    for x, y in centers:
        frame[round(y - 12) : round(y + 12), round(x - 15) : round(x + 15)] = ORANGE
    return frame


def orange_table() -> np.ndarray:
    def histogram_of(color):
        picture = np.full((8, 8, 3), color, np.uint8)
        return unit(histogram(BINS(picture), None, BINS.n_bins))

    return posterior(histogram_of(ORANGE), histogram_of(GRASS))


def places(frame: np.ndarray, region: Box = WHOLE, **options) -> list[tuple[float, float]]:
    return likely_places(frame, region, SIZE, BINS, orange_table(), **options)


@pytest.mark.parametrize("center", [(160, 120), (40, 200), (290, 30), (17, 14)])
def test_the_target_is_found_anywhere_in_the_frame(center):
    assert math.dist(places(meadow(center))[0], center) < 6


def test_where_there_is_nothing_no_place_is_likely():
    assert places(meadow()) == []


def test_where_the_target_is_everywhere_no_place_stands_out():
    everywhere = np.full((240, 320, 3), ORANGE, np.uint8)
    assert len(places(everywhere)) <= 2


def test_a_place_that_is_known_is_not_given_again():
    frame = meadow((60, 60), (250, 180))
    assert math.dist(places(frame, avoid=[(60.0, 60.0)])[0], (250, 180)) < 6
    side = math.sqrt(SIZE[0] * SIZE[1])
    for place in places(meadow((60, 60)), avoid=[(60.0, 60.0)]):
        assert math.dist(place, (60, 60)) > 0.6 * side  # at most its rim


def test_two_targets_are_two_places():
    found = places(meadow((60, 60), (250, 180)))
    assert len(found) == 2
    assert math.dist(*found) > 150


def test_nothing_is_found_beyond_the_region():
    assert places(meadow((250, 180)), Box(0, 0, 150, 120)) == []


def test_a_region_over_the_border_finds_only_what_is_in_the_frame():
    found = places(meadow((20, 20)), Box(-200, -200, 300, 300))
    assert math.dist(found[0], (20, 20)) < 10
    assert all(min(place) > 0 for place in found)


@settings(max_examples=40, deadline=None)
@given(
    st.builds(Box, st.floats(-400, 400), st.floats(-400, 400), st.floats(1, 900), st.floats(1, 900))
)
def test_any_region_gives_finite_places(region):
    for place in places(meadow((160, 120)), region):
        assert all(map(math.isfinite, place))


def test_colors_alone_make_the_table_of_a_shrunk_picture():
    textured = Bins.of(ColorConfig())
    n_colors = textured.n_bins // 3
    target = np.zeros(textured.n_bins + 1, np.float32)
    target[[5, 5 + n_colors, 5 + 2 * n_colors]] = 1 / 3  # one color, three states of texture
    ground = np.zeros_like(target)
    ground[7] = 1
    table = color_posterior(BackProjection(target, ground), n_colors)
    assert table.shape == (n_colors + 1,)
    assert table[5] > 0.99
    assert table[7] < 0.01
    assert table[-1] == 0


# --- where to look, and what to believe


def test_the_region_grows_with_the_doubt_to_the_whole_frame():
    doubt, last = Redetection(), Box(100, 100, 30, 24)
    areas = []
    for _ in range(200):
        areas.append(doubt.region(last, (320, 240)).area)
        doubt.doubted()
    assert areas == sorted(areas)
    assert areas[0] < 320 * 240 / 4
    assert areas[-1] == 320 * 240


def test_the_region_shrinks_again_when_the_place_is_believed():
    doubt, last = Redetection(), Box(100, 100, 30, 24)
    for _ in range(5):
        doubt.doubted()
    large = doubt.region(last, (320, 240)).area
    doubt.believed()
    assert doubt.region(last, (320, 240)).area < large


@given(
    st.builds(Box, st.floats(-500, 500), st.floats(-500, 500), st.floats(1, 99), st.floats(1, 99))
)
def test_the_region_is_never_empty(last):
    region = Redetection().region(last, (320, 240))
    assert region.width > 0
    assert region.height > 0


BETTER, WORSE = Verdict(0.95, 0.9), Verdict(0.2, 0.0)


def challenges(doubt: Redetection, *rounds: tuple[Verdict, Verdict, float]) -> list[bool]:
    return [doubt.challenge((9.0, 9.0), there, here, apart) for there, here, apart in rounds]


def test_a_rival_must_win_several_frames_in_a_row():
    won = challenges(Redetection(), *[(BETTER, WORSE, 3.0)] * 4)
    assert not won[0]
    assert not won[1]
    assert won[-1]


def test_a_defeat_between_starts_the_count_anew():
    doubt = Redetection()
    challenges(doubt, (BETTER, WORSE, 3.0), (BETTER, WORSE, 3.0), (WORSE, WORSE, 3.0))
    assert doubt.rival is None
    assert not any(challenges(doubt, (BETTER, WORSE, 3.0), (BETTER, WORSE, 3.0)))


def test_belief_in_between_starts_the_count_anew():
    doubt = Redetection()
    challenges(doubt, (BETTER, WORSE, 3.0), (BETTER, WORSE, 3.0))
    doubt.believed()
    assert doubt.rival is None
    assert not challenges(doubt, (BETTER, WORSE, 3.0))[0]


@pytest.mark.parametrize(
    ("there", "here", "apart"),
    [
        (BETTER, BETTER, 3.0),  # no better than the present place
        (Verdict(0.5, 0.9), WORSE, 3.0),  # better, and not the target
        (Verdict(0.95, 0.1), WORSE, 3.0),  # its colors in another shape
        (BETTER, WORSE, 0.2),  # the present place itself
    ],
)
def test_a_poor_rival_never_wins(there, here, apart):
    assert not any(challenges(Redetection(), *[(there, here, apart)] * 20))


LIKELY = Verdict(0.8, 0.7, -1.4)


@pytest.mark.parametrize(
    ("there", "here", "wins"),
    [
        (LIKELY, Verdict(0.3, 0.2, -2.6), True),  # the colors have gone from here
        (LIKELY, Verdict(0.75, 0.2, -2.6), False),  # they are here still: it is half hidden
        (LIKELY._replace(response=-0.8), Verdict(0.75, 0.2, -2.6), True),  # no other answers so
    ],
)
def test_where_the_colors_still_are_only_the_clearest_structure_elsewhere_wins(there, here, wins):
    assert any(challenges(Redetection(), *[(there, here, 3.0)] * 4)) is wins


@settings(max_examples=30)
@given(
    st.floats(0, 1), st.floats(0, 1), st.integers(60, 500), st.integers(60, 500), st.floats(12, 60)
)
def test_places_in_order_leave_none_of_the_frame_out(across, down, width, height, side):
    last = Box.around((across * width, down * height), side, side)
    redetection, places = Redetection(), [last.center]
    while (place := redetection.scan(last, (width, height))) is not None:
        places.append(place)
    seen = np.array(places)
    points = np.stack(np.meshgrid(np.linspace(0, width, 9), np.linspace(0, height, 9)), -1)
    apart = np.linalg.norm(points.reshape(-1, 1, 2) - seen, axis=2).min(axis=1)
    assert apart.max() < WINDOW / 2 * side
    assert redetection.scan(last, (width, height)) == (places[1] if len(places) > 1 else None)


def test_places_in_order_go_outward_and_begin_anew_after_belief():
    last, redetection = Box(300, 200, 20, 20), Redetection()
    places = [redetection.scan(last, (640, 480)) for _ in range(40)]
    apart = [math.dist(place, last.center) for place in places]
    assert apart == sorted(apart)
    redetection.believed()
    assert redetection.scan(last, (640, 480)) == places[0]


def test_a_lost_target_is_sought_in_the_whole_frame_by_bounded_regions():
    last, frame_size = Box(20, 1000, 40, 40), (3840, 2160)
    doubt, seen = Redetection(), np.zeros((2160, 3840), bool)
    for _ in range(80):
        doubt.doubted()
        region = doubt.region(last, frame_size, everywhere=True)
        assert max(region.width, region.height) <= 16 * last.side + 1e-6
        left, top = max(round(region.x), 0), max(round(region.y), 0)
        seen[top : round(region.bottom), left : round(region.right)] = True
    assert seen.all()


def test_a_rival_that_another_target_comes_to_cover_is_looked_at_no_longer():
    start, others, own = (60, 60), (250, 60), (70, 200)
    tracker = Tracker(meadow(start), Box.around(start, *SIZE), preset="fast")
    for _ in range(25):
        tracker.update(meadow())
    assert not tracker.track.ok
    for _ in range(2):  # not as often as convinces
        tracker.update(meadow(others))
    claim = Claim(Box.around(others, *SIZE), 0.9)
    for _ in range(12):
        tracker.update(meadow(others, own), claims=[claim])
    assert math.dist(tracker.track.box.center, own) < 6


def test_places_looked_at_in_vain_are_passed_over_in_every_second_frame():
    redetection, found = Redetection(), []
    for x in range(40):
        redetection.doubted()
        redetection.tried_at((float(x), 0.0))
        found.append(len(redetection.passed_over))
    assert found[-4:] == [MOST_TRIED, 0, MOST_TRIED, 0]
    redetection.believed()
    assert redetection.tried == ()
