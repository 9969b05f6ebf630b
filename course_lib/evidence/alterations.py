"""How wrong values may follow from the right ones in the same places: {form: detail} of every way in which they do.

Each function takes a Pair and gives {} where the relation does not hold, as in `arrangements.py`. Truth values have no
arithmetic: only `opposite` speaks of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.evidence.difference import magnitude
from course_lib.evidence.facts import TINY

if TYPE_CHECKING:
    from course_lib.evidence.pairs import Pair

_SAMPLES = 16  # up to so many n and n - 1 are taken for each other, however many values there are


def numeric(find: Callable) -> Callable:
    """`find` for pairs of one shape that hold real or complex numbers and are not all right."""

    def guarded(p: Pair) -> dict[Any, Any]:
        if p.truth or p.e.shape != p.g.shape:
            return {}
        with np.errstate(all="ignore"):
            return find(p)

    guarded.__doc__ = find.__doc__
    return guarded


def opposite(p: Pair) -> dict[Any, Any]:
    """Truth values that are all the other way round."""
    return {"all": None} if p.truth and p.near(1 - p.e, p.g) else {}


@numeric
def sign_turned(p: Pair) -> dict[Any, Any]:
    """All signs are turned."""
    return {"all": None} if p.near(-p.e, p.g) else {}


@numeric
def absolute(p: Pair) -> dict[Any, Any]:
    """The absolute values of the right numbers."""
    return {"all": None} if p.near(np.abs(p.e), p.g) else {}


@numeric
def some_signs(p: Pair) -> dict[Any, Any]:
    """Right but for some of the signs."""
    return {"some": None} if p.near(np.abs(p.e), np.abs(p.g)) and not p.near(-p.e, p.g) else {}


@numeric
def natural_factor(p: Pair) -> dict[Any, Any]:
    """The right numbers times one that a size gives: n, 1/n, n/(n-1) or (n-1)/n. In the last two a large n that is no
    size of the array tells of no size at all.
    """
    ratio = _ratio(p)
    if ratio is None or ratio <= 0:
        return {}
    found = {}
    whole, part = round(ratio), round(1 / ratio) if ratio > 1e-6 else 0
    if 2 <= whole <= min(4096, 0.02 / p.rtol) and p.near(p.e * whole, p.g):
        found["times"] = whole
    if 2 <= part <= min(4096, 0.02 / p.rtol) and p.near(p.e / part, p.g):
        found["divided"] = part
    most, sizes = min(1000, (0.02 / p.rtol) ** 0.5), {*range(3, _SAMPLES + 1), p.e.size, *p.e.shape}
    over = round(ratio / (ratio - 1)) if ratio > 1 else 0
    under = round(1 / (1 - ratio)) if ratio < 1 else 0
    if 3 <= over <= most and over in sizes and p.near(p.e * over / (over - 1), p.g):
        found["by n - 1 for n"] = over
    if 3 <= under <= most and under in sizes and p.near(p.e * (under - 1) / under, p.g):
        found["by n for n - 1"] = under
    return found


@numeric
def root_factor(p: Pair) -> dict[Any, Any]:
    """The right numbers times or divided by the root of a whole number that is no square."""
    ratio = _ratio(p)
    if ratio is None or ratio <= 1e-3:
        return {}
    n = round(max(ratio, 1 / ratio) ** 2)
    if not 2 <= n <= min(1000, 0.005 / p.rtol) or round(n**0.5) ** 2 == n:
        return {}
    form, root = ("times", n**0.5) if ratio > 1 else ("divided", n**-0.5)
    return {form: n} if p.near(p.e * root, p.g) else {}


CONSTANTS = {
    "the logarithm of 2": np.log(2),
    "the logarithm of 10": np.log(10),
    "pi": np.pi,
    "two pi": 2 * np.pi,
    "the degrees in a radian": 180 / np.pi,
}


@numeric
def known_factor(p: Pair) -> dict[Any, Any]:
    """The right numbers times or divided by a constant that has a name."""
    ratio = _ratio(p)
    if ratio is None or p.rtol > 1e-4:
        return {}
    ways = {("times", name): value for name, value in CONSTANTS.items()}
    ways |= {("divided by", name): 1 / value for name, value in CONSTANTS.items()}
    return {form: None for form, value in ways.items() if abs(ratio - value) < 1e-3 and p.near(p.e * value, p.g)}


@numeric
def constant_factor(p: Pair) -> dict[Any, Any]:
    """The right numbers times some other one number."""
    ratio = _ratio(p)
    if ratio is None or abs(ratio) < 1e-6 or abs(ratio + 1) < 1e-6 or abs(ratio - 1) < TINY:
        return {}
    if natural_factor(p) or root_factor(p) or known_factor(p):
        return {}
    return {f"{ratio:.5g}": ratio} if p.near(p.e * ratio, p.g) else {}


@numeric
def constant_offset(p: Pair) -> dict[Any, Any]:
    """The right numbers plus one number."""
    if not np.isfinite(p.e).any():
        return {}
    at = np.argmax(np.where(np.isfinite(p.e), np.abs(p.e), -1))
    offset = (p.g - p.e).ravel()[at]
    if np.iscomplexobj(offset) or not np.isfinite(offset) or not _near_sum(p, offset):
        return {}
    return {f"{offset:.5g}": float(offset)}


def _near_sum(p: Pair, offset: float) -> bool:
    """`e + offset` is `g`, and the offset is no rounding of large numbers."""
    return p.near(p.e + offset, p.g) and np.max(np.abs(offset)) > 1e3 * p.rtol * magnitude(p.e)


@numeric
def by_slices(p: Pair) -> dict[Any, Any]:
    """A factor or an offset of its own for every slice along one axis."""
    found = {}
    if p.e.ndim < 2 or not (np.isfinite(p.e).all() and np.isfinite(p.g).all()) or np.iscomplexobj(p.e - p.g):
        return found
    for axis, size in enumerate(p.e.shape):
        if size < 3 or p.e.size // size < 2:
            continue
        at = np.argmax(np.abs(p.e), axis=axis, keepdims=True)
        e, g = (np.take_along_axis(a, at, axis) for a in (p.e, p.g))
        ratio = np.where(e == 0, 1, g / e)
        varies = np.ptp(p.e, axis=axis).min() > 1e-3 * magnitude(p.e)  # equal numbers have any factor and any offset
        differs = np.ptp(ratio) > 1e-6 < np.abs(ratio).min() and np.abs(ratio - 1).max() > TINY
        if varies and differs and p.near(p.e * ratio, p.g):
            found["factor", axis] = axis
        if varies and np.ptp(g - e) > 1e-6 * magnitude(p.e) and _near_sum(p, g - e):
            found["offset", axis] = axis
    return found


@numeric
def one_for_largest(p: Pair) -> dict[Any, Any]:
    """1 where the right numbers of a row are largest, 0 elsewhere."""
    if np.iscomplexobj(p.e) or p.e.ndim == 0 or p.e.shape[-1] < 3:
        return {}
    largest = np.eye(p.e.shape[-1])[p.e.argmax(axis=-1)]
    return {"": None} if np.array_equal(largest, p.g) else {}


@numeric
def whole_numbers(p: Pair) -> dict[Any, Any]:
    """The right numbers cut or rounded to integers; not where one and the same number stands everywhere."""
    if (p.g.size > 1 and np.all(p.g == p.g.flat[0])) or one_for_largest(p):
        return {}
    if np.iscomplexobj(p.e) or np.iscomplexobj(p.g) or (np.abs(p.e - np.round(p.e)) > 1e-3).sum() < min(3, p.e.size):
        return {}
    ways: dict[str, Callable] = {"cut": np.trunc, "cut down": np.floor, "cut up": np.ceil, "rounded": np.round}
    return {way: None for way, cut in ways.items() if np.array_equal(cut(p.e), p.g)}


@numeric
def cut_off(p: Pair) -> dict[Any, Any]:
    """The right numbers, those below some value raised to it or those above lowered, or both."""
    if np.iscomplexobj(p.e) or np.iscomplexobj(p.g) or not np.isfinite(p.e).all() or not np.isfinite(p.g).all():
        return {}
    low, high = p.g.min(), p.g.max()
    raised, lowered = (len(np.unique(p.e[cut & ~p.right()])) for cut in (p.e < low, p.e > high))
    kept = len(np.unique(p.e[p.right() & (p.e != 0)]))
    if min(n for n in (raised, lowered, 2) if n) < 2 or raised + lowered < 2 or kept < 2:
        return {}
    ways = [("below", low)] * bool(raised) + [("above", high)] * bool(lowered)
    return {tuple((way, f"{end:.5g}") for way, end in ways): None} if p.near(np.clip(p.e, low, high), p.g) else {}


FUNCTIONS: dict[str, Callable] = {
    "squared": np.square,
    "the square root": np.sqrt,
    "the exponential": np.exp,
    "the logarithm": np.log,
    "one divided by it": np.reciprocal,
    "one minus it": lambda x: 1 - x,
    "times one minus it": lambda x: x * (1 - x),
    "one minus its square": lambda x: 1 - x**2,
    "the tanh": np.tanh,
    "the sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


@numeric
def function_of(p: Pair) -> dict[Any, Any]:
    """One elementwise function of the right numbers: squared, their root, exponential, logarithm, ..."""
    found = {}
    for name, function in FUNCTIONS.items():
        if np.isfinite(function(p.e)).all() and p.near(function(p.e), p.g):
            found[name] = None
    return found


@numeric
def not_finite(p: Pair) -> dict[Any, Any]:
    """Right wherever it is finite."""
    bad = np.isfinite(p.e) & ~np.isfinite(p.g)
    fine = np.isfinite(p.g)
    return {"some": int(bad.sum())} if bad.any() and fine.any() and np.all(p.right()[fine]) else {}


@numeric
def only_some_places(p: Pair) -> dict[Any, Any]:
    """Wrong only in the first or last place along an axis, or only on the diagonal."""
    wrong, found = ~p.right(), {}
    for axis, size in enumerate(p.e.shape):
        lines = np.flatnonzero(wrong.any(axis=tuple(i for i in range(p.e.ndim) if i != axis)))
        if size >= 4 and len(lines) == 1 and lines[0] in (0, size - 1):
            found["first" if lines[0] == 0 else "last", axis] = axis
    if p.e.ndim == 2 and min(p.e.shape) >= 3:
        diagonal: np.ndarray = np.eye(*p.e.shape) == 1
        if not wrong[~diagonal].any() and wrong[diagonal].sum() > 1:
            found["diagonal", None] = None
    return found


def _ratio(p: Pair) -> float:
    """The real factor at the largest right number, or None."""
    finite = np.isfinite(p.e) & (p.e != 0)
    if not finite.any():
        return None
    at = np.argmax(np.where(finite, np.abs(p.e), -1))
    ratio = p.g.ravel()[at] / p.e.ravel()[at]
    if np.iscomplexobj(ratio):
        if abs(ratio.imag) > p.rtol * abs(ratio):
            return None
        ratio = ratio.real
    return float(ratio) if np.isfinite(ratio) else None
