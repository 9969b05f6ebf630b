"""Who is who: `roster.csv` in the course folder ties a student's id here to what each system calls the same person.

One row for a student and a system, in UTF-8, with the columns

    student,name,system,user_id,login,email,number,section

`student` is the folder in submitted/ and nbgrader's id; `system` is canvas, moodle, blackboard, gradescope,
brightspace, sakai, google, nbgrader or plain; `user_id`, `login`, `email`, the institution's own `number` (Canvas: SIS
User ID, Moodle: ID number, Blackboard: Student ID, Brightspace: OrgDefinedId, Gradescope: SID) and `section` are as
that system has them and may be empty. It is made to be read and mended by hand; `course collect` adds the people it
meets and changes nothing that stands there, `course roster` lets a newer list of the same system count and says so.
(Moodle numbers people anew in every assignment: its `user_id` stays empty; the number that an upload had is kept with
the lesson in journal/collected.)
"""

import csv
import functools
import io
import os
import unicodedata
from dataclasses import astuple, dataclass, fields, replace

from course_lib.files import write_atomically
from grading.course.table import plain_cell, read_sheet, refuse_shortened, visible
from grading.errors import CourseError

NAME = "roster.csv"


@dataclass(frozen=True)
class Person:
    """One row: a student here, and the same person in one system."""

    student: str
    name: str = ""
    system: str = ""
    user_id: str = ""
    login: str = ""
    email: str = ""
    number: str = ""
    section: str = ""


COLUMNS = tuple(field.name for field in fields(Person))


def read(root):
    """[Person, ...] of the course folder `root`, in the file's order; [] when there is no roster yet."""
    path = root / NAME
    if not os.path.lexists(path):
        return []
    sheet = read_sheet(path)
    heading, *rows = sheet.rows
    heading = [name.strip().casefold() for name in heading]
    lacking = {"student", "system", "user_id"} - set(heading)
    if lacking:
        raise CourseError(f"{path} has no column {sorted(lacking)[0]}; its first line is {','.join(COLUMNS)}.")
    people = []
    for line, cells in zip(sheet.lines[1:], rows, strict=True):
        row = dict(zip(heading, cells, strict=False))
        person = Person(**{name: plain_cell(row.get(name)) for name in COLUMNS})
        for value in (person.student, person.user_id, person.login, person.number):
            refuse_shortened(value, path)
        if "/" in person.student or person.student[:1] == ".":
            raise CourseError(f"{path}, line {line}: {person.student!r} cannot be a student's id; mend it.")
        if person.student:
            people.append(person)
        elif any(astuple(person)):
            raise CourseError(f"{path}, line {line}: the student's id is empty.")
    return people


def write(root, people):
    """Replace the roster by these people, whole or not at all."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_text(value) for value in astuple(person)] for person in people)
    write_atomically(root / NAME, out.getvalue().encode())


def update(root, people, newer=False):
    """Add people and fill in empty fields of rows that are there; returns the rows that are new.

    A row is the same when student and system are and the user ids do not contradict each other. With `newer`, what
    people have counts before what a row has: a system's own list knows a changed name, login or address.
    """
    known, new = read(root), []
    for person in people:
        place = next((i for i, old in enumerate(known) if _same(old, person)), None)
        if place is None:
            known.append(person)
            new.append(person)
        else:
            told = {name: getattr(person, name) for name in COLUMNS}
            filled = {name: one for name, one in told.items() if one and (newer or not getattr(known[place], name))}
            known[place] = replace(known[place], **filled)
    if known != read(root):
        write(root, known)
    return new


def find(people, **what):
    """The students (ids, sorted) whose rows agree with all of `what`: find(people, system="canvas", user_id="7").

    Case, composed or decomposed letters and spaces around make no difference.
    """
    wanted = {name: fold(value) for name, value in what.items()}
    return sorted({p.student for p in people if all(fold(getattr(p, n)) == v for n, v in wanted.items())})


class Index:
    """The people of a roster by what each field says, for many questions: `find` as above."""

    def __init__(self, people):
        self.people, self.by = people, {name: {} for name in COLUMNS}
        for place, person in enumerate(people):
            for name, held in self.by.items():
                held.setdefault(fold(getattr(person, name)), set()).add(place)

    def find(self, **what):
        """The students (ids, sorted) whose rows agree with all of `what`."""
        places = set.intersection(*(self.by[name].get(fold(value), set()) for name, value in what.items()))
        return sorted({self.people[place].student for place in places})


@functools.lru_cache(maxsize=65536)
def fold(text):
    """What two writings of one name have in common: composed letters, one space, no case, nothing invisible."""
    return " ".join(unicodedata.normalize("NFC", visible(str(text))).casefold().split())


def same_id(text):
    """What two writings of one id have in common: `fold`, and no zeros before a number, which spreadsheets drop."""
    plain = fold(text)
    return plain.lstrip("0") or "0" if plain.isdecimal() else plain


def _same(old, new):
    contradict = old.user_id and new.user_id and old.user_id != new.user_id
    return (old.student, old.system) == (new.student, new.system) and not contradict


def _text(value):
    """A cell that a spreadsheet reads as text, whatever its first letter."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
