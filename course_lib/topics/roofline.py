"""The roofline: what a machine can move and compute in a second, and which of the two holds a layer back.

Williams, Waterman and Patterson 2009, "Roofline: an insightful visual performance model for multicore architectures".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.arithmetic import output_size


@dataclass(frozen=True)
class Work:
    """What one run of a layer needs: multiplications and additions together, and bytes moved to or from memory.

    `name` is that of the layer, `operations` are counted for the whole batch.
    """

    name: str
    operations: float
    bytes: float

    @property
    def intensity(self) -> float:
        """Operations for each byte."""
        return self.operations / self.bytes


def convolution(
    n: int, c: int, h: int, w: int, f: int, k: int, *, stride: int = 1, padding: int = 0, width: int = 4,
    name: str | None = None,
) -> Work:  # fmt: skip
    """The Work of a convolution of n images c x h x w by f kernels k x k: input, weights, output are moved once.

    `stride` and `padding` in pixels, `width` bytes a number; `name` is the layer's, else one is made up.
    """
    rows, columns = (output_size(size, k, stride, padding) for size in (h, w))
    moved = n * c * h * w + f * c * k * k + n * f * rows * columns
    return Work(name or f"{k}×{k} convolution", 2 * n * f * rows * columns * c * k * k, width * moved)


def linear(n: int, d_in: int, d_out: int, *, width: int = 4, name: str | None = None) -> Work:
    """The Work of x (n, d_in) times a matrix (d_in, d_out).

    `width` bytes a number; `name` is the layer's, else one is made up.
    """
    return Work(name or f"linear {d_in}-{d_out}", 2 * n * d_in * d_out, width * (n * d_in + d_in * d_out + n * d_out))


def elementwise(n: int, *, operations: int = 1, width: int = 4, name: str = "ReLU") -> Work:
    """The Work of reading and writing n numbers with so many operations on each.

    `width` bytes a number; `name` is the layer's.
    """
    return Work(name, operations * n, 2 * width * n)


def attainable(intensity: ArrayLike, bandwidth: float, peak: float) -> np.ndarray:
    """Operations a second at most: the slope bandwidth * intensity under the flat roof `peak`.

    `intensity` of any shape, in operations a byte; `bandwidth` in bytes a second, `peak` in operations a second.
    """
    return np.minimum(peak, bandwidth * np.asarray(intensity, dtype=float))


def best_seconds(run: Callable, *, repeats: int = 5, clock: Callable = time.perf_counter) -> float:
    """The shortest of `repeats` runs of `run()`, after one that does not count: others on the machine only lengthen.

    `clock()` is in seconds.
    """
    run()
    taken = []
    for _ in range(repeats):
        began = clock()
        run()
        taken.append(clock() - began)
    return min(taken)


def measure_bandwidth(numbers: int = 1 << 23, *, repeats: int = 5, clock: Callable = time.perf_counter) -> float:
    """Bytes a second that this machine copies between arrays of float32 too large for its caches.

    Arrays of so many `numbers`; `repeats` and `clock` are those of `best_seconds`.
    """
    source, target = np.ones(numbers, np.float32), np.zeros(numbers, np.float32)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), repeats=repeats, clock=clock)


def measure_peak(side: int = 640, *, repeats: int = 5, clock: Callable = time.perf_counter) -> float:
    """Operations a second of this machine in a product of two square float32 matrices, the best case there is.

    Matrices (side, side); `repeats` and `clock` are those of `best_seconds`.
    """
    a = np.ones((side, side), np.float32)
    out = np.empty_like(a)
    return 2 * side**3 / best_seconds(lambda: np.matmul(a, a, out=out), repeats=repeats, clock=clock)
