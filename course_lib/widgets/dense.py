"""Change poolings, dilation and skips of a dense predictor, and watch what its answers see and how fine they are."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.data.scenes import shapes
from course_lib.viz import dense
from course_lib.widgets.picture import Picture

SIZE = 48


def sight_explorer() -> w.VBox:
    """Layers, poolings, dilation and skips against receptive field and resolution on a scene; returns a VBox.

    Static twin: `viz.pictures.dense.three_sights`.
    """
    slim = {"layout": w.Layout(width="300px"), "style": {"description_width": "110px"}}
    layers = w.IntSlider(4, min=1, max=7, description="3×3 layers", **slim)
    pools = w.IntSlider(0, min=0, max=4, description="2×2 poolings", **slim)
    dilation = w.IntSlider(1, min=1, max=4, description="dilation", **slim)
    growing = w.Checkbox(False, description="dilation doubles", indent=False, layout=w.Layout(width="160px"))
    skips = w.Checkbox(False, description="skip links", indent=False, layout=w.Layout(width="120px"))
    scene = w.Dropdown(options=list(range(6)), value=5, description="scene", layout=w.Layout(width="180px"))
    picture = Picture(860)
    message = w.HTML()

    def draw(_: Any = None) -> None:
        seen = dense.sight(layers.value, min(pools.value, layers.value), dilation.value, growing.value, skips.value)
        rng = np.random.default_rng(scene.value)
        images, masks = shapes(1, size=SIZE, noise=0.08, rng=rng)
        fine = "; skip links bring in answers for every pixel, which see 3×3" if skips.value and seen.grid > 1 else ""
        message.value = f"one answer sees {seen.size}×{seen.size} pixels and stands for {seen.grid}×{seen.grid}{fine}"
        _draw(picture, images[0, 0], masks[0], seen, f"scene {scene.value}, what {message.value}")

    for control in (layers, pools, dilation, growing, skips, scene):
        control.observe(draw, "value")
    draw()
    wrap = w.Layout(flex_flow="row wrap")
    return w.VBox(
        [
            w.HBox([layers, pools, dilation], layout=wrap),
            w.HBox([growing, skips, scene], layout=wrap),
            message,
            picture,
        ]
    )


def _draw(picture: Picture, image: np.ndarray, mask: np.ndarray, seen: dense.Sight, words: str) -> None:
    figure = picture.sheet((9.0, 3.2), layout="constrained")
    dense.sight_on(image, mask, seen, many=figure.subplots(1, 3))
    picture.draw(figure, words)
