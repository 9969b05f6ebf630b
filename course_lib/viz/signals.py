"""Signals in a deep stack at its start: activations forward and gradients backward, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.ticker import LogLocator, NullLocator

from course_lib.topics.choice import chosen
from course_lib.viz.style import BLUE, COLORS, GREY, MARKERS, axes

# value, and slope from input and value
ACTIVATIONS: dict[str, tuple[Callable, Callable]] = {
    "relu": (lambda z: np.maximum(z, 0), lambda z, a: z > 0),
    "tanh": (np.tanh, lambda z, a: 1 - a**2),
    "sigmoid": (lambda z: 0.5 * (1 + np.tanh(z / 2)), lambda z, a: a * (1 - a)),
    "linear": (lambda z: z, lambda z, a: 1.0),
}


@dataclass(frozen=True)
class Signals:
    """What each layer put out, (samples, width) each, and the root mean square of the gradient there, (depth,)."""

    activations: tuple
    gradients: np.ndarray

    @property
    def spreads(self) -> np.ndarray:
        """Standard deviation of each layer's activations, (depth,)."""
        return np.array([a.std() for a in self.activations])


def deep_stack(
    deviation: float, *, activation: str = "relu", depth: int = 20, width: int = 100, samples: int = 200,
    norm: bool = False, eps: float = 1e-5, rng: np.random.Generator,
) -> Signals:  # fmt: skip
    """Signals of `depth` layers of `width` units with weights of standard deviation `deviation` and biases 0.

    Inputs are standard normal, and so is the gradient that comes in at the top. `norm=True` puts batch normalisation
    (gamma 1, beta 0) before each activation. ValueError for an unknown activation or a depth below 1. `samples` inputs,
    and `eps` is added to the variances of the norm.
    """
    chosen(activation, ACTIVATIONS, "activation", name="deep_stack")
    if depth < 1:
        raise ValueError(f"deep_stack: depth is at least 1, got {depth}")
    bend, slope = ACTIVATIONS[activation]
    h, way = rng.standard_normal((samples, width)), []
    for _ in range(depth):
        w = deviation * rng.standard_normal((width, width))
        z, scale = h @ w.T, None
        if norm:
            z = z - z.mean(axis=0)
            scale = 1 / np.sqrt((z**2).mean(axis=0) + eps)
            z = z * scale
        h = bend(z)
        way.append((w, z, h, scale))
    g, sizes = rng.standard_normal(h.shape), []
    for w, z, a, scale in reversed(way):
        sizes.append(np.sqrt(np.mean(g**2)))
        g = g * slope(z, a)
        if norm:
            g = scale * (g - g.mean(axis=0) - z * (g * z).mean(axis=0))
        g = g @ w
    return Signals(tuple(a for _, _, a, _ in way), np.array(sizes[::-1]))


