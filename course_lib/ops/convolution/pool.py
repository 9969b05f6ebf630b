"""Pooling over windows: the largest or the mean value of each, and the undoing of max pooling.

Max pooling keeps no table of winners: going back, each tap of the window is compared with the maximum, and the
first that equals it takes the gradient, in torch's order (row by row). Only where a maximum is not finite are the
winners looked up: a NaN equals nothing, and minus infinity equals the padding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib import arithmetic
from course_lib.arithmetic import Padding, Pair
from course_lib.ops.convolution.windows import Geometry, batch_last, copy_padded, finite, geometry, logical, tap
from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import share, split
from course_lib.ops.primitive import Gradients, Result


def max_pool2d(
    x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Padding = 0, dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Result:  # fmt: skip
    """The largest value of every window of x (n, c, h, w): (n, c, oh, ow). `stride` is the kernel size unless given.

    Windows may overlap, and with padding or `ceil_mode` stand partly outside, where nothing is. Of equal values the
    first, row by row, gets the gradient; NaN counts as the largest, and of several the last, as in torch.

    kernel_size, stride, padding, dilation: one number or (vertical, horizontal).
    ceil_mode: whether windows may overhang the end.
    """
    geo = _geometry("max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode)
    shape, settings = x.shape, (kernel_size, stride, padding, dilation, ceil_mode)
    x = _padded(batch_last(x), geo, -np.inf)
    out = empty((len(x), *geo.out, x.shape[3]), x.dtype)

    def largest(channels: slice) -> None:
        rows, best = x[channels], out[channels]
        for j in range(geo.kernel[1]):
            for i in range(geo.kernel[0]):
                seen = tap(rows, i, j, geo)
                if i == j == 0:
                    best[...] = seen
                else:
                    np.maximum(best, seen, out=best)

    share(largest, _parts(x))

    def vjp(g: np.ndarray) -> Gradients:
        if not finite(out.reshape(-1)):
            (top, _), (left, _) = geo.pads
            inside = logical(x[:, top : top + geo.size[0], left : left + geo.size[1]])
            return (put_back(g, max_indices(inside, *settings), shape),)
        g = batch_last(g)
        gx = empty(x.shape, x.dtype)
        share(lambda channels: _give_to_first(x[channels], out[channels], g[channels], gx[channels], geo), _parts(x))
        return (logical(_cropped(gx, geo)),)

    return logical(out), vjp


def _give_to_first(x: np.ndarray, out: np.ndarray, g: np.ndarray, gx: np.ndarray, geo: Geometry) -> None:
    """Write to gx: g at the first tap of each window that equals the maximum, zero elsewhere."""
    left, given = scratch("left", g.shape, g.dtype), scratch("given", g.shape, g.dtype)
    equal = scratch("equal", g.shape, np.dtype(bool))
    left[...] = g
    apart = geo.stride == geo.kernel and geo.dilation == (1, 1)
    if not apart or any(o * s < p for o, s, p in zip(geo.out, geo.stride, geo.padded, strict=True)):
        gx[...] = 0
    for i, j in np.ndindex(*geo.kernel):
        np.equal(tap(x, i, j, geo), out, out=equal)
        target = tap(gx, i, j, geo)
        if apart:  # each pixel is in one window: nothing to add up
            given = np.multiply(left, equal, out=target)
        else:
            np.multiply(left, equal, out=given)
            target += given
        left -= given  # what is given is gone: a second equal value finds zero


def put_back(g: np.ndarray, places: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Every value of g (n, c, oh, ow) added at its place, row * w + column, of images of `shape` (n, c, h, w).

    `places` has the shape of g.
    """
    n, c, h, w = shape
    out = np.zeros((n * c, h * w), g.dtype)
    each = n * c, places.shape[2] * places.shape[3]
    np.add.at(out, (np.arange(n * c)[:, None], places.reshape(each)), g.reshape(each))
    return out.reshape(shape)


