"""Where wrong values stand: from some place on, at the border, on one side of a condition; and what a list lacks.

Each finder takes all wrong pairs and gives `(name, predicate)` or None, as in `facts.py`: seen, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.evidence.pairs import telling

if TYPE_CHECKING:
    from course_lib.evidence.pairs import Pair

Fact = tuple[str, str]
_RIGHT = 4  # right values beside the wrong ones, at least: fewer may be right by chance
_LONG = 512  # rows of a list that are looked at
_ROW = 4  # places along an axis of the longest: of three the sentence on the first wrong one says as much
_BORDER = 3  # pixels at each side that may be wrong


def name_place(pairs: Sequence[Pair]) -> Fact | None:
    """Where everything wrong in these pairs stands, or what is missing in them; None where that tells nothing."""
    finders: tuple[Callable, ...] = (_lacking, _one_sided, _last_alone, _from_on, _border)
    for find in finders:
        found = find(pairs)
        if found:
            return found
    return None


def _lacking(pairs: Sequence[Pair]) -> Fact | None:
    """Lists of whole numbers, or of rows of them: all that is asked and more, or only some of it."""
    told = {_subset(p) for p in pairs}
    return told.pop() if len(told) == 1 else None


def _subset(p: Pair) -> Fact | None:
    rows = p.e.ndim in (1, 2) and p.e.ndim == p.g.ndim and p.e.shape[1:] == p.g.shape[1:] and len(p.e) != len(p.g)
    if not rows or p.truth or max(len(p.e), len(p.g)) > _LONG or min(len(p.e), len(p.g)) < 1:
        return None
    if np.any(p.e != np.round(p.e)) or np.any(p.g != np.round(p.g)):
        return None
    e, g = ({tuple(np.atleast_1d(row)) for row in a} for a in (p.e, p.g))
    if e < g:
        return "more than asked for", "holds all that is asked for, and more: is a condition too weak, or one missing?"
    if g < e:
        return "some missing", "holds nothing wrong, but not all: is a condition too strong, or does a loop end early?"
    return None


def _one_sided(pairs: Sequence[Pair]) -> Fact | None:
    """Truth values that are wrong in one direction only."""
    if any(not p.truth or p.e.shape != p.g.shape for p in pairs):
        return None
    wrong = [p.g[p.e != p.g] for p in pairs]
    values = np.concatenate(wrong)
    if len(values) < 2 or np.ptp(values) or sum(int((p.e == p.g).sum()) for p in pairs) < _RIGHT:
        return None
    if values[0]:
        return "True too often", "is True where it should be False, and never the other way: is a condition too weak?"
    return "True too rarely", "is False where it should be True, and never the other way: is a condition too strong?"


def _along(pairs: Sequence[Pair]) -> list[np.ndarray] | None:
    """Of every pair, which places are right; None where shapes differ, or too little is right or wrong."""
    if any(p.e.shape != p.g.shape or not p.e.ndim for p in pairs):
        return None
    right = [p.right() for p in pairs]
    enough = all(r.sum() >= min(_RIGHT, r.size // 2) > 0 and not r.all() for r in right)
    return right if enough else None


def _from_on(pairs: Sequence[Pair]) -> Fact | None:
    """Right up to one place along an axis, and wrong from there on; or the other way round."""
    right = _along(pairs)
    if right is None:
        return None
    for axis in range(min(r.ndim for r in right)):
        lines = [np.atleast_1d(r.all(axis=tuple(i for i in range(r.ndim) if i != axis))) for r in right]
        if max(map(len, lines)) < _ROW or min(map(len, lines)) < 3 or max(len(line) - line.sum() for line in lines) < 2:
            continue
        along = f" along axis {axis}" if max(r.ndim for r in right) > 1 else ""
        k = _common([int(np.argmin(line)) for line in lines])
        if k and not any(line[k:].any() for line in lines) and _tell(pairs, axis, slice(k), 1):
            say = f"is right before place {k}{along} and wrong from there on (counted from 0): what changes there?"
            return "wrong from one place on", say
        k = _common([int(np.argmax(line)) for line in lines])
        if k and all(line[k:].all() for line in lines) and _tell(pairs, axis, slice(k, None), 8):
            say = f"is wrong before place {k}{along} and right from there on (counted from 0): how does it begin?"
            return "wrong up to one place", say
    return None


def _last_alone(pairs: Sequence[Pair]) -> Fact | None:
    """Of rows of different lengths only the last place is right, as in a walk back."""
    rows = all(p.e.shape == p.g.shape and p.e.ndim and not p.truth for p in pairs)
    if not rows or len({len(p.e) for p in pairs}) < 2 or min(len(p.e) for p in pairs) < 2:
        return None
    right = [p.right() for p in pairs]
    if all(r[-1].all() and not r[:-1].any() for r in right) and _tell(pairs, 0, slice(-1, None), 4):
        along = " along axis 0" if max(r.ndim for r in right) > 1 else ""
        say = f"is right in the last place{along} and wrong in all before it: what is handed back from there?"
        return "right in the last place", say
    return None


def _common(numbers: Sequence[int]) -> int:
    """The number if all are the same, else 0."""
    return numbers[0] if len(set(numbers)) == 1 else 0


def _tell(pairs: Sequence[Pair], axis: int, part: slice, least: int) -> bool:
    """Whether what is right in a part along an axis tells as much: zeros are right by chance."""
    return all(telling(p.e[(slice(None),) * axis + (part,)], truth=p.truth) >= least for p in pairs)


def _border(pairs: Sequence[Pair]) -> Fact | None:
    """Maps that are right inside and wrong at the border."""
    right = _along(pairs)
    if right is None or any(r.ndim < 2 or min(r.shape[-2:]) < 3 for r in right):
        return None
    for width in range(1, _BORDER + 1):
        inside = [r[..., width:-width, width:-width] for r in right]
        if all(i.size for i in inside) and all(i.all() for i in inside) and sum(i.size for i in inside) >= _RIGHT:
            how = "the outermost pixels" if width == 1 else f"the outer {width} pixels of each side"
            return "wrong at the border", f"is right inside and wrong only in {how}: what stands beyond the border?"
    return None