def spread_curves(named: dict[str, Signals], *, pair: np.ndarray, floor: float = 1e-30) -> np.ndarray:
    """Spread of the activations and size of the gradient by layer, {"MSR": Signals, ...}, on the two Axes `pair`.

    The y axes are logarithmic; what has died altogether is drawn at `floor`. `named` is that dict, `pair` an array
    (2,). Returns `pair`.
    """
    for ax, title, of in (
        (pair[0], "forward: standard deviation", lambda s: s.spreads),
        (pair[1], "backward: size of the gradient", lambda s: s.gradients),
    ):
        axes(ax, title=title, xlabel="layer")
        for (name, signals), color, marker in zip(named.items(), COLORS, MARKERS, strict=False):
            values = np.maximum(of(signals), floor)
            layer, every = np.arange(1, len(values) + 1), max(1, len(values) // 6)
            ax.plot(layer, values, color=color, marker=marker, markevery=every, markersize=4, label=name)
        ax.axhline(1, color=GREY, linewidth=1, linestyle=":")
        ax.set_yscale("log")
        ax.xaxis.get_major_locator().set_params(integer=True)
    if len(named) > 1:
        pair[0].legend(frameon=False, fontsize="small")
    return pair


def layer_histograms(
    named: dict[str, Signals], *, layers: Sequence[int] = (1, 5, 10, 15, 20), limits: tuple[float, float] = (-1.5, 1.5),
    figure: Figure | None = None, places: dict[str, float] | None = None, title: str = "layer {layer}: std {std:.1e}",
) -> Figure:  # fmt: skip
    """Activations of some layers as histograms: a row for each of {"MSR": Signals, ...}; returns the Figure.

    All share the x axis `limits`; the share that lies beyond is written in the corner. `title` stands above
    each. `places` are the margins, as a GridSpec takes them. `named` is that dict, `layers` count from 1.
    """
    figure = figure or Figure(figsize=(1.75 * len(layers), 1.45 * len(named)), layout="constrained")
    grid = figure.subplots(len(named), len(layers), sharex=True, squeeze=False, gridspec_kw=places)
    bins, margin = np.linspace(*limits, 42), 0.05 * (limits[1] - limits[0])
    for row, (name, signals) in zip(grid, named.items(), strict=True):
        for ax, layer in zip(row, layers, strict=True):
            values = signals.activations[layer - 1]
            steps = StepPatch(np.histogram(values, bins)[0], bins, fill=True, facecolor=BLUE, linewidth=0)
            ax.add_artist(steps)  # `ax.stairs` would seek limits, which takes longer than to draw it
            ax.set_xlim(limits[0] - margin, limits[1] + margin)
            beyond = np.mean((values < limits[0]) | (values > limits[1]))
            if beyond >= 0.005:
                ax.text(0.98, 0.95, f"beyond: {beyond:.0%}", transform=ax.transAxes, ha="right", va="top", fontsize=7)
            ax.set_ylim(0, 0.2 * values.size)  # ReLU's many zeros would dwarf all the rest
            ax.set_title(title.format(layer=layer, std=values.std()), fontsize=8, y=1)
            ax.yaxis.set_major_locator(NullLocator())
            ax.yaxis.set_visible(bool(name) and ax is row[0])  # an axis takes its time even where it is empty
            ax.spines[["top", "right", "left"]].set_visible(False)
        row[0].set_ylabel(name, fontsize=9)
    return figure


def signal_picture(
    scale: float = 1.0, activation: str = "relu", *, depth: int = 20, norm: bool = False, width: int = 100,
    seed: int = 0, layers: Sequence[int] | None = None, signals: Signals | None = None, figure: Figure | None = None,
) -> Figure:  # fmt: skip
    """Curves and histograms of one stack with weights scale·randn/√width; the static twin of `signal_explorer`.

    Returns the Figure. `layers` says which five or so get a histogram (default: spread over the depth). `activation`
    and `norm` are those of `deep_stack`, `seed` draws weights and inputs. `signals` are those of this stack where they
    are known already.
    """
    if signals is None:
        rng, std = np.random.default_rng(seed), scale / np.sqrt(width)
        signals = deep_stack(std, activation=activation, depth=depth, norm=norm, width=width, rng=rng)
    layers = layers or sorted({*np.linspace(1, depth, 5).round().astype(int).tolist()})
    figure = figure or Figure(figsize=(9.0, 4.4))
    figure.set_layout_engine("none")  # it would draw everything twice, and lay these two rows over each other
    above = {"left": 0.09, "right": 0.98, "bottom": 0.52, "top": 0.928, "wspace": 0.22}
    below = {"left": 0.02, "right": 0.98, "bottom": 0.136, "top": 0.336, "wspace": 0.12}
    name = f"{scale:.3g}·randn/√n, {activation}" + (", batch norm" if norm else "")
    pair = spread_curves({name: signals}, pair=figure.subplots(1, 2, gridspec_kw=above))
    for ax in pair:
        low, high = ax.get_ylim()
        ax.set_ylim(min(low, 1e-3), max(high, 1e3))  # a flat line shall look flat
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter("{x:g}")  # powers of ten, set as formulas, take long
        ax.yaxis.set_major_locator(LogLocator(numticks=5))  # and so does every tick
    # every letter takes its time: the curve above tells the deviations, the first histogram what all have below
    layer_histograms({"": signals}, layers=layers, figure=figure, places=below, title="layer {layer}")
    for ax in figure.axes[3:]:
        ax.xaxis.set_tick_params(labelbottom=False)
    figure.supxlabel("activation, the same for all", fontsize=8)
    return figure
