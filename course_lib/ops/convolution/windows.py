"""How images lie in memory and how windows slide over them: what convolution and pooling share.

Arrays keep torch's logical shape (n, c, h, w), but fast operations want the *memory* in the order (c, h, w, n):
then a row of pixels of the whole batch is one contiguous run, and so is every shifted window of stride 1.
`batch_last` gives that memory view (no copy if the array already lies so), `logical` turns it back. Element-wise
NumPy keeps the order by itself.

A `Geometry` is called `geo` everywhere; `rows`, `cols` and `block` are slices of outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd, prod

import numpy as np

from course_lib import arithmetic
from course_lib.arithmetic import Padding, Pair

BLOCK = 1 << 19  # numbers gathered at a time: 2 MB of float32, near enough to the core, blocks enough for two threads


def batch_last(x: np.ndarray) -> np.ndarray:
    """(n, c, h, w) as a contiguous (c, h, w, n): a view if the memory already is in that order."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def logical(memory: np.ndarray) -> np.ndarray:
    """(c, h, w, n) seen as (n, c, h, w)."""
    return memory.transpose(3, 0, 1, 2)


def finite(x: np.ndarray) -> bool:
    """Whether x holds neither NaN nor infinity, by the sum of its squares: one pass, quickest over a long last axis.

    Squares that overflow say no as well; who asks has a way for such numbers that is slower, not wrong.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.vecdot(x, x).sum()))


@dataclass(frozen=True)
class Geometry:
    """Where windows stand: all pairs are (vertical, horizontal); `pads` are ((top, bottom), (left, right)).

    size: (h, w) of the images.
    kernel, stride, dilation: as the names say; `groups` of channels.
    out: how many windows there are.
    """

    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    out: tuple[int, ...]
    groups: int = 1

    @property
    def padded(self) -> tuple[int, ...]:
        """Height and width that the windows see: padding included, and what they overhang."""
        reached = [
            (o - 1) * s + arithmetic.reach(k, d)
            for o, s, k, d in zip(self.out, self.stride, self.kernel, self.dilation, strict=True)
        ]
        with_pads = [n + a + b for n, (a, b) in zip(self.size, self.pads, strict=True)]
        return tuple(max(pair) for pair in zip(reached, with_pads, strict=True))

    @property
    def is_view(self) -> bool:
        """Whether the windows are the input itself: 1x1 kernel, stride 1, no padding."""
        return self.kernel == self.stride == (1, 1) and self.padded == self.size

    @property
    def lattice(self) -> tuple[int, int]:
        """(step, hop): outputs `step` rows apart see the same lines of the input, each `hop` lines below the last.

        A dilation keeps the lines of other outputs apart from these. Without one, step is 1 and hop the stride.
        """
        common = gcd(self.stride[0], self.dilation[0])
        return self.dilation[0] // common, self.stride[0] // common


def geometry(
    size: Sequence[int], kernel: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1,
    ceil_mode: bool = False, groups: int = 1, *, name: str,
) -> Geometry:  # fmt: skip
    """Check the arguments of one operation on images of `size` (h, w) and work out where its windows stand.

    kernel, stride, dilation: one number or (vertical, horizontal).
    padding: as well, or "same" or "valid".
    ceil_mode: whether windows may overhang the end.
    groups: only kept.
    name: of the operation, for the ValueError where nothing fits.
    """
    kernel = arithmetic.pair(kernel, "kernel_size", least=1, name=name)
    stride = arithmetic.pair(stride, "stride", least=1, name=name)
    dilation = arithmetic.pair(dilation, "dilation", least=1, name=name)
    out = arithmetic.output_shape(size, kernel, stride, padding, dilation, ceil_mode, name=name)
    both = isinstance(padding, str)
    each = (padding, padding) if both else arithmetic.pair(padding, "padding", least=0, name=name)
    pads = tuple(
        arithmetic.pads(p, k, stride=s, dilation=d, name=name)
        for p, k, s, d in zip(each, kernel, stride, dilation, strict=True)
    )
    return Geometry(tuple(size), kernel, stride, pads, dilation, out, groups)


def copy_padded(x: np.ndarray, buffer: np.ndarray, top: int, left: int, fill: float = 0) -> np.ndarray:
    """Write `x` (c, h, w, n) into `buffer` (c, H, W, n), its first pixel at (top, left), `fill` elsewhere; returns it.

    A negative position, or a buffer that ends early, shows only a part of `x`.
    """
    rows, their_rows = inside(-top, 1, buffer.shape[1], x.shape[1])
    cols, their_cols = inside(-left, 1, buffer.shape[2], x.shape[2])
    buffer[:, : rows.start] = fill
    buffer[:, rows.stop :] = fill
    buffer[:, rows, : cols.start] = fill
    buffer[:, rows, cols.stop :] = fill
    buffer[:, rows, cols] = x[:, their_rows, their_cols]
    return buffer


def view(memory: np.ndarray, shape: Sequence[int], strides: Sequence[int]) -> np.ndarray:
    """The `memory` of a contiguous array in another `shape` with other `strides`, in bytes; parts may overlap."""
    return np.ndarray(shape, memory.dtype, memory, 0, strides)


def window_view(padded: np.ndarray, geo: Geometry) -> np.ndarray:
    """Every window of a padded (c, H, W, n): a view (c, kh, kw, oh, ow, n) that copies nothing."""
    sc, sh, sw, sn = padded.strides
    (vertical, horizontal), (down, right) = geo.stride, geo.dilation
    shape = (padded.shape[0], *geo.kernel, *geo.out, padded.shape[3])
    strides = (sc, down * sh, right * sw, vertical * sh, horizontal * sw, sn)
    return view(padded, shape, strides)


def tap(
    padded: np.ndarray, i: int, j: int, geo: Geometry, rows: slice = slice(None), cols: slice = slice(None)
) -> np.ndarray:
    """What kernel position (i, j) sees of a padded (c, H, W, n), for a block of outputs: a writable view."""
    (vertical, horizontal), (down, right) = geo.stride, geo.dilation
    r0, r1, _ = rows.indices(geo.out[0])
    c0, c1, _ = cols.indices(geo.out[1])
    top, left = i * down + r0 * vertical, j * right + c0 * horizontal
    return padded[
        :,
        top : top + (r1 - r0 - 1) * vertical + 1 : vertical,
        left : left + (c1 - c0 - 1) * horizontal + 1 : horizontal,
    ]


def inside(first: int, step: int, count: int, size: int) -> tuple[slice, slice]:
    """Which of the positions first, first + step, ... (`count` of them) lie in range(size), and where: two slices."""
    begin = min(max(0, -(first // step)), count)
    end = max(begin, min(count, (size - 1 - first) // step + 1))
    here = slice(first + begin * step, first + (end - 1) * step + 1, step) if end > begin else slice(0, 0)
    return slice(begin, end), here


def stacks(lines: np.ndarray, count: int, hop: int, height: int) -> np.ndarray:
    """Every `height` neighbouring lines as one matrix, of contiguous lines (groups, m, ..., w, n).

    A view (groups, count, height * rows, w * n), each stack `hop` lines after the one before: they overlap.
    """
    groups, _, *rows, w, n = lines.shape
    shape = groups, count, height * prod(rows), w * n
    strides = lines.strides[0], hop * lines.strides[1], w * n * lines.itemsize, lines.itemsize
    return view(lines, shape, strides)


def summed(parts: Sequence[np.ndarray]) -> np.ndarray:
    """The sum of `parts`, into the first, in the order of their blocks: it does not depend on the threads."""
    total, *others = parts
    for part in others:
        total += part
    return total


def row_blocks(rows: range, most: int) -> list[slice]:
    """Cut a range of rows into an even number of slices of at most `most` rows, where there are rows enough."""
    parts = -(-len(rows) // max(1, most))
    parts = min(parts + parts % 2, len(rows))
    edges = [len(rows) * i // parts for i in range(parts + 1)]
    return [slice(rows[a], rows[b - 1] + 1, rows.step) for a, b in pairwise(edges)]
