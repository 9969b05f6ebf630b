"""Every input meets every output: linear maps, tables of vectors, attention; and dropout, which thins them."""

from __future__ import annotations

import math

import numpy as np

from course_lib.arithmetic import number, whole
from course_lib.autograd.dtypes import one_dtype
from course_lib.autograd.tensor import Like, Tensor, apply, as_array, as_tensor
from course_lib.functional.activations import softmax
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import shape as shape_ops


def linear(input: Like, weight: Like, bias: Like | None = None) -> Tensor:
    """input @ weight.T + bias, an affine map of the last axis: (..., d_in) -> (..., d_out).

    weight: (d_out, d_in), one row per output.
    bias: (d_out,), or None for none.

    ValueError where sizes do not fit, TypeError where input and weight are floats of two kinds.
    """
    input, weight = as_tensor(input), as_tensor(weight)
    if weight.ndim != 2 or input.ndim == 0 or input.shape[-1] != weight.shape[1]:
        raise ValueError(_misfit(input.shape, weight.shape))
    input = one_dtype("linear", input, weight, bias)
    if bias is None:
        return input @ weight.T
    bias = as_tensor(bias)
    if bias.shape != weight.shape[:1]:
        raise ValueError(f"linear: bias must have shape {weight.shape[:1]}, one number per output, got {bias.shape}")
    return apply(matrix_ops.linear, input, weight, bias)


def _misfit(shape: tuple[int, ...], weight: tuple[int, ...]) -> str:
    sentence = f"linear: needs input (..., d_in) and weight (d_out, d_in), got {shape} and {weight}"
    if len(weight) != 2 or not shape:
        return sentence
    sentence += f": {shape[-1]} against {weight[1]}"
    if len(shape) > 2 and math.prod(shape[1:]) == weight[1]:
        return f"{sentence}; write x.flatten(1), or nn.Flatten() before the layer"
    if math.prod(shape) == weight[1]:
        return f"{sentence}; write x.reshape(1, -1)"
    return f"{sentence}; the weight is transposed" if shape[-1] == weight[0] else sentence


def embedding(input: Like, weight: Like, padding_idx: int | None = None) -> Tensor:
    """Rows of a table for integers of any shape: (...) -> (..., d).

    input: row numbers, 0 to rows - 1.
    weight: the table, (rows, d).
    padding_idx: a row that learns nothing, for what fills up short sequences.
    """
    indices, weight = as_array(input), as_tensor(weight)
    if weight.ndim != 2:
        raise ValueError(f"embedding: weight must have shape (rows, d), got {weight.shape}")
    rows = weight.shape[0]
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: indices must be integers, got dtype {indices.dtype}")
    if indices.size and not (indices.min() >= 0 and indices.max() < rows):
        raise IndexError(f"embedding: indices must be in 0..{rows - 1}, got {indices.min()} to {indices.max()}")
    if padding_idx is not None and not -rows <= whole(padding_idx, "padding_idx", name="embedding") < rows:
        raise IndexError(f"embedding: padding_idx must be a row in 0..{rows - 1}, got {padding_idx}")
    if padding_idx is not None:
        padding_idx %= rows
    return apply(shape_ops.embedding, weight, indices=indices, padding_idx=padding_idx)


