"""Saliency is the slope of the logit; the sanity check tells a map of the network from a map of the image."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from course_lib import nn
from course_lib.topics import attacks, saliency


@pytest.fixture
def rng():
    return np.random.default_rng(161)


@pytest.fixture
def net(rng):
    return attacks.small_net((24, 10, 8, 5), rng=rng).double()


def test_saliency_is_the_slope_of_the_logit_asked_for(net, rng):
    x, classes = rng.random((3, 2, 3, 4)), np.array([4, 0, 2])
    found, h = saliency.saliency(net, x, classes), 1e-6
    for k, i, j in [(0, 1, 2), (2, 0, 3), (1, 2, 0)]:
        slopes = []
        for channel in range(2):
            up, down = x.copy(), x.copy()
            up[k, channel, i, j] += h
            down[k, channel, i, j] -= h
            slopes.append((attacks.logits(net, up) - attacks.logits(net, down))[k, classes[k]] / (2 * h))
        assert found[k, i, j] == pytest.approx(np.abs(slopes).max(), rel=1e-5)


def test_rank_correlation_is_scipy_s(rng):
    a, b = np.round(rng.random((4, 5, 3)), 1), np.round(rng.random((4, 5, 3)), 1)
    want = np.mean([spearmanr(p.ravel(), q.ravel())[0] for p, q in zip(a, b, strict=True)])
    assert saliency.rank_correlation(a, b) == pytest.approx(want)
    assert saliency.rank_correlation(a, a) == pytest.approx(1)


def test_only_the_last_layers_are_drawn_anew(net, rng):
    first, second, third = (
        layer for layer in saliency.redrawn(net, 2, rng=rng).modules() if isinstance(layer, nn.Linear)
    )
    before = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    assert np.array_equal(first.weight.data, before[0].weight.data)
    assert not np.any(second.weight.data == before[1].weight.data)
    assert not np.any(third.weight.data == before[2].weight.data)
    assert second.weight.data.std() == pytest.approx(before[1].weight.data.std(), rel=0.5)


def test_the_control_does_not_depend_on_the_network(net, rng):
    x, t = rng.random((3, 2, 3, 4)), np.array([1, 2, 3])
    other = saliency.redrawn(net, 3, rng=rng)
    same = [np.array_equal(method(net, x, t), method(other, x, t)) for method in saliency.METHODS.values()]
    assert dict(zip(saliency.METHODS, same, strict=True)) == {
        "gradient": False,
        "gradient × input": False,
        "edges of the image": True,
    }


def test_an_image_made_for_a_class_raises_its_logit(net):
    for c in range(5):
        made = saliency.visualise(net, c, (2, 3, 4), steps=20)
        grey = np.full((1, 2, 3, 4), 0.5)
        assert 0 <= made.min() <= made.max() <= 1
        assert attacks.logits(net, made)[0, c] > attacks.logits(net, grey)[0, c] + 0.1


def test_dead_units_are_counted_layer_by_layer(net, rng):
    x = rng.random((50, 2, 3, 4))
    layers = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    layers[0].bias.data[:], layers[1].bias.data[:] = 100, 1e5
    layers[0].bias.data[:3] = -1000
    layers[1].bias.data[:2] = -1e6
    assert np.allclose(saliency.dead_units(net, x), [0.3, 0.25])
