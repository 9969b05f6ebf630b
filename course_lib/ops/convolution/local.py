"""Locally connected layer: windows as in a convolution, but every position has weights of its own."""

from __future__ import annotations

import numpy as np

from course_lib.arithmetic import Padding, Pair
from course_lib.ops.convolution.conv import ALL
from course_lib.ops.convolution.windows import batch_last, copy_padded, geometry, logical, tap, window_view
from course_lib.ops.primitive import Flags, Gradients, Result


def locally_connected2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, stride: Pair = 1, padding: Padding = 0,
    dilation: Pair = 1, *, needs: Flags = ALL,
) -> Result:  # fmt: skip
    """x (n, c, h, w) with weight (oh, ow, f, c, kh, kw) and bias (f, oh, ow): the output is (n, f, oh, ow).

    torch has no such layer; the weights of output (y, x) stand in weight[y, x], shaped like a convolution's.

    `stride`, `padding`, `dilation` and `needs` are as in `conv2d`.
    """
    name = "locally_connected2d"
    if x.ndim != 4 or weight.ndim != 6:
        raise ValueError(
            f"{name}: input must be (n, c, h, w) and weight (oh, ow, f, c, kh, kw), got {x.shape} and {weight.shape}"
        )
    geo = geometry(x.shape[2:], weight.shape[4:], stride, padding, dilation, name=name)
    filters, channels = weight.shape[2:4]
    if weight.shape[:2] != geo.out or channels != x.shape[1]:
        raise ValueError(
            f"{name}: weight must begin with the output size {geo.out} and take {x.shape[1]} channels, "
            f"got {weight.shape}"
        )
    if bias is not None and bias.shape != (filters, *geo.out):
        raise ValueError(f"{name}: bias must have shape {(filters, *geo.out)}, got {bias.shape}")
    x = batch_last(x)
    (top, _), (left, _) = geo.pads
    padded = copy_padded(x, np.empty((len(x), *geo.padded, x.shape[3]), x.dtype), top, left)
    pixels = geo.out[0] * geo.out[1]
    matrices = weight.reshape(pixels, filters, -1)
    columns = window_view(padded, geo).transpose(3, 4, 0, 1, 2, 5).reshape(pixels, matrices.shape[2], x.shape[3])
    out = (matrices @ columns).transpose(1, 0, 2).reshape(filters, *geo.out, x.shape[3])
    if bias is not None:
        out = out + bias[..., None]

    def vjp(g: np.ndarray) -> Gradients:
        g = batch_last(g)
        by_pixel = g.reshape(filters, pixels, x.shape[3]).transpose(1, 0, 2)
        gx = gw = None
        if needs[0]:
            spread = (matrices.transpose(0, 2, 1) @ by_pixel).reshape(*geo.out, channels, *geo.kernel, x.shape[3])
            whole = np.zeros_like(padded)
            for i, j in np.ndindex(*geo.kernel):
                target = tap(whole, i, j, geo)
                target += spread[:, :, :, i, j].transpose(2, 0, 1, 3)
            gx = logical(whole[:, top : top + geo.size[0], left : left + geo.size[1]].copy())
        if needs[1]:
            gw = (by_pixel @ columns.transpose(0, 2, 1)).reshape(weight.shape)
        if bias is None:
            return gx, gw
        return gx, gw, g.sum(axis=3) if needs[2] else None

    return logical(out), vjp
