"""nbgrader as it comes, on the same release and the same honest submissions, gives the same scores."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grading.commands import demo
from grading.publishing.sample_class import DEMO

HONEST = ("ada", "bruno", "chen", "dana", "fatima", "otto")
LESSON = "01_perceptron"


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """Scores by nbgrader's own autograde in a folder whose configuration names nothing of the course's."""
    made = demo.prepare(tmp_path_factory.mktemp("stock") / "course", numbers=("01",))
    (made.root / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(made.root)!r}\n")
    for folder in (made.root / "submitted").iterdir():
        if folder.name not in HONEST:
            for file in sorted(folder.rglob("*"), reverse=True):
                file.unlink() if file.is_file() else file.rmdir()
            folder.rmdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("COURSE_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    env |= {"COURSE_HIDDEN": str(made.root / "hidden"), "COURSE_MODE": "grade", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    done = subprocess.run(command, cwd=made.root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return scores(made)


def scores(made):
    """Automatic scores of the check cells by student."""
    told = {}
    with Gradebook(made.db_url) as book:
        for one in book.find_assignment(LESSON).submissions:
            if one.student.id in HONEST:
                grades = one.notebooks[0].grades
                told[one.student.id] = {g.name: g.auto_score for g in grades}
    return told


def test_the_samples_are_there():
    assert all((DEMO / student / f"{LESSON}.ipynb").exists() for student in HONEST)


@pytest.mark.parametrize("student", HONEST)
def test_stock_nbgrader_gives_the_same_scores(stock, demo, student):
    ours = scores(demo[0])
    assert ours[student] == stock[student]


def test_the_scores_compared_are_not_all_alike(stock):
    totals = {student: sum(score or 0 for score in cells.values()) for student, cells in stock.items()}
    assert len(set(totals.values())) >= 4
    assert totals["otto"] == 0
    assert max(totals.values()) > 50
