"""The convolution family on Tensors, with torch's names, argument order and defaults; listed in `functional` too.

One image (c, h, w) without a batch axis is taken wherever torch takes it.
"""

import numpy as np

from course_lib.arithmetic import whole
from course_lib.autograd.tensor import apply, as_array, as_tensor, one_dtype
from course_lib.ops import elementwise
from course_lib.ops.batch_norm import batch_norm as _batch_norm
from course_lib.ops.convolution import conv as _conv
from course_lib.ops.convolution import pool, resample
from course_lib.ops.convolution import unfold as _unfold
from course_lib.ops.convolution.local import locally_connected2d as _locally_connected2d
from course_lib.ops.convolution.transposed import conv_transpose2d as _conv_transpose2d
from course_lib.ops.local_response_norm import local_response_norm as _local_response_norm

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "batch_norm",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "fold",
    "interpolate",
    "local_contrast_norm",
    "local_response_norm",
    "locally_connected2d",
    "max_pool2d",
    "max_unpool2d",
    "unfold",
]


def _on_batch(primitive, x, *others, axes=2, **params):
    """Run a primitive that wants a batch axis; a single image gets one for the time being."""
    x = one_dtype(primitive.__name__, x, *others)
    others = [o for o in others if o is not None]
    if x.ndim != axes + 1:
        return apply(primitive, x, *others, **params)
    out = apply(primitive, x.reshape(1, *x.shape), *others, **params)
    return out.reshape(*out.shape[1:])


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Correlate input (n, c, h, w) with weight (f, c/groups, kh, kw), add bias (f,): output (n, f, oh, ow).

    `padding` is a number, a pair, "same" or "valid". ValueError where shapes or geometry do not fit.
    """
    params = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _on_batch(_conv.conv2d, input, weight, bias, **params)


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Correlate input (n, c, w) with weight (f, c/groups, k), add bias (f,): output (n, f, ow)."""
    params = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _on_batch(_conv.conv1d, input, weight, bias, axes=1, **params)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Spread input (n, c, h, w) over windows with weight (c, f/groups, kh, kw), add bias (f,): (n, f, oh, ow)."""
    params = {"stride": stride, "padding": padding, "output_padding": output_padding}
    return _on_batch(_conv_transpose2d, input, weight, bias, **params, groups=groups, dilation=dilation)


def locally_connected2d(input, weight, bias=None, stride=1, padding=0, dilation=1):
    """Like `conv2d`, but every output position has its own weight[y, x] (f, c, kh, kw) and bias[:, y, x]."""
    return _on_batch(_locally_connected2d, input, weight, bias, stride=stride, padding=padding, dilation=dilation)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Largest value of every window of input (n, c, h, w); with `return_indices` also where it stood (int64)."""
    params = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    out = _on_batch(pool.max_pool2d, input, kernel_size=kernel_size, **params)
    if not return_indices:
        return out
    images = as_array(input)
    found = pool.max_indices(images.reshape(-1, *images.shape[-3:]), kernel_size, **params)
    return out, as_tensor(found.reshape(out.shape))


