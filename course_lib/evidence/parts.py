"""Which parts of a result are right where others are wrong: the number of weights, say, but not the outputs.

What is said holds in every failing line; where to look is advice, not a claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from course_lib.evidence.difference import is_number
from course_lib.evidence.values import compare

_MOST = 8  # parts of a result
_TOLD = 4
COUNTED = ("weights", "parameters")


def name_parts(values: Iterable[tuple[dict[str, Any], Any]]) -> tuple[str, str]:
    """`(name, predicate)` of what all results have in common, ("", "") if nothing; `values`: a line, what was given."""
    right, wrong, counts = None, set(), []
    for line, got in values:
        expected, tolerance = line["value"], {k: line.get(k) for k in ("rtol", "atol")}
        keys = _keys(expected, got)
        if keys is None:
            return "", ""
        off = {k for k in keys if compare(expected[k], got[k], **tolerance) is not None}
        fine = set(keys) - off
        right, wrong = fine if right is None else right & fine, wrong | off
        counts += [(expected[k], got[k]) for k in keys if k in COUNTED and is_number(expected[k]) and is_number(got[k])]
    few = _fewer(counts)
    if few:
        return (
            f"too {few} weights",
            f"has too {few} weights: is a layer there twice or not at all, a bias, a wrong size?",
        )
    if not right or not wrong or (len(wrong) + len(right) < 3 and not counts):
        return "", ""
    advice = (
        ": look at the order of the layers, and at what stands between them" if counts and right & set(COUNTED) else ""
    )
    return "some parts right", f"is right at {_listed(right)} and wrong at {_listed(wrong)}{advice}."


def _keys(expected: Any, got: Any) -> list[Any] | None:
    """The keys or places of two results of one make; None for others."""
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        return list(expected) if 2 <= len(expected) <= _MOST else None
    both = isinstance(expected, tuple) and isinstance(got, list | tuple) and len(expected) == len(got)
    return list(range(len(expected))) if both and 2 <= len(expected) <= _MOST else None


def _fewer(counts: list[tuple[Any, Any]]) -> str:
    """ "few" or "many" where every number of weights is too small or too large."""
    if counts and all(g < e for e, g in counts):
        return "few"
    return "many" if counts and all(g > e for e, g in counts) else ""


def _listed(keys: set[Any]) -> str:
    names = [f"[{key!r}]" for key in sorted(keys, key=repr)]
    return ", ".join(names[:_TOLD]) + (f" and {len(names) - _TOLD} more" if len(names) > _TOLD else "")
