"""The perceptron of lesson 01 on plain arrays: lines and planes, the criterion, and three ways to learn.

Weights `w (d + 1,)` hold the bias first; `x1 (n, d + 1)` are inputs with a 1 in front. Labels are -1 and +1. A sample
counts as misclassified when t (w . x1) <= 0: a point on the line is not yet on its right side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def augment(x: np.ndarray) -> np.ndarray:
    """Inputs `x (n, d)` with a column of ones in front: `(n, d + 1)`, always floating point.

    Raises ValueError for another shape.
    """
    x = np.asarray(x)
    if x.ndim != 2:
        raise ValueError(f"augment: expected inputs of shape (n, d), got {x.shape}")
    x1 = np.ones((x.shape[0], x.shape[1] + 1), np.result_type(x, np.float32) if x.dtype.kind == "f" else float)
    x1[:, 1:] = x
    return x1


def signed_distance(w: ArrayLike, x: np.ndarray, *, normalised: bool = True) -> np.ndarray:
    """Distance `(n,)` of points `x (n, d)` from the hyperplane `w (d + 1,)`, positive where the normal points.

    With `normalised=False` the bare score w0 + w1 x1 + ... + wd xd. Raises ValueError where w does not fit x.
    """
    w, x = np.asarray(w), np.asarray(x)
    if x.ndim != 2 or w.shape != (x.shape[1] + 1,):
        raise ValueError(f"signed_distance: w needs shape (d + 1,) for x of (n, d), got {w.shape} and {x.shape}")
    score = np.einsum("nd,d->n", x, w[1:]) + w[0]
    return score / np.sqrt(np.einsum("d,d->", w[1:], w[1:])) if normalised else score


def predict(w: ArrayLike, x: np.ndarray, *, low: int = -1) -> np.ndarray:
    """Labels `(n,)` for points `x (n, d)`: 1 where the score is at least 0, else `low` (-1 or 0)."""
    return np.where(signed_distance(w, x, normalised=False) < 0, low, 1)


def fire(w: ArrayLike, x: np.ndarray) -> np.ndarray:
    """Output 0 or 1 `(n,)` of a threshold neuron for inputs `x (n, d)`; it fires when the score reaches 0."""
    return predict(w, x, low=0)


def corners(k: int) -> np.ndarray:
    """All `2**k` inputs of `k` zeros and ones as rows, in counting order: 00, 01, 10, 11."""
    return np.arange(2**k)[:, None] >> np.arange(k)[::-1] & 1


def criterion(w: np.ndarray, x1: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
    """Perceptron criterion E = -sum of t (w . x1) over the misclassified, and its gradient `(d + 1,)`.

    w (d + 1,), x1 (n, d + 1), t (n,) of -1 and +1.
    """
    wrong = t * (x1 @ w) <= 0
    gradient = 0.0 - t[wrong] @ x1[wrong]  # 0.0 - 0 is 0, where a bare minus would show as -0
    return float(gradient @ w), gradient


def epoch(w: np.ndarray, x1: np.ndarray, t: np.ndarray, eta: float = 1.0) -> tuple[np.ndarray, int]:
    """One pass over the samples in order, w + eta t x1 at each misclassified one: new w, number of updates.

    Rosenblatt, "The perceptron: a probabilistic model", Psychological Review 65 (1958).
    """
    w, updates = np.array(w, float), 0
    for i in range(len(t)):
        if t[i] * (x1[i] @ w) <= 0:
            w += eta * t[i] * x1[i]
            updates += 1
    return w, updates


def train(x1: np.ndarray, t: np.ndarray, *, max_epochs: int = 1000, eta: float = 1.0) -> tuple[np.ndarray, int, bool]:
    """Epochs from w = 0 until one is free of updates: w, updates in all, and whether it got there.

    x1 (n, d + 1), t (n,) of -1 and +1; at most `max_epochs` of them, with steps of `eta`. w (d + 1,).
    """
    w, mistakes = np.zeros(x1.shape[1]), 0
    for _ in range(max_epochs):
        w, updates = epoch(w, x1, t, eta)
        if updates == 0:
            return w, mistakes, True
        mistakes += updates
    return w, mistakes, False


def mistake_bound(w: np.ndarray, x1: np.ndarray, t: np.ndarray) -> tuple[float, float, float]:
    """gamma, R and Novikoff's bound (R / gamma)^2 (1962) for weights `w`; the bound is inf if gamma <= 0."""
    gamma = float(np.min(t * (x1 @ w)) / np.linalg.norm(w))
    radius = float(np.sqrt(np.max(np.sum(x1**2, axis=1))))
    return gamma, radius, (radius / gamma) ** 2 if gamma > 0 else np.inf


def delta_step(w: np.ndarray, x1: np.ndarray, t: int, eta: float = 1.0) -> np.ndarray:
    """One Widrow-Hoff step on a sample `x1 (m,)`: w + eta (t - w . x1) x1 / m; m counts the constant 1 too.

    Widrow and Hoff, "Adaptive switching circuits", IRE WESCON Convention Record (1960).
    """
    return w + (eta / len(x1)) * (t - w @ x1) * x1


def pocket(x1: np.ndarray, t: np.ndarray, *, epochs: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Epochs in shuffled order from w = 0; the weights with the fewest errors after any epoch, and that number.

    Gallant, "Perceptron-based learning algorithms", IEEE Transactions on Neural Networks 1 (1990). x1 (n, d + 1), t
    (n,) of -1 and +1, `epochs` of them; w (d + 1,).
    """
    w = np.zeros(x1.shape[1])
    best, fewest = w, len(t)
    for _ in range(epochs):
        order = rng.permutation(len(t))
        w, _ = epoch(w, x1[order], t[order])
        wrong = int(np.count_nonzero(t * (x1 @ w) <= 0))
        if wrong < fewest:
            best, fewest = w, wrong
    return best, fewest


def mislabelled(n: int, *, share: float = 0.2, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A class that a plane parts, told with errors: x (n, 10), the labels told (n,) and the true ones (n,), -1 and +1.

    The ten measurements depend on each other and come in units from 1 to 20; the first four decide. `share` of the
    labels told is wrong, at random.
    """
    common = np.linspace(1, -1, 10) * rng.normal(size=(n, 1))
    x = 0.6 * rng.normal(size=(n, 10)) + 0.8 * common
    true = np.where(x[:, :4].sum(axis=1) > -0.3, 1, -1)
    return x * np.geomspace(1, 20, 10), np.where(rng.random(n) < share, -true, true), true
