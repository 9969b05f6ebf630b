"""Recurrent networks drawn: unrolled over time, a cell step by step with its gates, gradients, masks, alignments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from course_lib.topics import recurrent
from course_lib.viz.style import BLUE, COLORS, DIVERGING, GREY, MARKERS, ORANGE, RED, SEQUENTIAL, axes, row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.viz.style import Panels

SIZE, LETTERS = 4, "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Story:
    """A cell reading a word: inputs (letters), states after each step, gates of each step, gradient norms from 0 on.

    `kind` is that of the cell, `word` what it read.
    """

    kind: str
    word: str
    states: tuple  # of tuples of arrays (k,): (h,) or (h, c)
    gates: tuple  # of {name: (k,)}
    norms: np.ndarray  # (t + 1,)


def tell(kind: str, word: str, *, scale: float = 1.0, seed: int = 0) -> Story:
    """The Story of a cell with random weights, its recurrent ones times `scale`, that reads `word`.

    `kind` is one of `topics.recurrent.CELLS`, `seed` draws the weights. ValueError for letters other than a to z.
    """
    if not word or not set(word) <= set(LETTERS):
        raise ValueError(f"tell: word must be of the small letters a to z, got {word!r}")
    rng = np.random.default_rng(seed)
    weights = recurrent.start_weights(kind, len(LETTERS), SIZE, rng=rng)
    weights[0] = weights[0] * np.sqrt(len(LETTERS)) / 2  # one letter at a time is 1, the others 0
    weights[1] = weights[1] * scale
    x = np.eye(len(LETTERS))[[LETTERS.index(c) for c in word]]
    state = (np.zeros(SIZE),) * (2 if kind == "LSTM" else 1)
    states, told = [state], []
    for now in x:
        told.append(recurrent.gates(kind, now, state, weights))
        after, _ = recurrent.step(kind, now[None], tuple(s[None] for s in state), weights)
        state = tuple(s[0] for s in after)
        states.append(state)
    g = np.ones((1, SIZE)) / np.sqrt(SIZE)
    return Story(kind, word, tuple(states), tuple(told), recurrent.gradient_norms(kind, x[:, None], weights, g))


def unrolled_step(
    story: Story, step: int, *, back: int | None = None, ax: Axes | None = None, below: Axes | None = None,
    beside: Axes | None = None,
) -> tuple[Axes, Axes, Axes]:  # fmt: skip
    """One step of a Story: the chain with its states, the gates of step `step` as bars, gradients that have come back.

    `step` counts letters read, 0 to len(word); `back` says how many steps the gradient has gone back (None: no gradient
    shown yet). Takes three Axes or makes them; returns them. `story` is from `tell`; the chain is drawn into `ax`, the
    gates `below`, the gradients `beside`.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        ax, below, beside = panels(plt.figure(figsize=(9.4, 4.6)))
    _chain(ax, story, step, back)
    _bars(below, story, step)
    _norms(beside, story, step, back)
    return ax, below, beside


def panels(figure: Figure) -> tuple[Axes, Axes, Axes]:
    """The three Axes of `unrolled_step` in a Figure: the chain above, gates and gradients below."""
    sides = {"left": 0.08, "right": 0.98, "bottom": 0.12, "top": 0.94, "hspace": 0.3, "wspace": 0.25}
    grid = figure.add_gridspec(2, 2, height_ratios=(1.0, 1.25), **sides)
    return figure.add_subplot(grid[0, :]), figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[1, 1])


def _chain(ax: Axes, story: Story, step: int, back: int | None) -> None:
    n = len(story.word)
    ax.set(xlim=(-0.6, n + 0.7), ylim=(-1.25, 1.5))
    ax.set_axis_off()
    ax.set_title(f"{story.kind} after {step} of {n} letters", loc="left", fontsize="medium", y=1)
    cells = [Rectangle((t - 0.3 + 0.15 * j, 0.05), 0.15, 0.5) for t in range(step + 1) for j in range(SIZE)]
    shades = PatchCollection(cells, cmap=DIVERGING, zorder=2, lw=0)
    shades.set_array(np.concatenate([state[0] for state in story.states[: step + 1]]))
    shades.set_clim(-1, 1)
    ax.add_collection(shades)
    frames = [Rectangle((t - 0.3, 0.05), 0.6, 0.5) for t in range(n + 1)]
    edges = [BLUE if t <= step else GREY for t in range(n + 1)]
    ax.add_collection(PatchCollection(frames, facecolors="none", edgecolors=edges, lw=1.4, zorder=3))
    read = np.arange(1, n + 1)
    colors = [ORANGE if t == step else GREY for t in read]
    _arrows(ax, read - 0.68, 0.3, 0.36, 0, colors)
    _arrows(ax, read, -0.55, 0, 0.56, colors)
    for t in range(n + 1):
        ax.text(t, 0.75, f"h{t}", ha="center", fontsize=9, alpha=1 if t <= step else 0.4)
    for t in read:
        weight = "bold" if t == step else "normal"
        ax.text(t, -0.95, story.word[t - 1], ha="center", fontsize=12, fontweight=weight)
    if back:
        _arrows(ax, np.arange(n, n - back, -1) - 0.15, 1.2, -0.6, 0, RED)


