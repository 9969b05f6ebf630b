"""Small convolutional networks that learn letters, one healthy and each other with one fault; lesson 10 draws them.

A run is a pair: the mean training loss of each epoch, and what the last filters sum up to, before their ReLU, early on.
"""

from typing import Any

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data.marks import MARKS, marks
from course_lib.nn.containers import Sequential
from course_lib.nn.layers import Conv2d, Linear
from course_lib.nn.plain import Flatten, ReLU
from course_lib.nn.pooling import MaxPool2d
from course_lib.optim import schedules
from course_lib.optim.optimisers import Adam
from course_lib.topics.choice import chosen

FAULTS = ("images and labels shuffled apart", "pooled too early", "rate too high", "dead ReLUs")
LETTERS = dict(zip("ABCD", FAULTS, strict=True))


def network(fault: Any, rng: np.random.Generator) -> Any:
    """Front (two stages but for the last ReLU) and head for images (n, 1, 20, 20); a fault's front if it has one."""
    early = fault == "pooled too early"
    front = Sequential(
        *([MaxPool2d(5)] if early else []),
        *(Conv2d(1, 8, 5, padding=2 if early else 0, rng=rng), ReLU(), MaxPool2d(1 if early else 2)),
        Conv2d(8, 12, 3, padding=1, rng=rng),
    )
    if fault == "dead ReLUs":
        front.layers[-1].bias.data -= np.float32(8)
    head = Sequential(ReLU(), MaxPool2d(2), Flatten(), Linear(12 * (4 if early else 16), len(MARKS), rng=rng))
    return front, head


def dealt(x: np.ndarray, t: np.ndarray, size: int, *, apart: Any, rng: np.random.Generator) -> Any:
    """Batches of images and labels in random order; with `apart` each in an order of its own.

    x (n, ...), t (n,); `size` samples a batch, the last one may be smaller.
    """
    order = rng.permutation(len(x))
    names = rng.permutation(len(x)) if apart else order
    for start in range(0, len(x), size):
        yield x[order[start : start + size]], t[names[start : start + size]]


def run(fault: str = "", *, images: int = 1200, epochs: int = 8, size: int = 25, seed: int = 0) -> Any:
    """Losses (epochs,), and the sums (n,) before the last ReLU after two epochs, with one of FAULTS or with none.

    So many `images` are drawn, and learned in batches of `size`; `seed` draws weights and order. The sums are of 100
    images.
    """
    chosen(fault, ("", *FAULTS), "fault", name="run")
    rng = np.random.default_rng(seed)
    x, t = marks(images, rng=np.random.default_rng(10))
    front, head = network(fault, rng)
    weights = [*front.parameters(), *head.parameters()]
    peak = 0.08 if fault == "rate too high" else 0.01
    optimizer = Adam(weights, lr=schedules.one_cycle(peak, epochs * -(-images // size)))
    losses, sums = [], None
    for epoch in range(epochs):
        seen = []
        for batch, names in dealt(x, t, size, apart=fault == FAULTS[0], rng=rng):
            loss = F.cross_entropy(head(front(Tensor(batch))), names)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        losses.append(np.mean(seen))
        if epoch == 1:
            with no_grad():
                sums = front(Tensor(x[:100])).data.ravel()
    return np.array(losses), sums
