"""3x3 convolution of stride 1 with half the multiplications: Winograd's F(4,3) down the columns.

Four neighbouring outputs of a 3-tap filter need 12 products when taken one by one; six are enough. With the six
inputs `d`, the taps `k` and the matrices below, outputs = COMBINE @ ((KERNEL @ k) * (MIX @ d)): inputs are mixed by
additions, multiplied with prepared kernels, and the products combined by additions. Here the filter runs down the
image's columns, so that every addition works on whole rows of pixels; across a row the three taps are gathered as in
`correlate`. Winograd, "Arithmetic complexity of computations" (1980); Lavin and Gray, "Fast algorithms for
convolutional neural networks" (2016), whose matrices these are.
"""

import numpy as np

from course_lib import windows
from course_lib.memory import empty, scratch
from course_lib.parallel import share
from course_lib.windows import Geometry, copy_padded

KERNEL = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)


def applies(geo, weight):
    """Whether this is a 3x3 convolution of stride 1, dense, and large enough to win."""
    plain = geo.kernel == (3, 3) and geo.stride == geo.dilation == (1, 1) and geo.groups == 1
    return plain and min(weight.shape[:2]) >= 8 and geo.out[0] >= 4


def correlate(x, weight, geo, bias=None):
    """As `correlate.correlate`, for the geometries to which `applies` says yes."""
    kernels = _prepared(weight, x.dtype)
    out = empty((len(weight), *geo.out, x.shape[3]), x.dtype)
    width, n = geo.out[1], x.shape[3]

    def work(tiles):
        count = tiles.stop - tiles.start
        d = _padded_rows(x, geo, tiles)
        products = scratch("products", (6, len(weight), count, width, n), x.dtype)
        for q, mixed in enumerate(_mixed(d, count)):
            np.matmul(kernels[q], _shifted(mixed, width), out=products[q].reshape(len(weight), -1))
        _combine(products, out, tiles, bias)

    share(work, _tile_blocks(geo, x))
    return out


def input_gradient(g, weight, geo):
    """As `correlate.input_gradient`: the same convolution of g with the kernels rotated and the channels exchanged."""
    rotated = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    pads = tuple((2 - before, 2 - after) for before, after in geo.pads)
    return correlate(g, rotated, Geometry(geo.out, geo.kernel, geo.stride, pads, geo.dilation, geo.size))


def weight_gradient(x, g, geo):
    """As `correlate.weight_gradient`: the forward pass, each of its steps transposed."""
    width, n = geo.out[1], x.shape[3]

    def work(tiles):
        count = tiles.stop - tiles.start
        d = _padded_rows(x, geo, tiles)
        rows = scratch("gradient rows", (len(g), 4 * count, width, n), g.dtype)
        copy_padded(g, rows, -4 * tiles.start, 0)
        total = np.empty((6, len(g), 3 * len(x)), x.dtype)
        for q, (mixed, spread) in enumerate(zip(_mixed(d, count), _spread(rows), strict=True)):
            np.matmul(spread.reshape(len(g), -1), _shifted(mixed, width).T, out=total[q])
        return total

    total, *others = share(work, _tile_blocks(geo, x))
    for part in others:
        total += part
    by_row = KERNEL.T.astype(x.dtype) @ total.reshape(6, -1)
    return np.ascontiguousarray(by_row.reshape(3, len(g), 3, len(x)).transpose(1, 3, 0, 2))


def _prepared(weight, dtype):
    """Kernels (f, c, 3, 3) as six matrices (f, 3 * c), their columns in the order of `_shifted`."""
    by_row = np.ascontiguousarray(weight.transpose(2, 0, 3, 1), dtype).reshape(3, -1)
    return (KERNEL.astype(dtype) @ by_row).reshape(6, len(weight), -1)


