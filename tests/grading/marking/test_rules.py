"""A verdict under other rules is another mark, nothing runs: due dates, extensions, penalties, points; either way."""

from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from grading.course import Course, attempts
from grading.errors import CourseError
from grading.marking import decide, engine, under_way
from grading.marking.outcome import remarked
from grading.reporting.submission import find_graded
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy

DUE = datetime(2026, 10, 12, 22)


class NoPool:
    """A pool in which nothing may run."""

    def submit(self, job):
        pytest.fail(f"student code was about to run: {job.lesson}")


def grade(made, **options):
    return engine.grade(made.root, pool=sc.InProcess(), workers=1, **options)


def remark(made, **options):
    return engine.grade(made.root, pool=NoPool(), workers=1, **options)


def marks(made):
    """{student: (raw, penalty)} of the gradebook."""
    told = sc.dump(made)
    return {student: (row[4], row[3] or 0.0) for (student, _), row in told.items()}


def set_penalty(made, method):
    config = made.root / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(before.replace('penalty_method = "none"', f'penalty_method = "{method}"'))
    assert config.read_text() != before


def set_due(made, when):
    with Gradebook(made.db_url) as book:
        book.find_assignment(small.LESSON).duedate = when
        book.db.commit()


@pytest.fixture(scope="module")
def late_graded(tmp_path_factory):
    made = sc.make(tmp_path_factory.mktemp("late") / "course")
    for student, when in (("ann", "2026-10-12 23:00:00 UTC"), ("ben", "2026-10-12 21:00:00 UTC")):
        sc.hand_in(made, student, sc.answered(made, **sc.RIGHT), timestamp=when)
    set_penalty(made, "zero")
    set_due(made, DUE)
    grade(made)
    assert marks(made) == {"ann": (6, 6), "ben": (6, 0)}
    return made.root


@pytest.fixture
def late(late_graded, tmp_path):
    """A class of two, graded: ann an hour late by DUE, ben in time; what is late gets nothing."""
    return copy(late_graded, tmp_path / "course")


def ways(summary):
    return {one.student: one.how for one in summary.graded}


def test_a_due_date_moved_after_grading_marks_again_either_way(late):
    assert ways(remark(late)) == {"ann": "up to date", "ben": "up to date"}
    set_due(late, DUE + timedelta(hours=2))
    assert ways(remark(late)) == {"ann": "re-marked", "ben": "re-marked"}
    assert marks(late) == {"ann": (6, 0), "ben": (6, 0)}
    set_due(late, DUE - timedelta(hours=2))
    remark(late)
    assert marks(late) == {"ann": (6, 6), "ben": (6, 6)}
    set_due(late, None)
    remark(late)
    assert marks(late) == {"ann": (6, 0), "ben": (6, 0)}


def test_an_extension_given_in_formgrader_counts_and_so_does_taking_it_back(late):
    for hours, penalty in ((2, 0), (0, 6)):
        with Gradebook(late.db_url) as book:
            book.find_submission(small.LESSON, "ann").extension = timedelta(hours=hours)
            book.db.commit()
        assert ways(remark(late)) == {"ann": "re-marked", "ben": "up to date"}
        assert marks(late)["ann"] == (6, penalty)


def test_another_penalty_method_marks_again(late):
    config = late.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('penalty_method = "zero"', 'penalty_method = "none"'))
    assert set(ways(remark(late)).values()) == {"re-marked"}
    assert marks(late) == {"ann": (6, 0), "ben": (6, 0)}


def test_an_edited_plug_in_marks_again(late, monkeypatch):
    plugin = late.root / "late_rule_of_ours.py"
    monkeypatch.syspath_prepend(str(late.root))
    config = late.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.AssignLatePenalties.plugin_class = "late_rule_of_ours.PerHour"\n')
    for points in (1, 2):
        plugin.write_text(
            "from nbgrader.plugins import BasePlugin\n"
            "class PerHour(BasePlugin):\n"
            "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
            f"        return {points} * total_seconds_late / 3600\n"
        )
        forget("late_rule_of_ours")
        remark(late)
        assert marks(late)["ann"] == (6, points)
    assert set(ways(remark(late)).values()) == {"up to date"}


def forget(module):
    """Let the next import read the file again, as a new process would."""
    import importlib
    import sys

    sys.modules.pop(module, None)
    importlib.invalidate_caches()
    sys.dont_write_bytecode = True


def test_points_given_by_a_person_stay_and_are_part_of_what_lateness_takes(late):
    with Gradebook(late.db_url) as book:
        grade = book.find_grade("question-why", small.LESSON, small.LESSON, "ann")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    remark(late)
    assert marks(late)["ann"] == (9, 9)
    set_due(late, None)
    remark(late)
    assert marks(late)["ann"] == (9, 0)
    assert sc.dump(late)["ann", small.LESSON][0]["question-why"] == (None, 3.0, False, 3.0)


def test_points_changed_in_the_lesson_are_marked_from_the_journal(late):
    made = late
    files = sc.lesson_files()
    name = f"{small.LESSON}.ipynb"
    text = files.source[name].decode()
    assert text.count('"points": 3') == 1
    files.source[name] = text.replace('"points": 3', '"points": 5').encode()
    from grading import course

    course.init(made.root, [files])
    assert set(ways(remark(Course(made.root))).values()) == {"re-marked"}
    assert marks(made) == {"ann": (8, 8), "ben": (8, 0)}


