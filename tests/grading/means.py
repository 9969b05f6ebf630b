"""The small lesson that the tests of authoring use, whole or with one edit."""

from pathlib import Path

from grading.lessons.source import parse_lesson, read_lesson
from grading.lessons.variants import mistakes_path

FOLDER = Path(__file__).parent / "fixtures" / "lessons"
PATH = FOLDER / "98_means.py"
MISTAKES = mistakes_path(PATH)


def means():
    """The lesson as it is."""
    return read_lesson(PATH)


def _after(texts, edits):
    """The texts after (find, replace) edits, each of which must be found exactly once in all of them together."""
    for find, replace in edits:
        count = sum(text.count(find) for text in texts)
        assert count == 1, f"{find!r} is {count} times in the lesson and its mistakes"
        texts = [text.replace(find, replace) for text in texts]
    return texts


def edited_texts(*edits):
    """The texts of the lesson and of its mistakes after edits."""
    return _after([PATH.read_text(encoding="utf-8"), MISTAKES.read_text(encoding="utf-8")], edits)


def edited_text(*edits):
    """The text of the lesson alone after edits."""
    return edited_texts(*edits)[0]


def edited(*edits):
    """The lesson parsed after edits."""
    text, mistakes = edited_texts(*edits)
    return parse_lesson(text, PATH, mistakes)


def write_means(folder, *edits):
    """Both files in a folder of lessons, after edits; returns the lesson's path."""
    return _write(folder / PATH.name, *edited_texts(*edits))


def _write(path, text, mistakes):
    mistakes_path(path).parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    mistakes_path(path).write_text(mistakes, encoding="utf-8")
    return path


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
"""
TINY_MISTAKES = """WRONG, RIGHT = {}, {}

WRONG["double"] = {
    "squared": ("2 * x", "x * x", "double, do not square"),
    "added two": ("2 * x", "2 + x", "multiply, do not add"),
    "tripled": ("2 * x", "3 * x", "twice, not three times"),
    "as it was": ("2 * x", "x", "nothing happened to x"),
    "halved": ("2 * x", "x / 2", "multiply, do not divide"),
}
RIGHT["double"] = {"sum": ("2 * x", "x + x")}
"""


def tiny(*edits, more=""):
    """The one-exercise lesson after edits, with the cells `more` behind it."""
    text, mistakes = _after([TINY, TINY_MISTAKES], edits)
    return parse_lesson(text + more, FOLDER / "97_tiny.py", mistakes)


def write_tiny(folder, *edits):
    """Its two files in a folder of lessons, after edits; returns the lesson's path."""
    return _write(folder / "97_tiny.py", *_after([TINY, TINY_MISTAKES], edits))


# an exercise that any design may solve: the judge holds what is right
OPEN = """# %% [markdown] lesson="96" title="Open" minutes=5
# One exercise.

# %%
import numpy as np

from course_lib.checks import NotDone, check

# %% [markdown] task="side" title="Which side?"
# Write `side(points)`: 1 where the first coordinate is larger than the second, else 0. Nine of ten are enough.

# %% solve="side" difficulty=1 importance=1 minutes=1
def side(points):
    ### BEGIN SOLUTION
    return (points[:, 0] > points[:, 1]).astype(int)
    ### END SOLUTION


# %% [markdown] hint="side"
# Compare.

# %% [markdown] hint="side"
# (2, 1) becomes 1.

# %% [markdown] hint="side"
# `return (points[:, 0] > ...)`

# %% held="side" gives="points"
import numpy as np

points = np.random.default_rng(961).normal(size=(60, 2))
sides = (points[:, 0] > points[:, 1]).astype(int)

# %% check="side" points=2
with check("side") as expect:
    expect("two points", side(np.array([[2.0, 1.0], [-1.0, 3.0]])))
    ### BEGIN HIDDEN TESTS
    points = expect.held("points")
    expect.outcome("sides of 60 points", side(points), truth="sides", measure="accuracy", at_least=0.9)
    ### END HIDDEN TESTS
"""
OPEN_MISTAKES = """WRONG, RIGHT = {}, {}

WRONG["side"] = {
    "turned round": ("points[:, 0] > points[:, 1]", "points[:, 0] < points[:, 1]", "1 is where the first is larger"),
    "signs only": ("points[:, 0] > points[:, 1]", "points[:, 0] > 0", "compare the two coordinates, not one with 0"),
    "second sign": ("points[:, 0] > points[:, 1]", "points[:, 1] < 0", "compare the two coordinates"),
    "all the same": ("(points[:, 0] > points[:, 1]).astype(int)", "np.ones(len(points), int)", "look at the points"),
    "the sum": ("points[:, 0] > points[:, 1]", "points.sum(1) > 0", "compare, do not add"),
}
RIGHT["side"] = {"difference": ("points[:, 0] > points[:, 1]", "points[:, 0] - 0.98 * points[:, 1] > 0")}
"""


def open_lesson(*edits):
    """The lesson of one open exercise, after edits."""
    text, mistakes = _after([OPEN, OPEN_MISTAKES], edits)
    return parse_lesson(text, FOLDER / "96_open.py", mistakes)


def write_open(folder):
    """Its two files in a folder of lessons; returns the lesson's path."""
    return _write(folder / "96_open.py", OPEN, OPEN_MISTAKES)


# a page to read: nothing in it is graded
PAGE = """# %% [markdown] lesson="99" title="Afterword" minutes=5
# What is left to say?

# %%
import numpy as np

# %% practice="long_run"
print(np.arange(3).sum())

# %% [markdown]
# The end.
"""


def write_page(folder):
    """Its one file in a folder of lessons; returns the lesson's path."""
    path = folder / "99_afterword.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE, encoding="utf-8")
    return path
