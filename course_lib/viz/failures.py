"""How networks fail, drawn: attacked images, reliability, maps of what a network looks at, reaction times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_lib.topics import attacks, calibration
from course_lib.viz.style import BLUE, COLORS, DIVERGING, GREEN, GREY, MARKERS, ORANGE, RED, YELLOW, axes, row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.nn.module import Module
    from course_lib.topics.reaction import Session
    from course_lib.viz.style import Panels

STRENGTHS = np.linspace(0, 0.3, 7)


def bare(
    ax: Axes, image: np.ndarray, *, title: str | None = None, low: float = 0.0, high: float = 1.0, cmap: str = "gray",
    frame: str | None = None,
) -> Axes:  # fmt: skip
    """Show one image (h, w) without ticks; `frame` is the colour of a border. Returns the Axes.

    `low` and `high` are the values at the ends of the colours.
    """
    ax.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
    ax.set(xticks=(), yticks=())
    ax.spines[:].set_visible(frame is not None)
    for spine in ax.spines.values():
        spine.set(color=frame or GREY, linewidth=2.5)
    if title:
        ax.set_title(title, fontsize="small")
    return ax


def attack_picture(
    model: Module, x: np.ndarray, t: np.ndarray, eps: float, *, steps: int = 10, many: Panels | None = None,
    name: str = "the network",
) -> Panels:  # fmt: skip
    """One image x (1, 1, h, w) of class t (1,), the change an iterated attack makes, the result, its probabilities.

    Returns the four Axes: image, change, attacked image, bars. `model` takes images to logits, `steps` steps of eps / 4
    stay within `eps` of each pixel; `name` is what the model is called.
    """
    many = row(4, size=(2.3, 2.5)) if many is None else many
    attacked = attacks.iterated(model, x, t, eps, step=max(eps, 1e-6) / 4, steps=steps) if eps else x
    before, after = (calibration.softmax(attacks.logits(model, a))[0] for a in (x, attacked))
    bare(many[0], x[0, 0], title=f"a {int(t[0])}, read as {before.argmax()}")
    reach = STRENGTHS[-1]
    bare(many[1], (attacked - x)[0, 0], title=f"change, at most {eps:.2f}", low=-reach, high=reach, cmap=DIVERGING)
    fooled = after.argmax() != t[0]
    bare(many[2], attacked[0, 0], title=f"read as {after.argmax()}", frame=RED if fooled else GREEN)
    ax = axes(many[3], title=f"{name}: probability", xlabel="digit")
    ax.bar(np.arange(len(after)) - 0.2, before, width=0.4, color=BLUE, label="before")
    ax.bar(np.arange(len(after)) + 0.2, after, width=0.4, color=ORANGE, label="after", hatch="//")
    ax.set(xticks=range(len(after)), ylim=(0, 1.25), yticks=(0, 0.5, 1))
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
    return many


def strength_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, ax: Axes | None = None, title: str | None = None,
    spread: Mapping[str, ArrayLike] | None = None, xlabel: str = "strength of the attack, ε",
) -> Axes:  # fmt: skip
    """Share read rightly against the strength of the attack: {name: (eps, share)}; returns the Axes.

    Each of `curves` is a pair of arrays (n,); `spread` {name: (n,)} are half lengths of bars.
    """
    ax = axes(ax, title=title, xlabel=xlabel, ylabel="share read rightly")
    for k, (name, (eps, share)) in enumerate(curves.items()):
        color = COLORS[k % len(COLORS)]
        ax.plot(eps, share, color=color, marker=MARKERS[k % len(MARKERS)], markersize=5, label=name)
        if spread and name in spread:
            ax.errorbar(eps, share, yerr=spread[name], color=color, lw=0, elinewidth=1.2, capsize=2)
    ax.set_ylim(-0.02, 1.02)
    if len(curves) > 1:
        ax.legend(frameon=False, fontsize=8)
    return ax


def lettered(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, size: tuple[float, float] = (2.5, 2.3),
    ylabel: str = "share read rightly",
) -> np.ndarray:  # fmt: skip
    """One small drawing a curve, under its letter: {letter: (eps, share)}; returns the Axes.

    Each of `curves` is a pair of arrays (n,).
    """
    many = row(len(curves), size=size, sharey=True)
    for k, (ax, (letter, (eps, share))) in enumerate(zip(many, curves.items(), strict=True)):
        axes(ax, title=letter, xlabel="ε", ylabel=ylabel if k == 0 else None)
        ax.plot(eps, share, color=BLUE, marker="o", markersize=4)
        ax.set_ylim(-0.03, 1.03)
    return many


def reliability(
    confidence: np.ndarray, right: np.ndarray, *, bins: int = 10, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Share right against confidence in equal bins, beside the diagonal; gaps are hatched. Returns the Axes.

    confidence (n,) within 0..1, right (n,) booleans, in so many `bins`.
    """
    count, sure, share = calibration.binned(confidence, right, bins)
    ax = axes(ax, size=(3.6, 3.4), title=title, xlabel="confidence", ylabel="share right")
    filled = count > 0
    ax.bar(sure[filled], share[filled], width=0.7 / bins, color=BLUE, label="share right")
    gap = (sure - share)[filled]
    ax.bar(sure[filled], gap, bottom=share[filled], width=0.7 / bins, fc="none", ec=RED, hatch="///", label="gap")
    ax.plot([0, 1], [0, 1], color=GREY, ls="--", lw=1)
    ax.set(xlim=(0, 1.06), ylim=(0, 1.06))
    error = calibration.calibration_error(confidence, right, bins)
    ax.text(0.04, 0.72, f"error {error:.3f}", fontsize=9, transform=ax.transAxes)
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return ax


