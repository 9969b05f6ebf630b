"""The convolution family on Tensors, with torch's names, argument order and defaults.

As in torch "convolution" is cross-correlation: the kernel is not turned round. One image (c, h, w) without a batch axis
is taken wherever torch takes it. Settings count pixels, one number or (vertical, horizontal).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.arithmetic import whole
from course_lib.autograd.dtypes import one_dtype
from course_lib.autograd.tensor import Like, Tensor, apply, as_array, as_tensor
from course_lib.functional.batch import on_batch
from course_lib.ops import elementwise
from course_lib.ops.batch_norm import batch_norm as _batch_norm
from course_lib.ops.convolution import conv as _conv
from course_lib.ops.convolution.local import locally_connected2d as _locally_connected2d
from course_lib.ops.convolution.transposed import conv_transpose2d as _conv_transpose2d
from course_lib.ops.local_response_norm import local_response_norm as _local_response_norm

Pair = int | tuple[int, int]


def conv2d(
    input: Like, weight: Like, bias: Like | None = None, stride: Pair = 1, padding: Pair | str = 0, dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:  # fmt: skip
    """Slide filters over images: (n, c, h, w) -> (n, f, h', w').

    weight: (f, c / groups, kh, kw), one filter per output channel.
    bias: (f,), or None.
    stride: pixels from one window to the next.
    padding: pixels of zeros on each side; "same" keeps the size (stride 1), "valid" adds none.
    dilation: pixels from one tap of the kernel to the next.
    groups: channels are cut into so many groups that do not see each other; it divides c and f.

    h' = (h + 2 padding - dilation (kh - 1) - 1) // stride + 1. ValueError where shapes or settings do not fit.
    """
    params: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return on_batch(_conv.conv2d, input, weight, bias, **params)


def conv1d(
    input: Like, weight: Like, bias: Like | None = None, stride: int = 1, padding: int | str = 0, dilation: int = 1,
    groups: int = 1,
) -> Tensor:  # fmt: skip
    """Slide filters over sequences: (n, c, w) -> (n, f, w'), with weight (f, c / groups, k) and bias (f,).

    The settings are those of `conv2d`, one number each.
    """
    params: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return on_batch(_conv.conv1d, input, weight, bias, axes=1, **params)


def conv_transpose2d(
    input: Like, weight: Like, bias: Like | None = None, stride: Pair = 1, padding: Pair = 0, output_padding: Pair = 0,
    groups: int = 1, dilation: Pair = 1,
) -> Tensor:  # fmt: skip
    """The gradient of `conv2d` used forward, small images to large: (n, c, h, w) -> (n, f, h', w').

    weight: (c, f / groups, kh, kw); each pixel of the input is spread over a window with it.
    bias: (f,), or None.
    stride: pixels from one window of the output to the next.
    padding: pixels cut off on each side of the output.
    output_padding: pixels added at its end, to choose among the sizes that `conv2d` would map to (h, w).

    h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1.
    """
    params: dict[str, Any] = {"stride": stride, "padding": padding, "output_padding": output_padding}
    return on_batch(_conv_transpose2d, input, weight, bias, **params, groups=groups, dilation=dilation)


def conv_transpose1d(
    input: Like, weight: Like, bias: Like | None = None, stride: int = 1, padding: int = 0, output_padding: int = 0,
    groups: int = 1, dilation: int = 1,
) -> Tensor:  # fmt: skip
    """The gradient of `conv1d` used forward: (n, c, w) -> (n, f, w'), with weight (c, f / groups, k) and bias (f,).

    The settings are those of `conv_transpose2d`, one number each.
    """
    x, weight = as_tensor(input), as_tensor(weight)
    if x.ndim not in (2, 3) or weight.ndim != 3:
        raise ValueError(
            f"conv_transpose1d: needs input (n, c, w) and weight (c, f / groups, k), got {x.shape} and {weight.shape}"
        )
    one = [v[0] if isinstance(v, (tuple, list)) else v for v in (stride, padding, output_padding, dilation)]
    down, pad, more, apart = ((least, n) for least, n in zip((1, 0, 0, 1), one, strict=True))
    return conv_transpose2d(x.unsqueeze(-2), weight.unsqueeze(-2), bias, down, pad, more, groups, apart).squeeze(-2)


def locally_connected2d(
    input: Like, weight: Like, bias: Like | None = None, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> Tensor:
    """Like `conv2d`, but every output position has filters of its own.

    weight: (h', w', f, c, kh, kw), those of position (y, x) in weight[y, x].
    bias: (f, h', w'), or None.
    stride, padding, dilation: as in `conv2d`.
    """
    return on_batch(_locally_connected2d, input, weight, bias, stride=stride, padding=padding, dilation=dilation)


def batch_norm(
    input: Like, running_mean: Any = None, running_var: Any = None, weight: Like | None = None,
    bias: Like | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Every channel of input (n, c) or (n, c, ...) standardised over the batch, times weight (c,), plus bias (c,).

    running_mean, running_var: (c,), Tensors or arrays; what evaluation uses, and what training moves, in place.
    training: whether the batch's own statistics are used.
    momentum: by how much the running ones move towards them, the variance with n - 1.
    eps: added to the variance before its root. Ioffe and Szegedy 2015.
    """
    if (running_mean is None) != (running_var is None):
        raise ValueError("batch_norm: running_mean and running_var belong together, got only one of them")
    if weight is None and bias is not None:
        raise ValueError("batch_norm: a bias needs a weight beside it")
    running = None if running_mean is None else (as_array(running_mean), as_array(running_var))
    learned = [p for p in (weight, bias) if p is not None]
    input = one_dtype("batch_norm", input, weight, bias)
    if running and input.ndim > 1 and running[0].shape != input.shape[1:2]:
        raise ValueError(
            f"batch_norm: the running mean must have one number for each of {input.shape[1]} channels, got shape "
            f"{running[0].shape}"
        )
    return apply(_batch_norm, input, *learned, running=running, training=training, momentum=momentum, eps=eps)


def local_response_norm(input: Like, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Input (n, c, ...) over (k + alpha * mean of x^2 over neighbouring channels) ** beta. Krizhevsky et al. 2012.

    size: over how many channels the mean goes; those beyond the first and last count as zeros.
    """
    return apply(_local_response_norm, input, size=size, alpha=alpha, beta=beta, k=k)


def local_contrast_norm(input: Like, kernel_size: int = 9, sigma: float | None = None, eps: float = 1e-8) -> Tensor:
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
