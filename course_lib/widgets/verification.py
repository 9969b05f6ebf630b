"""Move the threshold of a verification, and the share of genuine pairs: which errors, which precision and recall?"""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.verification import SIZE, outcome, threshold_figure
from course_lib.widgets.picture import Picture

SLIDER = {"layout": w.Layout(width="420px"), "style": {"description_width": "150px"}}


def threshold_explorer(genuine: np.ndarray, impostor: np.ndarray) -> w.VBox:
    """Distances (n,), (m,) of pairs of one and of two persons: sliders for threshold and share of genuine pairs.

    Returns a VBox; its static twin is `viz.verification.threshold_figure`.

    `genuine` (n,) are of one person, `impostor` (m,) of two.
    """
    most = float(max(genuine.max(), impostor.max()))
    start = float(np.quantile(genuine, 0.8))
    where = w.FloatSlider(start, min=0, max=most, step=most / 100, description="threshold", **SLIDER)
    share = w.SelectionSlider(
        options=[("1 in 1000", 0.001), ("1 in 100", 0.01), ("1 in 10", 0.1), ("1 in 2", 0.5)],
        value=0.5,
        description="genuine pairs",
        **SLIDER,
    )
    picture = Picture(920)
    told = w.HTML()

    def draw(_: Any = None) -> None:
        sheet = picture.sheet(SIZE, layout="constrained")
        figure = threshold_figure(genuine, impostor, where.value, share.value, figure=sheet)
        now = outcome(genuine, impostor, where.value, share.value)
        told.value = ", ".join(f"{name} <b>{value:.1%}</b>" for name, value in now.items())
        rates = ", ".join(f"{name} {value:.1%}" for name, value in now.items())
        words = f"distances of genuine and impostor pairs, threshold {where.value:.2f}, genuine {share.label}: {rates}"
        picture.draw(figure, words, dpi=80)

    for slider in (where, share):
        slider.observe(draw, "value")
    draw()
    return w.VBox([w.HBox([where, share], layout=w.Layout(flex_flow="row wrap")), told, picture])
