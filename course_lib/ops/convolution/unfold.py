"""Windows as columns and back: what turns a convolution into one matrix product, to look at and to build with."""

from __future__ import annotations

import numpy as np

from course_lib import arithmetic
from course_lib.arithmetic import Padding, Pair
from course_lib.ops.convolution.windows import Geometry, batch_last, copy_padded, geometry, logical, tap, window_view
from course_lib.ops.primitive import Result


def unfold(x: np.ndarray, kernel_size: Pair, dilation: Pair = 1, padding: Padding = 0, stride: Pair = 1) -> Result:
    """Every window of x (n, c, h, w) as a column: (n, c * kh * kw, windows), windows row by row.

    `kernel_size`, `dilation`, `padding` and `stride` are one number or (vertical, horizontal).
    """
    if x.ndim != 4:
        raise ValueError(f"unfold: input must have the axes (n, c, h, w), got shape {x.shape}")
    geo = geometry(x.shape[2:], kernel_size, stride, padding, dilation, name="unfold")
    return _windows(x, geo), lambda g: (_overlaid(g, x.shape[1], geo),)


def fold(
    x: np.ndarray, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Padding = 0, stride: Pair = 1
) -> Result:
    """Add the columns x (n, c * kh * kw, windows) up where their windows stand: (n, c, h, w) of `output_size`.

    `kernel_size`, `dilation`, `padding` and `stride` are those of `unfold`.
    """
    size = arithmetic.pair(output_size, "output_size", least=1, name="fold")
    geo = geometry(size, kernel_size, stride, padding, dilation, name="fold")
    taps, windows = int(np.prod(geo.kernel)), int(np.prod(geo.out))
    if x.ndim != 3 or x.shape[1] % taps or x.shape[2] != windows:
        raise ValueError(
            f"fold: input must be (n, channels * {taps}, {windows}) for this size and kernel, got shape {x.shape}"
        )
    return _overlaid(x, x.shape[1] // taps, geo), lambda g: (_windows(g, geo),)


def _windows(x: np.ndarray, geo: Geometry) -> np.ndarray:
    x = batch_last(x)
    (top, _), (left, _) = geo.pads
    padded = copy_padded(x, np.empty((len(x), *geo.padded, x.shape[3]), x.dtype), top, left)
    view = window_view(padded, geo).transpose(5, 0, 1, 2, 3, 4)
    return view.reshape(len(view), len(x) * geo.kernel[0] * geo.kernel[1], geo.out[0] * geo.out[1])


def _overlaid(columns: np.ndarray, channels: int, geo: Geometry) -> np.ndarray:
    n = len(columns)
    columns = columns.reshape(n, channels, *geo.kernel, *geo.out).transpose(1, 2, 3, 4, 5, 0)
    padded = np.zeros((channels, *geo.padded, n), columns.dtype)
    for i, j in np.ndindex(*geo.kernel):
        target = tap(padded, i, j, geo)
        target += columns[:, i, j]
    (top, _), (left, _) = geo.pads
    return logical(padded[:, top : top + geo.size[0], left : left + geo.size[1]].copy())
