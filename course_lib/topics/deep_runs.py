"""Small runs of deep fully connected networks with norms, one healthy and each other with one fault, for lesson 12."""

from typing import Any

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data.datasets import load
from course_lib.nn.layers import Linear
from course_lib.nn.module import Module
from course_lib.nn.norms import BatchNorm1d
from course_lib.optim import schedules
from course_lib.optim.optimisers import SGD
from course_lib.topics.choice import chosen

FAULTS = ("no shortcuts", "rate too low", "evaluated in training mode", "rate too high")
LETTERS = dict(zip("ABCD", FAULTS, strict=True))


class DeepBlock(Module):
    """Linear, norm, ReLU, linear, norm; with `residual` the input is added, and branches begin small; ReLU.

    `units` numbers go in and come out.
    """

    def __init__(self, units: Any, *, residual: Any, rng: np.random.Generator) -> None:
        self.first, self.second = Linear(units, units, rng=rng), Linear(units, units, rng=rng)
        self.norms, self.residual = [BatchNorm1d(units), BatchNorm1d(units)], residual
        if residual:
            self.norms[1].weight.data *= np.float32(0.3)

    def forward(self, x: np.ndarray) -> Any:
        """(n, units) -> (n, units)."""
        h = self.norms[1](self.second(F.relu(self.norms[0](self.first(x)))))
        return F.relu(h + x) if self.residual else F.relu(h)


class DeepNet(Module):
    """A linear layer, `blocks` blocks, a linear layer: 2 blocks + 2 layers for images of 64 numbers.

    `units` is the width of all hidden layers, `residual` that of `DeepBlock`.
    """

    def __init__(self, blocks: Any, units: int = 24, *, residual: bool = True, rng: np.random.Generator) -> None:
        self.stem, self.norm = Linear(64, units, rng=rng), BatchNorm1d(units)
        self.blocks = [DeepBlock(units, residual=residual, rng=rng) for _ in range(blocks)]
        self.head = Linear(units, 10, rng=rng)

    def forward(self, x: np.ndarray) -> Any:
        """(n, 64) -> logits (n, 10)."""
        x = F.relu(self.norm(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def digit_rows() -> Any:
    """Training and test digits as rows of 64 standardised numbers, with classes; the test digits class by class."""
    digits = load("digits")
    x, x_test = (
        ((a.reshape(len(a), 64) / 255 - 0.3) / 0.38).astype(np.float32) for a in (digits.x_train, digits.x_test)
    )
    by_class = np.argsort(digits.t_test, kind="stable")
    return x, digits.t_train, x_test[by_class], digits.t_test[by_class]


def share_right(model: Any, x: np.ndarray, t: np.ndarray, *, training: bool, size: int = 36) -> float:
    """Share of x whose largest logit is that of t, batch by batch, in one mode or the other.

    x (n, 64), t (n,), `size` images a batch; the model is left in training mode if `training`, else in evaluation mode.
    """
    model.train(training)
    with no_grad():
        answers = [model(Tensor(x[k : k + size])).data.argmax(axis=1) for k in range(0, len(x), size)]
    return np.mean(np.concatenate(answers) == t)


def gradient_lengths(model: Any, x: np.ndarray, t: np.ndarray) -> Any:
    """Length of the loss gradient by each matrix, first layer first: (layers,).

    x (n, 64), classes t (n,); the model is put into training mode, its gradients are forgotten afterwards.
    """
    matrices = [p for p in model.train().parameters() if p.ndim == 2]
    F.cross_entropy(model(Tensor(x)), t).backward()
    lengths = np.array([np.linalg.norm(p.grad) for p in matrices])
    model.zero_grad()
    return lengths


def run(fault: str = "", *, blocks: int = 14, steps: int = 150, size: int = 40, every: int = 15, seed: int = 0) -> Any:
    """Of a run with one of FAULTS, or of a healthy one: {"loss": (k,), "right": (k,), "gradients": (layers,)}.

    Loss and share of test digits right after every `every` steps; the gradients of a fresh network, before any step.
    The network has `blocks` blocks, a step takes `size` digits, `seed` draws weights and batches.
    """
    chosen(fault, ("", *FAULTS), "fault", name="run")
    rng = np.random.default_rng(seed)
    x, t, x_test, t_test = digit_rows()
    model = DeepNet(blocks, residual=fault != "no shortcuts", rng=rng)
    found = {"loss": [], "right": [], "gradients": gradient_lengths(model, x[:200], t[:200])}
    rate = schedules.one_cycle(0.1, steps)
    if fault == "rate too low":
        rate = schedules.one_cycle(0.001, steps)
    if fault == "rate too high":
        rate = schedules.constant(0.8)
    optimizer, losses = SGD(model.parameters(), lr=rate, momentum=0.9), []
    for step in range(1, steps + 1):
        rows = rng.integers(0, len(x), size)
        loss = F.cross_entropy(model.train()(Tensor(x[rows])), t[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % every == 0:
            found["loss"].append(np.mean(losses[-every:]))
            found["right"].append(share_right(model, x_test, t_test, training=fault == "evaluated in training mode"))
    return {name: np.array(values) for name, values in found.items()}
