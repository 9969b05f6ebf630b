"""Multilayer perceptrons on arrays: counted as layers are built, bent where sampling bends, sloped as torch says."""

import itertools

import numpy as np
import pytest
import torch

from course_lib import nn
from course_lib.topics import mlp


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def values(layers, x):
    """What a ReLU network with one output gives at places x (n,)."""
    h = x[:, None]
    for w, b in layers[:-1]:
        h = np.maximum(h @ w.T + b, 0)
    return (h @ layers[-1][0].T + layers[-1][1])[:, 0]


@pytest.mark.parametrize("sizes", [(5, 3), (2, 10, 20, 10, 1), (4, 1, 7, 2)])
def test_weights_are_counted_as_the_layers_hold_them(sizes, rng):
    layers = [nn.Linear(d, m, rng=rng) for d, m in itertools.pairwise(sizes)]
    assert mlp.weights(sizes) == sum(p.data.size for layer in layers for p in layer.parameters())


def test_the_widest_network_fits_and_the_next_does_not():
    for budget, d, m, depth in itertools.product((0, 3, 30, 300, 501), (1, 4), (1, 3), (1, 2, 5)):
        k = mlp.widest(budget, d, m, depth)
        assert k == 0 or mlp.weights((d, *[k] * depth, m)) <= budget
        assert mlp.weights((d, *[k + 1] * depth, m)) > budget


def test_a_network_without_hidden_layers_has_no_width():
    with pytest.raises(ValueError, match=r"at least 1 hidden layer, got depth=0"):
        mlp.widest(100, 2, 1, 0)


def test_two_layers_are_torchs(rng):
    x, w1, b1, w2, b2 = (rng.normal(size=shape) for shape in [(5, 3), (4, 3), (4,), (2, 4), (2,)])
    h = torch.tanh(torch.nn.functional.linear(*map(torch.tensor, (x, w1, b1))))
    y = torch.exp(torch.nn.functional.linear(h, *map(torch.tensor, (w2, b2))))
    for got, want in zip(mlp.two_layer(x, w1, b1, w2, b2, np.tanh, np.exp), (h, y), strict=True):
        np.testing.assert_allclose(got, want.numpy(), rtol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_pieces_are_those_that_sampling_finds(seed):
    rng = np.random.default_rng(seed)
    w1, b1, w2 = rng.normal(size=(7, 2)), rng.normal(size=7), rng.normal(size=7)
    start, end = np.array([-2.0, -1]), np.array([2.0, 1.5])
    s = np.linspace(0, 1, 200_001)[:, None]
    y = np.maximum((start + s * (end - start)) @ w1.T + b1, 0) @ w2
    bends = np.abs(np.diff(y, 2)) > 1e-9  # a kink between two samples bends at one or two of them
    assert mlp.pieces(w1, b1, w2, start, end) == 1 + np.count_nonzero(np.diff(bends.astype(int), prepend=0) == 1)


def test_kinks_at_one_place_are_one_or_none_and_those_at_the_ends_do_not_count():
    ends = np.zeros(1), np.array([4.0])
    w1, b1 = np.array([[1.0], [2.0], [-1.0]]), np.array([-1.0, -2.0, 1.0])  # all pass 0 at x = 1
    assert mlp.pieces(w1, b1, np.ones(3), *ends) == 2
    assert mlp.pieces(w1, b1, np.array([1.0, -1.0, 1.0]), *ends) == 1  # 1 - 2 + 1
    assert mlp.pieces(np.ones((2, 1)), np.array([0.0, -4.0]), np.ones(2), *ends) == 1


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_tents_are_the_tent_k_times_in_layers_of_two(k):
    x = y = np.arange(2**12 + 1) / 2**12
    for _ in range(k):
        y = np.minimum(2 * y, 2 - 2 * y)
    np.testing.assert_allclose(values(mlp.tents(k), x), y, atol=1e-12)
    assert [len(b) for _, b in mlp.tents(k)] == [2] * k + [1]


def test_statistics_of_a_layer_that_can_be_worked_out_by_hand():
    x, layer = np.array([[3.0], [1.0]]), (np.array([[1.0], [-1.0], [1.0]]), np.array([0.0, 0.0, -2.0]))
    got = mlp.activation_statistics(x, [layer, (np.eye(3), np.ones(3))], lambda a: np.maximum(a, 0))
    first = np.array([3.0, 0, 1, 1, 0, 0])  # the second unit is dead, the third is not
    np.testing.assert_allclose(got[0], [first.mean(), first.std(), 1 / 3], rtol=1e-12)
    np.testing.assert_allclose(got[1], [1 + first.mean(), first.std(), 0], rtol=1e-12)


@pytest.mark.parametrize("bypass", [False, True])
def test_gradient_norms_are_torchs(bypass, rng):
    x, t = rng.normal(size=(2, 6, 3))
    layers = [(rng.normal(size=(3, 3)), rng.normal(size=3)) for _ in range(5)]
    matrices, h = [torch.tensor(w, requires_grad=True) for w, _ in layers], torch.tensor(x)
    for w, (_, b) in zip(matrices, layers, strict=True):
        h = torch.tanh(h @ w.T + torch.tensor(b)) + bypass * h
    ((h - torch.tensor(t)) ** 2).sum().div(12).backward()
    np.testing.assert_allclose(
        mlp.gradient_norms(x, t, layers, bypass), [w.grad.norm().item() for w in matrices], rtol=1e-10
    )


def test_regions_of_one_layer_are_those_of_its_lines(rng):
    points = 3 * rng.normal(size=(20_000, 2))
    w, b = np.array([[1.0, 0], [0, 1], [-1, -1]]), np.array([0.5, 0.5, 0.5])
    assert [mlp.regions([(w[:k], b[:k])], points) for k in (1, 2, 3)] == [2, 4, 7]


def test_patterns_say_of_every_unit_whether_its_input_is_above_0(rng):
    layers = [(rng.normal(size=(4, 3)), rng.normal(size=4)), (rng.normal(size=(2, 4)), rng.normal(size=2))]
    x = rng.normal(size=(9, 3))
    h = x @ layers[0][0].T + layers[0][1]
    z = np.where(h > 0, h, 0) @ layers[1][0].T + layers[1][1]
    np.testing.assert_array_equal(mlp.patterns(layers, x), np.concatenate([h > 0, z > 0], axis=1))


def test_what_the_second_layer_cuts_in_a_quarter_it_cuts_in_all_four(rng):
    points = np.abs(rng.normal(size=(40_000, 2)))
    angles = np.array([0.3, 0.9, 2.2])
    lines, middle = np.column_stack([np.cos(angles), np.sin(angles)]), np.array([[0.8, 1], [1.1, 0.9], [1, 1.2]])
    layers = mlp.quarters(lines, middle)
    one = [(lines, -np.sum(lines * middle, axis=1))]
    in_one = mlp.regions(one, points)
    assert in_one == 7
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    assert mlp.regions(layers, np.concatenate([points * s for s in signs])) == 4 * in_one
