"""A Difference between two observations, and the words in which a learner reads about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from course_lib.evidence.tree import Opaque

KIND = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex", "U": "text"}
_BY_BYTES = {2: 1e-3, 4: 1e-5, 8: 1e-9}  # bytes of a real number -> relative tolerance


@dataclass(frozen=True)
class Difference:
    """Why an observation is wrong.

    `what` is one word (type, length, keys, shape, finite, dtype, value, raised, forbidden, law, bound, work, changed,
    prediction, missing, extra, kind); `say` the sentence for the learner; `expected` and `got` short texts; `where` the
    path into a container or the index into an array; `error` the largest absolute error where there is one; `arrays`
    the two arrays that differ and where the second is right.
    """

    what: str
    say: str
    expected: str = ""
    got: str = ""
    where: str = ""
    error: float | None = None
    arrays: tuple | None = field(default=None, repr=False, compare=False)

    @property
    def beside(self) -> str:
        """Both arrays whole, side by side, wrong values marked; "" where there are none or they are not small."""
        return side_by_side(*self.arrays) if self.arrays else ""


def default_rtol(array: np.ndarray) -> float:
    """Relative tolerance at this array's precision: 1e-9 for float64, 1e-5 for float32, 1e-3 for float16."""
    return _BY_BYTES[array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1)]


def is_number(tree: Any) -> bool:
    """Whether a tree is one plain Python number (or bool)."""
    return type(tree) in (bool, int, float, complex)


def widen(array: np.ndarray) -> np.ndarray:
    """Integers and short floats as float64, short complex as complex128; other arrays as they are."""
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64) if array.dtype.kind in "fc" else array


def magnitude(array: np.ndarray) -> float:
    """The largest finite magnitude in an array; 0.0 where there is none."""
    if array.dtype.kind not in "fciu" or not array.size:
        return 0.0
    with np.errstate(all="ignore"):
        size = np.abs(widen(array))
    return float(np.max(size, initial=0.0, where=np.isfinite(size)))


def short(tree: Any, limit: int = 60) -> str:
    """A value in at most `limit` characters; floats to six digits."""
    if isinstance(tree, float):
        return number_text(tree)
    if isinstance(tree, np.ndarray):
        text = number_text(tree) if tree.ndim == 0 else describe(tree)
    elif isinstance(tree, list | tuple):
        inner = ", ".join(short(item, limit) for item in tree[:8]) + (", …" if len(tree) > 8 else "")
        text = f"[{inner}]" if isinstance(tree, list) else f"({inner}{',' if len(tree) == 1 else ''})"
    else:
        text = describe(tree) if isinstance(tree, Opaque) else repr(tree)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def number_text(value: Any) -> str:
    """One element of an array, floats to six digits."""
    item = np.asarray(value).item()
    if isinstance(item, complex):
        return f"{item.real:.6g}{item.imag:+.6g}j"
    if not isinstance(item, float):
        text = str(item)
        return text if len(text) <= 200 else text[:199] + "…"
    text = f"{item:.6g}"
    return text + ".0" if text.lstrip("-").isdigit() else text


def describe(tree: Any) -> str:
    """The kind of thing a tree is: 'an array of shape (2, 3)', 'a list of 4 items', 'None', 'the number 3'."""
    if tree is None:
        return "None"
    if isinstance(tree, Opaque):
        return f"{'an' if tree.name[:1].lower() in 'aeio' else 'a'} {tree.name}"
    if isinstance(tree, np.ndarray) and tree.ndim:
        return f"an array of shape {tree.shape}"
    if isinstance(tree, np.ndarray) or is_number(tree):
        return f"the {'truth value' if np.asarray(tree).dtype == bool else 'number'} {short(tree)}"
    if isinstance(tree, str):
        return f"the text {short(tree)}"
    nouns: dict[type, str] = {list: "list", tuple: "tuple", dict: "dict"}
    noun = nouns[type(tree)]
    return f"a {noun} of {len(tree)} item{'s' * (len(tree) != 1)}"


def dtype_text(tree: Any, array: np.ndarray) -> str:
    """The dtype of an array, or of a number together with it: 'dtype float32', 'an integer (3)'."""
    kind = KIND[array.dtype.kind]
    article = "an" if kind == "integer" else "a"
    return f"{article} {kind} ({short(tree)})" if array.ndim == 0 else f"dtype {array.dtype}"


def differ(
    what: str, where: str, expected: str, got: str, error: float | None = None, say: str | None = None
) -> Difference:
    """A Difference whose sentence, unless `say` gives it, is 'At WHERE: expected ..., got ...'."""
    place = f"At {where}: e" if where else "E"
    question = " Is a `return` missing?" if got == "None" and not where else ""
    return Difference(what, say or f"{place}xpected {expected}, got {got}.{question}", expected, got, where, error)


def shape_difference(e: np.ndarray, g: np.ndarray, where: str) -> Difference:
    """The Difference of two arrays whose shapes differ, with the axes that do."""
    expected, got = describe(e if e.ndim else e[()].item()), describe(g if g.ndim else g[()].item())
    expected = expected if e.ndim else "one number"
    say = f"{f'At {where}: e' if where else 'E'}xpected {expected}, got {got}"
    if e.ndim == g.ndim:
        axes = [i for i in range(e.ndim) if e.shape[i] != g.shape[i]]
        named = ", ".join(f"axis {i} is {g.shape[i]} instead of {e.shape[i]}" for i in axes)
        say += ": " + named
        if sorted(e.shape) == sorted(g.shape):
            say += "; the same axes in another order"
    elif e.ndim and g.ndim:
        say += f": {g.ndim} {'axis' if g.ndim == 1 else 'axes'} instead of {e.ndim}"
    return differ("shape", where, str(e.shape), str(g.shape), say=say + ".")


