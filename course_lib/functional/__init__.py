"""Named functions on Tensors: `import course_lib.functional as F`, then `F.relu(x)`. Names and arguments are
torch's.

Inputs may be Tensors, arrays or numbers. Losses and the convolution family stand in their own files and are
listed here.
"""

import numpy as np

from course_lib.autograd.methods import one_axis
from course_lib.autograd.tensor import Tensor, apply, as_array, as_tensor, one_dtype
from course_lib.functional.arrays import (
    cat,
    einsum,
    flip,
    gather,
    maximum,
    minimum,
    pad,
    repeat_interleave,
    split,
    stack,
    where,
)
from course_lib.functional.convolution import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    batch_norm,
    conv1d,
    conv2d,
    conv_transpose2d,
    fold,
    interpolate,
    local_contrast_norm,
    local_response_norm,
    locally_connected2d,
    max_pool2d,
    max_unpool2d,
    unfold,
)
from course_lib.functional.losses import (
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
from course_lib.functional.norms import group_norm, layer_norm
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import reduce as reduce_ops
from course_lib.ops import shape as shape_ops

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cat",
    "contrastive_loss",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "dropout",
    "einsum",
    "elu",
    "embedding",
    "flip",
    "fold",
    "gather",
    "gelu",
    "group_norm",
    "hinge_loss",
    "huber_loss",
    "interpolate",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "local_contrast_norm",
    "local_response_norm",
    "locally_connected2d",
    "log_softmax",
    "max_pool2d",
    "max_unpool2d",
    "maximum",
    "maxout",
    "minimum",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "one_hot",
    "pad",
    "perceptron_loss",
    "relu",
    "repeat_interleave",
    "sigmoid",
    "softmax",
    "softplus",
    "split",
    "stack",
    "tanh",
    "triplet_margin_loss",
    "unfold",
    "where",
]

# ---------------------------------------------------------------- activations


def relu(input):
    """max(x, 0)."""
    return apply(elementwise.relu, input)


def leaky_relu(input, negative_slope=0.01):
    """x where positive, else negative_slope * x."""
    return apply(elementwise.leaky_relu, input, negative_slope=negative_slope)


def elu(input, alpha=1.0):
    """x where positive, else alpha (exp(x) - 1)."""
    return apply(elementwise.elu, input, alpha=alpha)


def gelu(input, approximate="none"):
    """x times the normal distribution function at x; approximate="tanh" is the cheaper formula."""
    return apply(elementwise.gelu, input, approximate=approximate)


def softplus(input, beta=1.0, threshold=20.0):
    """log(1 + exp(beta x)) / beta, a smooth ReLU; x itself where beta x > threshold."""
    return apply(elementwise.softplus, input, beta=beta, threshold=threshold)


def sigmoid(input):
    """1 / (1 + exp(-x))."""
    return apply(elementwise.sigmoid, input)


def tanh(input):
    """Hyperbolic tangent."""
    return apply(elementwise.tanh, input)


def maxout(input, pieces, dim=1):
    """The largest of every `pieces` neighbouring units along `dim`: (n, k pieces) -> (n, k). Goodfellow et al. 2013."""
    input = as_tensor(input)
    axis = one_axis("maxout", dim, input.ndim)
    n = input.shape[axis]
    if pieces < 1 or n % pieces:
        raise ValueError(f"maxout: pieces must divide the {n} units along dim {dim}, got {pieces}")
    groups = input.reshape((*input.shape[:axis], n // pieces, pieces, *input.shape[axis + 1 :]))
    return groups.max(axis + 1).values


def softmax(input, dim):
    """exp(x) over its sum along `dim`."""
    input = as_tensor(input)
    return apply(reduce_ops.softmax, input, axis=one_axis("softmax", dim, input.ndim))


def log_softmax(input, dim):
    """The logarithm of softmax along `dim`, without overflow."""
    input = as_tensor(input)
    return apply(reduce_ops.log_softmax, input, axis=one_axis("log_softmax", dim, input.ndim))


def linear(input, weight, bias=None):
    """input @ weight.T + bias: (..., d_in), (d_out, d_in), (d_out,) -> (..., d_out)."""
    input, weight = as_tensor(input), as_tensor(weight)
    if weight.ndim != 2 or input.ndim == 0 or input.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear: needs input (..., d_in) and weight (d_out, d_in), got {input.shape} and {weight.shape}"
        )
    input = one_dtype("linear", input, weight, bias)
    if bias is None:
        return input @ weight.T
    bias = as_tensor(bias)
    if bias.shape != weight.shape[:1]:
        raise ValueError(f"linear: bias must have shape {weight.shape[:1]}, one number per output, got {bias.shape}")
    return apply(matrix_ops.linear, input, weight, bias)


def embedding(input, weight, padding_idx=None):
    """Rows of `weight` (rows, d) for integers of any shape: (...) -> (..., d); the row padding_idx learns nothing."""
    indices, weight = as_array(input), as_tensor(weight)
    if weight.ndim != 2:
        raise ValueError(f"embedding: weight must have shape (rows, d), got {weight.shape}")
    rows = weight.shape[0]
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: indices must be integers, got dtype {indices.dtype}")
    if indices.size and not (indices.min() >= 0 and indices.max() < rows):
        raise IndexError(f"embedding: indices must be in 0..{rows - 1}, got {indices.min()} to {indices.max()}")
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise IndexError(f"embedding: padding_idx must be a row in 0..{rows - 1}, got {padding_idx}")
    if padding_idx is not None:
        padding_idx %= rows
    return apply(shape_ops.embedding, weight, indices=indices, padding_idx=padding_idx)


def one_hot(input, num_classes=-1):
    """Integers of any shape as rows with a single 1: (...) -> (..., num_classes), integer dtype, no gradient."""
    labels = as_array(input)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"one_hot: labels must be integers, got dtype {labels.dtype}")
    if num_classes == -1:
        num_classes = int(labels.max(initial=-1)) + 1
    if labels.size and not (labels.min() >= 0 and labels.max() < num_classes):
        raise ValueError(f"one_hot: labels must be in 0..{num_classes - 1}, got {labels.min()} to {labels.max()}")
    return Tensor((labels[..., None] == np.arange(num_classes)).astype(np.int64))


def dropout(input, p=0.5, training=True, *, rng=None):
    """Each number 0 with probability p, the others over 1 - p; unchanged when not training. Srivastava et al. 2014."""
    input = as_tensor(input)
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p must be a probability in [0, 1], got {p}")
    if input.dtype.kind != "f":
        raise TypeError(f"dropout: needs floats, got dtype {input.dtype}")
    if not training or p == 0:
        return input
    if rng is None:
        raise TypeError("dropout: needs rng=, a NumPy generator such as np.random.default_rng(0)")
    keep = np.empty_like(input.data)  # in the memory order of the input
    keep[...] = rng.random(input.shape, dtype=np.float32) >= p
    if p < 1:
        keep /= 1 - p
    return input * keep
