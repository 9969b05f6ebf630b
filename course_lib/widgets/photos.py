"""Look at a photograph as numbers: move and size a window, move a threshold."""

from __future__ import annotations

import io
from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.photos import zoom_and_threshold


def photo_explorer(photo: np.ndarray, *, row: int = 0, column: int = 0, size: int = 8, threshold: int = 128) -> w.VBox:
    """Four sliders over a grey `photo` (h, w), 0..255; returns a VBox. Its static twin is `zoom_and_threshold`."""
    photo = np.asarray(photo)
    wide = {"layout": w.Layout(width="320px"), "style": {"description_width": "70px"}, "continuous_update": False}
    sliders = {
        "row": w.IntSlider(row, min=0, max=photo.shape[0] - 4, description="row", **wide),
        "column": w.IntSlider(column, min=0, max=photo.shape[1] - 4, description="column", **wide),
        "size": w.IntSlider(size, min=4, max=14, description="zoom", **wide),
        "threshold": w.IntSlider(threshold, min=0, max=255, description="threshold", **wide),
    }
    picture, share = w.Image(format="png", layout=w.Layout(width="900px", max_width="100%")), w.HTML()

    def draw(_: Any = None) -> None:
        chosen = {name: slider.value for name, slider in sliders.items()}
        stream = io.BytesIO()
        zoom_and_threshold(photo, **chosen).savefig(stream, format="png", dpi=90)
        picture.value = stream.getvalue()
        share.value = (
            f"{100 * np.mean(photo > chosen['threshold']):.1f} % of the pixels are brighter than the threshold"
        )

    for slider in sliders.values():
        slider.observe(draw, "value")
    draw()
    pairs = [w.HBox(list(sliders.values())[k : k + 2], layout=w.Layout(flex_flow="row wrap")) for k in (0, 2)]
    return w.VBox([picture, *pairs, share])
