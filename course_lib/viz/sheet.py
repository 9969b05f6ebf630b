"""A figure to draw on again at every step of a slider: its Axes and their ticks stay, which take half of the time."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.text import Text


class Sheet(Figure):
    """A matplotlib Figure outside of pyplot whose Axes are used again.

    `again()` wipes it; whoever then asks for Axes gets the former ones, in their order. A layout is sought for the
    first picture only: the Axes stay where they are, nothing jumps.
    """

    def __init__(self, size: tuple[float, float], *, layout: str | None = None) -> None:
        super().__init__(figsize=size, layout=layout)
        self.paper = FigureCanvasAgg(self)  # kept too: it remembers how wide words are
        self.keeps_places, self.settled = layout is not None, False
        self.spare: list[Axes] = []
        self.words: dict[str, Text] = {}

    def again(self) -> Sheet:
        """Wipe what was drawn; returns the Sheet itself."""
        self.spare = list(self.axes)
        for ax in self.spare:
            _wipe(ax)
        return self

    def add_subplot(self, *args: Any, **kwargs: Any) -> Axes:
        """The next of the former Axes, moved to its place; new ones where there are no more."""
        if not self.spare:
            return super().add_subplot(*args, **kwargs)
        ax = self.spare.pop(0)
        if not self.keeps_places and args and isinstance(args[0], SubplotSpec):
            ax.set_subplotspec(args[0])
        return ax

    def add_axes(self, *args: Any, **kwargs: Any) -> Axes:
        """As `add_subplot`, in a place given as (left, bottom, width, height); returns the Axes."""
        if not self.spare:
            return super().add_axes(*args, **kwargs)
        ax = self.spare.pop(0)
        ax.set_position(args[0])
        return ax

    def suptitle(self, t: str, **kwargs: Any) -> Text:
        """The title `t` above all, where it was for the first picture; returns the Text."""
        return self._kept("suptitle", t, kwargs)

    def supxlabel(self, t: str, **kwargs: Any) -> Text:
        """The label `t` below all, where it was for the first picture; returns the Text."""
        return self._kept("supxlabel", t, kwargs)

    def _kept(self, name: str, t: str, kwargs: dict[str, Any]) -> Text:
        if self.settled and name in self.words:  # a place not given is the default one, not the one that was sought
            kwargs = {"y": self.words[name].get_position()[1], **kwargs}
        self.words[name] = getattr(super(), name)(t, **kwargs)
        return self.words[name]

    def png(self, dpi: int) -> bytes:
        """What was drawn, as the bytes of a PNG of `dpi` dots per inch."""
        stream = io.BytesIO()
        self.set_dpi(dpi)
        self.settle()
        self.paper.print_png(stream, pil_kwargs={"compress_level": 1})  # half the time of a small file
        return stream.getvalue()

    def settle(self) -> None:
        """Seek the places once: of the Axes where there is a layout, and of the labels below them."""
        if self.settled:
            return
        self.draw_without_rendering()
        self.set_layout_engine("none")
        for ax in self.axes:
            if ax.name == "rectilinear" and ax.axison:
                label = ax.xaxis.label
                below = ax.transAxes.inverted().transform(label.get_transform().transform(label.get_position()))
                ax.xaxis.set_label_coords(*below)
        self.settled = True


def _wipe(ax: Axes) -> None:
    """Remove what was drawn on Axes, and forget its limits; ticks and frame stay."""
    drawn = (*ax.lines, *ax.patches, *ax.collections, *ax.images, *ax.texts)
    for artist in (*drawn, *filter(None, [ax.get_legend()])):
        artist.remove()
    ax.containers.clear()
    for place in ("left", "center", "right"):
        if ax.get_title(loc=place):
            ax.set_title("", loc=place)
    for axis, name in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        if axis.get_scale() != "linear":
            ax.set(**{f"{name}scale": "linear"})
    if ax.name == "rectilinear":
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="auto")
    ax.set_axis_on()
    ax.set_prop_cycle(None)
    ax.relim()
    ax.set_autoscale_on(True)
