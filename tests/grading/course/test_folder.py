"""The course folder is nbgrader's own, refreshing loses nothing, and the instructor's commands speak in sentences."""

import json
import shutil
import stat

import nbformat
import pytest
from typer.testing import CliRunner

from grading import cli, course
from grading.commands import instructor
from grading.course import Course
from grading.course.setup import FOLDERS
from grading.errors import CourseError
from grading.publishing.course_parts import course_secret
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


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


def test_the_folder_is_nbgraders_own(made):
    for folder in FOLDERS:
        assert (made.root / folder).is_dir()
    assert made.lessons == [small.LESSON]
    assert stat.S_IMODE((made.root / "hidden").stat().st_mode) == 0o700
    from tests.grading.marking.test_gradebook import api

    (row,) = api(made).get_assignments()
    assert (row["name"], row["max_score"], row["num_submissions"]) == (small.LESSON, 10, 18)


def test_the_release_holds_no_answer_and_no_hidden_test(made):
    text = "".join(c.source for c in sc.released(made).cells)
    assert "HIDDEN" not in text
    assert "large 1000" not in text
    assert "NotDone(" in text


def test_refreshing_keeps_submissions_marks_and_the_instructors_configuration(graded):
    config = graded.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\n# mine\n")
    before = sc.dump(graded)
    again = course.init(graded.root, [sc.lesson_files()])
    assert sc.dump(again) == before
    assert config.read_text().endswith("# mine\n")
    assert len(again.students(small.LESSON)) == 18


def test_a_folder_with_other_files_is_not_taken_over(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(CourseError, match="holds other files"):
        course.init(tmp_path, [])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["thesis.tex"]


def test_the_private_secret_is_drawn_once_and_for_its_owner_only(tmp_path):
    first = course_secret(tmp_path)
    assert course_secret(tmp_path) == first
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / "hidden" / "secret").stat().st_mode) == 0o600


def test_a_missing_release_or_record_is_named_with_the_remedy(made):
    shutil.rmtree(made.root / "release")
    with pytest.raises(CourseError, match=r"release.* is missing: run `course init"):
        made.skeleton(small.LESSON)
    (made.root / "hidden" / f"{small.LESSON}.npz").write_bytes(b"damaged")
    with pytest.raises(CourseError, match=r"damaged.*course init"):
        Course(made.root).records(small.LESSON)


@pytest.mark.parametrize("text", ["[ann", "ann = 3", "[ann]\ntime = 0", "[ann]\ntime = 'long'", "\xff"])
def test_accommodations_that_cannot_be_read_are_told(made, text):
    (made.root / "accommodations.toml").write_text(text, encoding="latin-1")
    with pytest.raises(CourseError, match=r"accommodations.toml cannot be read"):
        Course(made.root).limits("ann")


def test_the_fingerprint_changes_with_the_lesson_and_its_hidden_values(made):
    before = Course(made.root).fingerprint(small.LESSON)
    path = made.root / "hidden" / f"{small.LESSON}.npz"
    path.write_bytes(path.read_bytes() + b" ")
    assert Course(made.root).fingerprint(small.LESSON) != before


def test_every_command_has_help_with_an_example(app):
    for name in ("init", "collect", "grade", "show", "feedback", "report", "export", "demo"):
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
    code, told = call(app, "show", "student002", "90", *where, "--json")
    assert json.loads(told)["verdict"]["checks"]["double"]["score"] == 0
    code, told = call(app, "show", "student002", "90", *where, "--source")
    assert "x * x" in told
    code, told = call(app, "feedback", *where, "--student", "student001")
    assert (code, told.split()[0]) == (0, "1")
    code, told = call(app, "report", *where, "--to", tmp_path / "r.html")
    assert (tmp_path / "r.html").exists()
    code, told = call(app, "export", "csv", *where, "--to", tmp_path / "m.csv")
    assert (tmp_path / "m.csv").read_text().count("\n") == 19


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "--course", "/nowhere"), "is not a course folder; make one with"),
        (("show", "nobody", "90"), "run `course grade"),
        (("show", "student001", "77"), "No lesson '77'"),
        (("export", "word"), "there are: csv, canvas, moodle"),
        (("collect", "90", "/nowhere"), "neither a folder nor a zip"),
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


def test_a_submission_of_another_student_cannot_be_reached_by_a_name(made):
    assert not course._fit("../ann")
    assert not course._fit("ann{}")
    assert not course._fit(".hidden")
    assert course._fit("Zoë_ann@example.org")


def test_nbgraders_sanitising_agrees_with_the_skeleton_on_clean_work(made):
    from nbgrader.preprocessors import ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec

    from grading.marking.prepare import lay_over

    submission = made.submission("student000", small.LESSON)
    nb = nbformat.reads(submission.raw.decode(), 4)
    names = {"student": "student000", "assignment": small.LESSON, "notebook": small.LESSON, "db_url": made.db_url}
    for step in (ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells):
        nb, _ = step()(nb, {"nbgrader": names})
    ours = lay_over(made, submission).nb
    assert [c.id for c in ours.cells] == [c.id for c in nb.cells]
    for mine, theirs in zip(ours.cells, nb.cells, strict=True):
        visible = theirs.source.split("\n    ### BEGIN HIDDEN")[0]
        assert (mine.cell_type, mine.source) == (theirs.cell_type, visible)
        marks = [dict(c.metadata.get("nbgrader", {})) for c in (mine, theirs)]
        for mark in marks:
            mark.pop("checksum", None)  # nbgrader's is that of the text with the hidden tests
        assert marks[0] == marks[1]


def test_a_folder_that_is_a_link_is_not_followed(made):
    """It could be another student's work."""
    folder = made.root / "submitted" / "linker"
    folder.mkdir()
    (folder / small.LESSON).symlink_to(made.root / "submitted" / "student000" / small.LESSON)
    (made.root / "submitted" / "twin").symlink_to(made.root / "submitted" / "student000")
    for student in ("linker", "twin"):
        submission = made.submission(student, small.LESSON)
        assert (submission.raw, submission.refused[0]) == (None, "corrupt")
        assert "is a link" in submission.refused[1]


def test_a_folder_with_a_notebooks_name_is_no_notebook(made):
    (made.root / "submitted" / "absent" / small.LESSON / f"{small.LESSON}.ipynb").mkdir()
    assert made.submission("absent", small.LESSON).refused == ("corrupt", f"{small.LESSON}.ipynb is not a file.")
