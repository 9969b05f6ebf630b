"""A loss over two weights, and the paths that optimisers take on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from course_lib.viz.style import COLORS, MARKERS, SEQUENTIAL, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def landscape(
    loss: Callable, *, x: tuple[float, float] = (-2, 2), y: tuple[float, float] = (-2, 2),
    paths: dict[str, list[np.ndarray] | np.ndarray] | None = None, minimum: Sequence[float] | None = None,
    levels: int = 25, log: bool = True, ax: Axes | None = None, title: str | None = None,
) -> Axes:  # fmt: skip
    """Contours of `loss(w0, w1)`, a function of arrays, and `paths` {"SGD": points (steps, 2), ...} over them.

    log=True spaces the contours by the logarithm of the height above the lowest point shown. Returns the Axes. Over the
    limits `x` and `y`, with a star at `minimum`, a point (2,), and so many `levels`.
    """
    ax = axes(ax, size=(5, 4.2), title=title, xlabel="$w_0$", ylabel="$w_1$")
    u, v, z = _sampled(loss, x, y, 161)
    shown = np.log10(z - z.min() + 1e-3 * max(np.ptp(z), 1e-12)) if log else z
    ax.contourf(u, v, shown, levels=levels, cmap="Greys", alpha=0.6)
    ax.contour(u, v, shown, levels=levels, colors="white", linewidths=0.4)
    for k, (name, points) in enumerate((paths or {}).items()):
        points = np.asarray(points)
        style = {"color": COLORS[k % len(COLORS)], "marker": MARKERS[k % len(MARKERS)]}
        every = max(1, len(points) // 12)
        ax.plot(points[:, 0], points[:, 1], markersize=4, markevery=every, label=name, markeredgecolor="white", **style)
    if minimum is not None:
        ax.plot(*minimum, marker="*", color="white", markeredgecolor="black", markersize=14, linestyle="none")
    ax.set(xlim=x, ylim=y)
    if paths:
        ax.legend(frameon=True, framealpha=0.85, fontsize=8)
    return ax


def surface(
    loss: Callable, *, x: tuple[int, int] = (-2, 2), y: tuple[int, int] = (-2, 2), ax: Axes | None = None,
    title: str | None = None, zlabel: str = "loss",
) -> Axes:  # fmt: skip
    """The same function of two variables as a surface in 3-D. Returns the Axes.

    Over the limits `x` and `y`, with `zlabel` on the third axis.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 4.2), subplot_kw={"projection": "3d"}, layout="constrained")
    u, v, z = _sampled(loss, x, y, 61)
    ax.plot_surface(u, v, z, cmap=SEQUENTIAL, linewidth=0, antialiased=True, rcount=61, ccount=61)
    ax.set(xlabel="$x_0$", ylabel="$x_1$", zlabel=zlabel)
    if title:
        ax.set_title(title, fontsize="medium")
    return ax


def _sampled(
    loss: Callable, x: tuple[float, float], y: tuple[float, float], n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u, v = np.meshgrid(np.linspace(*x, n), np.linspace(*y, n))
    return u, v, np.broadcast_to(np.asarray(loss(u, v), dtype=float), u.shape)
