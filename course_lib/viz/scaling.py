"""What larger batches, more workers or faster memory bring: roofline, trade-off of the batch size, timelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from course_lib.topics.roofline import attainable
from course_lib.viz.style import BLUE, COLORS, GREY, MARKERS, ORANGE, axes, row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.topics.batch_sizes import Row
    from course_lib.topics.roofline import Work
    from course_lib.viz.style import Panels


def roofline(
    bandwidth: float, peak: float, works: Sequence[Work], *, ax: Axes | None = None,
    title: str = "Under the roof of this machine", seconds: dict[str, float] | None = None,
) -> Axes:  # fmt: skip
    """The roof of a machine (bytes/s, operations/s) with each `Work` of `works` on it, log-log; returns the Axes.

    A mark stands where the roof allows the layer to run; with `seconds` {name: measured} a second, hollow mark where it
    did run. `bandwidth` in bytes a second, `peak` in operations a second.
    """
    ax = axes(ax, size=(6.4, 4.0), title=title, xlabel="operations per byte", ylabel="10⁹ operations per second")
    corner = peak / bandwidth
    ends = [w.intensity for w in works] + [corner]
    x = np.geomspace(min(ends) / 3, max(ends) * 3, 200)
    ax.plot(x, attainable(x, bandwidth, peak) / 1e9, color=GREY, lw=2)
    ax.axvline(corner, color=GREY, lw=1, ls=":")
    for k, work in enumerate(sorted(works, key=lambda w: w.intensity)):
        look = {"color": COLORS[k % len(COLORS)], "marker": MARKERS[k % len(MARKERS)], "ls": ""}
        ax.plot(work.intensity, attainable(work.intensity, bandwidth, peak) / 1e9, label=work.name, **look)
        if seconds and work.name in seconds:
            ax.plot(work.intensity, work.operations / seconds[work.name] / 1e9, **look | {"mfc": "none"})
    ax.set(xscale="log", yscale="log")
    ax.legend(frameon=False, fontsize="small", loc="lower right")
    return ax


PANELS = (
    ("throughput", "samples per second", lambda r: r.throughput),
    ("memory at the peak of a step", "kB", lambda r: r.memory / 1e3),
    ("steps to the loss", "steps", lambda r: r.steps),
    ("time to the loss", "milliseconds", lambda r: 1e3 * r.seconds),
)


def batch_tradeoff(rows: tuple[Row, ...], batch: int | None = None, *, many: Panels | None = None) -> Panels:
    """Four panels over batch size from measured rows (`topics.batch_sizes.Row`), `batch` ringed. The Axes (4,)."""
    many = row(4, size=(2.9, 2.8)) if many is None else many
    sizes = [r.batch for r in rows]
    for ax, (title, unit, value) in zip(many, PANELS, strict=True):
        axes(ax, title=title, xlabel="batch size", ylabel=unit)
        ax.plot(sizes, [value(r) for r in rows], color=BLUE, marker="o", markersize=4)
        chosen = [r for r in rows if r.batch == batch]
        ax.plot([r.batch for r in chosen], [value(r) for r in chosen], "o", ms=11, mfc="none", mec=ORANGE, mew=2)
        ax.set(xscale="log", yscale="log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.10g}".replace(",", " ")))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_locator(NullLocator())  # every tick takes its time
        ax.xaxis.set_major_formatter("{x:g}")
    return many


def lanes(
    events: dict[str, list[tuple[Any, ...]]], *, ax: Axes | None = None, title: str | None = None,
    end: float | None = None,
) -> Axes:  # fmt: skip
    """Numbered bars on named lanes over time, {"load": [(start, seconds), ...], "compute": [...]}; returns the Axes.

    `events` is that dict, and `end` where the axis ends, in seconds.
    """
    ax = axes(ax, size=(6.4, 1.6), title=title, xlabel="time")
    for k, bars in enumerate(events.values()):
        ax.broken_barh(bars, (-k - 0.35, 0.7), facecolors=COLORS[k], edgecolors="white")
        for number, (start, length) in enumerate(bars, 1):
            ax.text(start + length / 2, -k, str(number), ha="center", va="center", color="white", fontsize=9)
    ax.set(yticks=[-k for k in range(len(events))], yticklabels=list(events), xlim=(0, end))
    ax.set_xticks([])
    return ax
