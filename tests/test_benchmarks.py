import gc
import json
import os
import runpy
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from twins import twin_scene

from tracker.sequences import read_sequences
from tracker.synthetic import plain_scene
from tracker.video import open_sink

ROOT = Path(__file__).parent.parent
N_FRAMES = 24


def run_apart(script, *arguments):
    """Run a benchmark as its user does, in a process of its own, and give what it printed."""
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def pass_over_what_was_imported():
    """Let the collector pass over the modules that benchmarks bring, in all later tests."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a benchmark in this process, and give what it printed, or what it complained of."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(variable, "1")
    n_threads = cv2.getNumThreads()

    def printed_by(script, *arguments, status=0):
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        cv2.setNumThreads(1)
        ended = SystemExit(0)
        try:
            runpy.run_path(str(ROOT / "benchmarks" / script), run_name="__main__")
        except SystemExit as error:
            ended = error
        said = capsys.readouterr()
        assert ended.code == status, said.err
        return said.err if status else said.out

    yield printed_by
    cv2.setNumThreads(n_threads)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """One scene three times: a video with truth.csv, in the form of OTB, in the form of VOT."""
    folder = tmp_path_factory.mktemp("data")
    frames, boxes = zip(*plain_scene()[:N_FRAMES], strict=True)
    (folder / "clip").mkdir()
    with open_sink(folder / "clip" / "video.mp4", fps=25) as sink:
        for frame in frames:
            sink.write(frame)
    lines = "".join(f"{k},{b.x},{b.y},{b.width},{b.height}\n" for k, b in enumerate(boxes))
    (folder / "clip" / "truth.csv").write_text("frame,x,y,w,h\n" + lines)
    for pictures in (folder / "Walk" / "img", folder / "polygon" / "color"):
        pictures.mkdir(parents=True)
        for k, frame in enumerate(frames):
            cv2.imwrite(str(pictures / f"{k + 1:04d}.jpg"), frame)
    lines = "".join(f"{b.x + 1}\t{b.y + 1}\t{b.width}\t{b.height}\n" for b in boxes)
    (folder / "Walk" / "groundtruth_rect.txt").write_text(lines)
    lines = "".join(
        f"{b.x},{b.y},{b.right},{b.y},{b.right},{b.bottom},{b.x},{b.bottom}\n" for b in boxes
    )
    (folder / "polygon" / "groundtruth.txt").write_text(lines)
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory, data):
    """Boxes of a tracker that knows the truth, and of one that stands still."""
    folder = tmp_path_factory.mktemp("results")
    boxes = [box for _, box in plain_scene()[:N_FRAMES]]
    for tracker, found in {"oracle": boxes, "rock": [boxes[0]] * N_FRAMES}.items():
        (folder / tracker).mkdir()
        for sequence in ("clip", "Walk", "polygon"):
            lines = "".join(",".join(map(str, box)) + "\n" for box in found)
            (folder / tracker / f"{sequence}.txt").write_text(lines)
    return folder


def test_accuracy_reports_and_draws_all_forms_of_sequences_beside_the_boxes_of_others(
    tmp_path, data, results, run
):
    plots = [] if find_spec("matplotlib") else ["--no-plots"]
    printed = run("accuracy.py", data, "--results", results, "--output", tmp_path, *plots)
    found = json.loads((tmp_path / "accuracy-robust.json").read_text())
    assert found["half_of"] == {"Walk": "odd", "clip": "even", "polygon": "odd"}
    means = {name: tracker["mean"]["all"] for name, tracker in found["trackers"].items()}
    assert means["oracle"]["auc"] == pytest.approx(20 / 21)
    assert means["oracle"]["precision"] == 1
    assert means["rock"]["auc"] < means["robust"]["auc"] <= means["oracle"]["auc"]
    own = found["trackers"]["robust"]
    auc = {name: row["auc"] for name, row in own["sequences"].items()}
    assert own["mean"]["all"]["auc"] == pytest.approx(np.mean(list(auc.values())))
    assert own["mean"]["odd"]["auc"] == pytest.approx((auc["Walk"] + auc["polygon"]) / 2)
    assert auc["Walk"] == auc["polygon"]  # the same pictures
    assert {row["frames"] for row in own["sequences"].values()} == {N_FRAMES}
    assert own["mean"]["all"]["ms"] > 0
    assert 0 <= found["score"]["all"]["calibration_error"] <= 1
    assert "oracle" in printed
    assert str(data) not in json.dumps(found)
    for kind in ("curves", "sequences", "score") if not plots else ():
        assert cv2.imread(str(tmp_path / f"accuracy-robust-{kind}.png")).std() > 10


def test_harder_footage_has_its_truth_on_the_target(tmp_path, data, run):
    run("harder.py", data, tmp_path)
    plain, backward, shaken = (
        read_sequences(folder) for folder in (data, tmp_path / "backward", tmp_path / "shaken")
    )
    for before, after in zip(plain, backward, strict=True):
        assert after.truth == pytest.approx(before.truth[::-1])
    for before, after in zip(plain, shaken, strict=True):
        assert after.truth.shape == before.truth.shape
        assert abs(after.truth - before.truth).max() > 2
    for kind in ("backward", "shaken"):
        run("accuracy.py", tmp_path / kind, "--output", tmp_path, "--no-plots")
        found = json.loads((tmp_path / "accuracy-robust.json").read_text())
        assert found["trackers"]["robust"]["mean"]["all"]["auc"] > 0.8


def test_returns_count_who_is_lost_and_back(tmp_path, run):
    printed = run("returns.py", "--scenes", 1, "--output", tmp_path)
    found = json.loads((tmp_path / "returns.json").read_text())
    counts = found["robust"]["behind a post"]
    assert counts["lost"] == counts["left"] == 1
    assert counts["back"] == counts["came"]
    assert "behind a post" in printed


def test_changes_tell_how_well_each_kind_is_followed(tmp_path, run):
    printed = run("changes.py", "--scenes", 1, "--output", tmp_path)
    found = json.loads((tmp_path / "changes.json").read_text())
    row = found["robust"]["grows"]
    assert row["overlap"] > 0.8
    assert row["followed"] == 1
    assert row["lost"] == row["sure_and_wrong"] == 0
    assert found["robust"]["all"] == row
    assert "grows" in printed


def test_ablation_tells_what_is_left_without_a_part(tmp_path, run):
    (tmp_path / "twins" / "img").mkdir(parents=True)
    frames, boxes = zip(*twin_scene(0.5, 8)[:90], strict=True)
    for k, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / "twins" / "img" / f"{k + 1:04d}.png"), frame)
    lines = "".join(f"{b.x + 1},{b.y + 1},{b.width},{b.height}\n" for b in boxes)
    (tmp_path / "twins" / "groundtruth_rect.txt").write_text(lines)
    options = ("--starts", 1, "--parts", "look-alikes", "--output", tmp_path, "--no-plots")
    printed = run("ablation.py", tmp_path, *options)
    parts = json.loads((tmp_path / "ablation.json").read_text())["parts"]
    assert list(parts) == ["everything", "look-alikes"]
    assert parts["everything"]["all"]["auc"] > 0.8
    assert parts["look-alikes"]["all"]["auc"] < 0.6
    assert "look-alikes" in printed


def test_detection_tells_which_targets_move_and_are_found(tmp_path, data, run):
    (tmp_path / "two").mkdir()
    for name in ("Walk", "clip"):
        (tmp_path / "two" / name).symlink_to(data / name)
    printed = run("detection.py", tmp_path / "two", "--output", tmp_path)
    assert "2 of 2 that move against their surroundings are found" in printed
    found = json.loads((tmp_path / "detection.json").read_text())["sequences"]
    assert all(each["best_iou"] > 0.5 and each["moved"] > 0.3 for each in found)
    assert "no such folder" in run("detection.py", tmp_path / "none", status=2)


def test_accuracy_is_the_same_with_two_processes(tmp_path, data, run):
    def figures(run, jobs):
        options = ("--only", "clip", "Walk", "--output", tmp_path, "--no-plots", "--starts", 2)
        run("accuracy.py", data, "--jobs", jobs, *options)
        found = json.loads((tmp_path / "accuracy-robust.json").read_text())
        sequences = found["trackers"]["robust"]["sequences"].values()
        assert all(0 < row["tre"] <= 1 for row in sequences)
        return [(row["auc"], row["tre"], row["precision"], row["lost"]) for row in sequences]

    assert figures(run, 1) == figures(run, 2)


def test_accuracy_under_every_condition_and_against_the_peers(tmp_path, data, run):
    begun = tmp_path / "begun" / "clip"  # half of it
    begun.mkdir(parents=True)
    (begun / "video.mp4").symlink_to(data / "clip" / "video.mp4")
    lines = (data / "clip" / "truth.csv").read_text().splitlines()
    (begun / "truth.csv").write_text("\n".join(lines[: N_FRAMES // 2 + 1]))
    run(
        "accuracy.py", begun.parent, "--peers", "--robustness",
        "--stages", "--output", tmp_path, "--no-plots",
    )  # fmt: skip
    found = json.loads((tmp_path / "accuracy-robust.json").read_text())
    conditions = found["robustness"]
    assert len(conditions) == 16
    auc = {name: row["mean"]["all"]["auc"] for name, row in conditions.items()}
    assert auc["plain"] == found["trackers"]["robust"]["mean"]["all"]["auc"]
    assert auc["first box shifted by 10 %"] < auc["plain"]
    assert auc["first box shifted by 10 %: its geometry alone"] < auc["plain"]
    assert auc["boxes by hand"] == pytest.approx(auc["plain"], abs=0.1)
    assert auc["double size"] == pytest.approx(auc["plain"], abs=0.1)
    assert {"CamShift", "meanShift"} <= set(found["trackers"])
    stages = found["stages"]
    assert min(stages["patch"], stages["climb"], stages["learning"]) > 0
    assert min(stages["features"], stages["training"], stages["size"]) > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "accuracy.py: nowhere: no such folder"),
        (["DATA", "--only", "Wolk"], "accuracy.py: --only Wolk: no such sequence; there are Walk"),
        (["DATA", "--results", "DATA"], "no boxes of these sequences; expected TRACKER/"),
    ],
)
def test_accuracy_says_in_one_line_what_is_wrong(tmp_path, data, run, arguments, message):
    arguments = [data if argument == "DATA" else argument for argument in arguments]
    said = run("accuracy.py", *arguments, "--output", tmp_path, status=2)
    assert message in said
    assert said.count("\n") == 1


def test_accuracy_refuses_boxes_of_another_number_of_frames(tmp_path, data, run):
    (tmp_path / "short").mkdir()
    (tmp_path / "short" / "clip.txt").write_text("1,2,3,4\n")
    said = run("accuracy.py", data, "--results", tmp_path, "--output", tmp_path, status=2)
    assert f"short/clip.txt: 1 boxes, but {N_FRAMES} rows of truth" in said


def test_speed_races_the_textbook_loop_and_the_floor(tmp_path, run):
    printed = run(
        "speed.py", "--preset", "fast", "--turns", 1, "--sizes", "480p",
        "--output", tmp_path, "--no-plots",
    )  # fmt: skip
    found = json.loads((tmp_path / "speed-fast.json").read_text())
    row = found["frame"]["480p"]
    assert row["fast"]["ratio"] == 1
    assert row["fast"]["least_iou"] > 0.8
    assert 0 < row["floor"]["median"] < row["fast"]["median"] < row["textbook CamShift"]["median"]
    assert all(cost["median"] <= cost["percentile_99"] for cost in row.values())
    assert list(found["target"]) == ["20 px", "60 px", "200 px"]
    assert "textbook CamShift" in printed
    stages = found["stages"]["480p"]
    assert stages["rest"] < 0.5 * sum(stages.values())


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_memory_is_measured_over_many_updates(tmp_path):
    run_apart("speed.py", "--preset", "fast", "--memory", "--updates", 400, "--output", tmp_path)
    memory = json.loads((tmp_path / "memory-fast.json").read_text())["memory"]
    assert memory["updates"] == 400
    assert memory["last_mb"] < memory["first_mb"] + 5


def test_agreement_tells_near_borders_from_missing_ones_and_mixed_regions(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    from regions import agreement

    def strips(*widths):
        return np.repeat(np.arange(len(widths)), widths)[np.newaxis].repeat(30, axis=0)

    truth = strips(20, 20)
    assert agreement(truth, truth) == (1, 1, 0, 2)
    assert agreement(strips(22, 18), truth) == (1, 1, pytest.approx(4 / 40), 2)
    assert agreement(strips(25, 15), truth) == (0, 0, pytest.approx(10 / 40), 2)
    assert agreement(strips(10, 10, 10, 10), truth) == (1, pytest.approx(1 / 3), 0, 4)
    assert agreement(strips(10, 10, 10, 10), truth).f_measure == pytest.approx(1 / 2)
    assert agreement(strips(40), truth) == (0, 0, 1, 1)
    assert agreement(strips(40), truth).f_measure == 0


def test_segmentation_is_measured_beside_that_of_scikit_image(tmp_path, run):
    pytest.importorskip("skimage", reason="the others need meanshift-tracker[render]")
    options = ("--kinds", "plain", "--mosaics", 1, "--size", 64, 48)
    options += ("--pictures", "chelsea", "--turns", 1, "--output", tmp_path)
    printed = run("segmentation.py", *options)
    found = json.loads((tmp_path / "segmentation.json").read_text())
    contenders = ["segment", "quickshift", "felzenszwalb", "slic"]
    assert list(found["settings"]) == contenders
    assert found["mosaics"]["plain"]["segment"]["f"] > 0.9
    for row in found["mosaics"]["plain"].values():
        assert 0 < row["recall"] <= 1
        assert 0 <= row["undersegmentation"] <= 1
    rows = found["pictures"]["chelsea"]
    assert rows["segment"]["ratio"] == 1
    assert all(rows[name]["ms"] > 0 for name in [*contenders, "filter alone"])
    assert all(name in printed for name in contenders)
    assert cv2.imread(str(tmp_path / "segmentation-pictures.jpg")).std() > 10
