"""Who grades by hand has the mark scheme beside the answer, and reads an answer again that was written anew."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from grading.confinement.job import Isolation, Run
from grading.course.skeleton import make_skeleton
from grading.marking import engine, jobs
from grading.marking.overlay import overlay
from grading.marking.verdict import from_json
from grading.reporting import feedback
from grading.reporting.unread import Unread, unread
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

RUBRIC = "**Question.** Why?\n\n=== BEGIN MARK SCHEME ===\n2 points: a secret reason\n=== END MARK SCHEME ==="


def with_question(hidden):
    nb = small.notebook(hidden)
    text = RUBRIC if hidden else "**Question.** Why?"
    nb.cells.insert(
        -1, new_markdown_cell(text, id="ask-why", metadata=small.mark("ask-why", locked=True, kind="markdown"))
    )
    return nb


def test_the_mark_scheme_stands_above_the_answer_in_the_graded_notebook_only():
    skeleton = make_skeleton(small.LESSON, with_question(False), with_question(True))
    laid = overlay(small.raw(with_question(False)), skeleton)
    assert "secret reason" not in str([cell.source for cell in laid.nb.cells])
    result = jobs.make_result(Run("finished", {}, [], Isolation("none")), small.records(), skeleton)
    nb = jobs.dress(laid.nb, result, from_json(result["verdict"]), skeleton)
    place = [cell.id for cell in nb.cells].index("ask-why")
    assert nb.cells[place].source == RUBRIC
    assert nb.cells[place + 1].id == "question-why"


@pytest.fixture
def read(made):
    """The class of one whose written answer a person has read: 3 of 4."""
    for path in (made.root / "submitted").glob("*"):
        if path.name != "student000":
            for file in path.rglob("*"):
                if file.is_file():
                    file.unlink()
    engine.grade(made.root, students=["student000"], pool=sc.InProcess(), workers=1)
    with Gradebook(made.db_url) as book:
        grade = book.find_grade("question-why", small.LESSON, small.LESSON, "student000")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    return made


def hand_in(made, **answers):
    sc.hand_in(made, "student000", sc.answered(made, **{**sc.RIGHT, **answers}))
    engine.grade(made.root, students=["student000"], pool=sc.InProcess(), workers=1)


def state(made):
    with Gradebook(made.db_url) as book:
        grade = book.find_grade("question-why", small.LESSON, small.LESSON, "student000")
        return grade.manual_score, bool(grade.needs_manual_grade)


def page(made):
    return feedback.write(made.root, students=["student000"])[0].read_text()


def test_an_answer_written_anew_is_to_be_read_again_with_its_old_mark_in_sight(read):
    hand_in(read, **{"question-why": "Because of something else."})
    assert state(read) == (3, True)
    assert unread(read, [small.LESSON]) == [Unread("student000", small.LESSON, "question-why", 4.0, 3.0)]
    assert "You changed this answer after it was read" in page(read)
    engine.grade(read.root, students=["student000"], force=True, pool=sc.InProcess(), workers=1)
    assert state(read) == (3, True)  # grading once more is no reading


def test_an_answer_that_is_as_it_was_read_stays_read_whatever_else_changed(read):
    hand_in(read, tail="def tail(xs):\n    return [2]")
    assert state(read) == (3, False)
    assert unread(read, [small.LESSON]) == []
    assert "You changed this answer" not in page(read)


def test_an_answer_taken_away_is_to_be_read_again_too(read):
    hand_in(read, **{"question-why": "*Write your answer here.*"})
    assert state(read) == (3, True)


def test_an_answer_nobody_has_read_is_listed_without_a_mark(made):
    engine.grade(made.root, students=["student001"], pool=sc.InProcess(), workers=1)
    assert unread(made, [small.LESSON]) == [Unread("student001", small.LESSON, "question-why", 4.0, None)]


def test_a_student_never_sees_the_mark_scheme(read):
    text = page(read)
    assert "MARK SCHEME" not in text
    assert nbformat.read(read.root / "release" / small.LESSON / f"{small.LESSON}.ipynb", 4)
