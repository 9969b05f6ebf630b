"""Choose width and depth and watch a network learn a small photograph."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from course_lib.topics import gauss_newton
from course_lib.viz import reconstruction
from course_lib.widgets.picture import Picture

SIDE, STEPS = 25, 60


def depth_explorer(width: int = 10, depth: int = 3, *, photo: str = "hopper") -> w.VBox:
    """Width and depth of a tanh or ReLU network against what it keeps of a 25 x 25 photograph; returns a VBox.

    Each choice is fitted while you wait (60 damped steps, under two seconds) and remembered.
    Static twin: `reconstruction_figure`.

    `photo` is a name of `reconstruction.PHOTOS`.
    """
    short = {"continuous_update": False, "layout": w.Layout(width="300px")}
    name = w.Dropdown(options=list(reconstruction.PHOTOS), value=photo, description="photograph")
    wide = w.SelectionSlider(options=(2, 4, 6, 8, 10, 14, 20, 30, 60, 100), value=width, description="width", **short)
    deep = w.IntSlider(depth, min=1, max=4, description="depth", **short)
    bend = w.Dropdown(options=["tanh", "relu"], description="activation")
    picture, message = Picture(700), w.HTML()

    def draw(_: Any = None) -> None:
        if count(wide.value, deep.value) > 1000:
            message.value = f"<b>{count(wide.value, deep.value)} weights for {SIDE * SIDE} pixels: choose fewer</b>"
            return
        message.value = ""
        _draw(picture, name.value, wide.value, deep.value, bend.value)

    for control in (name, wide, deep, bend):
        control.observe(draw, "value")
    draw()
    wrap = w.Layout(flex_flow="row wrap")
    return w.VBox([w.HBox([wide, deep], layout=wrap), w.HBox([name, bend], layout=wrap), message, picture])


def count(width: int, depth: int) -> int:
    """Weights of a network from 2 inputs through `depth` layers of `width` to 1 output."""
    return 3 * width + (depth - 1) * width * (width + 1) + width + 1


def reconstruction_figure(
    nets: Sequence[tuple[int, int, str]], *, photo: str = "hopper", figure: Figure | None = None
) -> Figure:
    """The static twin: target and reconstructions for `nets`, rows (width, depth, activation); returns the Figure.

    `photo` is a name of `reconstruction.PHOTOS`, `figure` one to draw on; a new one when None.
    """
    panels = {"target": _target(photo)[2]}
    for width, depth, activation in nets:
        image, loss = learned(photo, width, depth, activation)
        panels[f"{'/'.join([str(width)] * depth)} {activation}\n{count(width, depth)} weights, loss {loss:.3f}"] = image
    return reconstruction.pictures(panels, limits=(-2.2, 2.2), figure=figure)


@functools.lru_cache(maxsize=256)
def learned(photo: str, width: int, depth: int, activation: str) -> tuple[np.ndarray, float]:
    """(reconstruction (25, 25), loss) after 60 damped steps from start 0; mean squared error at unit variance."""
    x, z, target = _target(photo)
    sizes = (2, *[width] * depth, 1)
    layers = gauss_newton.start(sizes, np.random.default_rng(0), activation=activation)
    layers, losses = gauss_newton.fit(layers, x, z, STEPS, activation=activation)
    return gauss_newton.answer(layers, x, activation=activation).reshape(target.shape), losses[-1]


@functools.cache
def _target(photo: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    image = reconstruction.photo(photo, SIDE)
    image = (image - image.mean()) / image.std()
    v, u = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE), indexing="ij")
    return np.column_stack([u.ravel(), v.ravel()]), image.ravel(), image


def _draw(picture: Picture, photo: str, width: int, depth: int, activation: str) -> None:
    figure = picture.sheet((5.6, 3.1), layout="constrained")
    reconstruction_figure([(width, depth, activation)], photo=photo, figure=figure)
    net = f"a {activation} network of {depth} layers of {width}"
    loss = learned(photo, width, depth, activation)[1]
    picture.draw(figure, f"the photograph {photo} and what {net} keeps of it, loss {loss:.3f}", dpi=110)
