"""An untouched lesson runs to its end: a cell that asks whether an answer is there yet is not told so by its stub."""

import ast
import re

import pytest

from grading.lessons.release import student_notebook
from grading.lessons.source import read_lessons
from grading.paths import Folders

ASKED = re.compile(r'"(\w+)" in globals\(\)')
GRADED = re.compile(r"""COURSE_MODE["')\]]+ *[!=]= *["']grade|GRADED""")
LESSONS = read_lessons(Folders().solutions)


def defined(sources):
    """Names of the functions and classes that these cells define when they are run up to their first `raise`."""
    found = set()
    for source in sources:
        for node in ast.parse(source).body:
            if isinstance(node, ast.Raise):
                break
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
    return found


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_what_a_cell_asks_for_is_not_there_before_the_exercise_is_done(lesson):
    sources = [cell.source for cell in student_notebook(lesson).cells if cell.cell_type == "code"]
    stubs = [source for source in sources if "raise NotDone(" in source]
    assert not set(ASKED.findall("\n".join(sources))) & defined(stubs)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_no_cell_asks_whether_it_is_graded(lesson):
    """What need not run for a grade is left out by who grades; a learner reads nothing of it."""
    cells = [cell for cell in student_notebook(lesson).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells if GRADED.search(cell.source)] == []


def test_most_lessons_ask():
    assert sum(bool(ASKED.search(lesson.text)) for lesson in LESSONS) > 10