def _arrows(ax: Axes, x: np.ndarray, y: float, dx: float, dy: float, color: str | Sequence[str]) -> None:
    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), y)
    scale = {"angles": "xy", "scale_units": "xy", "scale": 1, "units": "dots", "width": 1.6}
    ax.quiver(x, y, np.full(x.shape, dx), np.full(x.shape, dy), color=color, headwidth=5, headlength=5, **scale)


def _bars(ax: Axes, story: Story, step: int) -> None:
    axes(ax, ylabel="value").yaxis.set_label_coords(-0.12, 0.5)  # a given place is not sought
    ax.axhline(0, color=GREY, lw=0.8)
    ax.set(ylim=(-1.05, 1.05))
    if step == 0:
        ax.set_title("no letter read yet", loc="left", fontsize="medium", y=1)
        ax.set_xticks([])
        return
    told = story.gates[step - 1]
    places = np.add.outer(np.arange(len(told)) * (SIZE + 1), np.arange(SIZE))
    colors = np.repeat(COLORS[: len(told)], SIZE)
    ax.bar(places.ravel(), np.concatenate(list(told.values())), color=colors, width=0.85)
    ax.set_xticks([k * (SIZE + 1) + (SIZE - 1) / 2 for k in range(len(told))], list(told))
    ax.set_title(f"what the gates say at “{story.word[step - 1]}”, unit by unit", loc="left", fontsize="medium", y=1)


def _norms(ax: Axes, story: Story, step: int, back: int | None) -> None:
    n = len(story.word)
    axes(ax, xlabel="state", ylabel="gradient, norm")
    ax.xaxis.set_label_coords(0.5, -0.17)
    ax.yaxis.set_label_coords(-0.16, 0.5)
    ax.set(xlim=(-0.5, n + 0.5), yscale="log", ylim=(min(0.01, story.norms.min() / 2), max(10, 2 * story.norms.max())))
    ax.set_xticks(range(0, n + 1, 2))  # every tick takes its time
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter("{x:g}")  # powers of ten, set as formulas, take a third of the time of a step
    if back is None:
        ax.set_title("no gradient yet", loc="left", fontsize="medium", y=1)
        return
    first = n - back
    ax.plot(range(first, n + 1), story.norms[first:], "o-", color=RED, markersize=5)
    ax.set_title(f"gradient, {back} steps back: {story.norms[first]:.2g}", loc="left", fontsize="medium", y=1)


def gradient_curves(
    curves: dict[str, list[float] | np.ndarray], *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Norms of the gradient against steps back from the end, {name: norms (t + 1,)}, last state last; the Axes.

    `curves` is that dict; each norm is shown over the last one.
    """
    ax = axes(ax, title=title, xlabel="steps back in time", ylabel="norm of the gradient")
    for k, (name, norms) in enumerate(curves.items()):
        norms = np.asarray(norms)[::-1]
        every = max(1, len(norms) // 8)
        ax.plot(norms / norms[0], color=COLORS[k], marker=MARKERS[k], markevery=every, markersize=4, label=name)
    ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=8)
    return ax


def alignment(
    weights: np.ndarray, source: str, target: str, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Where the writer looked: weights (t, s) from 0 to 1, dark is 1. Returns the Axes.

    `source`, s letters, is what was read, `target`, t letters, what was written; ValueError where the weights do not
    fit them.
    """
    weights = np.asarray(weights)
    if weights.shape != (len(target), len(source)):
        wanted = len(target), len(source)
        raise ValueError(f"alignment: weights must be (letters written, letters read) = {wanted}, got {weights.shape}")
    ax = axes(ax, size=(3.6, 3.2), title=title, xlabel="read", ylabel="written")
    ax.imshow(weights, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(source)), list(source))
    ax.set_yticks(range(len(target)), list(target))
    return ax


