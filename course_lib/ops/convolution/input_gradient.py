"""The gradient of a correlation for its input: each output gives back through the window it saw.

That is also the transposed convolution. The same idea as in `correlate`, turned round: the outputs that reach one row
of the input are neighbouring lines of `g`, one matrix without a copy (`windows.stacks`), so that a single product sums
over the vertical taps; only what the `kw` horizontal taps give is added up afterwards, each shifted by its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.ops.convolution import windows
from course_lib.ops.convolution.correlate import correlate
from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import Task
from course_lib.ops.products import wide


def input_gradient(g: np.ndarray, weight: np.ndarray, geo: windows.Geometry) -> Task:
    """Gradient of `correlate.correlate` for its input, (c, h, w, n), given that of its outputs, g (f, oh, ow, n).

    `weight` and `geo` are those of the forward pass.
    """
    if geo.is_view and geo.groups == 1:  # each pixel for itself: the same map, transposed
        return correlate(g, weight.swapaxes(0, 1), geo)
    groups, n, channels = geo.groups, g.shape[3], weight.shape[1]
    g = g.reshape(groups, len(g) // groups, *g.shape[1:])
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    gx = empty((groups, channels, *geo.size, n), g.dtype)
    period = geo.stride[0] * geo.lattice[0]  # rows of the input this far apart are reached through the same taps
    most = windows.BLOCK // max(1, groups * (2 * geo.kernel[1] * channels + g.shape[1]) * geo.out[1] * n)
    jobs = []
    for first in range(min(period, geo.size[0])):
        taps = [i for i in range(geo.kernel[0]) if (first + geo.pads[0][0] - i * geo.dilation[0]) % geo.stride[0] == 0]
        matrix = weight[:, :, :, taps[::-1]].transpose(0, 4, 2, 3, 1)  # kw, c, taps (the last one first), f
        matrix = np.ascontiguousarray(matrix).reshape(groups, 1, geo.kernel[1] * channels, -1)
        jobs += [(rows, taps, matrix) for rows in windows.row_blocks(range(first, geo.size[0], period), most)]

    def work(job: tuple[slice, list[Any], np.ndarray]) -> None:
        rows, taps, matrix = job
        here = gx[:, :, rows]
        here[...] = 0
        if taps:
            reaching = _reaching(g, geo, rows, taps)
            shape = groups, reaching.shape[1], geo.kernel[1], channels, geo.out[1], n
            given = scratch("given", shape, g.dtype)
            wide(matrix, reaching, given.reshape(*shape[:2], matrix.shape[2], reaching.shape[3]))
            _add_up(given, here, geo)

    return Task(work, jobs, lambda _: gx.reshape(groups * channels, *geo.size, n))


def _reaching(g: np.ndarray, geo: windows.Geometry, rows: slice, taps: Sequence[int]) -> np.ndarray:
    """The outputs that reach each of some input rows through `taps`: (groups, rows, taps * f, pixels)."""
    step = geo.lattice[0]
    count = len(range(geo.size[0])[rows])
    first = (rows.start + geo.pads[0][0] - taps[-1] * geo.dilation[0]) // geo.stride[0]
    lines = scratch("lines", (len(g), count + len(taps) - 1, g.shape[1], *g.shape[3:]), g.dtype)
    some, there = windows.inside(first, step, lines.shape[1], geo.out[0])
    lines[:, : some.start] = 0
    lines[:, some.stop :] = 0
    lines[:, some] = g[:, :, there].swapaxes(1, 2)
    return windows.stacks(lines, count, 1, len(taps))


def _add_up(given: np.ndarray, here: np.ndarray, geo: windows.Geometry) -> None:
    """Add given (groups, rows, kw, c, ow, n) to here (groups, c, rows, w, n), every horizontal tap at its place."""
    for j in range(geo.kernel[1]):
        seen, there = windows.inside(j * geo.dilation[1] - geo.pads[1][0], geo.stride[1], geo.out[1], geo.size[1])
        target = here[:, :, :, there]
        target += given[:, :, j, :, seen].swapaxes(1, 2)
