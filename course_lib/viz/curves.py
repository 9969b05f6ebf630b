"""Curves and tables of a training run: learning curves, confusion matrix, ROC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.viz.style import BLUE, COLORS, GREY, MARKERS, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike


def learning_curves(
    curves: dict[str, list[float] | tuple[list, list] | np.ndarray], *, ax: Axes | None = None, xlabel: str = "epoch",
    ylabel: str = "loss", title: str | None = None, log: bool = False, spread: dict[str, list[float]] | None = None,
) -> Axes:  # fmt: skip
    """Draw named curves, each a sequence of numbers or a pair (x, y); `spread` gives a half-width band by name.

    curves: {"training": [2.3, 1.1, ...], "validation": ([1, 5, 10], [2.3, 1.4, 1.2])}. Returns the Axes. With `log` the
    y axis is logarithmic.
    """
    ax = axes(ax, title=title, xlabel=xlabel, ylabel=ylabel)
    for k, (name, curve) in enumerate(curves.items()):
        x, y = curve if isinstance(curve, tuple) else (np.arange(1, len(curve) + 1), curve)
        x, y, color = np.asarray(x), np.asarray(y, dtype=float), COLORS[k % len(COLORS)]
        every = max(1, len(x) // 8)
        ax.plot(x, y, color=color, marker=MARKERS[k % len(MARKERS)], markevery=every, markersize=4, label=name)
        if spread and name in spread:
            half = np.asarray(spread[name])
            ax.fill_between(x, y - half, y + half, color=color, alpha=0.2, linewidth=0)
    if log:
        ax.set_yscale("log")
    if len(curves) > 1:
        ax.legend(frameon=False)
    return ax


def confusion_matrix(
    counts: ArrayLike, *, classes: Sequence[str] | None = None, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw counts (true class, predicted class), shaded by the share of each true class. Returns the Axes.

    counts (k, k), and `classes`, a name for each; ValueError for another shape or number of names.
    """
    counts = np.asarray(counts)
    k = len(counts)
    if counts.shape != (k, k):
        raise ValueError(f"confusion_matrix: expected a square table of counts, got shape {counts.shape}")
    names = [str(c) for c in (classes if classes is not None else range(k))]
    if len(names) != k:
        raise ValueError(f"confusion_matrix: expected a name for each of {k} classes, got {len(names)}")
    side = max(3.0, 0.45 * k + 1)
    ax = axes(ax, size=(side, side), title=title, xlabel="predicted class", ylabel="true class")
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    ax.set_xticks(range(k), names, rotation=90 if max(map(len, names)) > 2 else 0)
    ax.set_yticks(range(k), names)
    for i, j in np.argwhere(counts > 0):
        ax.text(
            j, i, counts[i, j], ha="center", va="center", fontsize=8, color="white" if share[i, j] > 0.5 else "0.15"
        )
    return ax


def roc_curve(
    false_positive_rate: Sequence[float], true_positive_rate: Sequence[float], *, label: str | None = None,
    ax: Axes | None = None, title: str | None = None,
) -> Axes:  # fmt: skip
    """Draw one ROC curve beside the diagonal of chance; both rates (n,) in [0, 1], rising. Returns the Axes.

    `false_positive_rate` and `true_positive_rate` are those rates; ValueError where their shapes differ.
    """
    if np.ndim(false_positive_rate) != 1 or np.shape(false_positive_rate) != np.shape(true_positive_rate):
        shapes = f"{np.shape(false_positive_rate)} and {np.shape(true_positive_rate)}"
        raise ValueError(f"roc_curve: expected two rates of one shape (n,), got {shapes}")
    ax = axes(ax, size=(4, 4), title=title, xlabel="false positive rate", ylabel="true positive rate")
    if not ax.lines:
        ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="chance")
    ax.plot(false_positive_rate, true_positive_rate, color=COLORS[(len(ax.lines) - 1) % len(COLORS)], label=label)
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    if label:
        ax.legend(frameon=False, loc="lower right")
    return ax


def histograms(
    named: Mapping[str, np.ndarray], *, bins: int = 40, columns: int = 5, title: str | None = None,
    xlabel: str = "value",
) -> np.ndarray:  # fmt: skip
    """One small histogram for each named array, all on one x axis: activations or gradients layer by layer.

    named: {"layer 1": array of any shape, ...}. Writes mean and standard deviation into each. Returns the Axes (n,).
    `bins` bars each; ValueError without any array.
    """
    import matplotlib.pyplot as plt

    if not named:
        raise ValueError("histograms: expected at least one named array, got none")
    columns = min(columns, len(named))
    rows = -(-len(named) // columns)
    fig, grid = plt.subplots(
        rows, columns, figsize=(2.1 * columns, 1.7 * rows), sharex=True, squeeze=False, layout="constrained"
    )
    values = {name: np.asarray(a, dtype=float).ravel() for name, a in named.items()}
    finite = np.concatenate([v[np.isfinite(v)] for v in values.values()])
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    for ax, (name, v) in zip(grid.flat, values.items(), strict=False):
        ax.hist(v[np.isfinite(v)], bins=bins, range=(low, high if high > low else low + 1), color=BLUE)
        ax.set_title(f"{name}\nmean {v.mean():.2g}, std {v.std():.2g}", fontsize=8)
        ax.set_yticks([])
        ax.spines[["top", "right", "left"]].set_visible(False)
    for ax in grid.flat[len(values) :]:
        ax.set_axis_off()
    for ax in grid.flat[max(0, len(values) - columns) : len(values)]:
        ax.tick_params(labelbottom=True)  # the lowest of each column, also above an empty place
    fig.supxlabel(xlabel, fontsize=9)
    if title:
        fig.suptitle(title, fontsize="medium")
    return grid.ravel()[: len(values)]
