"""Decisions about marks: a due date, more time for one student, a bad test dropped, other points; undone as easily.

Each is noted in rules.toml with who, when and why, written where nbgrader keeps it, and every mark it touches is made
anew from the journal: nothing of a student runs. With `dry` all of it happens on a copy of the gradebook.
"""

import difflib
import math
from dataclasses import dataclass, field
from datetime import timedelta

from grading.course.folder import Course
from grading.course.rules import COUNTS, checked_points, read_rules, write_rules
from grading.errors import CourseError
from grading.ids import exercise_of, split
from grading.marking import engine
from grading.marking.outcome import Summary

MOST_HOURS = 10 * 366 * 24


@dataclass
class Decided:
    """What a decision did: the lesson, a sentence, the run that marked again, and who keeps points given by hand."""

    lesson: str
    sentence: str
    summary: Summary
    by_hand: dict = field(default_factory=dict)


def due(root, lesson, when, *, why="", dry=False, local=""):
    """Let a lesson be due at `when` (UTC, naive), or never (None); `local` is that moment as its place writes it."""
    from grading.marking.terms import set_due

    course = Course(root)
    (lesson,) = course.choose([lesson])
    entry = {"rule": "due", "lesson": lesson, "due": "never" if when is None else f"{when:%Y-%m-%d %H:%M:%S} UTC"}
    before = _terms(course, lesson)[0]
    summary = _decide(course, lesson, entry, why, dry, lambda writer: set_due(writer, lesson, when))
    told = f"{lesson}: due {local} ({entry['due']})" if local else f"{lesson}: due {entry['due']}"
    return Decided(lesson, told + (", as before" if before == when else ""), summary)


def extend(root, student, lesson, hours, *, why="", dry=False):
    """Give one student `hours` more for a lesson, counted from its due date; 0 takes them back."""
    from grading.marking.terms import set_extension

    course = Course(root)
    (lesson,) = course.choose([lesson])
    if not math.isfinite(hours) or not 0 <= hours <= MOST_HOURS:
        raise CourseError(f"{hours:g} hours is no extension; give hours from 0 up, 0 to take one back.")
    _known(course, student)
    extra = timedelta(hours=hours) if hours else None
    due_at, had = _terms(course, lesson, student)
    entry = {"rule": "extend", "student": student, "lesson": lesson, "hours": hours}
    told = f"{lesson}: {student} has {hours:g} hours more" if hours else f"{lesson}: {student} has no extension"
    if had is not None and had == extra:
        told += ", as before"
    elif had:
        told += f", {had.total_seconds() / 3600:g} before"
    elif not hours:
        told += " and had none"
    if hours and due_at is None:
        told += "; it is not due yet at any time: they count once `course due` sets one"
    summary = _decide(course, lesson, entry, why, dry, lambda writer: set_extension(writer, student, lesson, extra))
    return Decided(lesson, told, summary)


def drop(root, name, give="full", *, undo=False, why="", dry=False):
    """Let a check (or a written question) give its points to everybody ("full") or to nobody ("none"), or undo that."""
    course = Course(root)
    lesson, cell = find_cell(course, name)
    before = course.rules.gives(lesson, cell.grade_id)
    if undo and before is None:
        raise CourseError(f"{cell.grade_id} of {lesson} is not dropped; nothing is to undo.")
    if not undo and give not in ("full", "none"):
        raise CourseError(f"--give {give}: a dropped check gives its points to everybody (full) or to nobody (none).")
    entry = {"rule": "undrop" if undo else "drop", "lesson": lesson, "check": cell.grade_id}
    entry |= {} if undo else {"give": give}
    gives = {"full": "gives its points to everybody", "none": "gives no points to anybody"}
    told = "counts again" if undo else gives[give] + (", as before" if before == give else "")
    return _about_cell(course, lesson, cell, entry, f"{lesson}: {cell.grade_id} {told}", why, dry)


