"""Layers with nothing but settings: activations, dropout, flattening; `course_lib/functional` computes them.

Each takes any shape and leaves it as it is, unless it says otherwise.
"""

from __future__ import annotations

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import number, whole
from course_lib.autograd.tensor import Like, Tensor, as_tensor
from course_lib.nn.init import generator
from course_lib.nn.module import Module


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.relu(x)


class LeakyReLU(Module):
    """x where positive, else negative_slope * x: no unit is ever dead. Maas et al. 2013.

    negative_slope: the slope on the left of 0.
    """

    _shows = "negative_slope={0.negative_slope}"

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.leaky_relu(x, self.negative_slope)


class ELU(Module):
    """x where positive, else alpha (exp(x) - 1), which levels off. Clevert, Unterthiner and Hochreiter 2015.

    alpha: how far below 0 it goes.
    """

    _shows = "alpha={0.alpha}"

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.elu(x, self.alpha)


class Softplus(Module):
    """log(1 + exp(beta x)) / beta, a ReLU without a kink. Dugas et al. 2001.

    beta: how sharp the bend is.
    threshold: where beta x is larger, x itself.
    """

    _shows = "beta={0.beta}, threshold={0.threshold}"

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta, self.threshold = beta, threshold

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.softplus(x, self.beta, self.threshold)


class GELU(Module):
    """x times the normal distribution function at x. Hendrycks and Gimpel 2016.

    approximate: "none", or "tanh" for the cheaper formula.
    """

    _shows = "approximate={0.approximate!r}"

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = approximate

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.gelu(x, self.approximate)


class SiLU(Module):
    """x times sigmoid(x), also called swish. Elfwing et al. 2018."""

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.silu(x)


class Tanh(Module):
    """Hyperbolic tangent."""

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.sigmoid(x)


class Softmax(Module):
    """exp(x) over its sum: scores as probabilities. Not before `CrossEntropyLoss`, which wants the logits.

    dim: the axis of the classes, 1 for logits (n, classes).
    """

    _shows = "dim={0.dim}"

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.softmax(x, self.dim)


class LogSoftmax(Module):
    """Logarithms of softmax, for `NLLLoss` behind it.

    dim: the axis of the classes, 1 for logits (n, classes).
    """

    _shows = "dim={0.dim}"

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.log_softmax(x, self.dim)


class Dropout(Module):
    """In training each number is 0 with probability p, the others are divided by 1 - p. Srivastava et al. 2014.

    p: the probability to drop, from 0 to 1.
    rng: the NumPy generator it draws from; needed.
    """

    _shows = "p={0.p}"

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        name = type(self).__name__
        if not 0 <= number(p, "p", name=name) <= 1:
            raise ValueError(f"{name}: p must be a probability in [0, 1], got {p}")
        self.p, self.rng = p, generator(name, rng)

    def forward(self, x: Like) -> Tensor:
        """Any shape, unchanged."""
        return F.dropout(x, self.p, self.training, rng=self.rng)


class Dropout2d(Dropout):
    """In training each whole channel of images (n, c, h, w) is 0 with probability p. Tompson et al. 2015.

    p, rng: as in `Dropout`.
    """

    def forward(self, x: Like) -> Tensor:
        """(n, c, h, w), unchanged."""
        return F.dropout2d(x, self.p, self.training, rng=self.rng)


class Flatten(Module):
    """Several axes as one, (n, c, h, w) -> (n, c * h * w): what stands between convolutions and linear layers.

    start_dim, end_dim: the first and the last axis that are joined.
    """

    _shows = "start_dim={0.start_dim}, end_dim={0.end_dim}"

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = whole(start_dim, "start_dim", name="Flatten")
        self.end_dim = whole(end_dim, "end_dim", name="Flatten")

    def forward(self, x: Like) -> Tensor:
        """(n, ...) -> (n, all the rest), unless start_dim and end_dim say otherwise."""
        return as_tensor(x).flatten(self.start_dim, self.end_dim)


class Identity(Module):
    """Its input."""

    def forward(self, x: Like) -> Like:
        """Any shape, unchanged."""
        return x