def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Mean of every window of input (n, c, h, w)."""
    params = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode, "count_include_pad": count_include_pad}
    return _on_batch(pool.avg_pool2d, input, kernel_size=kernel_size, **params, divisor_override=divisor_override)


def adaptive_avg_pool2d(input, output_size):
    """Means over a grid of `output_size` cells laid over input (n, c, h, w); 1 is global average pooling."""
    return _on_batch(resample.adaptive_avg_pool2d, input, output_size=output_size)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """Maxima over a grid of `output_size` cells laid over input (n, c, h, w); 1 is global max pooling."""
    out = _on_batch(resample.adaptive_max_pool2d, input, output_size=output_size)
    if not return_indices:
        return out
    images = as_array(input)
    found = resample.adaptive_max_indices(images.reshape(-1, *images.shape[-3:]), output_size)
    return out, as_tensor(found.reshape(out.shape))


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Values of input (n, c, h, w) at the places `max_pool2d(..., return_indices=True)` found, zeros elsewhere."""
    x, indices = as_tensor(input), as_array(indices)
    if x.ndim == 3 and indices.ndim == 3:
        indices = indices[None]
    params = {"stride": stride, "padding": padding, "output_size": output_size}
    return _on_batch(pool.max_unpool2d, x, indices=indices, kernel_size=kernel_size, **params)


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Input (n, c, h, w) at another size; mode "nearest" or "bilinear"."""
    params = {"scale_factor": scale_factor, "mode": mode, "align_corners": align_corners}
    return apply(resample.interpolate, input, size=size, **params)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Windows of input (n, c, h, w) as columns (n, c * kh * kw, windows)."""
    params = {"dilation": dilation, "padding": padding, "stride": stride}
    return _on_batch(_unfold.unfold, input, kernel_size=kernel_size, **params)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns (n, c * kh * kw, windows) added up where their windows stand: (n, c, h, w)."""
    params = {"dilation": dilation, "padding": padding, "stride": stride}
    return _on_batch(_unfold.fold, input, axes=1, output_size=output_size, kernel_size=kernel_size, **params)


def batch_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """Every channel of input (n, c) or (n, c, ...) standardised, times weight (c,), plus bias (c,).

    Training uses the batch's statistics and moves the running ones (Tensors or arrays, in place) by `momentum` towards
    them, the variance with n - 1; evaluation uses the running ones. Ioffe and Szegedy 2015.
    """
    if (running_mean is None) != (running_var is None):
        raise ValueError("batch_norm: running_mean and running_var belong together, got only one of them")
    if weight is None and bias is not None:
        raise ValueError("batch_norm: a bias needs a weight beside it")
    running = None if running_mean is None else (as_array(running_mean), as_array(running_var))
    learned = [p for p in (weight, bias) if p is not None]
    input = one_dtype("batch_norm", input, weight, bias)
    return apply(_batch_norm, input, *learned, running=running, training=training, momentum=momentum, eps=eps)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Input (n, c, ...) over (k + alpha * mean of x^2 over `size` neighbouring channels) ** beta."""
    return apply(_local_response_norm, input, size=size, alpha=alpha, beta=beta, k=k)


def local_contrast_norm(input, kernel_size=9, sigma=None, eps=1e-8):
    """Input (n, c, h, w) less its Gaussian neighbourhood mean over all channels, over its neighbourhood deviation.

    The neighbourhood has `kernel_size` (odd) pixels a side and weights of deviation `sigma` (kernel_size / 4 unless
    given) that sum to 1 inside the image. Each image's deviation is kept from falling below its own mean, so that flat
    parts stay flat; `eps` is added to the variance, so that the slope stays finite. Jarrett et al., "What is the best
    multi-stage architecture for object recognition?" (2009), section 2.
    """
    x, kernel_size = as_tensor(input), whole(kernel_size, "kernel_size", least=1, name="local_contrast_norm")
    if x.ndim != 4 or kernel_size % 2 == 0:
        raise ValueError(
            f"local_contrast_norm: needs images (n, c, h, w) and an odd kernel_size, got {x.shape} and {kernel_size}"
        )
    channels, reach = x.shape[1], kernel_size // 2
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (sigma or kernel_size / 4)) ** 2)
    window = np.outer(bell, bell) / (bell.sum() ** 2 * channels)
    window = np.broadcast_to(window, (1, channels, kernel_size, kernel_size)).astype(x.dtype)
    inside = conv2d(np.ones((1, *x.shape[1:]), x.dtype), window, padding=reach).data
    centred = x - conv2d(x, window, padding=reach) / inside
    deviation = (conv2d(centred * centred, window, padding=reach) / inside + eps).sqrt()
    least = deviation.mean(dim=(1, 2, 3), keepdim=True)
    return centred / apply(elementwise.maximum, deviation, least)