def test_a_dry_run_says_the_marks_and_writes_nothing(late):
    set_due(late, DUE + timedelta(hours=2))
    before = {p: p.read_bytes() for p in late.root.rglob("*") if p.is_file() and p.name != "lock"}
    summary = remark(late, dry=True)
    (one,) = [one for one in summary.graded if one.student == "ann"]
    assert (one.before.penalty, one.mark.penalty, one.mark.counts) == (6, 0, 6)
    assert {p: p.read_bytes() for p in late.root.rglob("*") if p.is_file() and p.name != "lock"} == before


WORSE = {**sc.RIGHT, "tail": "def tail(xs):\n    return [2]"}
OTHER = {**sc.RIGHT, "double": small.ANSWER_DOUBLE + "\n# other"}


@pytest.fixture
def twice(made_of_two, tmp_path):
    """ann handed in all right, then something worse; ben something worse, then all right but late; cem once."""
    return copy(made_of_two, tmp_path / "course")


@pytest.fixture(scope="module")
def made_of_two(tmp_path_factory):
    made = sc.make(tmp_path_factory.mktemp("attempts") / "course")
    set_penalty(made, "zero")
    set_due(made, DUE)
    first, then, late = "2026-10-11 09:00:00 UTC", "2026-10-12 09:00:00 UTC", "2026-10-13 09:00:00 UTC"
    for student, answers, when in (("ann", sc.RIGHT, first), ("ben", WORSE, first), ("cem", WORSE, first)):
        sc.hand_in(made, student, sc.answered(made, **answers), timestamp=when)
    grade(made)
    for student, answers, when in (("ann", WORSE, then), ("ben", sc.RIGHT, late)):
        there = made.submission(student, small.LESSON)
        attempts.keep(made.root, student, small.LESSON, there.raw, there.timestamp)
        sc.hand_in(made, student, sc.answered(made, **answers), timestamp=when)
    grade(made)
    assert marks(made) == {"ann": (3, 0), "ben": (6, 6), "cem": (3, 0)}
    return made.root


def test_the_best_attempt_counts_by_its_mark_and_its_own_time_and_nothing_runs(twice, monkeypatch):
    monkeypatch.setattr(under_way, "SandboxPool", lambda *_, **__: NoPool())
    decide.attempt(twice.root, "90", "best")
    assert marks(twice) == {"ann": (6, 0), "ben": (3, 0), "cem": (3, 0)}
    told = sc.dump(twice)
    assert told["ann", small.LESSON][2] == "2026-10-11 09:00:00"
    assert ways(remark(twice)) == dict.fromkeys(("ann", "ben", "cem"), "up to date")
    decide.attempt(twice.root, "90", "last")
    assert marks(twice) == {"ann": (3, 0), "ben": (6, 6), "cem": (3, 0)}


def test_more_time_makes_the_later_attempt_the_best(twice, monkeypatch):
    monkeypatch.setattr(under_way, "SandboxPool", lambda *_, **__: NoPool())
    decide.attempt(twice.root, "90", "best")
    decide.extend(twice.root, "ben", "90", 48)
    assert marks(twice)["ben"] == (6, 0)


def test_a_dry_run_shows_the_best_and_writes_nothing(twice):
    before = sc.dump(twice)
    told = decide.attempt(twice.root, "90", "best", dry=True)
    assert {one.student: one.mark.counts for one in remarked(told.summary)} == {"ann": 6, "ben": 3}
    assert sc.dump(twice) == before
    assert not (twice.root / "rules.toml").exists()


def test_an_attempt_never_run_waits_for_grading_and_is_then_run_once(twice):
    attempts.keep(twice.root, "cem", small.LESSON, small.raw(sc.answered(twice, **OTHER)))
    grade(twice)
    told = decide.attempt(twice.root, "90", "best")
    assert ways(told.summary)["cem"] == "left for course grade"
    pool = sc.InProcess()
    engine.grade(twice.root, pool=pool, workers=1)
    assert (len(pool.ran), marks(twice)["cem"]) == (1, (6, 0))


def test_the_page_says_which_attempt_counts(twice):
    decide.attempt(twice.root, "90", "best")
    shown = find_graded(twice.root, "ann", "90")
    assert "attempt 1 of 2 counts: the best, or the last of equal ones" in shown.verdict.repairs


def test_an_answer_read_by_a_person_keeps_its_mark_under_another_rule(twice):
    with Gradebook(twice.db_url) as book:
        grade_ = book.find_grade("question-why", small.LESSON, small.LESSON, "ann")
        grade_.manual_score, grade_.needs_manual_grade = 3, False
        book.db.commit()
    decide.attempt(twice.root, "90", "best")
    with Gradebook(twice.db_url) as book:
        grade_ = book.find_grade("question-why", small.LESSON, small.LESSON, "ann")
        assert (grade_.manual_score, grade_.needs_manual_grade) == (3, False)  # the text is the same
    assert marks(twice)["ann"] == (9, 0)


def test_no_other_word_says_which_attempt_counts(twice):
    with pytest.raises(CourseError, match=r"'first': which attempt counts is last or best"):
        decide.attempt(twice.root, "90", "first")
    (twice.root / "rules.toml").write_text('[[decision]]\nrule = "attempt"\nlesson = "90_small"\ncounts = "first"\n')
    with pytest.raises(CourseError, match=r"counts = 'first' is neither last nor best"):
        remark(twice)
