"""The untouched release scores 0 where nothing of the project is in sight; a solved one scores, so it counts."""

import shutil

import pytest

from grading.errors import CourseError
from grading.lessons.cells import without_markers
from grading.lessons.release import student_notebook
from grading.proving.untouched import untouched_score
from tests.grading.means import means


@pytest.fixture(scope="module")
def records(means_records):
    return means_records


def solved(*ids):
    notebook = student_notebook(means())
    for cell in notebook.cells:
        id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if id in ids:
            cell.source = without_markers(means().exercise(id).solve.source)
    return notebook


def test_the_untouched_release_scores_nothing_and_sees_nothing(records):
    score, how = untouched_score(means(), student_notebook(means()), records)
    assert score == 0
    assert how == "the project's folder was empty"


@pytest.mark.parametrize(
    ("ids", "points"), [(("weighted_mean",), 2), (("centre",), 1), (("weighted_mean", "centre", "predict_mean"), 3.1)]
)
def test_answers_score_in_the_same_process(records, ids, points):
    assert untouched_score(means(), solved(*ids), records)[0] == pytest.approx(points)


def test_an_answer_right_only_where_it_is_visible_scores_nothing(records):
    notebook = student_notebook(means())
    for cell in notebook.cells:
        if cell.id == "weighted_mean":
            cell.source = "def weighted_mean(x, w):\n    return np.array([3.25, -0.125])\n"
    assert untouched_score(means(), notebook, records)[0] == 0


def test_an_answer_that_reads_the_project_finds_nothing(records):
    notebook = solved("centre")
    for cell in notebook.cells:
        if cell.id == "centre":
            cell.source += "\nimport grading.errors\nimport os\nassert os.path.exists(grading.errors.__file__)\n"
            cell.source = cell.source.replace("def centre", "BAD = 1\n\n\ndef centre") + "\ndel BAD\n"
        if cell.id == "check-centre":
            cell.source = "assert 'BAD' not in globals()\n" + cell.source
    # the import fails, so BAD stays, so the check never runs
    assert untouched_score(means(), notebook, records)[0] == 0


def test_without_bubblewrap_the_certificate_says_what_could_be_seen(records, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    score, how = untouched_score(means(), student_notebook(means()), records)
    assert (score, how) == (0, "the process could see solutions, grading, tests")


def test_a_release_that_cannot_run_is_an_error(records, monkeypatch):
    monkeypatch.setattr("grading.proving.untouched._RUN", "raise SystemExit('no')")
    with pytest.raises(CourseError, match="98_means: the untouched release does not run: no"):
        untouched_score(means(), student_notebook(means()), records)


def test_a_cell_that_the_grader_passes_over_does_not_run_here_either(records):
    notebook = solved("weighted_mean")
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "weighted_mean")
    cell.metadata["tags"] = ["skip-execution"]
    assert untouched_score(means(), notebook, records)[0] == 0
