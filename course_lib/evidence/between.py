"""What the lines of one check say together: an answer that belongs to another line, the same answer to two questions,
a step from a recorded start that goes the wrong way or too far.

All is read from the expected values and the given ones; nothing is claimed of the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.evidence.alterations import natural_factor, sign_turned
from course_lib.evidence.pairs import Pair, telling, wrong_pairs
from course_lib.evidence.reductions import size_only
from course_lib.evidence.things import numbers_in
from course_lib.evidence.values import compare

_LINES, _FAILING, _STARTS = 40, 3, 6  # how many are looked at
_FEW = 2**14  # values in what is compared with every other line


@dataclass(frozen=True)
class Line:
    """One line of a check: its label, what is expected, what was given (`given`: whether anything was)."""

    label: str
    kind: str
    expected: Any
    got: Any
    wrong: bool
    record: dict[str, Any]


def name_between(lines: Sequence[Line]) -> tuple[str, str] | None:
    """`(name, sentence)` of what the wrong value lines have to do with the others, or None."""
    wrong = [line for line in lines if line.wrong and line.kind == "value" and _size(line.expected) <= _FEW]
    for find in (_of_another, _from_start, _always):
        for line in wrong[:_FAILING]:
            found = find(line, lines[:_LINES])
            if found:
                return found
    return None


def _of_another(line: Line, lines: Sequence[Line]) -> tuple[str, str] | None:
    """What was given is what another line expects."""
    if not _tells(line.got):
        return None
    for other in lines:
        if other is line or other.record.get("hash"):
            continue
        if other.kind == "unchanged":
            inputs = other.expected if isinstance(other.expected, list | tuple) else [other.expected]
            if any(compare(one, line.got) is None for one in inputs):
                return "an input as it came", f'For "{line.label}" you give an input back as it came in.'
            continue
        if compare(other.expected, line.got) is not None:
            continue
        say = f'For "{line.label}" you give what belongs to "{other.label}"'
        return "belongs to another line", f"{say}: is an argument ignored, or a step too few or too many taken?"
    return None


def _always(line: Line, lines: Sequence[Line]) -> tuple[str, str] | None:
    """The same was given where different things are expected, and enough of it: one number is the same by chance."""
    for other in lines:
        if other is line or other.kind != "value" or other.got is None or compare(line.got, other.got) is not None:
            continue
        trees = (line.got, line.expected, other.expected)
        parts = list(zip(*(numbers_in(tree) for tree in trees), strict=False))
        apart = [got for got, one, another in parts if compare(one, another) is not None]
        if apart and _tells(apart):
            say = f'For "{line.label}" and "{other.label}" you give the same, where different things are right'
            ask = "is an argument ignored, or does something stand still between them?"
            return "the same for different lines", f"{say}: {ask}"
    return None


def _from_start(line: Line, lines: Sequence[Line]) -> tuple[str, str] | None:
    """Seen from a recorded start, the way to the result is turned round, or has another length."""
    pairs = wrong_pairs(line.record, line.got)
    if not pairs:
        return None
    for label, start, kept in list(_starts(line, lines, pairs[0].e.shape))[:_STARTS]:
        moved = [p for p in pairs if p.e.shape == p.g.shape == start.shape and not p.truth]
        if not moved or len(moved) != len([p for p in pairs if p.e.shape == start.shape]):
            continue
        say = _moved(Pair("", moved[0].e - start, moved[0].g - start, moved[0].rtol), kept)
        if say:
            return f"a step {say[0]}", f'Seen from "{label}", your result for "{line.label}" {say[1]}'
    return None


def _starts(line: Line, lines: Sequence[Line], shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray, bool]]:
    """Arrays of other lines, and whether each is an input that is to stay as it is: surely a start.

    Of results only those are starts that are called so, or that bear the line's own label with another number.
    """
    for other in lines:
        if other is line or other.kind not in ("value", "unchanged"):
            continue
        called = any(word in other.label for word in ("start", "before"))
        if other.kind == "value" and not called and _unnumbered(other) != _unnumbered(line):
            continue
        for array in numbers_in(other.expected):
            if array.shape == shape and array.size > 1 and np.isfinite(array).all():
                yield other.label, array, other.kind == "unchanged"


def _unnumbered(line: Line) -> str:
    return re.sub(r"\d+", "", line.label)


def _moved(p: Pair, kept: bool) -> tuple[str, str] | None:
    if not np.isfinite(p.e).all() or telling(p.e) < 4 or not np.isfinite(p.g).all():
        return None
    if sign_turned(p):
        return "turned round", "is as far off as the expected one, but on the other side: is a sign turned?"
    if not np.any(p.g):
        return "not taken", "has not moved at all."
    if not kept:  # of two results, one that is a start hardly says how far the other should be
        return None
    found = natural_factor(p)
    if "times" in found:
        return "of another length", f"is {found['times']} times as far off as the expected one."
    if "divided" in found:
        return "of another length", f"has gone 1/{found['divided']} of the expected way."
    ratio = size_only(p).get("factor")
    if ratio is None:
        return None
    side = "in the right direction" if ratio > 0 else "on the other side"
    return "of another length", f"lies {side}, {abs(ratio):.4g} times as far off as the expected one."


def _tells(tree: Any) -> bool:
    arrays = list(numbers_in(tree))
    return bool(arrays) and telling(*arrays) >= 4


def _size(tree: Any) -> int:
    return sum(a.size for a in numbers_in(tree))
