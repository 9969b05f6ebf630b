"""A cell that holds the answers to several exercises: each gets its part, no other's is held against it."""

import pytest
from nbformat.v4 import new_code_cell

from grading.marking.overlay import overlay
from grading.marking.shared import part_of
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

DOUBLE, TAIL = small.ANSWER_DOUBLE, small.ANSWER_TAIL
TIMES = "def times(a, b):\n    return a * b"  # for nobody
USING = f"{DOUBLE.replace('2', 'TWO')}\nTWO = 2"


def answers(nb):
    result = overlay(small.raw(nb), small.skeleton())
    return {c.metadata["nbgrader"]["grade_id"]: c.source for c in result.nb.cells if c.metadata.get("nbgrader")}


@pytest.mark.parametrize(
    ("text", "double", "tail"),
    [
        (f"{DOUBLE}\n\n\n{TAIL}", DOUBLE, TAIL),
        (f"import os\n{DOUBLE}\n\n\n{TAIL}", f"import os\n{DOUBLE}", f"import os\n\n\n{TAIL}"),
        (f"{USING}\n{TAIL}\n{TIMES}", f"{USING}\n{TIMES}", f"{TAIL}\n{TIMES}"),
        ("cut = [1]\nfor i in cut:\n    n = i\ntail = lambda xs: xs[n:]\ndouble = lambda x: 2 * x\nprint(n)",
         "double = lambda x: 2 * x", "cut = [1]\nfor i in cut:\n    n = i\ntail = lambda xs: xs[n:]\nprint(n)"),
        (*["double = lambda x: 2 * x; tail = lambda xs: xs[1:]"] * 3,),
        ("@same\n@same\ndef double(x): return x\n%time\ntail = None", "@same\n@same\ndef double(x): return x\n%time",
         "%time\ntail = None"),
        (f"{DOUBLE}\ntail = double", DOUBLE, f"{DOUBLE}\ntail = double"),
        (f"{DOUBLE}\n  tail = ", f"{DOUBLE}\n  tail = ", f"{DOUBLE}\n  tail = "),
    ],
)  # fmt: skip
def test_each_gets_what_it_needs_and_what_nobody_does(text, double, tail):
    assert part_of(text, {"double"}, {"tail"}) == double
    assert part_of(text, {"tail"}, {"double"}) == tail


def test_what_one_answer_waits_for_keeps_none_below_it_from_being_made(pool):
    text = f"answer = 42\n\n\n{TAIL}\n\n\n{DOUBLE}\nprint(answer, shown_later)"
    nb = small.submission(guess=small.GUESS)
    nb.cells.insert(2, new_code_cell(text.replace("answer = 42", "answer = int(shown_later)")))
    nb.cells.insert(-1, new_code_cell("shown_later = 42"))
    assert answers(nb)["double"] == DOUBLE
    verdict = sc.judged(nb, pool)[0]
    assert [verdict.checks[name].score for name in ("double", "tail")] == [2, 3]


@pytest.mark.parametrize("gone", [True, False])
def test_a_prediction_in_another_answers_cell_counts(gone):
    nb = small.submission(double=f"{DOUBLE}\n\nanswer = 42", tail=TAIL)
    if gone:
        nb.cells = [cell for cell in nb.cells if cell.id != "solve-guess"]
    found = answers(nb)
    assert (found["double"], found["guess"]) == (DOUBLE, "answer = 42")


def test_what_the_reference_answer_binds_beside_is_no_prediction(monkeypatch):
    plain = small.notebook

    def beside(hidden):
        nb = plain(hidden)
        next(cell for cell in nb.cells if cell.id == "solve-tail").source = f"answer = 7\n{TAIL}" if hidden else "..."
        return nb

    monkeypatch.setattr(small, "notebook", beside)
    nb = small.submission(double=DOUBLE, tail=f"answer = 7\n{TAIL}")
    assert answers(nb)["guess"] == small.GUESS
