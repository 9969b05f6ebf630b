"""Correlation of a batch with kernels as matrix products over gathered windows, and its two gradients.

In one line: `columns` holds one row per kernel weight and one column per output, and the output is `weight @
columns`. Everything lies batch-last in memory (c, h, w, n), so that gathering copies long contiguous runs, and goes
block by block, so that what was gathered is multiplied while it is in the cache. Both gradients are the same
product, transposed. After Chellapilla, Puri and Simard, "High performance convolutional neural networks for
document processing" (2006).
"""

import math

import numpy as np

from course_lib.memory import empty, scratch
from course_lib.parallel import get_num_threads, share, split
from course_lib.windows import copy_padded, pixel_blocks, tap, window_view


def correlate(x, weight, geo, bias=None):
    """The outputs (f, oh, ow, n) of x (c, h, w, n) under weight (f, c/groups, kh, kw)."""
    filters, n = len(weight), x.shape[3]
    weight = weight.reshape(geo.groups, filters // geo.groups, -1)
    out = empty((filters, *geo.out, n), x.dtype)
    flat = out.reshape(geo.groups, filters // geo.groups, -1)
    gather = _gatherer(x, geo)

    def work(block):
        here = flat[:, :, _run(block, geo, n)]
        np.matmul(weight, gather(block), out=here)
        if bias is not None:
            here += bias.reshape(geo.groups, -1, 1)

    share(work, _blocks(x, geo))
    return out


def weight_gradient(x, g, geo):
    """Gradient of `correlate` for its weight, (f, c/groups, kh, kw), given that of its outputs, g (f, oh, ow, n)."""
    filters, n = len(g), x.shape[3]
    flat = g.reshape(geo.groups, filters // geo.groups, -1)
    gather = _gatherer(x, geo)

    def work(block):
        return flat[:, :, _run(block, geo, n)] @ gather(block).transpose(0, 2, 1)

    total, *others = share(work, _blocks(x, geo))
    for part in others:  # in the order of the blocks, so that the sum does not depend on the threads
        total += part
    return total.reshape(filters, len(x) // geo.groups, *geo.kernel)


def input_gradient(g, weight, geo):
    """Gradient of `correlate` for its input, (c, h, w, n): each output gives back through the window it saw."""
    n, per_group = g.shape[3], weight.shape[1]
    g = g.reshape(geo.groups, len(weight) // geo.groups, -1)
    weight = weight.reshape(geo.groups, len(weight) // geo.groups, per_group, math.prod(geo.kernel))
    padded = scratch("padded", (geo.groups, per_group, *geo.padded, n), g.dtype)

    def work(part):
        seen = padded[part]
        seen = seen.reshape(len(seen) * seen.shape[1], *geo.padded, n)
        seen[...] = 0
        groups, channels = part
        mine = weight[groups, :, channels]
        mine = mine.reshape(*mine.shape[:2], -1).transpose(0, 2, 1)
        for rows, cols in pixel_blocks(geo.out, len(seen) * math.prod(geo.kernel) * n):
            here = g[groups][:, :, _run((rows, cols), geo, n)]
            shape = len(seen), *geo.kernel, rows.stop - rows.start, cols.stop - cols.start, n
            columns = scratch("columns", shape, padded.dtype)
            np.matmul(mine, here, out=columns.reshape(*mine.shape[:2], -1))
            for i, j in np.ndindex(*geo.kernel):
                window = tap(seen, i, j, geo, rows, cols)
                window += columns[:, i, j]

    everything = slice(None)
    if geo.groups > 1:  # threads share out groups or channels, so that no two of them add to the same pixel
        parts = [(groups, everything) for groups in split(geo.groups, get_num_threads())]
    else:
        parts = [(everything, channels) for channels in split(per_group, get_num_threads())]
    share(work, parts)
    (top, _), (left, _) = geo.pads
    whole = padded.reshape(geo.groups * per_group, *geo.padded, n)
    gx = empty((len(whole), *geo.size, n), whole.dtype)
    gx[...] = whole[:, top : top + geo.size[0], left : left + geo.size[1]]
    return gx


def _blocks(x, geo):
    return pixel_blocks(geo.out, len(x) * math.prod(geo.kernel) * x.shape[3])


def _run(block, geo, n):
    """The columns of a flat (.., oh * ow * n) that belong to a block of pixels."""
    rows, cols = block
    width = geo.out[1]
    return slice((rows.start * width + cols.start) * n, ((rows.stop - 1) * width + cols.stop) * n)


def _gatherer(x, geo):
    """A function from a block of outputs to the inputs they see, (groups, weights of a filter, columns)."""
    n = x.shape[3]
    if geo.is_view:
        flat = x.reshape(geo.groups, len(x) // geo.groups, -1)
        return lambda block: flat[:, :, _run(block, geo, n)]
    if geo.padded != geo.size:
        (top, _), (left, _) = geo.pads
        x = copy_padded(x, scratch("padded", (len(x), *geo.padded, n), x.dtype), top, left)
    windows = window_view(x, geo)

    def gather(block):
        chosen = windows[:, :, :, block[0], block[1]]
        columns = scratch("columns", chosen.shape, x.dtype)
        columns[...] = chosen
        return columns.reshape(geo.groups, len(x) // geo.groups * math.prod(geo.kernel), -1)

    return gather
