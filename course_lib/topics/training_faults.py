"""Trainings of a small network on few digits, each with one fault, whose curves lesson 07 shows under letters."""

from typing import Any

import numpy as np

from course_lib import functional as F
from course_lib import nn
from course_lib.autograd.tensor import Tensor
from course_lib.data import batches, datasets
from course_lib.optim import SGD
from course_lib.train import fit

LETTERS = {
    "A": ("dropout left on", {"drop": 0.5, "stays": nn.Dropout}),
    "B": ("too much weight decay", {"drop": 0.2, "decay": 0.2}),
    "C": ("batch statistics in use", {"drop": 0.2, "stays": nn.BatchNorm1d}),
    "D": ("overfitting", {"noise": 0.5, "rate": 0.1}),
}


def digit_sets(n: int = 200, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """n bundled digits x (n, 64), t (n,), a share `noise` of the labels redrawn, and 100 others to validate on."""
    found, rng = datasets.load("digits"), np.random.default_rng(0)
    x = (found.x_train.reshape(-1, 64).astype(np.float32) / 255 - 0.3) / 0.38
    t = found.t_train[:n].copy()
    redrawn = rng.random(n) < noise
    t[redrawn] = rng.integers(0, 10, redrawn.sum())
    return x[:n], t, x[n : n + 100], found.t_train[n : n + 100]


def mean_loss(model: Any, x: np.ndarray, t: np.ndarray, size: int, stays: Any) -> float:
    """Mean cross-entropy in batches of `size`, in evaluation mode except for the layers of type `stays`.

    x (n, 64), classes t (n,); `model` is a Sequential, whose running statistics stay and which is left in training
    mode.
    """
    model.eval()
    for layer in model:
        if stays is not None and isinstance(layer, stays):
            layer.training = True
    kept = [(layer.running_mean.data.copy(), layer.running_var.data.copy()) for layer in model if _norm(layer)]
    parts = [F.cross_entropy(model(Tensor(x[k : k + size])), t[k : k + size]).item() for k in range(0, len(x), size)]
    for layer, (mean, var) in zip((layer for layer in model if _norm(layer)), kept, strict=True):
        layer.running_mean.data[...], layer.running_var.data[...] = mean, var
    model.train()
    return float(np.mean(parts))


def _norm(layer: nn.Module) -> bool:
    return isinstance(layer, nn.BatchNorm1d)


def run(
    *,
    drop: float = 0.0,
    decay: float = 0.0,
    noise: float = 0.0,
    rate: float = 0.03,
    stays: type | None = None,
    epochs: int = 25,
    seed: int = 0,
) -> dict[str, list[float]]:
    """Losses by epoch: training, validation all at once, and validation in batches of two; a dict of lists.

    A network 64-60-10 with batch norm and dropout `drop`, SGD with momentum and weight decay `decay`, on 200 digits, a
    share `noise` of whose labels is redrawn. In evaluation layers of type `stays` are left as in training.
    """
    rng = np.random.default_rng(seed)
    x, t, x_val, t_val = digit_sets(noise=noise)
    hidden = (nn.Linear(64, 60, rng=rng), nn.BatchNorm1d(60), nn.ReLU(), nn.Dropout(drop, rng=rng))
    model = nn.Sequential(*hidden, nn.Linear(60, 10, rng=rng))
    optimizer = SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay)
    losses = {"training": [], "validation at once": [], "validation in pairs": []}
    for _ in range(epochs):
        list(fit(model, F.cross_entropy, optimizer, batches(x, t, size=40, rng=rng)))
        losses["training"].append(mean_loss(model, x, t, len(x), stays))
        losses["validation at once"].append(mean_loss(model, x_val, t_val, len(x_val), stays))
        losses["validation in pairs"].append(mean_loss(model, x_val, t_val, 2, stays))
    return losses
