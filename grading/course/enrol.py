"""`course roster`: a system's list of people becomes rows of roster.csv and names in the gradebook.

Who is known stays who he is: by the system's number, the login, the institution's number, the e-mail address, then by
name where only one has it. A newer list knows a changed name, login or address; that is said. Nobody is guessed: who
could be two is left out and said.
"""

import contextlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from grading.course import roster
from grading.course.collect.known import slug
from grading.course.folder import Course
from grading.course.submitted import is_id
from grading.course.systems import is_gone, person_of, places, system_of, why_nobody
from grading.course.table import read_sheet, refuse_shortened
from grading.errors import CourseError

NOT_WHO = {"section", "role", "status"}  # columns that say nothing of who somebody is
MOST_ABOVE = 10


@dataclass
class Enrolled:
    """What came of one file."""

    system: str
    people: list = field(default_factory=list)  # rows as they stand now
    new: list = field(default_factory=list)  # students not known before
    changed: list = field(default_factory=list)  # sentences: what the list has otherwise than roster.csv had
    doubts: list = field(default_factory=list)  # sentences
    notes: list = field(default_factory=list)  # sentences: lines that are no student's, people who left


def read_people(path, notes=None):
    """(system's name, [Person without certain student id]) of a table; what else its lines say goes into `notes`."""
    sheet = _from_heading(read_sheet(Path(path)))
    system = system_of(sheet.rows[0])
    at = places(system, sheet.rows[0])
    if not set(at) - NOT_WHO:
        raise CourseError(
            f"{path} has no column that says who; its first line should name student, name, email or what the "
            f"system writes itself. It is: {', '.join(sheet.rows[0][:8])}"
        )
    people = [person for row in sheet.rows[1:] if (person := person_of(system, at, row)) is not None]
    for row, line in zip(sheet.rows[1:], sheet.lines[1:], strict=True) if notes is not None else ():
        why, gone = why_nobody(system, at, row), is_gone(at, row)
        told = next((cell.strip() for cell in row if cell.strip()), "")
        if why:
            notes.append(f"line {line} ({told}) is {why}: left out.")
        elif gone:
            notes.append(f"line {line} ({told}) says {gone}: taken, so that earlier work stays known.")
    if not people:
        raise CourseError(f"{path} names nobody below its first line.")
    for person in people:
        for value in (person.student, person.user_id, person.login, person.number):
            refuse_shortened(value, path)
    if system.mark:  # its numbers are one assignment's
        people = [replace(person, user_id="") for person in people]
        if not any(person.name or person.login or person.email or person.number for person in people):
            raise CourseError(f"{path} names nobody (the assignment is anonymous); give the list of participants.")
    return system.name, people


def enrol(root, path):
    """Take the people of a system's file into the roster and the gradebook; returns Enrolled."""
    course = Course(root)
    notes = []
    system, people = read_people(path, notes)
    made = Enrolled(system, notes=notes)
    known = roster.read(course.root)
    folders = sorted(p.name for p in course.root.glob("submitted/*") if p.is_dir())
    taken = {}
    for person in people:
        try:
            student, new = _student(person, known, folders, taken)
        except CourseError as error:
            made.doubts.append(str(error))
            continue
        other = taken.get(roster.fold(student))
        person = _with_its_zeros(person, student, known)
        if other is None:
            taken[roster.fold(student)] = person
            made.people.append(replace(person, student=student))
            made.new += [student] if new else []
        elif _as_one(other) == _as_one(person) and _has_an_id(person):
            _in_two_sections(made.people, student, person.section)
        else:
            both = f"{person.name or person.student} and {other.name or other.student}"
            first = student in made.new
            if first:  # neither is known for certain
                made.new.remove(student)
                made.people = [one for one in made.people if one.student != student]
            made.doubts.append(
                f"{both} would both be {student}: {'both ' if first else ''}left out; write them into roster.csv."
            )
    before = {(row.student, row.system): row for row in known}
    made.changed = [told for person in made.people for told in _changes(person, before)]
    roster.update(course.root, made.people, newer=True)
    _into_gradebook(course, made.people, before)
    return made


def _from_heading(sheet):
    """The table from its heading on: a title, a date or a blank line may stand above it."""
    for place, row in enumerate(sheet.rows[:MOST_ABOVE]):
        at = places(system_of(row), row)
        if len(at) > 1 or (len(row) == 1 and at) or (place == 0 and set(at) - NOT_WHO):
            rows = [_with_addresses(sheet.rows[place:]), *sheet.rows[place + 1 :]]
            return replace(sheet, rows=rows, lines=sheet.lines[place:])
    return replace(sheet, rows=[_with_addresses(sheet.rows), *sheet.rows[1:]])


