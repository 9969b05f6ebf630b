"""`course roster`: a system's list of people becomes rows of roster.csv and names in the gradebook.

Who is known stays who he is: by the system's number, the login, the institution's number, the e-mail address, then by
name where only one has it. Nobody is guessed: who could be two is left out and said.
"""

import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from grading.course import roster
from grading.course.collect.people import slug
from grading.course.folder import Course
from grading.course.submitted import is_id
from grading.course.systems import person_of, places, system_of
from grading.course.table import read_sheet
from grading.errors import CourseError


@dataclass
class Enrolled:
    """What came of one file."""

    system: str
    people: list = field(default_factory=list)  # rows as they stand now
    new: list = field(default_factory=list)  # students not known before
    doubts: list = field(default_factory=list)  # sentences


def read_people(path):
    """(system's name, [Person without certain student id]) of a table."""
    sheet = read_sheet(Path(path))
    system = system_of(sheet.rows[0])
    at = places(system, sheet.rows[0])
    if not set(at) - {"section"}:
        raise CourseError(
            f"{path} has no column that says who; its first line should name student, name, email or what the "
            f"system writes itself. It is: {', '.join(sheet.rows[0][:8])}"
        )
    people = [person for row in sheet.rows[1:] if (person := person_of(system, at, row)) is not None]
    if system.mark:  # its numbers are one assignment's
        people = [replace(person, user_id="") for person in people]
        if not any(person.name or person.login or person.email or person.number for person in people):
            raise CourseError(f"{path} names nobody (the assignment is anonymous); give the list of participants.")
    return system.name, people


def enrol(root, path):
    """Take the people of a system's file into the roster and the gradebook; returns Enrolled."""
    course = Course(root)
    system, people = read_people(path)
    made = Enrolled(system)
    known = roster.read(course.root)
    folders = sorted(p.name for p in course.root.glob("submitted/*") if p.is_dir())
    taken = {}
    for person in people:
        try:
            student, new = _student(person, known, folders)
        except CourseError as error:
            made.doubts.append(str(error))
            continue
        if student in taken:
            made.doubts.append(f"{person.name or student} and {taken[student]} would both be {student}: left out.")
            continue
        taken[student] = person.name or student
        made.people.append(replace(person, student=student))
        made.new += [student] if new else []
    roster.update(course.root, made.people)
    _into_gradebook(course, made.people)
    return made


def _student(person, known, folders):
    """(the student's id here, whether it is new)."""
    if person.student:
        there = person.student in folders or any(row.student == person.student for row in known)
        return person.student, not there
    for one in ("user_id", "login", "number", "email", "name"):
        value = getattr(person, one)
        if not value:
            continue
        same = {"system": person.system} if one == "user_id" else {}
        found = roster.find(known, **{one: value}, **same)
        found = [x for x in found if not _contradicts(person, x, known)]
        if len(found) > 1:
            raise CourseError(f"{person.name or value} could be {' or '.join(found)}: left out; mend roster.csv.")
        if found:
            return found[0], False
    options = [person.login, person.number, person.email, slug(person.name)]
    for option in options:
        if option in folders and not any(row.student == option for row in known):
            return option, False
    made = next((option for option in options if option and is_id(option) and "/" not in option), None)
    if made is None:
        raise CourseError(f"{person.name or 'a row'} has nothing that could be an id: left out.")
    return made, True


def _contradicts(person, student, known):
    """Whether the roster has this student with another number in the same system: another person of that name."""
    return any(row.student == student and row.system == person.system and _differ(row, person) for row in known)


def _differ(row, person):
    both = [(getattr(row, one), getattr(person, one)) for one in ("user_id", "login", "number")]
    return any(a and b and a != b for a, b in both)


def _into_gradebook(course, people):
    """Names, addresses and Canvas's numbers for nbgrader's own pages; what stands there already stays."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(course.db_url) as book:
        for person in people:
            first, _, last = person.name.rpartition(" ")
            told = {"first_name": first, "last_name": last, "email": person.email}
            told["lms_user_id"] = person.user_id if person.system == "canvas" else ""
            there = None
            with contextlib.suppress(MissingEntry):
                there = book.find_student(person.student)
            fresh = {k: v for k, v in told.items() if v and not getattr(there, k, None)}
            book.update_or_create_student(person.student, **fresh)
