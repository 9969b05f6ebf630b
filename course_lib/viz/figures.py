"""Joints drawn on figures, and boxes drawn on scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from course_lib.data.scenes import LIMBS
from course_lib.viz.style import BLUE, GREEN, GREYS, ORANGE, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike


def joints_on(
    image: np.ndarray, joints: np.ndarray, *, ax: Axes | None = None, color: str = ORANGE, title: str | None = None,
    label: str | None = None, limbs: Sequence[tuple[int, int]] = LIMBS,
) -> Axes:  # fmt: skip
    """An image (h, w), unless None, and joints (j, 2) in pixels with their limbs over it; returns the Axes.

    `limbs` are pairs of joints, those of a figure with 11 of them unless others are given.
    """
    ax = axes(ax, size=(2.4, 2.4), title=title)
    if image is not None:
        ax.imshow(image, cmap=GREYS, vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for k, pair in enumerate(limbs):
        ax.plot(*(joints[list(pair)] - 0.5).T, color=color, lw=1.6, label=label if k == 0 else None)
    ax.plot(*(joints - 0.5).T, "o", color=color, ms=3)
    return ax


def boxes_on(
    image: np.ndarray, boxes: ArrayLike, *, ax: Axes | None = None, truths: Sequence[Any] = (),
    told: Sequence[str] | None = None, title: str | None = None,
) -> Axes:  # fmt: skip
    """A scene (h, w), found boxes (n, 4), dashed true ones (m, 4), and a text for each found box; returns the Axes.

    `image` is the scene, `truths` are the true boxes and `told` the texts; a box is (left, top, right, bottom) in
    pixels.
    """
    ax = axes(ax, size=(4.0, 2.7), title=title)
    ax.imshow(image, cmap=GREYS, vmin=0, vmax=1)
    for box in truths:
        _frame(ax, box, GREEN, ls="--", lw=2.2)
    for k, box in enumerate(np.asarray(boxes)):
        _frame(ax, box, ORANGE if told is None else (ORANGE, BLUE)[k % 2], lw=1.4)
        if told is not None:
            ax.text(box[0], box[1] - 1.5, told[k], color=(ORANGE, BLUE)[k % 2], fontsize=8)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def _frame(ax: Axes, box: np.ndarray, color: str, **how: float | str) -> None:
    left, top, right, bottom = box
    ax.add_patch(Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, ec=color, **how))
