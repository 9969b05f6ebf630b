"""Batch, layer and group normalisation as functions: the same formula over different axes."""

import math

import numpy as np

from course_lib import norm_ops
from course_lib.tensor import apply, as_array, as_tensor


def _standardised(input, axes, eps):
    """Mean 0 and variance 1 over `axes`, and the mean and biased variance that did it (arrays, axes kept)."""
    x = input.data
    mean = x.mean(axis=axes, keepdims=True)
    var = np.square(x - mean).mean(axis=axes, keepdims=True)
    return apply(norm_ops.standardise, input, axes=axes, mean=mean, var=var, eps=eps), mean, var


def _affine(out, weight, bias, shape):
    """out * weight + bias, each broadcast from `shape`."""
    if weight is not None:
        out = out * as_tensor(weight).reshape(shape)
    return out if bias is None else out + as_tensor(bias).reshape(shape)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Every sample standardised over its last axes, which must have `normalized_shape`. Ba, Kiros and Hinton 2016."""
    input = as_tensor(input)
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or input.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm: the last axes must be {shape}, got input of shape {input.shape}")
    out, _, _ = _standardised(input, tuple(range(-len(shape), 0)), eps)
    return _affine(out, weight, bias, shape)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Every sample (n, c, ...) standardised over each of `num_groups` groups of channels. Wu and He 2018."""
    input = as_tensor(input)
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: num_groups must divide the channels of (n, c, ...), got {num_groups} and {input.shape}"
        )
    n, c, *rest = input.shape
    out, _, _ = _standardised(input.reshape(n, num_groups, c // num_groups * math.prod(rest)), (2,), eps)
    return _affine(out.reshape(input.shape), weight, bias, (c, *[1] * len(rest)))


def batch_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """Every channel of (n, c) or (n, c, ...) standardised over the batch and all places. Ioffe and Szegedy 2015.

    Training uses the batch's statistics and moves the running ones (Tensors or arrays, in place) by `momentum`
    towards them, the variance with n - 1; evaluation uses the running ones.
    """
    input = as_tensor(input)
    if input.ndim < 2:
        raise ValueError(f"batch_norm: needs (n, c) or (n, c, ...), got shape {input.shape}")
    along = (input.shape[1], *[1] * (input.ndim - 2))
    if not training and (running_mean is None or running_var is None):
        raise ValueError("batch_norm: evaluation needs running_mean and running_var, got None")
    if not training:
        scale = 1 / np.sqrt(as_array(running_var).reshape(along) + eps)
        return _affine((input - as_array(running_mean).reshape(along)) * scale, weight, bias, along)
    axes = (0, *range(2, input.ndim))
    count = input.numel() // input.shape[1]
    if count < 2:
        raise ValueError(
            f"batch_norm: training needs more than one value per channel, got input of shape {input.shape}"
        )
    out, mean, var = _standardised(input, axes, eps)
    for running, now in ((running_mean, mean), (running_var, var * (count / (count - 1)))):
        if running is not None:
            array = as_array(running)
            array += momentum * (now.reshape(-1).astype(array.dtype) - array)
    return _affine(out, weight, bias, along)
