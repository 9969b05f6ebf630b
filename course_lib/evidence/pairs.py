"""The numbers in which two trees differ: every wrong array beside the right one, with how much its values tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.evidence.difference import default_rtol, is_number, magnitude, widen
from course_lib.evidence.values import compare

MOST = 2**18  # values in one array; relations between larger ones are not looked for
_LOOK = 512  # of them are enough to see how much they tell
_FRACTIONS = np.array([1, 5, 7, 8, 9, 11, 12, 100])  # a value that is a whole number of these parts tells little


@dataclass(frozen=True)
class Pair:
    """A right and a wrong array (at `where` in the value), as float64 or complex128; `truth` where both are bool."""

    where: str
    e: np.ndarray
    g: np.ndarray
    rtol: float
    truth: bool = False

    def near(self, right: Any, wrong: np.ndarray) -> bool:
        """Whether two arrays made from these are equal: shape, and values to the precision of the originals."""
        return right.shape == wrong.shape and bool(np.all(_close(right, wrong, self.rtol)))

    def right(self) -> np.ndarray:
        """Which values are right; both arrays have one shape."""
        return _close(self.e, self.g, self.rtol)


def _close(right: Any, wrong: np.ndarray, rtol: float) -> Any:
    with np.errstate(all="ignore"):
        size, error = np.abs(right), np.abs(wrong - right)
        largest = size.max(initial=0.0)
        if not np.isfinite(largest):
            largest = magnitude(right)
        close = error <= rtol * largest + rtol * size
        same = np.isfinite(size) & close
        return same if same.all() else same | (right == wrong) | (np.isnan(right) & np.isnan(wrong))


def pair(expected: Any, got: Any, where: str = "") -> Pair | None:
    """The Pair of two trees that are arrays, numbers or lists of numbers of one kind, else None."""
    e, g = _array(expected), _array(got)
    if e is None or g is None or max(e.size, g.size) > MOST or min(e.size, g.size) == 0:
        return None
    kinds = e.dtype.kind, g.dtype.kind
    if "b" in kinds and kinds != ("b", "b"):
        return None
    rtol = max([default_rtol(a) for a in (e, g) if a.dtype.kind in "fc"], default=1e-9)
    e, g = (widen(a.astype(np.int8) if a.dtype.kind == "b" else a) for a in (e, g))
    return Pair(where, e, g, rtol, kinds == ("b", "b"))


def wrong_pairs(line: dict[str, Any], got: Any) -> list[Pair]:
    """The Pair of everything wrong in a value line; None where something wrong has no numbers on both sides."""
    tolerance = {k: line.get(k) for k in ("rtol", "atol")}
    found = list(_walk(line["value"], got, "", tolerance))
    return None if None in found else found


def _walk(expected: Any, got: Any, where: str, tolerance: dict[str, None]) -> Iterator[Pair]:
    if compare(expected, got, **tolerance) is None:
        return
    whole = pair(expected, got, where)
    both = [type(x) for x in (expected, got)]
    if whole is None and all(t in (list, tuple) for t in both) and len(expected) == len(got):
        for i, (e, g) in enumerate(zip(expected, got, strict=True)):
            yield from _walk(e, g, f"{where}[{i}]", tolerance)
    elif whole is None and both == [dict, dict] and expected.keys() == got.keys():
        for key in expected:
            yield from _walk(expected[key], got[key], f"{where}[{key!r}]", tolerance)
    else:
        mixed = sum(isinstance(x, list | tuple) for x in (expected, got)) == 1  # a list for an array is wrong by itself
        mixed |= both == [tuple, tuple] and len(expected) != len(got)  # a shape, or several things: no rows of a list
        right = whole is not None and whole.near(whole.e, whole.g)  # what is wrong is not in the numbers
        yield None if mixed or right else whole


def _array(tree: Any) -> np.ndarray | None:
    """A tree as an array of numbers or truth values, None for others; lists may be two deep and have equal rows."""
    if _is_one(tree):
        return _plain([tree], ())
    if isinstance(tree, np.ndarray):
        return tree if tree.dtype.kind in "biufc" else None
    if not isinstance(tree, list | tuple) or not tree:
        return None
    if all(map(_is_one, tree)):
        return _plain(tree, (len(tree),))
    if len(tree) < 2 or not all(isinstance(x, list | tuple) and len(x) == len(tree[0]) > 0 for x in tree):
        return None
    numbers = [x for row in tree for x in row]
    return _plain(numbers, (len(tree), len(tree[0]))) if all(map(_is_one, numbers)) else None


def _is_one(tree: Any) -> bool:
    """Whether a tree is one number or truth value, plain or, as NumPy's scalars are observed, an array of no axes."""
    return is_number(tree) or (isinstance(tree, np.ndarray) and tree.ndim == 0 and tree.dtype.kind in "biufc")


def _plain(numbers: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray:
    """Single numbers as one array; None where truth values are among others or an integer has more than 64 bits."""
    mixed = len({np.asarray(x).dtype.kind == "b" for x in numbers}) > 1
    if mixed or any(type(x) is int and not -(2**63) <= x < 2**63 for x in numbers):
        return None
    return np.array(numbers).reshape(shape)


def telling(*arrays: np.ndarray, truth: bool = False) -> int:
    """How much the values of arrays tell: each that is met 4, if it is a simple fraction 2, if a whole number 1.

    Zero tells nothing. Many values tell something even if few are different: half of those that are not the most
    frequent one. Of truth values (`truth`) it is how many differ from the rest.
    """
    if truth:
        return sum(int(min(np.sum(a == 0), np.sum(a != 0))) for a in arrays)
    values = distinct(*arrays)
    parts = np.abs(values)[:, None] * _FRACTIONS
    with np.errstate(all="ignore"):
        simple = np.any(np.abs(parts - np.round(parts)) <= 1e-6 * np.maximum(parts, 1e-3), axis=1)
        whole = values == np.round(values)
    return max(int(np.sum(np.where(whole, 1, np.where(simple, 2, 4)))), sum(map(_rarer, arrays)) // 2)


def _rarer(array: np.ndarray) -> int:
    """How many values are not the most frequent one."""
    counts = np.unique(array.ravel()[:_LOOK], return_counts=True)[1]
    return int(counts.sum() - counts.max(initial=0))


def distinct(*arrays: np.ndarray) -> np.ndarray:
    """The different finite values of arrays, zero left out."""
    picked = [a.ravel()[:: max(1, a.size // _LOOK)] for a in arrays]
    values = np.unique(np.concatenate(picked)) if picked else np.zeros(0)
    return values[np.isfinite(values) & (values != 0)]
