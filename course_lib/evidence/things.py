"""What an answer is where it is no array of wrong numbers: nothing, a function, the right values in another container.

Each finder takes what is expected and what was given and tells `(name, predicate)` or None; the predicate
goes on after "your result". What it says is seen in the two values alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_lib.evidence.difference import KIND, default_rtol, is_number, magnitude, widen
from course_lib.evidence.pairs import MOST, telling
from course_lib.evidence.tree import MAX_DEPTH, Opaque
from course_lib.evidence.values import compare

Found = tuple[str, str]
_CALLED = {"function", "method", "builtin_function_or_method", "partial"}
_LAZY = {"generator", "zip", "map", "filter", "range", "dict_values", "dict_keys", "dict_items", "reversed"}
_UNSET = "nothing there", "is None: was nothing put there, or does a function give nothing back?"
_MANY = {"bool": "truth values", "integer": "integers", "float": "floats", "complex": "complex numbers"}


def name_thing(expected: Any, got: Any, where: str = "") -> tuple[str, Found | None]:
    """Where `got` is another thing than `expected`, and what it is there; None where it is of the right make.

    In tuples, lists and dicts the first part that differs is looked at. Where None is right in one part of a list, it
    is an answer in the others too, if a wrong one.
    """
    answers = expected if isinstance(expected, list | tuple) else ()
    for _ in range(MAX_DEPTH):
        for find in _FINDERS:
            found = find(expected, got)
            if found and where and got is None:
                return where, None if any(one is None for one in answers) else _UNSET
            if found:
                return where, found
        part = _first_part(expected, got)
        if part is None:
            break
        expected, got, where = expected[part], got[part], f"{where}[{part!r}]"
    return where, None


def _first_part(expected: Any, got: Any) -> Any:
    """The index or key of the first part that differs; None where there are no parts to compare."""
    both = [type(x) for x in (expected, got)]
    if all(t in (list, tuple) for t in both) and len(expected) == len(got):
        keys: Any = range(len(expected))
    elif both == [dict, dict] and expected.keys() == got.keys():
        keys = expected
    else:
        return None
    return next((key for key in keys if compare(expected[key], got[key]) is not None), None)


def name_count(expected: Any, got: Any) -> Found:
    """What there is to say of how many things were given; ("", "") where it is as many as asked."""
    if not isinstance(expected, list | tuple):
        return "", ""
    want = f"{len(expected)} things are asked for" if len(expected) != 1 else "one is asked for"
    if isinstance(got, list | tuple):
        way = "few" if len(got) < len(expected) else "many"
        say = f"holds {len(got)}; {want}."
        if got == () and all(type(n) is int for n in expected):
            say = "is the empty tuple: if it is a shape, that of a single number."
        if all(type(x) is tuple and x and all(type(n) is int for n in x) for x in (expected, got)):
            many = f"{len(got)} number{'s' * (len(got) != 1)}"
            say = f"has {many} where {len(expected)} are asked for: if it is a shape, that is axes too {way}."
        return (f"too {way} things", say) if len(got) != len(expected) else ("", "")
    single = isinstance(got, np.ndarray) or is_number(got)
    how = ": `return a, b` gives both." if len(expected) == 2 else ", in one list or tuple."
    return ("one thing for several", f"is a single thing; {want}{how}") if single else ("", "")


def _nothing(expected: Any, got: Any) -> Found | None:
    if got is None and expected is not None:
        return "nothing returned", "is None: is a `return` missing? append, sort and print give None, too."
    return None


def _opaque(expected: Any, got: Any) -> Found | None:
    if not isinstance(got, Opaque):
        return None
    if got.name in _CALLED:
        return "not called", "is a function that was not called: the brackets () behind its name are missing."
    if got.name in _LAZY:
        return "not collected", f"is a {got.name} that nobody has gone through: list(...) collects its values."
    if got.name in ("Tensor", "Parameter"):
        return "a Tensor", f"is a {got.name}: the array in it is its `.data`."
    return None


def _right_values(expected: Any, got: Any) -> Found | None:
    """The right values in another container, or as another kind of number."""
    e, g = _loose(expected), _loose(got)
    if e is None or g is None or e.shape != g.shape or not _equal(e, g):
        return None
    listed = isinstance(expected, list | tuple), isinstance(got, list | tuple)
    if listed == (False, True):
        return "a list for an array", "has the right values, but in a list; np.array(...) makes an array of it."
    if listed == (True, False):
        return "an array for a list", "has the right values, but in an array; asked is a list or a tuple."
    kinds = KIND[e.dtype.kind], KIND[g.dtype.kind]
    if kinds[0] != kinds[1]:
        want, have = (_MANY[k] if e.size != 1 else f"one of the {_MANY[k]}" for k in kinds)
        return f"{_MANY[kinds[1]]} for {_MANY[kinds[0]]}", f"has the right values as {have}; asked are {want}."
    if g.dtype.itemsize < e.dtype.itemsize and g.dtype.kind in "fc":
        return "too short floats", f"is right to the digits that {g.dtype} holds; asked are those of {e.dtype}."
    return None


def _exchanged(expected: Any, got: Any) -> Found | None:
    """Two parts of a tuple that stand in each other's place."""
    if not _parts(expected) or not _parts(got) or len(expected) != len(got) or len(expected) > 8:
        return None
    wrong = [i for i, (e, g) in enumerate(zip(expected, got, strict=True)) if compare(e, g) is not None]
    for i, j in ((i, j) for i in wrong for j in wrong if i < j):
        if _same(expected[i], got[j]) and _same(expected[j], got[i]) and _tells(expected[i], expected[j]):
            return "parts exchanged", f"has [{i}] and [{j}] exchanged."
    for i, j in ((i, j) for i in wrong for j in range(len(expected)) if i != j):
        if _same(expected[j], got[i]) and _tells(expected[j]) and not all(map(is_number, expected)):
            return "a part twice", f"has at [{i}] what belongs at [{j}]."
    return None


