"""Which one known mistake a failing answer looks like: what was seen equals what that mistake was recorded to give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.evidence.compare import check_line
from course_lib.evidence.difference import widen
from course_lib.evidence.values import agree
from course_lib.evidence.weight import ENOUGH, ENOUGH_FIRST, SURE, bits

if TYPE_CHECKING:
    from course_lib.evidence.observation import Seen

_ALIKE = 3  # of more mistakes that give the same few bits, the first is hardly ever the one


@dataclass(frozen=True)
class Mistake:
    """A known mistake that fits: its `name`, what a tutor would `say`; `often` when only an exception matched.

    `first` when it fits the lines up to the first failure and not all that follow; `little` when what agrees is so
    little that other answers give it too, or when mistakes of another kind give the same; `where`, if it fits only a
    part, begins the sentence; `relation` when no author knew it and `say` tells how the wrong values follow from the
    right ones.
    """

    name: str
    say: str
    often: bool = False
    first: bool = False
    relation: bool = False
    little: bool = False
    where: str = ""

    @property
    def sentence(self) -> str:
        """What the learner reads."""
        say = self.say.strip()
        say = say if say[-1:] in ".!?" else say + "."
        if self.relation:
            return say
        if self.where:
            return f"{self.where} looks like this: {say}"
        if self.often:
            return f"This often means: {say}"
        if self.little:
            return f"One mistake that gives this, of several that may: {say}"
        return (
            f"{'The first wrong line fits this, not all later ones do' if self.first else 'It looks like this'}: {say}"
        )


def name_mistake(check_record: dict[str, Any], seen: Sequence[Seen]) -> Mistake | None:
    """The one known mistake that explains the most of what was seen, or None.

    `check_record` is one entry of `Record.checks`, `seen` a list of Seen. A mistake must equal all observations up to
    and including the first failure; of several, the one that explains most lines after it is named, and of equals
    the one recorded first. A line that a mistake's record leaves out is one where it gives the expected value.
    Exceptions match by type, position and the axes in which their shapes differ. Where a later line contradicts even
    the best, the mistake is said to be in the first lines only. What agrees must tell ENOUGH bits (`weight.py`): a few
    truth values and small numbers agree by chance. With less, nothing is named that a later line contradicts, or that
    many others give as well; what else fits all is said to be one of several.
    """
    at = {s.position: s for s in seen}
    lines = sorted(check_record["lines"], key=lambda line: line["position"])
    failed = next((i for i, line in enumerate(lines) if check_line(line, at.get(line["position"]))), None)
    if failed is None:
        return None
    later = [line for line in lines[failed + 1 :] if line["position"] in at]
    right = {line["position"] for line in lines[:failed]}  # compared once, not once for every mistake
    right |= {line["position"] for line in later if check_line(line, at[line["position"]]) is None}
    best, most, alike = None, -1, set()
    for near in (False, True):  # what agrees to the last digit comes before what nearly does
        for mistake in check_record.get("mistakes", ()) if most < len(later) else ():
            theirs = {line["position"]: line for line in mistake["lines"]}
            up_to = reversed(lines[: failed + 1])  # most differ at the last
            if all(_gives(theirs, line, at, right, near) for line in up_to):
                explained = sum(_gives(theirs, line, at, right, near) for line in later)
                if explained > most:
                    best, most, alike = mistake, explained, set()
                alike |= {mistake["say"]} if explained == most else set()
    if best is None:
        return None
    failure, first = at[lines[failed]["position"]], most < len(later)
    apart = {line["position"] for mistake in check_record["mistakes"] for line in mistake["lines"]}
    weighed = lines[:failed] if first else lines[:failed] + lines[failed + 1 :]
    told = _weight([lines[failed], *weighed], at, right, apart)
    if (first and told < ENOUGH_FIRST) or (len(alike) > _ALIKE and told < ENOUGH):
        return None
    little = told < ENOUGH or (len(alike) > 1 and not first)
    return Mistake(best["name"], best["say"], failure.kind == "raised", first, little=little)


def _gives(theirs: dict[int, Any], line: dict[str, Any], at: dict[int, Seen], right: set[int], near: bool) -> bool:
    """Whether a mistake with these recorded lines, by position, gives at a line of the check what was seen there."""
    position = line["position"]
    return same_line(line, theirs[position], at.get(position), near) if position in theirs else position in right


def _weight(lines: Sequence[dict[str, Any]], at: dict[int, Seen], right: set[int], apart: set[int]) -> float:
    """Bits that speak for a mistake which gives what was seen at these lines: of what is wrong there, and half a bit
    for each `right` line that some known mistake would have made wrong (`apart`). No more than needed is looked at.
    """
    told = 0.0
    for line in lines:
        seen = at.get(line["position"])
        if seen is not None and told < ENOUGH_FIRST:
            if line["position"] in right:
                told += 0.5 * (line["position"] in apart)
            else:
                told += bits(line["value"], seen.value) if seen.kind == "value" else SURE
    return told


def same_line(expected: dict[str, Any], theirs: dict[str, Any] | None, seen: Seen, near: bool = False) -> bool:
    """Whether `seen` at the record's line `expected` is what the mistake's line gives (None: the expected value).

    With `near` a value may differ as in `nearly`.
    """
    if seen is None:
        return False
    if theirs is None:
        return check_line(expected, seen) is None
    if theirs["kind"] != seen.kind:
        return False
    if seen.kind == "raised":
        return same_error(theirs["value"], seen.value)
    if seen.kind in ("raises", "forbidden"):  # messages and line numbers are everyone's own
        return _named(theirs["value"]) == _named(seen.value)
    if seen.kind == "work":  # counts depend on style; too many is too many
        return check_line(expected, seen) is not None
    tolerance = {"rtol": expected.get("rtol"), "atol": expected.get("atol")}
    pairs = (theirs["value"], seen.value), (seen.value, theirs["value"])  # both ways: 2 passes for 2.0, not 2.0 for 2
    same = all(agree(one, other, **tolerance) for one, other in pairs)
    return same or (near and nearly(expected["value"], theirs["value"], seen.value))


def nearly(expected: Any, theirs: Any, seen: Any) -> bool:
    """Whether `seen` is what a mistake gives but for what is everyone's own: a 1e-8 in a divisor, single precision,
    whole numbers where floats are right. It is little beside the number, and beside how far off the mistake is.
    """
    if isinstance(expected, list | tuple):
        kinds = [isinstance(tree, list | tuple) and len(tree) == len(expected) for tree in (theirs, seen)]
        return all(kinds) and all(map(nearly, expected, theirs, seen))
    if agree(theirs, seen) and agree(seen, theirs):
        return True
    if not all(isinstance(tree, int | float | np.ndarray) for tree in (expected, theirs, seen)):
        return False
    e, their, mine = (np.asarray(tree) for tree in (expected, theirs, seen))
    if e.dtype.kind != "f" or not {their.dtype.kind, mine.dtype.kind} <= {"f", "i", "u"} or their.shape != mine.shape:
        return False
    return _little_beside(e, *(widen(a) for a in (their, mine)))


def _little_beside(expected: np.ndarray, theirs: np.ndarray, mine: np.ndarray) -> bool:
    if not (np.isfinite(theirs).all() and np.isfinite(mine).all() and mine.size):
        return False
    left = np.max(np.abs(mine - theirs))
    far = expected.shape != theirs.shape or left <= 1e-3 * np.max(np.abs(theirs - expected))
    return bool(far and left <= 1e-6 * np.max(np.abs(theirs)))


def same_error(one: Any, other: Any) -> bool:
    """Whether two recorded exceptions are alike: one type, messages of one kind; and where both tell two shapes, these
    differ in the same axes. All else in a message is everyone's own.
    """
    if _named(one) != _named(other) or not _of_one_kind(*(_message(value) for value in (one, other))):
        return False
    axes = _axes_apart(one), _axes_apart(other)
    return None in axes or axes[0] == axes[1]


def _message(value: Any) -> str:
    message = value.get("message") if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""


def _of_one_kind(one: str, other: str) -> bool:
    """Whether two messages share a third of the shorter one's words, or both have too few; of `conv2d: ...` and
    `sum: ...` each speaks of its own function.
    """
    names = [re.match(r"(\w+): ", message) for message in (one, other)]
    if all(names) and names[0][1] != names[1][1]:
        return False
    words = [set(re.findall(r"[a-z]{3,}", message.lower())) for message in (one, other)]
    few = max(map(len, words)) < 3
    return few or 3 * len(words[0] & words[1]) >= min(map(len, words))


def _axes_apart(value: Any) -> set[int] | None:
    """The axes, counted from the last, in which the two shapes of a message differ; None where there are not two."""
    shapes = re.findall(r"\((\d+(?:, ?\d+)*),?\)", _message(value))
    if len(shapes) != 2:
        return None
    first, second = ([int(n) for n in shape.split(",")][::-1] for shape in shapes)
    return {i for i, sizes in enumerate(zip_longest(first, second), 1) if sizes[0] != sizes[1]}


def _named(value: dict[str, Any]) -> list[str | None]:
    names = [value.get("type"), value.get("name")] if isinstance(value, dict) else []
    return [name if isinstance(name, str) else None for name in names]
