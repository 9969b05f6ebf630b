"""Architectures as pictures: what they cost, layer by layer and in all, how blocks are wired, who descends from whom.

Nothing here knows torch: costs come as the rows of `torch_models.counting`, or as plain numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_lib.viz import style
from course_lib.viz.style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY

if TYPE_CHECKING:
    from matplotlib.axes import Axes


KINDS = {"convolution": BLUE, "linear": ORANGE, "other": GREY}
COSTS = {"weights": "weights", "multiply-adds": "multiply-adds", "maps": "numbers put out"}

# (column, height, year, colour) of each network in the family tree; edges (from, to, what changed, place of the text)
MEMBERS = {
    "LSTM": (0, 0.35, 1997, PURPLE),
    "LeNet-5": (0, 3.0, 1998, GREY),
    "deep hier-\narchical CNN\n(Cireşan)": (1, 3.0, 2011, GREY),
    "AlexNet": (2, 3.0, 2012, SKY),
    "Network in\nNetwork": (3, 4.25, 2013, GREEN),
    "Overfeat": (3, 1.45, 2013, SKY),
    "GoogLeNet": (4, 4.7, 2014, GREEN),
    "VGG": (4, 2.45, 2014, SKY),
    "BN-Inception": (5, 4.7, 2015, GREEN),
    "ResNet": (5, 2.45, 2015, PURPLE),
    "Highway": (5, 0.35, 2015, PURPLE),
    "Inception-\nResNet": (6, 4.25, 2016, GREEN),
    "ResNeXt": (6, 3.1, 2016, PURPLE),
    "Wide ResNet": (6, 1.9, 2016, PURPLE),
    "DenseNet": (6, 0.75, 2016, PURPLE),
}
EDGES = (
    ("LeNet-5", "deep hier-\narchical CNN\n(Cireşan)", "bigger,\non a GPU", 0.5),
    ("deep hier-\narchical CNN\n(Cireşan)", "AlexNet", "bigger,\nReLU,\ndropout", 0.5),
    ("AlexNet", "Network in\nNetwork", "1×1\nconvolutions", 0.45),
    ("AlexNet", "VGG", "3×3 all the\nway, deeper", 0.5),
    ("AlexNet", "Overfeat", "slides,\nfinds boxes", 0.5),
    ("Network in\nNetwork", "GoogLeNet", "branches", 0.5),
    ("GoogLeNet", "BN-Inception", "batch\nnorm", 0.5),
    ("VGG", "ResNet", "deeper,\nshortcuts", 0.5),
    ("LSTM", "Highway", "no recurrence", 0.5),
    ("Highway", "ResNet", "no gating", 0.5),
    ("BN-Inception", "Inception-\nResNet", "", 0.5),
    ("ResNet", "Inception-\nResNet", "shortcuts", 0.6),
    ("ResNet", "ResNeXt", "parallel\npathways", 0.5),
    ("ResNet", "Wide ResNet", "wider", 0.5),
    ("ResNet", "DenseNet", "concatenate", 0.55),
)

# entries of ILSVRC: year, name, rank, top-5 error in %; Russakovsky et al. 2015, and the papers. The first two winners
# and ISI used no deep network. The human error is one person's, who trained for the test.
ILSVRC = (
    (2010, "NEC-UIUC", 1, 28.2),
    (2011, "XRCE", 1, 25.8),
    (2012, "AlexNet", 1, 15.3),
    (2012, "ISI", 2, 26.2),
    (2013, "Clarifai", 1, 11.7),
    (2013, "Overfeat", 5, 14.2),
    (2014, "GoogLeNet", 1, 6.67),
    (2014, "VGG", 2, 7.32),
    (2015, "ResNet, six nets", 1, 3.57),
    (2016, "Trimps-Soushen", 1, 2.99),
    (2016, "ResNeXt", 2, 3.03),
)
HUMAN = 5.1


def cost_map(
    points: dict[str, tuple[float, float]], *, ax: Axes | None = None,
    title: str = "Weights and work are two different costs",
) -> Axes:  # fmt: skip
    """Networks {name: (parameters, multiply-adds)} on two logarithmic axes; returns the Axes.

    `points` are numbers of weights, and of multiply-adds for one image.
    """
    ax = style.axes(ax, size=(7.2, 4.4), title=title, xlabel="weights", ylabel="multiply-adds of one image")
    kinds = {"plain": (SKY, "o"), "branches or all maps kept": (GREEN, "s"), "residual": (PURPLE, "D")}
    for name, (weights, work) in points.items():
        left = name.startswith("ResNet-") and name != "ResNet-34"
        kind = "residual" if "Res" in name else list(kinds)[name in ("GoogLeNet", "DenseNet-121")]
        color, marker = kinds[kind]
        first = kind not in ax.get_legend_handles_labels()[1]
        ax.plot(weights, work, marker, color=color, markersize=8, ls="none", label=kind if first else None)
        shift, side = ((-8, 2), "right") if left else ((8, -10 if name in ("VGG-16", "ResNet-34") else -3), "left")
        ax.annotate(name, (weights, work), shift, textcoords="offset points", ha=side, fontsize=9)
    ax.set(xscale="log", yscale="log", xlim=(4e6, 4e8), ylim=(4e8, 4e10))
    ax.grid(alpha=0.25)
    ax.legend(frameon=False, fontsize=9, loc="upper left")
    return ax


def shares(
    bars: dict[str, dict[str, Any]], *, ax: Axes | None = None,
    title: str = "Weights sit in linear layers, work in convolutions",
) -> Axes:  # fmt: skip
    """Stacked bars of {network: {cost: {kind of layer: share}}}, kinds as in KINDS; returns the Axes."""
    rows = [(f"{name}: {cost}", parts) for name, costs in bars.items() for cost, parts in costs.items()]
    ax = style.axes(ax, size=(6.6, 1.3 + 0.42 * len(rows)), title=title, xlabel="share in %")
    for place, (_, parts) in enumerate(rows):
        left = 0.0
        for kind, color in KINDS.items():
            share = 100 * parts.get(kind, 0.0)
            ax.barh(place, share, left=left, color=color, label=kind if place == 0 else None)
            if share > 8:
                ink = "black" if color == ORANGE else "white"
                ax.text(left + share / 2, place, f"{share:.0f} %", ha="center", va="center", color=ink, fontsize=9)
            left += share
    ax.set(yticks=range(len(rows)), yticklabels=[label for label, _ in rows], xlim=(0, 100))
    ax.invert_yaxis()
    ax.figure.legend(ncols=3, loc="outside lower center", frameon=False)
    return ax


def costs_of(rows: tuple[Any, ...]) -> dict[str, list[int]]:
    """{cost: (values, one for each layer with weights)} for the rows of `counting.count`, costs as in COSTS."""
    learned = [row for row in rows if row.kind != "other"]
    return {
        "weights": [row.parameters for row in learned],
        "multiply-adds": [row.multiply_adds for row in learned],
        "maps": [row.units for row in learned],
    }


def by_layer(
    counts: Any, *, costs: tuple[str, ...] = tuple(COSTS), title: str | None = None,
    figure: Figure | None = None,
) -> Figure:  # fmt: skip
    """Bars over a network's convolutional and linear layers in order, one panel for each of `costs`; the Figure.

    Each panel says how much its tallest bar is of the whole. `counts` is what `torch_models.counting.count` returns.
    """
    import matplotlib.pyplot as plt

    kinds = [row.kind for row in counts.rows if row.kind != "other"]
    if figure is None:
        figure = plt.figure(figsize=(7.2, 0.7 + 1.45 * len(costs)), layout="constrained")
    panels = figure.subplots(len(costs), 1, sharex=True, squeeze=False)[:, 0]
    values = costs_of(counts.rows)
    for ax, cost in zip(panels, costs, strict=True):
        style.axes(ax, ylabel="share in %")
        total = sum(values[cost])
        share = 100 * np.array(values[cost]) / total
        _bars(ax, share, [KINDS[kind] for kind in kinds])
        top = int(np.argmax(share))
        text = f"{COSTS[cost]}: {_short(total)} in all, layer {top + 1} has {share[top]:.0f} % of them"
        ax.set_title(text, loc="left", fontsize="medium", y=1)  # a given place is not sought
    panels[-1].set_xlabel("layer (blue: convolution, orange: linear)")
    if title:
        figure.suptitle(title, x=0.02, ha="left")
    return figure


def _bars(ax: Axes, heights: np.ndarray, colors: list[str]) -> None:
    """Bars over 1, 2, ... as one collection: a hundred patches take as long as the rest of a picture."""
    x, zero = np.arange(1, len(heights) + 1), np.zeros(len(heights))
    corners = [(x - 0.425, zero), (x - 0.425, heights), (x + 0.425, heights), (x + 0.425, zero)]
    ax.add_collection(PolyCollection(np.array(corners).transpose(2, 0, 1), facecolors=colors))
    ax.set(xlim=(0, len(heights) + 1), ylim=(0, 1.05 * heights.max()))


def _short(n: int) -> str:
    for unit, name in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if n >= unit:
            return f"{n / unit:.3g} {name}"
    return str(n)


def diagram(
    stages: Sequence[list[str]], *, title: str | None = None, columns: bool = False,
    shortcut: tuple[int, int] | None = None, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Boxes from left to right, `stages` a list of lists of texts, joined by arrows; returns the Axes.

    Boxes of neighbouring stages are joined all to all, or, with `columns`, place by place where both have as many; an
    empty text is a plain line. `shortcut=(i, j)` draws an arc over the stages between i and j.
    """
    high = max(map(len, stages))
    ax = style.axes(ax, size=(1.75 * len(stages), 1.0 + 0.72 * high), title=title)
    places = [[(1.75 * i, 0.9 * ((len(s) - 1) / 2 - k)) for k in range(len(s))] for i, s in enumerate(stages)]
    for i, texts in enumerate(stages):
        for text, (x, y) in zip(texts, places[i], strict=True):
            if text:
                _box(ax, x, y, text, high=max(0.66, 0.12 + 0.27 * len(text.split("\n"))))
            else:
                ax.plot([x - 0.62, x + 0.62], [y, y], color="0.35", lw=1.2)
        for a, b in _joined(len(texts), len(stages[i + 1]) if i + 1 < len(stages) else 0, columns):
            (x0, y0), (x1, y1) = places[i][a], places[i + 1][b]
            if stages[i + 1][b]:
                _arrow(ax, (x0 + 0.62, y0), (x1 - 0.62, y1))
            else:
                ax.plot([x0 + 0.62, x1 - 0.62], [y0, y1], color="0.35", lw=1.2, zorder=1)
    if shortcut:
        (x0, y0), (x1, y1) = places[shortcut[0]][0], places[shortcut[1]][0]
        _arrow(ax, (x0, y0 + 0.35), (x1, y1 + 0.35), color=RED, bend=-0.19)
        ax.text((x0 + x1) / 2, y0 + 0.95, "shortcut", color=RED, ha="center", va="center", fontsize=9)
    top = 0.45 * high + (0.75 if shortcut else 0.15)
    ax.set(xlim=(-0.8, 1.75 * (len(stages) - 1) + 0.8), ylim=(-0.45 * high - 0.15, top), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def _joined(n: int, m: int, columns: bool) -> list[Any]:
    if columns and n == m:
        return [(k, k) for k in range(n)]
    return [(a, b) for a in range(n) for b in range(m)]


def _box(ax: Axes, x: float, y: float, text: str, *, color: str = BLUE, wide: float = 1.24, high: float = 0.66) -> None:
    patch = FancyBboxPatch((x - wide / 2, y - high / 2), wide, high, boxstyle="round,pad=0,rounding_size=0.08")
    patch.set(facecolor="white", edgecolor=color, linewidth=1.6, zorder=2)
    ax.add_patch(patch)
    ax.text(x, y, text, ha="center", va="center", fontsize=8.5, zorder=3, color="0.1")


def _arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], *, color: str = "0.35", bend: float = 0.0
) -> None:
    how = {"arrowstyle": "-|>", "mutation_scale": 10, "connectionstyle": f"arc3,rad={bend}", "shrinkA": 0, "shrinkB": 0}
    ax.add_patch(FancyArrowPatch(start, end, color=color, lw=1.2, zorder=1, **how))


