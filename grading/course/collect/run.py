"""Uploads become submitted/STUDENT/LESSON/: every file given is accounted for, and what is not certain is not done."""

import contextlib
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from unicodedata import normalize

from dateutil.tz import tzlocal

from grading.course.collect.account import Account
from grading.course.collect.beside import complete
from grading.course.collect.given import Given, look
from grading.course.collect.keep import NEW, NEWER, OLDER, SAME, UNCLEAR, Shelf, one_at_a_time
from grading.course.collect.known import Known, slug
from grading.course.collect.noise import says_nothing
from grading.course.collect.one import OneStudent
from grading.course.collect.people import is_hidden, settle, ungrouped
from grading.course.collect.plain import Doubt
from grading.course.collect.plain import claims as plain_claims
from grading.course.collect.report import KEPT
from grading.course.collect.systems import Claim, Who
from grading.course.collect.systems import claim as system_claim
from grading.course.collect.table import Times
from grading.course.collect.whose import above, by_form, glued, key_of, numbered, spelled
from grading.course.folder import Course
from grading.course.groups import NAME as GROUPS
from grading.course.groups import read_groups
from grading.course.roster import Person, fold, update
from grading.errors import CourseError

OWN_FOLDERS = ("autograded", "feedback", "release", "source", "hidden", "journal")  # beside submitted/


@dataclass(frozen=True)
class Options:
    """What an instructor may say beside the upload."""

    dry: bool = False
    times: str | None = None  # a CSV with hand-in times
    zone: object = None  # the tzinfo of times that a system writes without one
    who: tuple = ()  # ("PATH", "STUDENT"): all at or below PATH is that student's
    level: int | None = None
    replace: bool = False


def collect(root, lesson, source, options=None):
    """Sort what was given into submitted/; returns the Report. With `options.dry` nothing is changed.

    `root` is the folder's path or an open Course; `source` a path, or what was looked at already. One collect at a time
    works on a folder: a second one waits.
    """
    course = root if isinstance(root, Course) else Course(root)
    (lesson,) = course.choose([lesson])
    given = source if isinstance(source, Given) else look(source)
    with contextlib.nullcontext() if options and options.dry else one_at_a_time(course):
        report = _Collect(course, lesson, options or Options()).all(given)
    if not isinstance(source, Given) and not report.students and not report.problems:
        report.problems.append(f"{source} holds no student's notebook; give the download itself, or its folder.")
    return report


