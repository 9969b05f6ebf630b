"""Generated streets: a person stands in every box, and boxes have the size of a window."""

import numpy as np
import pytest

from course_lib.data.streets import PERSON, people, streets


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def test_scenes_have_boxes_of_a_window_within_the_picture(rng):
    x, boxes = streets(40, size=(40, 60), most=3, rng=rng)
    assert x.shape == (40, 1, 40, 60)
    assert x.dtype == np.float32
    counts = [len(b) for b in boxes]
    assert set(counts) == {1, 2, 3}
    every = np.concatenate(boxes)
    assert np.all(every[:, 2:] - every[:, :2] == (PERSON[1], PERSON[0]))
    assert every.min() >= 0
    assert np.all(every[:, 2:].max(0) <= (60, 40))


def test_no_two_stand_at_one_place(rng):
    for boxes in streets(60, rng=rng)[1]:
        apart = np.abs(boxes[:, None, :2] - boxes[None, :, :2]).max(-1)
        assert np.all(apart[~np.eye(len(boxes), dtype=bool)] >= 6)


def test_a_figure_stands_in_the_middle_of_its_window(rng):
    shades, inside = people(50, rng=rng)
    assert shades.shape == inside.shape == (50, *PERSON)
    assert np.all(shades[~inside] == 0)
    rows, columns = (inside.any(axis) for axis in (2, 1))
    middle = [np.mean([np.flatnonzero(line)[[0, -1]].mean() for line in lines]) for lines in (rows, columns)]
    assert np.allclose(middle, (11.5, 7.5), atol=0.6)
    assert 0.1 < inside.mean() < 0.4
