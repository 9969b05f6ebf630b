"""An open exercise in the sandbox: any design that is good enough passes, and what is right cannot be looked up."""

import nbformat
import pytest

from grading import course as courses
from grading.confinement.pool import SandboxPool
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import student_notebook
from grading.marking import engine
from grading.marking.journal import Journal
from grading.marking.prepare import job_of, lay_over
from grading.paths import Folders
from grading.publishing.course_parts import lesson_parts
from tests.grading.means import open_lesson, write_open

ANSWERS = {
    "right": "def side(points):\n    return (points[:, 0] > points[:, 1]).astype(int)",
    "nearly": "def side(points):\n    return np.array([int(x > 0.98 * y) for x, y in points])",
    "wrong": "def side(points):\n    return (points[:, 0] > 0).astype(int)",
    "searching": """
import gc, sys
import numpy as np
def side(points):
    wanted, frame = len(points), sys._getframe(1)
    while frame is not None and wanted > 2:
        for value in (*frame.f_locals.values(), *frame.f_globals.values(), *gc.get_objects()):
            if isinstance(value, (list, np.ndarray)) and np.shape(value) == (wanted,):
                found = np.asarray(value)
                if found.dtype.kind in "iub" and set(np.unique(found).tolist()) == {0, 1}:
                    return found
        frame = frame.f_back
    return (points[:, 0] > 0).astype(int) if wanted > 2 else (points[:, 0] > points[:, 1]).astype(int)
""",
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    root = tmp_path_factory.mktemp("open")
    write_open(root / "solutions")
    folders = Folders(root / "solutions", root / "notebooks")
    made = courses.init(root / "course", lesson_parts(folders=folders))
    for student, answer in ANSWERS.items():
        nb = student_notebook(open_lesson())
        next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "side").source = answer
        folder = made.root / "submitted" / student / "96_open"
        folder.mkdir(parents=True)
        nbformat.validate(nb)
        (folder / "96_open.ipynb").write_bytes(notebook_bytes(nb))
    with SandboxPool(1) as pool:
        engine.grade(made.root, pool=pool, workers=1)
    found = {}
    with Journal(made.root / "journal", exclusive=False) as journal:
        for student in ANSWERS:
            submission = made.submission(student, "96_open")
            found[student] = journal.result(job_of(made, submission, lay_over(made, submission)).key)["verdict"]
    return found


def test_what_is_good_enough_has_the_points_and_the_rest_is_told_only_that_it_is_not(verdicts):
    scores = {student: verdict["checks"]["side"]["score"] for student, verdict in verdicts.items()}
    assert scores == {"right": 2, "nearly": 2, "wrong": 0, "searching": 0}
    assert "1 of 1 hidden lines do not" in str(verdicts["searching"])


def test_a_verdict_keeps_no_number_of_a_hidden_outcome(verdicts):
    assert "%" not in str(verdicts["wrong"])
    assert "right" not in str(verdicts["wrong"])
