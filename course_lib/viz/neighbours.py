"""A digit beside the training images nearest to it, and how they vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from course_lib.viz.style import BLUE, GREY, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (9.6, 2.7)  # of the figure, in inches
SHOWN = 12  # neighbours drawn; all k of them vote


def nearest(x: np.ndarray, query: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the `k` images of x (n, d) nearest to query (d,), nearest first, and their Euclidean distances."""
    apart = np.linalg.norm(np.asarray(x, np.float64) - query, axis=1)
    rows = np.argsort(apart, kind="stable")[:k]
    return rows, apart[rows]


def votes(labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """How many of the labels (k,) fall on each class, (classes,)."""
    return np.bincount(labels, minlength=classes)


def neighbour_figure(
    x: np.ndarray, t: np.ndarray, query: np.ndarray, k: int, *, truth: int | None = None, figure: Figure | None = None
) -> Figure:
    """Draw a query image, its nearest neighbours among x (n, d) with labels t (n,), and the votes of k of them.

    Images are square; at most 12 neighbours are drawn. A vote for a wrong digit is red where the `truth` is given.
    Returns the figure. Raises ValueError unless 1 <= k <= n.
    """
    if not 1 <= k <= len(x):
        raise ValueError(f"neighbour_figure: k must be from 1 to the {len(x)} training images, got {k}")
    figure = figure or _new_figure()
    side = int(np.sqrt(len(query)))
    rows, apart = nearest(x, query, k)
    count = votes(t[rows])
    grid = figure.add_gridspec(2, 10, width_ratios=[1.3, 1.3, *[1] * 6, 1.6, 1.6])
    _picture(figure.add_subplot(grid[:, :2]), query.reshape(side, side), f"read as {count.argmax()}", size=10)
    for place in range(SHOWN):
        ax = figure.add_subplot(grid[place // 6, 2 + place % 6])
        if place >= k:
            ax.set_axis_off()
            continue
        row = rows[place]
        color = RED if truth is not None and t[row] != truth else "black"
        _picture(ax, x[row].reshape(side, side), f"{t[row]}  ({apart[place]:.1f})", color=color)
    _bars(figure.add_subplot(grid[:, 8:]), count, truth)
    return figure


def _new_figure() -> Figure:
    import matplotlib.pyplot as plt

    return plt.figure(figsize=SIZE, layout="constrained")


def _picture(ax: Axes, picture: np.ndarray, title: str, *, color: str = "black", size: int = 8) -> None:
    ax.imshow(picture, cmap="gray_r", vmin=0, vmax=max(1.0, float(picture.max())))
    ax.set_title(title, fontsize=size, pad=3, color=color)
    ax.set_axis_off()


def _bars(ax: Axes, count: np.ndarray, truth: int) -> None:
    colors = [RED if truth is not None and c != truth else BLUE for c in range(len(count))]
    ax.barh(range(len(count)), count, color=colors)
    ax.set(ylim=(len(count) - 0.5, -0.5), yticks=range(len(count)), xlim=(0, max(1, count.max()) * 1.15))
    ax.set_xlabel("votes", fontsize=8)
    ax.tick_params(labelsize=8)
    for c in np.flatnonzero(count):
        ax.text(count[c], c, f" {count[c]}", va="center", fontsize=8, color=GREY)
    ax.spines[["top", "right"]].set_visible(False)
