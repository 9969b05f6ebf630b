"""Move two lines of a first layer and two of a second, and watch the second's bend where the first's fold."""

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz import deep_folds
from course_lib.viz.folds import UNITS
from course_lib.widgets.picture import Picture
from course_lib.widgets.units import Units

STARTS = {  # angle in degrees and offset of each unit: two of the first layer, two of the second
    "most regions": ((0, 0.0), (90, 0.0), (65, 0.7), (25, 0.7)),
    "one bend": ((0, 0.0), (90, -3.0), (45, 2.1), (45, 5.0)),
    "a slanting fold": ((20, 0.1), (130, -0.2), (60, 0.7), (15, 0.8)),
    "nothing reaches the sheet": ((20, 0.3), (100, -0.2), (225, 0.8), (250, 0.5)),
}


def layers(units: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """[(w1 (2, 2), b1), (w2 (2, 2), b2)] of four rows (angle in degrees, offset): two of each layer.

    Normals have length 1; a line lies `offset` from the origin along its normal, in the plane that its layer sees.

    `units` are those of a `Units`: rows of (angle, offset).
    """
    angle, offset = np.asarray(units, float).T
    normals = np.column_stack([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    return [(normals[:2], -offset[:2]), (normals[2:], -offset[2:])]


def deep_fold_explorer(start: str = "most regions") -> Any:
    """Two layers of two ReLU units, each with angle and offset of its line; a menu sets a start; returns a VBox.

    Static twin: `deep_folds.two_layers`.
    """
    kinds = (("angle °", -180, 360, 5), ("offset", -3, 5, 0.1))
    units, picture = Units(4, kinds, STARTS, start, width=232, label=55), Picture(760)
    units.on_change(lambda: _draw(picture, units.values()))
    names = [f"layer {1 + k // 2}, unit {1 + k % 2}" for k in range(4)]
    return w.VBox([picture, units.menu, units.columns(names, UNITS)])


def _draw(picture: Picture, units: Any) -> None:
    figure = picture.sheet((8.8, 4.2))
    deep_folds.two_layers(layers(units), figure=figure)
    told = "; ".join(f"{angle:g} degrees, {offset:g} away" for angle, offset in units)
    picture.draw(figure, f"the lines of two layers of two units and where the second's bend: {told}", dpi=80)
