"""From what systems call people to students' ids here: who is known stays who he is, and nobody becomes another.

In this order: the instructor's word (`--who`); the roster, and earlier collects, by the system's own number, login or
e-mail address; the gradebook's `lms_user_id` and e-mail address; by name a student of submitted/ or the gradebook, when
one person claims it; by the words of the name one of the roster (meant.py); else a new id made of the name (Canvas,
when two have it: name_USERID; Moodle: name_NUMBER; others: the login). Composed and decomposed letters are one name.
Two people for one id, or two ids for one person, are no guess: both are stopped.
"""

import re
from collections import Counter, defaultdict
from dataclasses import replace

from grading.course.collect.known import slug
from grading.course.collect.plain import Doubt
from grading.course.headings import is_blind
from grading.course.roster import fold

GROUP = re.compile(
    r"\b(?:team|group|gruppe|gruppen|groupe|grupo|gruppo|groep|grupp|ryhmä|skupina|grupa|section|tutorial)\b|\d|小组|组|班",
    re.I,
)
JOINT = re.compile(
    r"[^\W\d_]{2,}[ _-](?:and|und|et|og|och|en|&|\+)[ _-][^\W\d_]{2,}|[^\W\d_]{2,} ?[&+] ?[^\W\d_]{2,}", re.I
)
BY_NAME = ("plain", "google", "nbgrader")  # their names are what an instructor or a student wrote


def is_hidden(who):
    """Whether Moodle hid the name behind "Participant", in the site's language."""
    return who.system == "moodle" and is_blind(who.name)


def ungrouped(people, known):
    """{key: Who} without the group that Moodle puts before a name in a group's assignment: `Team A-Ann Smith`.

    A group is what several people have in front, or what is called one; what follows must be a known person's name
    where anybody is known.
    """
    fronts = Counter(who.name.partition("-")[0] for who in people.values() if who.system == "moodle")
    return {key: _ungrouped(who, fronts, known) if who.system == "moodle" else who for key, who in people.items()}


def _ungrouped(who, fronts, known):
    whole = known.called(who.name) or known.meant(who.name)[0]
    for at in [found.start() for found in re.finditer("-", who.name)] if not whole else ():
        front, rest = who.name[:at].strip(), who.name[at + 1 :].strip()
        called = GROUP.search(front) or (fronts[front] > 1 and known.anybody)
        sure = known.called(rest) or known.meant(rest)[0] or (not known.anybody and rest.strip())
        if called and sure:
            return replace(who, name=rest)
    return who


def settle(people, known):
    """{Who: student id or Doubt} for all the people of one upload."""
    wanted = {who: known.certain(who) for who in people}
    settled = {who: next(iter(ids)) for who, ids in wanted.items() if len(ids) == 1}
    for who, ids in wanted.items():
        if len(ids) > 1:
            settled[who] = _doubt(who, sorted(ids))
    rest = [who for who in people if who not in settled]
    named = defaultdict(list)
    for who in rest:
        named[fold(slug(_base(who)))].append(who)
    taken = {one for one in settled.values() if isinstance(one, str)}
    for same in named.values():
        for who in same:
            settled[who] = _by_name(who, same, known, taken)
    return _no_two(settled)


def _base(who):
    """What a person's id is made of."""
    if who.system == "gradescope":
        return who.user_id or who.email or who.name
    return who.login or who.name or (who.user_id if who.system == "canvas" else "")