def _with_addresses(rows):
    """The heading, where a column of nothing but addresses is called so whatever its language."""
    heading = list(rows[0])
    if "email" in places(system_of(heading), heading) or any("@" in cell for cell in heading):
        return heading
    for at in range(len(heading)):
        cells = [row[at].strip() for row in rows[1:] if at < len(row) and row[at].strip()]
        if cells and all(re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", cell) for cell in cells) and not _said(heading, at):
            return [*heading[:at], "Email address", *heading[at + 1 :]]
    return heading


def _said(heading, at):
    """Whether a column's name is one that says something else of a person."""
    return at in places(system_of(heading), heading).values()


def _as_one(person):
    """A row as far as it says who, without capital letters."""
    return tuple(roster.fold(x) for x in (person.student, person.name, person.login, person.email, person.number))


def _has_an_id(person):
    return any((person.student, person.user_id, person.login, person.number, person.email))


def _in_two_sections(people, student, section):
    """Note a further section of somebody the list has twice."""
    place = next(i for i, one in enumerate(people) if roster.fold(one.student) == roster.fold(student))
    if section and section not in people[place].section.split(" and "):
        people[place] = replace(people[place], section=" and ".join(filter(None, (people[place].section, section))))


def _changes(person, before):
    """What a list says of a known person otherwise than roster.csv, as sentences."""
    old = before.get((person.student, person.system))
    for one in ("name", "login", "email", "number") if old else ():
        was, now = getattr(old, one), getattr(person, one)
        if was and now and (was != now if one == "name" else roster.fold(was) != roster.fold(now)):
            yield f"{person.student}: {one} {was} is now {now}."


def _student(person, known, folders, taken):
    """(the student's id here, whether it is new)."""
    if person.student:
        return _by_id(person.student, {row.student for row in known} | set(folders))
    for one in ("user_id", "login", "number", "email", "name"):
        value = getattr(person, one)
        if not value:
            continue
        same = {"system": person.system} if one == "user_id" else {}
        found = roster.find(known, **{one: value}, **same)
        if one == "number" and not found:
            found = _by_short_number(person, known)
        held = [x for x in found if one == "user_id" or not _contradicts(person, x, known)]
        if len(held) > 1 or (one == "number" and found and not held):
            told = " or ".join(held or found)
            raise CourseError(f"{person.name or value} could be {told}: left out; mend roster.csv.")
        if held:
            return held[0], False
    options = [person.login, person.number, person.email, slug(person.name)]
    for option in options:
        if option in folders and not any(row.student == option for row in known):
            return option, False
    made = next((option for option in options if option and is_id(option)), None)
    if made is None:
        raise CourseError(f"{person.name or 'a row'} has nothing that could be an id: left out.")
    if made == options[-1] and person.user_id and roster.fold(made) in taken:
        made = f"{made}_{person.user_id}"  # of one name, told apart by the system's number
    return made, True


def _by_short_number(person, known):
    """Students who have the number but for the zeros in front of it; CourseError when their name is another."""
    same = [p for p in known if p.number.isdecimal() and roster.same_id(p.number) == roster.same_id(person.number)]
    other = next((p for p in same if p.name and person.name and roster.fold(p.name) != roster.fold(person.name)), None)
    if other is not None:
        raise CourseError(
            f"{person.name} has the number {person.number} and {other.student} ({other.name}) {other.number}: a "
            "spreadsheet program may have dropped the zeros; left out; mend the list or roster.csv."
        )
    return sorted({p.student for p in same})


def _with_its_zeros(person, student, known):
    """The person with the number as the roster has it, where the list lacks only the zeros in front."""
    mine = [
        p.number for p in known if p.student == student and roster.same_id(p.number) == roster.same_id(person.number)
    ]
    return replace(person, number=max([*mine, person.number], key=len))


def _by_id(student, there):
    """An id that the list itself gives, when it can be one and is not a known one in other letters."""
    if not is_id(student):
        raise CourseError(f"{student!r} cannot be a student's id (a folder is called by it): left out.")
    twin = next((one for one in sorted(there) if one != student and roster.fold(one) == roster.fold(student)), None)
    if twin is not None and student not in there and "@" in student:
        return twin, False  # an address is the same in any letters
    if twin is not None and student not in there:
        raise CourseError(
            f"{student} and the known {twin} differ in capital letters only: left out; leave one of them."
        )
    return student, student not in there


def _contradicts(person, student, known):
    """Whether the roster has this student with another number in the same system: another person of that name."""
    return any(row.student == student and row.system == person.system and _differ(row, person) for row in known)


def _differ(row, person):
    both = [(getattr(row, one), getattr(person, one)) for one in ("user_id", "login", "number")]
    return any(a and b and roster.same_id(a) != roster.same_id(b) for a, b in both)


def _into_gradebook(course, people, before):
    """Names, addresses and Canvas's numbers for nbgrader's own pages; what somebody wrote there himself stays."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import DatabaseError

    path = course.root / "gradebook.db"
    if not path.exists():  # nbgrader would make an empty one
        raise CourseError(f"{path} is missing; run `course init {course.root}` or put a copy back.")
    try:
        with Gradebook(course.db_url) as book:
            _write(book, people, before)
    except DatabaseError as error:
        raise CourseError(
            f"{path}: {error.orig or error}; roster.csv has the people, mend that and run it again."
        ) from None


def _write(book, people, before):
    from nbgrader.api import MissingEntry

    for person in people:
        told = _told(person)
        old = _told(before.get((person.student, person.system), roster.Person("")))
        there = None
        with contextlib.suppress(MissingEntry):
            there = book.find_student(person.student)
        fresh = {k: v for k, v in told.items() if v and getattr(there, k, None) in (None, "", old[k])}
        book.update_or_create_student(person.student, **fresh)


def _told(person):
    first, _, last = person.name.rpartition(" ")
    number = person.user_id if person.system == "canvas" else ""
    return {"first_name": first, "last_name": last, "email": person.email, "lms_user_id": number}
