"""What an instructor decides, written where nbgrader keeps it: due dates, extensions, what a cell is worth.

Each works on an open Writer, and formgrader shows what it wrote; the marks themselves are made anew by the engine.
"""

import contextlib

import sqlalchemy
from nbgrader.api import Assignment as Assignments
from nbgrader.api import GradeCell
from sqlalchemy import select, update

from grading.marking import rows
from grading.marking.gradebook import explain


def put_points(writer, lessons):
    """Let the gradebook's highest scores be what the cells are worth by the lesson and its rules."""
    for lesson in lessons:
        known, worth = writer.lesson(lesson), writer.course.points(lesson)
        table = GradeCell.__table__
        rows = writer.db.execute(select(table.c.id, table.c.max_score).where(table.c.id.in_(known.grades))).all()
        wrong = [i for i, points in rows if points != worth.get(known.grades[i], points)]
        with _saving(writer):
            for i in wrong:
                points = worth[known.grades[i]]
                writer.db.execute(update(table).where(table.c.id == i).values(max_score=points))


def set_due(writer, lesson, when):
    """Let a lesson be due at `when` (UTC, naive), or never."""
    known = writer.lesson(lesson)
    with _saving(writer):
        writer.db.execute(update(Assignments).where(Assignments.id == known.assignment).values(duedate=when))
    writer.forget(lesson)


def set_extension(writer, student, lesson, extra):
    """Give one student more time (a timedelta, or None) in one lesson, handed in or not yet."""
    known = writer.lesson(lesson)
    with _saving(writer):
        work, _ = rows.open_assignment(writer.db.connection(), known, student)  # nothing need be handed in yet
        rows.give_time(writer.db.connection(), work, extra)


@contextlib.contextmanager
def _saving(writer):
    """One transaction: saved at the end, or taken back and explained."""
    try:
        yield
        writer.db.commit()
    except sqlalchemy.exc.DatabaseError as error:
        writer.db.rollback()
        raise explain(error, writer.path) from None
