"""Move the depth of two random networks, one plain and one residual, and watch their gradients."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from course_lib.viz import residual
from course_lib.widgets.picture import Picture

DEEPEST = 56


def shatter_explorer(depth: int = 24, seed: int = 0) -> w.VBox:
    """Depth and seed against the slopes of a plain and a residual random network; returns a VBox.

    Static twin: `viz.residual.shattered`.
    """
    deep = w.IntSlider(depth, min=1, max=DEEPEST, description="layers", layout=w.Layout(width="420px"))
    start = w.Dropdown(options=list(range(5)), value=seed, description="seed", layout=w.Layout(width="150px"))
    picture = Picture(860)
    message = w.HTML()
    known = {}

    def draw(_: Any = None) -> None:
        if start.value not in known:
            known[start.value] = [residual.slopes(DEEPEST, residual=r, seed=start.value) for r in (False, True)]
        plain, added = known[start.value]
        alike = [s.likeness()[deep.value - 1] for s in (plain, added)]
        message.value = f"neighbouring slopes correlate: plain {alike[0]:.2f}, residual {alike[1]:.2f}"
        _draw(picture, deep.value, plain, added, f"{deep.value} layers, seed {start.value}: {message.value}")

    for control in (deep, start):
        control.observe(draw, "value")
    draw()
    return w.VBox([w.HBox([deep, start], layout=w.Layout(flex_flow="row wrap")), message, picture])


def _draw(picture: Picture, depth: int, plain: residual.Slopes, added: residual.Slopes, words: str) -> None:
    figure = picture.sheet((9.6, 2.8), layout="constrained")
    residual.shattered(depth, many=figure.subplots(1, 3), plain=plain, residual=added)
    picture.draw(figure, f"slopes of a plain and of a residual random network, {words}", dpi=100)
