"""Step through digits and change k and the label noise: who are the neighbours, and how do they vote?"""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.neighbours import SIZE, nearest, neighbour_figure, votes
from course_lib.widgets.picture import Picture

SLIDER = {"layout": w.Layout(width="330px"), "style": {"description_width": "110px"}}


def neighbour_explorer(
    x: np.ndarray, t: np.ndarray, queries: np.ndarray, truths: np.ndarray, *, k: int = 5, noise: int = 0, most: int = 25
) -> w.VBox:
    """k-NN on x (n, d) with labels t (n,): sliders for the query, for k up to `most`, and for the noise in per cent.

    `queries (m, d)` with labels `truths (m,)` are stepped through; "next error" goes to the next one that is misread.
    Returns a VBox; its static twin is `viz.neighbours.neighbour_figure`. Raises ValueError when `most` exceeds n.
    """
    if most > len(x):
        raise ValueError(f"neighbour_explorer: most is {most}, but there are only {len(x)} training images")
    rows = np.array([nearest(x, q, most)[0] for q in queries])
    which = w.IntSlider(0, min=0, max=len(queries) - 1, description="digit", **SLIDER)
    many = w.IntSlider(k, min=1, max=most, description="k", **SLIDER)
    wrong = w.IntSlider(noise, min=0, max=90, step=5, description="label noise, %", **SLIDER)
    error = w.Button(description="next error", layout=w.Layout(width="110px"))
    picture = Picture(920)
    told = w.HTML()

    def labels() -> np.ndarray:
        return redrawn(t, wrong.value / 100)

    def read() -> np.ndarray:
        return np.array([votes(labels()[near[: many.value]]).argmax() for near in rows])

    def draw(_: Any = None) -> None:
        q = which.value
        sheet = picture.sheet(SIZE, layout="constrained")
        figure = neighbour_figure(x, labels(), queries[q], many.value, truth=truths[q], figure=sheet)
        count = votes(labels()[rows[q][: many.value]])
        won = f"{int(count.max())} of {many.value} votes are for {int(count.argmax())}"
        picture.draw(figure, f"digit {q}, a {truths[q]}, beside its {many.value} nearest neighbours; {won}", dpi=95)
        right = np.sum(read() == truths)
        told.value = f"It is a <b>{truths[q]}</b>. Of these {len(queries)} digits, <b>{right}</b> are read right."

    def onward(_: w.Button) -> None:
        misread = np.flatnonzero(read() != truths)
        later = misread[misread > which.value]
        if len(misread):
            which.value = int(later[0] if len(later) else misread[0])

    for slider in (which, many, wrong):
        slider.observe(draw, "value")
    error.on_click(onward)
    draw()
    controls = w.HBox([w.VBox([which, many, wrong]), w.VBox([error, told])], layout=w.Layout(flex_flow="row wrap"))
    return w.VBox([picture, controls])


def redrawn(t: np.ndarray, share: float) -> np.ndarray:
    """A copy of the labels in which each is drawn anew with probability `share`; the draws are always the same.

    `t` are the labels, integers (n,).
    """
    rng = np.random.default_rng(0)
    return np.where(rng.random(len(t)) < share, rng.integers(0, 10, len(t)), t)
