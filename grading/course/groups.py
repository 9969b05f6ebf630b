"""Students who hand in together: groups.csv says who, and one member's submission becomes everybody's.

`groups.csv` in the course folder has the columns group,student and may have lesson; without a lesson a group holds for
all. A student is there by id, or by the name, login, address or number that roster.csv has. What is copied is marked
with whose it is, so that it follows when that member hands in anew; what somebody handed in himself is never replaced.
Equal work is run once: the journal knows it.
"""

import re
import shutil
from dataclasses import dataclass, field

from course_lib.files import write_atomically
from grading.course import roster
from grading.course.folder import Course
from grading.course.headings import english
from grading.course.submitted import MARK, is_id
from grading.course.table import read_sheet
from grading.errors import CourseError

NAME = "groups.csv"
COLUMNS = {  # what a column may be called
    "group": ("group", "groups", "group name", "group_name", "team"),
    "student": (
        *("student", "student id", "student_id", "id", "login_id", "login id", "login", "username"),
        *("email address", "email", "id number", "full name", "name"),
    ),
    "lesson": ("lesson",),
}


@dataclass
class Shared:
    """What came of sharing a lesson's submissions."""

    copied: list = field(default_factory=list)  # (student, whose)
    nothing: list = field(default_factory=list)  # groups where nobody handed in
    new: list = field(default_factory=list)  # students who got a copy and were not known here
    doubts: list = field(default_factory=list)  # sentences


def read_groups(course, lesson):
    """{group: [students]} for a lesson; CourseError when the file is absent or not as it should be."""
    path = course.root / NAME
    if not path.exists():
        raise CourseError(f"{path} is missing; write it with the columns group,student (and lesson, if it varies).")
    sheet = read_sheet(path)
    names = english(sheet.rows[0])
    at = {field: next((names.index(t) for t in titles if t in names), None) for field, titles in COLUMNS.items()}
    if at["group"] is None or at["student"] is None:
        raise CourseError(f"{path} needs the columns group and student; its first line is {','.join(sheet.rows[0])}.")
    found, people = {}, _People(course)
    for row, line in zip(sheet.rows[1:], sheet.lines[1:], strict=True):
        told = {
            field: row[place].strip() if place is not None and place < len(row) else "" for field, place in at.items()
        }
        told["student"] = people.student(told["student"], f"{path}, line {line}")
        if any(told.values()) and _holds(told, lesson, f"{path}, line {line}"):
            students = found.setdefault(told["group"], [])
            students += [told["student"]] if told["student"] not in students else []
    everybody = [student for students in found.values() for student in students]
    twice = sorted({student for student in everybody if everybody.count(student) > 1})
    if twice:
        raise CourseError(f"{path}: {twice[0]} is in two groups for {lesson}; leave one.")
    return found


class _People:
    """Whom a line of groups.csv means: an id, or what the roster has for one."""

    def __init__(self, course):
        self.roster = roster.read(course.root)
        self.ids = {path.name for path in (course.root / "submitted").glob("*") if path.is_dir()}
        self.ids |= {person.student for person in self.roster}

    def student(self, text, where):
        """The id of a student called so by id, name, login, address or number; the text where nobody is."""
        if not text or text in self.ids:
            return text
        last, comma, first = text.partition(",")
        ways = {"name": f"{first} {last}" if comma else text, "login": text, "email": text, "number": text}
        found = sorted({one for way, value in ways.items() for one in roster.find(self.roster, **{way: value})})
        if not found and text.isdecimal():  # a spreadsheet program drops zeros
            number = roster.same_id(text)
            found = sorted({p.student for p in self.roster if p.number and roster.same_id(p.number) == number})
        if len(found) > 1:
            raise CourseError(f"{where}: {text} could be {' or '.join(found)}; write the id of one.")
        return found[0] if found else text


def _holds(told, lesson, where):
    """Whether a line of the file is about this lesson; CourseError for one that says nothing certain."""
    for one in ("group", "student"):
        if not told[one]:
            raise CourseError(f"{where}: the {one} is empty; write it, or take the line out.")
    if not is_id(told["student"]) or set(told["student"]) & set(",;"):
        raise CourseError(f"{where}: {told['student']!r} cannot be a student's id; write one student a line.")
    named = re.fullmatch(r"(\d{1,2})(_\w+)?", told["lesson"])
    if told["lesson"] and not named:
        raise CourseError(f"{where}: {told['lesson']!r} is no lesson; write its number, {lesson[:2]}, say.")
    return not named or (named[1].zfill(2) == lesson[:2] and named[2] in (None, lesson[2:]))


def share(root, lesson):
    """Give each group's submission to all its members; returns Shared."""
    course = Course(root)
    (lesson,) = course.choose([lesson])
    made, groups = Shared(), read_groups(course, lesson)
    if not groups:
        raise CourseError(
            f"{course.root / NAME} names no group for {lesson}; write group,student lines below the first."
        )
    known = _Known(course)
    for group, students in sorted(groups.items()):
        other = next((told for told in map(known.other, students) if told), None)
        if other:
            made.doubts.append(f"group {group}: {other}; mend {NAME}.")
            continue
        folders = {student: course.root / "submitted" / student / lesson for student in students}
        own = [student for student, folder in folders.items() if _own(folder)]
        if not own:
            made.nothing.append(group)
        elif len({course.submission(student, lesson).raw for student in own}) > 1:
            made.doubts.append(
                f"group {group}: {' and '.join(own)} handed in different notebooks; remove all but one of them."
            )
        else:
            for student in students:
                left = _files(folders[student])
                if left:
                    told = f"{student} has no notebook but {', '.join(left[:3])}"
                    made.doubts.append(f"group {group}: {told}; move that away, then share.")
                elif _copy(folders, student, own[0]):
                    made.copied.append((student, own[0]))
                    made.new += [student] if student not in known.ids else []
    return made


class _Known:
    """The students of submitted/ and roster.csv."""

    def __init__(self, course):
        folders = {path.name for path in (course.root / "submitted").glob("*") if path.is_dir()}
        self.ids = folders | {person.student for person in roster.read(course.root)}
        self.plain = {roster.same_id(one): one for one in sorted(self.ids)}

    def other(self, student):
        """What is to be said of an id that differs from a known one in capital letters or leading zeros only."""
        twin = self.plain.get(roster.same_id(student))
        return f"{student} is not known here, {twin} is" if twin and student not in self.ids else ""


def _own(folder):
    return folder.is_dir() and any(folder.glob("*.ipynb")) and not (folder / MARK).exists()


def _files(folder):
    """What somebody without a notebook handed in himself: a copy would take its place."""
    if _own(folder) or (folder / MARK).exists():
        return []
    return sorted(p.name for p in folder.rglob("*") if not p.is_dir() and p.name != "timestamp.txt")


def _copy(folders, student, whose):
    """Copy a member's submission, unless the student handed in himself."""
    if _own(folders[student]):
        return False
    if folders[student].exists():
        shutil.rmtree(folders[student])
    shutil.copytree(folders[whose], folders[student], symlinks=True)
    write_atomically(folders[student] / MARK, whose + "\n")
    return True
