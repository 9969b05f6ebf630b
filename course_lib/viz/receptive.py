"""Receptive fields drawn: a stack of layers as a fan of connections, and the pixels that a gradient reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.patches import Rectangle

from course_lib.arithmetic import Window, receptive_field
from course_lib.viz import style
from course_lib.viz.style import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.viz.style import Panels


def stacks(many: Sequence[Sequence[tuple[Any, ...]]], *, titles: Sequence[str], axes: Panels | None = None) -> Panels:
    """Draw stacks of layers side by side, each as the fan of what its top neuron sees. Returns the Axes.

    A stack is a list of tuples (kernel_size, stride, padding, dilation), from the input upwards.
    """
    if axes is None:
        widths = [receptive_field(layers).size + 2 for layers in many]
        axes = style.plt.subplots(1, len(many), figsize=(8.0, 2.8), width_ratios=widths, layout="constrained")[1]
    for ax, layers, title in zip(np.ravel(axes), many, titles, strict=True):
        fan(layers, ax=ax, names=ax is np.ravel(axes)[0])
        seen = receptive_field(layers).size
        ax.set_title(f"{title}: sees {seen}", fontsize=10)
    return axes


def fan(layers: Sequence[tuple[Any, ...]], *, ax: Axes, names: bool = True) -> Axes:
    """Draw one stack: neurons as dots over their place on the input, lines to all that the top neuron depends on.

    `layers` is such a stack; with `names` the levels are named. Returns `ax`.
    """
    windows: list[Any] = [Window(*layer) for layer in layers]
    jumps, centres = [1], [0.0]  # of each level: distance of neighbours, place of neuron 0
    for layer in windows:
        middle = layer.dilation * (layer.kernel_size - 1) / 2 - layer.padding
        centres.append(centres[-1] + middle * jumps[-1])
        jumps.append(jumps[-1] * layer.stride)
    seen = {0}
    for level in range(len(windows), 0, -1):
        layer, below = windows[level - 1], set()
        for i in seen:
            taps = [i * layer.stride - layer.padding + t * layer.dilation for t in range(layer.kernel_size)]
            below.update(taps)
            for tap in taps:
                ends = centres[level] + i * jumps[level], centres[level - 1] + tap * jumps[level - 1]
                ax.plot(ends, [level, level - 1], color=BLUE, lw=0.9, alpha=0.8, zorder=1)
        _dots(ax, level, seen, centres, jumps, windows)
        seen = below
    _dots(ax, 0, seen, centres, jumps, windows)
    ax.set(xticks=[], yticks=range(len(windows) + 1), ylim=(-0.4, len(windows) + 0.4))
    levels = ["input", *(f"layer {n}" for n in range(1, len(windows) + 1))]
    ax.set_yticklabels(levels if names else [], fontsize=9)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _dots(
    ax: Axes, level: int, seen: set[int], centres: Sequence[float], jumps: Sequence[int], layers: Sequence[Window]
) -> None:
    """All neurons of a level above the field, those in play filled."""
    first = receptive_field([(w.kernel_size, w.stride, w.padding, w.dilation) for w in layers])
    low, high = first.start, first.start + first.size - 1
    start = int(np.ceil((low - centres[level]) / jumps[level] - 1e-9))
    stop = int(np.floor((high - centres[level]) / jumps[level] + 1e-9))
    for i in range(start, stop + 1):
        used = i in seen
        face, edge = (ORANGE if level == 0 else BLUE, "black") if used else ("white", GREY)
        ax.scatter(centres[level] + i * jumps[level], level, s=55, color=face, edgecolors=edge, zorder=3, lw=0.8)


def gradient_fields(fields: Sequence[np.ndarray], titles: Sequence[str], *, axes: Panels | None = None) -> Panels:
    """Show gradients (h, w) of one output number with respect to every pixel: white has none. Returns the Axes.

    A box marks the pixels that can influence the number; its colour scale is the square root, own for each picture.
    """
    if axes is None:
        axes = style.row(len(fields), size=(2.3, 2.6))
    colors = style.plt.colormaps["cividis_r"].with_extremes(bad="white")
    for ax, field, title in zip(axes, fields, titles, strict=True):
        field = np.abs(field)
        ax.imshow(np.ma.masked_equal(field, 0), cmap=colors, norm=PowerNorm(0.5, vmin=0, vmax=field.max()))
        rows, columns = (np.flatnonzero(field.any(axis=axis)) for axis in (1, 0))
        if len(rows):
            corner = (columns[0] - 0.5, rows[0] - 0.5)
            box = Rectangle(corner, np.ptp(columns) + 1, np.ptp(rows) + 1, fill=False, ec=style.RED, lw=1.5)
            ax.add_patch(box)
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=10)
    return axes
