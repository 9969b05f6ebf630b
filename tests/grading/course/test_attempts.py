"""Earlier attempts are kept with their times, whichever way a later one came."""

import pytest

from grading.course import attempts
from grading.course.groups import MARK
from grading.errors import CourseError
from tests.grading.course.uploads import L, again, held

INBOUND = "ann+90_small+2026-10-12 {}:00:00 UTC+r/90_small.ipynb"


def told(folder, student="ann"):
    """(bytes, hand-in time, helpers) of what a student handed in earlier."""
    found = folder.earlier(folder.submission(student, L))
    return [(one.raw, one.timestamp, one.helpers) for one in found]


def test_what_is_replaced_keeps_its_time_and_its_helpers(folder, tmp_path, words):
    first = {INBOUND.format(10): "a", INBOUND.format(10).replace("90_small.ipynb", "mine.py"): "py"}
    again(folder, tmp_path, words, first, "1.zip")
    again(folder, tmp_path, words, {INBOUND.format(11): "b"}, "2.zip")
    assert told(folder) == [(words["a"], "2026-10-12 10:00:00 UTC", {"mine.py": words["py"]})]
    again(folder, tmp_path, words, {INBOUND.format(12): "c"}, "3.zip")
    assert [one[1][11:13] for one in told(folder)] == ["10", "11"]


def test_attempts_that_come_together_or_late_are_kept_too(folder, tmp_path, words):
    again(folder, tmp_path, words, {INBOUND.format(10): "a", INBOUND.format(12): "c"}, "1.zip")
    assert (held(folder, "ann"), [one[:2] for one in told(folder)]) == (
        words["c"],
        [(words["a"], "2026-10-12 10:00:00 UTC")],
    )
    again(folder, tmp_path, words, {INBOUND.format(11): "b"}, "2.zip")
    assert held(folder, "ann") == words["c"]
    assert (words["b"], "2026-10-12 11:00:00 UTC", {}) in told(folder)


def test_a_dry_run_keeps_nothing(folder, tmp_path, words):
    again(folder, tmp_path, words, {INBOUND.format(10): "a", INBOUND.format(12): "c"}, "1.zip", dry=True)
    assert not (folder.root / "journal" / "replaced").exists()


def test_a_draft_beside_the_work_is_no_attempt(folder, tmp_path, words):
    again(
        folder,
        tmp_path,
        words,
        {"ann/draft.ipynb": "a", "ann/final.ipynb": "b"},
        "1.zip",
        who=(("ann/final.ipynb", "ann"),),
    )
    assert told(folder) == []


def test_of_equal_attempts_the_earliest_time_stays(folder, words):
    for when in ("", "2026-10-12 12:00:00 UTC", "2026-10-12 10:00:00 UTC", "2026-10-12 11:00:00 UTC", ""):
        attempts.keep(folder.root, "ann", L, words["a"], when)
    assert told(folder) == [(words["a"], "2026-10-12 10:00:00 UTC", {})]


def test_notebooks_kept_before_there_was_a_list_have_no_time(folder, words):
    path = attempts.keep(folder.root, "ann", L, words["a"], "2026-10-12 10:00:00 UTC")
    (path.parent / attempts.LIST).unlink()
    assert told(folder) == [(words["a"], "", {})]
    attempts.keep(folder.root, "ann", L, words["b"], "2026-10-12 11:00:00 UTC")
    assert [one[1] for one in told(folder)] == ["", "2026-10-12 11:00:00 UTC"]


def test_a_groups_member_has_the_attempts_of_who_handed_in(folder, words):
    attempts.keep(folder.root, "ann", L, words["a"], "2026-10-12 10:00:00 UTC")
    there = folder.root / "submitted" / "bob" / L
    there.mkdir(parents=True)
    (there / MARK).write_text("ann\n")
    assert [one[0] for one in told(folder, "bob")] == [words["a"]]
    assert [one.student for one in folder.earlier(folder.submission("bob", L))] == ["bob"]


def test_a_damaged_list_is_told_in_a_sentence(folder, words):
    path = attempts.keep(folder.root, "ann", L, words["a"])
    (path.parent / attempts.LIST).write_text("[1]")
    with pytest.raises(CourseError, match=r"attempts.json cannot be read .* remove it"):
        told(folder)
