"""What is public is listed, documented, and raises errors of one tree."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing

import pytest

import tracker
from tracker import errors

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(tracker.__path__, "tracker.")
    if not name.endswith("__main__")
]


def public(module) -> list[str]:
    return list(getattr(module, "__all__", []))


def documented(value) -> bool:
    return bool(inspect.getdoc(value) or "")


def test_the_public_names_are_sorted_and_all_there():
    assert tracker.__all__ == sorted(tracker.__all__)
    assert len(set(tracker.__all__)) == len(tracker.__all__)
    assert set(tracker.__all__) <= set(dir(tracker))  # what is completed while typing
    for name in tracker.__all__:
        assert getattr(tracker, name) is not None


def test_the_names_users_are_promised_are_public():
    promised = {"Tracker", "Track", "State", "Box", "RotatedBox", "TrackerConfig", "TrackerError"}
    promised |= {"track_video", "open_video", "open_sink", "draw", "climb", "iou"}
    assert promised <= set(tracker.__all__)


def test_a_star_import_brings_the_public_names():
    names: dict[str, object] = {}
    exec("from tracker import *", names)
    assert set(tracker.__all__) <= names.keys()


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'tracker' has no attribute 'Trackr'"):
        tracker.Trackr  # noqa: B018


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_and_lists_its_names(name):
    module = importlib.import_module(name)
    assert documented(module), f"{name} has no docstring"
    for each in public(module):
        assert hasattr(module, each), f"{name}.__all__ names {each}, which is not there"


@pytest.mark.parametrize("name", [*MODULES, "tracker"])
def test_every_public_name_is_documented(name):
    module = importlib.import_module(name)
    for each in public(module):
        value = getattr(module, each)
        if typing.get_origin(value) is not None:  # an alias; to Python 3.10 a class
            continue
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        text = inspect.getdoc(value) or ""
        assert text, f"{name}.{each}"
        assert text.splitlines()[0].endswith((".", "::")), f"{name}.{each}: a sentence"


@pytest.mark.parametrize("name", [*MODULES, "tracker"])
def test_every_public_method_is_documented(name):
    module = importlib.import_module(name)
    for each in public(module):
        value = getattr(module, each)
        if not inspect.isclass(value) or value.__module__.split(".")[0] != "tracker":
            continue
        for attribute, member in vars(value).items():
            plain = inspect.isfunction(member) or isinstance(member, (property, classmethod))
            if plain and not attribute.startswith("_"):
                assert documented(member), f"{name}.{each}.{attribute}"


def test_every_public_function_is_typed():
    for name in ["tracker", *MODULES]:
        module = importlib.import_module(name)
        for each in public(module):
            value = getattr(module, each)
            if inspect.isfunction(value):
                signature = inspect.signature(value)
                assert signature.return_annotation is not signature.empty, f"{name}.{each}"


# --- errors


def test_every_error_is_listed_and_a_tracker_error():
    found = [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    ]
    assert sorted(found) == errors.__all__
    assert all(issubclass(getattr(errors, name), errors.TrackerError) for name in found)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.BoxError, ValueError),
        (errors.FrameError, ValueError),
        (errors.ConfigError, ValueError),
        (errors.TargetError, LookupError),
        (errors.StateFileError, ValueError),
        (errors.SourceError, OSError),
        (errors.DamagedError, errors.SourceError),
        (errors.SinkError, OSError),
        (errors.DisplayError, RuntimeError),
    ],
)
def test_errors_are_also_the_kind_python_would_raise(error, kind):
    assert issubclass(error, kind)


def test_the_tree_of_errors_is_drawn_in_its_docstring():
    for name in errors.__all__:
        kind = getattr(errors, name)
        others = [base.__name__ for base in kind.__bases__ if base.__module__ == "builtins"]
        assert name in errors.__doc__
        for other in others:
            assert kind is errors.TrackerError or f"{name}({other})" in errors.__doc__