def _one_part(expected: Any, got: Any) -> Found | None:
    """One of several things that were asked for."""
    if not isinstance(expected, list | tuple) or isinstance(got, list | tuple) or not 1 <= len(expected) <= 8:
        return None
    for i, e in enumerate(expected):
        if _same(e, got) and _tells(e):
            if len(expected) == 1:
                return "not in a list", "is what belongs into a list or tuple, which is asked for with one thing in it."
            return "one part only", f"is what belongs at [{i}] alone; {len(expected)} things are asked for."
    return None


def _among_parts(expected: Any, got: Any) -> Found | None:
    """The thing that was asked for, with others around it."""
    if isinstance(got, list | tuple) and not isinstance(expected, list | tuple) and 1 <= len(got) <= 8:
        for i, g in enumerate(got):
            if _same(expected, g) and _tells(expected):
                if len(got) == 1:
                    return "in a list of its own", f"stands in a {_noun(got)} of one; asked is what it holds."
                return "more than asked", f"holds what is asked for at [{i}], and more; give that alone."
    if not (is_number(expected) or getattr(expected, "ndim", 1) == 0):
        return None
    real = isinstance(got, np.ndarray) and got.ndim and got.dtype.kind in "iuf" and 1 < got.size <= MOST
    if real and _tells(expected):
        at = np.argwhere(np.isclose(got, float(np.real(expected)), rtol=1e-9, atol=0)).tolist()
        if at:
            return "one of an array", f"holds the expected number at {at[0]}; asked is that one alone."
    return None


def _texts(expected: Any, got: Any) -> Found | None:
    """Of different texts that are asked for once each: one that is none of them, or one that stands twice."""
    lists = [x for x in (expected, got) if isinstance(x, list | tuple) and x and all(type(t) is str for t in x)]
    if len(lists) < 2 or not len(set(expected)) == len(expected) == len(got) > 2:
        return None
    if 2 * sum(t in expected for t in got) <= len(got):
        return None  # these are other texts altogether
    unknown = next((t for t in got if t not in expected), None)
    if unknown is not None:
        return "an unknown text", f"holds {unknown[:80]!r}, which is none of the texts asked for: is one misspelt?"
    twice = next((t for t in got if list(got).count(t) > 1), None)
    return twice and ("a text twice", f"holds {twice[:80]!r} more than once; it is asked for once.")


_FINDERS: tuple[Callable, ...] = (_nothing, _opaque, _right_values, _exchanged, _one_part, _among_parts, _texts)


def _noun(tree: Any) -> str:
    return "tuple" if isinstance(tree, tuple) else "list"


def _parts(tree: Any) -> bool:
    return isinstance(tree, list | tuple) and len(tree) > 1


def _same(e: Any, g: Any) -> bool:
    return compare(e, g) is None


def _tells(*trees: Any) -> bool:
    """Whether values say more than what many programs give."""
    arrays = [a for tree in trees for a in numbers_in(tree)]
    return bool(arrays) and telling(*arrays) >= 4


def numbers_in(tree: Any) -> Iterator[np.ndarray]:
    """Every array and number in a tree, as arrays of real or complex numbers."""
    if isinstance(tree, list | tuple):
        for item in tree:
            yield from numbers_in(item)
    elif isinstance(tree, dict):
        yield from numbers_in(list(tree.values()))
    elif isinstance(tree, np.ndarray) and tree.dtype.kind in "iufc" and tree.size:
        yield widen(tree)
    elif is_number(tree) and not isinstance(tree, bool) and abs(tree) < 2**63:
        yield np.asarray(tree, dtype=complex if isinstance(tree, complex) else float)


def _loose(tree: Any) -> np.ndarray | None:
    """A tree as an array, whatever holds its numbers; None where it is no block of numbers."""
    if isinstance(tree, np.ndarray):
        return tree if tree.dtype.kind in "biufc" and tree.size <= MOST else None
    if is_number(tree):
        return np.asarray(tree) if abs(tree) < 2**63 else None
    if not isinstance(tree, list | tuple) or not tree or len(tree) > MOST:
        return None
    inner = [_loose(item) for item in tree]
    if any(a is None or a.shape != inner[0].shape for a in inner) or inner[0].size * len(inner) > MOST:
        return None
    return np.array(inner)


def _equal(e: np.ndarray, g: np.ndarray) -> bool:
    rtol = max([default_rtol(a) for a in (e, g) if a.dtype.kind in "fc"], default=0)
    e, g = (a.astype(np.int8) if a.dtype.kind == "b" else widen(a) for a in (e, g))
    return bool(np.allclose(g, e, rtol=rtol, atol=rtol * magnitude(e), equal_nan=True))
