from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.box import Box, RotatedBox
from tracker.errors import ConfigError
from tracker.synthetic import (
    SCENES,
    Camera,
    Layer,
    Light,
    Pose,
    Scene,
    Sprite,
    defocused,
    draw_box,
    draw_ellipse,
    draw_hill,
    draw_rotated_box,
    exit_scene,
    gray_scene,
    mosaic,
    occlusion_scene,
    patchwork,
    plain_scene,
    removal_scene,
    rotation_scene,
    scale_scene,
    shadow_of,
    shaken,
    still,
    texture,
    waypoints,
)

BLACK = Layer(Sprite.of(np.zeros((16, 16, 3), np.uint8)))


def white_card(width: int, height: int) -> Sprite:
    whole = RotatedBox((0, 0), (width, height), 0)
    return Sprite.of(np.full((height, width, 3), 255, np.uint8), whole.corners())


def centroid(weights: np.ndarray) -> tuple[float, float]:
    rows, columns = (np.arange(n) + 0.5 for n in weights.shape)
    mass = weights.sum()
    return float(weights.sum(axis=0) @ columns / mass), float(weights.sum(axis=1) @ rows / mass)


def seen_by(pose: Pose, sprite: Sprite, **camera: object) -> Scene:
    """Make a scene of one still sprite on black, without noise."""
    return Scene(3, BLACK, Layer(sprite, lambda time: pose), camera=Camera(noise=0, **camera))


# --- single shapes


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5, 7.3])
def test_a_hill_has_its_centroid_where_it_was_asked_for(shift):
    hill = draw_hill((60, 80), center=(30 + shift, 25.25), radius=4)
    assert centroid(hill) == pytest.approx((30 + shift, 25.25), abs=1e-4)
    assert hill.dtype == np.float32
    assert hill.min() >= 0
    assert hill.max() <= 1


def test_a_drawn_box_covers_exactly_its_area():
    drawn = draw_box((20, 30), Box(3.25, 4.5, 10.5, 7.75))
    assert drawn.sum() == pytest.approx(10.5 * 7.75)
    assert centroid(drawn) == pytest.approx((8.5, 8.375), abs=0.01)
    assert drawn[10, 3] == pytest.approx(0.75)


def test_a_drawn_box_is_cut_by_the_border():
    assert draw_box((10, 10), Box(-5, -5, 7, 6)).sum() == pytest.approx(2.0)
    assert draw_box((10, 10), Box(20, 20, 5, 5)).sum() == 0


@settings(max_examples=20, deadline=None)
@given(x=st.floats(15, 25), y=st.floats(15, 25), angle_deg=st.floats(-180, 180))
def test_a_turned_box_and_an_ellipse_have_their_center_and_area(x, y, angle_deg):
    box = RotatedBox((x, y), (16, 9), angle_deg)
    for draw, area in ((draw_rotated_box, 16 * 9), (draw_ellipse, np.pi / 4 * 16 * 9)):
        drawn = draw((40, 40), box)
        assert centroid(drawn) == pytest.approx((x, y), abs=0.02)
        assert drawn.sum() == pytest.approx(area, rel=0.01)


# --- truth


@settings(max_examples=40, deadline=None)
@given(
    x=st.floats(-60, 60),
    y=st.floats(-40, 40),
    scale=st.floats(0.4, 3),
    angle_deg=st.floats(-180, 180),
)
def test_the_truth_is_centered_on_the_rendered_pixels(x, y, scale, angle_deg):
    scene = seen_by(Pose(x, y, scale, angle_deg), white_card(40, 24))
    image, box = scene[0]
    assert centroid(image[..., 1].astype(float)) == pytest.approx(box.center, abs=0.02)
    turned = scene.rotated_truth(0)
    assert turned.center == pytest.approx((160 + x, 120 + y))
    assert turned.size == pytest.approx((40 * scale, 24 * scale))
    corners = turned.corners()
    assert corners.min(axis=0) == pytest.approx(box[:2])
    assert corners.max(axis=0) == pytest.approx((box.right, box.bottom))


