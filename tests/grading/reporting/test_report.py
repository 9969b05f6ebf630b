"""The class report counts right, explains mistakes, and is one page that loads nothing."""

import pickle

import pytest

from grading.errors import CourseError
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.reporting import report
from tests.grading import small_lesson as small


@pytest.fixture(scope="module")
def html(undisturbed, tmp_path_factory):
    to = tmp_path_factory.mktemp("report") / "report.html"
    return report.write(undisturbed.root, to=to).read_text()


def test_the_page_is_self_contained_and_runs_nothing(html):
    assert "<script" not in html
    assert "http://" not in html.replace("http-equiv", "")
    assert "https://" not in html
    assert html.count("data:image/svg+xml;base64,") >= 2


def test_mistakes_are_counted_with_their_sentence(html):
    assert "that is x times x, not twice x" in html
    assert "student002, student008" in html


def test_what_could_not_be_graded_or_was_repaired_is_listed(html):
    for word in ("broken", "not valid JSON", "absent", "No notebook was handed in", "the file was called"):
        assert word in html


def test_pass_rates_and_discrimination_are_right(undisturbed):
    with Reader(undisturbed) as book, Journal(undisturbed.root / "journal", exclusive=False) as journal:
        rows, _ = report.gather(undisturbed, small.LESSON, book, journal)
        told = {i["check"]: i for i in report.items(rows, undisturbed.skeleton(small.LESSON))}
    good = [r for r in rows if r.outcome == "graded"]
    assert len(good) == 15
    place = [cell.check for cell in undisturbed.skeleton(small.LESSON).checks].index("tail")
    passed = [r for r in good if r.passed[place]]
    assert told["tail"]["rate"] == len(passed) / 15
    assert told["tail"]["split"] > 0


@pytest.mark.parametrize(
    ("passed", "rest", "want"),
    [([1, 1, 0, 0], [5, 5, 1, 1], 1.0), ([1, 0, 1, 0], [1, 1, 5, 5], 0.0), ([1, 1, 1], [1, 2, 3], None)],
)
def test_discrimination_is_a_correlation(passed, rest, want):
    got = report.correlation(passed, rest)
    assert got == want if want is None else got == pytest.approx(want)


def test_an_ungraded_folder_is_told_what_to_do(made):
    with pytest.raises(CourseError, match="Nothing is graded"):
        report.write(made.root)


def test_a_student_of_the_class_costs_the_report_little_memory(undisturbed):
    """One row with what is shared left out; a verdict and its notebook are a hundred times as much."""
    with Reader(undisturbed) as book, Journal(undisturbed.root / "journal", exclusive=False) as journal:
        rows, answers = report.gather(undisturbed, small.LESSON, book, journal)
    assert max(len(pickle.dumps(row)) for row in rows) < 1_000
    assert max(len(pickle.dumps(found)) for found in answers.prints.values()) < 200 * len(rows)
