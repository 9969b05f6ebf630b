"""A stage of a convolutional network to play with: choose a digit, move it, choose how its maps are pooled."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.stages import KINDS, edge_filters, stage_maps
from course_lib.widgets.picture import Picture


def stage_explorer(images: np.ndarray, kernels: np.ndarray | None = None) -> w.VBox:
    """Sliders over grey `images` (n, h, w) and filters (f, k, k); returns a VBox. Its static twin is `stage_maps`.

    What leaves the image on one side comes back on the other. Without `kernels`, four oriented derivatives.
    """
    images = np.asarray(images, float)
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(f"stage_explorer: expected grey images (n, h, w), got shape {images.shape}")
    kernels = edge_filters() if kernels is None else np.asarray(kernels, float)
    wide = {"layout": w.Layout(width="300px"), "style": {"description_width": "70px"}, "continuous_update": False}
    which = w.IntSlider(0, min=0, max=len(images) - 1, description="image", **wide)
    down = w.IntSlider(0, min=-4, max=4, description="down", **wide)
    right = w.IntSlider(0, min=-4, max=4, description="right", **wide)
    size = w.IntSlider(2, min=1, max=7, description="pool size", **wide)
    kind = w.Dropdown(options=KINDS, value="max", description="pooling", layout=wide["layout"], style=wide["style"])
    picture = Picture(800)

    def draw(_: Any = None) -> None:
        figure = picture.sheet((8.6, 1.25 * len(kernels) + 0.9), layout="constrained")
        moved = (down.value, right.value)
        stage_maps(images[which.value], kernels, size=size.value, kind=kind.value, shift=moved, figure=figure)
        words = f"image {which.value}, moved {down.value} down and {right.value} right, through {len(kernels)} filters"
        picture.draw(figure, f"{words}, then {kind.value} pooling of {size.value} by {size.value}", dpi=100)

    for control in (which, down, right, size, kind):
        control.observe(draw, "value")
    draw()
    rows = [w.HBox(part, layout=w.Layout(flex_flow="row wrap")) for part in ([which, kind, size], [down, right])]
    return w.VBox([*rows, picture])
