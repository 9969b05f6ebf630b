"""A cell's name tells its kind, its check and its exercise."""

import pytest

from grading import ids
from grading.lessons.source import read_lessons
from grading.paths import Folders


@pytest.mark.parametrize(
    ("name", "parts", "check"),
    [
        ("conv2d", ("", "conv2d"), "conv2d"),
        ("check-conv2d-dilation", ("check", "conv2d-dilation"), "conv2d-dilation"),
        ("predict-size", ("predict", "size"), "size"),
        ("question-why", ("question", "why"), "question-why"),
        ("ask-why", ("ask", "why"), "ask-why"),
        ("conv2d-dilation", ("", "conv2d-dilation"), "conv2d-dilation"),
        ("check", ("", "check"), "check"),
    ],
)
def test_a_name_is_split_by_its_kind(name, parts, check):
    assert ids.split(name) == parts
    assert ids.check_of(name) == check
    if parts[0]:
        assert ids.grade_id(*parts) == name


def test_the_cells_of_every_check_of_the_course_tell_their_check_and_exercise():
    for lesson in read_lessons(Folders().solutions):
        for check in lesson.checks:
            assert ids.check_of(check.grade_id) == check.id
            assert ids.exercise_of(check.id) == check.exercise
            assert {check.grade_id, check.exercise} < set(ids.cells_of(check.id))
