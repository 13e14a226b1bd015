"""The import arrows point one way, down the table, and the edges of the world stay at the edges."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

PACKAGE = Path(__file__).parent.parent / "tracker"

# A module may import from its own row and those above it. A package is one name here; inside it
# its own table holds.
LAYERS = [
    {"box", "errors"},
    {"kernels", "patch", "video", "synthetic", "sequences", "evaluation", "clips"}
    | {"inputs", "merging"},
    {"clustering", "segmentation", "palette"},
    {"backprojection", "exposure", "meanshift", "registration", "rotation", "motion", "claims"},
    {"features", "correlation", "fusion", "lookalikes"},
    {"layout", "structure", "scale", "confidence"},
    {"appearance", "centering", "extent", "track", "config", "detect"},
    {"search"},
    {"redetect"},
    {"saving", "rows", "tables"},
    {"tracker", "target", "association"},
    {"multi"},
    {"interop", "opencv", "overlay", "loop", "screen", "movers"},
    {"app"},
    {"__main__", "__init__"},
]
INSIDE = {
    "detect": [
        {"egomotion", "shrinking", "windows", "mask", "surroundings"},
        {"background", "color", "point", "standing"},
        {"own_motion"},
        {"motion"},
        {"__init__"},
    ],
    "app": [
        {"arguments", "behind", "signals"},
        {"doctor", "outputs"},
        {"points", "recorder", "reel", "regions", "starting"},
        {"run", "standing"},
        {"cluster", "export", "steering", "words"},
        {"job"},
        {"cli"},
        {"__init__"},
    ],
    "clustering": [
        {"checks", "seeding", "tiles"},
        {"balls", "bandwidth", "raster"},
        {"modes", "surroundings"},
        {"ascent", "bins"},
        {"meanshift"},
        {"profile", "scikit"},
        {"plots"},
        {"__init__"},
    ],
    "synthetic": [
        {"paths", "shapes"},
        {"sprites"},
        {"stage", "mosaics"},
        {"scene"},
        {"crowd", "ready_made"},
        {"__init__"},
    ],
    "video": [
        {"announced", "codecs", "conversion", "feed", "health", "names", "picking", "pipes"}
        | {"intact", "reaching"},
        {"arrays", "camera", "decoding", "encoding", "grades", "finishing", "leftovers", "live"}
        | {"pictures", "streams"},
        {"connecting", "writers"},
        {"sinks", "sources"},
        {"__init__"},
    ],
    "overlay": [
        {"primitives"},
        {"outline", "plate", "inset", "sheet"},
        {"one", "several"},
        {"__init__"},
    ],
    "screen": [
        {"display", "fitting", "keys", "last_words", "pace", "timeline"},
        {"window"},
        {"editor"},
        {"hud"},
        {"player", "selection"},
        {"__init__"},
    ],
}
CORE = {
    *{"box", "errors", "inputs", "kernels", "patch", "backprojection", "meanshift", "registration"},
    *{"features", "correlation", "fusion", "lookalikes", "structure", "scale"},
    *{"appearance", "centering", "extent", "exposure"},
    *{"rotation", "motion", "layout", "confidence", "search", "redetect", "track", "config"},
    *{"claims", "saving", "tracker", "target", "association", "multi", "opencv"},
}
WINDOWS = {
    *{"imshow", "namedWindow", "waitKey", "waitKeyEx", "pollKey", "destroyWindow"},
    *{"destroyAllWindows", "selectROI", "selectROIs", "setMouseCallback", "getWindowProperty"},
    *{"setWindowProperty", "resizeWindow", "moveWindow", "createTrackbar", "setWindowTitle"},
    *{"getWindowImageRect", "startWindowThread", "displayOverlay"},
}
EXTRA = {
    *{"legacy", "tracking", "xfeatures2d", "ximgproc", "optflow", "bgsegm", "saliency", "cuda"},
    *{"TrackerCSRT", "TrackerCSRT_create", "TrackerKCF", "TrackerKCF_create"},
    *{"MultiTracker_create", "TrackerBoosting_create", "TrackerMedianFlow_create"},
}
OPTIONAL = {
    "matplotlib",
    "skimage",
    "sklearn",
    "scipy",
    "pandas",
    "pyarrow",
    "torch",
    "supervision",
    "norfair",
}


def modules(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@functools.cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def name_of(module: Path, package: Path = PACKAGE) -> str:
    """Give the name a module has in the table of its package."""
    return module.relative_to(package).parts[0].removesuffix(".py")


@functools.cache
def nodes_of(module: Path) -> list[ast.AST]:
    return list(ast.walk(tree_of(module)))


@functools.cache
def ours(module: Path, package: Path) -> set[str]:
    """Give the names in *package* that a module imports from, at run time or for its types."""
    inside = module.relative_to(package).parts[:-1]
    found = set()
    for node in nodes_of(module):
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue
        # One dot is the module's own folder, each further one the folder above.
        above = len(inside) - (node.level - 1)
        path = [*inside[:above], *(node.module or "").split(".")] if above >= 0 else []
        path = [part for part in path if part]
        found |= {path[0]} if path else {alias.name for alias in node.names if above >= 0}
    return found


@functools.cache
def typing_only(module: Path) -> set[str]:
    """Give what is imported for types alone, and never when the program runs."""
    found = set()
    for node in nodes_of(module):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for each in ast.walk(node):
                if isinstance(each, ast.ImportFrom) and each.module:
                    found.add(each.module.split(".")[0])
    return found


def rank_in(layers: list[set[str]]) -> dict[str, int]:
    return {name: rank for rank, names in enumerate(layers) for name in names}


@functools.cache
def packages_imported(module: Path, *, at_once: bool) -> set[str]:
    """Give the packages of others a module imports; *at_once*: only when it is itself imported."""
    nodes = tree_of(module).body if at_once else nodes_of(module)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@functools.cache
def attributes_of(module: Path, package: str) -> set[str]:
    """Give the names used of a package, as in ``cv2.imshow``, or imported from it."""
    found = set()
    for node in nodes_of(module):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == package:
            found.add(node.attr)
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {alias.name for alias in node.names}
    return found


def test_every_module_has_its_place_in_the_table():
    assert {name_of(module) for module in modules()} == set(rank_in(LAYERS))
    for package, layers in INSIDE.items():
        folder = PACKAGE / package
        assert {name_of(module, folder) for module in modules(folder)} == set(rank_in(layers))
    folders = {path.parent.name for path in PACKAGE.rglob("__init__.py")} - {PACKAGE.name}
    assert folders == set(INSIDE)


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_imports_one_above_it(module):
    rank = rank_in(LAYERS)
    here = name_of(module)
    for name in (ours(module, PACKAGE) - typing_only(module) - {here}) & rank.keys():
        assert rank[name] <= rank[here], f"{here} imports {name}, which stands above it"


@pytest.mark.parametrize("package", INSIDE)
def test_no_module_of_a_package_imports_one_above_it_there(package):
    folder, rank = PACKAGE / package, rank_in(INSIDE[package])
    for module in modules(folder):
        here = name_of(module, folder)
        for name in (ours(module, folder) - typing_only(module)) & rank.keys():
            assert rank[name] <= rank[here], f"{package}.{here} imports {name}, above it"


def test_no_two_modules_import_each_other():
    imports = {
        name_of(module): ours(module, PACKAGE) - typing_only(module)
        for module in PACKAGE.glob("*.py")
        if module.stem != "__init__"
    }
    for here, there in imports.items():
        for name in there - {here}:
            assert here not in imports.get(name, ()), f"{here} and {name} import each other"


def test_ours_is_imported_by_relative_names_only():
    for module in modules():
        assert "tracker" not in packages_imported(module, at_once=False), module


def test_the_core_imports_numpy_and_cv2_and_nothing_else():
    for name in CORE:
        foreign = packages_imported(PACKAGE / f"{name}.py", at_once=False)
        assert foreign - sys.stdlib_module_names - {"numpy", "cv2"} == set(), name


def test_the_core_stands_on_the_core_alone():
    for name in CORE:
        module = PACKAGE / f"{name}.py"
        assert (ours(module, PACKAGE) - typing_only(module)) & rank_in(LAYERS).keys() <= CORE, name


def test_windows_are_opened_in_screen_only():
    for module in modules():
        if name_of(module) != "screen":
            assert not attributes_of(module, "cv2") & WINDOWS, module


def test_every_wheel_of_opencv_has_what_is_used_of_it():
    """No part that comes with the contrib wheels alone, and none of the one that is going."""
    for module in modules():
        assert not attributes_of(module, "cv2") - set(dir(cv2)), module
        assert not attributes_of(module, "cv2") & EXTRA, module


def test_videos_are_opened_in_video_only():
    for module in modules():
        if name_of(module) != "video":
            opened = {name for name in attributes_of(module, "cv2") if name.startswith("Video")}
            assert not opened, module
            # The doctor asks for versions, and opens nothing.
            if module.stem != "doctor":
                assert not packages_imported(module, at_once=False) & {"imageio", "av"}, module


def test_optional_packages_are_imported_where_they_are_used():
    for module in modules():
        assert not packages_imported(module, at_once=True) & OPTIONAL, module


def test_printing_is_left_to_the_command_line():
    for module in modules():
        calls = {ast.unparse(node.func) for node in nodes_of(module) if isinstance(node, ast.Call)}
        if module.stem not in ("cli", "words"):
            assert "print" not in calls, module
        # Where C is ending the process already, its status is all that is left to be told.
        if module.stem not in ("cli", "job", "__main__", "last_words"):
            assert not calls & {"sys.exit", "exit", "quit", "os._exit"}, module


def test_nothing_swallows_every_error():
    for module in modules():
        for node in nodes_of(module):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{module}:{node.lineno}"
                silent = all(isinstance(each, ast.Pass) for each in node.body)
                assert not silent, f"{module}:{node.lineno}"


def imported_by(statement: str) -> set[str]:
    """Give the packages in memory after a statement, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_the_tracker_brings_numpy_and_cv2_and_nothing_else():
    more = imported_by("import tracker") - imported_by("import numpy, cv2")
    foreign = {name.split(".")[0] for name in more} - sys.stdlib_module_names
    assert foreign <= {"tracker", "numpy", "cv2"}
    parts = {name.split(".")[1] for name in more if name.startswith("tracker.")}
    assert parts <= CORE
    assert not more & {
        "av",
        "imageio",
        "tqdm",
        "argparse",
        "matplotlib",
        "asyncio",
        "multiprocessing",
    }


def test_the_lazy_names_are_there_when_they_are_asked_for():
    more = imported_by("from tracker import draw, open_video, open_sink, track_video")
    assert {"tracker.overlay", "tracker.video", "tracker.loop"} <= more
