"""Multilayer perceptrons on plain arrays, of lessons 04, 05 and 07: what they cost, compute, bend and send back.

A network is a list of layers `(w (out, in), b (out,))`. Points are rows. The gradients are automatic differentiation's;
how to write them by hand is what the lessons teach.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor


def weights(sizes: tuple[int, ...]) -> int:
    """Number of weights and biases of fully connected layers with these `sizes`: inputs, hidden ..., outputs."""
    sizes = np.asarray(sizes, dtype=int)
    return int(sizes[:-1] @ sizes[1:] + sizes[1:].sum())


def widest(budget: int, d: int, m: int, depth: int) -> int:
    """Largest k for which d-k-...-k-m with `depth` >= 1 hidden layers has at most `budget` weights and biases, or 0.

    The number of weights is a k^2 + b k + m with a = depth - 1 and b = d + m + depth; this solves it for k. Raises
    ValueError if depth < 1.
    """
    if depth < 1:
        raise ValueError(f"widest: a network needs at least 1 hidden layer, got depth={depth}")
    a, b, left = depth - 1, d + m + depth, budget - m
    if left < 0:
        return 0
    return (math.isqrt(b * b + 4 * a * left) - b) // (2 * a) if a else left // b


def two_layer(
    x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray, hidden: Callable, output: Callable
) -> tuple[np.ndarray, np.ndarray]:
    """Hidden units (n, k) and outputs (n, m) of x (n, d); `hidden` and `output` are functions of arrays.

    w1 (k, d), b1 (k,), w2 (m, k), b2 (m,).
    """
    h = hidden(F.linear(x, w1, b1).data)
    return h, output(F.linear(h, w2, b2).data)


def pieces(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, start: np.ndarray, end: np.ndarray, *, tolerance: float = 1e-9
) -> int:
    """Number of straight pieces of w2 · relu(w1 x + b1) on the way from `start` to `end`, points (d,).

    w1 (k, d), b1 and w2 (k,). The slope is measured in the middle between neighbouring places where a unit may switch;
    places nearer than `tolerance` (in parts of the way) are one, and so are slopes.
    """
    at, rise = w1 @ start + b1, w1 @ (end - start)
    moving = np.flatnonzero(rise)
    places = np.sort(-at[moving] / rise[moving])
    places = places[(places > tolerance) & (places < 1 - tolerance)]
    first = np.diff(places, prepend=-np.inf) > tolerance
    marks = np.concatenate([[0.0], places[first], [1.0]])
    middles = (marks[1:] + marks[:-1]) / 2
    on = at + np.outer(middles, rise) > 0
    return 1 + int(np.count_nonzero(np.abs(np.diff(on @ (w2 * rise))) > tolerance))


def patterns(layers: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray) -> np.ndarray:
    """Which ReLU units of all `layers` are on at each point of x (n, d): booleans (n, units), first layer first.

    `layers` is a list of (w (out, in), b (out,)); a unit is on where its input is greater than 0.
    """
    on = []
    for w, b in layers:
        z = F.linear(x, w, b).data
        on.append(z > 0)
        x = z * on[-1]
    return np.hstack(on)


def regions(layers: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray) -> int:
    """How many patterns of `layers` occur among the points x (n, d): at most the network's regions that they lie in.

    How the number of regions grows with depth: Montúfar and others 2014.
    """
    return len(np.unique(patterns(layers, x), axis=0))


def quarters(lines: np.ndarray, middle: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Two ReLU layers: the first folds the plane twice, to its positive quarter; the second draws `lines` there.

    `lines` (m, 2) are normals in that quarter, of lines through points near `middle` (m, 2). What they cut, they cut in
    all four quarters of the plane. Returns [(w1 (4, 2), b1), (w2 (m, 4), b2)].
    """
    fold = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    return [(fold, np.zeros(4)), (np.repeat(lines, 2, axis=1), -np.sum(lines * middle, axis=1))]


def tents(k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Layers of a ReLU network with k >= 1 hidden layers of two units: the tent on [0, 1], composed k times.

    The units are 2x and relu(4x - 2), and their difference is the tent: 2x up to 1/2, then 2 - 2x. Telgarsky 2016.
    """
    units, shift, minus = np.array([[2.0], [4.0]]), np.array([0.0, -2.0]), np.array([[1.0, -1.0]])
    return [(units if i == 0 else units @ minus, shift) for i in range(k)] + [(minus, np.zeros(1))]


def activation_statistics(
    x: np.ndarray, layers: Sequence[tuple[np.ndarray, np.ndarray]], activation: Callable
) -> np.ndarray:
    """Mean, standard deviation and share of dead units (0 for every row of x (n, d)) of each layer: (layers, 3).

    `layers` [(w (out, in), b (out,)), ...], behind each of which stands `activation`, a function of an array.
    """
    table = np.empty((len(layers), 3))
    for row, (w, b) in zip(table, layers, strict=True):
        x = activation(F.linear(x, w, b).data)
        row[:] = np.average(x), np.sqrt(np.var(x)), 1 - np.count_nonzero(np.any(x, axis=0)) / x.shape[1]
    return table


def gradient_norms(
    x: np.ndarray, t: np.ndarray, layers: Sequence[tuple[np.ndarray, np.ndarray]], bypass: bool
) -> np.ndarray:
    """Norm of dE/dW for every layer (layers,) of a deep tanh network, E = squared error over twice the samples.

    x and t are (n, d), every layer is d wide; `bypass` adds each layer's input to its output.
    """
    matrices, h = [Tensor(w, requires_grad=True) for w, _ in layers], Tensor(x)
    for w, (_, b) in zip(matrices, layers, strict=True):
        bent = F.tanh(F.linear(h, w, Tensor(b)))
        h = bent + h if bypass else bent
    (((h - t) ** 2).sum() * (0.5 / len(x))).backward()
    return np.array([np.linalg.norm(w.grad) for w in matrices])
