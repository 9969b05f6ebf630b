"""Layers that own weights: linear, convolutions, tables. What they compute stands in `course_lib/functional`.

Arguments are torch's. Weights start from MSR (or another `init`) and biases at zero; `rng` is a NumPy generator, so
that a network is a function of its seed. Parameters are float32; `module.double()` makes them float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import group_sizes, output_shape, pair, whole
from course_lib.autograd.tensor import Like, Tensor
from course_lib.nn.init import generator, msr
from course_lib.nn.module import Module, Parameter

Pair = int | tuple[int, int]
Rng: TypeAlias = "np.random.Generator | None"  # a name only: numpy.random is slow to import


def zeros(*shape: int) -> Parameter:
    """A Parameter of float32 zeros. `shape` is given size by size."""
    return Parameter(np.zeros(shape, dtype=np.float32))


def ones(*shape: int) -> Parameter:
    """A Parameter of float32 ones. `shape` is given size by size."""
    return Parameter(np.ones(shape, dtype=np.float32))


class Linear(Module):
    """y = x @ weight.T + bias, every input meets every output: (..., in_features) -> (..., out_features).

    in_features, out_features: sizes of the last axis before and after.
    bias: whether a number is added to each output.
    rng: a NumPy generator, from which the first weights are drawn; needed.
    init: (shape, rng=) -> array of first weights.

    `weight` is (out_features, in_features), `bias` (out_features,).

    >>> layer = Linear(784, 10, rng=np.random.default_rng(0))
    >>> layer(np.zeros((32, 784), np.float32)).shape
    (32, 10)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, rng: Rng = None, init: Callable = msr
    ) -> None:
        rng = generator("Linear", rng)
        out_features = whole(out_features, "out_features", least=0, name="Linear")
        in_features = whole(in_features, "in_features", least=0, name="Linear")
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(init((out_features, in_features), rng=rng))
        self.bias = zeros(out_features) if bias else None

    def extra_repr(self) -> str:
        """Sizes before and after, and whether there is a bias."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def forward(self, x: Like) -> Tensor:
        """(..., in_features) -> (..., out_features)."""
        return F.linear(x, self.weight, self.bias)


class _Conv(Module):
    """What all convolutions check and hold; a subclass says in how many axes, and whether it goes back."""

    axes, transposed = 2, False

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
        groups: int, bias: bool, rng: Rng, init: Callable, output_padding: Any = 0,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        rng = generator(name, rng)
        kernel = _kernel(name, kernel_size, groups, in_channels, out_channels, axes=self.axes)
        least = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
        given = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}
        for what, value in given.items():
            if not (what == "padding" and value in ("same", "valid")):
                given[what] = pair(value, what, least=least[what], name=name, axes=self.axes)
        self.stride, self.padding, self.dilation, self.output_padding = given.values()
        self.groups, self.kernel_size = groups, kernel
        self.in_channels, self.out_channels = in_channels, out_channels
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(init((first, second // groups, *kernel), rng=rng))
        self.bias = zeros(out_channels) if bias else None

    def extra_repr(self) -> str:
        """Channels, kernel, stride, and what else is not as usual."""
        one, none = (1,) * self.axes, (0,) * self.axes
        usual = {"padding": none, "dilation": one, "output_padding": none, "groups": 1}
        unusual = [f", {name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        sizes = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        return sizes + "".join(unusual) + (", bias=False" if self.bias is None else "")


class Conv2d(_Conv):
    """Filters slid over images: (n, in_channels, h, w) -> (n, out_channels, h', w'). LeCun et al. 1989.

    in_channels, out_channels: how many maps go in, and how many filters there are.
    kernel_size: pixels a filter spans, one number or (vertical, horizontal), as all settings here.
    stride: pixels from one window to the next.
    padding: pixels of zeros on each side; "same" keeps the size (stride 1), "valid" adds none.
    dilation: pixels from one tap of the filter to the next.
    groups: channels are cut into so many groups that do not see each other; in_channels makes it depthwise.
    bias: whether a number is added to each output channel.
    rng: a NumPy generator, from which the first weights are drawn; needed.
    init: (shape, rng=) -> array of first weights.

    `weight` is (out_channels, in_channels / groups, kh, kw), `bias` (out_channels,).
    h' = (h + 2 padding - dilation (kh - 1) - 1) // stride + 1; ValueError where nothing is left of the image.

    >>> layer = Conv2d(1, 6, 5, padding=2, rng=np.random.default_rng(0))
    >>> layer(np.zeros((32, 1, 28, 28), np.float32)).shape
    (32, 6, 28, 28)
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Pair, stride: Pair = 1, padding: Pair | str = 0,
        dilation: Pair = 1, groups: int = 1, bias: bool = True, *, rng: Rng = None, init: Callable = msr,
    ) -> None:  # fmt: skip
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, rng, init)

    def forward(self, x: Like) -> Tensor:
        """(n, in_channels, h, w) -> (n, out_channels, h', w')."""
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """Filters slid over sequences: (n, in_channels, w) -> (n, out_channels, w'). Waibel et al. 1989.

    The arguments are those of `Conv2d`, one number each; `weight` is (out_channels, in_channels / groups, k).
    """

    axes = 1

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int | str = 0,
        dilation: int = 1, groups: int = 1, bias: bool = True, *, rng: Rng = None, init: Callable = msr,
    ) -> None:  # fmt: skip
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, rng, init)

    def forward(self, x: Like) -> Tensor:
        """(n, in_channels, w) -> (n, out_channels, w')."""
        return F.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class ConvTranspose2d(_Conv):
    """The gradient of a convolution as a layer, small images to large: (n, in_channels, h, w) -> (n, out_channels, h',
    w'). Zeiler et al. 2010.

    kernel_size: pixels that one pixel of the input is spread over.
    stride: pixels from one such window of the output to the next.
    padding: pixels cut off on each side of the output.
    output_padding: pixels added at its end, to choose among sizes that a convolution maps to one.
    The other arguments are those of `Conv2d`; `weight` is (in_channels, out_channels / groups, kh, kw).

    h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1.
    """

    transposed = True

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0,
        output_padding: Pair = 0, groups: int = 1, bias: bool = True, dilation: Pair = 1, *, rng: Rng = None,
        init: Callable = msr,
    ) -> None:  # fmt: skip
        settings = (kernel_size, stride, padding, dilation, groups, bias, rng, init, output_padding)
        super().__init__(in_channels, out_channels, *settings)

    def forward(self, x: Like) -> Tensor:
        """(n, in_channels, h, w) -> (n, out_channels, h', w')."""
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )


