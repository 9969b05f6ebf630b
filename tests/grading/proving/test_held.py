"""An open exercise: what the judge holds is in its record and nowhere else, and outcomes decide."""

import ast
import re

import numpy as np
import pytest

from course_lib.evidence.held import pack, unpack
from grading.errors import CourseError
from grading.lessons.cells import open_hidden
from grading.lessons.held import filled
from grading.lessons.lint import lint_lesson
from grading.lessons.release import instructor_notebook, student_notebook
from grading.proving.certify import certify_lesson
from grading.proving.leaks import scan_file
from grading.proving.record import record_lesson
from grading.proving.untouched import untouched_score
from grading.publishing.private import reseed
from tests.grading.means import open_lesson

POINTS = np.random.default_rng(961).normal(size=(60, 2))


def texts(lesson):
    return [problem.text for problem in lint_lesson(lesson)]


def test_the_record_has_the_truth_and_the_data_that_are_given_and_no_answers_of_the_reference():
    lesson = open_lesson(("sides = (points[:, 0] >", "sides = (points[:, 0] > 0.9 *"))
    records = record_lesson(lesson, jobs=1)
    is_open = {id: about["exercise"]["open"] for id, about in records["visible"].checks.items()}
    assert [id for id, it_is in is_open.items() if it_is] == ["side"]
    entry = records["hidden"].checks["side"]
    (line,) = entry["lines"]
    assert (line["kind"], line["measure"], line["at_least"]) == ("outcome", "accuracy", 0.9)
    assert np.array_equal(line["value"], POINTS[:, 0] > 0.9 * POINTS[:, 1])
    assert list(entry["held"]) == ["points"]
    assert np.array_equal(unpack(entry["held"]["points"]), POINTS)


@pytest.mark.usefixtures("_one_process")
def test_an_open_exercise_certifies_and_its_mistakes_are_rejected_and_named():
    (proof,) = certify_lesson(open_lesson(), cache=None)
    assert proof.problems == []
    assert {w["name"]: w["named"] for w in proof.line["wrong"]} == dict.fromkeys(
        ("turned round", "signs only", "second sign", "all the same", "the sum"), True
    )
    assert [r["accepted"] for r in proof.line["right"]] == [True]
    assert proof.extra["adversaries"] == {"forger": 0.0, "parrot": 0.0, "constant": 0.0}


@pytest.mark.usefixtures("_one_process")
def test_a_bound_that_one_answer_for_everything_reaches_does_not_certify():
    (proof,) = certify_lesson(open_lesson(("at_least=0.9", "at_least=0.5")), cache=None)
    assert any("the constant scores 2" in text for text in proof.problems)


def test_students_get_nothing_of_it_and_the_instructors_notebook_the_data_only():
    lesson = open_lesson()
    student = "\n".join(cell.source for cell in student_notebook(lesson).cells)
    assert not re.search(r"961|sides|held", student)
    sources = [cell.source for cell in instructor_notebook(lesson, {"side": {"points": pack(POINTS)}}).cells]
    (check,) = [source for source in sources if "with check" in source]
    assert f'points = expect.held("{pack(POINTS)}")' in check
    assert not any("sides = " in source or "961" in source for source in sources)


def test_a_held_line_in_a_file_that_is_handed_out_is_found():
    from grading.proving.leaks import _Secrets

    told = list(scan_file("x.md", b"sides = (points[:, 0] > points[:, 1]).astype(int)", _Secrets([open_lesson()])))
    assert any("side" in text for text in told)


def test_the_untouched_release_scores_nothing_and_runs_the_hidden_block_on_the_data():
    lesson = open_lesson()
    assert untouched_score(lesson, student_notebook(lesson), record_lesson(lesson, jobs=1))[0] == 0


def test_a_private_draw_changes_what_is_held():
    drawn = reseed(open_lesson(), b"one")
    assert "default_rng(961)" not in drawn.text
    assert drawn.exercise("side").held.source != open_lesson().exercise("side").held.source
    again = reseed(open_lesson(), b"one", {"side": 1})
    assert again.exercise("side").held.source != drawn.exercise("side").held.source


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (('gives="points"', 'gives="points other"'), 'gives "other", which it does not define'),
        (('gives="points"\n', "\n"), 'expect.held("points") is not among what held="side" gives'),
        (('truth="sides"', 'truth="labels"'), 'truth="labels" is no name that the held cell keeps'),
        (('truth="sides"', 'truth="points"'), 'truth="points" is no name that the held cell keeps'),
        (('measure="accuracy"', 'measure="rightness"'), 'measure="rightness" is none of accuracy'),
        ((", at_least=0.9", ""), "an outcome has one bound"),
        (('    expect("two', '    expect.held("points")\n    expect("two'), "stands in the visible part"),
    ],
)
def test_lint_says_what_is_wrong_with_what_is_held(edit, told):
    assert texts(open_lesson()) == []
    assert any(told in text for text in texts(open_lesson(edit)))


def test_a_truth_that_is_no_array_is_said_with_its_line():
    lesson = open_lesson(("sides = (points[:, 0] > points[:, 1]).astype(int)\n", "sides = None\n"))
    with pytest.raises(CourseError, match=r"96_open\.py:\d+: no array 'sides' is held"):
        record_lesson(lesson, jobs=1)


def test_the_held_cell_runs_once_for_all_answers_and_none_changes_its_data(tmp_path):
    drawn, returned = "points = np.random", "return (points[:, 0] > points[:, 1]).astype(int)"
    counted = (drawn, f"open({str(tmp_path / 'ran')!r}, 'a').write('x')\n{drawn}")
    spoils = (returned, f"{returned.replace('return', 'out =')}\n    points[...] = 0\n    return out")
    records = record_lesson(open_lesson(counted, spoils), jobs=1)
    assert (tmp_path / "ran").read_text() == "x"
    assert np.array_equal(unpack(records["hidden"].checks["side"]["held"]["points"]), POINTS)


def test_a_hidden_block_with_its_data_needs_nothing_of_the_held_cell():
    lesson = open_lesson()
    (check,) = lesson.checks
    source = open_hidden(filled(check, {"held": {"points": pack(POINTS)}}), "side", 1)
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert names == {"check", "expect", "points", "side"}
