"""A stage of a convolutional network at work: what it filters, rectifies, pools, and where its gradient goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.ops.convolution import pool
from course_lib.ops.convolution.conv import conv2d
from course_lib.topics import filters
from course_lib.topics.choice import chosen
from course_lib.topics.excitation import patches, strongest_places
from course_lib.viz import images as pictures
from course_lib.viz import style
from course_lib.viz.convolution import grid
from course_lib.viz.filtering import picture
from course_lib.viz.style import DIVERGING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.topics.filter_fit import Fit

KINDS = ("max", "average", "none")


@dataclass(frozen=True)
class Stage:
    """One image (h, w) through a stage: maps and rectified maps (f, h, w), pooled maps (f, h', w')."""

    image: np.ndarray
    maps: np.ndarray
    rectified: np.ndarray
    pooled: np.ndarray


def edge_filters(directions: int = 4, sigma: float = 0.8, radius: int = 2) -> np.ndarray:
    """Gaussian derivatives towards `directions` directions over half a turn: (directions, k, k).

    `sigma` in pixels, k = 2 radius + 1: `radius` is that of `topics.filters.gaussian_bank`.
    """
    bank = filters.gaussian_bank(sigma, radius)
    angles = np.arange(directions) * np.pi / directions
    return np.stack([np.cos(a) * bank[1] + np.sin(a) * bank[2] for a in angles])


def run_stage(
    image: np.ndarray, kernels: np.ndarray, *, size: int = 2, kind: str = "max", shift: tuple[int, int] = (0, 0)
) -> Stage:
    """Move the image by `shift` (down, right; what leaves comes back), filter, rectify, pool by `size`; a `Stage`.

    kind: "max", "average", or "none", which keeps every size-th number without looking at the others. `kernels` (f, kh,
    kw); the maps keep the size of the image. ValueError for another kind.
    """
    chosen(kind, KINDS, "kind", name="run_stage")
    image = np.roll(np.asarray(image, float), shift, axis=(0, 1))
    kernels = np.asarray(kernels, float)
    maps = conv2d(image[None, None], kernels[:, None], padding="same")[0]
    rectified = np.maximum(maps, 0)
    pooling = {
        "max": lambda x: pool.max_pool2d(x, size)[0],
        "average": lambda x: pool.avg_pool2d(x, size)[0],
        "none": lambda x: x[:, :, ::size, ::size],
    }
    return Stage(image, maps[0], rectified[0], pooling[kind](rectified)[0])


def change(before: np.ndarray, after: np.ndarray) -> float:
    """Length of the difference of two arrays over the length of the first; 0 where both are 0.

    `before` and `after` are of one shape.
    """
    length = np.linalg.norm(before)
    return float(np.linalg.norm(after - before) / length) if length else float(np.any(after))


def stage_maps(
    image: np.ndarray, kernels: np.ndarray, *, size: int = 2, kind: str = "max", shift: tuple[int, int] = (0, 0),
    figure: Figure | None = None,
) -> np.ndarray:  # fmt: skip
    """Draw a stage: the image; for each filter a row of filter, map, rectified, pooled. Returns these Axes (rows, 4).

    Below stands by how much the rectified and the pooled maps differ from those of the image that was not moved.
    `kernels`, `kind` and `shift` are those of `run_stage`.
    """
    rest, moved = run_stage(image, kernels, size=size, kind=kind), None
    moved = run_stage(image, kernels, size=size, kind=kind, shift=shift)
    rows = len(kernels)
    if figure is None:
        figure = style.plt.figure(figsize=(8.6, 1.25 * rows + 0.9), layout="constrained")
    places = figure.add_gridspec(rows, 5, width_ratios=(2.2, 0.7, 1, 1, 1))
    title = f"image, moved {shift[0]} down, {shift[1]} right" if any(shift) else "image"
    picture(figure.add_subplot(places[:, 0]), moved.image, title=title)
    axes = np.array([[figure.add_subplot(places[k, j]) for j in range(1, 5)] for k in range(rows)])
    pooled = {"max": "largest of", "average": "mean of", "none": "one of every"}[kind]
    titles = ("filter", "map", "rectified", f"{pooled} {size}×{size}")
    most = np.abs(rest.maps).max() or 1.0
    for k in range(rows):
        shown = (kernels[k], moved.maps[k], moved.rectified[k], moved.pooled[k])
        for ax, values, title in zip(axes[k], shown, titles, strict=True):
            limit = np.abs(kernels).max() if title == "filter" else most
            ax.imshow(values, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
            if k == 0:
                ax.set_title(title, fontsize=10, loc="left")
    if any(shift):
        numbers = [100 * change(getattr(rest, what), getattr(moved, what)) for what in ("rectified", "pooled")]
        text = (
            f"moving the image changed the rectified maps by {numbers[0]:.0f} %, the pooled ones by {numbers[1]:.0f} %"
        )
    else:
        text = f"{moved.rectified.size} numbers before pooling, {moved.pooled.size} after"
    figure.supxlabel(text, fontsize=10)
    return axes


def gradient_route(x: np.ndarray, g: np.ndarray, *, size: int, stride: int) -> np.ndarray:
    """Draw where max pooling sends the gradient: x (h, w) with its winners, pooled, g, the gradient of x. 4 Axes.

    `size` is that of the window, `stride` the pixels from one to the next; g has the shape of the pooled map.
    """
    x, g = np.asarray(x, float), np.asarray(g, float)
    out, vjp = pool.max_pool2d(x[None, None], size, stride)
    (gx,) = vjp(g[None, None])
    winners = gx[0, 0] != 0
    widths = [x.shape[1], g.shape[1], g.shape[1], x.shape[1]]
    axes = style.plt.subplots(1, 4, figsize=(9.4, 3.0), width_ratios=widths, layout="constrained")[1]
    everywhere = np.ones(g.shape, bool)
    grid(axes[0], x, orange=winners, title="input, its winners")
    grid(axes[1], out[0, 0], orange=everywhere, title="largest")
    grid(axes[2], g, blue=everywhere, title="gradient")
    grid(axes[3], gx[0, 0], blue=winners, title="gradient of the input")
    return axes


def fitted_filters(kernels: np.ndarray, fits: Sequence[Fit], *, title: str | None = None) -> np.ndarray:
    """Draw kernels (n, k, k) above their best templates (`filter_fit.Fit`), order and score. Axes (2, n).

    `fits` has one for each kernel.
    """
    n = len(kernels)
    figure, axes = style.plt.subplots(2, n, figsize=(0.95 * n, 2.7), squeeze=False, layout="constrained")
    for k, (own, fit) in enumerate(zip(kernels, fits, strict=True)):
        limit = np.abs(own).max() or 1.0
        for ax, values in zip(axes[:, k], (own, fit.template), strict=True):
            ax.imshow(values, cmap=DIVERGING, vmin=-limit, vmax=limit)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        kind = "Gabor" if fit.order < 0 else f"order {fit.order}"
        axes[1, k].set_title(f"{kind}\n{100 * fit.score:.0f} %", fontsize=8)
    axes[0, 0].set_ylabel("filter", fontsize=9)
    axes[1, 0].set_ylabel("template", fontsize=9)
    if title:
        figure.suptitle(title, fontsize="medium", x=0.01, ha="left")
    return axes


def score_map(image: np.ndarray, scores: np.ndarray, *, classes: str | None = None) -> np.ndarray:
    """Draw a wide image (h, w) and, below it, the scores (classes, places) of every class there. Returns 2 Axes."""
    axes = style.plt.subplots(2, 1, figsize=(7.8, 3.6), layout="constrained", height_ratios=(1, 1))[1]
    picture(axes[0], image, title="image")
    axes[1].imshow(scores, cmap=DIVERGING, aspect="auto", vmin=-np.abs(scores).max(), vmax=np.abs(scores).max())
    axes[1].set(yticks=range(len(scores)), xlabel="place", ylabel="class")
    axes[1].set_yticklabels(classes or range(len(scores)), fontsize=7)
    axes[1].set_title("score of every class at every place", fontsize=10, loc="left")
    return axes


def tap_picture(
    size: tuple[int, int] = (5, 6), kernel: tuple[int, int] = (2, 3), stride: int = 2, *, tap: tuple[int, int] = (1, 2)
) -> np.ndarray:
    """Draw which pixels one tap of a kernel meets: the kernel with that tap, the image's cells in orange, and those
    cells.

    `size` is the image's (h, w), `kernel` (kh, kw) lies on every `stride`-th place, `tap` is (row, column). Returns 3
    Axes.
    """
    rows, columns = ((n - k) // stride + 1 for n, k in zip(size, kernel, strict=True))
    met = np.zeros(size, bool)
    met[tap[0] : tap[0] + (rows - 1) * stride + 1 : stride, tap[1] : tap[1] + (columns - 1) * stride + 1 : stride] = (
        True
    )
    own = np.zeros(kernel, bool)
    own[tap] = True
    axes = style.plt.subplots(
        1, 3, figsize=(8.0, 3.0), width_ratios=(kernel[1], size[1], columns), layout="constrained"
    )
    axes = axes[1]
    letters = np.arange(size[0] * size[1]).reshape(size)
    grid(axes[0], np.arange(kernel[0] * kernel[1]).reshape(kernel), green=own, title="one tap of the kernel")
    grid(axes[1], letters, orange=met, title=f"the pixels it meets, stride {stride}")
    grid(
        axes[2], letters[met].reshape(rows, columns), orange=np.ones((rows, columns), bool), title="one for each output"
    )
    return axes


def exciting(maps: Any, images: np.ndarray, *, field: Any, jump: Any, filters: int = 5, count: int = 9) -> Any:
    """A row for each of the `filters` strongest filters: the `count` pieces of images that excite it most.

    maps (n, f, h, w) of images (n, 1, height, width); `field` and `jump` say what a number of the maps sees. Returns
    what `image_grid` returns.
    """
    places = strongest_places(maps, count)
    answers = np.array([[maps[i, f, r, c] for i, r, c in some] for f, some in enumerate(places)])
    chosen = np.argsort(-answers.mean(axis=1), kind="stable")[:filters]
    cut = patches(images, places[chosen], field, jump)
    titles = [f"filter {f}" if k == 0 else "" for f in chosen for k in range(count)]
    title = "what excites filters most, a filter to a row"
    return pictures.image_grid(cut.reshape(-1, field, field), columns=count, size=0.85, titles=titles, title=title)
