"""Residual networks drawn: their blocks, and how gradients shatter with depth when there is no shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch

from course_lib.topics.choice import chosen
from course_lib.topics.resnet import CifarResNet, gradient_lengths
from course_lib.train import mean_and_error
from course_lib.viz.style import BLUE, GREY, ORANGE, axes, row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.viz.style import Panels

BLOCKS = {
    "plain": (("3×3", "norm, ReLU", "3×3", "norm", "ReLU"), None),
    "basic": (("3×3", "norm, ReLU", "3×3", "norm", "+", "ReLU"), "x"),
    "pre-activation": (("norm, ReLU", "3×3", "norm, ReLU", "3×3", "+"), "x"),
    "bottleneck": (("1×1, fewer maps", "norm, ReLU", "3×3", "norm, ReLU", "1×1, 4 times", "norm", "+", "ReLU"), "x"),
    "projection": (("3×3, stride 2", "norm, ReLU", "3×3", "norm", "+", "ReLU"), "1×1, stride 2, norm"),
}


def blocks(
    kinds: tuple[str, ...] = ("plain", "basic", "pre-activation", "bottleneck"), *, many: Panels | None = None
) -> Panels:
    """Draw blocks side by side, input on top: steps as boxes, the shortcut as an orange line to the sum.

    `kinds` are names from BLOCKS. Returns the Axes. ValueError for another name.
    """
    longest = max(len(BLOCKS[chosen(kind, BLOCKS, "kind", name="blocks")][0]) for kind in kinds)
    many = row(len(kinds), size=(2.1, 0.36 * (longest + 3))) if many is None else many
    for ax, kind in zip(many, kinds, strict=True):
        steps, shortcut = BLOCKS[kind]
        ax.set(xlim=(-1.0, 1.9), ylim=(-1.1 * (longest + 1) - 0.5, 0.6))
        _block(ax, steps, shortcut, kind)
    return many


def _block(ax: Axes, steps: tuple[str, ...], shortcut: str | None, title: str) -> None:
    ax.set_axis_off()
    ax.set_title(title, fontsize="medium", x=1 / 2.9, y=1)  # above the boxes, not above them and the shortcut
    places = -1.1 * np.arange(len(steps) + 2)
    ax.text(0, places[0], "x", ha="center", va="center", fontstyle="italic")
    for y, step in zip(places[1:], steps, strict=False):
        ax.annotate("", (0, y + 0.32), (0, y + 0.82), arrowprops={"arrowstyle": "->", "color": GREY})
        if step == "+":
            ax.text(0, y, "+", ha="center", va="center", fontsize=13, color=ORANGE, fontweight="bold")
            _bypass(ax, places[0], y, shortcut)
            continue
        learned = "×" in step
        face = "#D6E6F2" if learned else "white"
        box = FancyBboxPatch(
            (-0.9, y - 0.26), 1.8, 0.52, boxstyle="round,pad=0.03", fc=face, ec=BLUE if learned else GREY
        )
        ax.add_patch(box)
        ax.text(0, y, step, ha="center", va="center", fontsize=9)
    ax.annotate("", (0, places[-1] + 0.3), (0, places[-1] + 0.82), arrowprops={"arrowstyle": "->", "color": GREY})
    ax.text(0, places[-1], "y", ha="center", va="center", fontstyle="italic")


def _bypass(ax: Axes, top: float, bottom: float, text: str) -> None:
    ax.plot([0.15, 1.35, 1.35], [top, top, bottom], color=ORANGE, lw=2)
    ax.annotate("", (0.2, bottom), (1.38, bottom), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2})
    turned = 90 if len(text) > 1 else 0
    ax.text(1.48, (top + bottom) / 2, text, rotation=turned, ha="left", va="center", fontsize=9, color="#8a5f00")


@dataclass(frozen=True)
class Slopes:
    """Places (n,), and for every depth 1, 2, ... the slope of a random network's output there, (depths, n).

    `x` are the places, `slopes` the slopes.
    """

    x: np.ndarray
    slopes: np.ndarray

    def likeness(self) -> np.ndarray:
        """Correlation of the slopes at neighbouring places, by depth (depths,)."""
        before, after = (s - s.mean(axis=1, keepdims=True) for s in (self.slopes[:, :-1], self.slopes[:, 1:]))
        return (before * after).sum(axis=1) / np.sqrt((before**2).sum(axis=1) * (after**2).sum(axis=1))


def slopes(depth: int, *, residual: bool, points: int = 256, width: int = 200, seed: int = 0) -> Slopes:
    """The Slopes of random networks from one number to one number, up to `depth` hidden layers.

    Every layer standardises its units over the points (as batch norm does in the first step), multiplies by MSR weights
    and takes ReLU; with `residual` it is added to its input. Slopes are exact, with the statistics held fixed. `points`
    places within -2..2, `width` units a layer; `seed` draws the weights.
    """
    rng = np.random.default_rng(seed)
    x = np.linspace(-2, 2, points)
    a, b = rng.normal(size=width), rng.normal(size=width)
    h, dh = np.maximum(0, x[:, None] * a + b), (x[:, None] * a + b > 0) * a
    out = rng.normal(size=width) / np.sqrt(width)
    kept = [dh @ out]
    for _ in range(depth - 1):
        w = rng.normal(size=(width, width)) * np.sqrt(2 / width)
        std = np.sqrt(h.var(axis=0) + 1e-5)
        z, dz = (h - h.mean(axis=0)) / std @ w, dh / std @ w
        branch, slope = np.maximum(0, z), (z > 0) * dz
        h, dh = (h + branch, dh + slope) if residual else (branch, slope)
        kept.append(dh @ out)
    return Slopes(x, np.array(kept))


def shattered(
    depth: int, *, many: Panels | None = None, deepest: int = 56, seeds: int = 5, plain: Slopes | None = None,
    residual: Slopes | None = None,
) -> Panels:  # fmt: skip
    """Slopes of a plain and of a residual random network of `depth` layers, and how alike neighbours are by depth.

    Balduzzi et al. 2017, "The shattered gradients problem". On the right the mean of `seeds` starts with its standard
    error, on the left the first of them. `plain` and `residual` take one start's Slopes already computed, at least
    `depth` deep. Returns the three Axes. The curves on the right reach to `deepest` layers.
    """
    plain, residual = (
        [slopes(deepest, residual=kind, seed=seed) for seed in range(seeds)] if given is None else [given]
        for kind, given in ((False, plain), (True, residual))
    )
    many = row(3, size=(3.3, 2.8)) if many is None else many
    for ax, kind, seen, color in ((many[0], "plain", plain, BLUE), (many[1], "residual", residual, ORANGE)):
        axes(ax, title=f"{kind}, {depth} layers", xlabel="input", ylabel="slope of the output, scaled")
        now = seen[0].slopes[depth - 1]
        ax.plot(seen[0].x, now / np.abs(now).max(), color=color, lw=0.9)
        ax.set_ylim(-1.1, 1.1)
    ax = axes(many[2], title="alike at neighbouring places", xlabel="layers", ylabel="correlation of slopes")
    for kind, seen, color, dash in (("plain", plain, BLUE, "-"), ("residual", residual, ORANGE, "--")):
        each = np.array([one.likeness() for one in seen])
        alike, layers = each.mean(axis=0), np.arange(1, each.shape[1] + 1)
        ax.plot(layers, alike, color=color, ls=dash, label=kind)
        ax.plot(depth, alike[depth - 1], "o", color=color)
        if len(each) > 1:
            error = mean_and_error(each, axis=0)[1]
            ax.fill_between(layers, alike - error, alike + error, color=color, alpha=0.2, lw=0)
    ax.set_ylim(-0.3, 1.05)
    ax.legend(frameon=False)
    for ax in many:
        ax.locator_params(nbins=5)  # every tick takes its time
    return many


def photograph_tiles(count: int, side: int) -> np.ndarray:
    """Square pieces of a bundled photograph, (count, 3, side, side), standardised by channel; float32."""
    from matplotlib.cbook import get_sample_data

    photo = plt.imread(get_sample_data("grace_hopper.jpg"))[:480, :512].astype(np.float32)
    rows, columns = 480 // side, 512 // side
    tiles = photo.reshape(rows, side, columns, side, 3).transpose(0, 2, 4, 1, 3).reshape(-1, 3, side, side)
    chosen = tiles[np.random.default_rng(0).permutation(len(tiles))[:count]]
    return (chosen - chosen.mean((0, 2, 3), keepdims=True)) / chosen.std((0, 2, 3), keepdims=True)


def gradients(
    depths: tuple[int, int] = (20, 56), *, width: int = 8, side: int = 16, seeds: int = 3, ax: Axes | None = None
) -> Axes:
    """Length of every convolution's gradient in fresh plain and residual networks, by layer; returns the Axes.

    Tiles (32, 3, side, side) of a photograph with random classes. Lines are geometric means over `seeds` starts, bands
    reach from the smallest to the largest. Yang et al. 2019, "A mean field theory of batch normalization". `depths` are
    those of `CifarResNet`, with `width` maps in the first stage.
    """
    x, t = photograph_tiles(32, side), np.random.default_rng(0).integers(0, 10, 32)
    ax = axes(ax, size=(6.4, 3.4), title="Before the first step", xlabel="convolution", ylabel="length of the gradient")
    for kind, color in (("plain", BLUE), ("residual", ORANGE)):
        for depth, dash in zip(depths, ("--", "-"), strict=False):
            nets = (
                CifarResNet(depth, width, residual=kind != "plain", rng=np.random.default_rng(k)) for k in range(seeds)
            )
            lengths = np.array([gradient_lengths(net, x, t) for net in nets])
            places = np.arange(1, lengths.shape[1] + 1)
            ax.plot(places, np.exp(np.log(lengths).mean(axis=0)), color=color, ls=dash, label=f"{kind}, {depth} layers")
            ax.fill_between(places, lengths.min(axis=0), lengths.max(axis=0), color=color, alpha=0.15, lw=0)
    ax.set_yscale("log")
    ax.legend(frameon=False)
    return ax