def one_hot(input: Like, num_classes: int = -1) -> Tensor:
    """Integers of any shape as rows with a single 1: (...) -> (..., num_classes), integer dtype, no gradient.

    num_classes: how long a row is; -1 for the largest label + 1.

    >>> one_hot([0, 2], 3)
    Tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    labels = as_array(input)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"one_hot: labels must be integers, got dtype {labels.dtype}")
    num_classes = whole(num_classes, "num_classes", least=-1, name="one_hot")
    if num_classes == -1:
        num_classes = int(labels.max(initial=-1)) + 1
    if labels.size and labels.min() < 0:
        raise ValueError(f"one_hot: labels must be at least 0, got {labels.min()}")
    if labels.size and labels.max() >= num_classes:
        raise ValueError(f"one_hot: labels must be in 0..{num_classes - 1}, got {labels.min()} to {labels.max()}")
    return Tensor((labels[..., None] == np.arange(num_classes)).astype(np.int64))


def dropout(input: Like, p: float = 0.5, training: bool = True, *, rng: np.random.Generator | None = None) -> Tensor:
    """Each number 0 with probability p, the others over 1 - p, so that the mean stays. Srivastava et al. 2014.

    p: the probability to drop, from 0 to 1.
    training: False gives the input unchanged.
    rng: a NumPy generator, needed in training.

    Any shape, unchanged.
    """
    return _dropped("dropout", as_tensor(input), p, training, rng, as_array(input).shape)


def dropout2d(input: Like, p: float = 0.5, training: bool = True, *, rng: np.random.Generator | None = None) -> Tensor:
    """Dropout of whole channels of images (n, c, h, w) or (c, h, w): neighbouring pixels say the same. Tompson et al.
    2015. The arguments are those of `dropout`."""
    input = as_tensor(input)
    if input.ndim not in (3, 4):
        raise ValueError(f"dropout2d: input must have the axes (n, c, h, w) or (c, h, w), got shape {input.shape}")
    return _dropped("dropout2d", input, p, training, rng, (*input.shape[:-2], 1, 1))


def _dropped(
    name: str, input: Tensor, p: float, training: bool, rng: np.random.Generator | None, shape: tuple[int, ...]
) -> Tensor:
    """Dropout with one decision for every place of `shape`."""
    if not 0 <= number(p, "p", name=name) <= 1:
        raise ValueError(f"{name}: p must be a probability in [0, 1], got {p}")
    if input.dtype.kind != "f":
        raise TypeError(f"{name}: needs floats, got dtype {input.dtype}")
    if not training or p == 0:
        return input
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{name}: needs rng=, a NumPy generator, rng = np.random.default_rng(0) once, got {rng!r}")
    same = shape == input.shape
    keep = np.empty_like(input.data) if same else np.empty(shape, input.dtype)  # in the memory order of the input
    keep[...] = rng.random(shape, dtype=np.float32) >= p
    if p < 1:
        keep /= 1 - p
    return input * keep


def scaled_dot_product_attention(
    query: Like,
    key: Like,
    value: Like,
    attn_mask: Like | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    *,
    rng: np.random.Generator | None = None,
) -> Tensor:
    """softmax(query @ key.T * scale) @ value: (..., l, d), (..., s, d), (..., s, v) -> (..., l, v).

    attn_mask: broadcasts to (..., l, s); booleans say who may be looked at, floats are added to the scores. Who may
        look at nobody gets zeros.
    dropout_p: the probability to drop a weight, with `rng` a NumPy generator; 0 outside training.
    is_causal: nobody looks at what comes later.
    scale: 1 / sqrt(d) unless given. Vaswani et al. 2017, "Attention is all you need".
    """
    query, key, value = as_tensor(query), as_tensor(key), as_tensor(value)
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ValueError(
            f"scaled_dot_product_attention: query, key and value must be (..., steps, features), "
            f"got {query.shape}, {key.shape} and {value.shape}"
        )
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"scaled_dot_product_attention: query and key need as many features, key and value as many steps, "
            f"got {query.shape}, {key.shape} and {value.shape}"
        )
    scores = query @ key.transpose(-2, -1) * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if is_causal:
        if attn_mask is not None:
            raise ValueError("scaled_dot_product_attention: give attn_mask or is_causal, got both")
        attn_mask = np.tri(*scores.shape[-2:], dtype=bool)
    if attn_mask is not None:
        scores = _masked(scores, as_tensor(attn_mask))
    weights = _attended(scores)
    dropped = number(dropout_p, "dropout_p", name="scaled_dot_product_attention")
    return dropout(weights, dropped, rng=rng) @ value if dropped else weights @ value


def _masked(scores: Tensor, mask: Tensor) -> Tensor:
    """Scores with -inf where nobody may look, or with the mask added."""
    name = "scaled_dot_product_attention"
    if mask.dtype.kind not in "fb":
        raise TypeError(f"{name}: attn_mask must hold booleans or floats, got {mask.dtype}; write mask.astype(bool)")
    if mask.ndim > scores.ndim or any(
        n not in (1, m) for n, m in zip(mask.shape[::-1], scores.shape[::-1], strict=False)
    ):
        raise ValueError(f"{name}: attn_mask must broadcast to the scores {scores.shape}, got shape {mask.shape}")
    return apply(elementwise.where, scores, -math.inf, condition=mask.data) if mask.dtype == bool else scores + mask


def _attended(scores: Tensor) -> Tensor:
    """Softmax of the scores along the last axis; zeros where all are -inf, and no gradient."""
    blind = np.isneginf(scores.data).all(-1, keepdims=True)
    if not blind.any():
        return softmax(scores, -1)
    safe = apply(elementwise.where, 0.0, scores, condition=blind)
    return apply(elementwise.where, 0.0, softmax(safe, -1), condition=np.broadcast_to(blind, scores.shape))
