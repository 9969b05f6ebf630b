"""A course folder with the small lesson and a class, made once and copied for each test; proofs in one process."""

import shutil

import pytest

from grading.course import Course
from grading.marking import engine
from grading.proving import margins
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


def copy(blank, to):
    """A copy of a course folder that knows its new place."""
    shutil.copytree(blank, to)
    config = to / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(blank), str(to)))
    return Course(to)


@pytest.fixture(scope="session")
def blank(tmp_path_factory):
    """A course folder with a class of 18 handed in and nothing graded."""
    made = sc.make(tmp_path_factory.mktemp("blank") / "course")
    sc.hand_in_class(made, 14)
    sc.hand_in(made, "broken", b"{")
    sc.hand_in(made, "empty", b"")
    sc.hand_in(made, "renamed", sc.answered(made, **sc.RIGHT), name="my homework.ipynb")
    (made.root / "submitted" / "absent" / small.LESSON).mkdir(parents=True)
    return made.root


@pytest.fixture
def made(blank, tmp_path):
    """A fresh copy of the blank course folder."""
    return copy(blank, tmp_path / "course")


@pytest.fixture(scope="session")
def undisturbed(blank, tmp_path_factory):
    """The same class graded without any disturbance."""
    made = copy(blank, tmp_path_factory.mktemp("undisturbed") / "course")
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    return made


@pytest.fixture
def graded(undisturbed, tmp_path):
    """A copy of the graded class that a test may change."""
    return copy(undisturbed.root, tmp_path / "graded")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo's course folder, graded in the sandbox, fed back and reported: (Course, Summary)."""
    from grading.commands import demo
    from grading.reporting import feedback, report

    made = demo.prepare(tmp_path_factory.mktemp("demo") / "course")
    summary = engine.grade(made.root)
    feedback.write(made.root)
    report.write(made.root)
    return made, summary


@pytest.fixture
def _one_process(monkeypatch):
    """Without the other BLAS kernels and threads: those processes do not matter to what is tested."""
    monkeypatch.setattr(margins, "PROCESSES", {})
