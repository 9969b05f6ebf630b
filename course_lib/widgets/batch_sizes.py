"""Choose a batch size and read off throughput, memory, steps and time to a loss, as they were measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from course_lib.viz.scaling import batch_tradeoff
from course_lib.widgets.picture import Picture

if TYPE_CHECKING:
    from course_lib.topics.batch_sizes import Row


def batch_explorer(rows: tuple[Row, ...], *, memory: float | None = None) -> w.VBox:
    """A slider over the measured batch sizes of `rows` (`topics.batch_sizes.Row`); returns a VBox.

    A second slider says how much memory there is: the fastest batch that fits is named. Its static twin is
    `viz.scaling.batch_tradeoff`.
    """
    sizes = [r.batch for r in rows]
    least, most = min(r.memory for r in rows), max(r.memory for r in rows)
    batch = w.SelectionSlider(options=sizes, value=sizes[len(sizes) // 2], description="batch size")
    limit = w.FloatLogSlider(
        memory or most,
        base=10,
        min=math.log10(least),
        max=math.log10(most * 1.01),
        step=0.05,
        description="memory",
        readout=False,
    )
    picture, told = Picture(900), w.HTML()

    def draw(_: Any = None) -> None:
        _draw(picture, rows, batch.value)

    def say(_: Any = None) -> None:
        told.value = readout(rows, batch.value, limit.value)

    batch.observe(draw, "value")
    for control in (batch, limit):
        control.observe(say, "value")
    draw()
    say()
    return w.VBox([w.HBox([batch, limit], layout=w.Layout(flex_flow="row wrap")), told, picture])


def readout(rows: tuple[Row, ...], batch: int, memory: float) -> str:
    """What was measured at this batch size, and which size is the fastest to the loss within `memory` bytes; HTML.

    `rows` are those of `course_lib.topics.batch_sizes`, one for each batch size.
    """
    r = next(r for r in rows if r.batch == batch)
    fits = [row for row in rows if row.memory <= memory]
    best = min(fits, key=lambda row: row.seconds, default=None)
    line = (
        f"{r.throughput:,.0f} samples/s · {r.memory / 1e6:.2f} MB · best rate {r.rate:.2g} · "
        f"{r.steps:.0f} ± {r.error:.0f} steps · {r.samples:,.0f} samples · <b>{r.seconds:.2f} s</b>"
    )
    named = f"fastest: batch {best.batch}, {best.seconds:.2f} s" if best else "no batch size fits"
    return f"{line}<br>within {memory / 1e6:.2f} MB {named}"


def _draw(picture: Picture, rows: tuple[Row, ...], batch: int) -> None:
    figure = picture.sheet((11.6, 2.8), layout="constrained")
    batch_tradeoff(rows, batch, many=figure.subplots(1, 4))
    words = f"throughput, memory, steps and time to the loss against the batch size, {batch} marked"
    picture.draw(figure, words, dpi=80)
