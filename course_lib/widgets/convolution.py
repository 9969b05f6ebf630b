"""The sliding window as a machine: change numbers, padding, stride, dilation, direction; step through the positions."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.viz.convolution import PLAYGROUND, trace, window_step
from course_lib.widgets.picture import Picture

LARGEST = 12  # rows or columns that can still be read
WIDE, HIGH = 7.6, 3.6  # inches
GAP = 0.1  # between two grids, in widths of an average one


def sliding_window(x: np.ndarray | None = None, kernel: np.ndarray | None = None) -> w.VBox:
    """A kernel sliding over numbers, one step at a time; input and kernel are edited as text. Returns a VBox.

    `x (h, w)` and `kernel (kh, kw)` are what it opens with. Its static twin is `viz.convolution.window_step`.
    """
    x, kernel = PLAYGROUND[0] if x is None else x, PLAYGROUND[1] if kernel is None else kernel
    boxes = [_editor("input", x), _editor("kernel", kernel)]
    narrow = {"layout": w.Layout(width="230px"), "style": {"description_width": "64px"}}
    stride = w.IntSlider(1, min=1, max=4, description="stride", **narrow)
    padding = w.IntSlider(0, min=0, max=3, description="padding", **narrow)
    dilation = w.IntSlider(1, min=1, max=3, description="dilation", **narrow)
    transposed = w.Checkbox(False, description="transposed", indent=False, layout=w.Layout(width="110px"))
    step = w.IntSlider(0, min=0, max=8, description="step", layout=w.Layout(width="420px"))
    play = w.Play(interval=700, min=0, max=8)
    w.jslink((play, "value"), (step, "value"))
    picture, message = Picture(700, align_self="flex-start"), w.HTML()
    busy = []

    def show(_: Any = None) -> None:
        if busy:  # moving the end of the step slider may move its value, and so call us again
            return
        busy.append(True)
        try:
            numbers: Any = [read_numbers(box.value, box.description) for box in boxes]
            how: dict[str, Any] = {
                "stride": stride.value,
                "padding": padding.value,
                "dilation": dilation.value,
                "transposed": transposed.value,
            }
            step.max = play.max = trace(*numbers, **how).steps - 1
            _draw(picture, numbers[0], numbers[1], step.value, how)
            message.value = ""
        except ValueError as error:  # the last picture stays, the sentence says what to mend
            message.value = f"<b>{str(error).removeprefix(': ')}</b>"
        finally:
            busy.clear()

    for control in (*boxes, stride, padding, dilation, transposed, step):
        control.observe(show, "value")
    show()
    editors = w.HBox(boxes)
    sliders = w.VBox([stride, padding, dilation, transposed])
    return w.VBox(
        [w.HBox([editors, sliders], layout=w.Layout(flex_flow="row wrap")), w.HBox([play, step]), message, picture]
    )


def read_numbers(text: str, name: str) -> np.ndarray:
    """A grid of numbers (rows, columns) from text, one row a line; ValueError says which line cannot be read.

    `name` is the grid's, which the error begins with.
    """
    rows = [line.replace(",", " ").split() for line in text.strip().splitlines() if line.strip()]
    if not rows:
        raise ValueError(f"{name}: write at least one number")
    for at, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(f"{name}: row {at} has {len(row)} numbers, the first has {len(rows[0])}")
    if max(len(rows), len(rows[0])) > LARGEST:
        raise ValueError(f"{name}: at most {LARGEST} rows and columns can be shown")
    try:
        values = np.array([[float(number) for number in row] for row in rows])
    except ValueError:
        raise ValueError(f"{name}: write numbers separated by spaces, one row a line") from None
    if not np.isfinite(values).all() or np.abs(values).max() > 999:
        raise ValueError(f"{name}: numbers must lie between -999 and 999")
    return values


def _editor(name: str, values: np.ndarray) -> w.Textarea:
    text = "\n".join(" ".join(f"{v:g}" for v in row) for row in np.asarray(values))
    rows, width = max(3, np.shape(values)[0]), max(110, 30 * np.shape(values)[1] + 70)
    layout, look = w.Layout(width=f"{width + 40}px"), {"description_width": "50px"}
    return w.Textarea(text, description=name, rows=rows, layout=layout, style=look, continuous_update=True)


def _draw(picture: Picture, x: np.ndarray, kernel: np.ndarray, step: int, how: dict[str, Any]) -> None:
    seen = trace(x, kernel, **how)
    sizes = np.array([seen.large.shape, np.shape(kernel), seen.small.shape])
    rows, columns = sizes[:, 0].max(), sizes[:, 1].sum() * (1 + 2 * GAP / 3)
    cell = min(0.98 * WIDE / columns, 0.79 * HIGH / rows)  # inches, the same in all three
    figure = picture.sheet((WIDE, HIGH))
    figure.subplots_adjust(left=0.01, right=0.01 + cell * columns / WIDE, bottom=0.13, top=0.92, wspace=GAP)
    window_step(x, kernel, step, figure=figure, **how)
    kind = "transposed convolution" if how["transposed"] else "cross-correlation"
    words = f"{kind}, step {step + 1} of {seen.steps}: input {_size(x)}, kernel {_size(kernel)}, stride {how['stride']}"
    picture.draw(figure, f"{words}, padding {how['padding']}, dilation {how['dilation']}", dpi=140)


def _size(values: np.ndarray) -> str:
    return " by ".join(map(str, np.shape(values)))
