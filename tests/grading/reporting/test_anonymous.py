"""The list for teaching assistants names nobody, and its codes are the same every time."""

import csv
import io

from grading.course.folder import Course
from grading.marking import decide
from grading.reporting.anonymous import codes, table, to_csv
from grading.reporting.unread import unread
from tests.grading import small_lesson as small


def test_nobody_is_named_and_everybody_is_there(graded):
    text = to_csv(table(graded.root))
    head, *rows = csv.reader(io.StringIO(text))
    assert head == ["code", "lesson", "outcome", "score", "points", "to read"]
    assert len({row[0] for row in rows}) == len(rows) == 18
    assert "student0" not in text
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)  # the order tells nothing


def test_the_instructors_list_says_who_is_who_with_the_same_codes(graded):
    named = {row[-1]: row for row in table(graded.root, named=True)[1:]}
    anonymous = {row[0]: row for row in table(graded.root)[1:]}
    for row in named.values():
        assert anonymous[row[0]] == row[:-1]
    assert named["student000"][2:] == ["graded", 6.0, 10.0, "question-why", "student000"]
    assert named["broken"][2:4] == ["corrupt", 0.0]


def test_points_are_what_they_were_decided_to_be(graded):
    before = {row[-1]: row for row in table(graded.root, named=True)[1:]}["student000"]
    decide.points(graded.root, "double", 5)
    decide.points(graded.root, "question-why", 7)
    after = {row[-1]: row for row in table(graded.root, named=True)[1:]}["student000"]
    assert (before[3:5], after[3:5]) == ([6.0, 10.0], [9.0, 16.0])
    assert {one.points for one in unread(Course(graded.root), [small.LESSON])} == {7.0}


def test_a_code_is_no_plain_hash_and_differs_between_folders(graded, made):
    ours, theirs = codes(graded, ["ann"]), codes(made, ["ann"])
    assert ours != theirs
    assert codes(graded, ["ann"]) == ours
    assert (graded.root / "hidden" / "anonymous.key").stat().st_mode & 0o077 == 0