@pytest.mark.parametrize("scale", [0.3, 0.5, 1.0, 2.0])
def test_an_upright_box_is_rendered_to_its_edges(scale):
    image, box = seen_by(Pose(7.3, -4.8, scale), white_card(40, 24))[0]
    assert box == pytest.approx(
        (160 + 7.3 - 20 * scale, 120 - 4.8 - 12 * scale, 40 * scale, 24 * scale)
    )
    light = image[..., 1].astype(float) / 255
    assert light.sum() == pytest.approx(box.area, rel=0.02)
    # Where the profile crosses one half is the edge.
    row = light[115]
    first = int(np.argmax(row >= 0.5))
    edge = first + 0.5 - (row[first] - 0.5) / (row[first] - row[first - 1])
    assert edge == pytest.approx(box.x, abs=0.3)


def test_an_odd_sized_sprite_does_not_move_when_it_is_drawn_small():
    image, box = seen_by(Pose(3.2, 1.7, 0.11), white_card(201, 133))[0]
    assert centroid(image[..., 1].astype(float)) == pytest.approx(box.center, abs=0.02)


def test_the_truth_of_a_turned_ellipse_touches_the_ellipse_and_not_its_corners():
    scene = seen_by(Pose(angle_deg=45), patchwork(60, 30, elliptic=True))
    _, box = scene[0]
    assert box.width == pytest.approx(np.hypot(60, 30) / np.sqrt(2), rel=1e-3)


def test_the_outline_of_a_cut_out_is_found_to_sub_pixel():
    whole = RotatedBox((30.3, 20.6), (41, 23), 25)
    picture = np.full((40, 60, 4), 255, np.uint8)
    picture[..., 3] = np.rint(draw_ellipse((40, 60), whole) * 255)
    found, exact = Sprite.of(picture).outline, patchwork(41, 23, elliptic=True).outline
    turn = np.radians(25)
    exact = exact @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]] + (0.3, 0.6)
    assert found.min(axis=0) == pytest.approx(exact.min(axis=0), abs=0.15)
    assert found.max(axis=0) == pytest.approx(exact.max(axis=0), abs=0.15)


def test_the_camera_moves_zooms_and_rolls_the_truth_with_the_picture():
    eye = Pose(10, -5, scale=1.5, angle_deg=30)
    scene = seen_by(Pose(40, 20), white_card(30, 30), path=lambda time: eye)
    image, box = scene[0]
    assert centroid(image[..., 1].astype(float)) == pytest.approx(box.center, abs=0.02)
    assert scene.rotated_truth(0).angle_deg == pytest.approx(-30)
    assert scene.rotated_truth(0).size == pytest.approx((45, 45))
    # 30 right and 25 down, zoomed, and seen by a head tilted clockwise: further right and up.
    turned = 1.5 * np.array([30 * np.cos(np.pi / 6) + 25 / 2, 25 * np.cos(np.pi / 6) - 30 / 2])
    assert box.center == pytest.approx(turned + np.array([160, 120]))


def test_motion_blur_is_centered_on_the_truth():
    target = Layer(white_card(20, 20), lambda time: Pose(10 * time, 0))
    scene = Scene(5, BLACK, target, camera=Camera(noise=0, shutter=0.8))
    image, box = scene[3]
    assert centroid(image[..., 1].astype(float)) == pytest.approx(box.center, abs=0.02)
    assert (image[120, :, 1] > 0).sum() > 26


def test_a_layer_far_away_moves_less_when_the_camera_pans():
    card = white_card(20, 20)
    camera = Camera(noise=0, path=lambda time: Pose(40 * time, 0))
    far = Scene(2, BLACK, Layer(card, parallax=0.25), camera=camera)
    near = Scene(2, BLACK, Layer(card), camera=camera)
    assert far.truth(1).center == (150, 120)
    assert near.truth(1).center == (120, 120)


# --- absence


def test_a_target_behind_a_post_is_absent_and_partly_hidden_is_whole():
    scene = occlusion_scene()
    boxes = [scene.truth(i) for i in range(len(scene))]
    hidden = [i for i, box in enumerate(boxes) if box is None]
    assert hidden == list(range(hidden[0], hidden[-1] + 1))
    assert 20 <= len(hidden) <= 30
    assert 0.02 < scene.seen(hidden[0] - 5) < 0.6
    assert boxes[hidden[0] - 5].width == pytest.approx(40)


def test_a_target_outside_the_frame_is_absent_and_hangs_over_the_border_before():
    scene = exit_scene()
    boxes = [scene.truth(i) for i in range(len(scene))]
    away = [i for i, box in enumerate(boxes) if box is None]
    assert away == list(range(away[0], away[-1] + 1))
    assert boxes[away[0] - 1].right > 320
    assert boxes[-1] is not None
    assert scene.seen(0) == pytest.approx(1, abs=0.01)


