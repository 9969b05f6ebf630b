"""Looking at a lesson: the answers go where the stubs were, and what is missing is one sentence."""

import sys

import pytest

from grading.errors import CourseError
from grading.lessons.release import student_notebook
from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.publishing import look


@pytest.fixture(scope="module")
def lesson():
    return read_lessons(Folders().solutions, ["01"])[0]


def test_every_stub_becomes_its_reference_answer_and_nothing_else_changes(lesson):
    before, after = student_notebook(lesson), look.solved(lesson, student_notebook(lesson))
    changed = {
        b.metadata.nbgrader.grade_id for a, b in zip(before.cells, after.cells, strict=True) if a.source != b.source
    }
    assert changed == {exercise.id for exercise in lesson.exercises}
    assert not any("raise NotDone" in cell.source for cell in after.cells)


def test_without_a_browser_the_command_to_type_is_told(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match="apt-get install -y chromium"):
        look.look(lesson, Folders().notebooks, tmp_path / "out")


def test_without_playwright_the_command_to_type_is_told(lesson, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(CourseError, match="pip install playwright"):
        look.look(lesson, Folders().notebooks, tmp_path / "out")
