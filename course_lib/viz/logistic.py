"""What a sigmoid neuron says, as a curve and as a tint of the plane, and descent on its loss over two weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from course_lib.topics.logistic import cross_entropy, sigmoid
from course_lib.viz.landscape import landscape
from course_lib.viz.planes import MINUS, PLUS, points, view
from course_lib.viz.style import BLUE, GREY, ORANGE, RED, axes, row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.viz.style import Panels

REACH = 6.0  # inputs shown on either side of 0, and half the extent of the loss over two weights
RED_TO_BLUE = LinearSegmentedColormap.from_list("red to blue", [MINUS, "white", PLUS])


def sigmoid_neuron(
    weight: float, bias: float, temperature: float = 1.0, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """The output sigmoid((weight x + bias) / temperature) over the input x, beside the step of a threshold neuron.

    The tangent at output 1/2 is dashed; its slope is weight / (4 temperature). Returns the Axes. Raises ValueError
    for a temperature that is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"sigmoid_neuron: the temperature must be above 0, got {temperature}")
    ax = axes(ax, size=(4.6, 3.4), title=title, xlabel="input x", ylabel="output y")
    x = np.linspace(-REACH, REACH, 601)
    z = weight * x + bias
    ax.plot(x, np.where(z >= 0, 1.0, 0.0), color=GREY, lw=1.2, ls=":", label="threshold neuron")
    ax.plot(x, sigmoid(z / temperature), color=BLUE, lw=2.2, label="sigmoid neuron")
    middle = -bias / weight if weight else 0.0
    if weight:
        slope = weight / (4 * temperature)
        ax.axline((middle, 0.5), slope=slope, color=ORANGE, lw=1.2, ls="--", label=f"slope {slope:.2f} at y = ½")
        ax.plot(middle, 0.5, "o", color=ORANGE, ms=6, clip_on=True)
    ax.set(xlim=(-REACH, REACH), ylim=(-0.06, 1.06))
    free = ("lower right", "upper left") if weight >= 0 else ("upper right", "lower left")
    ax.legend(fontsize=7, loc=free[middle > 1 if weight >= 0 else middle > -1], framealpha=0.9)
    return ax


def probability(
    score: Callable, x: np.ndarray, t: np.ndarray, *, ax: Axes | None = None, title: str | None = None,
    contours: bool = True,
) -> Axes:  # fmt: skip
    """Points `x (n, 2)` with labels `t (n,)`, the plane tinted by sigmoid(score), 0 red to 1 blue.

    `score` is a function from points `(m, 2)` to logits `(m,)`. The lines of y = 0.1, 0.5 and 0.9 are drawn where they
    exist. Returns the Axes. Without `contours` they are left out.
    """
    ax = axes(ax, size=(4.4, 4.0), title=title, xlabel="$x_1$", ylabel="$x_2$")
    view(x, ax=ax, pad=0.08)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    u, v = np.meshgrid(np.linspace(left, right, 160), np.linspace(low, high, 160))
    y = sigmoid(score(np.column_stack([u.ravel(), v.ravel()]))).reshape(u.shape)
    ax.imshow(y, extent=(left, right, low, high), origin="lower", cmap=RED_TO_BLUE, vmin=0, vmax=1, alpha=0.4, zorder=0)
    levels = [level for level in (0.1, 0.5, 0.9) if y.min() < level < y.max()]
    if contours and levels:
        widths = [2.0 if level == 0.5 else 1.0 for level in levels]
        ax.contour(u, v, y, levels=levels, colors="black", linewidths=widths, zorder=1)
    points(x, t, ax=ax, size=22)
    ax.set(xlim=(left, right), ylim=(low, high), xlabel="$x_1$", ylabel="$x_2$")
    return ax


def loss_and_path(
    x1: np.ndarray, t: np.ndarray, path: np.ndarray, *, axes_pair: Panels | None = None, title: str | None = None
) -> tuple[Axes, Axes]:
    """Left: the cross-entropy over (w0, w1) and the way `path (steps + 1, 2)`; right: the loss along the way.

    `x1 (n, 2)` holds inputs with the 1 in front, `t (n,)` labels 0 and 1. Weights far outside are not drawn, their
    losses are. Returns both Axes.
    """
    path = np.asarray(path, float)
    if np.shape(x1)[1:] != (2,) or path.ndim != 2 or path.shape[1] != 2:
        raise ValueError(f"loss_and_path: expected x1 (n, 2) and path (m, 2), got {np.shape(x1)} and {path.shape}")
    left, right = row(2, size=(4.4, 3.7)) if axes_pair is None else axes_pair

    def loss(w0: np.ndarray, w1: np.ndarray) -> np.ndarray:
        z = w0[..., None] + w1[..., None] * x1[:, 1]  # log(1 + e^z) - t z; the second part is linear in the weights
        return np.logaddexp(0, z).mean(axis=-1) - w0 * np.mean(t) - w1 * np.mean(t * x1[:, 1])

    reach = (-REACH, REACH)
    landscape(loss, x=reach, y=reach, paths={"gradient descent": path}, ax=left, title=title)
    left.plot(*path[0], "s", color=RED, ms=7, label="start", zorder=5)
    left.legend(fontsize=8, loc="lower right")
    axes(right, title=f"Loss {cross_entropy(x1 @ path[-1], t):.3f} after {len(path) - 1} steps", xlabel="step")
    right.plot([cross_entropy(x1 @ w, t) for w in path], color=BLUE, marker=".", ms=4)
    right.set(ylabel="cross-entropy (nats)", ylim=(0, None))
    left.locator_params(nbins=5)  # every tick takes its time
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    return left, right
