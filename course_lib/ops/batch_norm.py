"""Batch normalisation as one operation, forward and backward, channel by channel.

One channel of one layer fits in the cache, so that its mean, variance and result are had for one trip through memory.
Ioffe and Szegedy, "Batch normalization" (2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import share, split
from course_lib.ops.primitive import Flags, Gradients, Result

CHUNK = 1 << 19  # numbers per block: handing less than 2 MB of float32 to a second thread costs more than it saves


def batch_norm(
    x: np.ndarray, weight: np.ndarray | None = None, bias: np.ndarray | None = None, *,
    running: tuple[np.ndarray, np.ndarray] | None = None, training: bool = True, momentum: float = 0.1,
    eps: float = 1e-5, needs: Flags = (True, True, True),
) -> Result:  # fmt: skip
    """Standardise every channel of x (n, c) or (n, c, ...), then multiply by weight (c,) and add bias (c,).

    In training the statistics are the batch's, and `running`, a pair of arrays (mean, variance) or None, moves towards
    them by `momentum`, the variance with m - 1 as in torch; else the statistics are `running`.
    """
    _check(x, weight, bias, running, training)
    channels, count = x.shape[1], x.size // max(1, x.shape[1])
    learned = (weight is not None) + (bias is not None)
    if not x.size:  # nothing to learn from: the statistics stay, as in torch
        return x.copy(), lambda g: (g, *np.zeros((learned, channels), g.dtype))
    rows = _rows(x)
    out = empty(rows.shape, rows.dtype)
    mean, spread = np.empty(channels, x.dtype), np.empty(channels, x.dtype)
    if not training and running is not None:
        mean[...], spread[...] = running
    gain = np.ones(channels, x.dtype) if weight is None else weight
    parts = split(channels, rows.size // CHUNK)

    def forward(part: slice) -> None:
        here = out[part]
        if training:
            mean[part] = _sums(rows[part]) / count
        np.subtract(rows[part], mean[part, None], out=here)
        if training:
            spread[part] = np.vecdot(here, here) / count
        here *= (gain[part] / np.sqrt(spread[part] + eps))[:, None]
        if bias is not None:
            here += bias[part, None]

    _share(forward, parts)
    if training and running is not None:
        _move(running, (mean, spread * (count / (count - 1))), momentum)
    inverse = 1 / np.sqrt(spread + eps)

    def vjp(g: np.ndarray) -> Gradients:
        g = _rows(g)
        gx: Any = empty(g.shape, g.dtype) if needs[0] else None
        along, total = np.empty(channels, g.dtype), np.empty(channels, g.dtype)

        def backward(part: slice) -> None:
            pull = scratch("centred", g[part].shape, g.dtype)  # had again from x, which is cheaper than keeping it
            np.subtract(rows[part], mean[part, None], out=pull)
            along[part] = np.vecdot(g[part], pull) * inverse[part]
            total[part] = _sums(g[part])
            if needs[0] and training:
                pull *= (along[part] * inverse[part] / count)[:, None]
                pull += (total[part] / count)[:, None]
                np.subtract(g[part], pull, out=gx[part])
            if needs[0]:
                np.multiply(gx[part] if training else g[part], (gain[part] * inverse[part])[:, None], out=gx[part])

        _share(backward, parts)
        return (None if gx is None else _back(gx, x.shape), along, total)[: 1 + learned]

    return _back(out, x.shape), vjp


def _share(work: Callable, parts: Sequence[slice]) -> None:
    """`share` for work that broadcasts (c, 1) against long rows: NumPy's buffer, a thread's own, would double its
    time."""

    def without_buffer(part: slice) -> None:
        before = np.setbufsize(1024)
        try:
            work(part)
        finally:
            np.setbufsize(before)

    share(without_buffer, parts)


def _move(running: tuple[np.ndarray, np.ndarray], batch: tuple[np.ndarray, np.ndarray], momentum: float) -> None:
    for kept, now in zip(running, batch, strict=True):
        kept *= 1 - momentum
        kept += momentum * now


def _sums(rows: np.ndarray) -> np.ndarray:
    """Sum of each row, as products with ones: in runs of 2048 first, so that little is lost to rounding."""
    whole = rows.shape[1] // 2048 * 2048
    ones = np.ones(2048, rows.dtype)
    runs = np.vecdot(rows[:, :whole].reshape(len(rows), whole // 2048, 2048), ones)
    return runs.sum(axis=1) + np.vecdot(rows[:, whole:], ones[: rows.shape[1] - whole])


def _rows(x: np.ndarray) -> np.ndarray:
    """(n, c, ...) as a matrix (c, everything else), the batch last: a view if the memory lies so."""
    order = (1, *range(2, x.ndim), 0)
    return np.ascontiguousarray(x.transpose(order)).reshape(x.shape[1], x.size // x.shape[1])


def _back(rows: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """The inverse of `_rows`."""
    n, channels, *rest = shape
    return rows.reshape(channels, *rest, n).transpose(len(rest) + 1, *range(len(rest) + 1))


def _check(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, running: tuple[np.ndarray, np.ndarray] | None,
    training: bool,
) -> None:  # fmt: skip
    if x.ndim < 2:
        raise ValueError(f"batch_norm: input must be (n, c) or (n, c, ...), got shape {x.shape}")
    if bias is not None and weight is None:
        raise ValueError("batch_norm: a bias needs a weight beside it")
    for what, array in (("weight", weight), ("bias", bias)):
        if array is not None and array.shape != x.shape[1:2]:
            raise ValueError(f"batch_norm: {what} must have shape ({x.shape[1]},), got {array.shape}")
    if training and x.size == x.shape[1] > 0:
        raise ValueError(f"batch_norm: training needs more than one value per channel, got shape {x.shape}")
    if not training and running is None:
        raise ValueError("batch_norm: without training it needs the running mean and variance")