def length_difference(e: Any, g: Any, where: str) -> Difference:
    """The Difference of two lists or tuples of different lengths, both whole where they are short rows of numbers."""
    want, have = short(e), short(g)
    items = f"{len(e)} item{'s' * (len(e) != 1)}"
    if g and not e:
        return differ(
            "length",
            where,
            items,
            f"{len(g)}",
            say=f"{f'At {where}: e' if where else 'E'}xpected {items}, got {len(g)}: {have}.",
        )
    if not (e and g and all(map(is_number, (*e, *g))) and max(len(e), len(g)) <= _WIDE) or "…" in want + have:
        return differ("length", where, items, f"{len(g)}")
    say = f"{f'At {where}: e' if where else 'E'}xpected {want}, got {have}: {len(g)} instead of {items}."
    return differ("length", where, items, f"{len(g)}", say=say)


def not_finite(e: np.ndarray, g: np.ndarray, where: str) -> Any:
    """A Difference where `g` has NaN or infinity and `e` has a number, else None."""
    bad = np.isfinite(e) & ~np.isfinite(g)
    if not bad.any():
        return None
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    place = where + (str(list(index)) if index else "")
    have = number_text(g[index])
    count = f" ({int(bad.sum())} of {bad.size} values are not finite)" if bad.size > 1 else ""
    at = f" at {place}" if place else ""
    say = f"Expected {number_text(e[index])}{at}, got {have}{count}."
    return differ("finite", place, number_text(e[index]), have, say=say)


def value_difference(e: np.ndarray, g: np.ndarray, right: Any, error: Any, where: str) -> Difference:
    """The Difference at the first wrong index; `right` says where `g` is right, `error` how far it is."""
    index = tuple(int(i) for i in np.argwhere(~right)[0])
    place = where + (str(list(index)) if index else "")
    want, have = _pair(e[index], g[index])
    say = f"{f'At {place}: e' if place else 'E'}xpected {want}, got {have}"
    largest = None
    if e.size > 1:
        say += f"; {int((~right).sum())} of {e.size} values are wrong"
    far = None if error is None else np.where(np.isfinite(error) & ~right, error, -1)
    if far is not None and far.max() >= 0:
        worst = tuple(int(i) for i in np.unravel_index(np.argmax(far), e.shape))
        largest = float(error[worst])
        if e.size > 1:
            there = "at {}{}: expected {}, got {}".format(where, list(worst), *_pair(e[worst], g[worst]))
            say += f", the largest error is {largest:.3g}{', here' if worst == index else f' {there}'}"
    if g.dtype.kind in "fc" and g.dtype.itemsize < e.dtype.itemsize and largest is not None:
        scale = magnitude(e)
        if largest <= 10 * default_rtol(g) * scale:
            say += f". Your result has dtype {g.dtype}: digits were lost, {e.dtype} is expected"
    return differ("value", place, want, have, largest, say + ".")


def _pair(e: Any, g: Any) -> tuple[str, str]:
    """Two numbers as text: to six digits, all of them where six are equal."""
    want, have = number_text(e), number_text(g)
    return (want, have) if want != have else (repr(e.item())[:200], repr(g.item())[:200])


SMALL = 24  # values in an array that is shown whole
_WIDE = 8  # of them in a row
_LINE = 96  # characters of a line that a notebook shows whole; wider arrays stand one below the other


def side_by_side(e: np.ndarray, g: np.ndarray, right: np.ndarray | None = None) -> str:
    """Two small arrays of at most two axes as text, beside each other where there is room; "" for others.

    Values not `right` are marked.
    """
    small = all(0 < a.ndim <= 2 and 0 < a.size <= SMALL and a.shape[-1] <= _WIDE for a in (e, g))
    if not small or e.size == g.size == 1:
        return ""
    left, other = ["expected", *_grid(e)], ["got", *_grid(g, right)]
    width = max(map(len, left)) + 3
    if width + max(map(len, other)) > _LINE:
        return "\n".join([*left, *other])
    return "\n".join(f"{a:<{width}}{b}".rstrip() for a, b in zip_longest(left, other, fillvalue=""))


def _grid(array: np.ndarray, right: np.ndarray | None = None) -> list[str]:
    """An array of one or two axes, a line of text a row, columns aligned."""
    marks = np.where(np.full(array.shape, True) if right is None else right, "", "✗")
    pairs = zip(np.atleast_2d(array), np.atleast_2d(marks), strict=True)
    texts = [[number_text(v) + str(m) for v, m in zip(*pair, strict=True)] for pair in pairs]
    width = max(len(text) for row in texts for text in row)
    lines = ["[" + ", ".join(text.rjust(width) for text in row) + "]" for row in texts]
    if array.ndim == 1:
        return lines
    return [("[" if i == 0 else " ") + line + ("]" if i == len(lines) - 1 else ",") for i, line in enumerate(lines)]
