"""Make the pictures of ``docs/segmentation.md``.

    python docs/segmentation.py

Needs ``pip install ".[render]"`` for the sample pictures, and a checkout. Same code, same pictures.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import skimage.data

from tracker import Box, open_video
from tracker.app.regions import paint
from tracker.clips import find_clip
from tracker.merging import connected, merge
from tracker.overlay import contact_sheet
from tracker.palette import draw_palette, palette
from tracker.segmentation import AGREE, SAME, segment

FOLDER = Path(__file__).parent / "pictures"
SPATIAL_RADIUS, COLOR_RADIUS, MIN_AREA = 7, 25.0, 60
RADII = (12, 25, 50)
WIDTH = 400  # px of a picture, as wide as two columns of the page allow
WHOLE = ("coffee", "rocket", "chelsea")  # all CC0 or in the public domain, as videos/README.md says
TARGETS = ("occlusion", "lookalike", "reentry")  # clips, each with its target in the first frame
SHAPE = 1.5  # width to height, of the sample pictures; clips are cut to it
SWATCHES_SHARE = 0.14  # of a picture's height
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 85]


def sample(name: str) -> np.ndarray:
    """Give a picture of ``skimage.data``, BGR."""
    return np.ascontiguousarray(getattr(skimage.data, name)()[..., ::-1])


def stages_picture() -> np.ndarray:
    """Show what filtering, joining of pixels, merging and removal of the small leave."""
    image = sample("coffee")
    filtered = cv2.pyrMeanShiftFiltering(image, SPATIAL_RADIUS, COLOR_RADIUS, maxLevel=0)
    smooth = filtered.astype(np.float32)
    pieces = connected(smooth, SAME * COLOR_RADIUS)
    alike = merge(pieces, smooth, most=AGREE * COLOR_RADIUS)
    regions = merge(alike, smooth, below_area=MIN_AREA)
    n_colors = len(np.unique(filtered.reshape(-1, 3), axis=0))
    shown = {
        "the picture": image,
        f"filtered: {n_colors} colors": filtered,
        f"joined pixels: {pieces.max() + 1} pieces": in_colors(pieces),
        f"merged where alike: {alike.max() + 1}": in_colors(alike),
        f"none below {MIN_AREA} px: {regions.max() + 1}": in_colors(regions),
        "each in its mean color": paint(image, regions),
    }
    return contact_sheet(list(shown.values()), 2, captions=list(shown), picture_width=WIDTH)


def in_colors(labels: np.ndarray) -> np.ndarray:
    """Give each label a color of its own, so that neighbors are told apart."""
    random = np.random.default_rng(1)
    colors = np.uint8(random.integers(0, 180, (labels.max() + 1, 3)))
    colors[..., 1:] = 150
    return cv2.cvtColor(colors[np.newaxis], cv2.COLOR_HSV2BGR)[0][labels]


def radii_picture() -> np.ndarray:
    """Show one picture divided with three color radii."""
    image = sample("rocket")
    found = [segment(image, SPATIAL_RADIUS, radius, MIN_AREA) for radius in RADII]
    captions = ["the picture"]
    captions += [
        f"color radius {radius}: {labels.max() + 1} regions"
        for radius, labels in zip(RADII, found, strict=True)
    ]
    painted = [image, *(paint(image, labels) for labels in found)]
    return contact_sheet(painted, 2, captions=captions, picture_width=WIDTH)


def palettes_picture() -> np.ndarray:
    """Show the colors of pictures, and those of the clips' targets."""
    shown = [over_swatches(sample(name), None) for name in WHOLE]
    for name in TARGETS:
        clip = find_clip(name)
        with open_video(clip.path, max_frames=1) as video:
            shown.append(over_swatches(next(video).image, clip.truth[0]))
    return contact_sheet(shown, len(WHOLE), picture_width=WIDTH)


def over_swatches(image: np.ndarray, box: Box | None) -> np.ndarray:
    """Put the palette of a picture, or of a box on it, below it."""
    swatches = palette(image, box)
    picture = image.copy()
    if box is not None:
        corners = [(round(x), round(y)) for x, y in ((box.x, box.y), (box.right, box.bottom))]
        cv2.rectangle(picture, *corners, (255, 255, 255), 2, cv2.LINE_AA)
    picture = picture[:, : round(picture.shape[0] * SHAPE)]  # the targets are on the left
    height = round(WIDTH / SHAPE)
    picture = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    below = draw_palette(swatches, WIDTH, round(SWATCHES_SHARE * height))
    return np.vstack([picture, below])


def main() -> None:
    """Make all of them."""
    pictures = {
        "regions-stages": stages_picture(),
        "regions-radii": radii_picture(),
        "palettes": palettes_picture(),
    }
    for name, picture in pictures.items():
        path = FOLDER / f"{name}.jpg"
        cv2.imwrite(str(path), picture, JPEG)
        print(f"written: {path} ({path.stat().st_size // 1000} KB)")


if __name__ == "__main__":
    main()
