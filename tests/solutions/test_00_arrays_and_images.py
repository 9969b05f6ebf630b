"""Lesson 00: its answer and the library's version agree."""

from pathlib import Path

import numpy as np
import pytest

from course_lib import pixels
from grading.source import read_lesson

LESSON = read_lesson(Path(__file__).resolve().parents[2] / "solutions" / "00_arrays_and_images.py")


def answers():
    """The reference answers of the lesson, by name."""
    namespace = {"np": np}
    for exercise in LESSON.exercises:
        exec(exercise.reference, namespace)
    return namespace


ANSWERS = answers()


@pytest.mark.parametrize("d", [0, 1, 4, 7])
def test_the_correlation_of_neighbours_is_the_librarys(d):
    image = np.cumsum(np.random.default_rng(d).normal(size=(6, 10)), axis=1)
    want = pixels.neighbour_correlation(image, d)
    assert ANSWERS["neighbour_correlation"](image, d) == pytest.approx(want, rel=1e-12)
