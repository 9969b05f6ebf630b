"""What a torch network costs: weights, multiply-adds, units, memory, and seconds, layer by layer and in all.

Counting needs no numbers, only shapes: `sketch` builds a network on torch's "meta" device, where VGG-16 takes no memory
and its forward pass no time. A multiplication with its addition counts as one, as in the published tables.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Row:
    """One layer as it ran: `output` shape without batch, learned numbers, multiply-adds and units of one sample.

    Units are the numbers that a layer with a matrix or kernels puts out; other layers have none.
    """

    name: str
    layer: str
    output: tuple
    parameters: int
    multiply_adds: int
    units: int

    @property
    def kind(self) -> str:
        """ "convolution", "linear" or "other": pooling, norms, activations."""
        return {"Conv2d": "convolution", "Linear": "linear"}.get(self.layer, "other")


@dataclass(frozen=True)
class Counts:
    """The rows in order of computation, all weights of the network, and bytes that a training step keeps per sample."""

    rows: tuple
    parameters: int
    kept: int

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of one sample."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def units(self) -> int:
        """Numbers put out by all convolutional and linear layers for one sample."""
        return sum(row.units for row in self.rows)

    @property
    def layers(self) -> int:
        """How many convolutional and linear layers one sample passes, parallel ones included."""
        return sum(row.kind != "other" for row in self.rows)

    def share(self, kind: str, what: str = "parameters") -> float:
        """Share, from 0 to 1, of `what` ("parameters" or "multiply_adds") that layers of `kind` have."""
        return sum(getattr(row, what) for row in self.rows if row.kind == kind) / getattr(self, what)


def sketch(make: Callable, *args: Any, **kwargs: Any) -> nn.Module:
    """`make(*args, **kwargs)` on the "meta" device: a network with shapes and without numbers."""
    with torch.device("meta"):
        return make(*args, **kwargs)


def count(model: nn.Module, input_shape: Sequence[int]) -> Counts:
    """The Counts of `model` for one sample of `input_shape`, such as (3, 224, 224).

    Runs it once in evaluation mode on zeros where its parameters are (for a `sketch` that is nowhere) and once more to
    see what backward would keep. Weights in layers that did not run (auxiliary heads) count in `parameters` only.
    """
    like = next(model.parameters())
    x = torch.zeros(1, *input_shape, device=like.device, dtype=like.dtype)
    rows = []

    def note(name: str) -> Callable:
        return lambda module, args, out: rows.append(_row(name, module, out))

    with _hooked(model, forward=note), torch.no_grad():
        model(x)
    return Counts(tuple(rows), sum(p.numel() for p in model.parameters()), kept_for_backward(model, x))


def hidden_work(model: nn.Module, input_shape: Sequence[int]) -> int:
    """Multiply-adds of one sample that `count` misses: convolutions and products of matrices outside their own modules.

    Torch's own counter sees `F.conv2d` and `@` wherever they stand. 0 for a network whose layers are all modules.
    """
    like = next(model.parameters())
    x = torch.zeros(1, *input_shape, device=like.device, dtype=like.dtype)
    silent, told = _hooked(model, forward=lambda name: lambda *args: None), FlopCounterMode(display=False)
    with silent, torch.no_grad(), told:
        model(x)
    return told.get_total_flops() // 2 - count(model, input_shape).multiply_adds


def kept_for_backward(model: nn.Module, x: torch.Tensor) -> int:
    """Bytes that autograd keeps alive between forward and backward for the batch `x`, weights not counted.

    Layers stay in evaluation mode while measured, so dropout keeps nothing.
    """
    own = {_storage(t) for t in (*model.parameters(), *model.buffers())}
    kept = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept[_storage(tensor)] = tensor
        return tensor

    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            out = model(x)  # `out` must live on: it owns the graph
        return sum(t.untyped_storage().nbytes() for s, t in kept.items() if s not in own) * (out is not None)
    finally:
        for module, mode in modes:
            module.training = mode


def hooks_on(model: nn.Module) -> int:
    """How many forward hooks the modules of `model` carry."""
    return sum(len(module._forward_hooks) for module in model.modules())


def timed(model: nn.Module, x: torch.Tensor, repeats: int = 3) -> list[tuple[str, str, float]]:
    """[(name, layer, seconds)] in order of computation: each layer's fastest forward pass of `repeats`."""
    runs = []
    for _ in range(repeats):
        started, run = {}, []

        def start(name: str, started: Any = started) -> Callable:
            return lambda module, args: started.__setitem__(name, _now(x))

        def stop(name: str, started: Any = started, run: Any = run) -> Callable:
            return lambda module, args, out: run.append((name, type(module).__name__, _now(x) - started[name]))

        with _hooked(model, before=start, forward=stop), torch.no_grad():
            model(x)
        runs.append(run)
    return [(*steps[0][:2], min(s[2] for s in steps)) for steps in zip(*runs, strict=True)]


def _now(x: torch.Tensor) -> float:
    if x.is_cuda:
        torch.cuda.synchronize(x.device)
    return time.perf_counter()


class _hooked:
    """Hooks on every layer without sublayers, in evaluation mode; both are undone at the end."""

    def __init__(self, model: nn.Module, *, forward: Callable, before: Callable | None = None) -> None:
        self.model, self.forward, self.before = model, forward, before

    def __enter__(self) -> None:
        self.modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        leaves = [(name, m) for name, m in self.model.named_modules() if not any(True for _ in m.children())]
        self.handles = [m.register_forward_hook(self.forward(name)) for name, m in leaves]
        if self.before is not None:
            self.handles += [m.register_forward_pre_hook(self.before(name)) for name, m in leaves]

    def __exit__(self, *exc: Any) -> None:
        for handle in self.handles:
            handle.remove()
        for module, mode in self.modes:
            module.training = mode


def _row(name: str, module: nn.Module, out: Any) -> Row:
    shape = tuple(out.shape[1:])
    weights = sum(p.numel() for p in module.parameters())
    learned = isinstance(module, nn.Conv2d | nn.Linear)
    units = math.prod(shape) if learned else 0
    taps = math.prod(module.weight.shape[1:]) if learned else 0  # numbers that meet in one output
    return Row(name, type(module).__name__, shape, weights, units * taps, units)


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage()._cdata
