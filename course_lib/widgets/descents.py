"""Let all optimisers loose on one landscape and step through what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.optim.steps import STEPS
from course_lib.viz import descents
from course_lib.widgets.picture import Picture

LENGTH = 100  # steps of a race


def optimiser_explorer(ground: str = "ravine", *, own: dict[str, Callable] | None = None) -> w.HBox:
    """A race of the optimisers on Rosenbrock's valley, a saddle or a ravine, played step by step; returns a VBox.

    A slider multiplies all learning rates, boxes choose who takes part. `own` may hold step functions to use instead
    of the library's, {"Adam": adam_step}. Its static twin is `viz.descents.race`.

    `ground` is what is shown at first, a name of `viz.descents.GROUNDS`.
    """
    menu = w.Dropdown(options=list(descents.GROUNDS), value=ground, description="landscape")
    factor = w.SelectionSlider(
        options=(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0), value=1.0, description="rates ×", layout=w.Layout(width="300px")
    )
    step = w.IntSlider(0, min=0, max=LENGTH, description="step", layout=w.Layout(width="330px"))
    play = w.Play(interval=150, min=0, max=LENGTH)
    w.jslink((play, "value"), (step, "value"))
    boxes = {name: w.Checkbox(True, description=name, indent=False, layout=w.Layout(width="110px")) for name in STEPS}
    picture, table = Picture(450), w.HTML()
    state = {}

    def run(_: Any = None) -> None:
        key = (menu.value, factor.value)
        if own:
            state["paths"] = descents.paths(key[0], steps=LENGTH, factor=key[1], own=own)
        else:
            state["paths"] = descents.remembered(key[0], LENGTH, key[1])
        show()

    def show(_: Any = None) -> None:
        chosen = {name: path[: step.value + 1] for name, path in state["paths"].items() if boxes[name].value}
        _draw(picture, menu.value, chosen, f"{menu.value}: step {step.value}")
        table.value = readout(menu.value, chosen, state["paths"], step.value, factor.value)

    menu.observe(run, "value")
    factor.observe(run, "value")
    for control in (step, *boxes.values()):
        control.observe(show, "value")
    run()
    wrap = w.Layout(flex_flow="row wrap", width="360px")
    panel = w.VBox([menu, factor, w.HBox([play]), step, w.HBox(list(boxes.values()), layout=wrap), table])
    return w.HBox([picture, panel], layout=w.Layout(flex_flow="row wrap", align_items="flex-start"))


def readout(ground: str, chosen: dict[str, np.ndarray], whole: dict[str, np.ndarray], step: int, factor: float) -> str:
    """A small HTML table: learning rate and height above the minimum of every optimiser at this step.

    `ground` is a name of `viz.descents.GROUNDS`, `chosen` {name: path so far (k, 2)}, `whole` {name: whole path},
    `factor` what multiplies the learning rates.
    """
    place = descents.GROUNDS[ground]
    rows = []
    for name, path in chosen.items():
        height = place.loss(*path[-1]) - place.loss(*place.minimum)
        height = "left the map" if step >= len(whole[name]) else f"{height:.2e}"
        rows.append(f"<tr><td>{name}</td><td>{factor * place.rates[name]:g}</td><td><b>{height}</b></td></tr>")
    head = "<tr><th></th><th style='padding:0 1em'>rate</th><th>above the minimum</th></tr>"
    return f"<table style='white-space:nowrap'>{head}{''.join(rows)}</table>"


def _draw(picture: Picture, ground: str, chosen: dict[str, np.ndarray], title: str) -> None:
    figure = picture.sheet((4.8, 4.2))
    descents.race(ground, chosen, ax=figure.add_axes((0.13, 0.12, 0.85, 0.8)), title=title)
    picture.draw(figure, f"{title}, the paths of {', '.join(chosen) or 'nobody'}")
