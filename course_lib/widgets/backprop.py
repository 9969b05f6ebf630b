"""Step backward through a drawn computation graph, with numbers of your own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from course_lib.viz.backprop import backward_step, sigmoid_graph, trace_backward, twice_graph
from course_lib.widgets.picture import Picture

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Tensor
    from course_lib.viz.backprop import Step

GRAPHS: dict[str, tuple[Callable, dict[str, Any]]] = {
    "sigmoid neuron": (sigmoid_graph, {"w": (2.0, -3.0, -3.0), "x": (-1.0, -2.0)}),
    "a node used twice": (twice_graph, {"x": (0.5,), "w": (-2.0,)}),
}


def backward_explorer(graph: str = "sigmoid neuron") -> w.VBox:
    """A graph, a slider through the steps of its backward pass, and its inputs as text. Returns a VBox.

    `graph` is one of `GRAPHS`. Its static twin is `viz.backprop.backward_step`.
    """
    if graph not in GRAPHS:
        raise ValueError(f"backward_explorer: graph is one of {', '.join(GRAPHS)}, got {graph!r}")
    narrow = {"layout": w.Layout(width="230px"), "style": {"description_width": "50px"}}
    choice = w.Dropdown(options=list(GRAPHS), value=graph, description="graph", **narrow)
    boxes = {name: w.Text(description=name, **narrow) for name in ("w", "x")}
    step = w.IntSlider(0, min=0, max=1, description="step", layout=w.Layout(width="420px"))
    play = w.Play(interval=1200, min=0, max=1)
    w.jslink((play, "value"), (step, "value"))
    picture, message = Picture(860), w.HTML()
    state: dict[str, Any] = {"quiet": False}

    def show(_: Any = None) -> None:
        if state["quiet"]:  # the end of the slider may move its value, and a new graph fills the boxes
            return
        state["quiet"] = True
        try:
            make, defaults = GRAPHS[choice.value]
            numbers = {name: read_inputs(box.value, name, len(defaults[name])) for name, box in boxes.items()}
            single = all(len(v) == 1 for v in numbers.values())
            output, names = make(**{name: v[0] if single else v for name, v in numbers.items()})
            steps = trace_backward(output, names=names)
            step.max = play.max = len(steps) - 1
            _draw(picture, output, step.value, names, steps)
            message.value = ""
        except ValueError as error:  # the last picture stays, the sentence says what to mend
            message.value = f"<b>{error}</b>"
        finally:
            state["quiet"] = False

    def fill(_: Any = None) -> None:
        state["quiet"] = True
        for name, values in GRAPHS[choice.value][1].items():
            boxes[name].value = " ".join(f"{v:g}" for v in values)
        step.value = 0
        state["quiet"] = False
        show()

    choice.observe(fill, "value")
    for control in (*boxes.values(), step):
        control.observe(show, "value")
    fill()
    return w.VBox([w.HBox([choice, *boxes.values()]), w.HBox([play, step]), message, picture])


def read_inputs(text: str, name: str, count: int) -> tuple[float, ...]:
    """`count` numbers from `text`; ValueError says what to write instead.

    `name` is the input's, which the error begins with.
    """
    try:
        values = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(f"{name}: write numbers separated by spaces") from None
    if len(values) != count or not all(abs(v) <= 15 for v in values):
        # numbers that keep every exponential far from overflow
        raise ValueError(f"{name}: write {count} number{'s' if count > 1 else ''} between -15 and 15")
    return values


def _draw(picture: Picture, output: Tensor, step: int, names: dict[str, Tensor], steps: Sequence[Step]) -> None:
    figure = picture.sheet((10.4, 3.9))
    ax = figure.add_axes((0.01, 0.02, 0.98, 0.88))
    backward_step(output, step, names=names, ax=ax, steps=steps)
    words = f"a computation graph of {len(steps)} nodes with its values; gradients after {step} steps backward"
    picture.draw(figure, f"{words}: {ax.get_title(loc='left') or ax.get_title()}".rstrip(": "))
