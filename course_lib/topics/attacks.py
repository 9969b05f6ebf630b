"""Images that fool a network: gradients by the input, attacks inside a ball, training against them. Lesson 16.

A model is anything that takes a Tensor (n, ...) to logits (n, classes); images are arrays within 0..1, and a ball is
all images whose pixels differ by at most `eps`.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, as_array, no_grad
from course_lib.data.generated import batches
from course_lib.nn import Flatten, Linear, ReLU, Sequential
from course_lib.optim.optimisers import Adam

if TYPE_CHECKING:
    from course_lib.nn.module import Module
    from course_lib.optim.optimizer import Optimizer


def small_net(sizes: tuple[int, ...], *, rng: np.random.Generator) -> Module:
    """Fully connected layers of these `sizes`, ReLU between them; images (n, 1, h, w) are taken as vectors."""
    layers: list[Module] = [Flatten()]
    for a, b in itertools.pairwise(sizes):
        layers += [Linear(a, b, rng=rng), ReLU()]
    return Sequential(*layers[:-1])


def summed_cross_entropy(logits: Tensor, t: np.ndarray) -> Tensor:
    """Cross-entropy added up over the samples, so that each image's gradient is that of its own loss.

    Logits (n, classes), classes t (n,). A Tensor without axes.
    """
    return F.cross_entropy(logits, t, reduction="sum")


def margin(logits: Tensor, t: np.ndarray) -> Tensor:
    """Highest wrong logit less the right one, added up over the samples (Carlini and Wagner 2017).

    Negative for an image that is read rightly; unlike the cross-entropy it does not level off. Logits (n, classes),
    classes t (n,). A Tensor without axes.
    """
    own = F.one_hot(t, logits.shape[1]).data.astype(bool)
    wrong = np.where(own, -np.inf, logits.data).argmax(axis=1)
    rows = np.arange(len(wrong))
    return (logits[rows, wrong] - logits[rows, np.asarray(t)]).sum()


def input_gradient(model: Callable, x: np.ndarray, t: np.ndarray, loss: Callable = summed_cross_entropy) -> np.ndarray:
    """Gradient of `loss(logits, t)` by the images x (n, ...), of their shape; the weights' own gradients stay."""
    x = Tensor(np.asarray(x), requires_grad=True)
    with _still(model):
        loss(model(x), t).backward()
    return x.grad


@contextlib.contextmanager
def _still(model: Any) -> Iterator[None]:
    """No gradient by the weights: they are not asked for, and `.grad` keeps what it had."""
    weights = [p for p in model.parameters() if p.requires_grad] if hasattr(model, "parameters") else []
    for p in weights:
        p.requires_grad = False
    try:
        yield
    finally:
        for p in weights:
            p.requires_grad = True


def fast_gradient(
    model: Module, x: np.ndarray, t: np.ndarray, eps: float, loss: Callable = summed_cross_entropy
) -> np.ndarray:
    """Images (n, ...) one step of size `eps` along the sign of the gradient (Goodfellow, Shlens, Szegedy 2015).

    Classes t (n,); `loss(logits, t)` is what is to grow.
    """
    return np.clip(x + eps * np.sign(input_gradient(model, x, t, loss)), 0, 1)


def iterated(
    model: Module, x: np.ndarray, t: np.ndarray, eps: float, *, step: float, steps: int,
    start: np.ndarray | None = None, loss: Callable = summed_cross_entropy,
) -> np.ndarray:  # fmt: skip
    """Images inside the ball of `eps` after `steps` steps of size `step`, from `start` or x (Madry et al. 2018).

    Images x (n, ...), classes t (n,), all of one shape with `start`; `loss(logits, t)` is what is to grow.
    """
    low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)
    attacked = np.clip(x if start is None else start, low, high)
    for _ in range(steps):
        attacked = np.clip(attacked + step * np.sign(input_gradient(model, attacked, t, loss)), low, high)
    return attacked


def logits(model: Callable, x: np.ndarray) -> np.ndarray:
    """The model's logits (n, classes) for images x, as an array and without a graph."""
    with no_grad():
        return as_array(model(Tensor(np.asarray(x))))


def hits(model: Module, x: np.ndarray, t: np.ndarray) -> float:
    """Share of the images x whose largest logit is that of their class t.

    x (n, ...), t (n,).
    """
    return float(np.mean(logits(model, x).argmax(axis=1) == t))


def robust(
    model: Module, x: np.ndarray, t: np.ndarray, eps: float, *, steps: int = 10, loss: Callable = summed_cross_entropy
) -> float:
    """Share of images read rightly after the iterated attack with steps of eps / 4: an upper bound of what holds.

    x (n, ...), t (n,); `steps` of them, up the slope of `loss(logits, t)`. With eps 0 the images stay as they are.
    """
    return (
        hits(model, iterated(model, x, t, eps, step=eps / 4, steps=steps, loss=loss), t) if eps else hits(model, x, t)
    )


def adversarial_step(
    model: Module, optimizer: Optimizer, x: np.ndarray, t: np.ndarray, eps: float, *, step: float, steps: int
) -> float:
    """One step of training on the batch as the iterated attack leaves it; returns the loss there, as a float.

    Images x (n, ...), classes t (n,); `optimizer` moves the weights of the model, `eps`, `step` and `steps` are those
    of `iterated`.
    """
    attacked = iterated(model, x, t, eps, step=step, steps=steps) if eps else x
    loss = F.cross_entropy(model(Tensor(attacked)), t)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.data)


def learn(
    model: Any, x: Any, t: Any, *, rng: np.random.Generator, eps: float = 0.0, epochs: int = 20, size: int = 64,
    lr: float = 3e-3, steps: int = 4,
) -> Any:  # fmt: skip
    """Train with Adam on images x and classes t, each batch attacked within `eps` (0: as it is); returns the model.

    x (n, ...), t (n,), `epochs` times in batches of `size` at the rate `lr`; the attack takes `steps` steps of eps / 2.
    """
    optimizer = Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        for images, labels in batches(x, t, size=size, rng=rng):
            adversarial_step(model, optimizer, images, labels, eps, step=eps / 2, steps=steps)
    return model


def loud(model: Module, factor: float = 1000.0) -> Callable:
    """The model with its logits multiplied by `factor`: no answer changes, but float32's softmax runs into 0 and 1.

    So the gradient of the cross-entropy is zero: a defence that only looks like one (Athalye, Carlini, Wagner 2018).
    """
    return lambda x: model(x) * factor
