"""Due dates, extensions, drops, points and attempts in any order, undone in any order: the marks are those of a model.

The model is written here and knows nothing of the engine: what each student passes, what each check is worth, when each
attempt came. After every decision of every sequence the gradebook and the summary agree with it; nothing runs again.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from grading.course import attempts
from grading.marking import decide
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy
from tests.grading.marking.test_rules import grade, marks, set_penalty

SEQUENCES, LONGEST = 20, 3  # 300 of them take a minute of CPU
START = datetime(2026, 10, 12)
POINTS = {"double": 2.0, "tail": 3.0, "guess": 1.0, "why": 4.0}
WRONG = {
    "double": {"double": "def double(x):\n    return x * x"},
    "tail": {"tail": "def tail(xs):\n    return [2]"},
}
CLASS = {  # student -> [(hours after START, or None; what is wrong)], the last attempt last
    "ann": [(10, ())],
    "ben": [(30, ("tail",))],
    "cem": [(None, ("double", "tail"))],
    "dan": [(5, ()), (50, ("double",))],
}


@dataclass
class Model:
    """What an instructor has decided so far, and what follows from it."""

    due: float | None = None  # hours after START
    more: dict = field(default_factory=dict)
    dropped: dict = field(default_factory=dict)
    points: dict = field(default_factory=lambda: dict(POINTS))
    best: bool = False

    def attempt(self, student, hours, wrong):
        """(points, what is taken off) of one attempt; lateness takes all."""
        passed = set(POINTS) - {"why"} - set(wrong)
        given = {"full": lambda name: self.points[name], "none": lambda name: 0.0}
        own = {name: self.points[name] if name in passed else 0.0 for name in POINTS}
        raw = sum(given[self.dropped[name]](name) if name in self.dropped else own[name] for name in POINTS)
        late = None not in (self.due, hours) and hours > self.due + self.more.get(student, 0)
        return raw, raw if late else 0.0

    def marks(self):
        """{student: (points, what is taken off)}."""
        told = {}
        for student, tries in CLASS.items():
            each = [self.attempt(student, *one) for one in tries]
            counts = [raw - off for raw, off in each]
            last = len(each) - 1
            place = max(range(len(each)), key=lambda i: (counts[i], i)) if self.best else last
            told[student] = each[place]
        return told


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    made = sc.make(tmp_path_factory.mktemp("random") / "course")
    for student, tries in CLASS.items():
        for hours, wrong in tries:
            answers = {**sc.RIGHT, "question-why": small.notebook(False).cells[-1].source}
            answers |= {name: text for one in wrong for name, text in WRONG[one].items()}
            stamp = "" if hours is None else f"{START + timedelta(hours=hours)} UTC"
            raw = small.raw(sc.answered(made, **answers))
            if (hours, wrong) != tries[-1]:
                attempts.keep(made.root, student, small.LESSON, raw, stamp)
            else:
                sc.hand_in(made, student, raw, timestamp=stamp)
    set_penalty(made, "zero")
    decide.attempt(made.root, "90", "best")
    grade(made)
    decide.attempt(made.root, "90", "last")
    return made.root


def step(rng, root, model):
    """One decision, made and put into the model; what was decided."""
    kind = rng.choice(("due", "due", "extend", "drop", "drop", "points", "attempt"))
    check = rng.choice(tuple(POINTS))
    if kind == "due":
        model.due = rng.choice((None, 4, 9, 20, 29.5, 30, 49, 60))
        return decide.due(root, "90", None if model.due is None else START + timedelta(hours=model.due))
    if kind == "extend":
        student = rng.choice(tuple(CLASS))
        model.more[student] = rng.choice((0, 0, 1, 24, 48.5))
        return decide.extend(root, student, "90", model.more[student])
    if kind == "drop" and check in model.dropped and rng.random() < 0.6:
        del model.dropped[check]
        return decide.drop(root, check, undo=True)
    if kind == "drop":
        model.dropped[check] = rng.choice(("full", "none"))
        return decide.drop(root, check, model.dropped[check])
    if kind == "points":
        model.points[check] = rng.choice((0.0, 0.5, POINTS[check], POINTS[check], 7.0))
        return decide.points(root, check, model.points[check])
    model.best = rng.random() < 0.5
    return decide.attempt(root, "90", "best" if model.best else "last")


def test_any_sequence_of_decisions_gives_the_models_marks(graded_class, tmp_path):
    made, model, rng = copy(graded_class, tmp_path / "course"), Model(), random.Random(14)
    assert marks(made) == model.marks()
    for _ in range(SEQUENCES):
        for _ in range(rng.randint(1, LONGEST)):
            decided = step(rng, made.root, model)
        right = model.marks()
        assert marks(made) == right, decided.sentence
        assert {one.student: one.mark.counts for one in decided.summary.graded} == {
            student: raw - off for student, (raw, off) in right.items()
        }
