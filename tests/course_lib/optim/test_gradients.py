"""Gradient norms, clipping against torch, and the size of an update."""

import math

import numpy as np
import pytest
import torch

from course_lib import Tensor, clip_grad_norm_, clip_grad_value_, grad_norm, nn, optim, update_to_weight_ratio


@pytest.fixture
def pairs():
    rng = np.random.default_rng(3)
    ours = [Tensor(np.zeros(s), requires_grad=True) for s in ((3, 4), (5,), (2,))]
    theirs = [torch.zeros(p.shape, requires_grad=True, dtype=torch.float64) for p in ours]
    for a, b in zip(ours[:2], theirs[:2], strict=True):  # the last has no gradient
        a.grad = rng.standard_normal(a.shape)
        b.grad = torch.tensor(a.grad)
    return ours, theirs


@pytest.mark.parametrize("norm_type", [1, 2, 3.5, math.inf])
@pytest.mark.parametrize("max_norm", [0.0, 0.5, 100.0])
def test_clipping_by_norm_is_torchs(pairs, max_norm, norm_type):
    ours, theirs = pairs
    total = clip_grad_norm_(iter(ours), max_norm, norm_type)
    want = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    assert total == pytest.approx(want.item(), rel=1e-12)
    for a, b in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-12)
    assert ours[2].grad is None


def test_one_tensor_alone_is_clipped_as_a_list_of_it_is(pairs):
    (a, *_), (b, *_) = pairs
    assert clip_grad_norm_(a, 0.5) == pytest.approx(torch.nn.utils.clip_grad_norm_(b, 0.5).item())
    clip_grad_value_(a, 0.1)
    torch.nn.utils.clip_grad_value_(b, 0.1)
    np.testing.assert_allclose(a.grad, b.grad.numpy())


def test_a_gradient_that_two_parameters_share_is_scaled_once():
    a, b = (Tensor(np.zeros(2), requires_grad=True) for _ in range(2))
    a.grad = b.grad = np.array([3.0, 4.0])
    total = clip_grad_norm_([a, b], 1.0)
    np.testing.assert_allclose(a.grad, np.array([3.0, 4.0]) / (total + 1e-6), rtol=1e-12)
    np.testing.assert_array_equal(a.grad, b.grad)


def test_clipping_by_value_is_torchs(pairs):
    ours, theirs = pairs
    clip_grad_value_(ours, 0.3)
    torch.nn.utils.clip_grad_value_(theirs, 0.3)
    for a, b in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_array_equal(a.grad, b.grad.numpy())


def test_the_norm_is_that_of_one_long_vector(pairs):
    ours, _ = pairs
    assert grad_norm(ours) == pytest.approx(np.linalg.norm(np.concatenate([p.grad.ravel() for p in ours[:2]])))
    assert grad_norm([]) == 0.0


def test_the_update_to_weight_ratio_is_measured_around_the_step():
    layer = nn.Linear(3, 2, rng=np.random.default_rng(0))
    opt = optim.SGD(layer.parameters(), lr=0.1)
    layer(np.ones((1, 3), np.float32)).sum().backward()
    before = layer.weight.data.copy()
    ratios = update_to_weight_ratio(layer.named_parameters(), opt.step)
    change = np.linalg.norm(0.1 * np.ones((2, 3)))
    assert ratios["weight"] == pytest.approx(change / np.linalg.norm(before), rel=1e-5)
    assert ratios["bias"] == math.inf
    assert update_to_weight_ratio([("b", layer.bias)], lambda: None) == {"b": 0.0}


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("clip_grad_norm_: max_norm must not be negative, got -1", lambda p: clip_grad_norm_(p, -1)),
        ("clip_grad_value_: clip_value must not be negative, got -1", lambda p: clip_grad_value_(p, -1)),
        ("grad_norm: norm_type must be positive, got 0", lambda p: grad_norm(p, 0)),
    ],
)
def test_wrong_input_is_told_in_one_sentence(sentence, wrong, pairs):
    with pytest.raises(ValueError, match=sentence):
        wrong(pairs[0])
