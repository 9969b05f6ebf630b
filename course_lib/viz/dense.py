"""Dense predictors drawn: masks in colours, what one answer sees, how fine answers are, ways back to full size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from course_lib.arithmetic import receptive_field
from course_lib.topics.segmentation import mean_iou
from course_lib.viz import style
from course_lib.viz.style import BLUE, GREEN, GREY, GREYS, ORANGE, PURPLE, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from course_lib.viz.style import Panels

CLASSES = ListedColormap(["#4D4D4D", BLUE, ORANGE, GREEN, PURPLE, RED])  # background first


def masks(
    rows: dict[str, np.ndarray], *, titles: Sequence[str] | None = None, names: Sequence[str] | None = None,
    size: float = 1.5,
) -> np.ndarray:  # fmt: skip
    """A grid of pictures, one row for each name in `rows`: {"image": (n, h, w) floats, "truth": (n, h, w) classes}.

    `titles` stand above the columns, the `names` of the classes with their colours below. Returns the Axes (rows, n).
    """
    n = len(next(iter(rows.values())))
    shape = {"figsize": (size * n + 0.5, size * len(rows) + 0.2), "squeeze": False, "layout": "constrained"}
    _, grid = style.plt.subplots(len(rows), n, **shape)
    for line, (name, pictures) in zip(grid, rows.items(), strict=True):
        for ax, picture in zip(line, np.asarray(pictures), strict=True):
            show(ax, picture)
        line[0].set_ylabel(name, fontsize=9)
    for ax, title in zip(grid[0], titles or (), strict=False):
        ax.set_title(title, fontsize=9)
    if names:
        legend(grid[0, 0].figure, names)
    return grid


def legend(figure: Figure, names: Sequence[str]) -> Legend:
    """The colours in which `show` draws classes, with their names in order from class 0, below a whole figure."""
    known = [Patch(fc=CLASSES(k), ec=GREY, label=name) for k, name in enumerate(names)]
    return figure.legend(handles=known, loc="outside lower center", ncols=len(known), fontsize=9, frameon=False)


def show(ax: Axes, picture: np.ndarray) -> Axes:
    """One picture (h, w) without ticks: floats in grey, integers and booleans as classes.

    Returns `ax`.
    """
    kind = {"cmap": GREYS} if picture.dtype.kind == "f" else {"cmap": CLASSES, "vmin": 0, "vmax": CLASSES.N - 1}
    ax.imshow(picture.astype(float), interpolation="nearest", **kind)
    ax.set(xticks=[], yticks=[])
    return ax


@dataclass(frozen=True)
class Sight:
    """What a dense predictor sees, and how fine it answers.

    `size` is the receptive field, and `taps` (size,) says in how many ways each of its pixels enters an answer along an
    axis; `grid` is the distance of neighbouring answers on the coarsest map, `finest` on the map that skips bring in.
    """

    taps: np.ndarray
    size: int
    grid: int
    finest: int

    @property
    def seen(self) -> float:
        """Share of the pixels inside the receptive field that enter the answer at all."""
        used = np.count_nonzero(self.taps) / self.size
        return used**2


def sight(layers: int = 4, pools: int = 2, dilation: int = 1, growing: bool = False, skips: bool = False) -> Sight:
    """The Sight of `layers` 3x3 layers, 2x2 pooling behind the first `pools` of them, the layers behind dilated.

    dilation: of the layers behind the last pooling; with `growing` it doubles from each to the next.
    skips: whether the maps from before each pooling join on the way up.
    """
    windows = []
    for k in range(layers):
        apart = dilation * 2 ** ((k - pools) if growing else 0) if k >= pools else 1
        windows += [(3, 1, 0, apart), (2, 2, 0, 1)] if k < pools else [(3, 1, 0, apart)]
    field = receptive_field(windows)
    taps = np.ones(1)
    for size, step, _, d in reversed(windows):
        spread = np.zeros((len(taps) - 1) * step + 1)
        spread[::step] = taps
        kernel = np.zeros(d * (size - 1) + 1)
        kernel[::d] = 1
        taps = np.convolve(spread, kernel)
    return Sight(taps, field.size, field.jump, 1 if skips else field.jump)


def coarse(mask: np.ndarray, grid: int) -> np.ndarray:
    """The best that answers on a grid can say of a mask (h, w): each cell of grid x grid pixels its commonest class."""
    out = mask.copy()
    for i in range(0, mask.shape[0], grid):
        for j in range(0, mask.shape[1], grid):
            cell = out[i : i + grid, j : j + grid]
            cell[...] = np.bincount(cell.ravel()).argmax()
    return out


def sight_on(
    image: np.ndarray, mask: np.ndarray, seen: Sight, *, at: tuple[int, int] | None = None, many: Panels | None = None
) -> Panels:
    """A Sight on a picture: what the answer at pixel `at` sees, the cells of its answers, and the best mask they allow.

    image (h, w) floats and mask (h, w) classes. Orange is the square root of the number of ways in which a pixel enters
    the answer, relative to the largest. With skip links no grid is drawn: their answers are fine. Returns three Axes.
    `seen` is the Sight.
    """
    many = style.row(3, size=(3.0, 3.1)) if many is None else many
    (h, w), (i, j) = image.shape, at or (image.shape[0] // 2, image.shape[1] // 2)
    half, weight = (seen.size - 1) // 2, np.outer(seen.taps, seen.taps)
    canvas = np.zeros((h + 2 * seen.size, w + 2 * seen.size))
    top, left = i - half + seen.size, j - half + seen.size
    canvas[top : top + seen.size, left : left + seen.size] = np.sqrt(weight / weight.max())
    inside = canvas[seen.size : seen.size + h, seen.size : seen.size + w]
    show(many[0], image).set_title(f"sees {seen.size}×{seen.size}, {seen.seen:.0%} of it", fontsize=10)
    tint = np.zeros((h, w, 4))
    tint[..., :3], tint[..., 3] = (0.9, 0.62, 0), 0.15 * (inside > 0) + 0.75 * inside
    many[0].imshow(tint)
    many[0].add_patch(_box(j - half, i - half, seen.size, RED, 1.6))
    show(many[1], image).set_title(_distances(seen), fontsize=10)
    if seen.grid == seen.finest > 1:
        for edge in range(0, max(h, w), seen.grid):
            many[1].axhline(edge - 0.5, color=BLUE, lw=0.6)
            many[1].axvline(edge - 0.5, color=BLUE, lw=0.6)
    many[1].set(xlim=(-0.5, w - 0.5), ylim=(h - 0.5, -0.5))
    many[0].set(xlim=(-0.5, w - 0.5), ylim=(h - 0.5, -0.5))
    best = coarse(mask, seen.finest)
    reached = mean_iou(best[None], mask[None], int(mask.max()) + 1)
    show(many[2], best).set_title(f"at best a mean IoU of {reached:.2f}", fontsize=10)
    return many


def _distances(seen: Sight) -> str:
    """How far apart the answers of a Sight are, on each of its maps, as a title."""
    apart = [seen.grid]
    while apart[-1] > seen.finest:
        apart.append(apart[-1] // 2)
    if len(apart) > 1:
        return f"answers every {', '.join(map(str, apart[:-1]))} and {apart[-1]} pixels"
    return f"one answer every {seen.grid} pixels" if seen.grid > 1 else "an answer for every pixel"


def _box(left: int, top: int, side: int, color: str, width: float) -> Any:
    return Rectangle((left - 0.5, top - 0.5), side, side, fill=False, ec=color, lw=width)


def stamps(counts: Sequence[np.ndarray], titles: Sequence[str], *, many: Panels | None = None) -> Panels:
    """Maps (h, w) of how often each output pixel of an upconvolution is written to, with the numbers. Returns Axes.

    `counts` is a list of these maps.
    """
    many = style.row(len(counts), size=(2.9, 3.0)) if many is None else many
    for ax, count, title in zip(many, counts, titles, strict=True):
        ax.imshow(count, cmap="Blues", vmin=0, vmax=max(4, count.max()))
        for (i, j), n in np.ndenumerate(count):
            color = "white" if n > 0.6 * max(4, count.max()) else "black"
            ax.text(j, i, f"{n:g}", ha="center", va="center", fontsize=7, color=color)
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=10)
    return many


def ripples(answers: dict[str, np.ndarray], *, reach: float = 4.0, many: Panels | None = None) -> Panels:
    """What networks make of an evenly grey image, (h, w) in grey levels by name: how much each pixel is off the mean.

    The colours end at `reach` grey levels on both sides. Returns the Axes, one of each network.
    """
    many = style.row(len(answers), size=(1.9, 2.4)) if many is None else many
    for ax, (name, values) in zip(many, answers.items(), strict=True):
        shown = ax.imshow(values - values.mean(), cmap="RdBu_r", vmin=-reach, vmax=reach)
        ax.set(xticks=[], yticks=[])
        ax.set_title(name.replace(", ", ",\n"), fontsize=9)
    bar = many[0].figure.colorbar(shown, ax=list(many), shrink=0.7, pad=0.02)
    bar.set_label("off the mean, grey levels")
    return many


def ladder(widths: tuple[str, ...] = ("32×32", "16×16", "8×8"), *, ax: Axes | None = None) -> Axes:
    """A U-Net as a drawing: blocks down on the left, up on the right, skip links across. Returns the Axes.

    `widths` are the texts in the boxes on the way down, one for each size.
    """
    depth = len(widths)
    ax = style.axes(ax, size=(2.4 * depth, 1.15 * depth))
    ax.set_axis_off()
    ax.set(xlim=(-1.3, 2 * depth - 0.7), ylim=(-depth + 0.7, 0.35))
    places = [(k, -k) for k in range(depth)] + [(2 * depth - 2 - k, -k) for k in reversed(range(depth - 1))]
    for x, y in places:
        face = "#D6E6F2" if x < depth else "#FBE6BF"
        box = FancyBboxPatch((x - 0.36, y - 0.22), 0.72, 0.44, boxstyle="round,pad=0.03", fc=face, ec=GREY)
        ax.add_patch(box)
        ax.text(x, y, widths[-y], ha="center", va="center", fontsize=9, color="black")
    for (x, y), (x_next, y_next) in pairwise(places):
        down = y_next < y
        edge = -0.26 if down else 0.26
        _arrow(ax, (x + 0.2, y + edge), (x_next - 0.2, y_next - edge), GREY, 1.4)
        word, side = ("pool", "right") if down else ("enlarge", "left")
        shift = -0.14 if down else 0.14
        ax.text((x + x_next) / 2 + shift, (y + y_next) / 2, word, ha=side, va="center", fontsize=8, color=GREY)
    for k in range(depth - 1):
        _arrow(ax, (k + 0.42, -k), (2 * depth - 2 - k - 0.42, -k), ORANGE, 2)
        ax.text(depth - 1, -k + 0.08, "skip link", ha="center", va="bottom", fontsize=8, color=ORANGE)
    last = 2 * depth - 2
    _arrow(ax, (-0.75, 0), (-0.42, 0), GREY, 1.4)
    _arrow(ax, (last + 0.42, 0), (last + 0.75, 0), GREY, 1.4)
    for x, side, text in ((-0.8, "right", "image"), (last + 0.8, "left", "scores")):
        ax.text(x, 0, text, ha=side, va="center", fontsize=9, color=GREY)
    return ax


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str, width: float) -> None:
    ax.annotate(
        "", end, start, arrowprops={"arrowstyle": "->", "color": color, "lw": width, "shrinkA": 0, "shrinkB": 0}
    )
