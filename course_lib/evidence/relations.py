"""A diagnosis that no author wrote: the one relation between the right and the wrong values that explains all of them.

A relation is only said when it holds for everything wrong in every failing value line of that part, when its values
could hardly do so by chance, and when no relation of another kind fits as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.evidence.compare import check_line
from course_lib.evidence.habits import name_habit
from course_lib.evidence.mistakes import Mistake, name_mistake
from course_lib.evidence.pairs import distinct, telling, wrong_pairs
from course_lib.evidence.relation_kinds import GENERAL, SPECIFIC

if TYPE_CHECKING:
    from course_lib.evidence.observation import Seen
    from course_lib.evidence.pairs import Pair
    from course_lib.evidence.relation_kinds import Kind

BY = "by relation: "  # how the names of these mistakes begin, for whoever groups them
HIDDEN = "Every hidden value that is wrong differs in one way: {}."  # the kind alone: numbers would tell the values


@dataclass(frozen=True)
class Relation:
    """A relation that holds: its `name`, what a tutor would `say`; of hidden lines `say` is of the kind alone."""

    name: str
    say: str

    def mistake(self) -> Mistake:
        """As the Mistake that a message or a verdict shows."""
        return Mistake(BY + self.name, self.say, relation=True)


def diagnose(check_record: dict[str, Any], seen: Sequence[Seen], source: str = "") -> Mistake:
    """What is behind a failing check, as one Mistake: the known one that fits, else a relation, else a habit, or None.

    `source` is the text of the answer; habits are read from it where what fails first is no error.
    """
    known = name_mistake(check_record, seen)
    if known:
        return known
    found: Any = name_relation(check_record, seen)
    if found is None and source:
        kind = _first_kind(check_record, seen)
        found = name_habit(source, again=kind == "again") if kind not in (None, "raised", "forbidden") else None
    return found and found.mistake()


def _first_kind(check_record: dict[str, Any], seen: Sequence[Seen]) -> str:
    """The kind of what was seen where the check fails first; None where nothing was."""
    at = {s.position: s for s in seen}
    for line in sorted(check_record["lines"], key=lambda line: line["position"]):
        if check_line(line, at.get(line["position"])) is not None:
            return at[line["position"]].kind if line["position"] in at else None
    return None


def name_relation(check_record: dict[str, Any], seen: Sequence[Seen]) -> Relation | None:
    """The Relation that explains every wrong value line of a check, or None.

    `check_record` is an entry of `Record.checks` or two of them joined, `seen` a list of Seen. Lines count that belong
    to the part (visible or hidden) of the first failing one.
    """
    at, parts = {s.position: s for s in seen}, check_record.get("parts", {})
    part, pairs = None, []
    for line in sorted(check_record["lines"], key=lambda line: line["position"]):
        one = at.get(line["position"])
        mine = parts.get(line["position"], "visible")
        if one is None or part not in (None, mine) or check_line(line, one) is None:
            continue
        if line["kind"] != "value" or one.kind != "value" or "hash" in line:
            if part is None:  # what fails first has no values to relate
                return None
            continue
        part, found = mine, wrong_pairs(line, one.value)
        if not found:
            return None
        pairs += found
    return _choose(pairs, part) if pairs else None


def _choose(pairs: Sequence[Pair], part: str) -> Relation | None:
    """The one relation of the most specific kinds that fit all pairs, if it is one."""
    tells, values = _worth(pairs)
    for kinds in (SPECIFIC, GENERAL):
        fits = [(kind, forms) for kind in kinds if tells >= kind.tells and values >= kind.values
                for forms in [_common(kind, pairs)] if forms]  # fmt: skip
        if len(fits) == 1 and (len(fits[0][1]) == 1 or fits[0][0].several):
            kind, forms = fits[0]
            form = next(iter(forms))
            name = kind.name(form)
            say = HIDDEN.format(name) if part == "hidden" else f"{_subject(pairs)} {kind.say(form, forms[form])}"
            return Relation(name, say)
        if fits:
            return None
    return None


def _worth(pairs: Sequence[Pair]) -> tuple[int, int]:
    numbers, truths = [p.e for p in pairs if not p.truth], [p.e for p in pairs if p.truth]
    tells = telling(*numbers) + telling(*truths, truth=True)
    return tells, max(len(distinct(*numbers)), 6 * bool(truths))


def _common(kind: Kind, pairs: Sequence[Pair]) -> dict[str, Any]:
    """{form: [detail of each pair]} of the forms in which a relation holds for every pair."""
    forms = None
    for pair in pairs:
        found = kind.find(pair)
        forms = {f: [*(forms[f] if forms else []), d] for f, d in found.items() if forms is None or f in forms}
        if not forms:
            return {}
    return forms


def _subject(pairs: Sequence[Pair]) -> str:
    places = {p.where for p in pairs}
    if places == {""}:
        return "Your result"
    return f"At {places.pop()} your result" if len(places) == 1 else "Wherever it is wrong, your result"
