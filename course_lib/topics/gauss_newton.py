"""Fit a small multilayer perceptron to many digits: damped Gauss-Newton steps (Levenberg 1944)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.topics.choice import chosen

SLOPES: dict[str, tuple[Callable, Callable]] = {  # activation, and its slope written with the activation's own value
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda a: np.maximum(a, 0), lambda h: (h > 0) * 1.0),
}


def start(
    sizes: tuple[int, ...], rng: np.random.Generator, *, activation: str = "tanh"
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Random layers [(w (out, in), b (out,)), ...] of an MLP with `sizes` (inputs, hidden ..., outputs).

    `activation` is "tanh" or "relu", and decides the spread of the weights.
    """
    spread = np.sqrt({"tanh": 1.5, "relu": 2.0}[chosen(activation, SLOPES, "activation", name="start")])
    return [
        (spread * rng.normal(size=(m, d)) / np.sqrt(d), 0.5 * rng.normal(size=m)) for d, m in itertools.pairwise(sizes)
    ]


def answer(
    layers: Sequence[tuple[np.ndarray, np.ndarray]], x: np.ndarray, *, activation: str = "tanh", bypass: bool = False
) -> np.ndarray:
    """The MLP's values (n, m) at points x (n, d); `bypass` adds its input to a layer's output where the sizes agree.

    `layers` are as `start` makes them, `activation` is "tanh" or "relu".
    """
    return _hidden(layers, x, activation, bypass)[-1]


def jacobian(
    layers: Sequence[tuple[np.ndarray, np.ndarray]], x: np.ndarray, *, activation: str = "tanh", bypass: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Values (n,) of an MLP with one output, and their derivative by every weight (n, weights).

    The columns follow `flat`: for each layer its matrix row by row, then its biases. x (n, d); `layers`, `activation`
    and `bypass` are those of `answer`.
    """
    hidden, slope = _hidden(layers, x, activation, bypass), SLOPES[activation][1]
    delta, through, columns = np.ones((len(x), 1)), 0.0, []
    for k in reversed(range(len(layers))):
        w, h = layers[k][0], hidden[k]
        columns = [(delta[:, :, None] * h[:, None, :]).reshape(len(x), -1), delta, *columns]
        if k == 0:
            break
        back = delta @ w
        if _passes(layers, k, bypass):
            back = back + through
        through = back  # the gradient of hidden[k], which a bypass below hands on
        inner = h - hidden[k - 1] if _passes(layers, k - 1, bypass) else h
        delta = back * slope(inner)
    return hidden[-1][:, 0], np.hstack(columns)


def at_zero(layers: Sequence[tuple[np.ndarray, np.ndarray]], call: Callable[[], Any]) -> Any:
    """What `call()` gives while every number of `layers` is 0; the numbers are put back, also after an error.

    `layers` are [(w (out, in), b (out,)), ...], changed in place.
    """
    arrays = [a for layer in layers for a in layer]
    kept = [np.array(a) for a in arrays]
    try:
        for a in arrays:
            a[...] = 0
        return call()
    finally:
        for a, numbers in zip(arrays, kept, strict=True):
            a[...] = numbers


def flat(layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """All weights as one vector.

    `layers` [(w (out, in), b (out,)), ...], each matrix row by row, then its biases: (weights,).
    """
    return np.concatenate([a.ravel() for layer in layers for a in layer])


def unflat(p: np.ndarray, layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The vector `p` in the shapes of `layers`."""
    pieces = np.split(p, np.cumsum([a.size for layer in layers for a in layer])[:-1])
    shaped = [piece.reshape(a.shape) for piece, a in zip(pieces, (a for pair in layers for a in pair), strict=True)]
    return list(zip(shaped[::2], shaped[1::2], strict=True))


def two_layer_jacobian(p: np.ndarray, x1: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Residuals (m,) and their Jacobian (m, weights) of a tanh network with one output, all weights in one vector `p`.

    x1 (m, d + 1) are inputs with a 1 in front, z (m,) targets. `p` holds each hidden unit's weights, bias first, then
    the output's bias, then its weights; the columns follow it.
    """
    units = (len(p) - 1) // (x1.shape[1] + 1)

    def layered(p: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        w, out = p[: -units - 1].reshape(units, -1), p[-units - 1 :]
        return [(w[:, 1:], w[:, 0]), (out[None, 1:], out[:1])]

    y, J = jacobian(layered(p), x1[:, 1:])
    in_order = np.argsort(flat(layered(np.arange(len(p)))))
    return y - z, J[:, in_order]


def fit(
    layers: Sequence[tuple[np.ndarray, np.ndarray]], x: np.ndarray, z: np.ndarray, steps: int, *,
    activation: str = "tanh", bypass: bool = False, damping: float = 1.0, progress: Callable = iter,
) -> tuple[Sequence[tuple[np.ndarray, np.ndarray]], list[float]]:  # fmt: skip
    """Lower the mean squared error of an MLP with one output by damped steps; returns (layers, losses).

    x (n, d), z (n,). Each step solves (JᵀJ + damping·1) s = -Jᵀr. A step that lowers the loss is taken and the damping
    divided by 3; one that does not is given back and the damping multiplied by 4. `losses` holds the loss before each
    step and after the last, so steps + 1 numbers that never rise. `progress` wraps the range, for a progress bar.
    `activation` and `bypass` are those of `answer`.
    """
    kind: dict[str, Any] = {"activation": activation, "bypass": bypass}
    p = flat(layers)
    y, J = jacobian(layers, x, **kind)
    losses = [float(np.mean((y - z) ** 2))]
    normal, right = J.T @ J, J.T @ (y - z)
    for _ in progress(range(steps)):
        step = np.linalg.solve(normal + damping * np.eye(len(p)), right)
        trial = unflat(p - step, layers)
        loss = float(np.mean((answer(trial, x, **kind)[:, 0] - z) ** 2))
        if loss < losses[-1]:
            p, layers, damping = p - step, trial, max(damping / 3, 1e-9)
            y, J = jacobian(layers, x, **kind)
            normal, right = J.T @ J, J.T @ (y - z)
        else:
            loss, damping = losses[-1], damping * 4
        losses.append(loss)
    return layers, losses


def _hidden(
    layers: Sequence[tuple[np.ndarray, np.ndarray]], x: np.ndarray, activation: str, bypass: bool
) -> list[np.ndarray]:
    """The input, the output of every hidden layer, and the values: len(layers) + 1 arrays."""
    bend, hidden = SLOPES[chosen(activation, SLOPES, "activation", name="answer")][0], [np.asarray(x, dtype=float)]
    for k, (w, b) in enumerate(layers[:-1]):
        h = bend(hidden[-1] @ w.T + b)
        hidden.append(hidden[-1] + h if _passes(layers, k, bypass) else h)
    w, b = layers[-1]
    return [*hidden, hidden[-1] @ w.T + b]


def _passes(layers: Sequence[tuple[np.ndarray, np.ndarray]], k: int, bypass: bool) -> bool:
    """Whether layer `k` has a bypass: it is hidden and its input is as wide as its output."""
    return bypass and k < len(layers) - 1 and layers[k][0].shape[0] == layers[k][0].shape[1]
