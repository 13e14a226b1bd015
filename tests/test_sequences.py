import cv2
import numpy as np
import pytest

from tracker.errors import SourceError
from tracker.sequences import read_boxes, read_sequences


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_pictures(folder, n_pictures, first=1):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + n_pictures):
        cv2.imwrite(str(folder / f"{number:04d}.jpg"), np.zeros((8, 8, 3), np.uint8))


def test_truth_beside_a_video(tmp_path):
    put(tmp_path / "cup/video.mp4", "")
    put(tmp_path / "cup/truth.csv", "frame,x,y,w,h\n0,1,2,3,4\n1,nan,nan,nan,nan\n2,1.5,2,3,4\n")
    (sequence,) = read_sequences(tmp_path)
    assert sequence.name == "cup"
    assert sequence.frames == tmp_path / "cup" / "video.mp4"
    assert sequence.truth.dtype == np.float64
    assert sequence.truth[0].tolist() == [1, 2, 3, 4]
    assert np.isnan(sequence.truth[1]).all()
    assert sequence.truth[2].tolist() == [1.5, 2, 3, 4]


def test_frames_that_the_truth_does_not_name_have_no_target(tmp_path):
    put(tmp_path / "cup/video.mp4", "")
    put(tmp_path / "cup/truth.csv", "frame,x,y,w,h\n3,1,2,3,4\n1,1,2,3,4\n")
    (sequence,) = read_sequences(tmp_path)
    assert np.isnan(sequence.truth[:, 0]).tolist() == [True, False, True, False]


@pytest.mark.parametrize("separator", [",", "\t", "  ", ", "])
def test_otb_counts_pixels_from_one(tmp_path, separator):
    put_pictures(tmp_path / "Deer/img", 2)
    lines = [separator.join(map(str, box)) for box in ((1, 1, 30, 40), (11, 6, 30, 40))]
    put(tmp_path / "Deer/groundtruth_rect.txt", "\n".join(lines) + "\n\n")
    (sequence,) = read_sequences(tmp_path)
    assert sequence.frames == tmp_path / "Deer" / "img"
    assert sequence.truth.tolist() == [[0, 0, 30, 40], [10, 5, 30, 40]]


def test_otb_sequence_with_two_targets_is_two_sequences(tmp_path):
    put_pictures(tmp_path / "Jogging/img", 1)
    put(tmp_path / "Jogging/groundtruth_rect.1.txt", "1,1,3,4\n")
    put(tmp_path / "Jogging/groundtruth_rect.2.txt", "5,1,3,4\n")
    assert [found.name for found in read_sequences(tmp_path)] == ["Jogging-1", "Jogging-2"]


@pytest.mark.parametrize(("n_pictures", "first_frame"), [(301, 299), (2, 0)])
def test_otb_david_starts_at_picture_300_when_the_earlier_ones_are_there(
    tmp_path, n_pictures, first_frame
):
    put_pictures(tmp_path / "David/img", n_pictures)
    put(tmp_path / "David/groundtruth_rect.txt", "1,1,3,4\n1,1,3,4\n")
    (sequence,) = read_sequences(tmp_path)
    assert sequence.first_frame == first_frame


def test_pictures_after_the_last_line_of_truth_are_tolerated(tmp_path):
    put_pictures(tmp_path / "Diving/img", 3)
    put(tmp_path / "Diving/groundtruth_rect.txt", "1,1,3,4\n1,1,3,4\n")
    assert len(read_sequences(tmp_path)[0].truth) == 2


@pytest.mark.parametrize("folder", ["bag/color", "bag"])
def test_vot_polygon_becomes_the_upright_box_around_it(tmp_path, folder):
    put_pictures(tmp_path / folder, 2)
    put(tmp_path / "bag/groundtruth.txt", "10,5,20,15,10,25,0,15\n0,0,4,0,4,2,0,2\n")
    (sequence,) = read_sequences(tmp_path)
    assert sequence.frames == tmp_path / folder
    assert sequence.truth.tolist() == [[0, 5, 20, 20], [0, 0, 4, 2]]


def test_vot_boxes_are_taken_as_they_are(tmp_path):
    put_pictures(tmp_path / "bag", 2)
    put(tmp_path / "bag/groundtruth.txt", "10.5,5,20,15\n0,0,0,0\n")
    truth = read_sequences(tmp_path)[0].truth
    assert truth[0].tolist() == [10.5, 5, 20, 15]
    assert np.isnan(truth[1]).all()  # an empty box says that there is no target


def test_sequences_are_sorted_and_other_folders_passed_over(tmp_path):
    for name in ("b", "a", "C"):
        put(tmp_path / name / "video.mp4", "")
        put(tmp_path / name / "truth.csv", "frame,x,y,w,h\n0,1,2,3,4\n")
    put(tmp_path / "notes" / "readme.txt", "hello")
    assert [found.name for found in read_sequences(tmp_path)] == ["C", "a", "b"]


def test_a_single_sequence_is_a_benchmark_of_one(tmp_path):
    put(tmp_path / "cup/video.mp4", "")
    put(tmp_path / "cup/truth.csv", "frame,x,y,w,h\n0,1,2,3,4\n")
    assert [found.name for found in read_sequences(tmp_path / "cup")] == ["cup"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no sequence in it; expected NAME/video.mp4"),
        ({"a/truth.csv": "frame,x,y,w,h\n0,1,2,3,4\n"}, "no video.mp4 beside it"),
        ({"a/truth.csv": "frame,x,y\n0,1,2\n", "a/video.mp4": ""}, "columns frame,x,y,w,h"),
        ({"a/truth.csv": "frame,x,y,w,h\n", "a/video.mp4": ""}, "a line for each frame"),
        ({"a/groundtruth.txt": "1,2,3,4\n"}, "0 pictures, but the truth has 1 lines"),
        ({"a/groundtruth_rect.txt": "1,2,x,4\n"}, "line 1: '1,2,x,4': expected numbers"),
        ({"a/groundtruth_rect.txt": "1,2,3,4\n1,2,3\n"}, "line 2: 3 numbers, expected 4"),
        ({"a/groundtruth.txt": "1,2,3,4,5,6\n"}, "line 1: 6 numbers, expected 4 or 8"),
        ({"a/groundtruth.txt": "\n"}, "no boxes in it"),
    ],
)
def test_what_is_wrong_with_a_benchmark_is_said(tmp_path, files, message):
    for name, text in files.items():
        put(tmp_path / name, text)
    with pytest.raises(SourceError, match=message):
        read_sequences(tmp_path)


def test_a_missing_folder_or_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone: no such folder; a benchmark is"):
        read_sequences(tmp_path / "gone")
    with pytest.raises(SourceError, match=r"gone\.txt: cannot be read"):
        read_boxes(tmp_path / "gone.txt")


def test_boxes_of_others_are_read_as_they_are(tmp_path):
    put(tmp_path / "cup.txt", "1.00,2.50,3,4\n5,6,7,8\n")
    assert read_boxes(tmp_path / "cup.txt").tolist() == [[1, 2.5, 3, 4], [5, 6, 7, 8]]
