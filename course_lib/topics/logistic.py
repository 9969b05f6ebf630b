"""Logistic regression of lesson 02 on plain arrays: sigmoid, cross-entropy and softmax, their gradients, descent.

Weights hold the bias first: `w (d + 1,)` for two classes, `w (k, d + 1)` for k; `x1 (n, d + 1)` are inputs with a 1 in
front. Labels `t (n,)` are 0 and 1, or class numbers from 0. Losses are means over the samples, in nats. A score before
the sigmoid or softmax is called a logit, z.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z)) of any array, without overflow and exact to the last digits far on the left too.

    The result has the shape of z.
    """
    return np.exp(-np.logaddexp(0, -np.asarray(z)))


def cross_entropy(z: np.ndarray, t: np.ndarray) -> float:
    """Mean of -(t ln y + (1 - t) ln(1 - y)) with y = sigmoid(z), for logits `z` and labels `t` of the same shape.

    In nats. Raises ValueError for different shapes.
    """
    z, t = np.asarray(z), np.asarray(t)
    if z.shape != t.shape:
        raise ValueError(f"cross_entropy: logits and labels must have the same shape, got {z.shape} and {t.shape}")
    return float(np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z)))


def gradient(w: np.ndarray, x1: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Gradient `(d + 1,)` of the mean cross-entropy by the weights `w (d + 1,)`.

    x1 (n, d + 1), labels t (n,) of 0 and 1.
    """
    return np.einsum("n,nd->d", sigmoid(x1 @ w) - t, x1) / len(t)


def numerical_gradient(f: Any, w: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Slopes of `f`, a function of one array, along every entry of `w`, by central differences; shape of `w`.

    `eps` is the step to each side.
    """
    slopes = np.empty(np.shape(w))
    for index in np.ndindex(slopes.shape):
        ahead, behind = np.array(w, float), np.array(w, float)
        ahead[index] += eps
        behind[index] -= eps
        slopes[index] = (f(ahead) - f(behind)) / (2 * eps)
    return slopes


def descend(slope: Callable, start: np.ndarray, eta: float, steps: int) -> np.ndarray:
    """The way of gradient descent, `(steps + 1, ...)`, from `start` on; `slope(w)` is the gradient at w.

    w moves by -eta * slope(w) in each of the `steps`.
    """
    path = np.empty((steps + 1, *np.shape(start)))
    path[0] = start
    for i in range(steps):
        path[i + 1] = path[i] - eta * slope(path[i])
    return path


def log_softmax(z: np.ndarray) -> np.ndarray:
    """Logarithms of `softmax(z)`, rows of `(n, k)`, without overflow and never -inf for finite scores."""
    z = np.asarray(z)
    return z - np.logaddexp.reduce(z, axis=1, keepdims=True)


def softmax(z: np.ndarray) -> np.ndarray:
    """exp(z) over its row's sum for scores `(n, k)`: probabilities, every row adds up to 1."""
    return np.exp(log_softmax(z))


def softmax_loss(w: np.ndarray, x1: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of -ln p(right class) and its gradient `(k, d + 1)` by the weights `w (k, d + 1)`; `t` class numbers."""
    log_p = log_softmax(x1 @ w.T)
    right = t[:, None] == np.arange(len(w))
    return float(-np.mean(log_p[right])), np.einsum("nk,nd->kd", np.exp(log_p) - right, x1) / len(t)


def train(x1: np.ndarray, t: np.ndarray, *, eta: float = 1.0, steps: int = 1000) -> np.ndarray:
    """Weights `(d + 1,)` for labels 0 and 1 after `steps` of gradient descent from zeros.

    x1 (n, d + 1), t (n,); w moves by -eta times the gradient.
    """
    return descend(lambda w: gradient(w, x1, t), np.zeros(x1.shape[1]), eta=eta, steps=steps)[-1]


def train_classes(x1: np.ndarray, t: np.ndarray, classes: int, eta: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights `(classes, d + 1)` by gradient descent from zeros, and the loss `(steps,)` before every step.

    x1 (n, d + 1), class numbers t (n,) below `classes`; w moves by -eta times the gradient.
    """
    w, losses = np.zeros((classes, x1.shape[1])), []
    for _ in range(steps):
        loss, slope = softmax_loss(w, x1, t)
        losses.append(loss)
        w = w - eta * slope
    return w, np.array(losses)


def watched(function: Callable, *inputs: np.ndarray) -> tuple[np.ndarray, bool]:
    """What `function(*inputs)` gives, and whether any NumPy operation in it overflowed: (result, bool).

    The overflow is neither raised nor printed. An OverflowError of plain Python is left to rise.
    """
    seen = []
    with np.errstate(over="call", invalid="ignore", divide="ignore", call=lambda kind, flag: seen.append(kind)):
        result = function(*inputs)
    return result, bool(seen)


def chances(n: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Twenty measurements of which three matter: x (n, 20), labels t (n,) 0 or 1, and P(t = 1 | x) (n,).

    The units span a factor of 300, no column is centred; the labels are thrown with these probabilities.
    """
    z = rng.normal(size=(n, 20))
    p = sigmoid(z[:, [2, 9, 14]] @ np.array([1.2, -1.2, 0.8]) - 0.4)
    t = (rng.random(n) < p).astype(int)
    return (z + 2) * np.tile([1, 30, 0.1, 5], 5), t, p
