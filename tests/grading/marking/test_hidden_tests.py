"""Of a hidden test nothing is shown but whether it passes, wherever a verdict is told."""

import ast
import io
import json

import pytest
from rich.console import Console

from grading.marking import hidden_tests
from grading.marking.journal import Journal
from grading.marking.verdict import LineVerdict
from grading.reporting import console, feedback
from grading.reporting.submission import find_graded
from tests import house
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

SECRET = {"position": 4, "label": "large 1000"}
LINES = [
    LineVerdict(0, "visible", "three", True),
    LineVerdict(1, "hidden", "", True),
    LineVerdict(2, "hidden", "", False),
]


@pytest.mark.parametrize("passed", [True, False])
def test_a_hidden_lines_label_and_sentence_stay_behind(passed):
    line = hidden_tests.line_verdict(SECRET, "hidden", passed, "2000 is wanted")
    assert line == LineVerdict(4, "hidden", "", passed, "")
    line = hidden_tests.line_verdict(SECRET, "visible", passed, "2000 is wanted")
    assert line == LineVerdict(4, "visible", "large 1000", passed, "2000 is wanted")


def test_hidden_lines_are_told_by_number_or_not_at_all_and_counted():
    assert [hidden_tests.label(line) for line in LINES] == ["three", "a hidden line", "a hidden line"]
    assert hidden_tests.label(LINES[2], numbered=True) == "hidden line 2"
    assert hidden_tests.apart(LINES) == (LINES[:1], 1, 2)


def test_the_first_wrong_line_is_told_in_full_only_when_it_is_visible():
    assert hidden_tests.first_wrong(LINES[:2]) is None
    assert hidden_tests.first_wrong(LINES) == "The visible lines pass; 1 of 2 hidden lines do not."
    wrong = LineVerdict(0, "visible", "three", False, "it is 9")
    assert hidden_tests.first_wrong([wrong, *LINES[1:]]) == "three: it is 9"


def test_nothing_told_of_a_submission_holds_a_hidden_input_or_value(undisturbed):
    """The hidden test of double is called "large"; its input is 1000."""
    told = []
    with Journal(undisturbed.root / "journal", exclusive=False) as journal:
        for what in journal.all_replayed().values():
            told += [json.dumps(journal.result(what["key"]))] if what["key"] else []
    for student in ("student000", "student001", "student002"):
        screen = Console(file=io.StringIO(), width=200)
        shown = find_graded(undisturbed.root, student, small.LESSON)
        for text, _ in console.verdict_lines(shown.verdict):
            screen.print(text, markup=False)
        told += [screen.file.getvalue(), json.dumps(sc.dump(undisturbed)[student, small.LESSON])]
        nb = feedback.read_autograded(undisturbed, student, small.LESSON)
        told += [json.dumps(nb), feedback.page(undisturbed, nb, student, small.LESSON, {})]
    for text in told:
        assert "large" not in text
        assert "1000" not in text
        assert "2000" not in text


def texts(node):
    return {leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)}


def test_no_other_file_decides_by_the_part_of_a_line():
    """A page or table that asks a line for its part would decide again what may be shown."""
    for wing in ("marking", "reporting", "commands"):
        for path in sorted((house.ROOT / "grading" / wing).rglob("*.py")):
            asked = [
                node.lineno
                for node in ast.walk(house.tree_of(path))
                if isinstance(node, ast.Compare) and {"hidden", "visible"} & texts(node)
            ]
            assert not asked or path.name == "hidden_tests.py", f"{path}:{asked}"
    for path in sorted((house.ROOT / "grading" / "reporting" / "templates").glob("*")):
        assert ".part" not in path.read_text(encoding="utf-8")
