"""3x3 convolution of stride 1 with half the multiplications: Winograd's F(4,3) down the columns.

Four neighbouring outputs of a 3-tap filter need 12 products when taken one by one; six are enough. With the six inputs
`d`, the taps `k` and the matrices below, outputs = COMBINE @ ((KERNEL @ k) * (MIX @ d)). Here the filter runs down the
image's columns, so that every step works on whole rows of pixels; across a row the three taps are gathered as in
`correlate`. MIX and COMBINE are applied as matrix products too: that is quicker than their additions one by one.
Winograd, "Arithmetic complexity of computations" (1980); Lavin and Gray, "Fast algorithms for convolutional neural
networks" (2016), whose matrices these are.

Mixing subtracts neighbours from each other, so that an infinite one makes NaN of all beside it. Where a result is not
finite, all is done again by `correlate`.
"""

from __future__ import annotations

import numpy as np

from course_lib.ops.convolution import correlate as direct
from course_lib.ops.convolution.windows import Geometry, copy_padded, finite, summed, view
from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import Task
from course_lib.ops.products import wide

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


FEWEST = 16  # channels: below, the matrix products are too thin for what mixing costs
BLOCK = 1 << 17  # numbers mixed at a time: with what is made of them they stay in a core's own cache


def applies(geo: Geometry, weight: np.ndarray) -> bool:
    """Whether this is a 3x3 convolution of stride 1, dense, and large enough to win.

    `geo` says where the windows stand; `weight` (f, c, kh, kw).
    """
    plain = geo.kernel == (3, 3) and geo.stride == geo.dilation == (1, 1) and geo.groups == 1
    return plain and min(weight.shape[:2]) >= FEWEST and geo.out[0] >= 4


def correlate(x: np.ndarray, weight: np.ndarray, geo: Geometry, bias: np.ndarray | None = None) -> Task:
    """As `correlate.correlate`, for the geometries to which `applies` says yes.

    x (c, h, w, n), `weight` (f, c, 3, 3), `bias` and `geo` are as there.
    """
    filters, (height, width), n = len(weight), geo.out, x.shape[3]
    by_row = np.ascontiguousarray(weight.transpose(2, 0, 3, 1), x.dtype).reshape(3, -1)
    kernels = (KERNEL.astype(x.dtype) @ by_row).reshape(6, filters, -1)
    combine = COMBINE.astype(x.dtype)
    out = empty((filters, -(-height // 4), 4, width * n), x.dtype)
    squares = np.empty(out.shape[:3], x.dtype)

    def work(tiles: slice) -> None:
        columns = _columns(x, geo, tiles)
        products = scratch("products", (6, filters, tiles.stop - tiles.start, width * n), x.dtype)
        wide(kernels, columns, products.reshape(6, filters, -1))
        here = out[:, tiles]
        np.matmul(combine, products.transpose(1, 2, 0, 3), out=here)
        if bias is not None:
            here += bias.reshape(-1, 1, 1, 1)
        np.vecdot(here, here, out=squares[:, tiles])  # while it is in the cache

    def whole(_: list[None]) -> np.ndarray:
        if not np.isfinite(squares.sum()):
            return direct.correlate(x, weight, geo, bias).run()
        return np.ascontiguousarray(out.reshape(filters, out.shape[1] * 4, width, n)[:, :height])

    return Task(work, _tile_blocks(geo, x), whole)


def input_gradient(g: np.ndarray, weight: np.ndarray, geo: Geometry) -> Task:
    """As `input_gradient.input_gradient`: this convolution of g with the kernels rotated and the channels exchanged.

    `weight` and `geo` are those of the forward pass.
    """
    rotated = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    pads = tuple((2 - before, 2 - after) for before, after in geo.pads)
    return correlate(g, rotated, Geometry(geo.out, geo.kernel, geo.stride, pads, geo.dilation, geo.size))


def weight_gradient(x: np.ndarray, g: np.ndarray, geo: Geometry) -> Task:
    """As `correlate.weight_gradient`: the forward pass, each of its steps transposed.

    `geo` is that of the forward pass.
    """
    filters, (height, width), n = len(g), geo.out, x.shape[3]
    spread = COMBINE.T.astype(x.dtype)
    if height % 4:
        g = copy_padded(g, empty((filters, height + -height % 4, width, n), g.dtype), 0, 0)
    g = g.reshape(filters, g.shape[1] // 4, 4, width * n)

    def work(tiles: slice) -> np.ndarray:
        columns = _columns(x, geo, tiles)
        products = scratch("products", (6, filters, tiles.stop - tiles.start, width * n), x.dtype)
        np.matmul(spread, g[:, tiles], out=products.transpose(1, 2, 0, 3))
        return wide(products.reshape(6, filters, -1), columns.transpose(0, 2, 1))

    def whole(parts: list[np.ndarray]) -> np.ndarray:
        total = summed(parts)
        if not finite(total):
            return direct.weight_gradient(x, g.reshape(filters, g.shape[1] * 4, width, n)[:, :height], geo).run()
        by_row = KERNEL.T.astype(x.dtype) @ total.reshape(6, -1)
        return np.ascontiguousarray(by_row.reshape(3, filters, 3, len(x)).transpose(1, 3, 0, 2))

    return Task(work, _tile_blocks(geo, x), whole)


def _columns(x: np.ndarray, geo: Geometry, tiles: slice) -> np.ndarray:
    """MIX @ d for some tiles of four output rows, under the three taps of each row: (6, 3 * c, pixels)."""
    channels, count, width, n = len(x), tiles.stop - tiles.start, geo.out[1], x.shape[3]
    (top, _), (left, _) = geo.pads
    padded = scratch("padded", (channels, 4 * count + 2, width + 2, n), x.dtype)
    copy_padded(x, padded, top - 4 * tiles.start, left)
    c, row, pixel, one = padded.strides
    d = view(padded, (3, channels, count, 6, width * n), (pixel, c, 4 * row, row, one))  # tiles overlap by two rows
    columns = scratch("columns", (6, 3, channels, count, width * n), x.dtype)
    np.matmul(MIX.astype(x.dtype), d, out=columns.transpose(1, 2, 3, 0, 4))
    return columns.reshape(6, 3 * channels, -1)


def _tile_blocks(geo: Geometry, x: np.ndarray) -> list[slice]:
    """Slices of tiles, each of four output rows."""
    tiles = -(-geo.out[0] // 4)
    step = BLOCK // max(1, 6 * len(x) * geo.out[1] * x.shape[3])
    step = max(1, min(step, -(-tiles // 2)))
    return [slice(t, min(t + step, tiles)) for t in range(0, tiles, step)]
