"""A new course folder is nbgrader's own; refreshing it loses nothing."""

import stat

import pytest

from grading import course
from grading.course.setup import FOLDERS
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
