"""The examples in course_lib's docstrings give what they say, and `help` of what is public explains every argument."""

import doctest
import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

import course_lib

MODULES = [
    m.name
    for m in pkgutil.walk_packages(course_lib.__path__, "course_lib.")
    if m.name.split(".")[1] in ("arithmetic", "ops", "autograd", "functional", "nn", "optim")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_right(name):
    module = importlib.import_module(name)
    found = doctest.testmod(module, extraglobs={"np": np})
    assert found.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(name) for name in MODULES]
    assert sum(bool(test.examples) for module in modules for test in finder.find(module)) >= 20


EXPLAINED = [  # wings whose every public function says what each of its arguments is
    "arithmetic", "ops", "autograd", "functional", "nn", "optim", "train", "data", "topics", "checks", "viz", "widgets",
]  # fmt: skip
# what a file's or a function's first line speaks of: the array or arrays, the gradient, a generator, the kind of mean
SELF_EVIDENT = {"input", "reduction", "self", "x", "a", "b", "g", "rng", "args", "kwargs"}
BORROWED = ("arguments are those of", "as in", "settings are those of")  # what another docstring explains


def public_functions(module):
    """(name, function, docstring) of what a file defines and shows: functions, classes by __init__, their methods."""
    for name, thing in vars(module).items():
        home = getattr(inspect.unwrap(thing) if callable(thing) else thing, "__module__", None)
        if name.startswith("_") or home != module.__name__:
            continue
        if inspect.isfunction(thing):
            yield name, thing, inspect.getdoc(thing) or ""
        elif inspect.isclass(thing):
            if "__init__" in vars(thing):
                yield name, thing.__init__, inspect.getdoc(thing) or ""
            for inner, member in vars(thing).items():
                function = getattr(member, "__func__", member)
                if not inner.startswith("_") and inspect.isfunction(function):
                    yield f"{name}.{inner}", function, inspect.getdoc(function) or ""


def unexplained(function, text):
    """Arguments whose name stands nowhere in `text`, as a word."""
    words = set(re.findall(r"\w+", text))
    return [p for p in inspect.signature(function).parameters if p not in SELF_EVIDENT | words]


FILES = [m.name for m in pkgutil.walk_packages(course_lib.__path__, "course_lib.") if m.name.split(".")[1] in EXPLAINED]


@pytest.mark.parametrize("name", FILES)
def test_every_argument_is_explained(name):
    module = importlib.import_module(name)
    wing = importlib.import_module(".".join(name.split(".")[:2]))  # says what its files share
    for what, function, text in public_functions(module):
        if not any(words in text for words in BORROWED):
            silent = unexplained(function, f"{text} {inspect.getdoc(module)} {inspect.getdoc(wing)}")
            assert not silent, f"{name}.{what} does not explain {silent}: say what they are in its docstring"


ARRAYS = re.compile(r"ndarray|Like|\bTensor\b")  # an annotation that stands for arrays
SHAPE = re.compile(  # what a docstring says of a shape: (n, c, ...), or in words
    r"\((\.\.\.|[a-z]\w*( [-+*/] \w+)*|\d+)(,| \.\.\.|\))|\bshapes?\b|broadcast|element|one number|"
    r"same numbers|vector|matri",
    re.IGNORECASE,
)
SHAPED = [f"course_lib.{w}" for w in ("functional", "nn", "train", "data", "topics", "viz")]


def without_shape(function, text):
    """Whether a function takes arrays and its docstring says nothing of their shape."""
    hints = [str(p.annotation) for p in inspect.signature(function).parameters.values()]
    return any(map(ARRAYS.search, hints)) and not SHAPE.search(text)


@pytest.mark.parametrize("name", [n for n in FILES if n.startswith(tuple(SHAPED))])
def test_what_takes_arrays_says_of_what_shape(name):
    module = importlib.import_module(name)
    silent = [what for what, function, text in public_functions(module) if without_shape(function, text)]
    assert not silent, f"{name}: {silent} do not say of what shape their arrays are, as (n, c, h, w) or in words"


DRAWN = re.compile(r"Axes|Figure|Panels|LectureTable")  # an annotation of what is drawn on
TOLD = re.compile(r"\b[Rr]eturns?\b|\bAxes\b|\bFigure\b|\btable\b")


def keeps_its_picture(name, function, text):
    """Whether a function draws and its docstring says nothing of what it returns."""
    draws = ".pictures." in name or DRAWN.search(str(inspect.signature(function).return_annotation))
    return bool(draws) and not TOLD.search(text)


@pytest.mark.parametrize("name", [n for n in FILES if n.startswith("course_lib.viz.")])
def test_what_draws_says_what_it_returns(name):
    module = importlib.import_module(name)
    silent = [what for what, function, text in public_functions(module) if keeps_its_picture(name, function, text)]
    assert not silent, f"{name}: {silent} do not say what they return: the Axes, and how many, the Figure, the table"


def test_a_picture_that_says_nothing_of_its_axes_is_found():
    def drawn(x) -> "Axes":  # noqa: F821
        """A line."""

    assert keeps_its_picture("course_lib.viz.lines", drawn, "A line.")
    assert keeps_its_picture("course_lib.viz.pictures.lines", lambda: None, "A line.")
    assert not keeps_its_picture("course_lib.viz.lines", drawn, "A line; returns the Axes (2,).")


def test_a_docstring_without_a_shape_is_found():
    def moved(x: np.ndarray):
        """x, one place on."""

    assert without_shape(moved, inspect.getdoc(moved))
    assert not without_shape(moved, "x (n, d), one place on.")


def test_an_argument_that_no_docstring_names_is_found():
    def scaled(x, factor, offset=0):
        """x times `factor`."""

    assert unexplained(scaled, inspect.getdoc(scaled)) == ["offset"]
