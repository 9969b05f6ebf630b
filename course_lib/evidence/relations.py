"""A diagnosis that no author wrote: the one relation between the right and the wrong values that explains all of them.

A relation is only said when it holds for everything wrong in every failing value line of that part, when its values
could hardly do so by chance, and when no relation of another kind fits as well. Where there is none, a known mistake
in a part of it is (`mistake_parts.py`), then what the lines say together (`between.py`), slips in the answer's own
text, what holds for a part (`partly.py`), each sentence with what it speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from course_lib.evidence.between import Line, name_between
from course_lib.evidence.choice import BY, HIDDEN, Relation, choose
from course_lib.evidence.compare import check_line
from course_lib.evidence.habits import name_certain, name_habit, name_slip
from course_lib.evidence.mistake_parts import name_part
from course_lib.evidence.mistakes import Mistake, name_mistake
from course_lib.evidence.outcome import standing
from course_lib.evidence.pairs import wrong_pairs
from course_lib.evidence.partly import name_partly, name_plainly
from course_lib.evidence.parts import name_parts
from course_lib.evidence.things import name_count, name_thing

if TYPE_CHECKING:
    from course_lib.evidence.observation import Seen
    from course_lib.evidence.pairs import Pair

__all__ = ["BY", "HIDDEN", "Relation", "diagnose", "explain", "name_relation"]
HIDDEN_ONE = "A hidden value is wrong in this way: {}."


@dataclass
class Failures:
    """The failing value lines of one part of a check: `pairs` of each (None: no numbers to relate), in order.

    `first` is the kind of what was seen where the check fails first, None where nothing was; `changed` says whether
    an input is no longer what it was; `outcome` is the first failing line and what was seen, where it is one.
    """

    first: str | None = None
    part: str = ""
    changed: bool = False
    outcome: Any = None
    lines: list[tuple[dict[str, Any], Any]] = field(default_factory=list)
    pairs: list[Sequence[Pair] | None] = field(default_factory=list)

    @property
    def labelled(self) -> list[tuple[str, Sequence[Pair] | None]]:
        """The label of each failing line with its pairs."""
        return [(line["label"], pairs) for (line, _), pairs in zip(self.lines, self.pairs, strict=True)]


def diagnose(check_record: dict[str, Any], seen: Sequence[Seen], source: str = "") -> Mistake:
    """What is behind a failing check, as one Mistake: the known one that fits, else a relation, else a habit, or None.

    `source` is the text of the answer; habits are read from it where what fails first is no error.
    """
    return name_mistake(check_record, seen) or explain(check_record, seen, source)


def explain(check_record: dict[str, Any], seen: Sequence[Seen], source: str = "") -> Mistake:
    """As `diagnose`, of what no known mistake fits."""
    failures = _failures(check_record, seen)
    reads = source and failures.first not in (None, "raised", "forbidden")
    found: Any = name_certain(source, failures.changed) if reads else None
    found = found or _of_all(failures)
    part = name_part(check_record, seen) if found is None else None
    if part:
        return part
    found = found or _of_lines(failures, check_record, seen)
    found = found or (name_habit(source, again=failures.first == "again") if reads else None)
    if found is None and failures.first == "value":
        found = name_partly(failures.labelled, failures.part)
    found = found or (name_slip(source) if reads else None)
    if found is None and failures.first == "value":
        found = name_plainly(failures.labelled, failures.part) or _of_count(failures) or _of_parts(failures)
    if found is None and failures.outcome:
        found = Relation(*standing(*failures.outcome))
    return found and found.mistake()


def name_relation(check_record: dict[str, Any], seen: Sequence[Seen]) -> Relation | None:
    """The Relation that explains every wrong value line of a check, or None.

    `check_record` is an entry of `Record.checks` or two of them joined, `seen` a list of Seen. Lines count that belong
    to the part (visible or hidden) of the first failing one.
    """
    return _of_all(_failures(check_record, seen))


def _of_all(failures: Failures) -> Relation | None:
    if not failures.pairs or not all(failures.pairs):
        return None
    return choose([pair for pairs in failures.pairs for pair in pairs or ()], failures.part)


def _failures(check_record: dict[str, Any], seen: Sequence[Seen]) -> Failures:
    at, parts = {s.position: s for s in seen}, check_record.get("parts", {})
    found, none_yet = Failures(), True
    for line in sorted(check_record["lines"], key=lambda line: line["position"]):
        one, mine = at.get(line["position"]), parts.get(line["position"], "visible")
        if check_line(line, one) is None:
            continue
        found.changed |= one is not None and one.kind == line["kind"] == "unchanged"
        if not none_yet and mine != found.part:
            continue
        if none_yet:
            none_yet, found.first, found.part = False, one.kind if one else None, mine
            found.outcome = (line, one.value) if found.first == "outcome" else None
        if one is None or one.kind != "value" or line["kind"] != "value" or "hash" in line:
            if found.first != "value" or "hash" in line:  # what fails first has no values to relate
                return found
            continue
        found.lines.append((line, one.value))
        found.pairs.append(wrong_pairs(line, one.value))
    return found


def _of_lines(failures: Failures, check_record: dict[str, Any], seen: Sequence[Seen]) -> Relation | None:
    """What the first failing line is, or what the lines say together."""
    if failures.first != "value" or not failures.lines:
        return None
    line, got = failures.lines[0]
    place, thing = name_thing(line["value"], got)
    hidden = failures.part == "hidden"
    if thing:
        subject = f'For "{line["label"]}"{f", at {place}," if place else ""} your result'
        return Relation(thing[0], HIDDEN_ONE.format(thing[0]) if hidden else f"{subject} {thing[1]}")
    between = name_between(list(_all_lines(failures, check_record, seen)))
    return between and Relation(between[0], HIDDEN_ONE.format(between[0]) if hidden else between[1])


def _of_count(failures: Failures) -> Relation | None:
    """How many things were given, where that is wrong in the first failing line."""
    line, got = failures.lines[0] if failures.lines else ({"value": None, "label": ""}, None)
    name, how = name_count(line["value"], got)
    say = HIDDEN_ONE.format(name) if failures.part == "hidden" else f'For "{line["label"]}" your result {how}'
    return Relation(name, say) if name else None


def _of_parts(failures: Failures) -> Relation | None:
    """Which parts of a result with several are right in every failing line."""
    name, how = name_parts(failures.lines)
    say = HIDDEN_ONE.format(name) if failures.part == "hidden" else f"Where it is wrong, your result {how}"
    return Relation(name, say) if name else None


def _all_lines(failures: Failures, check_record: dict[str, Any], seen: Sequence[Seen]) -> Iterator[Line]:
    at, parts = {s.position: s for s in seen}, check_record.get("parts", {})
    failing = {line["position"] for line, _ in failures.lines}
    for line in check_record["lines"]:
        one = at.get(line["position"])
        if parts.get(line["position"], "visible") == failures.part and line["kind"] in ("value", "unchanged"):
            got = one.value if one is not None and one.kind == line["kind"] else None
            yield Line(line["label"], line["kind"], line["value"], got, line["position"] in failing, line)