def max_indices(
    x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Padding = 0, dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:  # fmt: skip
    """Where the maxima of `max_pool2d` stand: positions row * w + column in each image, int64 (n, c, oh, ow).

    `kernel_size`, `stride`, `padding`, `dilation` and `ceil_mode` are those of `max_pool2d`.
    """
    geo = _geometry("max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode)
    width = x.shape[3]
    x = _padded(batch_last(x), geo, -np.inf)
    rows = np.arange(geo.out[0]).reshape(-1, 1, 1) * geo.stride[0] - geo.pads[0][0]
    cols = np.arange(geo.out[1]).reshape(-1, 1) * geo.stride[1] - geo.pads[1][0]
    best = np.full((len(x), *geo.out, x.shape[3]), -np.inf, x.dtype)
    found = np.full(best.shape, -1, np.int64)
    for i, j in np.ndindex(*geo.kernel):
        seen = tap(x, i, j, geo)
        at = (rows + i * geo.dilation[0]) * width + cols + j * geo.dilation[1]
        inside = (rows + i * geo.dilation[0] >= 0) & (cols + j * geo.dilation[1] >= 0)
        inside = inside & (rows + i * geo.dilation[0] < geo.size[0]) & (cols + j * geo.dilation[1] < geo.size[1])
        better = inside & ((seen > best) | np.isnan(seen) | (found < 0))
        np.copyto(best, seen, where=better)
        np.copyto(found, at, where=better)
    return logical(found)


def avg_pool2d(
    x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Padding = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Result:  # fmt: skip
    """The mean of every window of x (n, c, h, w): (n, c, oh, ow). `stride` is the kernel size unless given.

    `count_include_pad` says whether padding counts in the divisor; `divisor_override` replaces the divisor.

    `kernel_size`, `padding` and `ceil_mode` are as in `max_pool2d`.
    """
    name = "avg_pool2d"
    geo = _geometry(name, x, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override is not None:
        divisor = np.asarray(divisor_override, x.dtype)
        if divisor == 0:
            raise ValueError(f"{name}: divisor_override must not be 0")
    else:
        rows, cols = (_counts(geo, axis, count_include_pad) for axis in (0, 1))
        divisor = (rows.reshape(-1, 1, 1) * cols.reshape(-1, 1)).astype(x.dtype)
    x = _padded(batch_last(x), geo, 0)
    out = np.zeros((len(x), *geo.out, x.shape[3]), x.dtype)
    for i, j in np.ndindex(*geo.kernel):
        out += tap(x, i, j, geo)
    out /= divisor

    def vjp(g: np.ndarray) -> Gradients:
        g = batch_last(g) / divisor
        gx = np.zeros((len(g), *geo.padded, g.shape[3]), g.dtype)
        for i, j in np.ndindex(*geo.kernel):
            target = tap(gx, i, j, geo)
            target += g
        return (logical(_cropped(gx, geo)),)

    return logical(out), vjp


def max_unpool2d(
    x: np.ndarray, indices: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Padding = 0,
    output_size: Pair | None = None,
) -> Result:  # fmt: skip
    """Put every value of x (n, c, h, w) back where `max_indices` found it, zeros elsewhere: (n, c, oh, ow).

    The size is that of the smallest image pooled so, unless `output_size` gives another. ValueError for indices
    outside.

    `kernel_size`, `stride` and `padding` are those of the pooling.
    """
    name = "max_unpool2d"
    indices = np.asarray(indices)
    if x.ndim != 4 or indices.shape != x.shape:
        raise ValueError(f"{name}: input and indices must both be (n, c, h, w), got {x.shape} and {indices.shape}")
    kernel = arithmetic.pair(kernel_size, "kernel_size", least=1, name=name)
    stride = kernel if stride is None else arithmetic.pair(stride, "stride", least=1, name=name)
    padding = arithmetic.pair(padding, "padding", least=0, name=name)
    if output_size is None:
        axes = zip(x.shape[2:], kernel, stride, padding, strict=True)
        output_size = [arithmetic.transposed_output_size(*axis, name=name) for axis in axes]
    size = output_size[-2:] if isinstance(output_size, (tuple, list)) else output_size
    size = arithmetic.pair(size, "output_size", least=1, name=name)
    if indices.size and (indices.min() < 0 or indices.max() >= size[0] * size[1]):
        raise ValueError(
            f"{name}: indices must lie in 0..{size[0] * size[1] - 1}, got {indices.min()}..{indices.max()}"
        )
    places = indices.reshape(*x.shape[:2], x.shape[2] * x.shape[3])
    out = np.zeros((*x.shape[:2], size[0] * size[1]), x.dtype)
    np.put_along_axis(out, places, x.reshape(places.shape), axis=2)

    def vjp(g: np.ndarray) -> Gradients:
        g = np.take_along_axis(g.reshape(*x.shape[:2], -1), places, axis=2)
        return (g.reshape(x.shape),)

    return out.reshape(*x.shape[:2], *size), vjp


def _geometry(
    name: str, x: np.ndarray, kernel_size: Pair, stride: Pair | None, padding: Padding, dilation: Pair, ceil_mode: bool
) -> Geometry:
    if x.ndim != 4:
        raise ValueError(f"{name}: input must have the axes (n, c, h, w), got shape {x.shape}")
    kernel = arithmetic.pair(kernel_size, "kernel_size", least=1, name=name)
    stride = kernel if stride is None else stride
    geo = geometry(x.shape[2:], kernel, stride, padding, dilation, ceil_mode, name=name)
    for (before, _), k in zip(geo.pads, kernel, strict=True):
        if 2 * before > k:
            raise ValueError(f"{name}: padding may be at most half the kernel, got padding {before} for kernel {k}")
    return geo


def _padded(x: np.ndarray, geo: Geometry, fill: float) -> np.ndarray:
    if geo.padded == geo.size:
        return x
    (top, _), (left, _) = geo.pads
    return copy_padded(x, np.empty((len(x), *geo.padded, x.shape[3]), x.dtype), top, left, fill)


def _cropped(gx: np.ndarray, geo: Geometry) -> np.ndarray:
    (top, _), (left, _) = geo.pads
    return np.ascontiguousarray(gx[:, top : top + geo.size[0], left : left + geo.size[1]])


def _parts(x: np.ndarray) -> list[slice]:
    """Channels in parts of about a megabyte: short enough for the cache, long enough for two threads."""
    return split(len(x), max(2, x.nbytes >> 20))


def _counts(geo: Geometry, axis: int, with_pads: bool) -> np.ndarray:
    """How many samples each window averages along one axis; what overhangs the padding never counts."""
    before, after = geo.pads[axis]
    start = np.arange(geo.out[axis]) * geo.stride[axis] - before
    end = np.minimum(start + geo.kernel[axis], geo.size[axis] + after)
    if not with_pads:
        start, end = np.maximum(start, 0), np.minimum(end, geo.size[axis])
    return end - start
