"""Dropout keeps the mean in both ways, the penalty's gradient is its slope, an ensemble averages probabilities."""

import numpy as np
import pytest
import torch

from course_lib.topics import regularise


@pytest.fixture
def rng():
    return np.random.default_rng(6)


@pytest.mark.parametrize("inverted", [False, True])
def test_dropout_in_use_gives_what_it_gave_in_the_mean(inverted, rng):
    h = np.array([1.0, -2.0, 0.5])
    draws = regularise.dropout(np.tile(h, (200_000, 1)), 0.3, rng.random((200_000, 3)), True, inverted)
    np.testing.assert_allclose(draws.mean(axis=0), regularise.dropout(h, 0.3, np.zeros(3), False, inverted), atol=0.01)
    kept = np.unique(np.abs(draws[:, 0])).tolist()
    assert kept == [0, pytest.approx(1 / 0.7 if inverted else 1)]


def test_dropout_drops_where_the_draw_is_below_p():
    h, u = np.array([1.0, 2.0, 3.0]), np.array([0.49, 0.5, 0.51])
    np.testing.assert_array_equal(regularise.dropout(h, 0.5, u, True, False), [0, 2, 3])
    np.testing.assert_array_equal(regularise.dropout(h, 0.5, u, True, True), [0, 4, 6])


def test_the_penalty_and_its_gradients_are_torchs(rng):
    layers = [(rng.normal(size=(3, 2)), rng.normal(size=3)), (rng.normal(size=(2, 3)), rng.normal(size=2))]
    layers[0][0][0, 1] = 0  # where |w| has no slope, torch and we take 0
    matrices = [torch.tensor(w, requires_grad=True) for w, _ in layers]
    want = sum(0.7 * w.abs().sum() + 0.65 * (w**2).sum() for w in matrices)
    want.backward()
    penalty, gradients = regularise.elastic_net(layers, 0.7, 1.3)
    assert penalty == pytest.approx(want.item(), rel=1e-12)
    for (of_w, of_b), w, (_, b) in zip(gradients, matrices, layers, strict=True):
        np.testing.assert_allclose(of_w, w.grad.numpy(), rtol=1e-12)
        np.testing.assert_array_equal(of_b, np.zeros_like(b))


def test_an_ensemble_averages_probabilities_not_scores(rng):
    logits = 100 * rng.normal(size=(3, 6, 4))
    want = torch.softmax(torch.tensor(logits), dim=2).mean(dim=0)
    p, answer = regularise.ensemble(logits)
    np.testing.assert_allclose(p, want.numpy(), rtol=1e-10, atol=1e-300)
    np.testing.assert_array_equal(answer, want.argmax(dim=1).numpy())
    two = np.array([[[9.0, 0.0, 8.0]], [[0.0, 9.0, 8.0]], [[0.0, 9.0, 0.0]]])
    assert regularise.ensemble(two)[1].tolist() == [1]
