"""Activations: what stands between the layers, element by element or along one axis. The shape stays."""

from __future__ import annotations

from course_lib.arithmetic import whole
from course_lib.autograd.shapes import one_axis
from course_lib.autograd.tensor import Like, Tensor, apply, as_tensor
from course_lib.ops import elementwise
from course_lib.ops import reduce as reduce_ops


def relu(input: Like) -> Tensor:
    """max(x, 0): 0 where x is negative; gradient 0 at 0.

    >>> relu([-1.0, 0.0, 2.0])
    Tensor([0., 0., 2.])
    """
    return apply(elementwise.relu, input)


def leaky_relu(input: Like, negative_slope: float = 0.01) -> Tensor:
    """x where positive, else negative_slope * x: no unit is ever dead. Maas et al. 2013.

    negative_slope: the slope on the left of 0.

    Element by element: any shape, unchanged.
    """
    return apply(elementwise.leaky_relu, input, negative_slope=negative_slope)


def elu(input: Like, alpha: float = 1.0) -> Tensor:
    """x where positive, else alpha (exp(x) - 1). Clevert et al. 2015.

    alpha: how far below 0 it goes on the left.
    """
    return apply(elementwise.elu, input, alpha=alpha)


def gelu(input: Like, approximate: str = "none") -> Tensor:
    """x times the normal distribution function at x: a smooth ReLU that dips below 0. Hendrycks and Gimpel 2016.

    approximate: "none", or "tanh" for the cheaper formula with tanh.

    Element by element: any shape, unchanged.
    """
    return apply(elementwise.gelu, input, approximate=approximate)


def silu(input: Like) -> Tensor:
    """x times sigmoid(x), also called swish: a smooth ReLU that dips below 0. Elfwing et al. 2018."""
    return apply(elementwise.silu, input)


def softplus(input: Like, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta x)) / beta: a smooth ReLU.

    beta: the larger, the nearer to ReLU.
    threshold: where beta x is larger, the result is x itself.

    Element by element: any shape, unchanged.
    """
    return apply(elementwise.softplus, input, beta=beta, threshold=threshold)


def sigmoid(input: Like) -> Tensor:
    """1 / (1 + exp(-x)), between 0 and 1: a logit as a probability. Element by element: any shape, unchanged."""
    return apply(elementwise.sigmoid, input)


def tanh(input: Like) -> Tensor:
    """Hyperbolic tangent, between -1 and 1. Element by element: any shape, unchanged."""
    return apply(elementwise.tanh, input)


def maxout(input: Like, pieces: int, dim: int = 1) -> Tensor:
    """The largest of every `pieces` neighbouring units along `dim`: (n, k pieces) -> (n, k). Goodfellow et al. 2013.

    pieces: how many units share one result; it must divide their number.
    dim: the axis of the units.
    """
    input = as_tensor(input)
    axis = one_axis("maxout", dim, input.ndim)
    if axis is None:
        raise ValueError("maxout: needs an axis of units, got a Tensor without axes")
    n = input.shape[axis]
    if whole(pieces, "pieces", name="maxout") < 1 or n % pieces:
        raise ValueError(f"maxout: pieces must divide the {n} units along dim {dim}, got {pieces}")
    groups = input.reshape((*input.shape[:axis], n // pieces, pieces, *input.shape[axis + 1 :]))
    return groups.max(axis + 1).values


def softmax(input: Like, dim: int) -> Tensor:
    """exp(x) over its sum along `dim`: logits as probabilities that add up to 1, without overflow.

    dim: the axis of the classes, 1 for logits (n, classes).

    >>> softmax([[0.0, 0.0], [1000.0, 0.0]], dim=1)
    Tensor([[0.5, 0.5],
            [1. , 0. ]])
    """
    input = as_tensor(input)
    return apply(reduce_ops.softmax, input, axis=one_axis("softmax", dim, input.ndim))


def log_softmax(input: Like, dim: int) -> Tensor:
    """The logarithm of softmax along `dim`, without overflow or log(0).

    dim: the axis of the classes, 1 for logits (n, classes).
    """
    input = as_tensor(input)
    return apply(reduce_ops.log_softmax, input, axis=one_axis("log_softmax", dim, input.ndim))
