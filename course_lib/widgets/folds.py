"""Move three hyperplanes and watch the surface that they fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz import folds
from course_lib.widgets.picture import Picture
from course_lib.widgets.units import Units

STARTS = {  # angle in degrees, offset and output weight of each unit
    "three folds": ((0, -0.5, 1.0), (120, -0.5, 1.0), (240, -0.5, 1.0)),
    "one fold": ((30, 0.0, 1.0), (0, 0.0, 0.0), (0, 0.0, 0.0)),
    "a ridge": ((45, -0.8, 1.0), (45, 0.0, -2.0), (45, 0.8, 1.0)),
}


def fold_explorer(start: str = "three folds", *, activation: str = "ReLU") -> w.VBox:
    """Three hidden units, each with angle and offset of its line and the weight of its output; returns a VBox.

    A menu exchanges the activation ("none" leaves a plane), another one sets a start. Static twin: `folds.folded`.
    """
    kinds = (("angle °", -180, 360, 5), ("offset", -2, 2, 0.1), ("weight", -2, 2, 0.1))
    units, picture = Units(3, kinds, STARTS, start, width=270, label=92), Picture(760)
    kind = w.Dropdown(options=list(folds.ACTIVATIONS), value=activation, description="activation")

    def draw(_: Any = None) -> None:
        _draw(picture, units.values(), kind.value)

    kind.observe(draw, "value")
    units.on_change(draw)
    menus = w.HBox([units.menu, kind], layout=w.Layout(flex_flow="row wrap"))
    return w.VBox([picture, menus, units.columns([f"unit {k}" for k in (1, 2, 3)], folds.UNITS[:3])])


def weights(units: Sequence[tuple[int, float, float] | list[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hidden weights (k, 2), biases (k,) and output weights (k,) of `units`, rows (angle in degrees, offset, weight).

    The normals have length 1 and the line lies `offset` from the origin along its normal.
    """
    angle, offset, weight = np.asarray(units, float).T
    return np.column_stack([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))]), -offset, weight


def _draw(picture: Picture, units: Sequence[list[float]], activation: str) -> None:
    told = "; ".join(f"unit {k} at {a:g} degrees, {b:g} away, weight {c:g}" for k, (a, b, c) in enumerate(units, 1))
    figure = picture.sheet((8.6, 4.0))
    figure.subplots_adjust(left=0.08, right=0.97, bottom=0.13, top=0.91)
    folds.folded(*weights(units), activation=activation, figure=figure)
    picture.draw(figure, f"the lines of three units and the surface they fold, activation {activation}: {told}")
