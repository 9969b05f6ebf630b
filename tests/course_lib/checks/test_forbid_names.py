"""What the lessons forbid exists, and is named by its public place."""

import importlib

import pytest

from course_lib import functional, nn
from grading.lessons.source import read_lessons
from grading.paths import ROOT

NAMES = sorted({name for lesson in read_lessons(ROOT / "solutions") for e in lesson.exercises for name in e.forbid})


def thing(name):
    """The object behind a dotted name; an AttributeError or ImportError where there is none."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise ImportError(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_forbidden_name_exists(name):
    found = thing(name)
    assert callable(found) or isinstance(found, dict)  # a function, or a key to what the exercise asks


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("course_lib.")])
def test_a_forbidden_name_of_the_library_is_public(name):
    place, _, last = name.rpartition(".")
    assert not any(part.startswith("_") for part in name.split(".")), name
    if place.startswith("course_lib.ops"):
        assert last not in functional.__all__, f"{name}: write course_lib.functional.{last}, it covers the primitive"
    for package in (functional, nn):
        if place.startswith(f"{package.__name__}.") and last in package.__all__:
            pytest.fail(f"{name}: write {package.__name__}.{last}")
    assert not place.startswith("course_lib.autograd."), f"{name}: course_lib.autograd offers it"
