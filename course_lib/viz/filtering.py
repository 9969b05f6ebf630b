"""What filters answer to a photograph, and what their answers cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from course_lib.viz import style
from course_lib.viz.convolution import grid
from course_lib.viz.style import BLUE, COLORS, DIVERGING, GREY, GREYS, MARKERS, ORANGE, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.viz.style import Panels


def one_answer(photo: np.ndarray, kernel: np.ndarray, *, corner: tuple[int, int], axes: Panels | None = None) -> Panels:
    """From a photograph (h, w) to one number of its map: window, kernel, answer. Returns 4 Axes.

    `corner` is the (row, column) of the window; its grey values are shown in per cent. `photo` is within 0..1, kernel
    (kh, kw).
    """
    (row, column), (kh, kw) = corner, kernel.shape
    view = np.lib.stride_tricks.sliding_window_view(photo, kernel.shape)
    answers = np.einsum("ijuv,uv->ij", view, kernel)
    window = np.round(100 * view[row, column]).astype(int)
    if axes is None:
        axes = style.plt.subplots(1, 4, figsize=(10.6, 3.3), width_ratios=(1, 0.62, 0.62, 1), layout="constrained")[1]
    picture(axes[0], photo, title="a photograph, and one window of it")
    everywhere = np.ones(kernel.shape, bool)
    grid(axes[1], window, orange=everywhere, title="the window, in %")
    grid(axes[2], kernel, title="times a filter, added up")
    picture(axes[3], answers, signed=True, title="is one number of the map")
    for ax, height, width, color in ((axes[0], kh, kw, ORANGE), (axes[3], 1, 1, BLUE)):
        frame = 2  # a few pixels wider than the window, or it would not be seen
        box = Rectangle((column - 0.5 - frame, row - 0.5 - frame), width + 2 * frame, height + 2 * frame)
        box.set(fill=False, ec=color, lw=2.5)
        ax.add_patch(box)
    axes[2].set_xlabel(f"sum of products: {(window * kernel).sum() / 100:+.2f}", fontsize=10)
    return axes


def picture(ax: Axes, image: np.ndarray, *, signed: bool = False, title: str = "") -> Axes:
    """Show a grey image (h, w), or with `signed` a map around 0: red above, blue below, white at 0. Returns `ax`."""
    if signed:
        most = float(np.quantile(np.abs(image), 0.995)) or 1.0  # a few extreme pixels should not bleach the rest
        ax.imshow(image, cmap=DIVERGING, vmin=-most, vmax=most)
    else:
        ax.imshow(image, cmap=GREYS)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=10, loc="left")
    return ax


def responses(maps: np.ndarray, kernels: np.ndarray, names: Sequence[str], *, axes: Panels | None = None) -> Panels:
    """Show the map of each filter, red where its answer is positive, blue where negative, its kernel in the corner.

    `maps` (f, h, w), `kernels` (f, kh, kw) and their `names`, f texts. Returns the Axes (f,).
    """
    if axes is None:
        columns = min(len(names), 3) if len(names) != 4 else 4
        rows = -(-len(names) // columns)
        size = (9.2, 9.2 / columns * rows + 0.25 * rows)
        axes = style.plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")[1].ravel()
    for ax, image, kernel, name in zip(axes, maps, kernels, names, strict=True):
        positive = np.min(kernel) >= 0
        picture(ax, image, signed=not positive, title=name)
        corner = ax.inset_axes((0.72, 0.0, 0.28, 0.28))
        most = np.abs(kernel).max()
        corner.imshow(kernel, cmap=DIVERGING, vmin=-most, vmax=most)
        corner.set(xticks=[], yticks=[])
    return axes


def shifted_taps(photo: np.ndarray, kernel: np.ndarray, *, dilation: int = 1) -> list[Axes]:
    """Show convolution as a sum of shifted photographs, one for each tap of `kernel`. Returns the Axes, sum last.

    `photo` (h, w), kernel (kh, kw) of whole numbers, whose taps lie `dilation` pixels apart.
    """
    kh, kw = kernel.shape
    rows, columns = photo.shape[0] - dilation * (kh - 1), photo.shape[1] - dilation * (kw - 1)
    figure = style.plt.figure(figsize=(8.4, 4.2), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1))
    small, total = left.subplots(kh, kw, squeeze=False), np.zeros((rows, columns))
    for (u, v), weight in np.ndenumerate(kernel):
        top, side, ax = u * dilation, v * dilation, small[u, v]
        total += weight * photo[top : top + rows, side : side + columns]
        ax.imshow(photo, cmap="gray", alpha=0.35 if weight else 0.12)
        frame = {
            "fill": False,
            "lw": 2.2 if weight else 0.8,
            "edgecolor": RED if weight > 0 else BLUE if weight else GREY,
        }
        ax.add_patch(style.plt.Rectangle((side - 0.5, top - 0.5), columns, rows, **frame))
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.set_title(f"{weight:+d} ×".replace("-", "−") if weight else "0 ×", fontsize=9)
    left.suptitle(f"what each tap sees, {dilation} pixels apart, times its weight", fontsize=10)
    big = picture(
        right.subplots(), total, signed=True, title="the sum of all nine" if kernel.size == 9 else "their sum"
    )
    return [*small.ravel(), big]


def cost_against_time(
    counted: Sequence[float], measured: Sequence[float], kernels: Sequence[int], *, ax: Axes | None = None
) -> Axes:
    """Plot seconds against multiply-adds, both logarithmic, by kernel size, with the line of the median rate.

    `counted` multiply-adds, `measured` seconds and `kernels` sizes, (n,) each. Returns the Axes, in milliseconds.
    """
    counted, measured, kernels = (np.asarray(v) for v in (counted, measured, kernels))
    ax = style.axes(ax, size=(6.2, 4.2), xlabel="multiply-adds (counted)", ylabel="milliseconds (measured)")
    rate = np.median(counted / measured)
    ends = np.array([counted.min(), counted.max()])
    ax.plot(ends, ends / rate * 1e3, color="black", lw=1, label=f"{rate / 1e9:.1f} thousand million a second")
    for kernel, color, marker in zip(np.unique(kernels), COLORS, MARKERS, strict=False):
        own = kernels == kernel
        ax.scatter(counted[own], measured[own] * 1e3, color=color, marker=marker, label=f"{kernel}×{kernel}", zorder=3)
    ax.set(xscale="log", yscale="log")
    ax.legend(frameon=False, fontsize=9)
    ax.set_title("Counting predicts the time of a convolution", loc="left", fontsize="medium")
    return ax
