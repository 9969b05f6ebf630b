"""summary(model, input_shape): a table of what every layer puts out, holds, computes and sees.

The model runs once on zeros, and the recorded graph is read: multiply-adds and receptive fields are counted where they
happen, so functions called inside `forward` count too. A multiplication with its addition counts as one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from course_lib.arithmetic import pair, reach, shown
from course_lib.autograd.tensor import Tensor

if TYPE_CHECKING:
    from course_lib.nn.module import Module


@dataclass(frozen=True)
class Row:
    """One layer: `output` shape without batch, learned numbers, multiply-adds, and (height, width) of pixels seen.

    name, kind: the attribute path and the class.
    parameters, multiply_adds: of this layer alone, for one sample.
    receptive_field: (height, width), or None where it has no meaning.
    """

    name: str
    layer: str
    output: tuple
    parameters: int
    multiply_adds: int
    receptive_field: tuple | None


@dataclass(frozen=True)
class Summary:
    """The rows in order of computation; printing it gives the table."""

    rows: tuple

    @property
    def parameters(self) -> int:
        """All learned numbers."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds for one sample."""
        return sum(row.multiply_adds for row in self.rows)

    def __str__(self) -> str:
        head = ("name", "layer", "output", "parameters", "multiply-adds", "receptive field")
        lines = [
            (r.name, r.layer, _times(r.output), _number(r.parameters), _number(r.multiply_adds), _field(r))
            for r in self.rows
        ]
        lines.append(("total", "", "", _number(self.parameters), _number(self.multiply_adds), ""))
        widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
        cells = [
            "  ".join(t.rjust(w) if i > 2 else t.ljust(w) for i, (t, w) in enumerate(zip(line, widths, strict=True)))
            for line in (head, *lines)
        ]
        rule = "-" * len(cells[0])
        return "\n".join([cells[0], rule, *cells[1:-1], rule, cells[-1]])

    __repr__ = __str__


def _times(sizes: tuple[int, ...]) -> str:
    return " x ".join(map(str, sizes))


def _number(n: int) -> str:
    return f"{n:,}".replace(",", " ") if n else "-"


def _field(row: Row) -> str:
    return "" if row.receptive_field is None else _times(row.receptive_field)


def summary(model: Module, input_shape: Sequence[int], *, dtype: DTypeLike | None = None) -> Summary:
    """The Summary of `model` for one sample of `input_shape`, such as (1, 28, 28); dtype=int for an Embedding in front.

    A last row "(functions)" holds what belongs to no layer. The mode of the model and its running statistics stay.
    """
    if not isinstance(input_shape, (tuple, list)):
        raise TypeError(
            f"summary: input_shape must be the sizes of one sample, such as (1, 28, 28), got {shown(input_shape)}"
        )
    if dtype is None:
        dtype = next((p.dtype for p in model.parameters()), np.float32)
    x = Tensor(np.zeros((1, *input_shape), dtype), requires_grad=np.dtype(dtype).kind == "f")
    fields, counted, rows, held = {id(x): ((1, 1), (1, 1))}, set(), [], set()
    modes = [(module, module.training) for module in model.modules()]

    def note(module: Module, args: tuple[Tensor], out: Tensor) -> None:
        out = out[0] if isinstance(out, tuple) else out
        cost = _count(out, {id(a) for a in args}, counted)
        new = {id(p): p.numel() for p in module.parameters() if id(p) not in held}
        held.update(new)
        field = _receptive_field(out, fields) if out.ndim == 4 else None
        rows.append(Row(names[id(module)], type(module).__name__, out.shape[1:], sum(new.values()), cost, field))

    leaves = [(name, m) for name, m in model.named_modules() if not any(sub is not m for sub in m.modules())]
    names = {id(m): name or "model" for name, m in leaves}
    removers = [m.register_forward_hook(note) for _, m in leaves]
    try:
        model.eval()
        out = model(x)
    finally:
        for remove in removers:
            remove()
        for module, mode in modes:
            module.training = mode
    out = out[0] if isinstance(out, tuple) else out
    rest = _count(out, set(), counted), sum(p.numel() for p in model.parameters() if id(p) not in held)
    if any(rest):
        rows.append(Row("(functions)", "", out.shape[1:], rest[1], rest[0], None))
    return Summary(tuple(rows))


