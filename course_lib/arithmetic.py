"""Counting for convolution and pooling: output sizes, receptive fields, weights, multiply-adds. Integers only.

Everything here is about one axis, or about one sample of shape (c, h, w); nothing touches an array. Arguments are
torch's: `kernel_size`, `stride`, `padding` (a number, "same" or "valid"), `dilation`, `ceil_mode`, `output_padding`,
`groups`. A kernel of size k with dilation d *reaches* d(k-1)+1 samples; the output counts where that reach fits.
After Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), and, for receptive fields,
Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks" (Distill, 2019).

Wrong values are ValueErrors; `name` is the function that their sentence begins with.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

Pair: TypeAlias = "int | Sequence[int]"  # one number for every axis, or one per axis
Padding: TypeAlias = "int | str | Sequence[int]"  # or "same", or "valid"


def shown(value: Any) -> str:
    """What an error says of a value: the value, or of an array or an object its kind and shape, on one line."""
    shape, text = getattr(value, "shape", ()), repr(value)
    if isinstance(shape, tuple) and shape:
        return f"{type(value).__name__} of shape {tuple(shape)}"
    return text if len(text) < 60 and "\n" not in text and " at 0x" not in text else type(value).__name__


def number(value: Any, what: str, *, name: str) -> Any:
    """`value` itself, when it can be compared with numbers; a TypeError that says `what` it was otherwise."""
    if not isinstance(value, Real):
        raise TypeError(f"{name}: {what} must be a number, got {shown(value)}")
    return value


def whole(value: Any, what: str, *, least: int | None = None, name: str) -> int:
    """`value` as an int of at least `least` (None: any); a ValueError that says `what` it was otherwise."""
    try:
        if isinstance(value, bool):
            raise TypeError
        count = operator.index(value)
    except TypeError:
        raise ValueError(f"{name}: {what} must be a whole number, got {shown(value)}") from None
    if least is not None and count < least:
        raise ValueError(f"{name}: {what} must be at least {least}, got {count}")
    return count


def pair(value: Any, what: str, *, least: int, name: str, axes: int = 2) -> Any:
    """`value`, a number for every axis or one per axis, as a tuple of `axes` ints; `what` and `least` as in `whole`."""
    if isinstance(value, (tuple, list)):
        value = tuple(value) * axes if len(value) == 1 else value
        if len(value) != axes:
            raise ValueError(f"{name}: {what} needs one number or {axes}, got {len(value)}: {tuple(value)}")
        return tuple(whole(v, what, least=least, name=name) for v in value)
    return (whole(value, what, least=least, name=name),) * axes


def reach(kernel_size: int, dilation: int = 1) -> int:
    """How many samples a dilated kernel spans: d(k-1)+1, from its first tap to its last."""
    return dilation * (kernel_size - 1) + 1


def pads(
    padding: Padding, kernel_size: int, *, stride: int = 1, dilation: int = 1, name: str = "output_size"
) -> tuple[int, int]:
    """Samples added (before, after) one axis; "same" keeps the size and puts an odd one after, as torch does."""
    if isinstance(padding, str):
        if padding == "valid":
            return 0, 0
        if padding != "same":
            raise ValueError(f"{name}: padding must be a number, 'same' or 'valid', got {padding!r}")
        if stride != 1:
            raise ValueError(f"{name}: padding 'same' needs stride 1, got stride {stride}")
        total = reach(kernel_size, dilation) - 1
        return total // 2, total - total // 2
    amount = whole(padding, "padding", least=0, name=name)
    return amount, amount


def output_size(
    size: int, kernel_size: int, stride: int = 1, padding: Padding = 0, dilation: int = 1, ceil_mode: bool = False, *,
    name: str = "output_size",
) -> int:  # fmt: skip
    """Number of outputs of a convolution or pooling along one axis of `size` samples.

    With `ceil_mode` (pooling only) a last window that overhangs counts too, if it begins inside the input or the
    padding before it. Raises ValueError when the kernel reaches further than the padded input.

    >>> output_size(7, 3, stride=2), output_size(6, 2, 3, ceil_mode=True), output_size(9, 4, padding="same")
    (3, 2, 9)
    """
    size = whole(size, "size", least=0, name=name)
    kernel_size = whole(kernel_size, "kernel_size", least=1, name=name)
    stride = whole(stride, "stride", least=1, name=name)
    dilation = whole(dilation, "dilation", least=1, name=name)
    before, after = pads(padding, kernel_size, stride=stride, dilation=dilation, name=name)
    padded, span = size + before + after, reach(kernel_size, dilation)
    outputs = (padded - span) // stride + 1
    if ceil_mode:
        overhangs = (padded - span) % stride and outputs * stride < size + before
        outputs += bool(overhangs)
    if outputs < 1:
        had = "padded input" if before + after else "input"
        raise ValueError(f"{name}: kernel reaches {span} samples but the {had} has only {padded}")
    return outputs


def input_sizes(
    size: int, kernel_size: int, stride: int = 1, padding: Padding = 0, dilation: int = 1, *, name: str = "input_sizes"
) -> range:
    """The inverse of `output_size`: every input size that gives `size` outputs, as a range of at most `stride` numbers.

    >>> list(input_sizes(3, 3, stride=2)), list(input_sizes(24, 5))
    ([7, 8], [28])
    """
    size = whole(size, "output size", least=1, name=name)
    kernel_size = whole(kernel_size, "kernel_size", least=1, name=name)
    stride = whole(stride, "stride", least=1, name=name)
    dilation = whole(dilation, "dilation", least=1, name=name)
    around = sum(pads(padding, kernel_size, stride=stride, dilation=dilation, name=name))
    smallest = (size - 1) * stride + reach(kernel_size, dilation) - around
    found = range(max(smallest, 0), max(smallest + stride, 0))
    if not found:
        raise ValueError(f"{name}: no input gives {size} outputs: {around} padded samples alone give more")
    return found


def transposed_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1, *,
    name: str = "transposed_output_size",
) -> int:  # fmt: skip
    """Number of outputs of a transposed convolution along one axis: the least of `input_sizes` + `output_padding`.

    >>> transposed_output_size(3, 3, stride=2), transposed_output_size(3, 3, stride=2, output_padding=1)
    (7, 8)
    """
    size = whole(size, "size", least=1, name=name)
    kernel_size = whole(kernel_size, "kernel_size", least=1, name=name)
    stride = whole(stride, "stride", least=1, name=name)
    padding = whole(padding, "padding", least=0, name=name)
    dilation = whole(dilation, "dilation", least=1, name=name)
    output_padding = whole(output_padding, "output_padding", least=0, name=name)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"{name}: output_padding must be smaller than stride {stride} or dilation {dilation}, got {output_padding}"
        )
    out = (size - 1) * stride + reach(kernel_size, dilation) - 2 * padding + output_padding
    if out < 1:
        raise ValueError(f"{name}: padding {padding} crops the output to {out} samples")
    return out


@dataclass(frozen=True)
class Window:
    """One layer of a stack as seen along one axis: a convolution or a pooling."""

    kernel_size: int
    stride: int = 1
    padding: Padding = 0
    dilation: int = 1


@dataclass(frozen=True)
class ReceptiveField:
    """What an output sees of the input along an axis: `size` samples; neighbours `jump` apart, the first at `start`."""

    size: int
    jump: int
    start: int

    def covers(self, output: int) -> range:
        """The input positions that can influence this output; below 0 or past the end lies padding."""
        first = self.start + output * self.jump
        return range(first, first + self.size)


def receptive_field(stack: Iterable[Any], *, name: str = "receptive_field") -> ReceptiveField:
    """Receptive field after the last layer of `stack`: `Window`s, or tuples (kernel_size, stride, padding, dilation).

    Undilated with stride 1, l layers of size k see l(k-1)+1 samples; strides multiply, dilation stretches.

    >>> receptive_field([(3,), (3, 1, 0, 2), (3, 1, 0, 4)]).size
    15
    """
    size, jump, start = 1, 1, 0
    for layer in stack:
        layer = layer if isinstance(layer, Window) else Window(*layer)
        kernel_size = whole(layer.kernel_size, "kernel_size", least=1, name=name)
        stride = whole(layer.stride, "stride", least=1, name=name)
        dilation = whole(layer.dilation, "dilation", least=1, name=name)
        before, _ = pads(layer.padding, kernel_size, stride=stride, dilation=dilation, name=name)
        size += (reach(kernel_size, dilation) - 1) * jump
        start -= before * jump
        jump *= stride
    return ReceptiveField(size, jump, start)


@dataclass(frozen=True)
class Cost:
    """The `output` shape of one sample, learned `weights` and `biases`, and `multiply_adds`, each pair counted once."""

    output: tuple[int, ...]
    weights: int
    biases: int
    multiply_adds: int

    @property
    def parameters(self) -> int:
        """Weights and biases together: the numbers that are learned."""
        return self.weights + self.biases


def output_shape(
    size: Sequence[int], kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1,
    ceil_mode: bool = False, *, name: str = "output_shape",
) -> tuple[int, ...]:  # fmt: skip
    """`output_size` along every axis of `size`, a tuple; each other argument is one number or one per axis.

    >>> output_shape((28, 20), (5, 3), stride=(1, 2))
    (24, 9)
    """
    axes = len(size)
    kernel_size = pair(kernel_size, "kernel_size", least=1, name=name, axes=axes)
    stride = pair(stride, "stride", least=1, name=name, axes=axes)
    dilation = pair(dilation, "dilation", least=1, name=name, axes=axes)
    each = (padding,) * axes if isinstance(padding, str) else pair(padding, "padding", least=0, name=name, axes=axes)
    settings = zip(size, kernel_size, stride, each, dilation, strict=True)
    return tuple(output_size(*axis, ceil_mode, name=name) for axis in settings)


def group_sizes(in_channels: int, out_channels: int, groups: int, *, name: str) -> tuple[int, int]:
    """Channels each group takes in and gives out; `groups` must divide both numbers.

    `in_channels` and `out_channels` are those of the whole layer.
    """
    groups = whole(groups, "groups", least=1, name=name)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{name}: groups must divide the channels, got {groups} groups for {in_channels} in and {out_channels} out"
        )
    return in_channels // groups, out_channels // groups


def conv_cost(
    shape: Sequence[int], out_channels: int, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0,
    dilation: Pair = 1, groups: int = 1, bias: bool = True, *, name: str = "conv_cost",
) -> Cost:  # fmt: skip
    """Cost of a convolution of one sample of `shape` (c, h, w), or (c, w): each weight works once per output position.

    `out_channels` is the number of kernels, `bias` whether each has one; the rest is as in `output_shape`.

    >>> conv_cost((1, 28, 28), 10, 5)
    Cost(output=(10, 24, 24), weights=250, biases=10, multiply_adds=144000)
    """
    channels, *size = shape
    per_group, _ = group_sizes(channels, out_channels, groups, name=name)
    out = output_shape(size, kernel_size, stride, padding, dilation, name=name)
    taps = math.prod(pair(kernel_size, "kernel_size", least=1, name=name, axes=len(size)))
    weights = out_channels * per_group * taps
    return Cost((out_channels, *out), weights, out_channels if bias else 0, weights * math.prod(out))


def conv_transpose_cost(
    shape: Sequence[int], out_channels: int, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0,
    output_padding: Pair = 0, groups: int = 1, bias: bool = True, dilation: Pair = 1, *,
    name: str = "conv_transpose_cost",
) -> Cost:  # fmt: skip
    """`conv_cost` of a transposed convolution: each weight works once per *input* position. Arguments as in it."""
    channels, *size = shape
    axes = len(size)
    _, per_group = group_sizes(channels, out_channels, groups, name=name)
    kernel_size = pair(kernel_size, "kernel_size", least=1, name=name, axes=axes)
    stride = pair(stride, "stride", least=1, name=name, axes=axes)
    padding = pair(padding, "padding", least=0, name=name, axes=axes)
    output_padding = pair(output_padding, "output_padding", least=0, name=name, axes=axes)
    dilation = pair(dilation, "dilation", least=1, name=name, axes=axes)
    per_axis = zip(size, kernel_size, stride, padding, output_padding, dilation, strict=True)
    out = tuple(transposed_output_size(*axis, name=name) for axis in per_axis)
    weights = channels * per_group * math.prod(kernel_size)
    return Cost((out_channels, *out), weights, out_channels if bias else 0, weights * math.prod(size))


def local_cost(
    shape: Sequence[int], out_channels: int, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0,
    dilation: Pair = 1, bias: bool = True, *, name: str = "local_cost",
) -> Cost:  # fmt: skip
    """`conv_cost` of a locally connected layer: every output position has weights of its own. Arguments as in it."""
    shared = conv_cost(shape, out_channels, kernel_size, stride, padding, dilation, 1, bias, name=name)
    return Cost(shared.output, shared.multiply_adds, math.prod(shared.output) if bias else 0, shared.multiply_adds)


def linear_cost(in_features: int, out_features: int, bias: bool = True, *, name: str = "linear_cost") -> Cost:
    """Cost of a fully connected layer: every input meets every output.

    `in_features` and `out_features` are how many there are, `bias` whether each output has one.

    >>> linear_cost(784, 20).parameters + linear_cost(20, 10).parameters
    15910
    """
    in_features = whole(in_features, "in_features", least=1, name=name)
    out_features = whole(out_features, "out_features", least=1, name=name)
    weights = in_features * out_features
    return Cost((out_features,), weights, out_features if bias else 0, weights)


def pool_cost(
    shape: Sequence[int], kernel_size: Pair, stride: Pair | None = None, padding: Padding = 0, dilation: Pair = 1,
    ceil_mode: bool = False, *, name: str = "pool_cost",
) -> Cost:  # fmt: skip
    """Cost of pooling one (c, h, w): nothing is learned; each sample of a window is one comparison or addition."""
    channels, *size = shape
    kernel_size = pair(kernel_size, "kernel_size", least=1, name=name, axes=len(size))
    stride = kernel_size if stride is None else stride
    out = output_shape(size, kernel_size, stride, padding, dilation, ceil_mode, name=name)
    return Cost((channels, *out), 0, 0, channels * math.prod(out) * math.prod(kernel_size))
