"""Layers: what owns weights, and what only has a setting. What they compute stands in `course_lib/functional`.

Arguments are torch's. Weights start from MSR (or another `init`) and biases at zero; `rng` is a NumPy generator, so
that a network is a function of its seed. Parameters are float32; `module.double()` makes them float64.
"""

import math

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import group_sizes, output_shape, pair, whole
from course_lib.nn.init import msr
from course_lib.nn.module import Module, Parameter


def zeros(*shape):
    """A Parameter of float32 zeros."""
    return Parameter(np.zeros(shape, dtype=np.float32))


def ones(*shape):
    """A Parameter of float32 ones."""
    return Parameter(np.ones(shape, dtype=np.float32))


class Linear(Module):
    """y = x @ weight.T + bias, from x (..., in_features) to y (..., out_features); weight (out, in)."""

    def __init__(self, in_features, out_features, bias=True, *, rng, init=msr):
        out_features = whole(out_features, "out_features", least=0, name="Linear")
        in_features = whole(in_features, "in_features", least=0, name="Linear")
        self.weight = Parameter(init((out_features, in_features), rng=rng))
        self.bias = zeros(out_features) if bias else None

    def forward(self, x):
        """(..., in_features) -> (..., out_features)."""
        return F.linear(x, self.weight, self.bias)


class Conv2d(Module):
    """Filters slid over images (n, c, h, w); weight (out, in / groups, kh, kw). LeCun et al. 1989."""

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, *, rng,
        init=msr,
    ):  # fmt: skip
        kernel = _kernel("Conv2d", kernel_size, groups, in_channels, out_channels)
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        self.weight = Parameter(init((out_channels, in_channels // groups, *kernel), rng=rng))
        self.bias = zeros(out_channels) if bias else None

    def forward(self, x):
        """(n, in_channels, h, w) -> (n, out_channels, h', w')."""
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class ConvTranspose2d(Module):
    """The gradient of a convolution as a layer: small images to large; weight (in, out / groups, kh, kw)."""

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,
        dilation=1, *, rng, init=msr,
    ):  # fmt: skip
        kernel = _kernel("ConvTranspose2d", kernel_size, groups, in_channels, out_channels)
        self.stride, self.padding, self.output_padding = stride, padding, output_padding
        self.groups, self.dilation = groups, dilation
        self.weight = Parameter(init((in_channels, out_channels // groups, *kernel), rng=rng))
        self.bias = zeros(out_channels) if bias else None

    def forward(self, x):
        """(n, in_channels, h, w) -> (n, out_channels, h', w')."""
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )


def _kernel(name, kernel_size, groups, *channels):
    """The kernel's (height, width), when it and the channels are possible sizes."""
    for n in channels:
        whole(n, "the number of channels", least=1, name=name)
    group_sizes(*channels, groups, name=name)
    return pair(kernel_size, "kernel_size", least=1, name=name)


class LocallyConnected2d(Module):
    """Like Conv2d, but without sharing: every output position has filters of its own, so the input size is fixed."""

    def __init__(
        self, in_channels, out_channels, input_size, kernel_size, stride=1, padding=0, bias=True, *, rng, init=msr
    ):
        self.stride, self.padding = stride, padding
        name = "LocallyConnected2d"
        kernel = _kernel(name, kernel_size, 1, in_channels, out_channels)
        places = output_shape(pair(input_size, "input_size", least=1, name=name), kernel, stride, padding, name=name)
        filters = [init((out_channels, in_channels, *kernel), rng=rng) for _ in range(math.prod(places))]
        self.weight = Parameter(np.stack(filters).reshape(*places, out_channels, in_channels, *kernel))
        self.bias = zeros(out_channels, *places) if bias else None

    def forward(self, x):
        """(n, in_channels, h, w) -> (n, out_channels, h', w')."""
        return F.locally_connected2d(x, self.weight, self.bias, self.stride, self.padding)


class Embedding(Module):
    """A table of vectors: integers (...) -> (..., embedding_dim); starts from the standard normal distribution."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, *, rng):
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise IndexError(f"Embedding: padding_idx must be a row in 0..{num_embeddings - 1}, got {padding_idx}")
        self.padding_idx = padding_idx
        table = rng.standard_normal((num_embeddings, embedding_dim)).astype(np.float32)
        if padding_idx is not None:
            table[padding_idx] = 0
        self.weight = Parameter(table)

    def forward(self, x):
        """Integers (...) -> (..., embedding_dim)."""
        return F.embedding(x, self.weight, self.padding_idx)


class Dropout(Module):
    """In training each number is 0 with probability p, the others divided by 1 - p; draws from its own `rng`."""

    def __init__(self, p=0.5, *, rng):
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p must be a probability in [0, 1], got {p}")
        self.p, self.rng = p, rng

    def forward(self, x):
        """Any shape, unchanged."""
        return F.dropout(x, self.p, self.training, rng=self.rng)


class MaxPool2d(Module):
    """The largest of each window of images (n, c, h, w)."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, *, ceil_mode=False):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.dilation, self.ceil_mode = dilation, ceil_mode

    def forward(self, x):
        """(n, c, h, w) -> (n, c, h', w')."""
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class AvgPool2d(Module):
    """The mean of each window of images (n, c, h, w)."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, x):
        """(n, c, h, w) -> (n, c, h', w')."""
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class Flatten(Module):
    """(n, ...) -> (n, all the rest)."""

    def forward(self, x):
        """One axis for all but the batch."""
        return x.flatten(1)


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x):
        """Any shape, unchanged."""
        return F.relu(x)


class Tanh(Module):
    """Hyperbolic tangent."""

    def forward(self, x):
        """Any shape, unchanged."""
        return F.tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, x):
        """Any shape, unchanged."""
        return F.sigmoid(x)


class Identity(Module):
    """Its input."""

    def forward(self, x):
        """Any shape, unchanged."""
        return x
