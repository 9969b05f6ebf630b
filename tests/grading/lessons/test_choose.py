"""A lesson is its two digits in every command, and an unknown one is told with those there are."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from grading.commands import author, instructor, learner
from grading.errors import CourseError
from grading.lessons.choose import choose

NAMES = ["00_arrays", "09_convolution", "12_resnet"]


@pytest.mark.parametrize("text", ["09", "9", "09_convolution", "09_convolution.ipynb"])
def test_a_lesson_is_named_by_number_or_name(text):
    assert choose([text], NAMES, "here") == ["09_convolution"]


def test_lessons_come_as_wanted_each_once_and_all_where_none_is_named():
    assert choose(["12", "00", "12"], NAMES, "here") == ["12_resnet", "00_arrays"]
    assert choose((), NAMES, "here") == NAMES


@pytest.mark.parametrize("text", ["1", "42", "convolution", "09_conv", "٠٩", "", "../09_convolution"])
def test_an_unknown_lesson_is_told_with_those_there_are(text):
    with pytest.raises(CourseError) as caught:
        choose([text], NAMES, "solutions")
    assert str(caught.value) == f"there is no lesson '{text}' in solutions; there are: 00, 09, 12"
    with pytest.raises(CourseError, match="there are: none"):
        choose([text], [], "solutions")


@pytest.fixture(scope="module")
def app():
    made = typer.Typer(pretty_exceptions_enable=False)
    for group in (learner, author, instructor):
        group.register(made)
    return made


def commands(app):
    """Every command with a lesson among its parameters: (name, parameter)."""
    for name, command in typer.main.get_command(app).commands.items():
        for parameter in command.params:
            if parameter.name in ("lesson", "lessons"):
                yield name, parameter


def test_every_command_takes_lessons_as_nn(app):
    found = dict(commands(app))
    assert {"build", "lint", "certify", "look", "release", "check", "lab", "init", "collect", "grade", "show"} <= set(
        found
    )
    for name, parameter in found.items():
        wanted = "option" if name == "watch" else "argument"  # watch finds out by itself; a lesson only narrows it
        assert parameter.param_type_name == wanted, name
        assert parameter.metavar in ("NN", "[NN]", "NN...", "[NN]..."), name


@pytest.mark.parametrize(
    "words",
    [
        ["build", "42"], ["lint", "42"], ["certify", "42"], ["look", "42"], ["release", "OUT", "42"],
        ["check", "42"], ["lab", "42", "--dry-run"], ["init", "OUT", "42"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_every_command_says_the_same_of_a_lesson_that_is_not_there(app, words, tmp_path, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[3])
    result = CliRunner().invoke(app, [w.replace("OUT", str(tmp_path / "out")) for w in words])
    assert isinstance(result.exception, CourseError), result.output
    assert "there is no lesson '42' in " in str(result.exception)
    assert "there are: 00, 01" in str(result.exception)
