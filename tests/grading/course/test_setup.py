"""A new course folder is nbgrader's own; refreshing it loses nothing."""

import stat
from dataclasses import replace

import pytest

from grading import course
from grading.course.folder import Course
from grading.course.setup import FOLDERS
from grading.course.stamp import check_secret
from grading.errors import CourseError
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.marking.test_gradebook import api


def test_the_folder_is_nbgraders_own(made):
    for folder in FOLDERS:
        assert (made.root / folder).is_dir()
    assert made.lessons == [small.LESSON]
    assert stat.S_IMODE((made.root / "hidden").stat().st_mode) == 0o700
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


def private(made):
    """The folder with hidden tests of its own, drawn from its secret."""
    course.init(made.root, [replace(sc.lesson_files(), private=True)])
    (made.root / "hidden" / "secret").write_bytes(b"x" * 32)
    return made


def hidden(made):
    return (made.root / "hidden" / f"{small.LESSON}.npz").read_bytes()


def test_public_hidden_tests_never_replace_private_ones(made):
    private(made)
    before = hidden(made)
    public = replace(sc.lesson_files(), hidden=b"public")
    with pytest.raises(CourseError, match=r"private hidden tests, which the public ones of 90_small would replace"):
        course.init(made.root, [public])
    (made.root / "hidden" / "secret").unlink()
    with pytest.raises(CourseError, match=r"course init --private"):
        course.init(made.root, [public])
    assert hidden(made) == before


def test_the_command_keeps_private_hidden_tests_without_being_told(made, monkeypatch):
    from typer.testing import CliRunner

    from grading import cli
    from grading.commands import instructor
    from grading.publishing import course_parts

    private(made)
    asked = []
    again = replace(sc.lesson_files(), private=True)
    monkeypatch.setattr(course_parts, "private_parts", lambda *words, **more: asked.append(words) or [again])
    app = cli.typer.Typer()
    instructor.register(app)
    done = CliRunner().invoke(app, ["init", str(made.root), "90"])
    assert done.exit_code == 0, done.output
    assert "has private hidden tests; they are kept" in done.output
    assert asked == [(made.root, ["90"])]


def test_private_hidden_tests_are_not_drawn_from_another_secret(made):
    private(made)
    check_secret(made.root)
    (made.root / "hidden" / "secret").unlink()
    with pytest.raises(CourseError, match=r"secret is missing.*Put it back"):
        check_secret(made.root)


@pytest.mark.parametrize("name", ["dollar $HOME", "Kurs%202026"])
def test_a_path_that_nbgrader_cannot_use_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(CourseError, match=r"its path has \$ or % in it; rename that folder"):
        sc.make(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_other_signs_in_a_path_do_no_harm(tmp_path):
    made = sc.make(tmp_path / 'Übung\'s "neu" {2026}; #1')
    assert Course(made.root).lessons == [small.LESSON]


def test_another_lesson_joins_those_that_are_there(made):
    other = sc.lesson_files()
    renamed = {name.replace(small.LESSON, "91_other"): data for name, data in other.source.items()}
    again = course.init(made.root, [course.LessonFiles("91_other", renamed, other.hidden)])
    assert again.lessons == [small.LESSON, "91_other"]
    assert len(again.students(small.LESSON)) == 18


@pytest.mark.parametrize("text", ['{"format": 99, "private": false}', "{", '{"format": "x"}', "[]"])
def test_a_folder_of_a_newer_version_or_a_damaged_stamp_is_refused(made, text):
    (made.root / "course.json").write_text(text)
    said = "newer version" if "99" in text else r"course\.json cannot be read"
    for opened in (lambda: course.Course(made.root), lambda: course.init(made.root, [sc.lesson_files()])):
        with pytest.raises(CourseError, match=said):
            opened()
