"""Two hidden layers in the plane: the second's lines are straight on the sheet that the first folds, and bend."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from course_lib.topics import mlp
from course_lib.viz import planes
from course_lib.viz.folds import UNITS
from course_lib.viz.style import COLORS, GREY, axes

SIDE = 160  # points along each side of the square on which regions are counted


def grid(limit: float, side: int = SIDE) -> np.ndarray:
    """The points (side * side, 2) of the square |u|, |v| <= limit, row after row."""
    u, v = np.meshgrid(np.linspace(-limit, limit, side), np.linspace(-limit, limit, side))
    return np.column_stack([u.ravel(), v.ravel()])


def bent_lines(layers: Any, *, ax: Any = None, limit: float = 2.0, title: str | None = None) -> Any:
    """The plane cut by a first layer (dashed) and by a second, whose lines bend at the first's; returns the Axes.

    `layers` is [(w1 (k, 2), b1), (w2 (m, k), b2)]; regions of equal pattern are tinted and counted on a grid. The
    square reaches from -`limit` to `limit` on both axes.
    """
    points = grid(limit)
    on = mlp.patterns(layers, points)
    _, index = np.unique(on @ (2 ** np.arange(on.shape[1])), return_inverse=True)
    ax = axes(ax, size=(4.2, 4.2), title=title or f"{index.max() + 1} regions", xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    tints = ListedColormap([COLORS[i % len(COLORS)] for i in range(index.max() + 1)])
    extent = (-limit, limit, -limit, limit)
    ax.imshow(index.reshape(SIDE, SIDE), origin="lower", extent=extent, cmap=tints, alpha=0.22, zorder=0)
    (w1, b1), (w2, b2) = layers
    across = np.linspace(-limit, limit, SIDE)
    for k, (w, b) in enumerate(zip(w1, b1, strict=True)):
        if np.any(w):
            planes.line([b, *w], ax=ax, color=UNITS[k % 4], normal=False, ls="--")
    z = np.maximum(points @ w1.T + b1, 0) @ w2.T + b2
    for k in range(len(b2)):
        heights = z[:, k].reshape(SIDE, SIDE)
        if heights.min() < 0 < heights.max():
            ax.contour(across, across, heights, [0], colors=[UNITS[(k + 2) % 4]], linewidths=2.2)
    return ax


def folded_sheet(layers: Any, *, ax: Any = None, limit: float = 2.0, title: str = "The folded sheet") -> Any:
    """The plane of two first-layer units: where a lattice of inputs comes to lie, and the second layer's lines.

    `layers` and `limit` are those of `bent_lines`. Returns the Axes.
    """
    (w1, b1), (w2, b2) = layers
    ax = axes(ax, size=(4.2, 4.2), title=title, xlabel="$h_1$", ylabel="$h_2$")
    lines = np.linspace(-limit, limit, 13)
    along = np.linspace(-limit, limit, 41)
    still, along = np.broadcast_arrays(lines[:, None], along)
    places = np.concatenate([np.stack([still, along], axis=2), np.stack([along, still], axis=2)])
    ax.add_collection(LineCollection(np.maximum(places @ w1.T + b1, 0), colors=GREY, lw=0.6, alpha=0.6))
    corner = np.maximum(grid(limit, 25) @ w1.T + b1, 0).max() + 0.2
    ax.set(xlim=(-0.35 * corner, corner), ylim=(-0.35 * corner, corner), aspect="equal")
    for k in range(len(b2)):
        if np.any(w2[k]):
            planes.line([b2[k], *w2[k]], ax=ax, color=UNITS[(k + 2) % 4], label=f"second layer, unit {k + 1}")
    return ax


def two_layers(layers: Any, *, figure: Any = None, limit: float = 2.0) -> Figure:
    """The folded sheet on the left, the plane with the bent lines on the right; returns the Figure.

    `layers` and `limit` are those of `bent_lines`.
    """
    figure = figure or Figure(figsize=(8.8, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    folded_sheet(layers, ax=left, limit=limit, title="The sheet after the first layer")
    bent_lines(layers, ax=right, limit=limit)
    for ax in (left, right):  # a given place is not sought, which takes long
        ax.xaxis.set_label_coords(0.5, -0.08)
        ax.yaxis.set_label_coords(-0.12, 0.5)
        ax.locator_params(nbins=5)
    return figure


def two_layers_shown(layers: Any, *, limit: float = 2.0) -> Figure:
    """As `two_layers`, in a Figure of pyplot's, for a notebook: `layers` and `limit` are those of `bent_lines`."""
    return two_layers(layers, figure=plt.figure(figsize=(8.8, 4.2), layout="constrained"), limit=limit)
