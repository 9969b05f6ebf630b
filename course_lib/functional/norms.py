"""Layer and group normalisation as functions: one formula over different axes; batch norm is `convolution.py`'s."""

import math

from course_lib.autograd.tensor import apply, as_tensor, one_dtype
from course_lib.ops import norm as norm_ops


def _affine(name, out, weight, bias, shape, behind=0):
    """out * weight + bias, both of `shape`; `out` has `behind` more axes behind."""
    weight, bias = (_learned(name, what, p, shape, behind) for what, p in (("weight", weight), ("bias", bias)))
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _learned(name, what, values, shape, behind):
    if values is None:
        return None
    values = as_tensor(values)
    if values.shape != shape:
        raise ValueError(f"{name}: {what} must have shape {shape}, got {values.shape}")
    return values.reshape(shape + (1,) * behind)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Every sample standardised over its last axes, which must have `normalized_shape`. Ba, Kiros and Hinton 2016."""
    input = as_tensor(input)
    shape = tuple(normalized_shape) if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm: the last axes must be {shape}, got input of shape {input.shape}")
    input = one_dtype("layer_norm", input, weight, bias)
    out = apply(norm_ops.standardise, input, axes=tuple(range(-len(shape), 0)), eps=eps)
    return _affine("layer_norm", out, weight, bias, shape)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Every sample (n, c, ...) standardised over each of `num_groups` groups of channels. Wu and He 2018."""
    input = as_tensor(input)
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: num_groups must divide the channels of (n, c, ...), got {num_groups} and {input.shape}"
        )
    n, c, *rest = one_dtype("group_norm", input, weight, bias).shape
    groups = input.reshape(n, num_groups, c // num_groups * math.prod(rest))
    out = apply(norm_ops.standardise, groups, axes=(2,), eps=eps)
    return _affine("group_norm", out.reshape(input.shape), weight, bias, (c,), len(rest))
