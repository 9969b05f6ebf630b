"""A known mistake in one part of what is wrong, where no mistake explains all of it: real answers hold two at a time.

Whatever was seen right, the mistake gives right as well; so it is at work where it agrees, or hardly tells from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.evidence.compare import check_line
from course_lib.evidence.mistakes import Mistake, nearly, same_line
from course_lib.evidence.values import agree
from course_lib.evidence.weight import ENOUGH_FIRST, bits

if TYPE_CHECKING:
    from course_lib.evidence.observation import Seen

_LINES = 6  # failing lines that are looked at
_HIDDEN = "Of a hidden value one part"


def name_part(check_record: dict[str, Any], seen: Sequence[Seen]) -> Mistake | None:
    """The known mistake that gives what was seen in one part of a failing line, or in one of several; or None.

    As for `name_mistake`, lines count of the part (visible or hidden) that fails first; what agrees must tell
    ENOUGH_FIRST bits. Of several mistakes the one is named that agrees in most places.
    """
    at, parts = {s.position: s for s in seen}, check_record.get("parts", {})
    lines = sorted(check_record["lines"], key=lambda line: line["position"])
    wrong = [line for line in lines if check_line(line, at.get(line["position"])) is not None]
    if not wrong or not _compared(wrong[0], at):
        return None
    part = parts.get(wrong[0]["position"], "visible")
    same = (line for line in wrong if parts.get(line["position"], "visible") == part)
    failing = [line for line in same if _compared(line, at)][:_LINES]
    right = [line for line in lines if all(line is not other for other in wrong)]
    best, most = None, []
    for mistake in check_record.get("mistakes", ()):
        theirs = {line["position"]: line for line in mistake["lines"]}
        places = list(_places(failing, theirs, at))
        agreed = len(places) > len(most) and all(
            same_line(line, theirs.get(line["position"]), at.get(line["position"])) for line in right
        )
        agreed = agreed and all(
            _finite(theirs[line["position"]]["value"]) or not _finite(at[line["position"]].value)
            for line in failing
            if line["position"] in theirs
        )
        if agreed:
            best, most = mistake, places
    if best is None:
        return None
    line, place = most[0]
    where = f'For "{line["label"]}" your result{f" at {place}" if place else ""}'
    return Mistake(best["name"], best["say"], where=_HIDDEN if part == "hidden" else where)


def _compared(line: dict[str, Any], at: dict[int, Seen]) -> bool:
    one = at.get(line["position"])
    return one is not None and one.kind == line["kind"] == "value" and "hash" not in line


def _places(
    failing: Sequence[dict[str, Any]], theirs: dict[int, Any], at: dict[int, Seen]
) -> Iterator[tuple[Any, str]]:
    """(line, place) of every failing line, or part of one, in which a mistake with these lines gives what was seen."""
    for line in failing:
        their = theirs.get(line["position"])
        if their is None or their["kind"] != "value":
            continue
        within = {"rtol": line.get("rtol"), "atol": line.get("atol")}
        pieces = list(_pieces(line["value"], their["value"], at[line["position"]].value))
        right = [(agree(e, t, **within), agree(e, g, **within)) for _, e, t, g in pieces]
        if (False, True) in right:  # what was seen right, the mistake makes wrong
            continue
        for (place, e, t, g), agreed in zip(pieces, right, strict=True):
            if agreed == (False, False) and _same(e, t, g) and bits(e, g) >= ENOUGH_FIRST:
                yield line, place


def _finite(tree: Any) -> bool:
    if isinstance(tree, list | tuple):
        return all(map(_finite, tree))
    numbers = isinstance(tree, float) or (isinstance(tree, np.ndarray) and tree.dtype.kind in "fc")
    return not numbers or bool(np.isfinite(tree).all())


def _pieces(expected: Any, theirs: Any, got: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    """The parts of three tuples or lists of one length, with where each stands; the whole where they are none."""
    trees = expected, theirs, got
    if all(isinstance(tree, list | tuple) and len(tree) == len(expected) for tree in trees):
        yield from ((f"[{i}]", *three) for i, three in enumerate(zip(*trees, strict=True)))
    else:
        yield "", *trees


def _same(expected: Any, theirs: Any, got: Any) -> bool:
    return (agree(theirs, got) and agree(got, theirs)) or nearly(expected, theirs, got)
