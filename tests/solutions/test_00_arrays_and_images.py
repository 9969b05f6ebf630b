"""Lesson 00: its answer and the library's version agree."""

import numpy as np
import pytest

from course_lib.topics import pixels
from tests.solutions.reference import answers, lesson

LESSON = lesson("00_arrays_and_images")
ANSWERS = answers(LESSON, np=np)


@pytest.mark.parametrize("d", [0, 1, 4, 7])
def test_the_correlation_of_neighbours_is_the_librarys(d):
    image = np.cumsum(np.random.default_rng(d).normal(size=(6, 10)), axis=1)
    want = pixels.neighbour_correlation(image, d)
    assert ANSWERS["neighbour_correlation"](image, d) == pytest.approx(want, rel=1e-12)
