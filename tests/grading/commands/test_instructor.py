"""The instructor's commands do what they say and speak in sentences."""

import json

import pytest
from typer.testing import CliRunner

from grading import cli
from grading.commands import instructor
from grading.errors import CourseError


@pytest.fixture(scope="module")
def app():
    import typer

    app = typer.Typer()
    instructor.register(app)
    return app


def call(app, *words):
    """Exit status and output; a user's mistake comes out as CourseError, which `course` prints as one sentence."""
    result = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=True)
    if isinstance(result.exception, CourseError):
        return 2, f"course: {result.exception}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_every_command_has_help_with_an_example(app):
    marks = ("due", "extend", "drop", "points", "attempt")
    for name in ("init", "collect", "grade", "watch", *marks, "show", "feedback", "report", "export", "demo"):
        code, told = call(app, name, "--help")
        assert code == 0
        assert f"Example: course {name}" in told


def test_grade_show_feedback_report_export_from_the_command_line(graded, app, tmp_path):
    where = ("--course", graded.root)
    code, told = call(app, "grade", *where)
    assert code == 0
    assert "18 up to date" in told
    code, told = call(app, "grade", *where, "--json")
    assert json.loads(told)["counts"]["up to date"] == 18
    code, told = call(app, "show", "student002", "90", *where)
    assert code == 0
    assert "x times x" in told
    assert "student002" in told
    code, told = call(app, "show", "student003", "90", *where)  # tail and the guess are as they were handed out
    assert code == 0
    assert told.count("Not begun: its cell stands as it was handed out.") == 2
    assert "Not done yet" not in told
    code, told = call(app, "show", "student002", "90", *where, "--json")
    assert json.loads(told)["verdict"]["checks"]["double"]["score"] == 0
    code, told = call(app, "show", "student002", "90", *where, "--source")
    assert "x * x" in told
    code, told = call(app, "feedback", *where, "--student", "student001")
    assert (code, told.split()[0]) == (0, "1")
    code, told = call(app, "report", *where, "--to", tmp_path / "r.html")
    assert (tmp_path / "r.html").exists()
    code, told = call(app, "export", "csv", *where, "--to", tmp_path / "m.csv")
    assert (code, "Answers wait to be read" in told) == (2, True)
    code, told = call(app, "export", "csv", *where, "--to", tmp_path / "m.csv", "--as-is")
    assert (tmp_path / "m.csv").read_text().count("\n") == 19


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "--course", "/nowhere"), "/nowhere is not a course folder; say which is with `--course DIR`"),
        (("grade", "--course", "/nowhere/a $5%"), "is not a course folder"),
        (("show", "nobody", "90"), "run `course grade"),
        (("show", "student01", "90"), "is it student01"),
        (("grade", "-s", "studnet001"), "is it student001"),
        (("show", "student001", "77"), "no lesson '77'"),
        (("export", "word"), "there are: csv, canvas, moodle"),
        (("collect", "90", "/nowhere"), "is not there; look at how it is written"),
        (("watch", "/nowhere", "--once"), "/nowhere is no folder; name the one in which hand-ins arrive"),
        (("attempt", "90", "first"), "which attempt counts is last or best"),
        (("feedback", "--student", "nobody"), "Nothing graded for nobody"),
    ],
)
def test_a_users_mistake_is_one_sentence_with_status_2(graded, app, words, said):
    where = () if "--course" in words else ("--course", graded.root)
    code, told = call(app, *words, *where)
    assert code == 2
    assert said in told
    assert "\n" not in told.strip()


def test_the_course_command_prints_that_sentence_without_a_traceback(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["course", "grade", "--course", "/nowhere"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("course: /nowhere is not a course folder")
    assert told.count("\n") == 1


def test_decisions_about_marks_from_the_command_line(graded, app):
    where = ("--course", graded.root)
    code, told = call(app, "drop", "tail", "--dry-run", "--why", "unclear", *where)
    assert code == 0
    assert "check-tail gives its points to everybody" in told
    assert "would change; nothing was written" in told
    code, told = call(app, "drop", "tail", "--why", "unclear", "--json", *where)
    changed = {row["student"]: (row["before"]["counts"], row["after"]["counts"]) for row in json.loads(told)["changed"]}
    assert changed["student001"] == (3, 6)
    assert "student000" not in changed
    code, told = call(app, "grade", *where)
    assert "18 up to date" in told
    code, told = call(app, "drop", "tail", "--undo", *where)
    assert "check-tail counts again" in told
    code, told = call(app, "points", "double", "7", *where)
    assert "is worth 7 points, 2 before" in told
    code, told = call(app, "due", "90", "2026-10-12 23:59", "--zone", "Europe/Berlin", *where)
    assert "due 2026-10-12 23:59 in Europe/Berlin (2026-10-12 21:59:00 UTC)" in told
    code, told = call(app, "extend", "student001", "90", "1.5", *where)
    assert "student001 has 1.5 hours more" in told
    code, told = call(app, "due", "90", "someday", *where)
    assert code == 2
    assert "TIME" in told
    assert "someday" in told
    code, told = call(app, "due", "90", "2026-10-12 23:59", "--zone", "Mars", *where)
    assert (code, "no time zone" in told) == (2, True)


@pytest.mark.parametrize("below", ["submitted", "submitted/student000/90_small", "course.json"])
def test_a_command_run_inside_a_course_folder_names_that(graded, app, below):
    code, told = call(app, "grade", "--course", graded.root / below)
    assert (code, told.count("\n")) == (2, 0)
    assert f"lies in one; say `--course {graded.root}`" in told


def test_what_lies_astray_in_submitted_is_named(graded, app):
    work = (graded.root / "submitted/student000/90_small/90_small.ipynb").read_bytes()
    strays = ["zoe.ipynb", "90_small/yann.ipynb", "xena/90.ipynb", "will/91_other/a.ipynb", "moodle.zip"]
    for stray in strays:
        path = graded.root / "submitted" / stray
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(work)
    code, told = call(app, "grade", "--course", graded.root)
    assert code == 0
    named = [line.split()[0] for line in told.splitlines() if "is not graded: it lies where" in line]
    assert named == sorted(f"submitted/{stray}" for stray in strays)
    assert "`course collect LESSON FOLDER` sorts uploads in" in told
    assert json.loads(call(app, "grade", "--json", "--course", graded.root)[1])["astray"] == named
    for stray in strays:
        (graded.root / "submitted" / stray).unlink()
    assert "it lies where" not in call(app, "grade", "--course", graded.root)[1]
