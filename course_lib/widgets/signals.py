"""Choose how a deep stack starts and watch what its layers pass on, forward and backward."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.signals import ACTIVATIONS, Signals, deep_stack, signal_picture
from course_lib.widgets.picture import Picture

WIDTH = 100


def signal_explorer(*, scale: float = 1.0, activation: str = "relu", depth: int = 20, norm: bool = False) -> w.HBox:
    """Scale c of the weights c·randn/√n, nonlinearity, depth and batch norm against the signals; returns an HBox.

    The readout gives the first and the last layer. Static twin: `viz.signals.signal_picture`.

    `scale`, `activation`, `depth` (layers) and `norm` are where the controls stand at first.
    """
    short = {"layout": w.Layout(width="330px"), "style": {"description_width": "90px"}}
    controls = (
        w.FloatLogSlider(scale, min=-2, max=1, step=0.05, description="scale c", readout_format=".3g", **short),
        w.Dropdown(options=list(ACTIVATIONS), value=activation, description="activation", **short),
        w.IntSlider(depth, min=2, max=50, description="layers", continuous_update=False, **short),
        w.Checkbox(norm, description="batch normalisation", indent=False),
    )
    picture, numbers = Picture(720), w.HTML()

    def draw(_: Any = None) -> None:
        scale, activation, depth, norm = (control.value for control in controls)
        rng, how = np.random.default_rng(0), {"activation": activation, "depth": depth, "norm": norm}
        signals = deep_stack(scale / np.sqrt(WIDTH), width=WIDTH, rng=rng, **how)
        figure = signal_picture(scale, width=WIDTH, signals=signals, figure=picture.sheet((8.0, 4.2)), **how)
        stack = f"{depth} layers of {activation}, weights scaled by {scale:.3g}{', with batch norm' if norm else ''}"
        picture.draw(figure, f"activations forward and gradients backward through {stack}")
        numbers.value = _table(signals)

    for control in controls:
        control.observe(draw, "value")
    draw()
    panel = w.VBox([*controls, numbers], layout=w.Layout(width="350px"))
    return w.HBox([panel, picture], layout=w.Layout(flex_flow="row wrap", align_items="flex-start"))


def _table(signals: Signals) -> str:
    depth, spreads = len(signals.activations), signals.spreads
    dead = [np.mean(np.ptp(a, axis=0) == 0) for a in signals.activations]
    rows = {
        "activations, first layer": f"{spreads[0]:.2e}",
        f"activations, layer {depth}": f"{spreads[-1]:.2e}",
        f"gradient, layer {depth}": f"{signals.gradients[-1]:.2e}",
        "gradient, first layer": f"{signals.gradients[0]:.2e}",
        "units that never change": f"{np.mean(dead):.0%}",
    }
    cells = "".join(f"<tr><td style='padding-right:1em'>{k}</td><td><b>{v}</b></td></tr>" for k, v in rows.items())
    return f"<table style='white-space:nowrap'>{cells}</table>"