def _tile_blocks(geo, x):
    """Slices of tiles, each of four output rows."""
    tiles = -(-geo.out[0] // 4)
    step = max(1, windows.BLOCK // (8 * len(x) * geo.out[1] * x.shape[3]))
    step = min(step, -(-tiles // 2))
    return [slice(t, min(t + step, tiles)) for t in range(0, tiles, step)]


def _padded_rows(x, geo, tiles):
    """The six input rows of every tile as views (c, tiles, width + 2, n), padding included."""
    count, (top, _), (left, _) = tiles.stop - tiles.start, *geo.pads
    buffer = scratch("rows", (len(x), 4 * count + 2, geo.out[1] + 2, x.shape[3]), x.dtype)
    copy_padded(x, buffer, top - 4 * tiles.start, left)
    return [buffer[:, p : p + 4 * count - 3 : 4] for p in range(6)]


def _mixed(d, count):
    """The six mixtures of the input rows, MIX @ d, one after the other in one reused buffer.

    MIX = [[4 0 -5 0 1 0] [0 -4 -4 1 1 0] [0 4 -4 -1 1 0] [0 -2 -1 2 1 0] [0 2 -1 -2 1 0] [0 4 0 -5 0 1]]
    """
    shape, dtype = d[0].shape, d[0].dtype
    even, odd, mixed = (scratch(name, shape, dtype) for name in ("even", "odd", "mixed"))
    np.subtract(d[4], d[2], out=even)  # d4 - d2
    np.subtract(d[0], d[2], out=mixed)
    mixed *= 4
    mixed += even
    yield mixed
    far = scratch("far", shape, dtype)
    np.multiply(d[2], 4, out=far)
    np.subtract(d[4], far, out=far)  # d4 - 4 d2
    np.multiply(d[1], 4, out=odd)
    np.subtract(d[3], odd, out=odd)  # d3 - 4 d1
    yield np.add(far, odd, out=mixed)
    yield np.subtract(far, odd, out=mixed)
    np.subtract(d[3], d[1], out=odd)
    odd *= 2  # 2 (d3 - d1)
    yield np.add(even, odd, out=mixed)
    yield np.subtract(even, odd, out=mixed)
    np.subtract(d[5], d[3], out=mixed)
    odd *= 2
    mixed -= odd  # d5 - d3 - 4 (d3 - d1)
    yield mixed


def _shifted(mixed, width):
    """(c, tiles, width + 2, n) as a matrix (3 * c, tiles * width * n): each row of pixels under the three taps."""
    channels, count, _, n = mixed.shape
    columns = scratch("columns", (3, channels, count, width, n), mixed.dtype)
    for j in range(3):
        columns[j] = mixed[:, :, j : j + width]
    return columns.reshape(3 * channels, -1)


def _combine(m, out, tiles, bias):
    """Write the four output rows of every tile, COMBINE @ m, m the six products (6, f, tiles, width, n).

    COMBINE = [[1 1 1 1 1 0] [0 1 -1 2 -2 0] [0 1 1 4 4 0] [0 1 -1 8 -8 1]]
    """
    total, half = scratch("even", m[0].shape, m.dtype), scratch("odd", m[0].shape, m.dtype)
    np.add(m[1], m[2], out=total)
    np.subtract(m[1], m[2], out=half)
    near, far = m[1], m[2]
    np.add(m[3], m[4], out=near)
    np.subtract(m[3], m[4], out=far)
    far *= 2
    rows = [m[0], half, total, m[5]]
    m[0] += total
    m[0] += near
    m[5] += half
    half += far
    near *= 4
    total += near
    far *= 4
    m[5] += far
    for q, row in enumerate(rows):
        if bias is not None:
            row += bias.reshape(-1, 1, 1, 1)
        target = out[:, 4 * tiles.start + q : 4 * tiles.stop : 4]
        target[...] = row[:, : target.shape[1]]


def _spread(rows):
    """The six mixtures of the gradient rows of every tile, COMBINE.T @ g, one after the other."""
    g = [rows[:, p::4] for p in range(4)]
    a, b, spread = (scratch(name, g[0].shape, rows.dtype) for name in ("near sum", "far sum", "spread"))
    spread[...] = g[0]
    yield spread
    np.add(g[0], g[2], out=a)
    np.add(g[1], g[3], out=b)
    yield np.add(a, b, out=spread)
    yield np.subtract(a, b, out=spread)
    np.multiply(g[2], 4, out=a)
    a += g[0]
    np.multiply(g[3], 4, out=b)
    b += g[1]
    b *= 2
    yield np.add(a, b, out=spread)
    yield np.subtract(a, b, out=spread)
    spread[...] = g[3]
    yield spread
