"""Choose a network and see where its weights, its multiply-adds and its maps sit, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w

from course_lib.viz.architectures import COSTS, by_layer
from course_lib.widgets.picture import Picture


def network_explorer(names: Sequence[str], counts_of: Callable, *, name: str | None = None) -> w.VBox:
    """A network among `names` and the costs to show, drawn over its layers; returns a VBox.

    `counts_of(name)` gives what `torch_models.counting.count` gives; it is asked when a network is chosen. The static
    twin is `viz.architectures.by_layer`.
    """
    choice = w.Dropdown(options=list(names), value=name or next(iter(names)), description="network")
    boxes = {cost: w.Checkbox(True, description=cost, indent=False, layout=w.Layout(width="130px")) for cost in COSTS}
    picture = Picture(720)
    totals = w.HTML()

    def show(_: Any = None) -> None:
        counts, chosen = counts_of(choice.value), tuple(cost for cost in COSTS if boxes[cost].value)
        totals.value = _totals(counts)
        picture.layout.display = None if chosen else "none"
        if chosen:
            sheet = picture.sheet((7.2, 0.7 + 1.45 * len(chosen)), layout="constrained")
            figure = by_layer(counts, costs=chosen, title=choice.value, figure=sheet)
            picture.draw(figure, f"{', '.join(chosen)} of {choice.value}, layer by layer", dpi=110)

    for control in (choice, *boxes.values()):
        control.observe(show, "value")
    show()
    wrap = w.Layout(flex_flow="row wrap")
    return w.VBox([choice, w.HBox(list(boxes.values()), layout=wrap), totals, picture])


def _totals(counts: Any) -> str:
    def share(what: str) -> str:
        return f"{100 * counts.share('linear', what):.0f} % of them in linear layers"

    return (
        f"<b>{counts.parameters:,}</b> weights, {share('parameters')} · "
        f"<b>{counts.multiply_adds / 1e9:.3f} · 10<sup>9</sup></b> multiply-adds, {share('multiply_adds')}<br>"
        f"{counts.layers} convolutional and linear layers · {counts.units:,} units · weights "
        f"{counts.parameters * 4 / 2**20:.0f} MiB, kept for backward {counts.kept / 2**20:.0f} MiB an image, in float32"
    )
