"""The gap is 0 for a map that moves along with the image, and says how far another one is off."""

import numpy as np
import pytest

from course_lib.topics import equivariance


@pytest.fixture
def x():
    return np.random.default_rng(5).normal(size=(2, 3, 8, 6))


@pytest.mark.parametrize("move", [(1, 0), (0, 1), (2, -3)])
def test_a_map_pixel_by_pixel_has_no_gap_and_one_that_knows_the_place_has(move, x):
    assert equivariance.gap(np.tanh, x, move) == 0
    assert equivariance.gap(lambda x: x * np.arange(6), x, move) > 0.1 or move[1] == 0


def test_images_move_by_the_stride(x):
    assert equivariance.gap(lambda x: x[:, :, ::2, ::2], x, (1, -1), stride=2) == 0
    assert equivariance.gap(lambda x: x[:, :, ::2, ::2], x, (1, -1), stride=1) > 0


def test_the_margin_leaves_the_border_out_and_the_gap_is_relative():
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = 4.0

    def spoiled(x):  # right in the middle, wrong by 1 in a corner where the image is dark
        y = x.copy()
        y[0, 0, 0, 0] += 1
        return y

    assert equivariance.gap(spoiled, x, (0, 1)) == 0.25
    assert equivariance.gap(spoiled, x, (0, 1), margin=1) == 0  # neither (0, 0) nor (0, 1) is inside
