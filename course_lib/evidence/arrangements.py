"""How a wrong array may hold the right values in other places: {form: detail} of every way in which it does.

Each function takes a Pair. The form is what must be the same wherever the answer is wrong; the detail is for the
sentence. An empty dict says that the relation does not hold.
"""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.evidence.pairs import telling

if TYPE_CHECKING:
    from course_lib.evidence.pairs import Pair

_AXES = 5  # with more, the orders of axes are too many to try


def axes_permuted(p: Pair) -> dict[Any, Any]:
    """The right array with its axes in another order."""
    n = p.e.ndim
    if not 2 <= n <= _AXES or sorted(p.e.shape) != sorted(p.g.shape):
        return {}
    orders = (o for o in permutations(range(n)) if o != tuple(range(n)))
    return {o: o for o in orders if p.near(p.e.transpose(o), p.g)}


def reversed_order(p: Pair) -> dict[Any, Any]:
    """The right array turned round along one axis."""
    return {axis: axis for axis in range(p.e.ndim) if p.near(np.flip(p.e, axis), p.g)}


def shifted(p: Pair) -> dict[Any, Any]:
    """The right array moved by one along an axis; what the move lets in may be anything."""
    found = {}
    if p.e.shape != p.g.shape:
        return found
    for axis, size in enumerate(p.e.shape):
        if size < 4:
            continue
        cut = (slice(None),) * axis
        first, last = (*cut, slice(None, -1)), (*cut, slice(1, None))
        for way, e, g in (("later", first, last), ("earlier", last, first)):
            if telling(p.e[e], truth=p.truth) >= 4 and p.near(p.e[e], p.g[g]):
                found[way, axis] = axis
    return found


def part_missing(p: Pair) -> dict[Any, Any]:
    """The right array without some of its first or last places, or without a frame."""
    return _part_of(p, p.e, p.g)


def part_too_much(p: Pair) -> dict[Any, Any]:
    """The right array with something before, after or around it."""
    return _part_of(p, p.g, p.e)


def _part_of(p: Pair, large: np.ndarray, small: np.ndarray) -> dict[Any, Any]:
    if large.ndim != small.ndim or not large.ndim or large.shape == small.shape:
        return {}
    more = [a - b for a, b in zip(large.shape, small.shape, strict=True)]
    if min(more) < 0 or telling(small, truth=p.truth) < 4:
        return {}
    starts = {"end": [0] * len(more), "start": more, "frame": [m // 2 for m in more]}
    if any(m % 2 for m in more):
        del starts["frame"]
    axes = tuple(axis for axis, m in enumerate(more) if m)
    found = {}
    for form, start in starts.items():
        window = large[tuple(slice(s, s + n) for s, n in zip(start, small.shape, strict=True))]
        same = window == small if p.truth else p.near(window, small)
        if np.all(same):
            found[form, axes] = [more[axis] for axis in axes]
    return found


def every_other(p: Pair) -> dict[Any, Any]:
    """Only every s-th place of the right array along some axes."""
    return _strided(p, p.e, p.g)


def stride_ignored(p: Pair) -> dict[Any, Any]:
    """The right array is every s-th place of the wrong one."""
    return _strided(p, p.g, p.e)


def _strided(p: Pair, large: np.ndarray, small: np.ndarray) -> dict[Any, Any]:
    if large.ndim != small.ndim or not small.ndim or telling(small, truth=p.truth) < 4:
        return {}
    ways = []
    for a, b in zip(large.shape, small.shape, strict=True):
        ways.append([s for s in range(1, min(a, 8) + 1) if -(-a // s) == b and (s == 1 or b > 1)])
    steps = (s for s in product(*ways) if max(s) > 1)
    return {s: s for s in steps if p.near(large[tuple(slice(None, None, n) for n in s)], small)}


def axis_of_one(p: Pair) -> dict[Any, Any]:
    """The right values with an axis of size 1 more or less."""
    full = [[n for n in a.shape if n != 1] for a in (p.e, p.g)]
    if p.e.ndim == p.g.ndim or full[0] != full[1] or not p.near(p.e.ravel(), p.g.ravel()):
        return {}
    return {"left" if p.g.ndim > p.e.ndim else "gone": abs(p.g.ndim - p.e.ndim)}


def reshaped(p: Pair) -> dict[Any, Any]:
    """All the right values in their order, in another shape."""
    full = [[n for n in a.shape if n != 1] for a in (p.e, p.g)]
    if p.e.size != p.g.size or full[0] == full[1] or not p.near(p.e.ravel(), p.g.ravel()):
        return {}
    return {"flat" if p.g.ndim == 1 else "reshaped": p.g.shape}


def other_order(p: Pair) -> dict[Any, Any]:
    """All the right values, in whatever order and shape."""
    if p.truth or p.e.size != p.g.size or p.e.size < 3 or np.iscomplexobj(p.e) or np.iscomplexobj(p.g):
        return {}
    e, g = np.sort(p.e, axis=None), np.sort(p.g, axis=None)
    if not p.near(e, g) or p.near(p.e.ravel(), p.g.ravel()):
        return {}
    flat = p.g.ravel()
    rising = p.g.ndim == 1 and (np.array_equal(flat, g) or np.array_equal(flat[::-1], g))
    return {"sorted": None, "any": None} if rising else {"any": None}


def one_everywhere(p: Pair) -> dict[Any, Any]:
    """The last place along the first axis is right and stands in all others too, or in all but the first.

    Places that hold single numbers are left out: of them none is kept and changed later.
    """
    n = len(p.e) if p.e.ndim > 1 else 0
    if n < 3 or p.e.shape != p.g.shape or telling(p.e[-1], truth=p.truth) < 4:
        return {}
    for form, rows in (("all", range(n - 1)), ("all but the first", range(1, n - 1))):
        first = () if form == "all" else (0,)
        if all(p.near(p.e[i], p.g[i]) for i in (*first, n - 1)) and all(np.array_equal(p.g[i], p.g[-1]) for i in rows):
            return {form: None} if any(not p.near(p.e[i], p.e[-1]) for i in rows) else {}
    return {}


def unfilled(p: Pair) -> dict[Any, Any]:
    """Right where it is not zero, and zero elsewhere; `last` when only the last place along the first axis is not."""
    if p.truth or p.e.shape != p.g.shape or p.e.ndim == 0 or np.sum(p.e != 0) < 4:
        return {}
    written = p.g != 0
    if not written.any():
        return {"nothing": None}
    if not np.all(p.right()[written]) or np.array_equal(written, p.e > 0):
        return {}
    last = not written[:-1].any() and p.e.shape[0] > 1 and bool((p.e[:-1] != 0).any())
    return {"last" if last else "some": None}
