"""Lesson 00: its answer and the library's version agree; its open exercise is solved with room."""

import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from matplotlib.pyplot import imread

from course_lib.topics import pixels
from tests.solutions.reference import answers, lesson

LESSON = lesson("00_arrays_and_images")
ANSWERS = answers(LESSON, np=np)


@pytest.mark.parametrize("d", [0, 1, 4, 7])
def test_the_correlation_of_neighbours_is_the_librarys(d):
    image = np.cumsum(np.random.default_rng(d).normal(size=(6, 10)), axis=1)
    want = pixels.neighbour_correlation(image, d)
    assert ANSWERS["neighbour_correlation"](image, d) == pytest.approx(want, rel=1e-12)


# ------------------------------------------------------------------- the open exercise

HELD = {}
exec(next(c.source for c in LESSON.cells if c.role == "held"), HELD)


def decibels(fill, seed):
    """PSNR of the hidden pixels of the judge's photograph, hidden anew."""
    full = np.where(HELD["held_known"], HELD["held_seen"], 0.0)
    full[~HELD["held_known"]] = HELD["hidden_pixels"]
    known = np.random.default_rng(seed).random(full.shape) >= 0.7
    return -10 * np.log10(np.mean((fill(np.where(known, full, 0.0), known) - full)[~known] ** 2))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_open_exercise_is_solved_with_room_to_spare_whatever_is_hidden(seed):
    assert decibels(ANSWERS["restore"], seed) > 23.5


def test_a_mean_of_nine_pixels_does_not_reach_the_first_step():
    def nine(seen, known):
        h, w = seen.shape
        wide, there = np.pad(seen, 1), np.pad(known * 1.0, 1)
        places = [(slice(i, i + h), slice(j, j + w)) for i in range(3) for j in range(3)]
        count = sum(there[p] for p in places)
        return np.where(count > 0, sum(wide[p] for p in places) / np.maximum(count, 1), seen[known].mean())

    assert decibels(nine, 1) < 20.5


def test_on_grace_hopper_the_same_idea_comes_to_about_six_decibels_less():
    photo = imread(get_sample_data("grace_hopper.jpg"))[20:420:2, 60:460:2].mean(axis=2)[::2, ::2] / 255
    known = np.random.default_rng(9).random(photo.shape) >= 0.7
    off = np.mean((ANSWERS["restore"](np.where(known, photo, 0.0), known) - photo)[~known] ** 2)
    assert decibels(ANSWERS["restore"], 1) + 10 * np.log10(off) == pytest.approx(6, abs=0.6)
