"""A network as a row of blocks: what shape leaves each layer, and where the weights are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Polygon, Rectangle

from course_lib.viz.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.nn.summary import Row, Summary


KINDS = (("Conv", BLUE), ("Pool", GREEN), ("Norm", SKY), ("Linear", ORANGE), ("Local", BLUE), ("Drop", GREY))
OTHER = PURPLE


def architecture(
    summary: Summary, *, input_shape: tuple[int, int, int] | None = None, ax: Axes | None = None,
    title: str | None = None,
) -> Axes:  # fmt: skip
    """Draw the rows of `course_lib.nn.summary.summary`, left to right, as slabs; returns the Axes.

    A slab's height is the image's, its width grows with the logarithm of the channels; vectors are columns. Beneath
    stands the output's shape, above the layer and its number of weights. Rows without weights that keep the shape of
    the one before (activations) are left out. With `input_shape` (c, h, w) the input stands in front.
    """
    rows = _shown(summary.rows, input_shape)
    spatial = [shape[1] for _, shape, _ in rows if len(shape) == 3]
    tallest = max(spatial, default=1)
    ax = axes(ax, size=(max(4.0, 1.25 * len(rows)), 3.4), title=title)
    x = 0.0
    for k, (name, shape, weights) in enumerate(rows):
        wide, high = _size(shape, tallest)
        _slab(ax, x, wide, high, _color(name))
        middle, lift = x + wide / 2, 0.16 * (k % 2)
        label = f"{name}\n{weights:,}".replace(",", " ") if weights else name
        ax.text(middle, high / 2 + 0.28 + lift, label, ha="center", va="bottom", fontsize=8)
        ax.text(middle, -high / 2 - 0.1, "×".join(map(str, shape)), ha="center", va="top", fontsize=8, color="0.35")
        if k + 1 < len(rows):
            ax.annotate(
                "",
                xy=(x + wide + 0.75, 0),
                xytext=(x + wide + 0.22, 0),
                arrowprops={"arrowstyle": "->", "color": GREY},
            )
        x += wide + 0.8
    ax.set(xlim=(-0.4, x), ylim=(-1.35, 1.75), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def _shown(rows: Sequence[Row], input_shape: tuple[int, int, int] | None) -> list[tuple[str, tuple[int, ...], int]]:
    """(layer, output shape, weights) of the rows worth a slab, the input first where its shape is given."""
    shown = [("input", tuple(input_shape), 0)] if input_shape else []
    for row in rows:
        if row.parameters or not shown or tuple(row.output) != shown[-1][1]:
            shown.append((row.layer or row.name, tuple(row.output), row.parameters))
    return shown


def _size(shape: tuple[int, ...], tallest: int) -> tuple[float, float]:
    """(width, height) of a slab for an output shape (c, h, w) or (n,), heights at most 2."""
    if len(shape) == 3:
        return 0.12 + 0.13 * np.log2(shape[0]), 2.0 * max(shape[1] / tallest, 0.06)
    return 0.14, 0.25 + 0.16 * np.log2(np.prod(shape))


def _slab(ax: Axes, x: float, wide: float, high: float, color: str) -> None:
    depth = 0.12 * min(high, 1.5)
    low, top = -high / 2, high / 2
    ax.add_patch(Rectangle((x, low), wide, high, facecolor=color, edgecolor="white"))
    lid = [(x, top), (x + depth, top + depth), (x + wide + depth, top + depth), (x + wide, top)]
    side = [(x + wide, low), (x + wide + depth, low + depth), (x + wide + depth, top + depth), (x + wide, top)]
    ax.add_patch(Polygon(lid, facecolor=color, edgecolor="white", alpha=0.55))
    ax.add_patch(Polygon(side, facecolor=color, edgecolor="white", alpha=0.75))


def _color(layer: str) -> str:
    return next((color for part, color in KINDS if part.lower() in layer.lower()), OTHER)
