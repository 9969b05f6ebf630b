"""Ten kills of the grader in the real sandbox, driver and worker, at every named point and at two random moments."""

import contextlib
import shutil
import sqlite3

import pytest

from tests.grading import kill


def test_the_gradebook_after_a_kill_and_one_more_run_equals_the_undisturbed_one(tmp_path, record_property):
    told = []
    wrong = kill.run(tmp_path, 10, 7, told.append)
    record_property("table", "\n".join(told))
    assert not wrong, "\n".join(wrong)
    assert len(told) == 10
    assert sum("driver" in line and "10 of 10" not in line for line in told) >= 3, "some runs were really cut short"


def test_each_victim_is_struck_at_each_named_point():
    struck = {(blow.victim, blow.point) for blow in kill.blows(10, 7)}
    assert struck >= {(victim, point) for victim in ("driver", "worker") for point in kill.POINTS}
    assert len([blow for blow in kill.blows(50, 7) if not blow.point]) == 42


@pytest.mark.parametrize(
    "change",
    [
        "update grade set auto_score = auto_score + 1 where auto_score > 0",
        "update comment set auto_comment = 'x' where rowid = 1",
        "delete from submitted_assignment where rowid = 1",
        "update submitted_notebook set late_submission_penalty = 1 where rowid = 1",
        "update submitted_assignment set student_id = 'nobody' where student_id = 'student000'",
    ],
)
def test_a_difference_in_any_table_is_noticed(graded, tmp_path, change):
    """The control: the comparison sees one changed row, and none where nothing changed."""
    other = tmp_path / "other.db"
    shutil.copy(graded.root / "gradebook.db", other)
    before = kill.tables(graded.root / "gradebook.db")
    assert kill.different(before, kill.tables(other)) == []
    with contextlib.closing(sqlite3.connect(other)) as book:
        assert book.execute(change).rowcount >= 1
        book.commit()
    assert kill.different(before, kill.tables(other)) != []
