"""What was handed in is read without a link followed, a name trusted or a folder taken for a file."""

from grading.course.submitted import is_id
from tests.grading import small_lesson as small


def test_a_submission_of_another_student_cannot_be_reached_by_a_name(made):
    assert not is_id("../ann")
    assert not is_id("ann{}")
    assert not is_id(".hidden")
    assert is_id("Zoë_ann@example.org")


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
