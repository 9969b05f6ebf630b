"""Unroll a recurrent cell letter by letter: its gates as bars, and the gradient flowing back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from course_lib.topics.recurrent import CELLS
from course_lib.viz.recurrent import LETTERS, panels, tell, unrolled_step
from course_lib.widgets.picture import Picture

if TYPE_CHECKING:
    from course_lib.viz.recurrent import Story

LONGEST = 12


def unroll_explorer(word: str = "recurrent", kind: str = "LSTM") -> w.VBox:
    """Cell, word, scale of the recurrent weights, steps forward, steps back; returns a VBox.

    Static twin: `viz.recurrent.unrolled_step`.

    `word` and `kind` ("RNN", "LSTM" or "GRU") are what is shown at first.
    """
    narrow = {"layout": w.Layout(width="230px"), "style": {"description_width": "60px"}}
    wide = {"layout": w.Layout(width="380px"), "style": {"description_width": "110px"}}
    cell = w.Dropdown(options=list(CELLS), value=kind, description="cell", **narrow)
    text = w.Text(word, description="word", **narrow)
    scale = w.FloatSlider(1.0, min=0.2, max=3.0, step=0.1, description="weights times", **wide)
    ahead = w.IntSlider(len(word), min=0, max=len(word), description="letters read", **wide)
    back = w.IntSlider(0, min=0, max=len(word), description="gradient back", **wide)
    picture, message = Picture(860), w.HTML()
    state: dict[str, Any] = {"story": None, "quiet": False}

    def draw(_: Any = None) -> None:
        if state["quiet"]:
            return
        whole = ahead.value == len(state["story"].word)
        _draw(picture, cell.value, state["story"], ahead.value, back.value if whole else None)

    def tell_again(_: Any = None) -> None:
        try:
            word = read_word(text.value)
        except ValueError as error:  # the last picture stays, the sentence says what to mend
            message.value = f"<b>{error}</b>"
            return
        message.value = ""
        state["quiet"] = True
        state["story"] = tell(cell.value, word, scale=scale.value)
        ahead.max = back.max = len(word)
        state["quiet"] = False
        draw()

    for control in (cell, text, scale):
        control.observe(tell_again, "value")
    for control in (ahead, back):
        control.observe(draw, "value")
    tell_again()
    return w.VBox([w.HBox([cell, text, scale]), w.HBox([ahead, back]), message, picture])


def read_word(text: str) -> str:
    """The word to read; ValueError says what to write instead.

    `text` is what was typed.
    """
    word = text.strip().lower()
    if not 2 <= len(word) <= LONGEST or any(c not in LETTERS for c in word):
        raise ValueError(f"word: write 2 to {LONGEST} letters from a to z")
    return word


def _draw(picture: Picture, cell: str, story: Story, step: int, back: int | None) -> None:
    figure = picture.sheet((9.4, 4.6))
    unrolled_step(story, step, back=back, **dict(zip(("ax", "below", "beside"), panels(figure), strict=True)))
    flow = f"; the gradient has flowed back over {back} letters" if back else ""
    read = f"{step} of the {len(story.word)} letters of {story.word}"
    picture.draw(figure, f"{cell} after {read}: its gates as bars{flow}")
