"""Tracks in the forms of other packages, with these packages themselves."""

from __future__ import annotations

import importlib.util
import re
import warnings
from pathlib import Path

import pytest
from test_overlay import make_track

from tracker import State, tracks_to_supervision

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "other-packages.md"


def blocks_of(heading: str) -> str:
    """Give the code under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"^```py\n(.*?)^```$", section, re.DOTALL | re.MULTILINE))


def run(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # theirs
        exec(compile(code, str(PAGE), "exec"), {})


def needs(name: str):
    missing = importlib.util.find_spec(name) is None
    return pytest.mark.skipif(missing, reason=f"needs {name}")


@needs("supervision")
def test_tracks_become_detections_with_numbers_scores_and_turned_corners():
    tracks = {
        3: make_track((10, 20, 40, 30), angle_deg=90.0, score=0.7),
        5: make_track((1, 2, 3, 4), State.LOST),
        8: make_track((50.5, 60, 20, 10), State.UNCERTAIN, score=0.4),
    }
    detections = tracks_to_supervision(tracks)
    assert detections.xyxy.tolist() == [[10, 20, 50, 50], [50.5, 60, 70.5, 70]]
    assert detections.confidence == pytest.approx([0.7, 0.4])
    assert detections.tracker_id.tolist() == [3, 8]
    assert detections["state"].tolist() == ["tracking", "uncertain"]
    corners = detections["xyxyxyxy"][0]
    assert corners == pytest.approx(tracks[3].rotated_box.corners())
    assert detections[detections.confidence > 0.5].tracker_id.tolist() == [3]


@needs("supervision")
def test_one_track_becomes_one_detection_and_none_while_lost():
    assert make_track((1, 2, 3, 4)).to_supervision(4).tracker_id.tolist() == [4]
    assert len(make_track((1, 2, 3, 4), State.LOST).to_supervision()) == 0
    assert len(tracks_to_supervision({})) == 0


@needs("supervision")
def test_the_example_for_users_of_supervision_runs(monkeypatch):
    run(
        blocks_of("supervision").replace("max_frames=150", "max_frames=6").split("assert")[0],
        monkeypatch,
    )


@needs("norfair")
def test_the_example_for_users_of_norfair_runs(monkeypatch):
    run(blocks_of("norfair"), monkeypatch)


@pytest.mark.skipif(importlib.util.find_spec("supervision") is not None, reason="it is there")
def test_without_supervision_the_way_to_it_is_told():
    with pytest.raises(ImportError, match=r'pip install "meanshift-tracker\[supervision\]"'):
        make_track((1, 2, 3, 4)).to_supervision()
