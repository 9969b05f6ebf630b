"""Primitives that multiply matrices: matmul over any batch, the affine layer, einsum. Contract: `elementwise.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.ops.elementwise import BOTH
from course_lib.ops.primitive import Flags, Gradients, Result
from course_lib.ops.products import product


def matmul(a: np.ndarray, b: np.ndarray, *, needs: Flags = BOTH) -> Result:
    """Matrix product over the last two axes, (..., n, k) @ (..., k, m) -> (..., n, m); vectors as in NumPy."""
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(f"matmul: both sides need at least one axis, got shapes {a.shape} and {b.shape}")
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ValueError(
            f"matmul: the last axis of the left side must equal the rows of the right side, "
            f"got {a.shape} @ {b.shape}: {a.shape[-1]} against {inner}"
        )
    a2 = a[None, :] if a.ndim == 1 else a
    b2 = b[:, None] if b.ndim == 1 else b

    def vjp(g: np.ndarray) -> Gradients:
        if b.ndim == 1:
            g = np.expand_dims(g, -1)
        if a.ndim == 1:
            g = np.expand_dims(g, -2)
        da = db = None
        if needs[0]:
            da = _product(g, b2.swapaxes(-1, -2), a2)
            da = da.sum(axis=tuple(range(da.ndim - 1))) if a.ndim == 1 else da
        if needs[1]:
            db = _product(a2.swapaxes(-1, -2), g, b2)
            db = db.sum(axis=(*range(db.ndim - 2), -1)) if b.ndim == 1 else db
        return da, db

    return _matmul(a, b), vjp


def _product(x: np.ndarray, y: np.ndarray, like: np.ndarray) -> np.ndarray:
    """x @ y, in the memory order of `like` when the shapes agree: BLAS writes either order at the same price."""
    if x.ndim == 1:
        return x @ y
    shape = (*np.broadcast_shapes(x.shape[:-2], y.shape[:-2]), x.shape[-2], y.shape[-1])
    out = np.empty_like(like) if shape == like.shape else np.empty(shape, np.result_type(x, y))
    return _matmul(x, y, out)


def _matmul(x: np.ndarray, y: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    return product(x, y, out) if x.ndim == y.ndim == 2 else np.matmul(x, y, out=out)


def linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, *, needs: Flags = (True, True, True)) -> Result:
    """x @ weight.T + bias for x (..., d_in), weight (d_out, d_in), bias (d_out,): one primitive saves two passes.

    `needs` says which of the three want a gradient.
    """
    out = _matmul(x, weight.T)
    out += bias

    def vjp(g: np.ndarray) -> Gradients:
        dx = dw = db = None
        if needs[0]:
            dx = _product(g, weight, x)
        if needs[1]:
            rows = g.reshape(-1, g.shape[-1])
            dw = product(rows.T, x.reshape(-1, x.shape[-1]))
        if needs[2]:
            db = g.sum(axis=tuple(range(g.ndim - 1)))
        return dx, dw, db

    return out, vjp


def einsum(*operands: np.ndarray, equation: str, needs: Flags | None = None) -> Result:
    """Einstein's sum over explicit letters, `equation` like "ij,jk->ik"; a letter may repeat inside an
    operand (diagonal).

    The gradient of one operand is again such a sum: of `g` and the others, onto the operand's letters.

    operands: one array for each word of the equation.
    needs: which of them want a gradient; None is all.
    """
    sides, result = equation.split("->")
    letters = sides.split(",")
    size = {s: 1 for s in sides if s != ","}
    for word, a in zip(letters, operands, strict=True):
        for s, n in zip(word, a.shape, strict=True):
            size[s] = n if size[s] == 1 else size[s]

    def gradient(i: int, g: np.ndarray) -> np.ndarray:
        own = "".join(dict.fromkeys(letters[i]))
        rest = [(w, a) for j, (w, a) in enumerate(zip(letters, operands, strict=True)) if j != i] + [(result, g)]
        reached = [s for s in own if any(s in w for w, _ in rest)]
        part = _einsum(rest, "".join(reached))
        missing = tuple(k for k, s in enumerate(own) if s not in reached)
        full = np.broadcast_to(np.expand_dims(part, missing), [size[s] for s in own])
        if own == letters[i]:
            return full
        out = np.zeros([size[s] for s in letters[i]], dtype=full.dtype)
        np.einsum(f"{letters[i]}->{own}", out)[...] = full  # a writable view of the diagonal
        return out

    def vjp(g: np.ndarray) -> Gradients:
        return tuple(gradient(i, g) if needs is None or needs[i] else None for i in range(len(operands)))

    return _einsum(list(zip(letters, operands, strict=True)), result), vjp


def _einsum(pairs: list[Any], result: Any) -> np.ndarray:
    words, arrays = zip(*pairs, strict=True)
    return np.einsum(",".join(words) + "->" + result, *arrays, optimize=len(arrays) > 1)
