"""`course show` explains a failing line to the instructor: input, expected, got, the lesson's line."""

import io

import pytest
from rich.console import Console

from grading.errors import CourseError
from grading.reporting import console, feedback
from grading.reporting.submission import find_graded, to_json
from tests.grading import small_lesson as small


def screen(shown):
    out = Console(file=io.StringIO(), width=80)
    console.print_submission(out, shown, source=True)
    return out.file.getvalue()


def test_a_hidden_failure_is_explained(undisturbed):
    shown = find_graded(undisturbed.root, "student001", "90")
    ((line,), count) = shown.explained["tail"]
    assert (line.hidden, line.label, line.text, count) == (True, "secret input [9]", 'expect("one", tail([9]))', 1)
    assert (line.expected, line.got) == ("0 items", "1")
    told = screen(shown)
    assert "hidden line 1, secret input [9]" in told
    assert 'expect("one", tail([9]))' in told
    assert "Expected 0 items, got 1: [2]." in told


def test_a_visible_failure_is_explained_by_its_own_line(undisturbed):
    lines, count = find_graded(undisturbed.root, "student002", "90").explained["double"]
    assert [(x.hidden, x.text, x.expected, x.got) for x in lines] == [
        (False, 'expect("three", double(3))', "6", "9"),
        (True, 'expect("large", double(1000))', "2000", "1000000"),
    ]
    assert count == 2


def test_one_check_is_shown_with_its_own_answer_only(undisturbed):
    shown = find_graded(undisturbed.root, "student002", "90", "double")
    assert list(shown.verdict.checks) == list(shown.explained) == list(shown.answers) == ["double"]
    assert to_json(shown)["explained"]["double"]["lines"][1]["expected"] == "2000"
    with pytest.raises(CourseError, match="90_small has no check twice; it has: double, tail, guess"):
        find_graded(undisturbed.root, "student002", "90", "twice")


def test_what_was_never_tried_is_not_explained_by_values(undisturbed):
    lines, _ = find_graded(undisturbed.root, "student004", "90").explained["double"]
    assert lines[0].say == "Not done yet: double."


def test_the_students_page_stays_silent(undisturbed):
    nb = feedback.read_autograded(undisturbed, "student001", small.LESSON)
    page = feedback.page(undisturbed, nb, "student001", small.LESSON, {})
    for secret in ("secret", "[9]", "0 items"):
        assert secret not in page


def test_a_path_is_one_line_in_a_narrow_terminal(undisturbed):
    told = screen(find_graded(undisturbed.root, "student001", "90")).split("\n")
    path = undisturbed.root / "autograded" / "student001" / small.LESSON / f"{small.LESSON}.ipynb"
    assert f"graded notebook: {path}" in told


def test_what_a_student_wrote_steers_no_terminal(undisturbed):
    shown = find_graded(undisturbed.root, "student001", "90")
    shown.verdict.checks["tail"].reason = "\x1b]0;title\x07\x1b[2Jgone"
    assert "\x1b" not in screen(shown)
