"""Whether what was seen is what was expected: the judgement of one line, used by checks and by the judge alike.

Pure functions of the record's line and the observation. Kind, bound and tolerance are the record's, never the cell's.
This is the file to import the comparison and the records from; they are written in `values.py` and `records.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from course_lib.evidence.difference import Difference, default_rtol, describe, short
from course_lib.evidence.observation import Seen
from course_lib.evidence.outcome import reached
from course_lib.evidence.records import BadRecord, Record, load_record, record_line, save_record
from course_lib.evidence.tree import Opaque
from course_lib.evidence.values import compare

__all__ = ["BadRecord", "Difference", "Record", "check_line", "compare", "default_rtol"]
__all__ += ["growth_bound", "load_record", "record_line", "save_record"]


DOTS = "Not done yet: put your answer in place of the dots."
KEYBOARD = (
    "Your code waits for somebody at the keyboard (input(), or a debugger such as pdb.set_trace()); nobody sits there "
    "now. Take that line out."
)
AGAIN = (
    "Called again with the same arguments, your code gives something else. Look for what it keeps from one call to the "
    "next (something outside the function, a default value, an array given out before) or draws at random by itself."
)


def check_line(line: dict[str, Any], seen: Seen | None) -> Difference:
    """Compare one line of the record with what was seen there (None: nothing). Returns a Difference or None.

    Kind, bound and tolerance are the record's, whatever the message says.
    """
    if seen is None:
        return Difference("missing", "Not reached.")
    if not isinstance(seen, Seen):
        raise TypeError(f"check_line takes a Seen, got {type(seen).__name__}")
    special: Callable | None = {"raised": _raised, "forbidden": _forbidden, "again": _again}.get(seen.kind)
    if special:
        return special(seen.value)
    if seen.kind != line["kind"]:
        return Difference("kind", "The check cell was changed: this line observes something else.")
    return _RULES[line["kind"]](line, seen.value)


def _raised(value: dict[str, str]) -> Difference:
    name, message = _text(value, "type", "an error"), _text(value, "message", "")
    if name == "NotDone":
        return Difference("notdone", f"Not done yet: {message}." if message else "Not done yet.", got=name)
    if name in ("TypeError", "AttributeError") and "'ellipsis'" in message:
        return Difference("notdone", DOTS, got=name)
    if name == "StdinNotImplementedError":
        return Difference("raised", KEYBOARD, got=name)
    return Difference("raised", f"Your code raised {name}{': ' if message else ''}{message}", got=name)


def _forbidden(value: dict[str, Any]) -> Difference:
    name = _text(value, "name", "function")
    say = f"This calls the library's {name.rpartition('.')[2]}; write it yourself."
    return Difference("forbidden", say, got=name)


def _again(value: Any) -> Difference:
    return Difference("again", AGAIN)


def _text(value: dict[str, Any], key: str, default: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else default


def _tolerance(line: dict[str, Any]) -> dict[str, Any]:
    return {k: line[k] for k in ("rtol", "atol", "exact_dtype") if line.get(k) is not None}


def _value(line: dict[str, Any], got: Any) -> Difference | None:
    if isinstance(got, Opaque) and got.name == "ellipsis":
        return Difference("notdone", DOTS)
    if "hash" in line:
        from course_lib.evidence.predictions import matches

        if matches(got, line["salt"], line["hash"]):
            return None
        if got is None:
            return Difference("notdone", "Not done yet: write your prediction.")
        return Difference("prediction", f"Your prediction {short(got)} is not what happens.", got=short(got))
    return compare(line["value"], got, **_tolerance(line))


def _unchanged(line: dict[str, Any], got: np.ndarray) -> Difference | None:
    found = compare(line["value"], got, exact_dtype=True)
    if found is None:
        return None
    say = f"Your function changed its input. {found.say}"
    return replace(found, what="changed", say=say)


def _same_as(line: dict[str, Any], value: Any) -> Difference | None:
    if not isinstance(value, tuple) or len(value) != 2:
        return Difference("kind", "The check cell was changed: this line observes something else.")
    found = compare(value[1], value[0], **_tolerance(line))
    if found is None:
        return None
    say = f"Two things that must be equal are not. {found.say}"
    return replace(found, what="law", say=say)


def _at_least(line: dict[str, Any], got: Any) -> Difference:
    plain = got.item() if isinstance(got, np.ndarray) and got.ndim == 0 else got
    bound = line["bound"]
    if type(plain) not in (int, float) or (type(plain) is float and not math.isfinite(plain)):
        return Difference("type", f"Expected a number of at least {short(bound)}, got {describe(got)}.")
    if plain >= bound:
        return None
    return Difference("bound", f"Expected at least {short(bound)}, got {short(plain)}.", short(bound), short(plain))


def _raises(line: dict[str, Any], got: dict[str, Any]) -> Difference | None:
    want = line.get("error") or _text(line["value"], "type", "an error")
    if not isinstance(got, dict) or not isinstance(got.get("type"), str):
        return Difference("raises", f"Expected {want} to be raised, but nothing was.", want, "nothing")
    family = got.get("family", ())
    if want == got["type"] or (isinstance(family, list | tuple) and want in family):
        return None
    message = _text(got, "message", "")
    say = f"Expected {want} to be raised, got {got['type']}{': ' if message else ''}{message}"
    return Difference("raises", say, want, got["type"])


def growth_bound(line: dict[str, Any]) -> float:
    """How many times more events 8n may take than n: what the cell asked, else half more than the reference."""
    if line.get("bound") is not None:
        return line["bound"]
    small, large = line["value"]
    return max(2.0, 1.5 * large / max(small, 1))


def _work(line: dict[str, Any], got: Any) -> Difference | None:
    counts = isinstance(got, tuple) and len(got) == 2 and all(type(n) is int and 0 <= n < 2**63 for n in got)
    if not counts:
        return Difference("kind", "The check cell was changed: this line observes something else.")
    growth, bound = got[1] / max(got[0], 1), growth_bound(line)
    if growth <= bound:
        return None
    say = (
        f"The work grows too fast: 8 times the input took {growth:.1f} times as many steps "
        f"({got[0]} became {got[1]}), at most {bound:.3g} times is enough."
    )
    return Difference("work", say, f"{bound:.3g}", f"{growth:.3g}")


_RULES: dict[str, Callable] = {
    "value": _value,
    "unchanged": _unchanged,
    "same_as": _same_as,
    "at_least": _at_least,
    "outcome": reached,
    "raises": _raises,
    "work": _work,
}
