"""What can be said of wrong values where no relation explains them: plain facts, the telling ones first.

A finder takes all wrong pairs and gives `(name, predicate)` or None. Each predicate is true of everything wrong in the
lines it was made from; it says where to look, not what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.evidence.places import name_place

if TYPE_CHECKING:
    from course_lib.evidence.pairs import Pair

Fact = tuple[str, str]
NEARLY = "nearly right"
_ENOUGH = 4  # wrong values that must agree
_SIGNS = 7  # signs that must be turned: of fewer, all are so by chance too often
_NEAR = 0.03  # of the expected value: what is nearly right
TINY = 1e-4  # of it: what a small number added somewhere changes
_CAUSES = "look for a division by 0, a logarithm of 0 or less, a root of less than 0, an exponential of a large number"


def name_fact(pairs: Sequence[Pair]) -> Fact | None:
    """The most telling fact that holds for all wrong pairs, or None."""
    finders: tuple[Callable, ...] = (name_not_finite, _tiny, name_place, _shapes, _only_where, _one_number)
    finders += (_slice, _nearly, _signs, _order, _sizes)
    for find in finders:
        with np.errstate(all="ignore"):
            found = find(pairs)
        if found:
            return found
    return None


def name_not_finite(pairs: Sequence[Pair]) -> Fact | None:
    """Every one of these arrays holds nan or inf where the right one does not; or None."""
    if pairs and all(np.isfinite(p.e).all() and not np.isfinite(p.g).all() for p in pairs):
        return "not finite", f"holds nan or inf: {_CAUSES}."
    return None


def _shapes(pairs: Sequence[Pair]) -> Fact | None:
    """What the shapes alone say, where all wrong pairs say the same."""
    told = {_shape(p.e.shape, p.g.shape) for p in pairs}
    return told.pop() if len(told) == 1 else None


def _shape(e: tuple[int, ...], g: tuple[int, ...]) -> Fact | None:
    if e == g:
        return None
    if not e or not g:
        return (
            ("one number for an array", "is one number where an array is asked: is a sum or mean taken over too much?")
            if e
            else ("an array for one number", "is an array where one number is asked: is a sum or a mean missing?")
        )
    if len(e) == 1 and g == (e[0], e[0]):
        return "a table for a row", "is a table of all pairs: does a column (n, 1) meet a row (n,) somewhere?"
    if len(g) != len(e):
        few = len(g) < len(e)
        how = "few: is one summed away or indexed" if few else "many: is one kept that should be summed or indexed"
        return f"axes too {'few' if few else 'many'}", f"has axes too {how}?"
    if g == e[::-1]:
        return "axes exchanged", "has the expected shape turned round: is something transposed that should not be?"
    more = [b - a for a, b in zip(e, g, strict=True)]
    axes = ", ".join(str(axis) for axis, m in enumerate(more) if m)
    if max(more) > 0 > min(more):
        return None
    size = "short" if max(more) <= 0 else "long"
    return f"too {size}", f"is too {size} along axis {axes}: count where its size comes from."


def _only_where(pairs: Sequence[Pair]) -> Fact | None:
    """Wrong, often enough, only where the right value is 0, or below it, or above; right in a fifth of all at least."""
    if any(p.truth or p.e.shape != p.g.shape or np.iscomplexobj(p.e) for p in pairs):
        return None
    wrong = np.concatenate([~p.right().ravel() for p in pairs])
    e = np.concatenate([p.e.ravel() for p in pairs])
    classes = {"0": e == 0, "negative": e < 0, "positive": e > 0}
    for name, where in classes.items():
        outside = ~where
        if 1 < outside.sum() >= len(e) / 5 and wrong[where].sum() >= _ENOUGH and not wrong[outside].any():
            return f"wrong where {name} is right", f"is wrong only where the expected one is {name}."
    return None


def _one_number(pairs: Sequence[Pair]) -> Fact | None:
    """The same number everywhere, where different ones are right."""
    if all(p.g.size > 2 and np.ptp(p.g.real) == 0 and np.ptp(p.e.real) > 0 for p in pairs if not p.truth) and not any(
        p.truth for p in pairs
    ):
        return "the same number everywhere", "is the same number everywhere, where different ones are right."
    return None


def _slice(pairs: Sequence[Pair]) -> Fact | None:
    """Wrong only in one place along an axis."""
    if any(p.e.shape != p.g.shape or p.e.ndim != pairs[0].e.ndim for p in pairs):
        return None
    for axis in range(pairs[0].e.ndim):
        if min(p.e.shape[axis] for p in pairs) < 3:
            continue
        hit = {k for p in pairs for k in _lines(p, axis)}
        if len(hit) == 1:
            along = f" along axis {axis}" if any(p.e.ndim > 1 for p in pairs) else ""
            return "wrong in one place", f"is wrong only in place {hit.pop()}{along} (counted from 0)."
    return None


def _lines(p: Pair, axis: int) -> list[int]:
    others = tuple(i for i in range(p.e.ndim) if i != axis)
    return np.flatnonzero((~p.right()).any(axis=others)).tolist()


def _wrong(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray] | None:
    """All wrong real numbers beside the right ones; None where shapes differ or few are wrong."""
    if any(p.truth or p.e.shape != p.g.shape or np.iscomplexobj(p.e) or np.iscomplexobj(p.g) for p in pairs):
        return None
    e = np.concatenate([p.e[~p.right()].ravel() for p in pairs])
    g = np.concatenate([p.g[~p.right()].ravel() for p in pairs])
    fits = len(e) >= _ENOUGH and np.isfinite(e).all() and np.isfinite(g).all()
    return (e, g) if fits else None


def _tiny(pairs: Sequence[Pair]) -> Fact | None:
    """Off by what a small number, added somewhere, changes."""
    if not _within(pairs, TINY):
        return None
    how = "is a small number added, as 1e-8 to a divisor, or float32 used?"
    return NEARLY, f"is off by less than {100 * TINY:g} %: {how}"


def _nearly(pairs: Sequence[Pair]) -> Fact | None:
    """Off by little everywhere: numbers, not whole ones, that a search, a rounding or a small term moves."""
    if not _within(pairs, _NEAR):
        return None
    return NEARLY, (
        f"is nowhere more than {100 * _NEAR:g} % off: is something rounded, a search too coarse or stopped early, "
        "a small term missing?"
    )


def _within(pairs: Sequence[Pair], share: float) -> bool:
    """Whether every wrong number, not all of them whole, is off by at most this share of the right one."""
    if any(p.truth or p.e.shape != p.g.shape or np.iscomplexobj(p.e) or np.iscomplexobj(p.g) for p in pairs):
        return False
    e = np.concatenate([p.e[~p.right()].ravel() for p in pairs])
    g = np.concatenate([p.g[~p.right()].ravel() for p in pairs])
    return bool(e.size and not np.all(g == np.round(g)) and np.all(np.abs(g - e) <= share * np.abs(e)))


def _signs(pairs: Sequence[Pair]) -> Fact | None:
    both = _wrong(pairs)
    if both is None:
        return None
    e, g = both
    if len(e) >= _SIGNS and np.all(e * g < 0):
        return "other signs", "has everywhere it is wrong the other sign, and another size."
    if np.all(g == 0):
        return "zeros where wrong", "is 0 wherever it is wrong."
    return None


def _order(pairs: Sequence[Pair]) -> Fact | None:
    """Larger where the right one is larger, in every wrong array."""
    for p in pairs:
        if _wrong([p]) is None or p.e.size < 6 or len(np.unique(p.e)) < 6:
            return None
        by_e = p.g.ravel()[np.argsort(p.e, axis=None)]
        if not (np.all(np.diff(by_e) >= 0) or np.all(np.diff(by_e) <= 0)) or np.ptp(by_e) == 0:
            return None
    return "the right order", "has its values in the right order of size, or its reverse; only their sizes are wrong."


def _sizes(pairs: Sequence[Pair]) -> Fact | None:
    both = _wrong(pairs)
    if both is None:
        return None
    e, g = both
    if np.all(e * g > 0) and e.min() < 0 and (np.all(np.abs(g) > np.abs(e)) or np.all(np.abs(g) < np.abs(e))):
        size = "large" if abs(g[0]) > abs(e[0]) else "small"
        return f"too {size} in size", f"has the right signs, and is too {size} in size wherever it is wrong."
    if np.all(g > e) or np.all(g < e):
        size = "large" if g[0] > e[0] else "small"
        why = "added that should not be, or not taken off" if size == "large" else "taken off, or not added"
        counts = np.array_equal([e, g], np.round([e, g]))  # of which nothing is said to be added
        return f"too {size}", f"is too {size} wherever it is wrong{'.' if counts else f': is something {why}?'}"
    return None