def _count(out: Tensor, stop: set[Any], counted: set[Any]) -> int:
    """Multiply-adds of the steps from `out` back to the Tensors in `stop`, each step once in all."""
    total, stack, seen = 0, [out], set(stop)
    while stack:
        t = stack.pop()
        if id(t) in seen:
            continue
        seen.add(id(t))
        stack.extend(t.inputs)
        if id(t) not in counted:
            counted.add(id(t))
            total += _multiply_adds(t)
    return total


def _multiply_adds(t: Tensor) -> int:
    """Of one step: every number of a matrix or kernel works once per place where it is used."""
    if t.op in ("conv2d", "conv1d", "locally_connected2d"):
        taps = math.prod(t.inputs[1].shape[1:])
        return t.numel() * taps if t.op != "locally_connected2d" else t.inputs[1].numel()
    if t.op == "conv_transpose2d":
        return t.inputs[0].numel() * math.prod(t.inputs[1].shape[1:])
    if t.op in ("matmul", "linear"):
        return t.numel() * t.inputs[0].shape[-1]
    if t.op in ("rnn", "lstm", "gru"):
        steps, (w_ih, w_hh) = t.inputs[0].shape[:2], t.inputs[-4:-2]
        return math.prod(steps) * (w_ih.numel() + w_hh.numel())
    return 0


def _receptive_field(out: Tensor, fields: dict[int, Any]) -> tuple[int, ...] | None:
    """(height, width) of the pixels that one output pixel depends on; `fields` remembers (size, jump) per Tensor."""
    stack = [out]
    while stack:
        t = stack[-1]
        waiting = [x for x in t.inputs if id(x) not in fields]
        if id(t) in fields or not waiting:
            stack.pop()
            if id(t) not in fields:
                fields[id(t)] = _widened(t, [fields[id(x)] for x in t.inputs if fields[id(x)]])
        else:
            stack.extend(waiting)
    return tuple(math.ceil(n) for n in fields[id(out)][0]) if fields[id(out)] else None


def _widened(t: Tensor, known: Sequence[Any]) -> Any:
    """(size, jump) behind one step, per axis: the widest of its inputs, grown by its window; None for weights."""
    if not known:
        return None
    size, jump = (tuple(max(pair) for pair in zip(*(k[i] for k in known), strict=True)) for i in (0, 1))
    window = _window(t)
    if window is None:
        return size, jump
    extents, steps = window
    size = tuple(n + (e - 1) * j for n, e, j in zip(size, extents, jump, strict=True))
    return size, tuple(j * s for j, s in zip(jump, steps, strict=True))


def _window(t: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """(reach, step) per axis of a step that slides a window, else None."""
    if t.op in ("conv2d", "locally_connected2d", "conv_transpose2d"):
        kernel = t.inputs[1].shape[-2:]
    elif t.op in ("max_pool2d", "avg_pool2d"):
        kernel = pair(t.params["kernel_size"], "kernel_size", least=1, name=t.op)
    else:
        return None
    stride = t.params.get("stride")
    stride = pair(stride, "stride", least=1, name=t.op) if stride is not None else kernel if "pool" in t.op else (1, 1)
    dilation = pair(t.params.get("dilation", 1), "dilation", least=1, name=t.op)
    extents = tuple(reach(k, d) for k, d in zip(kernel, dilation, strict=True))
    if t.op == "conv_transpose2d":  # one output pixel meets only every stride-th tap, and pixels lie denser behind it
        return tuple(math.ceil(e / s) for e, s in zip(extents, stride, strict=True)), tuple(1 / s for s in stride)
    return extents, stride
