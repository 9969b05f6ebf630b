"""Tile by tile equals the whole image once the margin is as wide as an answer looks."""

import numpy as np
import pytest

from course_lib import Tensor, no_grad
from course_lib.topics.dense import Context, Pooled
from course_lib.topics.tiles import by_tiles


@pytest.fixture
def rng():
    return np.random.default_rng(15)


def whole(net, x):
    with no_grad():
        return net(Tensor(x)).data


@pytest.mark.parametrize(("tile", "size"), [(8, (24, 16)), (9, (23, 31)), (40, (20, 20))])
def test_a_margin_of_half_the_receptive_field_is_enough_and_one_less_is_not(rng, tile, size):
    net, x = Context(3, (1, 2, 3), rng=rng).eval().double(), rng.normal(size=(2, 1, *size))
    enough = 1 + 2 + 3
    np.testing.assert_allclose(by_tiles(net, x, tile, enough), whole(net, x), atol=1e-12)
    short = np.abs(by_tiles(net, x, tile, enough - 1) - whole(net, x)).max()
    assert (short > 1e-6) == (tile < max(size))


def test_pooled_networks_need_tiles_and_margins_on_their_grid(rng):
    net, x = Pooled((3,) * 5, up="skip", rng=rng).eval().double(), rng.normal(size=(1, 1, 96, 96))

    def gap(tile, margin):
        return np.abs(by_tiles(net, x, tile, margin) - whole(net, x)).max()

    assert gap(32, 40) < 1e-12
    assert gap(32, 0) > 1e-3


def test_impossible_tiles_are_refused(rng):
    for tile, margin in ((0, 1), (4, -1)):
        with pytest.raises(ValueError, match=f"got {tile} and {margin}"):
            by_tiles(Context(2, (1,), rng=rng), np.zeros((1, 1, 8, 8), np.float32), tile, margin)
