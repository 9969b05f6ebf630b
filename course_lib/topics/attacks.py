"""Images that fool a network: gradients by the input, attacks inside a ball, training against them. Lesson 16.

A model is anything that takes a Tensor (n, ...) to logits (n, classes); images are arrays within 0..1, and a ball is
all images whose pixels differ by at most `eps`.
"""

import contextlib
import itertools

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, as_array, no_grad
from course_lib.data.generated import batches
from course_lib.nn import Flatten, Linear, ReLU, Sequential
from course_lib.optim.optimisers import Adam


def small_net(sizes, *, rng):
    """Fully connected layers of these `sizes`, ReLU between them; images (n, 1, h, w) are taken as vectors."""
    layers = [Flatten()]
    for a, b in itertools.pairwise(sizes):
        layers += [Linear(a, b, rng=rng), ReLU()]
    return Sequential(*layers[:-1])


def summed_cross_entropy(logits, t):
    """Cross-entropy added up over the samples, so that each image's gradient is that of its own loss."""
    return F.cross_entropy(logits, t, reduction="sum")


def margin(logits, t):
    """Highest wrong logit less the right one, added up over the samples (Carlini and Wagner 2017).

    Negative for an image that is read rightly; unlike the cross-entropy it does not level off.
    """
    own = F.one_hot(t, logits.shape[1]).data.astype(bool)
    wrong = np.where(own, -np.inf, logits.data).argmax(axis=1)
    rows = np.arange(len(wrong))
    return (logits[rows, wrong] - logits[rows, np.asarray(t)]).sum()


def input_gradient(model, x, t, loss=summed_cross_entropy):
    """Gradient of `loss(logits, t)` by the images x (n, ...), of their shape; the weights' own gradients stay."""
    x = Tensor(np.asarray(x), requires_grad=True)
    with _still(model):
        loss(model(x), t).backward()
    return x.grad


@contextlib.contextmanager
def _still(model):
    """No gradient by the weights: they are not asked for, and `.grad` keeps what it had."""
    weights = [p for p in model.parameters() if p.requires_grad] if hasattr(model, "parameters") else []
    for p in weights:
        p.requires_grad = False
    try:
        yield
    finally:
        for p in weights:
            p.requires_grad = True


def fast_gradient(model, x, t, eps, loss=summed_cross_entropy):
    """Images (n, ...) one step of size `eps` along the sign of the gradient (Goodfellow, Shlens, Szegedy 2015)."""
    return np.clip(x + eps * np.sign(input_gradient(model, x, t, loss)), 0, 1)


def iterated(model, x, t, eps, *, step, steps, start=None, loss=summed_cross_entropy):
    """Images inside the ball of `eps` after `steps` steps of size `step`, from `start` or x (Madry et al. 2018)."""
    low, high = np.maximum(x - eps, 0), np.minimum(x + eps, 1)
    attacked = np.clip(x if start is None else start, low, high)
    for _ in range(steps):
        attacked = np.clip(attacked + step * np.sign(input_gradient(model, attacked, t, loss)), low, high)
    return attacked


def logits(model, x):
    """The model's logits (n, classes) for images x, as an array and without a graph."""
    with no_grad():
        return as_array(model(Tensor(np.asarray(x))))


def hits(model, x, t):
    """Share of the images x whose largest logit is that of their class t."""
    return float(np.mean(logits(model, x).argmax(axis=1) == t))


def robust(model, x, t, eps, *, steps=10, loss=summed_cross_entropy):
    """Share of images read rightly after the iterated attack with steps of eps / 4: an upper bound of what holds."""
    return (
        hits(model, iterated(model, x, t, eps, step=eps / 4, steps=steps, loss=loss), t) if eps else hits(model, x, t)
    )


def adversarial_step(model, optimizer, x, t, eps, *, step, steps):
    """One step of training on the batch as the iterated attack leaves it; returns the loss there, as a float."""
    attacked = iterated(model, x, t, eps, step=step, steps=steps) if eps else x
    loss = F.cross_entropy(model(Tensor(attacked)), t)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.data)


def learn(model, x, t, *, rng, eps=0.0, epochs=20, size=64, lr=3e-3, steps=4):
    """Train with Adam on images x and classes t, each batch attacked within `eps` (0: as it is); returns the model."""
    optimizer = Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        for images, labels in batches(x, t, size=size, rng=rng):
            adversarial_step(model, optimizer, images, labels, eps, step=eps / 2, steps=steps)
    return model


def loud(model, factor=1000.0):
    """The model with its logits multiplied by `factor`: no answer changes, but float32's softmax runs into 0 and 1.

    So the gradient of the cross-entropy is zero: a defence that only looks like one (Athalye, Carlini, Wagner 2018).
    """
    return lambda x: model(x) * factor
