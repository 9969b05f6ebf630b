"""The class report counts right, explains mistakes, and is one page that loads nothing."""

import pickle
import re
from types import SimpleNamespace

import pytest

from grading.errors import CourseError
from grading.marking import engine
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.reporting import report
from grading.reporting.safe_html import environment
from tests.grading import small_course as sc
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


def test_who_could_not_be_graded_does_not_lower_the_mean(undisturbed, html):
    with Reader(undisturbed) as book, Journal(undisturbed.root / "journal", exclusive=False) as journal:
        rows, _ = report.gather(undisturbed, small.LESSON, book, journal)
    good = [row.score for row in rows if row.outcome == "graded"]
    assert f"<b>{sum(good) / len(good):.1f} / " in html
    assert f"<b>{sum(good) / len(rows):.1f} / " not in html
    assert "mean score of what was graded" in html


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


def test_every_number_that_asks_for_an_act_has_names_beside_it(undisturbed, html):
    text = re.sub(r"\s+", " ", html)
    assert '<td>question-why</td><td class="who">not read: <details><summary>renamed, student000,' in text
    card = text[text.index("Stuck, by exercise") :]
    row = card[card.index("<td>tail</td>") :]
    assert "student001" in row[: row.index("</tr>")]


def test_an_answer_written_anew_is_listed_with_its_old_mark(graded, tmp_path):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url) as book:
        grade = book.find_grade("question-why", small.LESSON, small.LESSON, "student001")
        grade.manual_score = 2.5
        book.db.commit()
    html = report.write(graded.root, to=tmp_path / "r.html").read_text()
    assert "written anew: student001 (was 2.5 of 4)" in html


def test_stuck_is_told_by_exercise_for_those_who_have_more_than_half_too(undisturbed):
    with Reader(undisturbed) as book, Journal(undisturbed.root / "journal", exclusive=False) as journal:
        rows, _ = report.gather(undisturbed, small.LESSON, book, journal)
    told = {one["exercise"]: one for one in report.stuck_in(rows)}
    assert {"student002", "student008"} <= set(told["double"]["students"])  # 4 of 6 points
    assert not {"student002"} & {row.student for row in report.stuck(rows)}
    assert told["double"]["share"] == len(told["double"]["students"]) / 15


def test_wrong_answers_without_a_name_are_in_the_report(made, tmp_path):
    for i, student in enumerate(("absent", "empty")):
        answer = f"def double(x):\n    return x + 2  # {i}"
        sc.hand_in(made, student, sc.answered(made, **{**sc.RIGHT, "double": answer}))
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    html = report.write(made.root, to=tmp_path / "r.html").read_text()
    card = html[html.index("Wrong alike, without a name") :]
    assert "three: Expected 6, got 5." in card
    assert "absent, empty" in card
    assert "return x + 2" in card


def test_many_names_are_folded_and_none_is_lost():
    template = environment().from_string("{% import 'report.html.j2' as r with context %}{{ r.names(students) }}")
    many = [f"s{i}" for i in range(20)]
    text = template.render(students=many, lessons=[], lost=[], unfit=[], when="")
    assert text.startswith("<details><summary>s0, s1, s2, s3 and 16 more</summary>")
    assert ", ".join(many) in text


def test_who_hands_in_together_is_not_alike(tmp_path):
    alike = [{"exercise": "a", "students": ["ann", "bob"]}, {"exercise": "b", "students": ["ann", "eve"]}]
    assert report.apart(alike, SimpleNamespace(root=tmp_path), small.LESSON) == alike
    (tmp_path / "groups.csv").write_text("group,student\nA,ann\nA,bob\nA,cem\n")
    assert report.apart(alike, SimpleNamespace(root=tmp_path), small.LESSON) == alike[1:]