def _by_name(who, same, known, taken):
    base = slug(_base(who))
    if not base:
        return Doubt(f"{who.name or who.login!r} holds no letter or digit; say who by --who 'PATH=STUDENT'.")
    if who.system == "moodle":
        return _moodle(who, base, same, known)
    ids = known.ids(base) or known.called(who.login or (who.name if who.system in BY_NAME else ""))
    if not ids and f"{base}_{who.user_id}" not in known.ids(f"{base}_{who.user_id}"):
        ids, perhaps = known.meant(_words_of(who))
        if not ids and perhaps:
            return _perhaps(who, perhaps, base)
    if not ids and who.system in BY_NAME and JOINT.search(who.name):
        return Doubt(
            f"{who.name!r} reads like several people; name them as a group in groups.csv or say --who 'PATH=STUDENT'.",
            base,
        )
    free = [one for one in ids if one not in taken and not known.held_by_another(one, who)]
    numbered = f"{base}_{who.user_id}" if who.user_id else ""
    if numbered in known.ids(numbered):
        return numbered
    if len(same) == 1 and len(ids) <= 1:
        if free:
            return free[0]
        if not ids and base not in taken and who.system != "brightspace":
            return base
        return numbered or _doubt(who, sorted(ids or {base}))
    if ids and (free or not numbered):
        told = " and ".join(repr(_told(one)) for one in same)
        return Doubt(
            f"{told} could be the known student {' or '.join(sorted(ids))}; write the right one into roster.csv or say "
            "--who 'PATH=STUDENT'.",
            base,
        )
    if numbered:
        return numbered
    spellings = {fold(one.login or one.name) for one in same}
    told = " and ".join(sorted(repr(one.login or one.name) for one in same))
    if len(spellings) > 1 or len(same) > 1:
        return Doubt(f"{told} would both be {base}; say who is who by --who 'PATH=STUDENT'.", base)
    return base


def _moodle(who, base, same, known):
    """Moodle's number holds within one assignment: a number known from there is certain, else the name decides."""
    numbered = f"{base}_{who.user_id}"
    exact = known.ids(numbered)
    if exact:
        return sorted(exact)[0]
    if is_hidden(who):
        return numbered  # the name says nothing, and the number is of this assignment alone
    ids = set(known.find(system="moodle", name=who.name)) or set(known.find(name=who.name))
    if not ids:
        ids = set(known.ids(base)) or known.numbered[base]
    if not ids:
        ids, perhaps = known.meant(who.name)
        if not ids and perhaps:
            return _perhaps(who, perhaps, numbered)
    if not ids:
        return numbered
    if len(ids) == 1 and len(same) == 1:
        return next(iter(ids))
    told = ", ".join(sorted(ids))
    return Doubt(
        f"{_told(who)} has a name that {'several here have' if len(same) > 1 else 'several known students have'} "
        f"(known: {told}); Moodle numbers people anew in each assignment, so say who by --who 'PATH=STUDENT', "
        "or give this assignment's worksheet with --times: it has their addresses.",
        numbered,
    )


def _no_two(settled):
    """Different people who came out as one id, or as ids that differ in case only, are stopped."""
    holders = defaultdict(list)
    for who, student in settled.items():
        if isinstance(student, str):
            holders[fold(student)].append(who)
    for same in holders.values():
        if len(same) > 1:
            told = " and ".join(sorted(repr(_told(who)) for who in same))
            for who in same:
                settled[who] = Doubt(
                    f"{told} would both be {settled[who]}; say who is who by --who 'PATH=STUDENT'.", _id(settled[who])
                )
    return settled


def _words_of(who):
    """All that a system says of a person, in words."""
    return " ".join(filter(None, (who.name, who.login)))


def _perhaps(who, ids, base):
    """Somebody whose name holds a known person's whole name, number or address, and something else besides."""
    told = " or ".join(sorted(ids))
    return Doubt(
        f"{_words_of(who)!r} could be the known {told}, or somebody else; say who by --who 'PATH=STUDENT', or write "
        "the name into roster.csv.",
        base,
    )


def _id(one):
    return one if isinstance(one, str) else one.student


def _told(who):
    number = f" ({who.user_id})" if who.user_id else ""
    return f"{who.name or who.login or who.email}{number}"


def _doubt(who, ids):
    return Doubt(f"{_told(who)} could be {' or '.join(ids)}; mend roster.csv or say --who 'PATH=STUDENT'.", ids[0])
