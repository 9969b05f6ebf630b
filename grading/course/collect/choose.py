"""Which of a student's notebooks counts: the one that holds the lesson, then one with work in it, then the newest.

Newest is: the system's hand-in time, then its own numbers, then a copy's number and the time on disk where that is not
the download's. When two differ and nothing of this parts them, nothing is chosen.
"""

import hashlib
import re
from dataclasses import dataclass

from grading.course.intake import Refused, read_pieces
from grading.lessons.cells import defined_names

DOWNLOADED = ("canvas", "gradescope", "brightspace", "google")  # files carry the time of the download, not their own


@dataclass(frozen=True)
class Candidate:
    """One notebook of a student: its bytes, how many of the lesson's cells it has, and how many are answered."""

    entry: object
    claim: object
    raw: bytes
    when: object  # the hand-in time, or None
    cells: int
    answered: int
    asked: bool = False  # named by the instructor

    @property
    def digest(self):
        """The hash of its bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def changed(self):
        """The time of the file itself, or None where it is the download's."""
        return None if self.claim.who.system in DOWNLOADED else self.entry.when


def weigh(raw, skeleton):
    """(how many of the lesson's graded cells a notebook has, how many of them do not stand as handed out)."""
    try:
        pieces, _ = read_pieces(raw)
    except Refused:
        return 0, 0
    graded = {c.grade_id: c for c in skeleton.cells if c.grade_id}
    by_id = {c.id: c for c in graded.values() if c.id}
    by_name = {frozenset(c.names): c for c in graded.values() if c.names}
    found, answered = set(), set()
    for piece in pieces:
        cell = graded.get(piece.grade_id) or by_id.get(piece.cell_id)
        if cell is None and piece.kind == "code":
            cell = by_name.get(defined_names(piece.source)) if piece.source.strip() else None
        if cell is None:
            continue
        found.add(cell.grade_id)
        if cell.role in ("solution", "question") and piece.source.strip() not in ("", cell.source.strip()):
            answered.add(cell.grade_id)
    return len(found), len(answered)


def choose(candidates):
    """(the Candidate that counts, why, {entry: why not}), or (None, the sentence that says what to do, {})."""
    if len(candidates) == 1:
        one = candidates[0]
        return one, "the only notebook" if one.cells else "the only notebook; it does not hold the lesson", {}
    left, why = {}, []
    pool = list(candidates)
    for word, test, reason in (
        ("named by --who", lambda c: c.asked, "another one was named by --who"),
        ("holds the lesson", lambda c: c.cells, "does not hold the lesson"),
        ("has work in it", lambda c: c.answered, "no answer in it differs from what was handed out"),
        ("no checkpoint", lambda c: not is_checkpoint(c.entry.parts[-1]), "Jupyter's own copy by its name"),
    ):
        fit = [c for c in pool if test(c)]
        if fit and len(fit) < len(pool):
            why.append(word)
            left |= {c.entry: reason for c in pool if not test(c)}
            pool = fit
    pool, same = _distinct(pool)
    left |= dict.fromkeys(same, "the same bytes as the one taken")
    if len(pool) > 1:
        pool, word = _newest(pool)
        if len(pool) > 1:
            names = " and ".join(c.entry.path for c in pool)
            return (
                None,
                f"{names} both hold work and nothing says which is newer; leave one out or say --who 'PATH=STUDENT' "
                "for the one that counts.",
                {},
            )
        why.append(word)
        left |= {
            c.entry: f"{pool[0].entry.path} counts: {word}"
            for c in candidates
            if c.entry not in left and c is not pool[0]
        }
    return pool[0], ", ".join(why) or "the same bytes each time", left


def _distinct(pool):
    """One of each content, the best named first; and the entries that say the same again."""
    kept, same = {}, []
    for one in sorted(pool, key=lambda c: (not c.asked, _key(c)[:2] == (None, (0, 0)), c.entry.path)):
        if one.digest in kept and _key(one) <= _key(kept[one.digest]):
            same.append(one.entry)
        elif one.digest in kept:
            same.append(kept[one.digest].entry)
            kept[one.digest] = one
        else:
            kept[one.digest] = one
    return list(kept.values()), same


def _key(one):
    return (str(one.when or ""), one.claim.order, copy_number(one.entry.parts[-1]), str(one.changed or ""))


def is_checkpoint(name):
    """Whether a name is one that Jupyter gives to its own copies."""
    return "-checkpoint." in name.lower()


def copy_number(name):
    """3 of `x (3).ipynb` or `x-Copy3.ipynb`; 0 when the name has no such mark."""
    found = re.search(r"(?:\((\d{1,3})\)|[-_ ]copy ?(\d*))(?:\.[a-z]+)*\Z", name, re.I)
    return int(found[1] or found[2] or 1) if found else 0


def _newest(pool):
    """Those that nothing shows to be older, and the word for how; a rule that contradicts another decides nothing."""
    times = {c.when for c in pool}
    if None not in times and len(times) > 1:
        return [c for c in pool if c.when == max(times)], "the last hand-in by its time"
    if len({c.claim.who.system for c in pool}) == 1 and len({c.claim.order for c in pool}) > 1:
        return _by_order(pool)
    changed = {c.changed for c in pool}
    numbers = {copy_number(c.entry.parts[-1]) for c in pool}
    if None not in changed and len(changed) == len(pool):
        newest = max(pool, key=lambda c: c.changed)
        if len(numbers) == 1 or copy_number(newest.entry.parts[-1]) == max(numbers):
            return [newest], "the newest by the time of the file"
    return pool, ""


def _by_order(pool):
    newest = max(pool, key=lambda c: c.claim.order)
    for one in pool:
        same_name = one.claim.file == newest.claim.file
        if same_name and one.claim.order[1] > newest.claim.order[1]:
            return pool, ""  # the file's number says one thing, the attempt another
    return [newest], "the last attempt by the system's number"
