"""The computation graph of a Tensor: boxes for values, arrows in the order of computation, gradients beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.viz.style import BLUE, GREY, RED, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.autograd.tensor import Tensor


def computation_graph(
    output: Tensor, *, names: dict[str, Tensor] | None = None, ax: Axes | None = None, title: str | None = None,
    fmt: str = "{:.3g}",
) -> Axes:  # fmt: skip
    """Draw what `output` was computed from, left to right; draw before `backward` frees the graph.

    names: {"w0": Tensor, ...} labels leaves and intermediates. Scalars show their value, arrays their shape; a Tensor
    with a gradient (leaf, or intermediate after `retain_grad`) shows it in red. Returns the Axes. `fmt` is the format
    of numbers.
    """
    nodes, column, row = layout(output)
    labels = {id(t): name for name, t in (names or {}).items()}
    wide, high = max(column.values()) + 1, max(row.values()) - min(row.values()) + 1
    ax = axes(ax, size=(max(3, 1.1 * wide), max(1.6, 0.85 * high)), title=title)
    for t in nodes:
        for x in t.inputs:
            ax.annotate(
                "",
                xy=(column[id(t)], row[id(t)]),
                xytext=(column[id(x)], row[id(x)]),
                arrowprops={"arrowstyle": "->", "color": GREY, "shrinkA": 20, "shrinkB": 20},
            )
    for t in nodes:
        _box(ax, t, column[id(t)], row[id(t)], labels.get(id(t)), fmt)
    ax.set(xlim=(-0.6, wide - 0.4), ylim=(min(row.values()) - 0.6, max(row.values()) + 0.6), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def layout(output: Tensor) -> tuple[list[Tensor], dict[int, int], dict[int, float]]:
    """Where to draw the graph below `output`: its Tensors, inputs before users, and their column and row by id.

    Arrays of any shape; {id: column}, {id: row}, with the output rightmost.
    """
    nodes, column = _columns(output)
    return nodes, column, _rows(nodes, column)


def _columns(output: Tensor) -> tuple[list[Tensor], dict[int, int]]:
    """Every Tensor below `output`, inputs before users, and its column: one right of its furthest input."""
    order, stack, seen = [], [(output, False)], set()
    while stack:
        t, expanded = stack.pop()
        if expanded:
            order.append(t)
        elif id(t) not in seen:
            seen.add(id(t))
            stack.append((t, True))
            stack.extend((x, False) for x in reversed(t.inputs))
    column = {}
    for t in order:
        column[id(t)] = 1 + max((column[id(x)] for x in t.inputs), default=-1)
    for t in reversed(order):  # a leaf stands just before its first user
        users = [column[id(u)] for u in order if any(x is t for x in u.inputs)]
        if users and not t.inputs:
            column[id(t)] = min(users) - 1
    return order, column


def _rows(nodes: Sequence[Tensor], column: dict[int, int]) -> dict[int, float]:
    """Heights: within each column, near the mean of the neighbours, at least one apart."""
    members = {}
    for t in nodes:
        members.setdefault(column[id(t)], []).append(t)
    row = {id(t): k - (len(ts) - 1) / 2 for ts in members.values() for k, t in enumerate(ts)}
    neighbours = {id(t): [id(x) for x in t.inputs] for t in nodes}
    for t in nodes:
        for x in t.inputs:
            neighbours[id(x)].append(id(t))
    for _ in range(6):
        for ts in members.values():
            wanted = {id(t): np.mean([row[k] for k in neighbours[id(t)]] or [0.0]) for t in ts}
            ts.sort(key=lambda t: wanted[id(t)])
            placed = []
            for t in ts:
                placed.append(max(wanted[id(t)], placed[-1] + 1) if placed else wanted[id(t)])
            shift = np.mean([wanted[id(t)] for t in ts]) - np.mean(placed)
            row.update({id(t): y + shift for t, y in zip(ts, placed, strict=True)})
    return row


def _box(ax: Axes, t: Tensor, x: int, y: float, name: str, fmt: str) -> None:
    say = lambda a: fmt.format(float(a)) if a.size == 1 else "x".join(map(str, a.shape))  # noqa: E731
    head = " = ".join(part for part in (name, t.op) if part)
    text = f"{head}\n{say(t.data)}" if head else say(t.data)
    edge = BLUE if not t.inputs and t.requires_grad else "0.3"
    box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": edge}
    ax.text(x, y, text, ha="center", va="center", fontsize=9, bbox=box)
    if t.grad is not None:
        ax.text(x, y - 0.32, f"grad {say(t.grad)}", ha="center", va="top", fontsize=8, color=RED)
