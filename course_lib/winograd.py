"""3x3 convolution of stride 1 with half the multiplications: Winograd's F(4,3) down the columns.

Four neighbouring outputs of a 3-tap filter need 12 products when taken one by one; six are enough. With the six inputs
`d`, the taps `k` and the matrices below, outputs = COMBINE @ ((KERNEL @ k) * (MIX @ d)). Here the filter runs down the
image's columns, so that every step works on whole rows of pixels; across a row the three taps are gathered as in
`correlate`. MIX and COMBINE are applied as matrix products too: that is quicker than their additions one by one.
Winograd, "Arithmetic complexity of computations" (1980); Lavin and Gray, "Fast algorithms for convolutional neural
networks" (2016), whose matrices these are.
"""

import numpy as np

from course_lib import windows
from course_lib.memory import empty, scratch
from course_lib.parallel import share
from course_lib.windows import Geometry, copy_padded

MIX = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
KERNEL = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
COMBINE = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])


def applies(geo, weight):
    """Whether this is a 3x3 convolution of stride 1, dense, and large enough to win."""
    plain = geo.kernel == (3, 3) and geo.stride == geo.dilation == (1, 1) and geo.groups == 1
    return plain and min(weight.shape[:2]) >= 8 and geo.out[0] >= 4


def correlate(x, weight, geo, bias=None):
    """As `correlate.correlate`, for the geometries to which `applies` says yes."""
    filters, width, n = len(weight), geo.out[1], x.shape[3]
    by_row = np.ascontiguousarray(weight.transpose(2, 0, 3, 1), x.dtype).reshape(3, -1)
    kernels = (KERNEL.astype(x.dtype) @ by_row).reshape(6, filters, -1)
    combine = COMBINE.astype(x.dtype)
    out = empty((filters, *geo.out, n), x.dtype)

    def work(tiles):
        rows = scratch("rows", (4, filters, tiles.stop - tiles.start, width, n), x.dtype)
        products = scratch("products", (6, filters, rows[0, 0].size), x.dtype)
        for kernel, mixed, product in zip(kernels, _mixed(x, geo, tiles), products, strict=True):
            np.matmul(kernel, _shifted(mixed), out=product)
        np.matmul(combine, products.reshape(6, -1), out=rows.reshape(4, -1))
        for p, row in enumerate(rows):
            target = out[:, 4 * tiles.start + p : 4 * tiles.stop : 4]
            row = row[:, : target.shape[1]]
            if bias is None:
                target[...] = row
            else:
                np.add(row, bias.reshape(-1, 1, 1, 1), out=target)

    share(work, _tile_blocks(geo, x))
    return out


def input_gradient(g, weight, geo):
    """As `correlate.input_gradient`: the same convolution of g with the kernels rotated and the channels exchanged."""
    rotated = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    pads = tuple((2 - before, 2 - after) for before, after in geo.pads)
    return correlate(g, rotated, Geometry(geo.out, geo.kernel, geo.stride, pads, geo.dilation, geo.size))


def weight_gradient(x, g, geo):
    """As `correlate.weight_gradient`: the forward pass, each of its steps transposed."""
    filters, width, n = len(g), geo.out[1], x.shape[3]
    spread = COMBINE.T.astype(x.dtype)

    def work(tiles):
        rows = scratch("rows", (4, filters, tiles.stop - tiles.start, width, n), x.dtype)
        for p, row in enumerate(rows):
            copy_padded(g[:, p::4], row, -tiles.start, 0)
        products = scratch("products", (6, filters, rows[0, 0].size), x.dtype)
        np.matmul(spread, rows.reshape(4, -1), out=products.reshape(6, -1))
        part = np.empty((6, filters, 3 * len(x)), x.dtype)
        for mixed, product, taken in zip(_mixed(x, geo, tiles), products, part, strict=True):
            np.matmul(product, _shifted(mixed).T, out=taken)
        return part

    total, *others = share(work, _tile_blocks(geo, x))
    for part in others:  # in the order of the blocks, so that the sum does not depend on the threads
        total += part
    by_row = KERNEL.T.astype(x.dtype) @ total.reshape(6, -1)
    return np.ascontiguousarray(by_row.reshape(3, filters, 3, len(x)).transpose(1, 3, 0, 2))


def _mixed(x, geo, tiles):
    """MIX @ d for some tiles of four output rows, with a pixel more on each side: (6, c, tiles, width + 2, n)."""
    channels, count, width, n = len(x), tiles.stop - tiles.start, geo.out[1], x.shape[3]
    (top, _), (left, _) = geo.pads
    d = scratch("inputs", (6, channels, count, width + 2, n), x.dtype)
    shown = x[:, :, max(-left, 0) :][:, :, : width + 2 - max(left, 0)]
    margin = slice(max(left, 0), max(left, 0) + shown.shape[2])
    d[:, :, :, : margin.start] = 0
    d[:, :, :, margin.stop :] = 0
    for p, rows in enumerate(d):  # tile t sees the input's rows 4 t + p - top
        first = (p - top) % 4
        copy_padded(shown[:, first::4], rows[:, :, margin], (first + top - p) // 4 - tiles.start, 0)
    mixed = scratch("mixed", d.shape, x.dtype)
    np.matmul(MIX.astype(x.dtype), d.reshape(6, -1), out=mixed.reshape(6, -1))
    return mixed


def _shifted(mixed):
    """One mixture (c, tiles, width + 2, n) under the three taps of each row: (3 * c, pixels)."""
    channels, count, wide, n = mixed.shape
    columns = scratch("columns", (3, channels, count, wide - 2, n), mixed.dtype)
    for j in range(3):
        columns[j] = mixed[:, :, j : j + wide - 2]
    return columns.reshape(3 * channels, -1)


def _tile_blocks(geo, x):
    """Slices of tiles, each of four output rows."""
    tiles = -(-geo.out[0] // 4)
    step = windows.BLOCK // (6 * len(x) * geo.out[1] * x.shape[3])
    step = max(1, min(step, -(-tiles // 2)))
    return [slice(t, min(t + step, tiles)) for t in range(0, tiles, step)]
