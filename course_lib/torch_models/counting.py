"""What a torch network costs: weights, multiply-adds, units, memory, and seconds, layer by layer and in all.

Counting needs no numbers, only shapes: `sketch` builds a network on torch's "meta" device, where VGG-16 takes no memory
and its forward pass no time. A multiplication with its addition counts as one, as in the published tables.
"""

import math
import time
from dataclasses import dataclass

import torch
from torch import nn


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
    def kind(self):
        """ "convolution", "linear" or "other": pooling, norms, activations."""
        return {"Conv2d": "convolution", "Linear": "linear"}.get(self.layer, "other")


@dataclass(frozen=True)
class Counts:
    """The rows in order of computation, all weights of the network, and bytes that a training step keeps per sample."""

    rows: tuple
    parameters: int
    kept: int

    @property
    def multiply_adds(self):
        """Multiply-adds of one sample."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def units(self):
        """Numbers put out by all convolutional and linear layers for one sample."""
        return sum(row.units for row in self.rows)

    @property
    def layers(self):
        """How many convolutional and linear layers one sample passes, parallel ones included."""
        return sum(row.kind != "other" for row in self.rows)

    def share(self, kind, what="parameters"):
        """Share, from 0 to 1, of `what` ("parameters" or "multiply_adds") that layers of `kind` have."""
        return sum(getattr(row, what) for row in self.rows if row.kind == kind) / getattr(self, what)


def sketch(make, *args, **kwargs):
    """`make(*args, **kwargs)` on the "meta" device: a network with shapes and without numbers."""
    with torch.device("meta"):
        return make(*args, **kwargs)


def count(model, input_shape):
    """The Counts of `model` for one sample of `input_shape`, such as (3, 224, 224).

    Runs it once in evaluation mode on zeros where its parameters are (for a `sketch` that is nowhere) and once more to
    see what backward would keep. Weights in layers that did not run (auxiliary heads) count in `parameters` only.
    """
    like = next(model.parameters())
    x = torch.zeros(1, *input_shape, device=like.device, dtype=like.dtype)
    rows = []

    def note(name):
        return lambda module, args, out: rows.append(_row(name, module, out))

    with _hooked(model, forward=note), torch.no_grad():
        model(x)
    return Counts(tuple(rows), sum(p.numel() for p in model.parameters()), kept_for_backward(model, x))


def kept_for_backward(model, x):
    """Bytes that autograd keeps alive between forward and backward for the batch `x`, weights not counted.

    Layers stay in evaluation mode while measured, so dropout keeps nothing.
    """
    own = {_storage(t) for t in (*model.parameters(), *model.buffers())}
    kept = {}

    def pack(tensor):
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


def hooks_on(model):
    """How many forward hooks the modules of `model` carry."""
    return sum(len(module._forward_hooks) for module in model.modules())


def timed(model, x, repeats=3):
    """[(name, layer, seconds)] in order of computation: each layer's fastest forward pass of `repeats`."""
    runs = []
    for _ in range(repeats):
        started, run = {}, []

        def start(name, started=started):
            return lambda module, args: started.__setitem__(name, _now(x))

        def stop(name, started=started, run=run):
            return lambda module, args, out: run.append((name, type(module).__name__, _now(x) - started[name]))

        with _hooked(model, before=start, forward=stop), torch.no_grad():
            model(x)
        runs.append(run)
    return [(*steps[0][:2], min(s[2] for s in steps)) for steps in zip(*runs, strict=True)]


def _now(x):
    if x.is_cuda:
        torch.cuda.synchronize(x.device)
    return time.perf_counter()


class _hooked:
    """Hooks on every layer without sublayers, in evaluation mode; both are undone at the end."""

    def __init__(self, model, *, forward, before=None):
        self.model, self.forward, self.before = model, forward, before

    def __enter__(self):
        self.modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        leaves = [(name, m) for name, m in self.model.named_modules() if not any(True for _ in m.children())]
        self.handles = [m.register_forward_hook(self.forward(name)) for name, m in leaves]
        if self.before is not None:
            self.handles += [m.register_forward_pre_hook(self.before(name)) for name, m in leaves]

    def __exit__(self, *exc):
        for handle in self.handles:
            handle.remove()
        for module, mode in self.modes:
            module.training = mode


def _row(name, module, out):
    shape = tuple(out.shape[1:])
    weights = sum(p.numel() for p in module.parameters())
    learned = isinstance(module, nn.Conv2d | nn.Linear)
    units = math.prod(shape) if learned else 0
    taps = math.prod(module.weight.shape[1:]) if learned else 0  # numbers that meet in one output
    return Row(name, type(module).__name__, shape, weights, units * taps, units)


def _storage(tensor):
    return tensor.untyped_storage()._cdata
