"""Whether what was seen is what was expected: the only comparison, used by the learner's checks and by the judge.

Pure functions of trees. Same structure; exact shape, no broadcasting; same kind of number; list and tuple are equal;
a NumPy scalar, a Python scalar and a 0-d array are equal; NaN equals NaN; -0 equals 0; bool is no int.
Tolerances are the record's, never the cell's.
"""

import math

import numpy as np

from course_lib.observation import Seen
from course_lib.records import BadRecord, Record, load_record, record_line, save_record
from course_lib.tree import Opaque
from course_lib.wording import (
    KIND,
    Difference,
    default_rtol,
    describe,
    differ,
    dtype_text,
    is_number,
    magnitude,
    not_finite,
    shape_difference,
    short,
    value_difference,
    widen,
)  # fmt: skip

__all__ = ["BadRecord", "Difference", "Record", "check_line", "compare", "default_rtol"]
__all__ += ["growth_bound", "load_record", "record_line", "save_record"]


def compare(expected, got, *, rtol=None, atol=None, exact_dtype=False):
    """The first Difference between two trees, or None. Order: type, shape, finite, dtype, then the values.

    `rtol` defaults to `default_rtol` of the expected numbers, `atol` to rtol times their largest magnitude.
    """
    return _Comparison(rtol, atol, exact_dtype).tree(expected, got, "", None)


class _Comparison:
    def __init__(self, rtol, atol, exact_dtype):
        self.rtol, self.atol, self.exact_dtype = rtol, atol, exact_dtype

    def tree(self, expected, got, where, scale):
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

    def sequence(self, expected, got, where):
        if not isinstance(got, list | tuple):
            return differ("type", where, describe(expected), describe(got))
        if len(expected) != len(got):
            word = "items" if len(expected) != 1 else "item"
            return differ("length", where, f"{len(expected)} {word}", f"{len(got)}")
        scale = _scale_of(expected)
        pairs = zip(expected, got, strict=True)
        found = (self.tree(e, g, f"{where}[{i}]", scale) for i, (e, g) in enumerate(pairs))
        return next((d for d in found if d), None)

    def mapping(self, expected, got, where):
        if not isinstance(got, dict):
            return differ("type", where, describe(expected), describe(got))
        missing = [k for k in expected if k not in got]
        extra = [k for k in got if k not in expected]
        if missing or extra:
            lack = f"the key {missing[0]!r}" if missing else f"only the keys {short(list(expected))}"
            have = f"the keys {short(list(got))}" if missing else f"also {extra[0]!r}"
            return differ("keys", where, lack, have)
        scale = _scale_of(list(expected.values()))
        found = (self.tree(e, got[k], f"{where}[{k!r}]", scale) for k, e in expected.items())
        return next((d for d in found if d), None)

    def numbers(self, expected, got, where, scale):
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
            return shape_difference(e, g, where)
        if e.dtype.kind in "fc" and g.dtype.kind in "fc":
            lost = not_finite(e, g, where)
            if lost:
                return lost
        kinds = KIND[e.dtype.kind], KIND[g.dtype.kind]
        if kinds[0] != kinds[1] and not (plain_int and kinds[0] == "float" and not self.exact_dtype):
            return differ("dtype", where, dtype_text(expected, e), dtype_text(got, g))
        if self.exact_dtype and e.dtype != g.dtype:
            return differ("dtype", where, f"dtype {e.dtype}", f"dtype {g.dtype}")
        return self.values(e, g, where, scale)

    def values(self, e, g, where, scale):
        wide = widen(e), widen(g)
        inexact = e.dtype.kind in "fc" or (e.dtype.kind in "iu" and (self.rtol or self.atol))
        if inexact:
            rtol = self.rtol if self.rtol is not None else (default_rtol(e) if e.dtype.kind in "fc" else 0.0)
            atol = self.atol if self.atol is not None else rtol * max(scale or 0.0, magnitude(e))
            right, error = _close(*wide, rtol, atol)
        else:
            right, error = e == g, None
        if np.all(right):
            return None
        return value_difference(e, g, right, error, where)


def _close(e, g, rtol, atol):
    with np.errstate(all="ignore"):
        error = np.abs(g - e)
        near = np.isfinite(e) & (error <= atol + rtol * np.abs(e))  # within a share of infinity lies everything
        right = near | (e == g) | (np.isnan(e) & np.isnan(g))
    return right, error


