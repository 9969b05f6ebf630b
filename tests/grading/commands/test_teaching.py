"""The commands for what a class got wrong alike speak in sentences and do what they say."""

import json

import pytest
import typer

from grading.commands import teaching
from grading.marking import engine
from tests.grading import small_course as sc
from tests.grading.commands.test_instructor import call

PLUS = "def double(x):\n    return x + 2"


@pytest.fixture(scope="module")
def app():
    app = typer.Typer()
    teaching.register(app)
    return app


@pytest.fixture
def confused(tmp_path):
    made = sc.make(tmp_path / "course")
    for student in ("ann", "bob"):
        sc.hand_in(made, student, sc.answered(made, **{**sc.RIGHT, "double": f"{PLUS}\n# {student}"}))
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    return made


def test_every_command_has_help_with_an_example(app):
    for name in teaching.NAMES:
        code, told = call(app, name, "--help")
        assert code == 0
        assert f"Example: course {name}" in told


def test_a_group_is_listed_named_and_unnamed(confused, app, tmp_path):
    where = ("--course", confused.root)
    code, told = call(app, "mistakes", "90", *where)
    assert code == 0
    assert "2 students, double: same wrong values" in told
    assert "ann, bob" in told
    assert "Expected 6, got 5." in told
    code, told = call(app, "mistakes", "90", *where, "--json")
    (group,) = json.loads(told)["groups"]
    code, told = call(app, "name", group["group"], "you add two", *where)
    assert "tells 2 students" in told
    assert 'WRONG["double"]' in told
    code, told = call(app, "mistakes", "90", *where)
    assert "No wrong answers without a name" in told
    assert f"named here: {group['group']}  you add two: you add two" in told
    code, told = call(app, "name", group["group"], "--undo", *where)
    assert (code, "has no name any more" in told) == (0, True)
    code, told = call(app, "name", group["group"], "you add two", "--to", tmp_path / "v.py", *where)
    assert (tmp_path / "v.py").read_text().startswith('WRONG["double"]')


def test_a_group_that_is_none_is_one_sentence(confused, app):
    code, told = call(app, "name", "double.zzzz", "text", "--course", confused.root)
    assert code == 2
    assert "No group double.zzzz" in told
