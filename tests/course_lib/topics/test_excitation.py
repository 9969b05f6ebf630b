"""Exciting patches: each filter's strongest images, cut where the filter looked."""

import numpy as np
import pytest

from course_lib import arithmetic
from course_lib.ops.convolution.conv import conv2d
from course_lib.ops.convolution.pool import max_pool2d
from course_lib.topics.excitation import patches, strongest_places


def test_each_image_counts_once_and_the_strongest_comes_first():
    maps = np.zeros((4, 2, 3, 5))
    maps[2, 0, 1, 4], maps[2, 0, 0, 0], maps[0, 0, 2, 3] = 9, 8, 5
    maps[3, 1, 2, 2], maps[1, 1, 0, 1] = 4, 7
    places = strongest_places(maps, 2)
    assert places.tolist() == [[[2, 1, 4], [0, 2, 3]], [[1, 0, 1], [3, 2, 2]]]
    with pytest.raises(ValueError, match="from 1 to 4"):
        strongest_places(maps, 5)


def test_a_patch_alone_excites_the_unit_as_the_whole_image_does():
    rng = np.random.default_rng(0)
    images, first, second = (
        rng.normal(size=(6, 2, 17, 20)),
        rng.normal(size=(3, 2, 4, 4)),
        rng.normal(size=(5, 3, 2, 2)),
    )

    def deep(x):
        return conv2d(max_pool2d(conv2d(x, first)[0], 2)[0], second)[0]

    stack = arithmetic.receptive_field([(4,), (2, 2), (2,)])
    field, jump = stack.size, stack.jump
    maps = deep(images)
    places = strongest_places(maps, 3)
    seen = patches(images, places, field, jump)
    assert seen.shape == (5, 3, 2, field, field)
    for f in range(5):
        alone = deep(seen[f])[:, f, 0, 0]
        np.testing.assert_allclose(alone, np.sort(maps[:, f].max(axis=(1, 2)))[::-1][:3])