def _scale_of(items):
    """Largest magnitude among plain numbers that stand side by side: they are compared as one array would be."""
    numbers = [np.asarray(x) for x in items if is_number(x) or (isinstance(x, np.ndarray) and x.ndim == 0)]
    small = [x for x in numbers if x.dtype != object]
    return max(map(magnitude, small), default=None)


def _big_int(tree):
    return type(tree) is int and not -(2**63) <= tree < 2**63


def check_line(line, seen):
    """Compare one line of the record with what was seen there (None: nothing). Returns a Difference or None.

    Kind, bound and tolerance are the record's, whatever the message says.
    """
    if seen is None:
        return Difference("missing", "Not reached.")
    if not isinstance(seen, Seen):
        raise TypeError(f"check_line takes a Seen, got {type(seen).__name__}")
    special = {"raised": _raised, "forbidden": _forbidden}.get(seen.kind)
    if special:
        return special(seen.value)
    if seen.kind != line["kind"]:
        return Difference("kind", "The check cell was changed: this line observes something else.")
    return _RULES[line["kind"]](line, seen.value)


def _raised(value):
    name, message = _text(value, "type", "an error"), _text(value, "message", "")
    if name == "NotDone":
        return Difference("notdone", f"Not done yet: {message}." if message else "Not done yet.", got=name)
    return Difference("raised", f"Your code raised {name}{': ' if message else ''}{message}", got=name)


def _forbidden(value):
    name = _text(value, "name", "function")
    say = f"This calls the library's {name.rpartition('.')[2]}; write it yourself."
    return Difference("forbidden", say, got=name)


def _text(value, key, default):
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else default


def _tolerance(line):
    return {k: line[k] for k in ("rtol", "atol", "exact_dtype") if line.get(k) is not None}


def _value(line, got):
    if isinstance(got, Opaque) and got.name == "ellipsis":
        return Difference("notdone", "Not done yet: put your answer in place of the dots.")
    if "hash" in line:
        from course_lib.predictions import matches

        if matches(got, line["salt"], line["hash"]):
            return None
        if got is None:
            return Difference("notdone", "Not done yet: write your prediction.")
        return Difference("prediction", f"Your prediction {short(got)} is not what happens.", got=short(got))
    return compare(line["value"], got, **_tolerance(line))


def _unchanged(line, got):
    found = compare(line["value"], got, exact_dtype=True)
    if found is None:
        return None
    say = f"Your function changed its input. {found.say}"
    return Difference("changed", say, found.expected, found.got, found.where, found.error)


def _same_as(line, value):
    if not isinstance(value, tuple) or len(value) != 2:
        return Difference("kind", "The check cell was changed: this line observes something else.")
    found = compare(value[1], value[0], **_tolerance(line))
    if found is None:
        return None
    say = f"Two things that must be equal are not. {found.say}"
    return Difference("law", say, found.expected, found.got, found.where, found.error)


def _at_least(line, got):
    plain = got.item() if isinstance(got, np.ndarray) and got.ndim == 0 else got
    bound = line["bound"]
    if type(plain) not in (int, float) or not math.isfinite(plain):
        return Difference("type", f"Expected a number of at least {short(bound)}, got {describe(got)}.")
    if plain >= bound:
        return None
    return Difference("bound", f"Expected at least {short(bound)}, got {short(plain)}.", short(bound), short(plain))


def _raises(line, got):
    want = line.get("error") or _text(line["value"], "type", "an error")
    if not isinstance(got, dict) or not isinstance(got.get("type"), str):
        return Difference("raises", f"Expected {want} to be raised, but nothing was.", want, "nothing")
    family = got.get("family", ())
    if want == got["type"] or (isinstance(family, list | tuple) and want in family):
        return None
    message = _text(got, "message", "")
    say = f"Expected {want} to be raised, got {got['type']}{': ' if message else ''}{message}"
    return Difference("raises", say, want, got["type"])


def growth_bound(line):
    """How many times more events 8n may take than n: what the cell asked, else half more than the reference."""
    if line.get("bound") is not None:
        return line["bound"]
    small, large = line["value"]
    return max(2.0, 1.5 * large / max(small, 1))


def _work(line, got):
    counts = isinstance(got, tuple) and len(got) == 2 and all(type(n) is int and n >= 0 for n in got)
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


_RULES = {
    "value": _value,
    "unchanged": _unchanged,
    "same_as": _same_as,
    "at_least": _at_least,
    "raises": _raises,
    "work": _work,
}
