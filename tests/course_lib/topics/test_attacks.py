"""Attacks stay in their ball, do harm, and leave the weights alone; gradients are torch's."""

import numpy as np
import pytest
import torch

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.optim.optimisers import SGD
from course_lib.topics import attacks
from course_lib.torch_models import bridge


@pytest.fixture
def rng():
    return np.random.default_rng(16)


@pytest.fixture
def net(rng):
    return attacks.small_net((12, 9, 4), rng=rng).double()


@pytest.fixture
def batch(rng):
    return rng.random((6, 1, 3, 4)), rng.integers(0, 4, 6)


def in_torch(net):
    layers = (torch.nn.Flatten(), torch.nn.Linear(12, 9), torch.nn.ReLU(), torch.nn.Linear(9, 4))
    return bridge.to_torch(net, torch.nn.Sequential(*layers).double())


def torch_gradient(net, x, t, margin):
    images = torch.from_numpy(x).requires_grad_()
    z, t = in_torch(net)(images), torch.from_numpy(t)
    loss = torch.nn.functional.cross_entropy(z, t, reduction="sum")
    if margin:
        own = torch.nn.functional.one_hot(t, 4).bool()
        loss = (z.masked_fill(own, -torch.inf).max(1).values - z[own]).sum()
    loss.backward()
    return images.grad.numpy()


@pytest.mark.parametrize(("loss", "margin"), [(attacks.summed_cross_entropy, False), (attacks.margin, True)])
def test_gradients_by_the_images_are_torch_s(net, batch, loss, margin):
    assert np.allclose(attacks.input_gradient(net, *batch, loss), torch_gradient(net, *batch, margin), rtol=1e-9)


def test_an_attack_leaves_the_weights_gradients_as_they_are(net, batch):
    x, t = batch
    F.cross_entropy(net(Tensor(x)), t).backward()
    before = [p.grad.copy() for p in net.parameters()]
    attacks.iterated(net, x, t, 0.2, step=0.1, steps=3)
    assert all(np.array_equal(p.grad, g) for p, g in zip(net.parameters(), before, strict=True))
    assert all(p.requires_grad for p in net.parameters())


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_the_attack_stays_in_the_ball_and_among_images(net, batch, rng, steps):
    x, t = batch
    start = x + rng.uniform(-1, 1, x.shape)
    attacked = attacks.iterated(net, x, t, 0.15, step=0.06, steps=steps, start=start)
    assert np.abs(attacked - x).max() <= 0.15 + 1e-12
    assert 0 <= attacked.min() <= attacked.max() <= 1


def test_the_attack_raises_every_image_s_loss(net, batch):
    x, t = batch

    def losses(images):
        return F.cross_entropy(net(Tensor(images)), t, reduction="none").data

    for attacked in (
        attacks.fast_gradient(net, x, t, 0.02),
        attacks.iterated(net, x, t, 0.02, step=0.005, steps=8),
    ):
        assert np.all(losses(attacked) > losses(x))


def test_loud_logits_hide_the_gradient_and_change_no_answer(net, batch):
    x, _ = batch
    net = net.float()
    x = x.astype(np.float32)
    t = attacks.logits(net, x).argmax(axis=1)
    hidden = attacks.loud(net, 1e5)
    assert np.array_equal(attacks.logits(hidden, x).argmax(axis=1), t)
    assert np.all(attacks.input_gradient(hidden, x, t) == 0)
    quiet, loud = (np.sign(attacks.input_gradient(m, x, t, attacks.margin)) for m in (net, hidden))
    assert np.array_equal(quiet, loud)
    assert np.any(loud)


def test_an_adversarial_step_is_a_step_on_the_attacked_images(net, batch):
    x, t = batch
    attacked = attacks.iterated(net, x, t, 0.1, step=0.05, steps=3)
    F.cross_entropy(net(Tensor(attacked)), t).backward()
    want = [p.data - 0.3 * p.grad for p in net.parameters()]
    for p in net.parameters():
        p.grad = p.grad + 5  # what an earlier step left behind
    loss = attacks.adversarial_step(net, SGD(net.parameters(), lr=0.3), x, t, 0.1, step=0.05, steps=3)
    assert all(np.allclose(p.data, w, rtol=1e-9) for p, w in zip(net.parameters(), want, strict=True))
    assert loss > 0


def test_robust_accuracy_without_strength_is_accuracy(net, batch):
    x, t = batch
    assert attacks.robust(net, x, t, 0.0) == attacks.hits(net, x, t)
    assert attacks.robust(net, x, t, 1.0) <= attacks.hits(net, x, t)
