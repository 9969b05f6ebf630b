"""Sliders for each of some units side by side, and a menu of starts that moves all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w


class Units:
    """`count` units with a slider each of `kinds`, (name, lowest, highest, step).

    `starts` maps a name in the menu to a row of values for each unit; `start` is the one that holds at first.

    `width` and `label` are pixels, of a slider and of its name.
    """

    def __init__(
        self, count: int, kinds: Sequence[tuple], starts: dict[str, Any], start: str, *, width: int, label: int
    ) -> None:
        narrow: dict[str, Any] = {"layout": w.Layout(width=f"{width}px"), "style": {"description_width": f"{label}px"}}
        narrow["continuous_update"] = False
        self.sliders = [
            [
                w.FloatSlider(0, min=low, max=high, step=step, description=name, **narrow)
                for name, low, high, step in kinds
            ]
            for _ in range(count)
        ]
        self.menu = w.Dropdown(options=list(starts), value=start, description="start from")
        self.starts = starts

    def values(self) -> list[list[float]]:
        """A row of the sliders' values for each unit."""
        return [[slider.value for slider in unit] for unit in self.sliders]

    def on_change(self, draw: Callable[[], None]) -> None:
        """Put the start, and call `draw()` then and after every change; a start from the menu is one change."""
        moving = False

        def moved(_: Any) -> None:
            if not moving:
                draw()

        def put(_: Any = None) -> None:
            nonlocal moving
            moving = True
            for unit, values in zip(self.sliders, self.starts[self.menu.value], strict=True):
                for slider, value in zip(unit, values, strict=True):
                    slider.value = value
            moving = False
            draw()

        for slider in (slider for unit in self.sliders for slider in unit):
            slider.observe(moved, "value")
        self.menu.observe(put, "value")
        put()

    def columns(self, names: Sequence[str], colors: Sequence[str]) -> w.HBox:
        """The units side by side, each under its name in its colour; they wrap where the window is narrow.

        `names` and `colors` hold one for each unit.
        """
        heads = [w.HTML(f"<b style='color:{color}'>{name}</b>") for name, color in zip(names, colors, strict=True)]
        boxes = [w.VBox([head, *unit]) for head, unit in zip(heads, self.sliders, strict=True)]
        return w.HBox(boxes, layout=w.Layout(flex_flow="row wrap"))