def padded_batch(rows: tuple[str, str, str, str], *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Words of different length in one array, the padding grey. Returns the Axes.

    `rows` are the words.
    """
    longest = max(map(len, rows))
    ax = axes(ax, size=(4.6, 0.5 + 0.42 * len(rows)), title=title, xlabel="step")
    shade = np.array([[0.15 if t < len(word) else 0.75 for t in range(longest)] for word in rows])
    ax.imshow(shade, cmap="Greys", vmin=0, vmax=1.4, aspect="auto")
    for i, word in enumerate(rows):
        for t in range(longest):
            ax.text(t, i, word[t] if t < len(word) else "·", ha="center", va="center", fontsize=11)
    ax.set_yticks(range(len(rows)), [f"length {len(word)}" for word in rows], fontsize=8)
    return ax


def causal_tree(layers: int = 4, *, ax: Axes | None = None) -> Axes:
    """Causal convolutions of two taps, dilations 1, 2, 4, ...: which inputs the last output sees. Returns the Axes.

    There are `layers` of them, over 2^layers inputs.
    """
    width = 2**layers
    ax = axes(ax, size=(7.0, 2.6))
    ax.set_axis_off()
    needed = {width - 1}
    for level in range(layers, 0, -1):
        reach, below = 2 ** (level - 1), set()
        for t in range(width):
            for tap in (t, t - reach):
                if tap < 0:
                    continue
                used = t in needed
                below |= {tap} if used else set()
                ax.plot(
                    [tap, t],
                    [level - 1, level],
                    color=ORANGE if used else "#BBBBBB",
                    lw=2 if used else 0.5,
                    zorder=used,
                )
        ax.scatter(
            range(width), [level] * width, color=[ORANGE if t in needed else "#BBBBBB" for t in range(width)], zorder=3
        )
        ax.text(width - 0.3, level - 0.5, f"dilation {reach}", va="center", fontsize=8)
        needed = below
    ax.scatter(range(width), [0] * width, color=ORANGE, zorder=3)
    ax.set_xlim(-0.7, width + 2)
    ax.set_title(
        f"the last output sees {width} inputs through {layers} layers, none of them later",
        loc="left",
        fontsize="medium",
    )
    return ax


def carriers(*, many: Panels | None = None) -> Panels:
    """What carries a state past a layer or a step: added in ResNet, gated in Highway and LSTM. Returns the Axes."""
    many = row(3, size=(3.0, 2.6)) if many is None else many
    plans = (
        ("ResNet: no gate", "x", "y", (), "F(x)"),
        ("Highway: one gate", "x", "y", ((0.32, "× (1 − T)"),), "T · F(x)"),
        ("LSTM: two of its three gates", "c, before", "c, after", ((0.32, "× f"),), "i · g"),
    )
    for ax, (title, left, right, gates, branch) in zip(many, plans, strict=True):
        ax.set(xlim=(-0.08, 1.12), ylim=(-0.1, 1.1))
        ax.set_axis_off()
        ax.set_title(title, loc="left", fontsize="medium")
        ax.annotate("", (0.97, 0.75), (0.03, 0.75), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2.5})
        ax.text(0, 0.86, left, fontsize=9)
        ax.text(0.98, 0.86, right, fontsize=9, ha="right")
        for place, name in gates:
            ax.text(
                place, 0.75, name, ha="center", va="center", bbox={"fc": "white", "ec": ORANGE, "pad": 2}, fontsize=9
            )
        ax.text(0.68, 0.75, "+", ha="center", va="center", bbox={"boxstyle": "circle", "fc": "white", "ec": ORANGE})
        ax.annotate("", (0.68, 0.63), (0.68, 0.3), arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 1.5})
        ax.text(0.68, 0.2, branch, ha="center", va="center", bbox={"fc": "#D6E6F2", "ec": BLUE, "pad": 4}, fontsize=9)
    return many


def path(points: np.ndarray, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """A path (t, 2) to the right and up, from light to dark, its start ringed. Returns the Axes.

    `points` is the path, shown within -2..2.
    """
    ax = axes(ax, size=(2.0, 2.0))
    if title:
        ax.set_title(title, fontsize=8)
    ax.plot(*points.T, color=GREY, lw=0.8, zorder=1)
    ax.scatter(*points.T, c=np.arange(len(points)), cmap=SEQUENTIAL, s=12, zorder=2)
    ax.scatter(*points[0], s=70, facecolors="none", edgecolors=ORANGE, linewidths=1.8, zorder=3)
    ax.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xticks=(), yticks=())
    return ax


def figures_beside(
    true: np.ndarray, rebuilt: np.ndarray, limbs: tuple[tuple[int, int], ...], *, every: int = 2
) -> np.ndarray:
    """Two movements (t, joints, 2), right and down, one above the other, every so many frames. Returns the Axes.

    `true` above, `rebuilt` below; `limbs` are pairs of joints that a line joins. The Axes are (2, frames shown).
    """
    import matplotlib.pyplot as plt

    shown = range(0, len(true), every)
    _, grid = plt.subplots(2, len(shown), figsize=(1.3 * len(shown), 3.6), squeeze=False, layout="constrained")
    for movement, name, color, line in ((true, "true", BLUE, grid[0]), (rebuilt, "rebuilt", ORANGE, grid[1])):
        for ax, t in zip(line, shown, strict=True):
            for a, b in limbs:
                ax.plot(movement[t, [a, b], 0], -movement[t, [a, b], 1], color=color, lw=1.6)
            ax.set(xlim=(-0.7, 0.7), ylim=(-1.1, 0.35), aspect="equal")
            ax.set_axis_off()
            ax.set_title(f"{name}, frame {t}", fontsize=7)
    return grid


def captions(images: np.ndarray, lines: Sequence[str]) -> np.ndarray:
    """Images (n, h, w) side by side, each with its line below. Returns the Axes.

    `images` within 0..1, `lines` their n texts.
    """
    many = row(len(images), size=(2.0, 2.2))
    for ax, image, line in zip(many, images, lines, strict=True):
        ax.imshow(image, cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=(), yticks=())
        ax.set_xlabel(line.replace(" ", "\n", 2).replace("\n", " ", 1) if len(line) > 18 else line, fontsize=8)
    return many
