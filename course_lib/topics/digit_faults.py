"""Trainings on the bundled digits, each with one fault of the data, whose curves lesson 08 shows under letters."""

import numpy as np

from course_lib.data import datasets
from course_lib.topics.choice import chosen
from course_lib.topics.worker_runs import loss_and_gradients, start

LETTERS = {"A": "classes skewed", "B": "labels shuffled", "C": "inputs not scaled", "D": "test set in training"}


def digit_parts() -> list[tuple[np.ndarray, np.ndarray]]:
    """Images (n, 64), 0 to 255, and labels of three parts: training (600), test (300), and digits of later (400)."""
    found = datasets.load("digits")
    x, t = found.x_train.reshape(-1, 64).astype(float), found.t_train
    return [(x[part], t[part]) for part in (slice(600), slice(600, 900), slice(900, 1300))]


def run(fault: str | None, *, epochs: int = 30, rate: float = 0.15, seed: int = 0) -> dict[str, list[float]]:
    """Shares read right by epoch on the three parts: {"training", "test", "later"}, lists of `epochs` floats.

    `fault` is None or one of LETTERS' values. Raises ValueError for another. `rate` is the learning rate of plain
    gradient descent, `seed` draws the weights and the order.
    """
    chosen(fault, (None, *LETTERS.values()), "fault", name="run")
    rng = np.random.default_rng(seed)
    (x, t), test, later = digit_parts()
    if fault == "classes skewed":
        rows = np.sort(np.concatenate([np.flatnonzero(t == k)[: 60 if k < 5 else 3] for k in range(10)]))
        x, t = x[rows], t[rows]
    if fault == "labels shuffled":
        t = rng.permutation(t)
    if fault == "test set in training":
        x, t = np.concatenate([x, test[0]]), np.concatenate([t, test[1]])
    parts = {"training": (x, t), "test": test, "later": later}
    if fault != "inputs not scaled":
        parts = {name: ((a / 255 - 0.3) / 0.38, b) for name, (a, b) in parts.items()}
    x, t = parts["training"]
    weights = start(rng)
    shares: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for rows in np.array_split(order, len(x) // 30):
            slopes = loss_and_gradients(weights, x[rows], t[rows])[1]
            weights = [w - rate * g for w, g in zip(weights, slopes, strict=True)]
        for name, (a, b) in parts.items():
            read = (np.maximum(0, a @ weights[0].T) @ weights[1].T).argmax(axis=1)
            shares[name].append(float(np.mean(read == b)))
    return shares
