"""Primitives that move numbers without changing them: reshape, transpose, index, join, pad, flip, repeat.

Their gradients move the numbers back, and add where one number went to several places. The contract stands in
`elementwise.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from course_lib.ops.memory import zeros_like
from course_lib.ops.primitive import Axis, Gradients, Result


def reshape(a: np.ndarray, *, shape: Sequence[int]) -> Result:
    """The same numbers in another shape, in C order of the logical axes."""
    return a.reshape(shape), lambda g: (g.reshape(a.shape),)


def clone(a: np.ndarray) -> Result:
    """The same numbers in memory of their own."""
    return a.copy(order="K"), lambda g: (g,)


def cast(a: np.ndarray, *, dtype: DTypeLike) -> Result:
    """Floats of another precision; the walk back brings the gradient to that of `a` by itself.

    `dtype` is the new one.
    """
    return a.astype(dtype), lambda g: (g,)


def transpose(a: np.ndarray, *, axes: Sequence[int]) -> Result:
    """Axes in the order `axes`."""
    inverse = np.argsort(axes)
    return a.transpose(axes), lambda g: (g.transpose(inverse),)


def expand(a: np.ndarray, *, shape: Sequence[int]) -> Result:
    """Broadcast to `shape`, a view; un-broadcasting is the whole gradient."""
    return np.broadcast_to(a, shape), lambda g: (g,)


def getitem(a: np.ndarray, *, key: Any) -> Result:
    """a[key] for slices, integers, integer arrays, boolean masks; a repeated index accumulates."""
    parts = key if isinstance(key, tuple) else (key,)
    copies = any(isinstance(p, np.ndarray) and p.dtype != bool for p in parts)
    numbers, rest = _numbers_first(parts) if len(parts) > 1 else (..., key)

    def vjp(g: np.ndarray) -> Gradients:
        out = zeros_like(a, g.dtype)
        if copies:
            np.add.at(out[numbers], rest, g)
        else:
            out[numbers][rest] = g
        return (out,)

    return a[numbers][rest], vjp


def _numbers_first(parts: tuple[Any, ...]) -> tuple[Any, Any]:
    """A key in two: single integers, then the rest.

    NumPy counts the integers among the arrays, and would give x[0, :, rows] its axes in another order than torch does.
    """
    number = [not isinstance(p, np.ndarray) and hasattr(p, "__index__") and not isinstance(p, bool) for p in parts]
    if not any(number) or not any(isinstance(p, np.ndarray) for p in parts):
        return ..., parts
    first = []
    for p, single in zip(parts, number, strict=True):
        if single or p is Ellipsis:
            first.append(p)
        elif p is not None:
            first += [slice(None)] * (p.ndim if isinstance(p, np.ndarray) and p.dtype == bool else 1)
    return tuple(first), tuple(p for p, single in zip(parts, number, strict=True) if not single)


def gather(a: np.ndarray, *, axis: int, indices: np.ndarray) -> Result:
    """out[i, j, ...] = a[..., indices[i, j, ...] on `axis`, ...]; a repeated index accumulates."""
    if indices.size and not (-a.shape[axis] <= indices.min() and indices.max() < a.shape[axis]):
        bounds = f"{indices.min()} to {indices.max()}"
        raise IndexError(f"gather: indices must be in 0..{a.shape[axis] - 1} on axis {axis}, got {bounds}")
    grid = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    grid[axis] = indices
    return getitem(a, key=tuple(grid))


def concatenate(*arrays: np.ndarray, axis: int = 0) -> Result:
    """Arrays one behind the other along `axis`. `arrays` have equal shapes but on that axis."""
    cuts = np.cumsum([a.shape[axis] for a in arrays])[:-1]
    return np.concatenate(arrays, axis=axis), lambda g: tuple(np.split(g, cuts, axis=axis))


def stack(*arrays: np.ndarray, axis: int = 0) -> Result:
    """Arrays of one shape along a new `axis`. `arrays` are in the order in which they will stand."""
    return np.stack(arrays, axis=axis), lambda g: tuple(np.moveaxis(g, axis, 0))


def flip(a: np.ndarray, *, axis: Axis) -> Result:
    """Reverse the order along `axis` (an integer or a tuple)."""
    return np.flip(a, axis), lambda g: (np.flip(g, axis),)


def roll(a: np.ndarray, *, shifts: int | tuple[int, ...], axis: Axis) -> Result:
    """Everything `shifts` places on along `axis` (both integers or tuples), what leaves the end enters at the front."""
    back = tuple(-s for s in shifts) if isinstance(shifts, tuple) else -shifts
    return np.roll(a, shifts, axis), lambda g: (np.roll(g, back, axis),)


def tile(a: np.ndarray, *, repeats: Sequence[int]) -> Result:
    """The whole array repeated `repeats[i]` times along axis i; there may be more repeats than axes."""
    shape = (1,) * (len(repeats) - a.ndim) + a.shape
    split = [n for pair in zip(repeats, shape, strict=True) for n in pair]

    def vjp(g: np.ndarray) -> Gradients:
        return (g.reshape(split).sum(axis=tuple(range(0, len(split), 2))).reshape(a.shape),)

    return np.tile(a, repeats), vjp


def pad(a: np.ndarray, *, widths: Sequence[tuple[int, int]], value: float = 0.0) -> Result:
    """`value` around the array, `widths` = ((before, after), ...) per axis; negative widths crop."""
    grown = tuple((max(lo, 0), max(hi, 0)) for lo, hi in widths)
    inside = tuple(slice(max(-lo, 0), n - max(-hi, 0)) for (lo, hi), n in zip(widths, a.shape, strict=True))
    kept = a[inside]
    middle = tuple(slice(lo, lo + n) for (lo, _), n in zip(grown, kept.shape, strict=True))

    def vjp(g: np.ndarray) -> Gradients:
        out = np.zeros_like(a, dtype=g.dtype)
        out[inside] = g[middle]
        return (out,)

    return np.pad(kept, grown or 0, constant_values=value), vjp


def embedding(weight: np.ndarray, *, indices: np.ndarray, padding_idx: int | None = None) -> Result:
    """Rows of `weight` (rows, d) picked by an integer array; the row `padding_idx` gets no gradient.

    `indices` are row numbers of any shape (...); the output is (..., d).
    """

    def vjp(g: np.ndarray) -> Gradients:
        flat, rows = indices.reshape(-1), g.reshape(indices.size, weight.shape[1])
        if padding_idx is not None:
            flat, rows = flat[flat != padding_idx], rows[flat != padding_idx]
        out = np.zeros_like(weight)
        if len(flat):  # sort the rows and add runs: many times faster than np.add.at
            order = np.argsort(flat, kind="stable")
            starts = np.flatnonzero(np.diff(flat[order], prepend=flat[order[0]] - 1))
            out[flat[order[starts]]] = np.add.reduceat(rows[order], starts, axis=0)
        return (out,)

    return weight[indices], vjp
