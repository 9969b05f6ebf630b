"""Whether two wrong answers behave alike: all that a check saw of one agrees with all that it saw of the other.

Values agree within the record's own tolerance, as a known mistake's do; exceptions by type and message.
"""

import hashlib
import re

import numpy as np

from course_lib.evidence.compare import check_line
from course_lib.evidence.difference import magnitude, short
from course_lib.evidence.mistakes import same_line

ERRORS = ("raised", "raises")


def alike(record, one, other):
    """Whether two {position: Seen} of one check agree at every line of its joined record."""
    return one.keys() == other.keys() and all(
        _same(line, one[line["position"]], other[line["position"]])
        for line in record["lines"]
        if line["position"] in one
    )


def _same(line, one, other):
    if one.kind != other.kind:
        return False
    if one.kind in ERRORS and _error(one) != _error(other):
        return False
    return same_line(line, {"kind": one.kind, "value": one.value}, other)


def _error(seen):
    """An exception's type and message, less the addresses of objects."""
    told = seen.value if isinstance(seen.value, dict) else {}
    return told.get("type"), re.sub(r"0x[0-9a-f]+", "0x", str(told.get("message", "")))


def first_wrong(record, seen):
    """(the record's line, its Difference) where `seen` first goes wrong, or None."""
    for line in record["lines"]:
        difference = check_line(line, seen.get(line["position"]))
        if difference is not None:
            return line, difference
    return None


def shape_of(seen):
    """What answers that behave alike have in common for certain; quick to compare."""
    return tuple((position, one.kind, _outline(one.value)) for position, one in sorted(seen.items()))


def _outline(tree):
    if isinstance(tree, np.ndarray):
        return tree.shape
    return len(tree) if isinstance(tree, list | tuple) else None


def digest(observed):
    """Four hexadecimal digits by which a person may name a behaviour, {check: {position: Seen}}."""
    told = [
        (check, position, one.kind, _error(one) if one.kind in ERRORS else _rounded(one.value))
        for check, seen in sorted(observed.items())
        for position, one in sorted(seen.items())
    ]
    return hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()[:4]


def _rounded(tree):
    """A value as text to four digits of its largest: what rounding errors change seldom."""
    if isinstance(tree, np.ndarray) and tree.dtype.kind in "fc":
        scale = magnitude(tree) or 1.0
        with np.errstate(all="ignore"):
            return tree.shape, (np.round(tree.astype(complex) / scale, 4) + 0.0).tolist(), f"{scale:.4g}"
    if isinstance(tree, np.ndarray):
        return tree.shape, tree.tolist()
    if isinstance(tree, list | tuple):
        return [_rounded(item) for item in tree]
    if isinstance(tree, dict):
        return [(short(key), _rounded(value)) for key, value in tree.items()]
    return f"{tree:.4g}" if isinstance(tree, float) else short(tree)
