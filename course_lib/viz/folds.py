"""What one hidden layer does to the plane: its hyperplanes, the regions between them, and the surface it folds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from course_lib.topics.choice import chosen
from course_lib.viz import planes
from course_lib.viz.style import BLUE, COLORS, GREEN, GREY, ORANGE, PURPLE, RED, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACTIVATIONS: dict[str, tuple[Callable, Callable]] = {
    "ReLU": (lambda a: np.maximum(a, 0), lambda a: (a > 0).astype(float)),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2),
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2),
    "none": (lambda a: np.asarray(a, float), lambda a: np.ones_like(a, float)),
}
UNITS = (PURPLE, GREEN, ORANGE, RED)


def output(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: float, x: np.ndarray, activation: str = "ReLU"
) -> np.ndarray:
    """y (n,) of the net with hidden weights w1 (k, 2), b1 (k,), output weights w2 (k,), b2, at points x (n, 2).

    `activation` is a name from ACTIVATIONS; ValueError for another.
    """
    return ACTIVATIONS[chosen(activation, ACTIVATIONS, "activation", name="output")][0](x @ w1.T + b1) @ w2 + b2


def pattern(w1: np.ndarray, b1: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Which hidden units are on at each point of x (n, 2), as one whole number (n,): unit k counts 2**k.

    w1 (k, 2), b1 (k,).
    """
    return ((x @ w1.T + b1) > 0) @ (2 ** np.arange(len(b1)))


def hyperplanes(
    w1: np.ndarray, b1: np.ndarray, *, ax: Axes | None = None, limit: float = 2.0, title: str | None = None
) -> Axes:
    """Lines and normals of the hidden units over the square |u|, |v| <= limit, regions tinted. Returns the Axes.

    A unit whose weights are both 0 has no line and is left out. w1 (k, 2), b1 (k,) are weights and biases of the units.
    """
    ax = axes(ax, size=(4.0, 4.0), title=title, xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    _, _, grid = _grid(limit, 240)
    codes = pattern(w1, b1, grid).reshape(240, 240)
    _, index = np.unique(codes, return_inverse=True)
    extent = (-limit, limit, -limit, limit)
    tints = ListedColormap([COLORS[i % len(COLORS)] for i in range(index.max() + 1)])
    ax.imshow(index.reshape(codes.shape), origin="lower", extent=extent, cmap=tints, alpha=0.22, zorder=0)
    for k, (w, b) in enumerate(zip(w1, b1, strict=True)):
        if np.any(w):
            planes.line([b, *w], ax=ax, color=UNITS[k % len(UNITS)], label=f"unit {k + 1}")
    return ax


def regions(w1: np.ndarray, b1: np.ndarray, *, limit: float = 2.0) -> int:
    """How many regions of the square |u|, |v| <= limit the hidden units tell apart, counted on a fine grid.

    w1 (k, 2), b1 (k,) are weights and biases of the units; the grid has 240 x 240 points.
    """
    codes = pattern(w1, b1, _grid(limit, 240)[2])
    return int(np.count_nonzero(np.bincount(codes))) if len(b1) < 16 else len(np.unique(codes))


def surface(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: float, *, ax: Axes, limit: float = 2.0, activation: str = "ReLU"
) -> Axes:
    """The net's output as a surface in the 3-D Axes `ax`, with the curve over each unit's line drawn on it.

    w1 (k, 2), b1 (k,), w2 (k,), b2 a number; over |u|, |v| <= `limit`, with `activation` from ACTIVATIONS. Returns
    `ax`.
    """
    u, v, grid = _grid(limit, 49)
    y = output(w1, b1, w2, b2, grid, activation).reshape(u.shape)
    ax.plot_surface(u, v, y, cmap="cividis", rcount=49, ccount=49, linewidth=0, alpha=0.85)
    for k, (w, b) in enumerate(zip(w1, b1, strict=True)):
        if np.any(w):
            foot, along = -b * w / (w @ w), np.array([-w[1], w[0]]) / np.hypot(*w)
            points = foot + np.linspace(-3 * limit, 3 * limit, 1500)[:, None] * along
            points = points[np.all(np.abs(points) <= limit, axis=1)]
            heights = output(w1, b1, w2, b2, points, activation)
            ax.plot(*points.T, heights, color=UNITS[k % len(UNITS)], lw=2.2, zorder=5)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", zlabel="$y$")
    ax.view_init(elev=32, azim=-60)
    return ax


def folded(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: float = 0.0, *, limit: float = 2.0, activation: str = "ReLU",
    figure: Figure | None = None, title: str | None = None,
) -> Figure:  # fmt: skip
    """Hyperplanes on the left, the surface they fold on the right; returns the Figure.

    w1 (k, 2), b1 (k,), w2 (k,), b2 a number; `limit` and `activation` are those of `surface`. ValueError where the
    shapes do not fit.
    """
    w1, b1, w2 = (np.asarray(a, float) for a in (w1, b1, w2))
    if w1.shape != (len(b1), 2) or b1.shape != w2.shape:
        raise ValueError(f"folded: w1 must be (k, 2), b1 and w2 (k,); got {w1.shape}, {b1.shape}, {w2.shape}")
    figure = figure or Figure(figsize=(8.6, 4.0), layout="constrained")
    left = figure.add_subplot(1, 2, 1)
    count = regions(w1, b1, limit=limit)
    hyperplanes(w1, b1, ax=left, limit=limit, title=title or f"{len(b1)} hyperplanes, {count} regions")
    right = figure.add_subplot(1, 2, 2, projection="3d")
    surface(w1, b1, w2, b2, ax=right, limit=limit, activation=activation)
    return figure


def activation_curves(names: tuple[str, str, str] = ("ReLU", "sigmoid", "tanh")) -> np.ndarray:
    """Each named activation with its derivative, side by side; returns the Axes.

    `names` are from ACTIVATIONS.
    """
    a = np.linspace(-5, 5, 401)
    _, many = plt.subplots(1, len(names), figsize=(3.1 * len(names), 2.7), layout="constrained", squeeze=False)
    for ax, name in zip(many[0], names, strict=True):
        axes(ax, title=name, xlabel="a")
        curves = ACTIVATIONS[chosen(name, ACTIVATIONS, "name", name="activation_curves")]
        for curve, color, line, label in zip(curves, (BLUE, RED), ("-", "--"), ("value", "slope"), strict=True):
            ax.plot(a, curve(a), color=color, ls=line, label=label)
        ax.axhline(0, color=GREY, lw=0.8, zorder=0)
        ax.set_ylim(-1.15, 2.2)
    many[0][0].legend(frameon=False)
    return many[0]


def _grid(limit: float, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u, v = np.meshgrid(np.linspace(-limit, limit, n), np.linspace(-limit, limit, n))
    return u, v, np.column_stack([u.ravel(), v.ravel()])
