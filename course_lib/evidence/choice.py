"""Which relation is said of some pairs of right and wrong values: the only one of the most specific kinds that fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_lib.evidence.mistakes import Mistake
from course_lib.evidence.pairs import distinct, telling
from course_lib.evidence.relation_kinds import GENERAL, SPECIFIC

if TYPE_CHECKING:
    from course_lib.evidence.pairs import Pair
    from course_lib.evidence.relation_kinds import Kind

BY = "by relation: "  # how the names of these mistakes begin, for whoever groups them
HIDDEN = "Every hidden value that is wrong differs in one way: {}."  # the kind alone: numbers would tell the values
WHEREVER = "Wherever it is wrong, your result"


@dataclass(frozen=True)
class Relation:
    """A relation that holds: its `name`, what a tutor would `say`; of hidden lines `say` is of the kind alone."""

    name: str
    say: str

    def mistake(self) -> Mistake:
        """As the Mistake that a message or a verdict shows."""
        return Mistake(BY + self.name, self.say, relation=True)


def choose(pairs: Sequence[Pair], part: str, subject: str = "") -> Relation | None:
    """The one relation of the most specific kinds that fit all pairs, if it is one; `subject` begins its sentence."""
    tells, values = _worth(pairs)
    for kinds in (SPECIFIC, GENERAL):
        fits = [(kind, forms) for kind in kinds if tells >= kind.tells and values >= kind.values
                for forms in [common(kind, pairs)] if forms]  # fmt: skip
        if len(fits) == 1 and (len(fits[0][1]) == 1 or fits[0][0].several):
            kind, forms = fits[0]
            return said(kind, forms, part, subject or subject_of(pairs))
        if fits:
            return None
    return None


def said(kind: Kind, forms: dict[str, Any], part: str, subject: str) -> Relation:
    """The Relation of a kind in the first of the forms that fit."""
    form = next(iter(forms))
    name = kind.name(form)
    return Relation(name, HIDDEN.format(name) if part == "hidden" else f"{subject} {kind.say(form, forms[form])}")


def _worth(pairs: Sequence[Pair]) -> tuple[int, int]:
    numbers, truths = [p.e for p in pairs if not p.truth], [p.e for p in pairs if p.truth]
    tells = telling(*numbers) + telling(*truths, truth=True)
    return tells, max(len(distinct(*numbers)), 6 * bool(truths))


def common(kind: Kind, pairs: Sequence[Pair]) -> dict[str, Any]:
    """{form: [detail of each pair]} of the forms in which a relation holds for every pair."""
    forms = None
    for pair in pairs:
        found = kind.find(pair)
        forms = {f: [*(forms[f] if forms else []), d] for f, d in found.items() if forms is None or f in forms}
        if not forms:
            return {}
    return forms


def subject_of(pairs: Sequence[Pair]) -> str:
    """How a sentence on all these pairs begins."""
    places = {p.where for p in pairs}
    if places == {""}:
        return "Your result"
    return f"At {places.pop()} your result" if len(places) == 1 else WHEREVER
