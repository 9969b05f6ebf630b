"""Points, lines, planes and decision regions: what a linear classifier looks like.

Weights `w` hold the bias first, so a line is w[0] + w[1] u + w[2] v = 0 and (w[1], w[2]) is its normal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import ListedColormap

from course_lib.topics.perceptron import signed_distance
from course_lib.viz.style import BLUE, COLORS, GREY, MARKERS, RED, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

MINUS, PLUS = RED, BLUE  # the two classes, everywhere in the course


def points(
    x: np.ndarray, t: np.ndarray, *, ax: Axes | None = None, w: np.ndarray | None = None,
    names: Mapping[Any, str] | None = None, size: int = 34,
) -> Axes:  # fmt: skip
    """Scatter the points `x (n, 2)` by their labels `t (n,)`; with `w`, ring those that the line misclassifies.

    Labels -1 or 0 are red squares, +1 or 1 blue dots, further classes the next colours. `names` maps a label to its
    text in the legend. The axes are called u and v unless they have names already. Returns the Axes; ValueError for
    other shapes.
    """
    x, t = np.asarray(x), np.asarray(t)
    if x.ndim != 2 or x.shape[1] != 2 or t.shape != x.shape[:1]:
        raise ValueError(f"points: expected x of shape (n, 2) and t (n,), got {x.shape} and {t.shape}")
    named = ax is not None and ax.get_xlabel()
    ax = axes(ax, size=(4.6, 4.0), xlabel=None if named else "u", ylabel=None if named else "v")
    signed = np.any(t < 0)
    for label in np.unique(t):
        color, marker = _look(label)
        text = (names or {}).get(label, f"t = {label:+d}" if signed else f"t = {label}")
        own = x[t == label]
        ax.scatter(
            own[:, 0], own[:, 1], s=size, c=color, marker=marker, edgecolors="white", lw=0.6, label=text, zorder=3
        )
    if w is not None:
        wrong = np.where(t > 0, 1, -1) * signed_distance(w, x, normalised=False) <= 0
        style = {"facecolors": "none", "edgecolors": "black", "lw": 1.4, "zorder": 4}
        ax.scatter(x[wrong, 0], x[wrong, 1], s=size * 4, label="misclassified", **style)
    return ax


def view(x: np.ndarray, *, ax: Axes, pad: float = 0.15) -> Axes:
    """Equal scales on both axes, and limits that show all points `x (n, 2)` with `pad` of their extent around.

    Returns `ax`.
    """
    low, high = np.min(x, axis=0), np.max(x, axis=0)
    middle, half = (low + high) / 2, (0.5 + pad) * np.max(high - low)
    ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    ax.set_aspect("equal", adjustable="box")
    return ax


def line(
    w: ArrayLike, *, ax: Axes, normal: bool = True, color: str = "black", label: str | None = None, **style: Any
) -> Axes:
    """Draw the line of `w (3,)` right across `ax`; with `normal`, an arrow along (w[1], w[2]) scaled to the picture.

    Set the limits of `ax` first (`view`). Raises ValueError where w[1] = w[2] = 0, which is no line. `style` is handed
    on to matplotlib's line. Returns `ax`.
    """
    w = np.asarray(w, float)
    size = float(np.hypot(w[1], w[2]))
    if w.shape != (3,) or size == 0:
        raise ValueError(f"line: expected weights (bias, a, b) with a or b not 0, got {w.tolist()}")
    unit = w[1:] / size
    middle = np.array([np.mean(ax.get_xlim()), np.mean(ax.get_ylim())])
    foot = middle - (w[0] / size + middle @ unit) * unit
    along = np.array([-unit[1], unit[0]])
    ax.axline(foot, foot + along, color=color, label=label, **{"lw": 1.8, "zorder": 2, **style})
    if normal:
        tip = foot + 0.13 * np.ptp(ax.get_xlim()) * unit
        arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, foot, arrowprops=arrow, zorder=5)
    return ax


def distances(w: np.ndarray, x: np.ndarray, *, ax: Axes, color: str = GREY, numbers: bool = False) -> Axes:
    """Join each point of `x (n, 2)` to its foot on the line of `w (3,)`; with `numbers`, write the signed distance.

    Returns `ax`.
    """
    w, x = np.asarray(w, float), np.asarray(x, float)
    d = signed_distance(w, x)
    feet = x - np.outer(d, w[1:] / np.hypot(w[1], w[2]))
    for point, foot, distance in zip(x, feet, d, strict=True):
        ax.plot(*zip(point, foot, strict=True), color=color, lw=1.0, zorder=1)
        if numbers:
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5}
            ax.annotate(f"{distance:+.2f}", (point + foot) / 2, fontsize=8, ha="center", va="center", bbox=box)
    return ax


def regions(predict: Callable, *, ax: Axes, steps: int = 200, alpha: float = 0.18) -> Axes:
    """Tint `ax` by the label that `predict` gives: a function from points `(n, 2)` to labels `(n,)`.

    Set the limits of `ax` first (`view`); they and the aspect are kept: a right angle stays one. It is asked on a grid
    of `steps` x `steps` points. Returns `ax`; ValueError for labels of another shape.
    """
    xlim, ylim = ax.get_xlim(), ax.get_ylim()
    u, v = np.meshgrid(np.linspace(xlim[0], xlim[1], steps), np.linspace(ylim[0], ylim[1], steps))
    labels = np.asarray(predict(np.column_stack([u.ravel(), v.ravel()])))
    if labels.shape != (steps * steps,):
        raise ValueError(f"regions: predict must give one label per point, got shape {labels.shape}")
    classes, index = np.unique(labels, return_inverse=True)
    colors = ListedColormap([_look(label)[0] for label in classes])
    extent = (*xlim, *ylim)
    image, aspect = index.reshape(u.shape), ax.get_aspect()
    ax.imshow(image, origin="lower", extent=extent, cmap=colors, alpha=alpha, aspect=aspect, zorder=0)
    ax.set(xlim=xlim, ylim=ylim)
    return ax


def snapshot(
    x: np.ndarray, t: np.ndarray, w: np.ndarray, *, ax: Axes | None = None, feet: bool = False, title: str | None = None
) -> Axes:
    """One classifier at a glance: tinted sides, points, the line of `w (3,)` and its normal, errors ringed.

    With `feet`, the distances too. Where w[1] = w[2] = 0 there is no line, and only the tint shows. x (n, 2), labels t
    (n,). Returns the Axes.
    """
    ax = axes(ax, size=(4.2, 4.0), title=title, xlabel="u", ylabel="v")
    view(x, ax=ax)
    regions(lambda p: np.where(signed_distance(w, p, normalised=False) < 0, -1, 1), ax=ax)
    points(x, t, ax=ax, w=w)
    if w[1] or w[2]:
        line(w, ax=ax)
        if feet:
            distances(w, x, ax=ax)
    return ax


def plane(w: np.ndarray, *, ax: Axes, half: float = 1.5, color: str = GREY, alpha: float = 0.35) -> Axes:
    """Draw the plane of `w (4,)` and its unit normal in the 3-D Axes `ax`, a square of half width `half`.

    Returns `ax`.
    """
    w = np.asarray(w, float)
    normal = w[1:] / np.linalg.norm(w[1:])
    foot = -w[0] / np.linalg.norm(w[1:]) * normal
    first = np.linalg.svd(normal[None])[2][1:]  # two unit vectors that span the plane
    a, b = np.meshgrid([-half, half], [-half, half])
    corners = foot + a[..., None] * first[0] + b[..., None] * first[1]
    ax.plot_surface(*np.moveaxis(corners, -1, 0), color=color, alpha=alpha, shade=False)
    ax.quiver(*foot, *normal, color="black", lw=1.6, arrow_length_ratio=0.18)
    return ax


def _look(label: int) -> tuple[str, str]:
    if label <= 0:
        return MINUS, "s"
    if label == 1:
        return PLUS, "o"
    others = [c for c in COLORS if c not in (MINUS, PLUS)]
    return others[(int(label) - 2) % len(others)], MARKERS[int(label) % len(MARKERS)]
