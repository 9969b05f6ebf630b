"""Correlation of a batch with kernels as matrix products over gathered windows, and the gradient of the kernels.

In one line: `_windows` holds one row per kernel weight and one column per output, and the output is `weight @
windows`. Gathering every window in full would copy each pixel once per kernel weight. Here it is copied once per
kernel *column* only: line after line of the image lies in memory, under each horizontal tap, and what an output row
sees, `kh` neighbouring lines, is then one matrix without another copy (`windows.stacks`). Everything lies batch-last
(c, h, w, n), so that gathering copies long runs, and goes block by block, so that what was gathered is multiplied
while it is in the cache. After Cho and Brand, "MEC: Memory-efficient convolution for deep neural network" (2017).
"""

from __future__ import annotations

import numpy as np

from course_lib.ops.convolution import windows
from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import Task
from course_lib.ops.products import wide

NARROW = 512  # columns below which a matrix product is slow: wide rows are cut no further


def correlate(x: np.ndarray, weight: np.ndarray, geo: windows.Geometry, bias: np.ndarray | None = None) -> Task:
    """The outputs (f, oh, ow, n) of x (c, h, w, n) under weight (f, c/groups, kh, kw).

    `geo` says where the windows stand; `bias` (f,) is added, None is none.
    """
    groups, n = geo.groups, x.shape[3]
    matrix = np.ascontiguousarray(weight.transpose(0, 2, 3, 1)).reshape(groups, 1, len(weight) // groups, -1)
    out = empty((groups, matrix.shape[2], *geo.out, n), x.dtype)

    def work(block: tuple[slice, slice]) -> None:
        here = _pixels(out, block)
        wide(matrix, _windows(x, geo, block), here.swapaxes(1, 2))
        if bias is not None:
            here += bias.reshape(groups, -1, 1, 1)

    return Task(work, _blocks(geo, len(x), n), lambda _: out.reshape(len(weight), *geo.out, n))


def weight_gradient(x: np.ndarray, g: np.ndarray, geo: windows.Geometry) -> Task:
    """Gradient of `correlate` for its weight, (f, c/groups, kh, kw), given that of its outputs, g (f, oh, ow, n).

    `geo` is that of the forward pass.
    """
    filters = len(g)
    g = g.reshape(geo.groups, filters // geo.groups, *g.shape[1:])

    def work(block: tuple[slice, slice]) -> np.ndarray:
        return wide(_pixels(g, block).swapaxes(1, 2), _windows(x, geo, block).swapaxes(2, 3)).sum(axis=1)

    def whole(parts: list[np.ndarray]) -> np.ndarray:
        total = windows.summed(parts).reshape(filters, *geo.kernel, len(x) // geo.groups)
        return np.ascontiguousarray(total.transpose(0, 3, 1, 2))

    return Task(work, _blocks(geo, len(x), x.shape[3]), whole)


def _pixels(maps: np.ndarray, block: tuple[slice, slice]) -> np.ndarray:
    """A block of maps (groups, c, h, w, n) as (groups, c, rows, pixels): a view."""
    part = maps[:, :, *block]
    return part.reshape(*part.shape[:3], part.shape[3] * part.shape[4])


def _windows(x: np.ndarray, geo: windows.Geometry, block: tuple[slice, slice]) -> np.ndarray:
    """What each row of a block of outputs sees of x (c, h, w, n): (groups, rows, kh * kw * c/groups, pixels)."""
    rows, cols = block
    x = x.reshape(geo.groups, len(x) // geo.groups, *x.shape[1:])
    if geo.is_view:
        return _pixels(x, block).swapaxes(1, 2)
    count, width, channels = len(range(geo.out[0])[rows]), cols.stop - cols.start, x.shape[1]
    (kh, kw), (down, right), (_, apart), (_, hop) = geo.kernel, geo.stride, geo.dilation, geo.lattice
    (top, _), (left, _) = geo.pads
    lines = scratch("lines", (geo.groups, (count - 1) * hop + kh, kw, channels, width, x.shape[4]), x.dtype)
    some, there = windows.inside(rows.start * down - top, geo.dilation[0], lines.shape[1], geo.size[0])
    lines[:, : some.start] = 0
    lines[:, some.stop :] = 0
    for j in range(kw):
        seen, here = windows.inside(cols.start * right + j * apart - left, right, width, geo.size[1])
        target = lines[:, some, j]
        target[:, :, :, : seen.start] = 0
        target[:, :, :, seen.stop :] = 0
        target[:, :, :, seen] = x[:, :, there, here].swapaxes(1, 2)
    return windows.stacks(lines, count, hop, kh)


def _blocks(geo: windows.Geometry, channels: int, n: int) -> list[tuple[slice, slice]]:
    """Cut the outputs into (rows, cols) for which about `BLOCK` numbers are gathered.

    Neighbouring blocks gather `kh - 1` lines twice, so that high blocks are better than wide ones, as long as the
    matrix products stay wide. Windows that a dilation keeps apart have no line in common: rows are taken in steps.
    """
    (height, width), (step, hop) = geo.out, geo.lattice
    wide, pixel = width, geo.kernel[1] * channels * n
    while True:
        rows = (windows.BLOCK // max(1, pixel * wide) - geo.kernel[0]) // hop + 1
        if rows * hop >= 3 * (geo.kernel[0] - 1) or rows >= height or wide * n < 2 * NARROW or wide == 1:
            break
        wide = -(-wide // 2)
    downward = [part for i in range(min(step, height)) for part in windows.row_blocks(range(i, height, step), rows)]
    across = [slice(c, min(c + wide, width)) for c in range(0, width, wide)]
    return [(rows, cols) for rows in downward for cols in across]
