"""A picture in an explorer, with words for those who do not see it."""

from __future__ import annotations

import base64
from html import escape

import ipywidgets as w

from course_lib.viz.sheet import Sheet


class Picture(w.HTML):
    """A PNG `width` pixels wide, or as wide as there is room; `words` say what it shows, and screen readers read them.

    ipywidgets' own Image cannot hold an alternative text.

    `layout` are settings of ipywidgets' Layout, such as max_width.
    """

    def __init__(self, width: int, **layout: str) -> None:
        super().__init__(layout=w.Layout(width=f"{width}px", max_width="100%", **layout))
        self.png, self.words = b"", ""
        self._sheets: dict[tuple[float, float], Sheet] = {}

    def sheet(self, size: tuple[float, float], *, layout: str | None = None) -> Sheet:
        """An empty figure of `size` inches to draw on: the one of the last step, wiped, for that is quicker.

        `layout` is matplotlib's: "constrained" seeks the places of the Axes, once.
        """
        if size not in self._sheets:
            self._sheets[size] = Sheet(size, layout=layout)
        return self._sheets[size].again()

    def draw(self, figure: Sheet, words: str, *, dpi: int = 90) -> None:
        """Show what was drawn on a sheet.

        `figure` is drawn at `dpi` dots per inch, `words` are its text.
        """
        self.show(figure.png(dpi), words)

    def show(self, png: bytes, words: str) -> None:
        """Show a picture that is encoded already.

        `png` are the bytes of its file, `words` its text.
        """
        self.png, self.words = png, words
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        look = "display:block;width:100%;background:white;border-radius:3px"  # a sheet of paper in a dark theme
        self.value = f'<img alt="{escape(words)}" decoding="sync" style="{look}" src="{source}">'

    def __repr__(self) -> str:
        return f"Picture({self.words!r})"  # what a saved notebook keeps beside it, without the picture's bytes
