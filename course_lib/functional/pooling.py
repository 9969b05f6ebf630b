"""Pooling on Tensors: the largest or the mean value of each window. Names, order and defaults are torch's.

One image (c, h, w) without a batch axis is taken wherever torch takes it. `kernel_size`, `stride`, `padding` and
`dilation` count pixels, one number or (vertical, horizontal); `stride` is the kernel size unless given.
"""

from __future__ import annotations

from typing import Any

from course_lib.autograd.tensor import Like, Tensor, as_array, as_tensor
from course_lib.functional.batch import on_batch
from course_lib.ops.convolution import pool, resample

Pair = int | tuple[int, int]


def max_pool2d(
    input: Like,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Largest value of every window of input (n, c, h, w): (n, c, h', w').

    kernel_size: pixels a window spans, one number or (vertical, horizontal), as all settings here.
    stride: pixels from one window to the next; the kernel size unless given.
    padding: pixels added on each side that never win, at most half the kernel.
    dilation: pixels from one tap of the window to the next.
    ceil_mode: windows that overhang the edge count too.
    return_indices: also where each maximum stood, row * w + column, int64: what `max_unpool2d` wants.

    Of equal values the first gets the gradient; NaN is larger than all.
    """
    params: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    out = on_batch(pool.max_pool2d, input, kernel_size=kernel_size, **params)
    if not return_indices:
        return out
    images = as_array(input)
    found = pool.max_indices(images.reshape(-1, *images.shape[-3:]), kernel_size, **params)
    return out, as_tensor(found.reshape(out.shape))


def max_pool1d(
    input: Like, kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """Largest value of every window of sequences (n, c, w) or (c, w); the arguments are those of `max_pool2d`."""
    settings = (*_flat(kernel_size, stride, padding), (1, _one(dilation)), ceil_mode, return_indices)
    return _as_images("max_pool1d", input, lambda x: max_pool2d(x, *settings))


def avg_pool2d(
    input: Like,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: float | None = None,
) -> Tensor:
    """Mean of every window of input (n, c, h, w): (n, c, h', w').

    kernel_size: pixels a window spans, one number or (vertical, horizontal), as all settings here.
    stride: pixels from one window to the next; the kernel size unless given.
    padding: zeros added on each side, at most half the kernel.
    ceil_mode: windows that overhang the edge count too.
    count_include_pad: whether the zeros count in the divisor.
    divisor_override: divide by this instead.
    """
    params: dict[str, Any] = {
        "stride": stride,
        "padding": padding,
        "ceil_mode": ceil_mode,
        "count_include_pad": count_include_pad,
    }
    return on_batch(pool.avg_pool2d, input, kernel_size=kernel_size, **params, divisor_override=divisor_override)


def avg_pool1d(
    input: Like, kernel_size: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:  # fmt: skip
    """Mean of every window of sequences (n, c, w) or (c, w); the arguments are those of `avg_pool2d`."""
    settings = _flat(kernel_size, stride, padding)
    return _as_images("avg_pool1d", input, lambda x: avg_pool2d(x, *settings, ceil_mode, count_include_pad))


def _flat(kernel_size: Any, stride: Any, padding: Any) -> tuple[Any, Any, Any]:
    """Settings of one axis as those of images of one row."""
    return (1, _one(kernel_size)), None if stride is None else (1, _one(stride)), (0, _one(padding))


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, (tuple, list)) and len(value) == 1 else value


def _as_images(name: str, input: Like, pooled: Any) -> Any:
    """`pooled` on sequences as images of one row."""
    x = as_tensor(input)
    if x.ndim not in (2, 3):
        raise ValueError(f"{name}: input must have the axes (n, c, w) or (c, w), got shape {x.shape}")
    out = pooled(x.unsqueeze(-2))
    return tuple(t.squeeze(-2) for t in out) if isinstance(out, tuple) else out.squeeze(-2)


def adaptive_avg_pool2d(input: Like, output_size: Any) -> Tensor:
    """Means over a grid of cells laid over input (n, c, h, w): the output has `output_size` whatever the input's.

    output_size: one number or (rows, columns); None keeps a size, 1 is global average pooling. Cells may overlap.
    """
    return on_batch(resample.adaptive_avg_pool2d, input, output_size=output_size)


def adaptive_max_pool2d(input: Like, output_size: Any, return_indices: bool = False) -> Any:
    """Maxima over a grid of cells laid over input (n, c, h, w); the arguments are those of `adaptive_avg_pool2d`.

    return_indices: also where each stood, row * w + column.
    """
    out = on_batch(resample.adaptive_max_pool2d, input, output_size=output_size)
    if not return_indices:
        return out
    images = as_array(input)
    found = resample.adaptive_max_indices(images.reshape(-1, *images.shape[-3:]), output_size)
    return out, as_tensor(found.reshape(out.shape))


def max_unpool2d(
    input: Like, indices: Like, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Values of input (n, c, h, w) back at the places where max pooling found them, zeros elsewhere.

    indices: what `max_pool2d(..., return_indices=True)` gave beside the values.
    kernel_size, stride, padding: those of that pooling.
    output_size: (h, w) to return to; the smallest that fits unless given.
    """
    x, places = as_tensor(input), as_array(indices)
    if x.ndim == 3 and places.ndim == 3:
        places = places[None]
    params: dict[str, Any] = {"stride": stride, "padding": padding, "output_size": output_size}
    return on_batch(pool.max_unpool2d, x, indices=places, kernel_size=kernel_size, **params)
