"""Matrix products, cut into what the matrix library multiplies quickest.

Before it multiplies, OpenBLAS copies both matrices into an order of its own. For matrices with few rows that takes as
long as the product. Small ones it multiplies as they lie, where the processor has AVX-512; so a product is cut into
small ones: a convolution's up to twice as quick (`python benchmarks/numeric.py --only products`).
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from course_lib.ops.parallel import get_num_threads, matrix_libraries

SMALL, NARROW = 1_000_000, 1200  # multiplications, and results with b transposed, up to which OpenBLAS packs nothing
LARGE = 1 << 22  # multiplications, some 0.1 ms: with fewer a second thread is hardly awake before all is done


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The matrix product of a (n, k) and b (k, m); a large one on the matrix library's own threads."""
    size = a.size * b.shape[1]
    threads = get_num_threads() if size >= LARGE else 1
    if threads == 1 and size > SMALL and a.flags.c_contiguous and (out is None or out.flags.c_contiguous):
        out = np.empty((len(a), b.shape[1]), np.result_type(a, b)) if out is None else out
        np.matmul(in_blocks(a, b), b, out=in_blocks(out, b))
        return out
    libraries = matrix_libraries() if threads > 1 else ()
    try:
        for library in libraries:
            library.set_num_threads(threads)
        return np.matmul(a, b, out=out)
    finally:
        for library in libraries:
            library.set_num_threads(1)


def in_blocks(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a (..., n, j) as (..., blocks, rows, j): so it is multiplied by b (..., k, m), or takes what was, in products so
    small that the library packs nothing first, a fifth quicker; in one block where that is no gain."""
    *outer, n, j = a.shape
    k, m = b.shape[-2:]
    rows = max(n, 1)
    if n * k * m > SMALL and _takes_small():
        most = _most(k, m, _transposed(b))
        rows = next((rows for rows in (32, 16, 8, 4) if rows <= most and n % rows == 0), n)
    return a.reshape(*outer, n // rows, rows, j)


def wide(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """a (..., n, k) @ b (..., k, m), where n is small: by blocks of columns where that is quicker."""
    n, k = a.shape[-2:]
    width = _width(n, k, b.shape[-1], _transposed(b))
    if width == b.shape[-1]:
        return np.matmul(a, b, out=out)
    if out is None:
        shape = *np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), n, b.shape[-1]
        out = np.empty(shape, np.result_type(a, b))
    np.matmul(a[..., None, :, :], _columns(b, width), out=_columns(out, width))
    return out


def _columns(b: np.ndarray, width: int) -> np.ndarray:
    """b (..., k, m) as (..., blocks, k, width): a view."""
    return b.reshape(*b.shape[:-1], b.shape[-1] // width, width).swapaxes(-2, -3)


@lru_cache(maxsize=1000)
def _width(n: int, k: int, m: int, transposed: bool) -> int:
    """Columns of a block, of m: as many as the library takes as they lie, but not too few to be worth it."""
    few = n * k * m <= SMALL and (not transposed or n * m <= NARROW)
    if few or not _takes_small():
        return m
    most = _most(k, n, transposed)
    least = 5 if transposed else max(16, min(48, most // 16 * 16))
    return next((width for width in range(min(most, m), least - 1, -1) if m % width == 0), m)


def _most(k: int, other: int, transposed: bool) -> int:
    """Rows, or columns, of a product with k terms and `other` columns, or rows, that the library takes as it lies."""
    most = SMALL // max(1, k * other)
    return min(most, NARROW // other if k >= 128 else 0) if transposed else most


def _transposed(b: np.ndarray) -> bool:
    return b.strides[-2] < b.strides[-1]


@cache
def _takes_small() -> bool:
    """Whether a matrix library multiplies small matrices as they lie: OpenBLAS with AVX-512."""
    return any(library.architecture in ("SkylakeX", "Cooperlake", "SapphireRapids") for library in matrix_libraries())
