"""How much it tells that an answer gives what a known mistake gives: bits, the more the less it may be chance.

A wrong 5020 or 0.8413 is hardly met twice; a wrong False is what every second wrong answer gives. Counted are the
values that are wrong, each different one once, and which of several are wrong.
"""

from __future__ import annotations

from math import comb, log2
from typing import Any

import numpy as np

from course_lib.evidence.difference import is_number, widen
from course_lib.evidence.values import agree

ENOUGH = 8.0  # bits: below, several answers in a thousand agree by chance with one of a check's known mistakes
ENOUGH_FIRST = 16.0  # where later lines contradict: a 320 is two sizes multiplied in more than one way
SURE = 40.0  # a number that is no simple fraction, or what no few values hold
_TEXT, _SHAPE, _SIMPLE = 4.0, 3.0, 6.0  # a text; an array of another shape or type; a simple fraction such as 0.375
_LOOK = 64  # wrong values that are looked at
_PARTS = np.array([8, 9, 12, 25, 100])


def bits(expected: Any, wrong: Any) -> float:
    """How many bits tell `wrong` from other wrong values where `expected` is right; SURE at most."""
    if _listed(expected) and _listed(wrong) and len(expected) == len(wrong):
        return _of_list(expected, wrong)
    if isinstance(expected, dict) and isinstance(wrong, dict) and expected.keys() == wrong.keys():
        return bits(list(expected.values()), list(wrong.values()))
    if wrong is None or isinstance(wrong, bool):
        return 1.0
    if isinstance(wrong, str):
        return _TEXT
    if isinstance(wrong, list | tuple):
        return _at_most(_SHAPE + sum({repr(item): bits(None, item) for item in wrong[:_LOOK]}.values()) / 2)
    if isinstance(wrong, dict):
        return _at_most(_SHAPE + bits(None, list(wrong.values())))
    if isinstance(wrong, int | float | complex | np.ndarray):
        return _of_numbers(expected, np.asarray(wrong))
    return _SHAPE


def _of_list(expected: Any, wrong: Any) -> float:
    """As `bits`, of parts side by side; it ends where enough is told."""
    told, off = {}, 0
    for e, g in zip(expected, wrong, strict=True):
        if not agree(e, g):
            off += 1
            told[repr(g) if is_number(g) else off] = one = bits(e, g)
            if one >= SURE or off == _LOOK:
                return SURE
    return _at_most(_which(len(expected), off) + sum(told.values()))


def _of_numbers(expected: Any, wrong: np.ndarray) -> float:
    """As `bits`, of a number or an array of them."""
    alone = wrong.ndim == 0
    if wrong.dtype.kind not in "biufc" or not wrong.size:
        return _SHAPE
    known = isinstance(expected, bool | int | float | complex | np.ndarray)
    right = np.asarray(expected) if known else np.zeros(0)
    if (
        right.shape != wrong.shape
        or right.dtype.kind not in "biufc"
        or (wrong.dtype.kind == "b") != (right.dtype.kind == "b")
    ):
        return _at_most((0.0 if alone else _SHAPE) + _worth(np.unique(wrong.ravel()[:_LOOK])) / (1 if alone else 2))
    if wrong.dtype.kind == "b":
        return _at_most(1.0 + _which(wrong.size, int(np.sum(right != wrong))))
    e, g = widen(right).ravel(), widen(wrong).ravel()
    with np.errstate(all="ignore"):
        off = ~(np.isclose(e, g, rtol=1e-6, atol=0) | (np.isnan(e) & np.isnan(g)))
    if not off.any():
        return _SHAPE  # another kind of number
    return _at_most(_which(g.size, int(off.sum())) + _worth(np.unique(g[off][:_LOOK])))


def _worth(values: np.ndarray) -> float:
    """Bits of different values: large whole numbers more than small ones, other numbers most."""
    if values.dtype.kind == "b":
        return 1.0
    values = widen(values)
    if np.iscomplexobj(values):
        return SURE
    values = np.where(np.isfinite(values), values, 0)
    parts = np.abs(values)[:, None] * _PARTS
    whole = values == np.round(values)
    simple = np.any(np.abs(parts - np.round(parts)) <= 1e-6 * np.maximum(parts, 1e-3), axis=1)
    return float(np.sum(np.where(whole, np.log2(np.abs(values) + 2), np.where(simple, _SIMPLE, SURE))))


def _which(size: int, off: int) -> float:
    """Bits of which `off` of `size` places are wrong."""
    return log2(comb(size, off)) if 0 < off < size <= 16 * _LOOK else SURE if 0 < off < size else 0.0


def _at_most(told: float) -> float:
    return min(told, SURE)


def _listed(tree: Any) -> bool:
    return isinstance(tree, list | tuple)
