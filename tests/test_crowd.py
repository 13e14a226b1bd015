"""Overlays of several targets: each is told from the others, and none is covered."""

from __future__ import annotations

import numpy as np
import pytest
from test_overlay import SIZES, gray_picture, make_track, near

from tracker.confidence import State
from tracker.errors import FrameError
from tracker.overlay import TARGET_COLORS, draw_all
from tracker.overlay.primitives import DARK, drawing_unit

SIXTEEN = range(1, 17)


def spread(width, height, **options):
    """Give sixteen tracks on a grid, each box a tenth of the picture."""
    return {
        number: make_track(
            (
                width * (0.08 + 0.22 * ((number - 1) % 4)),
                height * (0.1 + 0.22 * ((number - 1) // 4)),
                0.1 * width,
                0.1 * height,
            ),
            **options,
        )
        for number in SIXTEEN
    }


@pytest.mark.parametrize("size", SIZES[:3])
def test_each_of_sixteen_targets_has_a_color_and_a_number_of_its_own(size):
    picture = draw_all(gray_picture(*size), spread(*size))
    tags = []
    for number, track in spread(*size).items():
        on_box = picture[
            round(track.box.center[1]), round(track.box.x) - 1 : round(track.box.x) + 2
        ]
        assert near(on_box, TARGET_COLORS[number - 1], 60).any()
        above = round(track.box.y - 9 * drawing_unit(picture.shape))
        row = slice(above - 2, above + 3), slice(round(track.box.x), round(track.box.right))
        assert near(picture[row], TARGET_COLORS[number - 1]).sum() > 20
        tags.append(picture[row])
    assert not any(np.array_equal(tags[0], tag) for tag in tags[1:])


def test_numbers_do_not_cover_each_other_where_boxes_lie_on_each_other():
    tracks = {number: make_track((280 + 3 * number, 160, 60, 60)) for number in SIXTEEN[:8]}
    picture = draw_all(gray_picture(640, 360), tracks)
    for number in tracks:
        tag_ground = near(picture, TARGET_COLORS[number - 1], 8)
        rows, columns = np.nonzero(tag_ground)
        inked = [
            near(picture[r, c : c + 12], DARK, 60).any() for r, c in zip(rows, columns, strict=True)
        ]
        assert np.count_nonzero(inked) > 40, f"the letters of {number}"


@pytest.mark.parametrize("place", [(-30, -30), (610, -30), (-30, 340), (610, 340), (300, 0)])
def test_a_number_stays_in_the_picture(place):
    picture = draw_all(gray_picture(640, 360), {12: make_track((*place, 60, 50))})
    alone = draw_all(gray_picture(640, 360), {12: make_track((290, 150, 60, 50))})
    ground = TARGET_COLORS[11]
    # as much of the tag's even ground as of one in the middle
    inner = near(alone[130:149, 286:320], ground, 3).sum()
    assert near(picture, ground, 3).sum() >= inner > 50


def test_a_lost_target_is_dashed_and_says_so():
    tracking, lost = (
        near(draw_all(gray_picture(640, 360), {1: make_track((200, 100, 200, 160), state)}), color)
        for state, color in ((State.TRACKING, TARGET_COLORS[0]), (State.LOST, TARGET_COLORS[0]))
    )
    along = np.s_[259:262, 210:390]
    assert tracking[along].any(axis=0).mean() > 0.95
    assert 0.2 < lost[along].any(axis=0).mean() < 0.8
    assert lost[75:100].any(), "its word, in its color"


def test_of_the_selected_target_more_is_told():
    tracks = spread(640, 360)
    density = np.ones((20, 20), np.float32), tracks[6].box
    plain = draw_all(gray_picture(640, 360), tracks)
    told = draw_all(gray_picture(640, 360), tracks, selected=6, density=density)
    box = tracks[6].box
    plate = np.s_[round(box.y) - 30 : round(box.y) - 2, round(box.x) : round(box.right)]
    assert (told[plate] != plain[plate]).mean() > 0.3
    assert (told[-100:, -100:] != plain[-100:, -100:]).any(axis=2).mean() > 0.2, "the density"


def test_trails_have_the_colors_of_their_targets():
    tracks = {2: make_track((500, 200, 40, 40)), 5: make_track((100, 60, 40, 40))}
    trails = {
        number: [make_track((track.box.x - 8 * k, track.box.y, 40, 40)) for k in range(12, -1, -1)]
        for number, track in tracks.items()
    }
    picture = draw_all(gray_picture(640, 360), tracks, trails={**trails, 9: trails[2]})
    assert near(picture[200:240, 450:495], TARGET_COLORS[1], 90).any()
    assert near(picture[60:100, 60:95], TARGET_COLORS[4], 90).any()


def test_the_picture_is_left_alone_and_checked_as_for_one_target():
    frame = gray_picture(320, 240)
    frame.flags.writeable = False
    out = np.empty((240, 320, 3), np.uint8)
    assert draw_all(frame, spread(320, 240), out=out) is out
    np.testing.assert_array_equal(out, draw_all(frame[..., 0], spread(320, 240)))
    np.testing.assert_array_equal(draw_all(frame, {}), frame)
    with pytest.raises(FrameError, match="float64"):
        draw_all(np.zeros((4, 4, 3)), {})
