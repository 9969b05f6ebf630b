"""Move a line by hand and watch its normal, its distances and its errors."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.topics.perceptron import augment, criterion, epoch, signed_distance
from course_lib.viz import planes
from course_lib.widgets.picture import Picture


def line_explorer(
    x: np.ndarray, t: np.ndarray, *, angle: float = 0.0, offset: float = 0.0, length: float = 1.0
) -> w.HBox:
    """A line over the points `x (n, 2)` with labels `t (n,)` in {-1, +1}, moved by three sliders.

    The sliders are the polar form of w̃: `angle` of the normal in degrees, `offset` of the line from the origin along
    it, `length` of the normal. Three buttons change w̃ themselves: one update of the perceptron at the first
    misclassified point, one epoch, and back to the start. Returns a VBox; its static twin is `planes.snapshot`.
    """
    x, t = np.asarray(x, float), np.asarray(t)
    reach = float(np.ceil(np.max(np.linalg.norm(x, axis=1))))
    wide = {"layout": w.Layout(width="340px"), "style": {"description_width": "60px"}, "continuous_update": True}
    sliders = (
        w.FloatSlider(angle, min=-180, max=180, step=1, description="angle °", readout_format=".0f", **wide),
        w.FloatSlider(offset, min=-reach, max=reach, step=0.05, description="offset", **wide),
        w.FloatSlider(length, min=0.1, max=10, step=0.1, description="length", readout_format=".1f", **wide),
    )
    feet = w.Checkbox(True, description="distances", indent=False)
    buttons = [
        w.Button(description=text, layout=w.Layout(width="112px"))
        for text in ("one update", "one epoch", "back to start")
    ]
    picture, numbers = Picture(414), w.HTML()
    state: dict[str, Any] = {"w": from_polar(angle, offset, length), "quiet": False}

    def draw(_: Any = None) -> None:
        _draw(picture, x, t, state["w"], feet.value)
        numbers.value = _readout(x, t, state["w"])

    def moved(_: Any) -> None:
        pairs = zip(sliders, to_polar(state["w"]), strict=True)
        # the browser sends every value back rounded to the slider's step; that is no move of the hand
        if not state["quiet"] and any(abs(s.value - value) > 0.51 * s.step for s, value in pairs):
            state["w"] = from_polar(*(s.value for s in sliders))
            draw()

    def put(weights: np.ndarray) -> None:
        state.update(w=weights, quiet=True)
        for slider, value in zip(sliders, to_polar(weights), strict=True):
            slider.min, slider.max = min(slider.min, value), max(slider.max, value)
            slider.value = value
        state["quiet"] = False
        draw()

    def one_update(_: w.Button) -> None:
        wrong = np.flatnonzero(t * (augment(x) @ state["w"]) <= 0)[:1]
        put(epoch(state["w"], augment(x)[wrong], t[wrong])[0])

    buttons[0].on_click(one_update)
    buttons[1].on_click(lambda _: put(epoch(state["w"], augment(x), t)[0]))
    buttons[2].on_click(lambda _: put(from_polar(angle, offset, length)))
    for slider in sliders:
        slider.observe(moved, "value")
    feet.observe(draw, "value")
    draw()
    panel = w.VBox([*sliders, feet, w.HBox(buttons), numbers], layout=w.Layout(width="360px"))
    return w.HBox([picture, panel], layout=w.Layout(flex_flow="row wrap", align_items="flex-start"))


def from_polar(angle: float, offset: float, length: float) -> np.ndarray:
    """Weights (bias, a, b) of the line with normal at `angle` degrees and of `length`, `offset` from the origin."""
    a = np.deg2rad(angle)
    return length * np.array([-offset, np.cos(a), np.sin(a)])


def to_polar(weights: np.ndarray) -> tuple[float, float, float]:
    """The angle in degrees, offset and length of `weights (3,)`; a vanished normal is given the angle 0."""
    length = float(np.hypot(weights[1], weights[2]))
    offset = -float(weights[0]) / length if length else 0.0
    return float(np.rad2deg(np.arctan2(weights[2], weights[1]))), offset, length


def _draw(picture: Picture, x: np.ndarray, t: np.ndarray, weights: np.ndarray, feet: bool) -> None:
    figure = picture.sheet((4.6, 4.4))
    ax = planes.snapshot(x, t, weights, ax=figure.add_axes((0.12, 0.11, 0.86, 0.82)), feet=feet)
    wrong = int(np.count_nonzero(t * (augment(x) @ weights) <= 0))
    ax.set_title(f"{wrong} of {len(t)} misclassified", loc="left", fontsize="medium")
    angle, offset, _ = to_polar(weights)
    line = f"a line with its normal at {angle:.0f} degrees, {offset:.2f} from the origin"
    picture.draw(figure, f"{len(t)} points of two classes and {line}; {wrong} on the wrong side")


def _readout(x: np.ndarray, t: np.ndarray, weights: np.ndarray) -> str:
    x1 = augment(x)
    length = np.hypot(weights[1], weights[2])
    nearest = np.min(t * signed_distance(weights, x)) if length else float("nan")
    rows = {
        "w̃, bias first": "(" + ", ".join(f"{v:.2f}" for v in weights) + ")",
        "length of the normal": f"{length:.2f}",
        "smallest t · distance": f"{nearest:+.2f}",
        "perceptron criterion E": f"{criterion(weights, x1, t)[0]:.2f}",
        "summed over all samples": f"{-np.sum(t * (x1 @ weights)):.2f}",
    }
    cells = "".join(f"<tr><td style='padding-right:1em'>{k}</td><td><b>{v}</b></td></tr>" for k, v in rows.items())
    return f"<table style='white-space:nowrap'>{cells}</table>"
