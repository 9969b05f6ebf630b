"""Named functions on Tensors: `import course_lib.functional as F`, then `F.relu(x)`. Names and arguments are
torch's.

Inputs may be Tensors, arrays or numbers. Losses and the convolution family stand in their own files and are
listed here.
"""

from course_lib import matrix_ops, ops, reduce_ops, shape_ops
from course_lib.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    contrastive_loss,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    multi_margin_loss,
    nll_loss,
    perceptron_loss,
    triplet_margin_loss,
)
from course_lib.tensor import apply, as_array, as_tensor
from course_lib.tensor_methods import axis_of

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cat",
    "contrastive_loss",
    "cross_entropy",
    "hinge_loss",
    "huber_loss",
    "l1_loss",
    "linear",
    "log_softmax",
    "maximum",
    "minimum",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "perceptron_loss",
    "relu",
    "sigmoid",
    "softmax",
    "stack",
    "tanh",
    "triplet_margin_loss",
    "where",
]

# ------------------------------------------------------- several Tensors to one


def where(condition, input, other):
    """`input` where `condition` holds, else `other`; all broadcast."""
    return apply(ops.where, input, other, condition=as_array(condition).astype(bool))


def maximum(input, other):
    """The larger of two, element by element; a tie shares the gradient equally."""
    return apply(ops.maximum, input, other)


def minimum(input, other):
    """The smaller of two, element by element; a tie shares the gradient equally."""
    return apply(ops.minimum, input, other)


def cat(tensors, dim=0):
    """Tensors one behind the other along `dim`; their other sizes are equal."""
    tensors = _joined("cat", tensors)
    return apply(shape_ops.concatenate, *tensors, axis=axis_of("cat", dim, tensors[0].ndim))


def stack(tensors, dim=0):
    """Tensors of one shape along a new axis `dim`."""
    tensors = _joined("stack", tensors)
    if len({t.shape for t in tensors}) > 1:
        raise ValueError(f"stack: all Tensors must have one shape, got {[t.shape for t in tensors]}")
    return apply(shape_ops.stack, *tensors, axis=axis_of("stack", dim, tensors[0].ndim + 1))


def _joined(name, tensors):
    tensors = [as_tensor(t) for t in tensors]
    if not tensors:
        raise ValueError(f"{name}: needs at least one Tensor, got none")
    return tensors


# ---------------------------------------------------------------- activations


def relu(input):
    """max(x, 0)."""
    return apply(ops.relu, input)


def sigmoid(input):
    """1 / (1 + exp(-x))."""
    return apply(ops.sigmoid, input)


def tanh(input):
    """Hyperbolic tangent."""
    return apply(ops.tanh, input)


def softmax(input, dim):
    """exp(x) over its sum along `dim`."""
    input = as_tensor(input)
    return apply(reduce_ops.softmax, input, axis=axis_of("softmax", dim, input.ndim))


def log_softmax(input, dim):
    """The logarithm of softmax along `dim`, without overflow."""
    input = as_tensor(input)
    return apply(reduce_ops.log_softmax, input, axis=axis_of("log_softmax", dim, input.ndim))


def linear(input, weight, bias=None):
    """input @ weight.T + bias: (..., d_in), (d_out, d_in), (d_out,) -> (..., d_out)."""
    input, weight = as_tensor(input), as_tensor(weight)
    if weight.ndim != 2 or input.ndim == 0 or input.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear: needs input (..., d_in) and weight (d_out, d_in), got {input.shape} and {weight.shape}"
        )
    if bias is None:
        return input @ weight.T
    bias = as_tensor(bias)
    if bias.shape != weight.shape[:1]:
        raise ValueError(f"linear: bias must have shape {weight.shape[:1]}, one number per output, got {bias.shape}")
    return apply(matrix_ops.linear, input, weight, bias)
