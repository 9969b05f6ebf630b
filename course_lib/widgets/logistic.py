"""A sigmoid neuron with three sliders, and gradient descent on a loss over two weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.topics.logistic import cross_entropy, descend, gradient, sigmoid
from course_lib.viz.logistic import REACH, loss_and_path, sigmoid_neuron
from course_lib.widgets.picture import Picture


def sigmoid_explorer(*, weight: float = 1.0, bias: float = 0.0, temperature: float = 1.0) -> w.HBox:
    """Weight, bias and temperature of a sigmoid neuron with one input; the readout is its output at three inputs.

    Returns an HBox; its static twin is `viz.logistic.sigmoid_neuron`.

    `weight`, `bias` and `temperature` are where the sliders stand at first.
    """
    sliders = (
        _slider("weight", weight, -6, 6, 0.1),
        _slider("bias", bias, -6, 6, 0.1),
        # a temperature of 0 would be the threshold neuron; the slider runs over powers of ten
        w.FloatLogSlider(temperature, min=-2, max=2, step=0.05, description="temperature", **_WIDE),
    )
    return _explorer(sliders, lambda to: _sigmoid(to, *(s.value for s in sliders)), lambda: _sigmoid_table(*sliders))


def descent_explorer(
    x1: np.ndarray, t: np.ndarray, *, start: tuple[float, float] = (-4.0, -3.0), eta: float = 1.0, steps: int = 20
) -> w.HBox:
    """Gradient descent on the cross-entropy of `x1 (n, 2)` and labels `t (n,)`: learning rate, steps and start.

    Returns an HBox; its static twin is `viz.logistic.loss_and_path`.

    `start`, `eta` (the learning rate) and `steps` are where the sliders stand at first.
    """
    x1, t = np.asarray(x1, float), np.asarray(t)
    sliders = (
        w.FloatLogSlider(eta, min=-2, max=3, step=0.05, description="eta", **_WIDE),
        w.IntSlider(steps, min=0, max=200, description="steps", **{**_WIDE, "readout_format": "d"}),
        _slider("start w0", start[0], -REACH, REACH, 0.1),
        _slider("start w1", start[1], -REACH, REACH, 0.1),
    )

    def path() -> np.ndarray:
        rate, count, w0, w1 = (s.value for s in sliders)
        return descend(lambda v: gradient(v, x1, t), np.array([w0, w1]), eta=rate, steps=count)

    return _explorer(sliders, lambda to: _descent(to, x1, t, path()), lambda: _descent_table(x1, t, path()), width=720)


_WIDE = {
    "layout": w.Layout(width="340px"),
    "style": {"description_width": "90px"},
    "continuous_update": True,
    "readout_format": ".3g",
}


def _slider(name: str, value: float, low: float, high: float, step: float) -> w.FloatSlider:
    return w.FloatSlider(value, min=low, max=high, step=step, description=name, **{**_WIDE, "readout_format": ".1f"})


def _explorer(
    sliders: tuple[w.FloatLogSlider | w.IntSlider | w.FloatSlider, ...], drawn: Callable, table: Callable, *,
    width: int = 430,
) -> w.HBox:  # fmt: skip
    picture, numbers = Picture(width), w.HTML()

    def draw(_: Any = None) -> None:
        drawn(picture)
        numbers.value = table()

    for slider in sliders:
        slider.observe(draw, "value")
    draw()
    panel = w.VBox([*sliders, numbers], layout=w.Layout(width="360px"))
    return w.HBox([picture, panel], layout=w.Layout(flex_flow="row wrap", align_items="flex-start"))


def _sigmoid(picture: Picture, weight: float, bias: float, temperature: float) -> None:
    figure = picture.sheet((4.8, 3.5))
    sigmoid_neuron(weight, bias, temperature, ax=figure.add_axes((0.13, 0.14, 0.84, 0.82)))
    words = f"weight {weight:.1f}, bias {bias:.1f}, temperature {temperature:.3g}"
    picture.draw(figure, f"the output of a neuron against its input: {words}")


def _sigmoid_table(weight: w.FloatSlider, bias: w.FloatSlider, temperature: w.FloatLogSlider) -> str:
    def at(x: int) -> str:
        return f"{sigmoid((weight.value * x + bias.value) / temperature.value):.4f}"

    return _table({f"output at x = {x:+d}": at(x) for x in (-2, 0, 2)})


def _descent(picture: Picture, x1: np.ndarray, t: np.ndarray, path: np.ndarray) -> None:
    figure = picture.sheet((8.0, 3.5))
    places = figure.add_axes((0.07, 0.14, 0.42, 0.82)), figure.add_axes((0.58, 0.14, 0.41, 0.76))
    loss_and_path(x1, t, path, axes_pair=places)
    (a, b), (c, d) = path[0], path[-1]
    way = f"from ({a:.1f}, {b:.1f}) to ({c:.1f}, {d:.1f}) in {len(path) - 1} steps"
    words = f"the loss over two weights with the path of gradient descent {way}; beside it the loss by step"
    picture.draw(figure, words)


def _descent_table(x1: np.ndarray, t: np.ndarray, path: np.ndarray) -> str:
    end = path[-1]
    rows = {
        "weights at the end": "(" + ", ".join(f"{v:.2f}" for v in end) + ")",
        "cross-entropy": f"{cross_entropy(x1 @ end, t):.4f}",
        "length of the gradient": f"{np.linalg.norm(gradient(end, x1, t)):.2e}",
        "misclassified": f"{np.count_nonzero((x1 @ end >= 0) != t)} of {len(t)}",
    }
    return _table(rows)


def _table(rows: dict[str, str]) -> str:
    cells = "".join(f"<tr><td style='padding-right:1em'>{k}</td><td><b>{v}</b></td></tr>" for k, v in rows.items())
    return f"<table style='white-space:nowrap'>{cells}</table>"
