"""What is said where no relation explains everything wrong: one of a part, of one line, of few values, or plain facts.

Each sentence names the line or the place that it speaks of, and holds there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np

from course_lib.evidence import alterations as alter
from course_lib.evidence import arrangements as arrange
from course_lib.evidence.choice import WHEREVER, Relation, choose, common, said, subject_of
from course_lib.evidence.facts import NEARLY, name_fact, name_not_finite
from course_lib.evidence.pairs import Pair, distinct, telling
from course_lib.evidence.relation_kinds import GENERAL, SPECIFIC

Failing = Sequence[tuple[str, Sequence[Pair] | None]]  # of each failing value line: its label, what is wrong in it
_SOME = "Some hidden values that are wrong differ in one way: {}."
_PLAIN = (
    alter.sign_turned,
    arrange.axes_permuted,
    alter.natural_factor,
    alter.whole_numbers,
    alter.constant_offset,
    arrange.reversed_order,
)
_SHORT = 8  # values in a row whose places are looked at one by one
_CLEAR, _TIMES = 30, 12  # a single whole number from here on, and a whole factor up to there, are hardly chance
_COUNT = 6
_TELLS = 4
_LINES = 12  # failing lines that are looked at one by one
_GROUPS, _MOST = 24, 2**14  # groups that are looked at, and wrong and right values in each: this runs in every check


def name_partly(failing: Failing, part: str) -> Relation | None:
    """The Relation that holds for a part of what is wrong, or None."""
    for subject, pairs in _groups(failing):
        found = choose(pairs, "visible", subject)
        alone = all(pair.e.size == 1 for pair in pairs)  # of one number, an axis more or less says little
        if found and not (alone and found.name.startswith("an axis of size 1")):
            return _shown(found.name, found.say, part)
    return None


def name_plainly(failing: Failing, part: str) -> Relation | None:
    """What few values show, or a plain fact; None where there is nothing to say."""
    known = [pairs for _, pairs in failing if pairs]
    everything = [pair for pairs in known for pair in pairs] if len(known) == len(failing) else []
    groups: list[tuple[str, Sequence[Pair]]] = [(subject_of(everything), everything)] if everything else []
    groups += [(subject, pairs) for subject, pairs in _groups(failing) if pairs]
    for subject, pairs in groups:
        all_of_it = pairs is everything
        many = all_of_it or sum(pair.e.size for pair in pairs) > 2
        found = _few(pairs, subject, _PLAIN if many else (alter.natural_factor,))
        if found:
            return _shown(found.name, found.say, part)
    for find in (name_not_finite, name_fact):  # nan tells most, and is said of the lines alone that hold it
        for subject, pairs in groups:
            fact = find(pairs)
            beside_others = everything and pairs is not everything  # what else is wrong may be far off
            if fact and not (fact[0] == NEARLY and beside_others):
                once = "Your result" if "wherever it is wrong" in fact[1] and subject == WHEREVER else subject
                return _shown(fact[0], f"{once} {fact[1]}", part)
    return _where(failing, part)


def _where(failing: Failing, part: str) -> Relation | None:
    """In which part of a result all that is wrong stands, where the rest is right."""
    places = {pair.where for _, pairs in failing for pair in pairs or ()}
    if len(places) != 1 or "" in places or not all(pairs for _, pairs in failing):
        return None
    say = f"All that is wrong stands at {places.pop()}; the rest of your result is right."
    return _shown("one part wrong", say, part)


def _shown(name: str, say: str, part: str) -> Relation:
    return Relation(name, _SOME.format(name) if part == "hidden" else say)


def _groups(failing: Failing) -> Iterator[tuple[str, Sequence[Pair]]]:
    """The first of the parts of what is wrong that are not too large to look at."""
    small = (group for group in _parts(failing) if sum(max(p.e.size, p.g.size) for p in group[1]) <= _MOST)
    return islice(small, _GROUPS)


def _parts(failing: Failing) -> Iterator[tuple[str, Sequence[Pair]]]:
    """Parts of what is wrong, with the subject of a sentence on each: by place, by line, by both."""
    first = failing[0][1] if failing else None
    places = {pair.where: [] for pair in first or () if pair.where}  # of what the learner is shown
    if all(pairs for _, pairs in failing):
        for place, same in places.items():
            same += [pair for _, pairs in failing for pair in pairs or () if pair.where == place]
        if len(places) > 1 or any(not pair.where for _, pairs in failing for pair in pairs or ()):
            yield from ((f"At {place} your result", same) for place, same in places.items())
        yield from _one_of_a_row([pair for _, pairs in failing for pair in pairs or ()])
    for label, pairs in failing[:_LINES]:
        if pairs:
            place = f", at {pairs[0].where}," if len({p.where for p in pairs}) == 1 and pairs[0].where else ""
            yield f'For "{label}"{place} your result', pairs
    for label, pairs in failing[:_LINES]:
        if pairs and len(pairs) > 1:
            yield from ((f'For "{label}", at {pair.where}, your result', [pair]) for pair in pairs)


def _one_of_a_row(pairs: Sequence[Pair]) -> Iterator[tuple[str, Sequence[Pair]]]:
    """The one place of short rows in which all of them are wrong."""
    rows = all(p.e.ndim == 1 and p.e.shape == p.g.shape and 1 < len(p.e) <= _SHORT and not p.truth for p in pairs)
    wrong = {k for p in pairs for k in np.flatnonzero(~p.right()).tolist()} if rows and pairs else set()
    if len(wrong) == 1:
        k = wrong.pop()
        yield f"At [{k}] your result", [Pair(f"{p.where}[{k}]", p.e[k], p.g[k], p.rtol) for p in pairs]


def _few(pairs: Sequence[Pair], subject: str, finders: Sequence[Callable]) -> Relation | None:
    """A relation of the simplest kinds where the values are too few, or too simple, to be sure of it."""
    alone = len(distinct(*(pair.e for pair in pairs))) < 2
    for find in finders:
        kind = next(kind for kind in (*SPECIFIC, *GENERAL) if kind.find is find)
        forms = common(kind, pairs)
        if not forms or (find is arrange.axes_permuted and len(forms) > 1):
            continue
        form = next(iter(forms))
        if find is alter.whole_numbers and len(distinct(*(p.e[p.e != np.round(p.e)] for p in pairs))) < kind.values:
            continue  # one of few numbers may happen to be whole
        if find is alter.constant_offset and alone and form not in ("1", "-1"):
            continue
        if find is alter.natural_factor and (
            form not in ("times", "divided")
            or (alone and not _clear(pairs, forms[form]))
            or (len(set(forms[form])) > 1 and _simple([p.e for p in pairs]))
        ):
            continue
        return said(kind, forms, "visible", subject)
    return None


def _simple(right: Sequence[np.ndarray]) -> bool:
    """Whether these are few small numbers such as 0.5 and 1: many others are multiples, each another one."""
    return telling(*right) < _TELLS and max(float(np.abs(e).max()) for e in right) < _CLEAR


def _clear(pairs: Sequence[Pair], factors: Sequence[int]) -> bool:
    """Whether a whole factor of a single number says something: of a count below _COUNT any is met by chance."""
    size = min(float(max(np.abs(p.e).max(), np.abs(p.g).max())) for p in pairs)
    counts = all(np.array_equal(a, np.round(a)) for p in pairs for a in (p.e, p.g))
    if set(factors) == {2}:
        return size >= _COUNT or not counts
    return max(factors) <= _TIMES and size >= _CLEAR
