"""Logistic regression on arrays agrees with torch, with its own slopes, and with what can be worked out by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from course_lib import data
from course_lib.topics import logistic, perceptron


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_the_sigmoid_is_torchs_to_the_last_digits_far_out_too():
    z = np.array([[-60.0, -3.0, 0.0], [0.5, 30.0, -38.0]])
    np.testing.assert_allclose(logistic.sigmoid(z), torch.sigmoid(torch.tensor(z)).numpy(), rtol=1e-12)


def test_the_sigmoid_never_overflows_and_the_plain_formula_does():
    far = np.array([-2000.0, 2000.0])
    np.testing.assert_array_equal(logistic.watched(logistic.sigmoid, far)[0], [0.0, 1.0])
    assert logistic.watched(logistic.sigmoid, far)[1] is False
    assert logistic.watched(lambda z: 1 / (1 + np.exp(-z)), far)[1] is True
    assert logistic.watched(lambda z: z / 0.0, far)[1] is False  # a division by zero is no overflow


def test_cross_entropy_is_torchs_for_hard_and_soft_labels(rng):
    z = 5 * rng.normal(size=20)
    for t in (rng.integers(0, 2, size=20).astype(float), rng.random(20)):
        want = F.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(t)).item()
        assert logistic.cross_entropy(z, t) == pytest.approx(want, rel=1e-12)


def test_a_surely_wrong_sample_costs_its_logit():
    assert logistic.cross_entropy(np.array([800.0]), np.array([0])) == 800


def test_cross_entropy_refuses_labels_of_another_shape():
    with pytest.raises(ValueError, match=r"same shape, got \(3,\) and \(3, 1\)"):
        logistic.cross_entropy(np.zeros(3), np.zeros((3, 1)))


def test_gradients_are_those_of_torch(rng):
    x1, t = perceptron.augment(rng.normal(size=(15, 3))), rng.integers(0, 2, size=15)
    w = torch.tensor(rng.normal(size=4), requires_grad=True)
    F.binary_cross_entropy_with_logits(torch.tensor(x1) @ w, torch.tensor(t, dtype=torch.float64)).backward()
    np.testing.assert_allclose(logistic.gradient(w.detach().numpy(), x1, t), w.grad.numpy(), rtol=1e-10)
    t, table = rng.integers(0, 4, size=15), torch.tensor(rng.normal(size=(4, 4)), requires_grad=True)
    loss = F.cross_entropy(torch.tensor(x1) @ table.T, torch.tensor(t))
    loss.backward()
    ours, gradient = logistic.softmax_loss(table.detach().numpy(), x1, t)
    assert ours == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, table.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_wiggling_finds_the_slope_of_a_product_and_leaves_the_weights():
    w = np.array([[2.0, 3.0], [5.0, 7.0]])
    np.testing.assert_allclose(logistic.numerical_gradient(np.prod, w, eps=0.5), [[105, 70], [42, 30]])
    np.testing.assert_array_equal(w, [[2, 3], [5, 7]])


def test_descent_on_a_parabola_shrinks_by_one_factor_and_keeps_the_start():
    start = np.array([4.0, -8.0])
    np.testing.assert_allclose(
        logistic.descend(lambda w: 2 * w, start, 0.25, 3), [[4, -8], [2, -4], [1, -2], [0.5, -1]]
    )
    np.testing.assert_array_equal(start, [4, -8])


def test_softmax_is_torchs_and_stable(rng):
    z = rng.normal(size=(5, 4)) + np.array([[0.0], [3000.0], [-3000.0], [50.0], [1.0]])
    np.testing.assert_allclose(logistic.softmax(z), torch.softmax(torch.tensor(z), 1).numpy(), rtol=1e-9)
    assert np.all(np.isfinite(logistic.log_softmax(np.array([[0.0, 5000.0]]))))


def test_training_separates_what_a_line_can_separate(rng):
    x, signs, _ = data.two_clouds(40, margin=0.3, rng=rng)
    x1, t = perceptron.augment(x), np.where(signs > 0, 1, 0)
    assert np.array_equal(x1 @ logistic.train(x1, t) >= 0, t == 1)
    w, losses = logistic.train_classes(x1, t, 2, 1.0, 300)
    np.testing.assert_array_equal((x1 @ w.T).argmax(axis=1), t)
    assert losses[0] == pytest.approx(np.log(2))
    assert np.all(np.diff(losses) < 0)


def test_labels_are_thrown_with_the_chances_told():
    x, t, p = logistic.chances(40_000, rng=np.random.default_rng(1))
    assert x.shape == (40_000, 20)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        near = (p >= low) & (p < low + 0.2)
        assert np.mean(t[near]) == pytest.approx(np.mean(p[near]), abs=0.02)
    z = x / np.tile([1, 30, 0.1, 5], 5) - 2
    np.testing.assert_allclose(logistic.sigmoid(z[:, [2, 9, 14]] @ [1.2, -1.2, 0.8] - 0.4), p, rtol=1e-9)
