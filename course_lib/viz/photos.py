"""A photograph as numbers: a window of it written out, a threshold, and how alike neighbours are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from course_lib.viz.images import numbers
from course_lib.viz.style import BLUE, GREYS, RED, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def zoom_and_threshold(
    photo: np.ndarray, *, row: int = 0, column: int = 0, size: int = 8, threshold: int = 128,
    figure: Figure | None = None,
) -> Figure:  # fmt: skip
    """Three views of a grey `photo` (h, w), 0..255: where the window lies, its numbers, and what exceeds `threshold`.

    The window is `size` pixels square with its corner at `row`, `column`, moved inside where it would stick out.
    Returns the Figure.
    """
    photo = np.asarray(photo)
    row, column = (max(0, min(at, n - size)) for at, n in zip((row, column), photo.shape, strict=True))
    figure = figure or Figure(figsize=(10.2, 3.5), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.15, 1))
    for ax, image, title in ((left, photo, "the photograph"), (right, photo > threshold, f"brighter than {threshold}")):
        ax.imshow(image, cmap=GREYS, vmin=0, vmax=255 if image is photo else 1)
        ax.set_title(title, loc="left", fontsize="medium", y=1)  # a given place is not sought
        ax.set_axis_off()
    _frame(left, row, column, size)
    numbers(photo[row : row + size, column : column + size], ax=middle, title="the window as numbers")
    return figure


def _frame(ax: Axes, row: int, column: int, size: int) -> None:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * size - 0.5
    ax.plot(column + corners[:, 0], row + corners[:, 1], color=RED, linewidth=1.6)


def neighbour_curve(curves: dict[str, list[float]], *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Correlation of pixels against their distance, {"photograph": values for 0, 1, 2, ...}; returns the Axes.

    `curves` holds at most three.
    """
    ax = axes(ax, title=title, xlabel="distance in pixels", ylabel="correlation")
    for (name, values), color, marker in zip(curves.items(), (BLUE, RED, "0.45"), "os^", strict=False):
        ax.plot(range(len(values)), values, color=color, marker=marker, markersize=4, label=name)
    ax.axhline(0, color="0.7", linewidth=1, zorder=0)
    ax.legend(frameon=False)
    return ax


def scatter_of_neighbours(photo: np.ndarray, distances: tuple[int, int], *, figure: Figure | None = None) -> Figure:
    """Each pixel's value against that of the one `distance` columns to its right, a cloud per distance; the Figure.

    `photo` (h, w), 0..255, of which every 7th row and 3rd column is taken; `distances` in pixels.
    """
    photo = np.asarray(photo)
    figure = figure or Figure(figsize=(2.7 * len(distances), 2.9), layout="constrained")
    for ax, d in zip(np.atleast_1d(figure.subplots(1, len(distances))), distances, strict=True):
        ax.plot(photo[::7, : photo.shape[1] - d : 3].ravel(), photo[::7, d::3].ravel(), ",", color=BLUE, alpha=0.5)
        ax.set(xlim=(0, 255), ylim=(0, 255), aspect="equal", xlabel="pixel", xticks=(0, 255), yticks=(0, 255))
        ax.set_ylabel(f"{d} to the right", labelpad=-12)
        ax.spines[["top", "right"]].set_visible(False)
    return figure