def points(root, name, number, *, why="", dry=False):
    """Let a check (or a written question) be worth `number` points."""
    course = Course(root)
    lesson, cell = find_cell(course, name)
    try:
        number = checked_points(number)
    except ValueError as error:
        hint = f"; `course drop {name} --give none` lets it count for nobody" if number < 0 else ""
        raise CourseError(f"{error}{hint}.") from None
    before = float(course.rules.points.get((lesson, cell.grade_id), cell.points))
    entry = {"rule": "points", "lesson": lesson, "check": cell.grade_id, "points": number}
    was = "as before" if number == before else f"{before:g} before"
    told = f"{lesson}: {cell.grade_id} is worth {number:g} points, {was}"
    return _about_cell(course, lesson, cell, entry, told, why, dry)


def attempt(root, lesson, counts, *, why="", dry=False):
    """Let the last attempt of each student count in a lesson, or the best by the mark it gets, lateness and all."""
    course = Course(root)
    (lesson,) = course.choose([lesson])
    if counts not in COUNTS:
        raise CourseError(f"{counts!r}: which attempt counts is {' or '.join(COUNTS)}.")
    entry = {"rule": "attempt", "lesson": lesson, "counts": counts}
    was = "best" if lesson in course.rules.best else "last"
    summary = _decide(course, lesson, entry, why, dry, lambda writer: None)
    return Decided(lesson, f"{lesson}: the {counts} attempt counts" + (", as before" if was == counts else ""), summary)


def find_cell(course, name):
    """(lesson, graded cell) by a check's id or a cell's grade id; CourseError naming what there is."""
    cells = [(lesson, cell) for lesson in course.lessons for cell in course.skeleton(lesson).cells if _is_graded(cell)]
    found = [(lesson, cell) for lesson, cell in cells if name in (cell.grade_id, split(cell.grade_id)[1])]
    if len(found) == 1:
        return found[0]
    if found:
        where = ", ".join(f"{cell.grade_id} in {lesson}" for lesson, cell in found)
        raise CourseError(f"{name} could be {where}; give the longer name.")
    here = [lesson for lesson in course.lessons if name and name in (lesson, lesson[:2], lesson[:2].lstrip("0"))]
    if here:
        there = ", ".join(split(cell.grade_id)[1] for lesson, cell in cells if lesson == here[0])
        raise CourseError(f"{name} is a lesson; name one of its checks: {there}.")
    parts = [cell.grade_id for _, cell in cells if exercise_of(split(cell.grade_id)[1]) == name]
    ids = [split(cell.grade_id)[1] for _, cell in cells]
    near = parts or difflib.get_close_matches(name, ids, 3)
    hint = f"is it {' or '.join(near)}?" if near else f"`course show STUDENT NN --course {course.root}` lists them."
    raise CourseError(f"No check {name!r} in {course.root}; {hint}")


def _is_graded(cell):
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _terms(course, lesson, student=None):
    """(when the lesson is due or None, how much more time the student has or None) by the gradebook."""
    from grading.marking.gradebook import Reader

    with Reader(course) as book:
        return book.terms(lesson, student)


def _known(course, student):
    """CourseError for a student whom neither gradebook nor submitted/ knows: a slip would make a new one."""
    from grading.marking.gradebook import Reader

    with Reader(course) as book:
        known = set(book.roster())
    known |= {name for lesson in course.lessons for name in course.students(lesson)}
    if student not in known:
        near = difflib.get_close_matches(student, sorted(known), 3)
        hint = f"is it {' or '.join(near)}?" if near else f"`nbgrader db student add {student}` makes one."
        raise CourseError(f"No student {student!r} in {course.root}; {hint}")


def _about_cell(course, lesson, cell, entry, sentence, why, dry):
    by_hand = {}
    summary = _decide(course, lesson, entry, why, dry, lambda writer: by_hand.update(writer.by_hand(lesson, cell)))
    return Decided(lesson, sentence, summary, by_hand)


def _decide(course, lesson, entry, why, dry, write):
    """Note a decision, write it, mark the lesson again; the Summary of that. All under the journal's lock."""

    def change(writer):
        course.rules = read_rules(course.root).adding(**entry, why=why)
        write(writer)
        if not dry:
            write_rules(course.root, course.rules)

    return engine.grade(course, [lesson], dry=dry, change=change)
