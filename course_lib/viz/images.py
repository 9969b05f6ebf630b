"""Arrays shown as images: grids of samples, filters and feature maps, an image as its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from course_lib.viz.style import DIVERGING, GREYS, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike


def image_grid(
    images: np.ndarray, *, titles: Sequence[str] | None = None, columns: int = 10, size: float = 0.9, cmap: str = GREYS,
    signed: bool = False, title: str | None = None,
) -> np.ndarray:  # fmt: skip
    """Show images (n, h, w), (n, 1, h, w) or (n, 3, h, w) in a grid; returns the Axes (n,).

    signed=True puts zero in the middle of a diverging scale, one scale for all, as filters want. Colour images are
    uint8 0..255 or floats 0..1. Raises ValueError for any other shape.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[1] in (1, 3):
        images = images[:, 0] if images.shape[1] == 1 else images.transpose(0, 2, 3, 1)
    elif images.ndim != 3:
        raise ValueError(f"image_grid: expected (n, h, w), (n, 1, h, w) or (n, 3, h, w), got {images.shape}")
    if len(images) == 0 or (titles is not None and len(titles) < len(images)):
        given = "none" if titles is None else len(titles)
        raise ValueError(f"image_grid: expected images and a title for each, got {len(images)}, titles: {given}")
    n, columns = len(images), min(columns, max(len(images), 1))
    rows = -(-n // columns)
    head = 0.18 if titles is not None else 0
    fig, grid = plt.subplots(
        rows, columns, figsize=(size * columns, (size + head) * rows), squeeze=False, layout="constrained"
    )
    limit = np.abs(images).max() if signed else None
    scale = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit} if signed else {"cmap": cmap}
    for ax in grid.flat:
        ax.set_axis_off()
    for k, (ax, image) in enumerate(zip(grid.flat, images, strict=False)):
        ax.imshow(image, interpolation="nearest", **scale)
        if titles is not None:
            ax.set_title(titles[k], fontsize=7, pad=2)
    if title:
        fig.suptitle(title, fontsize="medium")
    return grid.ravel()[:n]


def filters(weight: np.ndarray, *, columns: int = 8, size: float = 0.9, title: str | None = None) -> np.ndarray:
    """Show first-layer filters (f, 1 or 3, kh, kw), signed and on one scale; deeper ones by their strongest channel.

    `weight` is (f, c, kh, kw); ValueError for other axes. Returns the Axes (f,).
    """
    weight = np.asarray(weight)
    if weight.ndim != 4:
        raise ValueError(f"filters: expected weights (filters, channels, kh, kw), got {weight.shape}")
    if weight.shape[1] == 3:
        limit = np.abs(weight).max() or 1.0
        return image_grid(0.5 + weight / (2 * limit), columns=columns, size=size, title=title)
    strongest = np.abs(weight).sum(axis=(2, 3)).argmax(axis=1)
    return image_grid(weight[np.arange(len(weight)), strongest], columns=columns, size=size, signed=True, title=title)


def feature_maps(maps: np.ndarray, *, columns: int = 8, size: float = 1.1, title: str | None = None) -> np.ndarray:
    """Show the maps (c, h, w) that one image excites, zero in the middle of the scale.

    Returns the Axes (c,); ValueError for other axes.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3:
        raise ValueError(f"feature_maps: expected the maps of one image (c, h, w), got {maps.shape}")
    return image_grid(
        maps, titles=[f"map {k}" for k in range(len(maps))], columns=columns, size=size, signed=True, title=title
    )


def numbers(
    patch: ArrayLike, *, ax: Axes | None = None, title: str | None = None, fmt: str = "{:.0f}", cmap: str = GREYS,
    highlight: tuple[int, int, int, int] | None = None,
) -> Axes:  # fmt: skip
    """Show a small array (h, w) as grey cells with their numbers written in; returns the Axes.

    highlight: (row, column, height, width) of a window to frame. `patch` is the array and `fmt` the format of a number;
    ValueError for other axes.
    """
    patch = np.asarray(patch)
    if patch.ndim != 2:
        raise ValueError(f"numbers: expected an array (h, w), got shape {patch.shape}")
    h, w = patch.shape
    ax = axes(ax, size=(max(2.0, 0.42 * w), max(2.0, 0.42 * h)), title=title)
    low, high = float(patch.min()), float(patch.max())
    ax.imshow(patch, cmap=cmap, vmin=low, vmax=high if high > low else low + 1)
    for (i, j), v in np.ndenumerate(patch):
        bright = (v - low) / ((high - low) or 1) > 0.5
        ax.text(j, i, fmt.format(v), ha="center", va="center", fontsize=8, color="black" if bright else "white")
    if highlight:
        r, c, kh, kw = highlight
        ax.add_patch(plt.Rectangle((c - 0.5, r - 0.5), kw, kh, fill=False, edgecolor="#D55E00", linewidth=2.5))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
