"""Distances of pairs of one and of two persons, a threshold between them, and what it accepts; ROC and DET curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from course_lib.topics import verification
from course_lib.viz.style import BLUE, COLORS, GREY, ORANGE, RED, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

SIZE = (9.2, 3.2)  # of the threshold's figure, in inches
MARKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6)  # ticks of a DET curve


def outcome(genuine: np.ndarray, impostor: np.ndarray, threshold: float, share: float) -> dict[str, float]:
    """FAR, FRR, precision and recall when pairs up to the threshold are accepted; `share` of all pairs are genuine.

    Precision is 1 where nothing is accepted. genuine (n,) and `impostor` (m,) are distances of pairs of one and of two
    persons.
    """
    far, frr = (float(r[0]) for r in verification.rates(genuine, impostor, [threshold]))
    return {"FAR": far, "FRR": frr, "precision": float(_precision(far, frr, share)), "recall": 1 - frr}


def _precision(far: ArrayLike, frr: ArrayLike, share: float) -> np.ndarray:
    right, wrong = share * (1 - np.asarray(frr)), (1 - share) * np.asarray(far)
    accepted = right + wrong
    return np.where(accepted > 0, right / np.where(accepted > 0, accepted, 1), 1.0)


def threshold_figure(
    genuine: np.ndarray, impostor: np.ndarray, threshold: float, share: float = 0.5, *, figure: Figure | None = None
) -> Figure:
    """Draw the distances (n,), (m,) of pairs of one and of two persons with a threshold, and precision against recall.

    `share` of all pairs are genuine, which only precision feels. Returns the figure. They are `genuine` and `impostor`.
    """
    figure = figure or _new_figure()
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    told = outcome(genuine, impostor, threshold, share)
    edges = np.linspace(0, max(genuine.max(), impostor.max()), 40)
    for d, color, name, hatch in ((genuine, BLUE, "one person", None), (impostor, ORANGE, "two persons", "//")):
        heights = np.histogram(d, edges, density=True)[0]  # as one outline: 80 bars take as long as the rest
        look = {"facecolor": color, "alpha": 0.6, "hatch": hatch, "edgecolor": "white", "lw": 0.3}
        left.stairs(heights, edges, fill=True, label=name, **look)
    left.axvline(threshold, color=RED, lw=2)
    top = left.get_ylim()[1] * 1.12
    left.set_ylim(0, top)
    left.text(threshold, 0.97 * top, "accepted ", ha="right", va="top", color=RED, fontsize=8)
    left.text(threshold, 0.97 * top, " refused", ha="left", va="top", color=RED, fontsize=8)
    axes(left, xlabel="distance of the pair", title=f"FAR {told['FAR']:.1%}, FRR {told['FRR']:.1%}").set_yticks([])
    left.legend(frameon=False, fontsize=8, loc="center right")
    far, frr = verification.rates(genuine, impostor, np.linspace(edges[1] / 2, edges[-1], 120))
    right.plot(1 - frr, _precision(far, frr, share), color=BLUE)
    right.plot(told["recall"], told["precision"], "o", color=RED, ms=8)
    title = f"precision {told['precision']:.1%}, recall {told['recall']:.1%}"
    axes(right, xlabel="recall", ylabel="precision", title=title).set(xlim=(0, 1.03), ylim=(0, 1.03))
    right.axhline(share, color=GREY, lw=1, ls="--")
    right.text(0.02, share + 0.015, f"{share:.0%} of the pairs are genuine", fontsize=8, color=GREY)
    return figure


def _new_figure() -> Figure:
    import matplotlib.pyplot as plt

    return plt.figure(figsize=SIZE, layout="constrained")


def det_curve(
    named: dict[str, tuple[np.ndarray, np.ndarray]], *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw FRR against FAR on normal axes for each name: (genuine, impostor) distances. Martin et al. 1997.

    Errors of two Gaussians lie on a straight line there; a ring marks the equal error rate. Returns the Axes. `named`
    {"ours": (genuine (n,), impostor (m,)), ...}.
    """
    ax = axes(ax, size=(4.4, 4.0), title=title, xlabel="false accept rate", ylabel="false reject rate")
    ticks, styles = verification.deviates(MARKS), ("-", "--", ":", "-.")
    ax.plot([ticks[0], ticks[-1]], [ticks[0], ticks[-1]], color=GREY, lw=1, ls=":")
    for k, (name, (genuine, impostor)) in enumerate(named.items()):
        far, frr = verification.rates(genuine, impostor, np.unique(np.concatenate([genuine, impostor])))
        inside = (far > 0) & (frr > 0)
        line = [verification.deviates(r[inside]) for r in (far, frr)]
        rate = verification.equal_error_rate(genuine, impostor)[0]
        ax.plot(*line, color=COLORS[k], ls=styles[k % 4], label=f"{name}: EER {rate:.1%}")
        ax.plot(*verification.deviates([rate, rate]), "o", mfc="none", color=COLORS[k])
    names = [f"{100 * m:g} %" for m in MARKS]
    ax.set_xticks(ticks, names, fontsize=8)
    ax.set_yticks(ticks, names, fontsize=8)
    ax.set(xlim=(ticks[0], ticks[-1]), ylim=(ticks[0], ticks[-1]), aspect="equal")
    ax.legend(frameon=False, fontsize=8)
    return ax