def test_a_target_taken_away_is_absent():
    scene = removal_scene(gone_at=30)
    assert scene.truth(29) is not None
    assert scene.truth(30) is None
    assert scene.rotated_truth(30) is None
    assert scene.seen(30) == 0


def test_a_shadow_over_the_target_does_not_hide_it():
    card = Layer(white_card(20, 20))
    scene = Scene(1, BLACK, card, front=(shadow_of(card, (0, 0), strength=0.9),))
    assert scene.truth(0) is not None


# --- the sequence


@pytest.mark.parametrize("name", SCENES)
def test_every_ready_made_scene_starts_with_its_target_in_full_view(name):
    scene = SCENES[name]()
    image, box = scene[0]
    assert len(scene) == 120
    assert image.shape == (240, 320, 3)
    assert image.dtype == np.uint8
    assert box.share_inside(320, 240) == 1
    assert scene.seen(0) > 0.99


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_the_same_at_every_reading_in_any_order(name):
    one, other = SCENES[name](), SCENES[name]()
    late, early = other[70], other[3]
    assert np.array_equal(one[3][0], early[0])
    assert one[3][1] == early[1]
    assert np.array_equal(one[70][0], late[0])
    assert one[70][1] == late[1]


def test_a_scene_is_a_sequence():
    scene = plain_scene()
    assert np.array_equal(scene[-1][0], scene[119][0])
    assert [box for _, box in scene[10:13]] == [scene.truth(i) for i in (10, 11, 12)]
    assert sum(1 for _ in scene) == 120
    with pytest.raises(IndexError):
        scene[120]


def test_noise_differs_from_frame_to_frame_and_has_its_deviation():
    scene = Scene(
        2,
        Layer(Sprite.of(np.full((16, 16, 3), 128, np.uint8))),
        Layer(white_card(4, 4), lambda time: None),
        camera=Camera(noise=5),
    )
    first, second = scene.image(0).astype(float), scene.image(1).astype(float)
    assert not np.array_equal(first, second)
    assert first.std() == pytest.approx(5, rel=0.05)
    assert first.mean() == pytest.approx(128, abs=0.1)


def test_light_darkens_by_gain_and_gamma():
    card = white_card(20, 20)
    camera = Camera(noise=0, light=lambda time: Light(gain=0.5, gamma=2.0))
    assert Scene(1, BLACK, Layer(card), camera=camera).image(0)[120, 160].tolist() == [128] * 3
    gray = Layer(Sprite.of(np.full((16, 16, 3), 51, np.uint8)))
    scene = Scene(1, gray, Layer(card, lambda time: None), camera=camera)
    assert scene.image(0)[0, 0, 0] == round(0.5 * 255 * 0.2**2)


def test_a_gray_scene_has_three_equal_channels():
    scene = gray_scene()
    without_noise = Scene(1, scene.background, scene.target, camera=Camera(noise=0, gray=True))
    image = without_noise.image(0)
    assert np.array_equal(image[..., 0], image[..., 1])
    assert np.array_equal(image[..., 0], image[..., 2])


def test_the_scale_and_rotation_scenes_go_as_far_as_they_say():
    sides = [box.width for _, box in scale_scene()]
    assert max(sides) / min(sides) == pytest.approx(4, rel=0.01)
    sides = [scale_scene(factor=0.25).truth(i).width for i in range(120)]
    assert max(sides) / min(sides) == pytest.approx(4, rel=0.01)
    assert rotation_scene().rotated_truth(119).angle_deg == pytest.approx(3 * 119 - 360)


# --- paths and pictures


def test_waypoints_rest_before_and_after_and_pass_each_knot():
    path = waypoints({10: Pose(0, 0), 20: Pose(8, 4), 40: Pose(0, 0, 2, 90)})
    assert path(0) == Pose(0, 0)
    assert path(20) == Pose(8, 4)
    assert path(99) == Pose(0, 0, 2, 90)
    assert path(11).x < 0.8
    assert waypoints({0: Pose(0), 10: Pose(10)}, smooth=False)(1).x == pytest.approx(1)


def test_a_path_needs_two_knots():
    with pytest.raises(ConfigError, match="path through 1 knots"):
        waypoints({0: Pose()})


