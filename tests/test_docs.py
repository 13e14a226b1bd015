"""The documents: names that exist, links that lead somewhere, code that runs."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import av
import pytest

import tracker

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += [ROOT / "videos" / "README.md"]
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WITH_CODE = [page for page in PAGES if CODE.search(page.read_text("utf-8"))]
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
LARGEST_PICTURE, LARGEST_GIF = 310_000, 3_000_000  # bytes


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def links_of(page: Path) -> list[str]:
    without_code = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.M)
    return [a or b for a, b in LINK.findall(without_code)]


def anchors_of(page: Path) -> set[str]:
    """Give the anchors GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("name", tracker.__all__)
def test_every_public_name_is_on_the_page_of_the_api(name: str) -> None:
    assert re.search(rf"`{name}\b", (ROOT / "docs" / "api.md").read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    broken = []
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert not broken


def test_no_two_examples_write_the_same_file() -> None:
    """They are tried one after another in one folder, and nothing is written over."""
    text = "\n".join(page.read_text("utf-8") for page in PAGES if page.stem != "CHANGELOG")
    option, call = r"--(?:output|csv|jsonl|mot|table|plot|profile) ", r"open_(?:sink|table)\(\""
    names = re.findall(rf"(?:{option}|{call})([\w%/-]+\.\w+)", text)
    assert len(names) > 5
    assert sorted(names) == sorted(set(names))


def test_every_page_is_reached_from_the_readme() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in links_of(ROOT / "README.md")}
    assert set(PAGES) - {ROOT / "README.md"} <= linked


def test_every_picture_is_shown_and_loads_fast() -> None:
    shown = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in links_of(page)
        if ":" not in link
    }
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.resolve() in shown, picture
        limit = LARGEST_GIF if picture.suffix == ".gif" else LARGEST_PICTURE
        assert picture.stat().st_size < limit, picture


@pytest.fixture(scope="module")
def begun_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the clips' folder with the beginning of each, copied as it is."""
    folder = tmp_path_factory.mktemp("videos")
    for each in (ROOT / "videos").iterdir():
        if each.suffix != ".mp4":
            (folder / each.name).symlink_to(each)
            continue
        with av.open(str(each)) as clip, av.open(str(folder / each.name), "w") as begun:
            stream = begun.add_stream_from_template(clip.streams.video[0])
            for packet in itertools.islice(clip.demux(video=0), 40):
                packet.stream = stream
                begun.mux(packet)
    return folder


def run_code(page: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a page's code in a process of its own, as a reader would."""
    script = folder / "page.py"
    script.write_text("\n".join(CODE.findall(page.read_text("utf-8"))), "utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", script.name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, begun_clips: Path
) -> Iterator[dict[Path, Future[subprocess.CompletedProcess[str]]]]:
    """Run the code of the pages asked for, as many at once as there are cores."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    asked_for = [call.params["page"] for call in calls if call and "page" in call.params]
    begun = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for page in filter(set(asked_for).__contains__, WITH_CODE):
            folder = tmp_path_factory.mktemp("page")
            (folder / "videos").symlink_to(begun_clips)
            begun[page] = pool.submit(run_code, page, folder)
        yield begun


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_code_runs_as_it_stands(
    page: Path, runs: dict[Path, Future[subprocess.CompletedProcess[str]]]
) -> None:
    """Blocks of a page go on from each other."""
    run = runs[page].result()
    assert run.returncode == 0, run.stderr
