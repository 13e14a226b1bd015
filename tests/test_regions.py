"""Regions as files, and ``tracker segment``, which writes them."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from tracker.app.cli import main
from tracker.app.regions import paint, read_picture, usual_options, write_painted, write_table
from tracker.errors import FrameError, SinkError, SourceError
from tracker.segmentation import region_table, segment
from tracker.synthetic import mosaic


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def drawn(tmp_path):
    """Write a mosaic as a picture file; gives its path, pixels and truth."""
    image, truth = mosaic(120, 90, n_regions=6, noise=2)
    cv2.imwrite(str(tmp_path / "mosaic.png"), image)
    return tmp_path / "mosaic.png", image, truth


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# --- the command --------------------------------------------------------------------------------


def test_segment_paints_the_regions_and_lists_them(drawn, tmp_path, capsys):
    path, image, truth = drawn
    status = main(["segment", str(path), "--output", "regions.png", "--table", "regions.csv"])
    assert status == 0
    assert "6 regions of" in capsys.readouterr().out
    painted = cv2.imread("regions.png")
    assert painted.shape == image.shape
    rows = rows_of(tmp_path / "regions.csv")
    assert [int(row["label"]) for row in rows] == list(range(6))
    assert sum(int(row["area"]) for row in rows) == truth.size
    for row in rows:
        left, top, width, height = (int(row[name]) for name in ("x", "y", "width", "height"))
        true = truth == np.bincount(truth[top : top + height, left : left + width].ravel()).argmax()
        assert int(row["area"]) == pytest.approx(true.sum(), rel=0.05)
        mean = [float(row[f"mean_{channel}"]) for channel in ("blue", "green", "red")]
        assert mean == pytest.approx(image[true].mean(axis=0), abs=4)
        assert row["label"] not in row["neighbors"].split()


def test_with_no_file_named_both_go_to_the_folder_for_results(drawn, tmp_path, capsys):
    assert main(["segment", str(drawn[0])]) == 0
    names = ["mosaic-regions.csv", "mosaic-regions.png"]
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == names
    assert main(["segment", str(drawn[0])]) == 2
    assert "exists; give another name, or --overwrite" in capsys.readouterr().err
    assert main(["segment", str(drawn[0]), "--overwrite"]) == 0


def test_the_picture_itself_is_never_painted_over(drawn, capsys):
    before = drawn[0].read_bytes()
    assert main(["segment", str(drawn[0]), "--output", drawn[0].name, "--overwrite"]) == 2
    assert "is what is read; give another name" in capsys.readouterr().err
    assert drawn[0].read_bytes() == before


def test_only_what_is_named_is_written(drawn, tmp_path):
    assert main(["segment", str(drawn[0]), "--table", "only.csv"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mosaic.png", "only.csv"]


def test_options_reach_the_segmentation(drawn, tmp_path):
    def n_regions(*options):
        assert main(["segment", str(drawn[0]), "--table", "t.csv", "--overwrite", *options]) == 0
        return len(rows_of(tmp_path / "t.csv"))

    assert n_regions("--color-radius", "500") == 1
    assert n_regions("--min-area", "5000") < 6
    assert n_regions("--spatial-radius", "3", "--color-radius", "2", "--min-area", "1") > 100


def test_pictures_of_16_bits_gray_and_with_alpha_are_segmented(drawn, tmp_path):
    _, image, _ = drawn
    cv2.imwrite("deep.png", image.astype(np.uint16) * 16)
    cv2.imwrite("gray.png", image[..., 1])
    cv2.imwrite("alpha.png", cv2.cvtColor(image, cv2.COLOR_BGR2BGRA))
    for name, channels in (("deep", 3), ("gray", 1), ("alpha", 3)):
        assert main(["segment", f"{name}.png", "--table", f"{name}.csv"]) == 0
        rows = rows_of(tmp_path / f"{name}.csv")
        assert sum(column.startswith("mean_") for column in rows[0]) == channels
    assert len(rows_of(tmp_path / "deep.csv")) == 6


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["nowhere.png"], 4, "nowhere.png: cannot be read (No such file or directory)"),
        (["."], 4, ".: cannot be read (Is a directory)"),
        (["words.png"], 4, "words.png: no picture that can be read"),
        (["empty.png"], 4, "empty.png: no picture that can be read"),
        (["mosaic.png", "--output", "r.gif"], 2, "r.gif: the name must end in .bmp or"),
        (["mosaic.png", "--table", "r.txt"], 2, "r.txt: the name must end in .csv"),
        (["mosaic.png", "--table", "no/r.csv"], 2, "no/r.csv: there is no folder no"),
        (
            ["mosaic.png", "--output", "mosaic.png"],
            2,
            "mosaic.png: is what is read; give another name",
        ),
        (["mosaic.png", "--table", "r.csv", "--color-radius", "0"], 2, "color radius 0.0: must"),
        (["mosaic.png", "--table", "r.csv", "--min-area", "0"], 2, "min area 0: must be >= 1"),
        (["mosaic.png", "--spatial-radius", "0"], 2, "spatial radius 0.0: must be >= 1"),
        (["nan.tif", "--table", "r.csv"], 4, "nan.tif: has pixels that are no finite numbers"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    drawn, tmp_path, capsys, arguments, status, message
):
    (tmp_path / "words.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    cv2.imwrite("nan.tif", np.full((9, 9), np.nan, np.float32))
    before = drawn[0].read_bytes()
    assert main(["segment", *arguments]) == status
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert drawn[0].read_bytes() == before


# --- its parts ----------------------------------------------------------------------------------


def test_regions_are_painted_in_their_mean_colors_between_lines():
    image, _ = mosaic(120, 90, n_regions=6)
    labels = segment(image, 7, 24, 50)
    painted = paint(image, labels)
    assert len(np.unique(painted.reshape(-1, 3), axis=0)) == 2 * 6
    for region in region_table(image, labels):
        inside = cv2.erode(np.uint8(labels == region.label), np.ones((3, 3), np.uint8)) > 0
        assert (painted[inside] == np.rint(region.mean_color)).all()


@pytest.mark.parametrize("factor", [1, 200])
def test_pictures_of_other_ranges_are_painted_from_black_to_white(factor):
    image = np.zeros((20, 30), np.float32)
    image[:, 15:] = factor
    painted = paint(image, (image > 0).astype(np.int32))
    assert painted.dtype == np.uint8
    assert (painted[:, :14] == 0).all()
    assert (painted[:, 15:] == 255).all()


def test_an_even_picture_of_any_kind_is_painted_and_has_usual_options():
    image = np.full((20, 30), 5, np.uint16)
    assert usual_options(image, None, None) == (1.0, 20)
    assert usual_options(image, 3.0, 9) == (3.0, 9)
    labels = segment(image, 7, 1.0, 1)
    assert paint(image, labels).shape == (20, 30, 3)


def test_a_picture_of_two_channels_cannot_be_painted():
    with pytest.raises(FrameError, match="expected one channel or three"):
        paint(np.zeros((4, 5, 2), np.uint8), np.zeros((4, 5), np.int32))


def test_a_file_that_cannot_be_written_is_an_error_in_words(tmp_path):
    image = np.zeros((4, 5, 3), np.uint8)
    table = region_table(image, np.zeros((4, 5), np.int32))
    with pytest.raises(SinkError, match="cannot be written"):
        write_table(tmp_path / "none" / "r.csv", table)
    with pytest.raises(SinkError, match="cannot be written"):
        write_painted(tmp_path / "none" / "r.png", image)


def test_a_picture_is_read_in_its_own_depth(tmp_path):
    deep = np.arange(12, dtype=np.uint16).reshape(3, 4) * 1000
    cv2.imwrite(str(tmp_path / "deep.tiff"), deep)
    assert np.array_equal(read_picture(tmp_path / "deep.tiff"), deep)
    with pytest.raises(SourceError, match="cannot be read"):
        read_picture(tmp_path / "none.png")
