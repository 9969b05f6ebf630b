"""A sum, mean or maximum too few or too many between the right array and the wrong one: {form: detail}, as elsewhere.

A form is `(what, axes)`: what was taken over which axes; all of them are `None`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.evidence.facts import TINY

if TYPE_CHECKING:
    from course_lib.evidence.pairs import Pair

TAKEN: dict[str, Callable] = {"sum": np.sum, "mean": np.mean, "maximum": np.max, "minimum": np.min}
_MOST_AXES = 4


def not_taken(p: Pair) -> dict[Any, Any]:
    """The right array is the sum, mean or maximum of the wrong one over an axis."""
    return _taken(p, p.g, p.e)


def taken_too_much(p: Pair) -> dict[Any, Any]:
    """The wrong array is the sum, mean or maximum of the right one over an axis."""
    return _taken(p, p.e, p.g)


def _taken(p: Pair, large: np.ndarray, small: np.ndarray) -> dict[Any, Any]:
    if p.truth or not small.ndim <= large.ndim <= _MOST_AXES or large.size <= small.size or np.iscomplexobj(large):
        return {}
    found = {}
    axes: list[int | None] = list(range(large.ndim)) + ([None] if large.ndim > 1 else [])
    with np.errstate(all="ignore"):
        for axis in axes:
            if axis is not None and large.shape[axis] < 2:
                continue
            for what, take in TAKEN.items():
                if what in ("maximum", "minimum") and small.size < 3:  # one of few numbers is their largest by chance
                    continue
                out = take(large, axis=axis, keepdims=small.ndim == large.ndim)
                if out.shape == small.shape and p.near(np.asarray(out), small):
                    found[what, axis] = axis
    return found


def on_the_diagonal(p: Pair) -> dict[Any, Any]:
    """A square table with the right numbers on its diagonal."""
    square = p.e.ndim == 1 and p.g.shape == (len(p.e), len(p.e)) and len(p.e) > 1
    return {"diagonal": None} if square and p.near(p.e, np.diag(p.g)) else {}


def size_only(p: Pair) -> dict[Any, Any]:
    """The right numbers times one factor, another one for every array."""
    ratio = _ratio(p)
    return {"factor": ratio} if ratio is not None and p.near(p.e * ratio, p.g) else {}


def offset_only(p: Pair) -> dict[Any, Any]:
    """The right numbers plus one number, another one for every array."""
    if _plain(p) is None:
        return {}
    offset = float((p.g - p.e).ravel()[np.argmax(np.abs(p.e))])
    large = abs(offset) > 1e3 * p.rtol * float(np.max(np.abs(p.e)))
    return {"offset": offset} if large and p.near(p.e + offset, p.g) else {}


def straight(p: Pair) -> dict[Any, Any]:
    """One factor times the right numbers, plus one number."""
    if _plain(p) is None or p.e.size < 4:
        return {}
    low, high = np.argmin(p.e), np.argmax(p.e)
    e, g = p.e.ravel(), p.g.ravel()
    a = float((g[high] - g[low]) / (e[high] - e[low]))
    b = float(g[high] - a * e[high])
    return {f"{a:.5g} {b:.5g}": (a, b)} if abs(a) > 1e-6 and abs(a - 1) > 1e-6 and p.near(p.e * a + b, p.g) else {}


def _plain(p: Pair) -> bool | None:
    fits = not p.truth and p.e.shape == p.g.shape and p.e.size >= 3 and not np.iscomplexobj(p.e + p.g)
    fits = fits and bool(np.isfinite(p.e).all() and np.isfinite(p.g).all()) and np.ptp(p.e) > 1e-3 * np.max(np.abs(p.e))
    return True if fits else None


def _ratio(p: Pair) -> float | None:
    if _plain(p) is None:
        return None
    at = np.argmax(np.abs(p.e))
    ratio = float(p.g.ravel()[at] / p.e.ravel()[at])
    return ratio if abs(ratio) > 1e-6 and abs(ratio - 1) > TINY else None
