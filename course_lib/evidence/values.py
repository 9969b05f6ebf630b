"""Whether two trees agree: the only comparison of values.

Same structure; exact shape, no broadcasting; same kind of number; list and tuple are equal; a NumPy scalar, a Python
scalar and a 0-d array are equal; NaN equals NaN; -0 equals 0; bool is no int.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course_lib.evidence.difference import (
    KIND,
    Difference,
    default_rtol,
    describe,
    differ,
    dtype_text,
    is_number,
    length_difference,
    magnitude,
    not_finite,
    shape_difference,
    short,
    value_difference,
    widen,
)  # fmt: skip
from course_lib.evidence.tree import Opaque


def compare(
    expected: Any, got: Any, *, rtol: float | None = None, atol: Any = None, exact_dtype: bool = False
) -> Difference | None:
    """The first Difference between two trees, or None. Order: type, shape, finite, dtype, then the values.

    `rtol` defaults to `default_rtol` of the expected numbers, `atol` to rtol times their largest magnitude.
    """
    if _identical(expected, got):
        return None
    return _Comparison(rtol, atol, exact_dtype).tree(expected, got, "", None)


def agree(expected: Any, got: Any, *, rtol: float | None = None, atol: Any = None) -> bool:
    """Whether `compare` finds no Difference, without a word about where and how large it is."""
    return _identical(expected, got) or _Comparison(rtol, atol, told=False).tree(expected, got, "", None) is None


def _identical(expected: Any, got: Any) -> bool:
    """Whether two trees are of one type and equal throughout: most right answers are, and nothing is measured."""
    if type(expected) is not type(got):
        return False
    if isinstance(expected, np.ndarray):
        same = expected.dtype == got.dtype and expected.shape == got.shape
        return same and bool((expected == got).all())
    if isinstance(expected, list | tuple):
        return len(expected) == len(got) and all(map(_identical, expected, got))
    if isinstance(expected, dict):
        return expected.keys() == got.keys() and all(_identical(e, got[k]) for k, e in expected.items())
    return not isinstance(expected, Opaque) and expected == got


_SOMEWHERE = Difference("value", "")


class _Comparison:
    def __init__(self, rtol: float | None, atol: Any, exact_dtype: bool = False, told: bool = True) -> None:
        self.rtol, self.atol, self.exact_dtype, self.told = rtol, atol, exact_dtype, told

    def tree(self, expected: Any, got: Any, where: str, scale: float | None) -> Difference | None:
        if isinstance(expected, Opaque) or isinstance(got, Opaque):
            return differ("type", where, describe(expected), describe(got))
        if is_number(expected) or isinstance(expected, np.ndarray):
            return self.numbers(expected, got, where, scale)
        if isinstance(expected, list | tuple):
            return self.sequence(expected, got, where)
        if isinstance(expected, dict):
            return self.mapping(expected, got, where)
        if type(expected) is not type(got):
            return differ("type", where, describe(expected), describe(got))
        return None if expected == got else differ("value", where, short(expected), short(got))

    def sequence(self, expected: Sequence[Any], got: Any, where: str) -> Difference:
        if not isinstance(got, list | tuple):
            return differ("type", where, describe(expected), describe(got))
        if len(expected) != len(got):
            return length_difference(expected, got, where)
        scale = _scale_of(expected)
        pairs = list(zip(expected, got, strict=True))
        found = (self.tree(e, g, f"{where}[{i}]", scale) for i, (e, g) in enumerate(pairs))
        first = next((d for d in found if d), None)
        if first is not None and self.told and first.arrays is None and all(map(_small_number, (*expected, *got))):
            right = [self.tree(e, g, "", scale) is None for e, g in pairs]
            return replace(first, arrays=(np.array(expected), np.array(got), np.array(right)))
        return first

    def mapping(self, expected: dict[str, Any], got: Any, where: str) -> Difference | None:
        if not isinstance(got, dict):
            return differ("type", where, describe(expected), describe(got))
        missing = [k for k in expected if k not in got]
        extra = [k for k in got if k not in expected]
        if missing or extra:
            lack = f"the key {missing[0]!r}" if missing else f"only the keys {short(list(expected))}"
            have = f"the keys {short(list(got))}" if missing else f"also {short(extra[0])}"
            return differ("keys", where, lack, have)
        scale = _scale_of(list(expected.values()))
        found = (self.tree(e, got[k], f"{where}[{k!r}]", scale) for k, e in expected.items())
        return next((d for d in found if d), None)

    def numbers(self, expected: Any, got: Any, where: str, scale: float | None) -> Difference | None:
        if not (is_number(got) or isinstance(got, np.ndarray)):
            return differ("type", where, describe(expected), describe(got))
        if isinstance(got, np.ndarray) and got.ndim == 0 and got.dtype.kind in "iu" and _big_int(expected):
            got = got.item()
        if _big_int(expected) or _big_int(got):
            same = type(expected) is type(got) and expected == got
            return None if same else differ("value", where, short(expected), short(got))
        plain_int = type(got) is int
        e, g = np.asarray(expected), np.asarray(got)
        if e.shape != g.shape:
            return replace(shape_difference(e, g, where), arrays=(e, g, None))
        if e.dtype.kind in "fc" and g.dtype.kind in "fc":
            lost = not_finite(e, g, where)
            if lost:
                return replace(lost, arrays=(e, g, self.right(e, g, scale)[0]))
        kinds = KIND[e.dtype.kind], KIND[g.dtype.kind]
        if kinds[0] != kinds[1] and not (plain_int and kinds[0] == "float"):
            return differ("dtype", where, dtype_text(expected, e), dtype_text(got, g))
        if self.exact_dtype and e.dtype != g.dtype:
            return differ("dtype", where, f"dtype {e.dtype}", f"dtype {g.dtype}")
        return self.values(e, g, where, scale)

    def values(self, e: np.ndarray, g: np.ndarray, where: str, scale: float | None) -> Difference | None:
        right, error = self.right(e, g, scale)
        if np.all(right):
            return None
        if not self.told:
            return _SOMEWHERE
        return replace(value_difference(e, g, right, error, where), arrays=(e, g, right) if e.ndim else None)

    def right(self, e: np.ndarray, g: np.ndarray, scale: float | None) -> tuple[Any, Any]:
        """Which values of `g` are right, and how far off each is (None where only equality counts)."""
        inexact = e.dtype.kind in "fc" or (e.dtype.kind in "iu" and (self.rtol or self.atol))
        if not inexact:
            return e == g, None
        rtol = self.rtol if self.rtol is not None else (default_rtol(e) if e.dtype.kind in "fc" else 0.0)
        atol = self.atol if self.atol is not None else rtol * max(scale or 0.0, magnitude(e))
        return _close(widen(e), widen(g), rtol, atol)


def _close(e: np.ndarray, g: np.ndarray, rtol: float, atol: float) -> tuple[Any, Any]:
    with np.errstate(all="ignore"):
        error = np.abs(g - e)
        near = np.isfinite(e) & (error <= atol + rtol * np.abs(e))  # within a share of infinity lies everything
        right = near | (e == g) | (np.isnan(e) & np.isnan(g))
    return right, error


def _scale_of(items: Sequence[Any]) -> float | None:
    """Largest magnitude among plain numbers that stand side by side: they are compared as one array would be."""
    numbers = [np.asarray(x) for x in items if is_number(x) or (isinstance(x, np.ndarray) and x.ndim == 0)]
    small = [x for x in numbers if x.dtype != object]
    return max(map(magnitude, small), default=None)


def _small_number(tree: float) -> bool:
    return is_number(tree) and not _big_int(tree)


def _big_int(tree: Any) -> bool:
    return type(tree) is int and not -(2**63) <= tree < 2**63