def maps(images: np.ndarray, rows: dict[str, np.ndarray], *, size: float = 1.0) -> np.ndarray:
    """Images (n, h, w) in the first line and below them named lines of maps: {name: (n, h, w)}; returns the Axes.

    Each map is scaled to its own largest value. `rows` are the lines, each of as many maps as there are images. The
    Axes are (1 + lines, n).
    """
    import matplotlib.pyplot as plt

    lines = {"image": images, **rows}
    n = len(images)
    _, grid = plt.subplots(
        len(lines), n, figsize=(size * n + 1.6, size * len(lines)), layout="constrained", squeeze=False
    )
    for line, (name, many) in zip(grid, lines.items(), strict=True):
        for ax, one in zip(line, many, strict=True):
            bare(ax, one, high=max(float(one.max()), 1e-9), cmap="gray" if name == "image" else "cividis")
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    return grid


def reaction_times(session: Session, machine: ArrayLike | None = None, *, ax: Axes | None = None) -> Axes:
    """Reaction times of a Session in milliseconds as a histogram, their median with its interval; returns the Axes.

    `machine` (n,) are a network's milliseconds for the same pictures; with them the scale is logarithmic. `session` is
    a `topics.reaction.Session` with answers; ValueError for too few of them for an interval.
    """
    told = session.simulated.split(":")[0] or "yours"
    ax = axes(ax, size=(6.4, 3.0), title=f"Reaction times: {told}", xlabel="milliseconds", ylabel="pictures")
    person = session.milliseconds[~np.isnan(session.milliseconds)]
    edges = np.linspace(0, 1000, 41) if machine is None else np.geomspace(0.01, 2000, 54)
    ax.hist(
        np.clip(person, 0.011, 1999),
        bins=edges,
        color=BLUE,
        label="person" if not session.simulated else "simulated person",
    )
    if machine is not None:
        ax.hist(np.clip(machine, 0.011, 1999), bins=edges, color=ORANGE, hatch="//", label="network")
    middle, low, high = session.median()
    ax.axvspan(low, high, color=YELLOW, alpha=0.5, lw=0, zorder=3, label="interval of the median")
    ax.axvline(middle, color=RED, lw=2, zorder=4, label="median")
    if machine is not None:
        ax.set_xscale("log")
    place = "upper left" if machine is None else "upper center"  # between a machine's times and a person's
    ax.legend(frameon=False, fontsize=8, loc=place)
    return ax