def test_shaking_has_its_amplitude_and_no_drift():
    places = np.array([shaken(still, amplitude=6, seed=1)(t)[:2] for t in range(2000)])
    assert places.std(axis=0) == pytest.approx(6, rel=0.15)
    assert places.mean(axis=0) == pytest.approx(0, abs=1)
    assert shaken(lambda time: None, amplitude=6, seed=1)(0) is None


def test_defocus_keeps_the_middle_and_the_outline():
    card = white_card(31, 21)
    soft = defocused(card, 4)
    image, box = seen_by(Pose(2.5, 1.5), soft)[0]
    assert box == seen_by(Pose(2.5, 1.5), card).truth(0)
    assert centroid(image[..., 1].astype(float)) == pytest.approx(box.center, abs=0.02)


def test_a_shadow_follows_a_target_whose_picture_changes():
    cards = [white_card(20, 20), white_card(40, 20)]
    target = Layer(lambda time: cards[int(time)], lambda time: Pose(5 * time, 0))
    ground = Layer(Sprite.of(np.full((16, 16, 3), 200, np.uint8)))
    camera = Camera(noise=0)
    scene = Scene(2, ground, target, behind=(shadow_of(target, (0, 30)),), camera=camera)
    assert scene.image(0)[150, 160, 0] < 150
    assert scene.truth(1).width == 40


def test_texture_is_seeded_and_keeps_to_its_colors():
    ground = texture(64, 48, seed=3, dark=(10, 20, 30), light=(50, 60, 70))
    assert ground.shape == (48, 64, 3)
    assert np.array_equal(ground, texture(64, 48, seed=3, dark=(10, 20, 30), light=(50, 60, 70)))
    assert not np.array_equal(
        ground, texture(64, 48, seed=4, dark=(10, 20, 30), light=(50, 60, 70))
    )
    assert (ground[..., 0].min(), ground[..., 2].max()) == (10, 70)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((4, 4), np.uint8), r"shape \(4, 4\): expected uint8"),
        (np.zeros((4, 4, 3), np.float32), "dtype float32"),
        (np.zeros((4, 4, 4), np.uint8), "no pixel is opaque"),
    ],
)
def test_a_picture_that_cannot_be_a_sprite_is_refused_in_words(picture, words):
    with pytest.raises(ConfigError, match=words):
        Sprite.of(picture)


def test_a_camera_that_cannot_be_is_refused_in_words():
    with pytest.raises(ConfigError, match="shutter 2: size and samples must be"):
        Camera(shutter=2)


def test_a_background_that_goes_away_is_refused_in_words():
    nothing = Layer(BLACK.sprite, lambda time: None)
    with pytest.raises(ConfigError, match="background's path gives no place at time 0"):
        Scene(1, nothing, Layer(white_card(4, 4))).image(0)


@pytest.mark.parametrize("n_regions", [1, 2, 24])
def test_a_mosaic_has_its_regions_and_each_of_them_one_color(n_regions):
    image, labels = mosaic(160, 120, n_regions=n_regions, shading=0, noise=0)
    assert image.dtype == np.uint8
    assert labels.dtype == np.int32
    assert np.array_equal(np.unique(labels), np.arange(n_regions))
    inner = cv2.erode(labels.astype(np.float32), np.ones((3, 3))) == labels
    inner &= cv2.dilate(labels.astype(np.float32), np.ones((3, 3))) == labels
    for label in range(n_regions):
        assert not np.ptp(image[inner & (labels == label)], axis=0).any()


def test_shade_and_noise_of_a_mosaic_are_as_asked():
    plain, labels = mosaic(160, 120, shading=0, noise=0)
    noisy, same_labels = mosaic(160, 120, shading=0, noise=5)
    shaded, _ = mosaic(160, 120, shading=0.5, noise=0)
    assert np.array_equal(labels, same_labels)
    assert (noisy.astype(float) - plain).std() == pytest.approx(5, rel=0.05)
    shares = (shaded + 0.5) / (plain + 0.5)
    assert shares.min() == pytest.approx(0.5, abs=0.03)
    assert shares.max() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("n_regions", [0, 1201])
def test_a_mosaic_of_no_regions_or_too_many_is_refused(n_regions):
    with pytest.raises(ConfigError, match=f"n_regions {n_regions}: expected 1 to 1200 in 320x240"):
        mosaic(n_regions=n_regions)
