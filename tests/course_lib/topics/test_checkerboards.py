"""Checkerboards: what is measured is the period of the stride, and starts without them have none."""

import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.topics import checkerboards
from course_lib.topics.checkerboards import HEADS, Enlarger


class Pattern:
    """Stands for a network: adds a fixed pattern to nearest-neighbour enlargement."""

    def __init__(self, pattern):
        self.pattern = np.tile(pattern, (16, 16))

    def eval(self):
        return self

    def __call__(self, x):
        return Tensor(x.data.repeat(2, axis=2).repeat(2, axis=3) + self.pattern)


@pytest.mark.parametrize(
    "pattern", [[[1, -1], [-1, 1]], [[1, -1], [1, -1]], [[3, 0], [0, 0]]], ids=["checkerboard", "columns", "dots"]
)
def test_a_ripple_is_the_deviation_of_the_period_of_two(pattern):
    pattern = np.array(pattern) / 255
    assert checkerboards.ripple(Pattern(pattern)) == pytest.approx(255 * pattern.std())
    assert checkerboards.ripple(Pattern(0 * pattern + 7)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("head", HEADS)
def test_twice_the_size_and_a_ripple_at_the_start_where_nothing_prevents_it(head):
    model = Enlarger(head, rng=np.random.default_rng(3))
    assert model(Tensor(np.zeros((2, 1, 5, 7), np.float32))).shape == (2, 1, 10, 14)
    smooth = any(word in head for word in ("bilinear", "ICNR", "nearest"))
    assert (checkerboards.ripple(model) < 1e-3) == smooth
    flat = checkerboards.flat_answers(model)
    np.testing.assert_allclose(flat, np.tile(flat[:, :2, :2], (4, 4)), atol=1e-5)  # no other period than the stride's


def test_networks_of_one_start_differ_in_their_last_layer_only():
    first = [next(checkerboards.starts(head, 1)) for head in HEADS]
    for model, rng in first[1:]:
        for mine, other in zip(model.layers, first[0][0].layers, strict=True):
            np.testing.assert_array_equal(mine.weight.data, other.weight.data)
        assert rng.bit_generator.state == first[0][1].bit_generator.state


def test_an_unknown_head_is_refused():
    with pytest.raises(ValueError, match=r"pixel shuffle.*got 'sharp'"):
        Enlarger("sharp", rng=np.random.default_rng(0))
