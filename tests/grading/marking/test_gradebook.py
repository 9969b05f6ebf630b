"""nbgrader's own ways in give what `course grade` gives, and its gradebook stays its own."""

import shutil
import sqlite3

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import CheckCellMetadata
from traitlets.config import Config

from grading.course import load_config
from grading.marking import engine
from grading.marking.gradebook import parse_time
from grading.marking.replay import Writer
from grading.marking.single import grade_one
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


def api(made):
    """nbgrader's Python interface, as formgrader's buttons use it, with the folder's own configuration."""
    config = load_config(made.root)
    config.merge(Config({"Application": {"log_level": 50}}))
    return NbGraderAPI(config=config)


def test_formgraders_autograde_button_gives_the_same_gradebook(graded, undisturbed, monkeypatch):
    import nbgrader.preprocessors.execute as execute

    monkeypatch.setattr(execute.Execute, "preprocess", lambda *a: pytest.fail("a kernel was about to start"))
    shutil.rmtree(graded.root / "autograded")
    buttons = api(graded)
    for student in ("student000", "student001", "student002", "student004"):
        done = buttons.autograde(small.LESSON, student, force=True)
        assert done["success"], done
        assert sc.dump(graded)[student, small.LESSON] == sc.dump(undisturbed)[student, small.LESSON]


def test_a_result_that_the_journal_lacks_is_computed_in_the_sandbox(made, undisturbed):
    done = api(made).autograde(small.LESSON, "student001", force=True)
    assert done["success"], done
    assert sc.dump(made) == {k: v for k, v in sc.dump(undisturbed).items() if k[0] == "student001"}


def test_nbgraders_own_autograde_takes_the_time_as_the_course_reads_it(made):
    sc.hand_in(made, "student001", sc.answered(made, **sc.RIGHT), timestamp="2025-11-02 23:30:00 +0100")
    done = api(made).autograde(small.LESSON, "student001", force=True)
    assert done["success"], done
    assert sc.dump(made)["student001", small.LESSON][2] == "2025-11-02 22:30:00"


def test_the_sandbox_gives_what_the_test_pool_gives(made, undisturbed):
    engine.grade(made.root, workers=2)
    assert sc.dump(made) == sc.dump(undisturbed)


def test_the_untouched_release_scores_exactly_nothing_in_the_sandbox(made):
    sc.hand_in(made, "nobody", sc.released(made))
    summary = engine.grade(made.root, students=["nobody"])
    assert summary.graded[0].verdict.score == 0
    assert summary.isolation in ("root", "nested", "single")
    assert sc.dump(made)["nobody", small.LESSON][-1] == 0


def test_graded_notebooks_are_valid_and_pass_nbgraders_check(undisturbed):
    paths = list(undisturbed.root.glob("autograded/*/*/*.ipynb"))
    assert len(paths) == 18
    for path in paths:
        nb = nbformat.read(path, 4)
        nbformat.validate(nb)
        CheckCellMetadata().preprocess(nb, {})


def test_no_graded_notebook_holds_a_hidden_test(undisturbed):
    for path in undisturbed.root.glob("autograded/*/*/*"):
        text = path.read_text()
        assert "HIDDEN" not in text
        assert "large 1000" not in text
        assert "secret input" not in text


def test_formgrader_lists_the_class_and_what_waits_for_a_person(undisturbed):
    rows = api(undisturbed).get_submissions(small.LESSON)
    waiting = {row["student"] for row in rows if row["needs_manual_grade"]}
    assert "student000" in waiting
    assert "student004" not in waiting
    assert all(row["autograded"] for row in rows)
    assert {row["max_score"] for row in rows} == {10}


def test_the_config_without_the_courses_steps_is_refused(made):
    from grading.errors import CourseError

    config = made.root / "nbgrader_config.py"
    config.write_text(
        config.read_text().replace("grading.plugins.SaveVerdict", "nbgrader.preprocessors.SaveAutoGrades")
    )
    with pytest.raises(CourseError, match=r"does not list grading[.]plugins[.]SaveVerdict"):
        engine.grade(made.root, pool=sc.InProcess(), workers=1)
    assert sc.dump(made) == {}


def test_an_instructors_own_step_takes_part(made):
    config = made.root / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + "\nfrom nbgrader.preprocessors import NbGraderPreprocessor\n"
        + "class Stamp(NbGraderPreprocessor):\n"
        + "    def preprocess(self, nb, resources):\n"
        + "        nb.metadata['stamp'] = resources['nbgrader']['student']\n"
        + "        return nb, resources\n"
        + "c.Autograde.autograde_preprocessors.insert(3, Stamp)\n"
    )
    engine.grade(made.root, pool=sc.InProcess(), workers=1, students=["student000"])
    (path,) = (made.root / "autograded" / "student000").glob("*/*.ipynb")
    assert nbformat.read(path, 4).metadata["stamp"] == "student000"


def test_replaying_twice_changes_nothing(graded):
    before = sc.dump(graded)
    for _ in range(2):
        with Writer(graded) as writer:
            submission = graded.submission("student001", small.LESSON)
            nb, verdict = grade_one(graded, "student001", small.LESSON)
            writer.replay(submission, nb, verdict, changed=False)
    assert sc.dump(graded) == before


def test_rows_of_a_cell_that_the_lesson_no_longer_has_are_left_alone(graded):
    path = graded.root / "gradebook.db"
    with sqlite3.connect(path) as db:
        ((book,),) = db.execute(
            "select n.id from submitted_notebook n join submitted_assignment a on a.id = n.assignment_id "
            "order by a.student_id limit 1"
        )
        for table in ("grade", "comment"):
            more = {"grade": ", needs_manual_grade", "comment": ""}[table], {"grade": ", 0", "comment": ""}[table]
            db.execute(
                f"insert into {table} (id, notebook_id, cell_id{more[0]}) values ('old', '{book}', 'gone'{more[1]})"
            )
    db.close()
    summary = engine.grade(graded.root, pool=sc.InProcess(), workers=1, force=True)
    assert not summary.faults
    with sqlite3.connect(path) as db:
        assert db.execute("select auto_score from grade where id = 'old'").fetchall() == [(None,)]
        assert db.execute("select auto_comment from comment where id = 'old'").fetchall() == [(None,)]
    db.close()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-45", "9" * 400, "2026-10-01 12:00 Mars/Base"])
def test_a_time_stamp_that_is_none_is_no_reason_to_stop(text):
    assert parse_time(text) is None
