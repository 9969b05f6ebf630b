"""Training by several workers, simulated in one process, with the faults that such runs are known for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.data import datasets
from course_lib.topics.choice import chosen
from course_lib.topics.workers import average_gradients, shard

FAULTS = ("none", "sum", "one shard", "old checkpoint")
LETTERS: dict[str, dict[str, Any]] = {
    "A": {"rate": 0.4, "fault": "sum"},
    "B": {"rate": 0.02},
    "C": {"rate": 0.1, "fault": "old checkpoint"},
    "D": {"rate": 0.15, "fault": "one shard"},
}


def digit_sets(training: int = 720) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Bundled digits, scaled to about 0 ± 1: the first `training` as x (n, 64), t (n,); then the test set likewise."""
    d = datasets.load("digits")
    x, x_test = ((a.reshape(len(a), 64) / 255 - 0.3) / 0.38 for a in (d.x_train[:training], d.x_test))
    return x, d.t_train[:training], x_test, d.t_test


def start(rng: np.random.Generator, hidden: int = 32) -> list[np.ndarray]:
    """Weights of a network 64-`hidden`-10: two matrices (out, in)."""
    return [rng.normal(size=(hidden, 64)) * np.sqrt(2 / 64), rng.normal(size=(10, hidden)) * np.sqrt(2 / hidden)]


def loss_and_gradients(weights: Sequence[np.ndarray], x: np.ndarray, t: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """Mean cross-entropy of a two-layer ReLU network on x (n, 64), t (n,), and its gradients, arrays like `weights`."""
    w1, w2 = weights
    h = np.maximum(0, x @ w1.T)
    z = h @ w2.T
    z = z - z.max(1, keepdims=True)
    p = np.exp(z)
    p /= p.sum(1, keepdims=True)
    rows = np.arange(len(x))
    loss = -np.log(np.maximum(p[rows, t], 1e-30)).mean()
    p[rows, t] -= 1
    g = p / len(x)
    return float(loss), [((g @ w2) * (h > 0)).T @ x, g.T @ h]


def train_workers(
    x: np.ndarray, t: np.ndarray, *, workers: int = 8, batch: int = 16, rate: float = 0.1, warm_up: int = 0,
    steps: int = 80, fault: str = "none", seed: int = 0, judge: Sequence[np.ndarray] | None = None,
) -> dict[str, list[float]] | None:  # fmt: skip
    """Losses by step: `{"training": [...], "validation": [...]}`, the second on `judge`, a pair (x, t), if given.

    Each of the workers takes `batch` rows of its own shard a step; `rate` grows to its value over `warm_up` steps. With
    a `fault`: gradients are summed ("sum"), all workers read the first shard ("one shard"), or the run goes on in the
    middle from the weights of a quarter of its steps ("old checkpoint"). Raises ValueError for another fault. x (n,
    64), t (n,); `seed` draws weights and order.
    """
    chosen(fault, FAULTS, "fault", name="train_workers")
    weights, losses, kept = start(np.random.default_rng(seed)), {"training": [], "validation": []}, None
    per_epoch = len(x) // workers // batch
    for step in range(steps):
        epoch, place = (0, step % per_epoch) if fault == "one shard" else divmod(step, per_epoch)
        parts = []
        if step == steps // 4:
            kept = weights
        if fault == "old checkpoint" and step == steps // 2:
            weights = kept
        for rank in range(workers):
            own = shard(len(x), workers, 0 if fault == "one shard" else rank, epoch=epoch, seed=seed)
            rows = own[place * batch : (place + 1) * batch]
            parts.append((*loss_and_gradients(weights, x[rows], t[rows]), batch))
        losses["training"].append(float(np.mean([loss for loss, _, _ in parts])))
        mean = average_gradients([(g, n) for _, g, n in parts])
        times = workers if fault == "sum" else 1
        now = rate * min(1, (step + 1) / warm_up) if warm_up else rate
        with np.errstate(over="ignore", invalid="ignore"):
            weights = [w - now * times * g for w, g in zip(weights, mean, strict=True)]
            if judge is not None:
                losses["validation"].append(loss_and_gradients(weights, *judge)[0])
    return losses if judge is not None else {"training": losses["training"]}


def named_rightly(name_of: Callable[[str], str]) -> int:
    """How many of the runs of LETTERS the function `name_of(letter)` names ("rate" if nothing else is wrong)."""
    return sum(str(name_of(letter)) == how.get("fault", "rate") for letter, how in LETTERS.items())
