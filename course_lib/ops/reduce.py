"""Primitives that reduce or normalise along axes: sum, mean, variance, largest, log-sum-exp, softmax, running
sum.

`axis` is None (all axes), an integer or a tuple, `keepdims` as in NumPy. The contract stands in `elementwise.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.ops.elementwise import sign_of
from course_lib.ops.primitive import Axis, Flags, Gradients, Result


def _stretch(g: np.ndarray, shape: Sequence[int], axis: Axis, keepdims: bool) -> np.ndarray:
    """The gradient of a reduced array as a read-only view that broadcasts to `shape`."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, shape)


def _floats(a: np.ndarray) -> np.ndarray:
    """Integers and booleans as float32."""
    return a if a.dtype.kind == "f" else a.astype(np.float32)


def _of_sums(a: np.ndarray) -> type | None:
    """The kind of sums: int64 of what has no sign, or a difference of two such sums could not be negative."""
    return np.int64 if a.dtype.kind == "u" else None


def _count(shape: Sequence[int], axis: Axis) -> int:
    """How many numbers are reduced into one."""
    axes = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
    count = 1
    for i in axes:
        count *= shape[i]
    return count


def sum(a: np.ndarray, *, axis: Axis = None, keepdims: bool = False) -> Result:
    """Add up `axis`; every summand gets the gradient of the total."""
    return a.sum(axis=axis, keepdims=keepdims, dtype=_of_sums(a)), lambda g: (_stretch(g, a.shape, axis, keepdims),)


def mean(a: np.ndarray, *, axis: Axis = None, keepdims: bool = False) -> Result:
    """Average over `axis`."""
    n = _count(a.shape, axis)
    return a.mean(axis=axis, keepdims=keepdims), lambda g: (_stretch(g / max(n, 1), a.shape, axis, keepdims),)


def var(a: np.ndarray, *, axis: Axis = None, correction: int = 1, keepdims: bool = False) -> Result:
    """Variance over `axis`: squared deviations over (count - correction)."""
    n = _count(a.shape, axis) - correction
    if n <= 0:
        raise ValueError(f"needs more than {correction} values with correction={correction}, got {n + correction}")
    centred = a - a.mean(axis=axis, keepdims=True)
    out = (centred * centred).sum(axis=axis, keepdims=keepdims) / n
    return out, lambda g: (_stretch(g * (2 / n), a.shape, axis, keepdims) * centred,)


def std(a: np.ndarray, *, axis: Axis = None, correction: int = 1, keepdims: bool = False) -> Result:
    """Root of `var`; where all values are equal the gradient is 0, as in torch."""
    square, vjp = var(a, axis=axis, correction=correction, keepdims=keepdims)
    out = np.sqrt(square)
    return out, lambda g: vjp(np.divide(g, 2 * out, out=np.zeros_like(out), where=out != 0))


def amax(a: np.ndarray, *, axis: Axis = None, keepdims: bool = False) -> Result:
    """Largest value over `axis`; ties share the gradient equally."""
    return _extreme(np.max, a, axis, keepdims)


def amin(a: np.ndarray, *, axis: Axis = None, keepdims: bool = False) -> Result:
    """Smallest value over `axis`; ties share the gradient equally."""
    return _extreme(np.min, a, axis, keepdims)


def _extreme(reduce: Callable, a: np.ndarray, axis: Axis, keepdims: bool) -> Result:
    if _count(a.shape, axis) == 0:
        raise ValueError(f"a{reduce.__name__}: an axis without numbers has no extreme, got shape {a.shape}")
    kept = reduce(a, axis=axis, keepdims=True)

    def vjp(g: np.ndarray) -> Gradients:
        chosen = a == kept
        if axis is None:
            chosen |= a != a  # beside NaN all the others had no part in it
        shares = chosen / chosen.sum(axis=axis, keepdims=True, dtype=a.dtype)
        return (_stretch(g, a.shape, axis, keepdims) * shares,)

    return kept if keepdims else kept.squeeze(axis), vjp


def norm(a: np.ndarray, *, p: float = 2, axis: Axis = None, keepdims: bool = False) -> Result:
    """(sum of |a|^p)^(1/p) over `axis`, the largest magnitude for p infinite; where it is 0 the gradient is 0."""
    size = np.abs(_floats(a))
    if p == np.inf:
        if _count(a.shape, axis) == 0:
            raise ValueError(f"norm: an axis without numbers has no largest magnitude, got shape {a.shape}")
        kept = size.max(axis=axis, keepdims=True, initial=0)
    else:
        kept = (size * size if p == 2 else size**p).sum(axis=axis, keepdims=True) ** (1 / p)

    def vjp(g: np.ndarray) -> Gradients:
        if p == np.inf:
            chosen = (size == kept) | (size != size)
            share = chosen / chosen.sum(axis=axis, keepdims=True, dtype=a.dtype)
        else:
            share = np.divide(size, kept, out=np.zeros_like(size), where=kept != 0) ** (p - 1)
        return (_stretch(g, a.shape, axis, keepdims) * sign_of(a) * share,)

    return kept if keepdims else kept.squeeze(axis), vjp


def logsumexp(a: np.ndarray, *, axis: Axis = None, keepdims: bool = False) -> Result:
    """log(sum(exp(a))) over `axis`, without overflow."""
    a = _floats(a)
    shift = a.max(axis=axis, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(shift), shift, 0)
    shifted = np.exp(a - shift)
    total = shifted.sum(axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        out = np.log(total) + shift
    return out if keepdims else out.squeeze(axis), lambda g: (_stretch(g, a.shape, axis, keepdims) * (shifted / total),)


def softmax(a: np.ndarray, *, axis: Axis) -> Result:
    """exp(a) over its sum along `axis`, without overflow."""
    out = np.exp(a - a.max(axis=axis, keepdims=True, initial=-np.inf))
    out /= out.sum(axis=axis, keepdims=True)
    return out, lambda g: (out * (g - (g * out).sum(axis=axis, keepdims=True)),)


def log_softmax(a: np.ndarray, *, axis: Axis) -> Result:
    """The logarithm of softmax along `axis`."""
    out = a - a.max(axis=axis, keepdims=True, initial=-np.inf)
    out -= np.log(np.exp(out).sum(axis=axis, keepdims=True))
    return out, lambda g: (g - np.exp(out) * g.sum(axis=axis, keepdims=True),)


def cross_entropy(logits: np.ndarray, target: np.ndarray, *, axis: int, needs: Flags = (True, True)) -> Result:
    """-sum(target * log_softmax(logits)) along `axis`; `target`, of the same shape, weighs the classes.

    `needs` says which of the two want a gradient.
    """
    logp = logits - logits.max(axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(logp)
    total = e.sum(axis=axis, keepdims=True)
    logp -= np.log(total)
    weight = target.sum(axis=axis, keepdims=True)

    def vjp(g: np.ndarray) -> Gradients:
        g = np.expand_dims(g, axis)
        return g * (e * (weight / total) - target), -g * logp if needs[1] else None

    return -np.where(target == 0, 0, target * logp).sum(axis=axis), vjp


def cumsum(a: np.ndarray, *, axis: int) -> Result:
    """Running sum along `axis`; its gradient is the running sum from the other end."""
    return a.cumsum(axis=axis, dtype=_of_sums(a)), lambda g: (np.flip(np.flip(g, axis).cumsum(axis=axis), axis),)