class _Collect:
    """One collect of one lesson."""

    def __init__(self, course, lesson, options):
        self.course, self.lesson, self.options = course, lesson, options
        self.known, self.shelf = Known(course, lesson), Shelf(course, lesson)
        self.times = Times(options.times, options.zone) if options.times else None
        self.due, self.machine = _due(course.root / "gradebook.db", lesson), tzlocal()
        self.account, self.people = Account(), []
        named = read_groups(course, lesson) if (course.root / GROUPS).exists() else {}
        self.groups = by_form(named)

    def all(self, given):
        """The Report of all that was given."""
        self.account.problems += given.problems
        claims, read = complete(self._claims(given.entries))
        hands = self._hands(claims, read)
        for student, files in sorted(hands.items()):
            self._student(student, files)
        if not self.options.dry:
            self.shelf.save()
            update(self.course.root, self.people)
        return self.account.report(self.lesson, given, dry=self.options.dry)

    # ------------------------------------------------------------------ whose

    def _claims(self, entries):
        claims, rest = {}, []
        said = {normalize("NFC", path): name for path, name in self.options.who}
        if len(said) < len({(normalize("NFC", path), name) for path, name in self.options.who}):
            raise CourseError("--who names two students for one path; leave one.")
        for path, name in said.items():
            if not name or slug(name) != name:
                raise CourseError(
                    f"--who {path}={name}: {name!r} cannot be a student's id; use letters, digits, . @ _ -."
                )
        used = set()
        others = set(self.course.lessons) - {self.lesson}
        ours = any(entry.parts[0] == "submitted" for entry in entries)
        for entry in entries:
            path = normalize("NFC", entry.path)
            asked = next((p for p in said if path == p or path.startswith(f"{p.rstrip('/')}/")), None)
            lies = next((part for part in entry.parts[:-1] if part in others), None)
            if asked is not None:
                used.add(asked)
                claims[entry] = self._said(entry, asked, said[asked])
            elif lies:
                self.account.passed(entry, f"it lies in the folder of {lies}")
            elif ours and entry.parts[0] in OWN_FOLDERS and len(entry.parts) > 1:
                self.account.passed(entry, f"{entry.parts[0]}/ is the course folder's own, not handed in")
            else:
                one = system_claim(entry.parts)
                if one is None or (
                    one.who.system == "canvas" and one.who.name and says_nothing(one.who.name, self.lesson)
                ):
                    rest.append(entry)  # task_1_90_x.ipynb only looks like Canvas's names
                else:
                    claims[entry] = self._of_this_lesson(entry, one)
        for path in said.keys() - used:
            raise CourseError(
                f"--who {path}: nothing of that name was given; paths are written as the table shows them."
            )
        around = {
            path for one in claims.values() if isinstance(one, Claim) and not one.who.given for path in above(one)
        }
        claims |= plain_claims(rest, self.lesson, self.known, self.options.level, around)
        return {entry: one for entry, one in claims.items() if not self.account.has(entry)}

    def _said(self, entry, path, student):
        """A Claim by the instructor's word; what the path says besides stays."""
        own = system_claim(entry.parts)
        who = replace(own.who if own else Who("plain"), given=student)
        if own is not None:
            return Claim(who, own.file, own.unit, own.order, own.late, own.time, own.note, own.reason)
        parts = entry.parts
        depth = min(len(path.split("/")), len(parts) - 1)
        return Claim(who, "/".join(parts[depth:]), "/".join(parts[:depth]))

    def _of_this_lesson(self, entry, one):
        if one.who.system == "nbgrader" and one.unit.split("/")[-1].split("+")[1] != self.lesson:
            self.account.passed(entry, "handed in for another lesson")
        return one

    def _hands(self, claims, read):
        """{student: [(entry, claim), ...]}; what is doubtful or nobody's gets its row here."""
        whose, doubts = defaultdict(list), defaultdict(list)
        for entry, one in claims.items():
            if entry in read:
                self.account.passed(entry, read[entry])
            elif isinstance(one, Doubt):
                doubts[one].append(entry)
            elif one is None:
                self.account.nobodys(entry)
            else:
                for each in one if isinstance(one, list) else self._members(one):
                    whose[key_of(each.who)].append((entry, each))
        people = ungrouped({key: files[0][1].who for key, files in whose.items()}, self.known)
        if self.times:
            people = {key: self.times.addressed(who) for key, who in people.items()}
        settled = settle([who for who in people.values() if not who.given], self.known)
        hands = defaultdict(list)
        for key, files in whose.items():
            one = people[key]
            student = one.given or settled[one]
            ways = sorted({spelled(c) for e, c in files if e.is_notebook and key[0] == "named"})
            if len(ways) > 1 and not one.given:
                told = " and ".join(map(repr, ways))
                student = Doubt(f"{told} may be one person or two; say who is who by --who 'PATH=STUDENT'.", ways[0])
            if (
                one.system in ("brightspace", "canvas")
                and not one.given
                and len({slug(c.who.name).casefold() for _, c in files}) > 1
            ):
                sentence = f"{one.user_id} stands before two names; say who is who by --who 'PATH=STUDENT'."
                student = Doubt(sentence, one.user_id)
            if isinstance(student, Doubt):
                doubts[student] += [entry for entry, _ in files]
            else:
                hands[student] += files
        for doubt, entries in doubts.items():
            self.account.doubtful(doubt, entries)
        return hands

    def _members(self, one):
        """[Claim] of a claim: one for each member where it is a group's that groups.csv names, else itself."""
        name = one.who.login or one.who.name
        group, students = self.groups.get(fold(slug(name)), ("", ()))
        if not group and (one.who.system == "canvas" or numbered(name)):
            group, students = self.groups.get(numbered(name) or glued(name), ("", ()))
        if one.who.given or not group or self.known.ids(name):
            return [one]
        who = Who(one.who.system)
        return [replace(one, who=replace(who, given=student), group=group) for student in students]

    # ------------------------------------------------------------------ one student

    def _student(self, student, files):
        one = OneStudent(student, files, self)
        try:
            chosen = one.choose()
            if chosen is None:
                return self.account.stopped(one, one.why)
            time, outcome = one.outcome(chosen)
            how, why = self.shelf.compare(student, chosen, self.options.replace)
        except CourseError as error:
            return self.account.stopped(one, str(error))
        if how == UNCLEAR:
            return self.account.stopped(one, why)
        if how in (NEW, NEWER):
            together = f"for the group {chosen.claim.group} of groups.csv" if chosen.claim.group else ""
            outcome.why = "; ".join(filter(None, (outcome.why, together, why)))
        else:
            outcome.status, outcome.why = KEPT, why
        outcome.new = self.known.anybody and self.known.is_new(student)
        self.account.settled(one, chosen, outcome)
        if not self.options.dry:
            earlier = one.attempts(chosen) + ([(chosen, time)] if how == OLDER and chosen.answered else [])
            for candidate, when in earlier:
                self.shelf.attempt(student, candidate.raw, when)
        if how in (NEW, NEWER, SAME) and not self.options.dry:
            try:
                self.shelf.write(student, chosen, time, one.helpers, one.secret)
            except OSError as error:
                raise CourseError(
                    f"{error.filename or student}: {error.strerror}; mend that and collect again."
                ) from None
            self.shelf.remember(student, chosen, outcome, outcome.counted)
            self._person(student, chosen.claim.who)
        return None

    def _person(self, student, who):
        if (who.system in ("plain", "nbgrader") and who.name in ("", student)) or is_hidden(who):
            return
        if who.given and not (who.name or who.login or who.user_id or who.email):
            return  # a member of a group
        number = who.user_id if who.system != "moodle" else ""
        if who.system == "canvas" and not number.isdigit():
            return  # anonymous: a code of this assignment
        self.people.append(Person(student, who.name, who.system, number, who.login, who.email))


def _due(path, lesson):
    """When the lesson is due by the gradebook, or None; read only."""
    if not path.exists():
        return None
    with (
        contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db,
        contextlib.suppress(sqlite3.Error),
    ):
        row = db.execute("select duedate from assignment where name = ?", (lesson,)).fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None
    return None
