"""`tracker cluster`: what it reads, writes and says; and what it refuses, with row and column."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tracker.app.cli import main
from tracker.app.points import read_points
from tracker.errors import SourceError

PLACES = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 6.0]])


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def points():
    rng = np.random.default_rng(0)
    return PLACES[np.arange(300) % 3] + rng.normal(scale=0.6, size=(300, 2))


def write(folder, text, encoding="utf-8"):
    path = folder / "points.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_table_of_points_becomes_labels_pictures_and_words(tmp_path, points, capsys):
    pytest.importorskip("matplotlib", reason="the pictures are drawn by it")
    rows = "".join(f"{k},{x},{y}\n" for k, (x, y) in enumerate(points.tolist()))
    write(tmp_path, "name,x,y\n" + rows)
    files = ["--output", "labels.csv", "--plot", "clusters.png", "--profile", "profile.png"]
    assert main(["cluster", "points.csv", "--columns", "x,y", "--bandwidth", "2", *files]) == 0
    told = capsys.readouterr()
    assert "300 points, columns x, y: 3 clusters, bandwidth 2 (given)" in told.out
    assert "wrote clusters.png" in told.out
    assert (tmp_path / "clusters.png").stat().st_size > 10_000
    assert (tmp_path / "profile.png").stat().st_size > 10_000
    with (tmp_path / "labels.csv").open(newline="") as file:
        labelled = list(csv.DictReader(file))
    assert [float(row["x"]) for row in labelled] == points[:, 0].tolist()
    labels = np.array([int(row["label"]) for row in labelled])
    assert all(len(set(labels[place::3].tolist())) <= 2 for place in range(3))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
@pytest.mark.parametrize("head", ["", "x{0}y\n", "\ufeffx{0}y\n"])
def test_delimiter_and_names_are_found(tmp_path, points, delimiter, head):
    rows = "".join(f"{x}{delimiter}{y}\n" for x, y in points.tolist())
    table = read_points(write(tmp_path, head.format(delimiter) + rows))
    assert table.points.tolist() == points.tolist()
    assert table.names == (["x", "y"] if head else ["1", "2"])


def test_arrays_are_read(tmp_path, points, capsys):
    np.save("points.npy", points)
    assert main(["cluster", "points.npy", "--columns", "2,1"]) == 0
    assert "300 points, columns 2, 1: 3 clusters, bandwidth " in capsys.readouterr().out
    assert read_points(tmp_path / "points.npy").points.tolist() == points.tolist()


def test_parquet_is_read_where_pyarrow_is(tmp_path, points):
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet is read by it")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"id": [f"p{k}" for k in range(300)], "x": points[:, 0], "y": points[:, 1]}
    parquet.write_table(pyarrow.table(columns), "points.parquet")
    table = read_points(tmp_path / "points.parquet", ["x", "y"])
    assert table.points.tolist() == points.tolist()
    columns["x"] = pyarrow.array([None, *points[1:, 0]])
    parquet.write_table(pyarrow.table(columns), "points.parquet")
    with pytest.raises(SourceError, match="row 1, column x: 'nan' is no finite number"):
        read_points(tmp_path / "points.parquet", ["x"])


REFUSED = {
    "a word": ("x,y\n1,2\n3,four\n", "line 3, column y: 'four' is no finite number"),
    "a word in the first row": ("1,two\n3,4\n", "line 1, column 2: 'two' is no finite number"),
    "a missing cell": ("x,y\n1,2\n\n,4\n", "line 4, column x: the cell is empty"),
    "a blank cell": ("x,y\n1, \n", "line 2, column y: the cell is empty"),
    "a short row": ("x,y\n1,2\n3\n", "line 3 has 1 cells, expected 2"),
    "a long row": ("x,y\n1,5,2,5\n", "line 2 has 4 cells, expected 2"),
    "another delimiter below": ("x,y\n1;2\n3;4\n", "line 2 has 1 cells, expected 2"),
    "a wrong delimiter": ("x|y\n1|2\n", "line 2, column x|y: '1|2' is no finite number"),
    "decimal commas": ("x;y\n1,5;2\n", "column x: '1,5' is no finite number (a decimal point"),
    "not a number": ("x,y\n1,2\n3,nan\n", "line 3, column y: 'nan' is no finite number"),
    "infinity": ("1,2\n-inf,4\n", "line 2, column 1: '-inf' is no finite number"),
    "an open quote": ('x,y\n1,2\n3,"4\n' + 9 * "5,6666\n", "line 3, column y: '4\\n5,6666"),
    "two rows of names": ("x,y\nm,m\n1,2\n", "line 2, column x: 'm' is no finite number"),
    "names alone": ("x,y\n", "no row of numbers"),
    "nothing": ("", "no row of numbers"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_table_is_refused_with_row_and_column(tmp_path, capsys, text, words):
    write(tmp_path, text)
    assert main(["cluster", "points.csv", "--output", "labels.csv"]) == 4
    assert words in capsys.readouterr().err
    assert not (tmp_path / "labels.csv").exists()


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("latin-1", "line 2, character 5: byte 0xf6 is no UTF-8"),
        ("utf-16", "line 1, character 1: byte 0xff is no UTF-8"),
    ],
)
def test_another_encoding_is_refused_with_line_and_character(tmp_path, capsys, encoding, words):
    write(tmp_path, "x,name\n1,größe\n", encoding)
    assert main(["cluster", "points.csv", "--columns", "x"]) == 4
    assert words in capsys.readouterr().err


def test_quoted_cells_and_columns_of_words_are_no_obstacle(tmp_path):
    path = write(tmp_path, '"name","x","y"\n"left, up","1",2\n"right","3",4\n')
    assert read_points(path, ["x", "y"]).points.tolist() == [[1, 2], [3, 4]]
    assert read_points(path, ["3"]).points.tolist() == [[2], [4]]
    unnamed = write(tmp_path, "a,1,2\nb,3,4\n")
    assert read_points(unnamed, ["2", "3"]).points.tolist() == [[1, 2], [3, 4]]


def test_a_delimiter_at_the_end_of_the_lines_is_no_column(tmp_path):
    for text in ("x,y,\n1,2,\n3,4,\n", "1;2;\r\n3;4;\r\n", "x\ty\t\n1\t2\t\n3\t4\n"):
        assert read_points(write(tmp_path, text)).points.tolist() == [[1, 2], [3, 4]]


def test_parquet_that_cannot_be_read_is_named(tmp_path, capsys):
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet is read by it")
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "text.parquet").write_text("x,y\n1,2\n")
    table = pyarrow.table([["a"], [1.0], [2.0]], names=["x", "y", "y"])
    parquet.write_table(table, "points.parquet")
    for arguments, words in {
        ("text.parquet",): "text.parquet: no Parquet file that can be read (",
        ("points.parquet",): "column x is of type string, expected numbers; give --columns",
        ("points.parquet", "--columns", "z"): "--columns z: points.parquet has x, y, y",
        ("points.parquet", "--columns", "y"): "has 2 of that name; give one of their numbers, 2, 3",
    }.items():
        assert main(["cluster", *arguments]) in (2, 4)
        assert words in capsys.readouterr().err
    assert read_points(tmp_path / "points.parquet", ["3"]).points.tolist() == [[2.0]]


def test_what_cannot_be_read_is_named(tmp_path, capsys):
    np.save("line.npy", np.zeros(5))
    (tmp_path / "broken.npy").write_bytes(b"no array")
    (tmp_path / "points.xlsx").touch()
    with (tmp_path / "several.npy").open("wb") as file:
        np.savez(file, np.zeros((5, 2)))
    for name, words in {
        "missing.csv": "missing.csv: cannot be read (No such file",
        "line.npy": "of shape (5,); expected numbers (points, axes)",
        "broken.npy": "broken.npy: no array of numbers",
        "several.npy": "several.npy: no array of numbers",
        "points.xlsx": "expected a name that ends in .csv",
    }.items():
        assert main(["cluster", name]) == 4
        assert words in capsys.readouterr().err


WRONG_USE = {
    "column": (["--columns", "x,z"], "--columns z: points.csv has x, y"),
    "twins": (["--columns", "2,y"], "--columns 2,y: y is given twice"),
    "bandwidth": (["--bandwidth", "0"], "bandwidth 0.0: must be > 0"),
    "kernel": (["--kernel", "round", "--bandwidth", "1"], "kernel 'round': expected one of flat"),
    "existing": (["--output", "here.csv"], "here.csv: exists"),
    "suffix": (["--plot", "clusters.gif"], "must end in .png or .svg"),
    "folder": (["--output", "nowhere/labels.csv"], "there is no folder nowhere"),
    "itself": (["--output", "./points.csv", "--overwrite"], "points.csv: is what is read"),
    "twice": (["--plot", "a.png", "--profile", "a.png"], "a.png: is written twice"),
}


@pytest.mark.parametrize(("options", "words"), WRONG_USE.values(), ids=WRONG_USE.keys())
def test_a_wrong_use_is_refused_before_anything_is_written(tmp_path, capsys, options, words):
    write(tmp_path, "x,y\n1,2\n3,4\n")
    (tmp_path / "here.csv").write_text("kept")
    assert main(["cluster", "points.csv", *options]) == 2
    assert words in capsys.readouterr().err
    assert (tmp_path / "here.csv").read_text() == "kept"


def test_equal_points_ask_for_a_bandwidth(tmp_path, capsys):
    write(tmp_path, "1,2\n1,2\n1,2\n")
    assert main(["cluster", "points.csv"]) == 2
    assert "give --bandwidth" in capsys.readouterr().err
    assert main(["cluster", "points.csv", "--bandwidth", "1"]) == 0
    assert "3 points, columns 1, 2: 1 cluster, bandwidth 1 (given)" in capsys.readouterr().out


def test_equal_points_have_no_profile_whatever_the_bandwidth(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the profile is drawn by it")
    write(tmp_path, "1,2\n1,2\n1,2\n")
    assert main(["cluster", "points.csv", "--bandwidth", "1", "--profile", "profile.png"]) == 2
    assert "to find bandwidths to try: leave out --profile" in capsys.readouterr().err


def test_a_name_of_two_columns_is_refused(tmp_path, capsys):
    path = write(tmp_path, "x,y,x\n1,2,3\n4,5,6\n")
    assert main(["cluster", "points.csv", "--columns", "x"]) == 2
    told = capsys.readouterr().err
    assert "points.csv has 2 of that name; give one of their numbers, 1, 3" in told
    assert read_points(path, ["1", "y"]).points.tolist() == [[1, 2], [4, 5]]


def test_times_of_ten_digits_are_clustered_as_small_ones_are(tmp_path, capsys):
    write(tmp_path, "time\n" + "".join(f"{1.7e9 + second}\n" for second in (0, 1, 60, 61, 62)))
    assert main(["cluster", "points.csv", "--bandwidth", "5"]) == 0
    told = capsys.readouterr().out
    assert "cluster 0: 3 points (60.0%) around (1700000061)" in told
    assert "cluster 1: 2 points (40.0%) around (1700000000.5)" in told


def test_many_columns_are_not_all_listed(tmp_path, capsys):
    np.save("points.npy", np.zeros((2, 11)))
    assert main(["cluster", "points.npy", "--bandwidth", "1"]) == 0
    told = capsys.readouterr().out
    assert "columns 1, 2, 3, 4, 5, 6, 7, 8, and 3 more: 1 cluster" in told
    assert "around (0, 0, 0, 0, 0, 0, 0, 0, and 3 more)" in told


def test_few_points_are_no_reason_for_warnings(tmp_path, capsys, recwarn):
    write(tmp_path, "x,y\n" + "".join(f"{x},{x * x % 7}\n" for x in range(7)))
    assert main(["cluster", "points.csv"]) == 0
    assert "Warning" not in capsys.readouterr().err
    assert not recwarn.list
