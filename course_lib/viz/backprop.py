"""Backpropagation one step at a time: which node hands its gradient on, by which factor, and what has arrived."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_lib.autograd.tensor import Tensor, topological_order
from course_lib.viz.graph import layout
from course_lib.viz.style import BLUE, GREY, ORANGE, RED, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNS = {"add": "+", "mul": "×", "sub": "-", "neg": "-1 ×", "div": "/", "power": "power"}


@dataclass(frozen=True)
class Step:
    """The state after one step: gradients so far by id of the Tensor, who acted, what it sent, and a sentence.

    `grads` {id: number}, `active` the id of who acted or None, `sent` one triple for each input, `say` the sentence.
    """

    grads: dict
    active: int | None
    sent: tuple  # (position of the input, id of the input, number sent) for each
    say: str


def trace_backward(output: Tensor, *, names: dict[str, Tensor] | None = None) -> list[Step]:
    """The steps of reverse mode from `output`, a Tensor of one number whose graph holds only such; changes nothing.

    Step 0 is the forward pass alone, step 1 puts 1 at the output, each further one lets one node hand its gradient on.
    Raises ValueError for a graph with arrays, which have no single number to show. `names` {"w0": Tensor, ...} are what
    the sentences call the Tensors.
    """
    labels = {id(t): name for name, t in (names or {}).items()}
    order = list(topological_order(output))
    if any(t.data.size != 1 for t in order):
        raise ValueError("trace_backward: every value of the graph must be one number")
    grads = {id(output): 1.0}
    steps = [Step({}, None, (), "Forward: every value is known, no gradient yet.")]
    steps.append(Step(dict(grads), id(output), (), "The output changes by 1 when it changes by 1."))
    for t in (t for t in order if t.inputs):
        g, sent, parts = grads[id(t)], [], []
        for at, (x, local) in enumerate(zip(t.inputs, t.vjp(np.ones_like(t.data)), strict=True)):
            if not x.requires_grad or local is None:
                continue
            gx = g * float(np.asarray(local))
            again = id(x) in grads
            grads[id(x)] = grads.get(id(x), 0.0) + gx
            sent.append((at, id(x), gx))
            more = f", added up to {_number(grads[id(x)])}" if again else ""
            parts.append(
                f"{_number(g)} · {_number(local)} = {_number(gx)} to {labels.get(id(x), SIGNS.get(x.op, x.op))}{more}"
            )
        who = labels.get(id(t), SIGNS.get(t.op, t.op))
        steps.append(Step(dict(grads), id(t), tuple(sent), f"Node {who}, upstream · local: " + "; ".join(parts)))
    return steps


def backward_step(
    output: Tensor, step: int, *, names: dict[str, Tensor] | None = None, ax: Axes | None = None,
    steps: Sequence[Step] | None = None,
) -> Axes:  # fmt: skip
    """Draw the graph of `output` after `step` of `trace_backward`; the acting node is orange, what it sends red.

    `steps` saves tracing again. Values stand in the boxes, gradients beneath. Returns the Axes; IndexError says how
    many steps there are. `names` are those of `trace_backward`; every Tensor of the graph is of one number, without a
    shape.
    """
    steps = trace_backward(output, names=names) if steps is None else steps
    if not 0 <= step < len(steps):
        raise IndexError(f"backward_step: step must lie between 0 and {len(steps) - 1}, got {step}")
    now, labels = steps[step], {id(t): name for name, t in (names or {}).items()}
    nodes, column, row = layout(output)
    wide, low, high = max(column.values()) + 1, min(row.values()), max(row.values())
    round_about = 0.6 if any(column[id(t)] - column[id(x)] > 1 for t in nodes for x in t.inputs) else 0.0
    ax = axes(ax, size=(max(7.4, 1.05 * wide), max(2.2, 0.8 * (high - low + 1 + 2 * round_about))))
    ax.set_title(textwrap.fill(now.say, 100), loc="left", fontsize=10)
    limits = {"xlim": (-0.5, wide - 0.5), "ylim": (low - 0.65 - round_about, high + 0.5 + round_about)}
    ax.set(**limits, xticks=[], yticks=[])
    for t in nodes:
        for at, x in enumerate(t.inputs):
            _arrow(ax, x, t, at, column, row, now)
    for t in nodes:
        _box(ax, t, (column[id(t)], row[id(t)]), labels.get(id(t)), now)
    ax.spines[:].set_visible(False)
    return ax


def sigmoid_graph(
    w: tuple[float, float, float] = (2.0, -3.0, -3.0), x: tuple[float, float] = (-1.0, -2.0)
) -> tuple[Tensor, dict[str, Tensor]]:
    """1 / (1 + exp(-(w0 x0 + w1 x1 + w2))) as a graph of single numbers: (output, {"w0": Tensor, ...}).

    `w` and `x` are the numbers of the leaves.
    """
    names = {f"w{i}": _leaf(v) for i, v in enumerate(w)} | {f"x{i}": _leaf(v) for i, v in enumerate(x)}
    s = names["w0"] * names["x0"] + names["w1"] * names["x1"] + names["w2"]
    out = 1.0 / (1.0 + (-s).exp())
    return out, names | {"s": s, "f": out}


def twice_graph(x: float = 2.0, w: float = 3.0) -> tuple[Tensor, dict[str, Tensor]]:
    """a = x w; b = exp(-a); y = a + x b: x and a are used twice, along paths of different length."""
    names = {"x": _leaf(x), "w": _leaf(w)}
    a = names["x"] * names["w"]
    b = (-a).exp()
    y = a + names["x"] * b
    return y, names | {"a": a, "b": b, "y": y}


def _leaf(value: float) -> Tensor:
    return Tensor(np.array(float(value)), requires_grad=True)


def _number(value: float | np.ndarray) -> str:
    return f"{float(np.asarray(value)):.3g}"


def _arrow(ax: Axes, x: Tensor, t: Tensor, at: int, column: dict[int, int], row: dict[int, float], now: Step) -> None:
    """From input to user; red and turned round, with its number, where a gradient flows in this step."""
    start, end = np.array([column[id(x)], row[id(x)]]), np.array([column[id(t)], row[id(t)]])
    bend = _bend(x, t, at, column, row)
    sent = next((gx for place, key, gx in now.sent if now.active == id(t) and place == at and key == id(x)), None)
    look = {"arrowstyle": "->", "color": GREY, "shrinkA": 16, "shrinkB": 16, "connectionstyle": f"arc3,rad={bend}"}
    if sent is not None:
        look |= {"arrowstyle": "<-", "color": RED, "lw": 2}
    ax.annotate("", xy=end, xytext=start, arrowprops=look)
    if sent is not None:
        middle = (start + end) / 2
        if bend:  # the bow is drawn on the screen, half as high as its control point
            (x0, y0), (x1, y1) = ax.transData.transform([start, end])
            bow = [(x0 + x1) / 2 + bend * (y1 - y0) / 2, (y0 + y1) / 2 - bend * (x1 - x0) / 2]
            middle = ax.transData.inverted().transform(bow)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(*middle, _number(sent), color=RED, fontsize=8, ha="center", va="center", bbox=box)


def _bend(x: Tensor, t: Tensor, at: int, column: dict[int, int], row: dict[int, float]) -> float:
    """Arrows that pass other columns go round them; two arrows between the same boxes part."""
    if sum(y is x for y in t.inputs) > 1:
        return 0.35 if at else -0.35
    if column[id(t)] - column[id(x)] == 1:
        return 0.0
    return -0.35 if row[id(x)] >= row[id(t)] else 0.35


def _box(ax: Axes, t: Tensor, place: tuple[int, float], name: str, now: Step) -> None:
    constant = not t.requires_grad
    head = " = ".join(part for part in (name, SIGNS.get(t.op, t.op)) if part)
    text = f"{head}\n{_number(t.data)}" if head else _number(t.data)
    edge = GREY if constant else BLUE if not t.inputs else "black"
    fill = ORANGE if id(t) == now.active else "white"
    box = {"boxstyle": "round,pad=0.3", "facecolor": fill, "edgecolor": edge}
    ax.text(*place, text, ha="center", va="center", fontsize=9, color=GREY if constant else "black", bbox=box)
    if id(t) in now.grads:
        ax.text(place[0], place[1] - 0.3, _number(now.grads[id(t)]), ha="center", va="top", fontsize=9, color=RED)
