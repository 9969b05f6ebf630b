"""The author's commands, as typed: what they print, their exit status, and errors of one sentence."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from grading import cli
from grading.commands import author
from grading.errors import CourseError
from tests.grading.means import FOLDER, write_means, write_tiny

cli.app.registered_commands or author.register(cli.app)


@pytest.fixture
def place(tmp_path):
    """(solutions, notebooks) with the one-exercise lesson."""
    (tmp_path / "solutions").mkdir()
    write_tiny(tmp_path / "solutions")
    return tmp_path / "solutions", tmp_path / "notebooks"


def course(*words, place=None):
    """Run `course ...`; returns (exit status, output)."""
    if place is not None:
        words = (*words, "--solutions", str(place[0]))
        words += () if words[0] == "lint" else ("--notebooks", str(place[1]))
    result = CliRunner().invoke(cli.app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, " ".join(result.output.split())


def test_build_says_what_it_wrote_and_check_that_it_is_current(place):
    with pytest.raises(CourseError, match=r"97_tiny\.ipynb is not there; run `course build 97`"):
        course("build", "--check", place=place)
    wrote = "97_tiny: 97_tiny.ipynb, 97_tiny.npz, 97_tiny.npz"
    assert course("build", "97", place=place) == (0, wrote)
    assert course("build", place=place) == (0, "97_tiny: nothing changed")
    assert course("build", "--check", place=place) == (0, "All notebooks are current.")


def test_a_quick_build_makes_the_notebook_only(place):
    assert course("build", "--quick", place=place) == (0, "97_tiny: 97_tiny.ipynb")
    assert not (place[1] / "expected").exists()


def test_build_refuses_a_lesson_with_problems_unless_forced(place):
    write_tiny(place[0], (" minutes=5", ""))
    with pytest.raises(CourseError, match=r"97_tiny\.py:2: the lesson has no time"):
        course("build", place=place)
    assert course("build", "--quick", "--force", place=place)[0] == 0


def test_lint_prints_each_problem_and_fails(place):
    assert course("lint", place=place) == (0, "1 lesson, nothing to mend")
    write_means(place[0], (' title="Weighted mean"', ""))
    status, output = course("lint", place=place)
    assert status == 1
    assert "98_means.py:" in output
    assert "the task 'weighted_mean' has no title" in output
    text = (place[0] / "98_means.py").read_text()
    (place[0] / "98_means.py").write_text(text.replace("You will write both.", "Lesson 44 writes both."))
    assert "warning: 98_means.py:2: names lesson 44" in course("lint", place=place)[1]
    assert course("lint", "97", place=place)[0] == 0
    assert "has 1 exercises" in course("lint", "97", "--complete", place=place)[1]


def test_certify_prints_a_line_for_each_exercise_and_writes_json(place, tmp_path):
    target = tmp_path / "c.json"
    status, output = course("certify", "--fresh", "--json", str(target), place=place)
    assert status == 0
    assert "97 double" in output
    assert "wrong 5/5 rejected, 5 named" in output
    assert "97_tiny: untouched release scores 0" in output
    data = json.loads(target.read_text(encoding="utf-8"))
    assert [e["id"] for e in data["exercises"]] == ["double"]


def test_certify_fails_where_a_mistake_passes(place):
    write_tiny(place[0], ('("2 * x", "x * x"', '("2 * x", "x * 2.0"'))
    status, output = course("certify", place=place)
    assert status == 1
    assert "'squared' passes every check; add an expectation that rejects it" in output


def test_figures_are_listed_run_and_collected(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "solutions")
    place = (tmp_path / "solutions", tmp_path / "notebooks")
    assert "F11 not recorded 98_means" in course("figures", place=place)[1]
    assert "F11 recorded 98_means" in course("figures", "--run", "all", place=place)[1]


def test_release_prints_where_things_lie(place, tmp_path):
    status, output = course("release", str(tmp_path / "out"), "--edition", "self-study", place=place)
    assert status == 0
    for what in ("student", "answers", "zip"):
        assert what in output


@pytest.mark.parametrize("command", ["build", "lint", "certify", "figures", "release"])
def test_every_command_has_help_with_an_example(command):
    status, output = course(command, "--help")
    assert status == 0
    assert f"Example: course {command}" in output


def test_an_unknown_lesson_is_one_sentence(place):
    with pytest.raises(CourseError, match=r"there is no lesson '42' in .*; there are: 97"):
        course("lint", "42", place=place)
