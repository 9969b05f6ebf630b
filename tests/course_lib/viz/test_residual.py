"""Blocks are drawn with their sums, and the slopes of random networks are what small steps measure."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.viz import residual
from course_lib.widgets.residual import shatter_explorer


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_every_block_but_the_plain_one_has_a_sum_and_a_shortcut():
    many = residual.blocks(tuple(residual.BLOCKS))
    for ax, kind in zip(many, residual.BLOCKS, strict=True):
        words = [t.get_text() for t in ax.texts]
        assert ("+" in words) == (kind != "plain")
        assert ("1×1, stride 2, norm" in words) == (kind == "projection")
        assert len(ax.lines) == (kind != "plain")


@pytest.mark.parametrize("kind", [False, True])
def test_slopes_of_one_layer_are_steps_of_a_piecewise_linear_function(kind):
    seen = residual.slopes(3, residual=kind, points=4001, width=3, seed=4)
    rng = np.random.default_rng(4)
    a, b, out = rng.normal(size=3), rng.normal(size=3), rng.normal(size=3) / np.sqrt(3)
    y = np.maximum(0, seen.x[:, None] * a + b) @ out
    inside = np.abs(np.gradient(y, seen.x) - seen.slopes[0]) < 1e-6
    assert inside.mean() > 0.99  # all but the points beside a kink
    assert seen.slopes.shape == (3, 4001)


def test_slopes_of_a_deep_network_are_what_small_steps_measure():
    coarse = residual.slopes(4, residual=True, points=20001, width=5, seed=1)
    rng = np.random.default_rng(1)
    a, b, out = rng.normal(size=5), rng.normal(size=5), rng.normal(size=5) / np.sqrt(5)
    h = np.maximum(0, coarse.x[:, None] * a + b)
    for _ in range(3):
        w = rng.normal(size=(5, 5)) * np.sqrt(2 / 5)
        h = h + np.maximum(0, (h - h.mean(0)) / np.sqrt(h.var(0) + 1e-5) @ w)
    measured = np.gradient(h @ out, coarse.x)
    assert np.mean(np.abs(measured - coarse.slopes[3]) < 1e-4 * np.abs(measured).max()) > 0.99


def test_plain_gradients_shatter_and_residual_ones_less():
    plain, added = (residual.slopes(50, residual=r).likeness() for r in (False, True))
    assert plain[0] > 0.9
    assert added[0] > 0.9
    assert plain[49] < 0.3
    assert added[49] > plain[49] + 0.3


def test_the_widget_redraws_when_the_depth_moves():
    box = shatter_explorer(depth=2)
    (deep, seed), message, picture = box.children[0].children, *box.children[1:]
    before = picture.png, message.value
    deep.value = 40
    assert picture.png != before[0]
    assert message.value != before[1]
    moved = message.value
    seed.value = 3
    assert message.value != moved