class ConvTranspose1d(_Conv):
    """The gradient of a convolution of sequences as a layer: (n, in_channels, w) -> (n, out_channels, w').

    The arguments are those of `ConvTranspose2d`, one number each; `weight` is (in_channels, out_channels / groups, k).
    """

    axes, transposed = 1, True

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0,
        output_padding: int = 0, groups: int = 1, bias: bool = True, dilation: int = 1, *, rng: Rng = None,
        init: Callable = msr,
    ) -> None:  # fmt: skip
        settings = (kernel_size, stride, padding, dilation, groups, bias, rng, init, output_padding)
        super().__init__(in_channels, out_channels, *settings)

    def forward(self, x: Like) -> Tensor:
        """(n, in_channels, w) -> (n, out_channels, w')."""
        return F.conv_transpose1d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )


def _kernel(name: str, kernel_size: Any, groups: int, *channels: int, axes: int = 2) -> tuple[int, ...]:
    """The kernel's sizes, when they and the channels are possible."""
    for n in channels:
        whole(n, "the number of channels", least=1, name=name)
    group_sizes(channels[0], channels[1], groups, name=name)
    return pair(kernel_size, "kernel_size", least=1, name=name, axes=axes)


class LocallyConnected2d(Module):
    """Like Conv2d, but without sharing: every output position has filters of its own, so the input size is fixed.

    input_size: (h, w) of the images. The other arguments are those of `Conv2d`.

    `weight` is (h', w', out_channels, in_channels, kh, kw), `bias` (out_channels, h', w').
    """

    _shows = "weight {0.weight.shape}, stride={0.stride}, padding={0.padding}"

    def __init__(
        self, in_channels: int, out_channels: int, input_size: Pair, kernel_size: Pair, stride: Pair = 1,
        padding: Pair = 0, bias: bool = True, *, rng: Rng = None, init: Callable = msr,
    ) -> None:  # fmt: skip
        self.stride, self.padding = stride, padding
        name = "LocallyConnected2d"
        rng = generator(name, rng)
        kernel = _kernel(name, kernel_size, 1, in_channels, out_channels)
        places = output_shape(pair(input_size, "input_size", least=1, name=name), kernel, stride, padding, name=name)
        filters = [init((out_channels, in_channels, *kernel), rng=rng) for _ in range(math.prod(places))]
        self.weight = Parameter(np.stack(filters).reshape(*places, out_channels, in_channels, *kernel))
        self.bias = zeros(out_channels, *places) if bias else None

    def forward(self, x: Like) -> Tensor:
        """(n, in_channels, h, w) -> (n, out_channels, h', w')."""
        return F.locally_connected2d(x, self.weight, self.bias, self.stride, self.padding)


class Embedding(Module):
    """A table of vectors that are learned: integers (...) -> (..., embedding_dim).

    num_embeddings: how many rows; the integers are 0 to num_embeddings - 1.
    embedding_dim: how long each vector is.
    padding_idx: a row that is zero and learns nothing, for what fills up short sequences.
    rng: a NumPy generator; the vectors start from the standard normal distribution. Needed.
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None, *, rng: Rng = None
    ) -> None:
        rng = generator("Embedding", rng)
        num_embeddings = whole(num_embeddings, "num_embeddings", least=0, name="Embedding")
        embedding_dim = whole(embedding_dim, "embedding_dim", least=0, name="Embedding")
        if padding_idx is not None:
            padding_idx = whole(padding_idx, "padding_idx", name="Embedding")
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise IndexError(f"Embedding: padding_idx must be a row in 0..{num_embeddings - 1}, got {padding_idx}")
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        table = rng.standard_normal((num_embeddings, embedding_dim)).astype(np.float32)
        if padding_idx is not None:
            table[padding_idx] = 0
        self.weight = Parameter(table)

    def extra_repr(self) -> str:
        """Rows, their length, and the row that is zero, if there is one."""
        zero = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{zero}"

    def forward(self, x: Like) -> Tensor:
        """Integers (...) -> (..., embedding_dim)."""
        return F.embedding(x, self.weight, self.padding_idx)
