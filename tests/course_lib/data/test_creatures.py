"""Generated pictures: reproducible, with the shares asked for, each kind another figure."""

import numpy as np
import pytest

from course_lib.data.creatures import ANIMALS, KINDS, creatures, tag


def draw(n=200, seed=0, **how):
    return creatures(n, rng=np.random.default_rng(seed), **how)


def test_shapes_range_and_labels():
    x, t, kinds = draw(50, size=20)
    assert x.shape == (50, 1, 20, 20)
    assert x.dtype == np.float32
    assert 0 <= x.min() < x.max() <= 1
    assert np.array_equal(t == 1, kinds < len(ANIMALS))
    assert t.sum() == 25
    assert draw(50, animals=0.1)[1].sum() == 5


def test_the_same_generator_gives_the_same_pictures():
    assert np.array_equal(draw(9)[0], draw(9)[0])
    assert not np.array_equal(draw(9)[0], draw(9, seed=1)[0])


def test_every_kind_has_a_figure_of_its_own():
    x, _, kinds = draw(1400, noise=0.0, dark=0.0)
    assert set(kinds) == set(range(len(KINDS)))
    means = np.array([x[kinds == k].mean(axis=0).ravel() for k in range(len(KINDS))])
    means -= means.mean(axis=1, keepdims=True)
    alike = np.corrcoef(means)[~np.eye(len(KINDS), dtype=bool)]
    assert alike.max() < 0.99


def test_figures_are_brighter_or_darker_as_asked():
    for dark, sign in ((0.0, 1), (1.0, -1)):
        x, _, _ = draw(100, noise=0.0, dark=dark)
        middle, rim = x[:, 0, 9:15, 9:15].mean((1, 2)), x[:, 0, 0].mean(axis=1)
        assert np.mean(sign * (middle - rim) > 0) > 0.95


def test_a_tag_marks_the_corner_of_a_copy():
    x, _, _ = draw(5)
    before, marked = x.copy(), tag(x)
    assert np.array_equal(x, before)
    changed = np.any(marked != x, axis=(0, 1))
    assert changed[:-5].sum() == changed[:, 5:].sum() == 0
    assert np.all(marked[..., -4:-2, 2:4] == 1)


@pytest.mark.parametrize("wrong", [{"animals": 1.5}, {"size": 4}])
def test_impossible_pictures_are_refused(wrong):
    with pytest.raises(ValueError, match="creatures: animals must lie within"):
        draw(5, **wrong)
