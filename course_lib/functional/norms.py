"""Normalisation that does not mix samples: by mean and deviation over different axes, by length, by angle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course_lib.arithmetic import whole
from course_lib.autograd.dtypes import one_dtype
from course_lib.autograd.tensor import Like, Tensor, apply, as_tensor
from course_lib.ops import norm as norm_ops


def _affine(name: str, out: Tensor, weight: Any, bias: Any, shape: tuple[int, ...], behind: int = 0) -> Tensor:
    """out * weight + bias, both of `shape`; `out` has `behind` more axes behind."""
    weight, bias = (_learned(name, what, p, shape, behind) for what, p in (("weight", weight), ("bias", bias)))
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _learned(name: str, what: str, values: Any, shape: tuple[int, ...], behind: int) -> Tensor | None:
    if values is None:
        return None
    values = as_tensor(values)
    if values.shape != shape:
        raise ValueError(f"{name}: {what} must have shape {shape}, got {values.shape}")
    return values.reshape(shape + (1,) * behind)


def layer_norm(
    input: Like, normalized_shape: Any, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5
) -> Tensor:
    """Every sample standardised over its last axes, then times weight, plus bias. Ba, Kiros and Hinton 2016.

    normalized_shape: sizes of those last axes, a number or a tuple.
    weight, bias: of that shape, or None.
    eps: added to the variance before its root.
    """
    input, shape = _last_axes("layer_norm", input, normalized_shape)
    input = one_dtype("layer_norm", input, weight, bias)
    out = apply(norm_ops.standardise, input, axes=tuple(range(-len(shape), 0)), eps=eps)
    return _affine("layer_norm", out, weight, bias, shape)


def _last_axes(name: str, input: Like, normalized_shape: Any) -> tuple[Tensor, tuple[int, ...]]:
    input = as_tensor(input)
    shape = tuple(normalized_shape) if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ValueError(f"{name}: the last axes must be {shape}, got input of shape {input.shape}")
    return input, shape


def rms_norm(input: Like, normalized_shape: Any, weight: Like | None = None, eps: float | None = None) -> Tensor:
    """Every sample over the root of the mean square of its last axes, then times weight. Zhang and Sennrich 2019.

    normalized_shape, weight: as in `layer_norm`.
    eps: added to the mean square; unless given, the smallest step above 1 of the input's dtype.

    Any shape that ends in `normalized_shape`, unchanged.
    """
    input, shape = _last_axes("rms_norm", input, normalized_shape)
    input = one_dtype("rms_norm", input, weight)
    input = input if input.dtype.kind == "f" else input.float()
    eps = float(np.finfo(input.dtype).eps) if eps is None else eps
    scale = ((input * input).mean(tuple(range(-len(shape), 0)), keepdim=True) + eps) ** -0.5
    return _affine("rms_norm", input * scale, weight, None, shape)


def group_norm(
    input: Like, num_groups: int, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5
) -> Tensor:
    """Every sample (n, c, ...) standardised over each group of channels, then times weight, plus bias. Wu and He 2018.

    num_groups: how many groups; it divides c.
    weight, bias: (c,), or None.
    eps: added to the variance before its root.
    """
    input = as_tensor(input)
    groups = whole(num_groups, "num_groups", name="group_norm")
    if input.ndim < 2 or groups < 1 or input.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: num_groups must divide the channels of (n, c, ...), got {num_groups} and {input.shape}"
        )
    n, c, *rest = one_dtype("group_norm", input, weight, bias).shape
    groups = input.reshape(n, num_groups, c // num_groups * math.prod(rest))
    out = apply(norm_ops.standardise, groups, axes=(2,), eps=eps)
    return _affine("group_norm", out.reshape(input.shape), weight, bias, (c,), len(rest))


def instance_norm(input: Like, *, weight: Like | None = None, bias: Like | None = None, eps: float = 1e-5) -> Tensor:
    """Every channel of every sample (n, c, ...) standardised, then times weight, plus bias. Ulyanov et al. 2016.

    weight, bias: (c,), or None.
    eps: added to the variance before its root.
    """
    input = as_tensor(input)
    if input.ndim < 3 or math.prod(input.shape[2:]) == 1:
        raise ValueError(f"instance_norm: needs (n, c, ...) with more than one value per channel, got {input.shape}")
    return group_norm(input, input.shape[1], weight, bias, eps)


def normalize(input: Like, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Vectors along `dim` over their p-norm, so that they have length 1.

    dim: the axis of the vectors' components.
    eps: the least that is divided by.

    >>> normalize([[3.0, 4.0]])
    Tensor([[0.6, 0.8]])
    """
    input = as_tensor(input)
    return input / input.norm(p, dim, keepdim=True).clip(min=eps)


def cosine_similarity(x1: Like, x2: Like, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along `dim`: 1 for one direction, 0 for a right angle, -1 for opposites.

    x1, x2: shapes broadcast; `dim` goes, counted in the broadcast shape.
    eps: the least length that is divided by.
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    try:
        shape = np.broadcast_shapes(x1.shape, x2.shape)
    except ValueError:
        raise ValueError(f"cosine_similarity: shapes must broadcast, got {x1.shape} and {x2.shape}") from None
    x1, x2 = x1.expand(shape), x2.expand(shape)
    lengths = [x.norm(2, dim, keepdim=True).clip(min=eps) for x in (x1, x2)]
    return (x1 / lengths[0] * (x2 / lengths[1])).sum(dim)
