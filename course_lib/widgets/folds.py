"""Move three hyperplanes and watch the surface that they fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz import folds
from course_lib.widgets.picture import Picture

STARTS = {  # angle in degrees, offset and output weight of each unit
    "three folds": ((0, -0.5, 1.0), (120, -0.5, 1.0), (240, -0.5, 1.0)),
    "one fold": ((30, 0.0, 1.0), (0, 0.0, 0.0), (0, 0.0, 0.0)),
    "a ridge": ((45, -0.8, 1.0), (45, 0.0, -2.0), (45, 0.8, 1.0)),
}


def fold_explorer(start: str = "three folds", *, activation: str = "ReLU") -> w.VBox:
    """Three hidden units, each with angle and offset of its line and the weight of its output; returns a VBox.

    A menu exchanges the activation ("none" leaves a plane), another one sets a start. Static twin: `folds.folded`.
    """
    narrow = {"layout": w.Layout(width="270px"), "style": {"description_width": "92px"}, "continuous_update": False}
    kinds = (("angle °", -180, 360, 5), ("offset", -2, 2, 0.1), ("weight", -2, 2, 0.1))
    sliders = [
        [w.FloatSlider(0, min=low, max=high, step=step, description=name, **narrow) for name, low, high, step in kinds]
        for _ in range(3)
    ]
    menu = w.Dropdown(options=list(STARTS), value=start, description="start from")
    kind = w.Dropdown(options=list(folds.ACTIVATIONS), value=activation, description="activation")
    picture, state = Picture(760), {"quiet": False}

    def draw(_: Any = None) -> None:
        if not state["quiet"]:
            _draw(picture, [[s.value for s in unit] for unit in sliders], kind.value)

    def put(_: Any = None) -> None:
        state["quiet"] = True
        for unit, values in zip(sliders, STARTS[menu.value], strict=True):
            for slider, value in zip(unit, values, strict=True):
                slider.value = value
        state["quiet"] = False
        draw()

    for slider in (slider for unit in sliders for slider in unit):
        slider.observe(draw, "value")
    kind.observe(draw, "value")
    menu.observe(put, "value")
    put()
    heads = [w.HTML(f"<b style='color:{folds.UNITS[k]}'>unit {k + 1}</b>") for k in range(3)]
    columns = [w.VBox([head, *unit]) for head, unit in zip(heads, sliders, strict=True)]
    wrap = w.Layout(flex_flow="row wrap")
    return w.VBox([picture, w.HBox([menu, kind], layout=wrap), w.HBox(columns, layout=wrap)])


def weights(units: Sequence[tuple[int, float, float] | list[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hidden weights (k, 2), biases (k,) and output weights (k,) of `units`, rows (angle in degrees, offset, weight).

    The normals have length 1 and the line lies `offset` from the origin along its normal.
    """
    angle, offset, weight = np.asarray(units, float).T
    return np.column_stack([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))]), -offset, weight


def _draw(picture: Picture, units: Sequence[list[float]], activation: str) -> None:
    told = "; ".join(f"unit {k} at {a:g} degrees, {b:g} away, weight {c:g}" for k, (a, b, c) in enumerate(units, 1))
    figure = folds.folded(*weights(units), activation=activation)
    picture.draw(figure, f"the lines of three units and the surface they fold, activation {activation}: {told}")
