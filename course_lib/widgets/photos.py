"""Look at a photograph as numbers: move and size a window, move a threshold."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.photos import zoom_and_threshold
from course_lib.widgets.picture import Picture


def photo_explorer(photo: np.ndarray, *, row: int = 0, column: int = 0, size: int = 8, threshold: int = 128) -> w.VBox:
    """Four sliders over a grey `photo` (h, w), 0..255; returns a VBox. Its static twin is `zoom_and_threshold`.

    `row`, `column` and `size` (pixels) cut out a square, `threshold` parts black from white: where they stand at
    first.
    """
    photo = np.asarray(photo)
    wide = {"layout": w.Layout(width="320px"), "style": {"description_width": "70px"}, "continuous_update": False}
    sliders = {
        "row": w.IntSlider(row, min=0, max=photo.shape[0] - 4, description="row", **wide),
        "column": w.IntSlider(column, min=0, max=photo.shape[1] - 4, description="column", **wide),
        "size": w.IntSlider(size, min=4, max=14, description="zoom", **wide),
        "threshold": w.IntSlider(threshold, min=0, max=255, description="threshold", **wide),
    }
    picture, share = Picture(900), w.HTML()

    def draw(_: Any = None) -> None:
        chosen = {name: slider.value for name, slider in sliders.items()}
        figure = picture.sheet((10.2, 3.5))
        figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.92, wspace=0.05)
        zoom_and_threshold(photo, **chosen, figure=figure)
        where = "{size} by {size} pixels at row {row}, column {column}".format(**chosen)
        above = f"what is brighter than {chosen['threshold']}"
        picture.draw(figure, f"the photograph with a window of {where}; its numbers; {above}")
        share.value = (
            f"{100 * np.mean(photo > chosen['threshold']):.1f} % of the pixels are brighter than the threshold"
        )

    for slider in sliders.values():
        slider.observe(draw, "value")
    draw()
    pairs = [w.HBox(list(sliders.values())[k : k + 2], layout=w.Layout(flex_flow="row wrap")) for k in (0, 2)]
    return w.VBox([picture, *pairs, share])
