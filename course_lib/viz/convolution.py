"""Pictures of the sliding window, in numbers: one step, all positions, its windows as a matrix.

`trace` says what one step does, the other functions draw. All of it is about one channel, correlated, not rotated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb

from course_lib.arithmetic import output_size, reach
from course_lib.viz import style
from course_lib.viz.style import BLUE, GREEN, GREY, ORANGE, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.viz.style import Panels

PLAYGROUND = (  # the input and kernel with which the explorer opens; no symmetry that could hide a mistake
    np.array([[3, 0, 1, 2, 1], [1, 2, 0, 1, 0], [0, 1, 3, 1, 2], [2, 0, 1, 2, 1], [1, 3, 0, 0, 2]]),
    np.array([[0, 1, 2], [1, -1, 0], [2, 0, 1]]),
)
STAMP = (np.array([[1, 2, 0], [3, 1, 2]]), np.array([[1, 2, 1], [0, 1, 3], [2, 1, 0]]))
PALE, EDGE = 0.38, "#BBBBBB"


@dataclass(frozen=True)
class Trace:
    """One step of a window: the large grid it works on, the small one, and what it adds up.

    `large`, `border` and `taps` are (H, W), `small` (h, w); this is step number `step` of `steps`, and `sentence` is
    its sum in words.
    """

    large: np.ndarray  # what the window slides over: the padded input, or the canvas of stamps
    border: np.ndarray  # mask over `large`: padding, or what a transposed convolution cuts off
    taps: np.ndarray  # mask over `large`: what the kernel meets in this step
    small: np.ndarray  # output (or, transposed, the input) with one number per step
    step: int
    steps: int
    sentence: str


def trace(
    x: np.ndarray, w: np.ndarray, step: int = 0, *, stride: int = 1, padding: int = 0, dilation: int = 1,
    transposed: bool = False,
) -> Trace:  # fmt: skip
    """What step `step` of kernel `w` (kh, kw) on `x` (h, w) does, row by row; one number each for both axes.

    Transposed, number `step` of x stamps the kernel and the canvas holds all stamps so far. Raises ValueError where the
    kernel does not fit, or the padding cuts everything off. `stride`, `padding` and `dilation` are those of a
    convolution, or of a transposed one with `transposed`.
    """
    x, w = np.asarray(x), np.asarray(w)
    spans = [reach(k, dilation) for k in w.shape]
    if transposed:
        shape = [(n - 1) * stride + span for n, span in zip(x.shape, spans, strict=True)]
        small, large = x, np.zeros(shape, np.result_type(x, w))
        if min(shape) <= 2 * padding:
            raise ValueError(f"padding {padding} cuts off all of the {shape[0]}×{shape[1]} output")
    else:
        sizes = [output_size(n, k, stride, padding, dilation, name="") for n, k in zip(x.shape, w.shape, strict=True)]
        small, large = np.zeros(sizes, np.result_type(x, w)), np.pad(x, padding)
    border = np.ones(large.shape, bool)
    border[padding : large.shape[0] - padding, padding : large.shape[1] - padding] = False
    step = min(max(int(step), 0), small.size - 1)
    for at in range(step + 1):
        i, j = divmod(at, small.shape[1])
        window = tuple(slice(p * stride, p * stride + s, dilation) for p, s in zip((i, j), spans, strict=True))
        if transposed:
            large[window] += x[i, j] * w
        else:
            small[i, j] = np.sum(large[window] * w)
    taps = np.zeros(large.shape, bool)
    taps[window] = True
    if transposed:
        sentence = f"{_number(x[i, j])} × the kernel is added at row {i * stride}, column {j * stride}"
    else:
        terms = [f"{_number(a)}·{_factor(b)}" for a, b in zip(large[window].ravel(), w.ravel(), strict=True)]
        sentence = f"{' + '.join(terms)} = {_number(small[i, j])}"
    return Trace(large, border, taps, small, step, small.size, sentence)


def window_step(
    x: np.ndarray, w: np.ndarray, step: int = 0, *, stride: int = 1, padding: int = 0, dilation: int = 1,
    transposed: bool = False, names: tuple[str, str] = ("input", "output"), figure: Figure | None = None,
) -> np.ndarray:  # fmt: skip
    """Draw one step of `trace`: input, kernel, output side by side, the numbers in play in colour. Returns 3 Axes.

    `names` are those of the first and the last grid.

    Orange is what the kernel meets, blue the one number of this step, hatched grey the padding (transposed: what is cut
    off). All cells are of one size. Draws into `figure` if given. x (h, w), `w` (kh, kw) and the settings `stride`,
    `padding`, `dilation` are those of `trace`.
    """
    t = trace(x, w, step, stride=stride, padding=padding, dilation=dilation, transposed=transposed)
    left, right = (t.small, t.large) if transposed else (t.large, t.small)
    widths = [left.shape[1], np.shape(w)[1], right.shape[1]]
    if figure is None:
        rows = max(left.shape[0], np.shape(w)[0], right.shape[0])
        figure = style.plt.figure(figsize=(7.6, 0.9 + min(3.2, 6.4 * rows / sum(widths))), layout="constrained")
    source, kernel, result = axes = figure.subplots(1, 3, width_ratios=widths)
    i, j = divmod(t.step, t.small.shape[1])
    now = np.zeros(t.small.shape, bool)
    now[i, j] = True
    hidden = np.arange(t.small.size).reshape(t.small.shape) > t.step
    cut = "cut off" if transposed else "padding"
    large: dict[str, Any] = {"orange": t.taps, "hatched": t.border, "note": f", hatched: {cut}" if padding else ""}
    if transposed:
        grid(source, t.small, blue=now, title=f"{names[0]} {_by(t.small)}")
        shown = f"{t.large.shape[0] - 2 * padding}×{t.large.shape[1] - 2 * padding}"
        grid(result, t.large, **large, title=f"{names[1]} {shown}, stamps so far")
    else:
        grid(source, t.large, **large, title=f"{names[0]} {_by(np.asarray(x))}")
        grid(result, t.small, blue=now, hidden=hidden, title=f"{names[1]} {_by(t.small)}")
    grid(kernel, np.asarray(w), orange=np.ones(np.shape(w), bool), title=f"kernel {_by(np.asarray(w))}")
    for ax in (source, kernel, result):
        ax.set_anchor("N")
    text = t.sentence if len(t.sentence) < 95 else _wrapped(t.sentence)
    figure.supxlabel(f"step {t.step + 1} of {t.steps}:  {text}", fontsize=10)
    return axes


def grid(
    ax: Axes, values: np.ndarray, *, orange: np.ndarray | None = None, blue: np.ndarray | None = None,
    green: np.ndarray | None = None, hatched: np.ndarray | None = None, hidden: np.ndarray | None = None,
    title: str = "", note: str = "",
) -> Axes:  # fmt: skip
    """Write the numbers of `values` (h, w) into square cells; the masks colour, hatch or hide cells. Returns `ax`.

    `orange`, `blue` and `green` tint, `hatched` marks and `hidden` leaves empty: masks (h, w) of bool, or None. `note`
    follows the title.
    """
    rows, columns = values.shape
    face = np.ones((rows, columns, 3))
    if hatched is not None:
        face[hatched] = 0.9
    for mask, color in ((orange, ORANGE), (blue, BLUE), (green, GREEN)):
        if mask is not None:
            face[mask] = PALE * np.array(to_rgb(color)) + (1 - PALE)
    ax.imshow(face, extent=(0, columns, rows, 0))
    ax.hlines(np.arange(rows + 1), 0, columns, color=EDGE, lw=0.7)
    ax.vlines(np.arange(columns + 1), 0, rows, color=EDGE, lw=0.7)
    size = 11 if max(rows, columns) <= 7 else 8 if max(rows, columns) <= 11 else 6
    for (i, j), value in np.ndenumerate(values):
        if hidden is None or not hidden[i, j]:
            quiet = hatched is not None and hatched[i, j]
            ax.text(
                j + 0.5,
                i + 0.52,
                _number(value),
                ha="center",
                va="center",
                fontsize=size,
                color="0.45" if quiet else "0",
            )
        if hatched is not None and hatched[i, j]:
            ax.plot([j, j + 1], [i + 1, i], color="white", lw=1.2, zorder=1)
    ax.set_title(f"{title}{note}", fontsize=10, loc="left", y=1)
    ax.set(xticks=[], yticks=[], xlim=(-0.05, columns + 0.05), ylim=(rows + 0.05, -0.05), aspect="equal")
    ax.spines[:].set_visible(False)
    return ax


def positions(
    *, size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, ax: Axes | None = None
) -> Axes:
    """Draw every position of a kernel on an axis of `size` samples, one a line, and the first that overhangs.

    The kernel has `kernel` taps, `dilation` samples apart; it moves by `stride`, with `padding` samples at both ends.
    Returns the Axes; ValueError where the kernel does not fit.
    """
    count = output_size(size, kernel, stride, padding, dilation)
    ax = style.axes(ax, size=(7.0, 0.42 * (count + 2) + 0.9))
    taps = dilation * np.arange(kernel)
    edge = max(size, count * stride - padding + taps[-1]) + 0.8  # the labels stand right of everything
    samples = np.arange(-padding, size + padding)
    real = (samples >= 0) & (samples < size)
    ax.scatter(samples[real], np.zeros(size), s=150, marker="s", color=GREY, label="samples")
    if padding:
        ax.scatter(samples[~real], np.zeros(2 * padding), s=150, marker="s", fc="white", ec=GREY, label="padding")
    for step in range(count + 1):
        at, fits = step * stride - padding + taps, step < count
        color, label = (BLUE, f"position {step + 1}") if fits else (RED, "overhangs")
        ax.plot(at[[0, -1]], [step + 1] * 2, color=color, lw=1.5, ls="-" if fits else ":")
        ax.scatter(at, np.full(kernel, step + 1), s=80, color=color, marker="o" if fits else "x", zorder=3)
        ax.text(edge, step + 1, label, va="center", color=color, fontsize=9)
    ax.set(yticks=[], xticks=samples, ylim=(count + 1.7, -0.7))
    ax.set_xlim(-padding - 0.7, edge + 2.0)
    ax.spines[:].set_visible(False)
    settings = f"{kernel} taps, stride {stride}, padding {padding}, dilation {dilation}"
    ax.set_title(f"A size of {size} has {count} positions for {settings}", fontsize=10, loc="left")
    return ax


def connections(*, inputs: int = 7, kernel: int = 3, axes: Panels | None = None) -> Panels:
    """Draw who is connected with whom: fully, locally, convolutional. Grey lines are all different weights.

    In the convolutional layer one colour (and dash) is one weight, used by every neuron. One row of `inputs` neurons,
    and kernels of `kernel` of them. Returns the three Axes.
    """
    if axes is None:
        axes = style.row(3, size=(2.7, 2.4))
    outputs = output_size(inputs, kernel)
    shift, dashes = (inputs - outputs) / 2, ("-", "--", ":", "-.")
    for ax, kind in zip(axes, ("fully connected", "locally connected", "convolutional"), strict=True):
        lines = [(i, o) for o in range(outputs) for i in range(inputs) if kind[0] == "f" or 0 <= i - o < kernel]
        weights = [i - o if kind[0] == "c" else at for at, (i, o) in enumerate(lines)]
        count = len(set(weights))
        for (i, o), weight in zip(lines, weights, strict=True):
            shared = kind[0] == "c"
            color = style.COLORS[weight] if shared else GREY
            dash, width = (dashes[weight % 4], 2.2) if shared else ("-", 1.0)
            ax.plot([i, o + shift], [0, 1], color=color, ls=dash, lw=width, zorder=1)
        ax.scatter(np.arange(inputs), np.zeros(inputs), s=90, c="white", edgecolors="black", zorder=3)
        ax.scatter(np.arange(outputs) + shift, np.ones(outputs), s=90, c="black", zorder=3)
        ax.set(
            yticks=[0, 1], yticklabels=["inputs", "neurons"] if ax is axes[0] else ["", ""], xticks=[], ylim=(-0.2, 1.2)
        )
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title(f"{kind}: {count} weights{', shared' if kind[0] == 'c' else ''}", fontsize=10)
    return axes


def im2col(x: np.ndarray | None = None, w: np.ndarray | None = None, axes: Panels | None = None) -> Panels:
    """Draw correlation as a matrix product: windows of `x` as rows, times `w` as a column. Returns 4 Axes.

    x (h, w), w (kh, kw); None is an example.
    """
    x = np.array([[1, 2, 0, 1], [0, 3, 1, 2], [2, 1, 1, 0]]) if x is None else np.asarray(x)
    w = np.array([[1, 0], [2, -1]]) if w is None else np.asarray(w)
    view = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    rows = view.reshape(-1, w.size)
    out = (rows @ w.ravel()).reshape(view.shape[:2])
    if axes is None:
        axes = style.plt.subplots(1, 4, figsize=(8.0, 3.0), width_ratios=(1, 1, 0.45, 0.8), layout="constrained")[1]
    taps, matrix, answer = np.zeros(x.shape, bool), np.zeros(rows.shape, bool), np.zeros(out.shape, bool)
    taps[1 : 1 + w.shape[0], 1 : 1 + w.shape[1]] = True  # the window at (1, 1) is followed through the picture
    matrix[out.shape[1] + 1], answer[1, 1] = True, True
    grid(axes[0], x, orange=taps, title=f"image {_by(x)}")
    grid(axes[1], rows, orange=matrix, title=f"its windows as rows {_by(rows)}")
    grid(axes[2], w.reshape(-1, 1), green=np.ones((w.size, 1), bool), title="times kernel")
    grid(axes[3], out, blue=answer, title=f"is the map {_by(out)}")
    return axes


def _by(a: np.ndarray) -> str:
    return "×".join(str(n) for n in a.shape)


def _number(value: int) -> str:
    return f"{value:g}".replace("-", "−")


def _factor(value: int) -> str:
    return f"({_number(value)})" if value < 0 else _number(value)


def _wrapped(sentence: str) -> str:
    """A long sum in lines of at most about 90 characters, broken between its terms."""
    terms, lines = sentence.split(" + "), [""]
    for number, term in enumerate(terms):
        piece = term if number == 0 else f" + {term}"
        if len(lines[-1]) + len(piece) > 90:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)
