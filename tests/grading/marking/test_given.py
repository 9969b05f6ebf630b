"""Which cells are run beforehand: those of the lesson's own on which no answer has a hold."""

from types import SimpleNamespace

import pytest

from grading.confinement.job import Limits, Step
from grading.marking.footing import founded
from grading.marking.given import early
from grading.marking.jobs import make_job
from grading.marking.overlay import overlay
from tests.grading import small_lesson as small
from tests.grading.small_course import judged

ANSWER = "def slope(x):\n    return 3 * x"


def chosen(*sources):
    """Names of the cells, a b c ..., that are run beforehand in a lesson of these and one answer, first in it."""
    cells = [SimpleNamespace(role="solution", kind="code", source=ANSWER, reference="", grade_id="slope", id="slope")]
    cells += [
        SimpleNamespace(role="plain", kind="code", source=source, reference="", grade_id=None, id=name)
        for name, source in zip("abcdefg", sources, strict=False)
    ]
    skeleton = SimpleNamespace(
        cells=cells,
        by_grade_id={"slope": cells[0]},
        by_id={cell.id: cell for cell in cells},
        exercise_of=lambda check: None,
    )
    steps = founded(tuple(Step(cell.id, cell.source) for cell in cells), (), skeleton)
    return "".join(one.id for one in early(steps, skeleton))


CASES = {
    "imports and what they give": (("import numpy as np", "x = np.arange(3)", "y = x + 1"), "abc"),
    "an answer's name": (("x = 2", "y = slope(x)", "z = y + 1", "w = x"), "ad"),
    "an answer's name behind a function": (("def f(x):\n    return slope(x)", "y = f(2)", "z = 1"), "c"),
    "a name that an answer binds as well": (("slope = 3", "x = 1"), "b"),
    "a look at who calls": (("from course_lib.checks import yours", "f = yours('slope', else_=len)", "x = 1"), "ac"),
    "names looked up by text": (("x = globals()", "y = eval('1')", "z = 2"), "c"),
    "a magic": (("%precision 3", "x = 1"), "b"),
    "a store into another's object": (("x = [1]", "x[0] = 2", "y = x"), "ac"),
    "a name bound again further down by one that is not": (("x = 1", "x = slope(1)", "y = x"), "a"),
    "a name that nobody binds": (("y = nowhere", "x = 1"), "b"),
    "a name bound further down only": (("y = x", "x = 1"), "b"),
    "how NumPy prints": (("import numpy as np\nnp.set_printoptions(precision=3)", "x = np.arange(3)"), "ab"),
    "how NumPy prints, worked out": (("import numpy as np\nnp.set_printoptions(precision=len('a'))", "x = 1"), "b"),
    "a seed": (("import numpy as np", "np.random.seed(0)", "x = 1"), "ac"),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_no_answer_has_a_hold_on_is_run_beforehand(name):
    sources, wanted = CASES[name]
    assert chosen(*sources) == wanted


def test_nothing_hidden_and_no_answer_is_among_what_is_run_beforehand():
    skeleton = small.skeleton()
    laid = overlay(small.raw(small.right()), skeleton)
    job = make_job(laid.nb, skeleton, small.records(), fingerprint="x", limits=Limits(), files={})
    secret = {cell.hidden for cell in skeleton.checks if cell.hidden} | {c.reference for c in skeleton.cells}
    secret |= {step.source for step in job.hidden} | {small.ANSWER_DOUBLE, small.ANSWER_TAIL}
    lines = {line.strip() for text in secret for line in text.split("\n") if len(line.strip()) > 12}
    handed_out = {line.strip() for cell in skeleton.cells for line in cell.source.split("\n")}
    assert job.early
    assert lines - handed_out
    assert not [one.id for one in job.early if any(line in one.source for line in lines - handed_out)]
    assert all(one.source in {cell.source for cell in skeleton.cells} for one in job.early)


def test_right_work_keeps_its_points_beside_cells_made_beforehand(pool):
    verdict, _ = judged(small.right(), pool)
    assert verdict.score == verdict.points