def dense_diagram(layers: int = 3, channels: int = 64, growth: int = 32, *, ax: Axes | None = None) -> Axes:
    """A dense block: an arrow from the input and from each layer to all later ones, with channels; returns the Axes.

    There are `layers` layers, each of which adds `growth` maps to the `channels` of the input.
    """
    ax = style.axes(ax, size=(2.0 * (layers + 2), 3.0), title="Dense block: every layer sees all maps before it")
    texts = [f"input\n{channels}", *(f"layer {k + 1}\n+{growth}" for k in range(layers))]
    texts.append(f"output\n{channels + layers * growth}")
    for k, text in enumerate(texts):
        _box(ax, 2.0 * k, 0, text, color=BLUE if 0 < k <= layers else GREY)
        for later in range(k + 1, len(texts)):
            if later == k + 1:
                _arrow(ax, (2.0 * k + 0.62, 0), (2.0 * later - 0.62, 0))
            else:
                up = 0.35 if (later - k) % 2 == 0 else -0.35
                _arrow(ax, (2.0 * k, up), (2.0 * later, up), color=GREEN, bend=-0.22 if up > 0 else 0.2)
    for k in range(1, layers + 1):
        ax.text(2.0 * k - 1, 0.1, channels + (k - 1) * growth, ha="center", va="bottom", fontsize=8.5, color="0.35")
    ax.set(xlim=(-0.9, 2.0 * (layers + 1) + 0.9), ylim=(-0.5 - 0.28 * layers, 0.6 + 0.3 * layers), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def family_tree(*, ax: Axes | None = None, title: str = "Who descends from whom") -> Axes:
    """The networks of lesson 11 by year, with what changed written on every edge; returns the Axes."""
    ax = style.axes(ax, size=(10.2, 5.6), title=title)
    wide, step = 1.3, 2.3
    for old, new, text, place in EDGES:
        (c0, y0), (c1, y1) = MEMBERS[old][:2], MEMBERS[new][:2]
        if c0 == c1:
            start, end = (step * c0, y0 + 0.3), (step * c1, y1 - 0.3)
        else:
            start, end = (step * c0 + wide / 2, y0), (step * c1 - wide / 2, y1)
        _arrow(ax, start, end, color="0.45")
        x, y = (a + place * (b - a) for a, b in zip(start, end, strict=True))
        y += (0.12 + 0.14 * len(text.split("\n"))) * (c0 != c1 and y0 == y1)  # above a level arrow, not on it
        back = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(x, y, text, ha="center", va="center", fontsize=8.5, color="0.2", style="italic", bbox=back, zorder=2)
    for name, (column, y, year, color) in MEMBERS.items():
        _box(ax, step * column, y, f"{name}\n{year}", color=color, wide=wide, high=0.35 + 0.23 * len(name.split("\n")))
    ax.set(xlim=(-0.8, step * 6 + 0.8), ylim=(-0.15, 5.2), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def ranks(
    entries: Sequence[tuple[int, str, int, float]] = ILSVRC, human: float = HUMAN, *, ax: Axes | None = None,
    title: str = "ILSVRC: top-5 error by year, and the human line",
) -> Axes:  # fmt: skip
    """Entries (year, name, rank, error in %) as points, winners joined, and the human error as a line; the Axes.

    `entries` are in any order; the Axes show the years 2010 to 2016.
    """
    ax = style.axes(ax, size=(8.0, 4.2), title=title, xlabel="year", ylabel="top-5 error in %")
    winners = [(year, error) for year, _, rank, error in entries if rank == 1]
    ax.plot(*zip(*winners, strict=True), color=BLUE, lw=1.4, zorder=1)
    last = max(year for year, *_ in entries)
    for year, name, rank, error in entries:
        ax.plot(year, error, "o" if rank == 1 else "s", color=BLUE if rank == 1 else ORANGE, markersize=7)
        beside = any(y == year and r > 1 for y, _, r, _ in entries)
        low = rank == 1 and (beside or error < human)
        shift, side = ((-9, -9), "right") if low and year < last else ((8, -11 if low else 4), "left")
        text = f"{name}: {error:g}" + ("" if rank == 1 else f" (rank {rank})")
        ax.annotate(text, (year, error), shift, textcoords="offset points", fontsize=8.5, ha=side)
    ax.axhline(human, color=RED, ls="--", lw=1.2)
    ax.text(2009.8, human + 0.4, f"one trained person: {human:g} %", color=RED, fontsize=9)
    ax.set(xlim=(2009.7, 2017.6), ylim=(0, 31), xticks=range(2010, 2017))
    return ax
