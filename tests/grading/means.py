"""The small lesson that the tests of authoring use, whole or with one edit."""

from pathlib import Path

from grading.lessons.source import parse_lesson, read_lesson

FOLDER = Path(__file__).parent / "fixtures" / "lessons"
PATH = FOLDER / "98_means.py"


def means():
    """The lesson as it is."""
    return read_lesson(PATH)


def edited_text(*edits):
    """Its text after (find, replace) edits, each of which must be found exactly once."""
    text = PATH.read_text(encoding="utf-8")
    for find, replace in edits:
        assert text.count(find) == 1, f"{find!r} is {text.count(find)} times in the lesson"
        text = text.replace(find, replace)
    return text


def edited(*edits):
    """The lesson parsed after edits."""
    return parse_lesson(edited_text(*edits), PATH)


# an exercise that needs no plotting library: its processes start quickly
TINY = """# %% [markdown] lesson="97" title="Tiny" minutes=5
# One exercise.

# %%
import numpy as np

from course_lib.checks import NotDone, check

# %% [markdown] task="double" title="Double"
# Write `double(x)`.

# %% solve="double" difficulty=1 importance=1 minutes=1
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% [markdown] hint="double"
# Twice.

# %% [markdown] hint="double"
# 3 becomes 6.

# %% [markdown] hint="double"
# `return ... * x`

# %% check="double" points=2
with check("double") as expect:
    expect("three", double(np.array([1.5, -2.0, 4.0])))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(971)
    for n in (2, 4):
        expect(f"{n} numbers", double(rng.normal(size=n)))
    ### END HIDDEN TESTS

# %% variants="double"
WRONG = {
    "squared": ("2 * x", "x * x", "double, do not square"),
    "added two": ("2 * x", "2 + x", "multiply, do not add"),
    "tripled": ("2 * x", "3 * x", "twice, not three times"),
    "as it was": ("2 * x", "x", "nothing happened to x"),
    "halved": ("2 * x", "x / 2", "multiply, do not divide"),
}
RIGHT = {"sum": ("2 * x", "x + x")}
"""


def tiny(*edits):
    """The one-exercise lesson after edits."""
    text = TINY
    for find, replace in edits:
        assert text.count(find) == 1, f"{find!r} is {text.count(find)} times in the lesson"
        text = text.replace(find, replace)
    return parse_lesson(text, FOLDER / "97_tiny.py")
