"""Marks for a learning-management system, as nbgrader export plugins: Canvas, Moodle, and a table with every exercise.

`nbgrader export --exporter=grading.plugins.CanvasExport --to marks.csv` works as well as `course export canvas`.
"""

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Assignment as Assignments
from nbgrader.api import BaseCell, Grade, GradeCell, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Notebook as Notebooks
from nbgrader.plugins import ExportPlugin
from sqlalchemy import select

from grading.errors import CourseError
from grading.files import beside


@dataclass
class Mark:
    """One student's mark in one lesson."""

    score: float
    penalty: float
    timestamp: str
    needs_reading: bool
    cells: dict  # grade id -> score


class Name(NamedTuple):
    """A student as the roster has them."""

    id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    lms_user_id: str | None


class _CourseExport(ExportPlugin):
    """Reads the gradebook once; subclasses say what a row is."""

    default = "marks.csv"

    def export(self, gradebook):
        """Write the file `to` (nbgrader's flag); atomically, so that no half file is ever uploaded."""
        table = Table(gradebook, [str(a) for a in self.assignment], [str(s) for s in self.student])
        path = Path(self.to or self.default)
        try:
            with beside(path) as half, open(half, "w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([harmless(x) for x in row] for row in self.rows(table))
        except OSError as error:
            raise CourseError(f"{path} cannot be written ({error.strerror}); give another file with --to.") from None

    def rows(self, table):
        """The rows of the file, heading first."""
        raise NotImplementedError


class GenericExport(_CourseExport):
    """One row per student and lesson, with a column for every exercise of the lesson."""

    def rows(self, table):
        names = list(dict.fromkeys(cell for lesson in table.lessons for cell in table.cells[lesson]))
        head = ["student", "first_name", "last_name", "email", "lesson", "handed_in", "score", "late_penalty"]
        yield [*head, "max_score", "needs_reading", *names]
        for row, marks in table.rows():
            for lesson in table.lessons:
                mark = marks.get(lesson)
                start = [row.id, row.first_name, row.last_name, row.email, lesson]
                if mark is None:
                    yield [*start, "", "", "", table.points[lesson], "", *[""] * len(names)]
                    continue
                told = [mark.timestamp, mark.score, mark.penalty, table.points[lesson], int(mark.needs_reading)]
                yield [*start, *told, *(mark.cells.get(name, "") for name in names)]


class CanvasExport(_CourseExport):
    """Canvas's gradebook import: a "Points Possible" row, then a row per student; blank where nothing came."""

    def rows(self, table):
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *table.lessons]
        yield ["    Points Possible", "", "", "", "", *(table.points[lesson] for lesson in table.lessons)]
        for row, marks in table.rows():
            name = ", ".join(filter(None, (row.last_name, row.first_name))) or row.id
            yield [name, row.lms_user_id, row.id, row.email or row.id, "", *table.scores(marks)]


class MoodleExport(_CourseExport):
    """Moodle's grade import, matched by ID number or e-mail; blank where nothing was handed in."""

    def rows(self, table):
        yield ["ID number", "First name", "Last name", "Email address", *table.lessons]
        for row, marks in table.rows():
            yield [row.id, row.first_name, row.last_name, row.email, *table.scores(marks)]


KINDS = {"csv": GenericExport, "canvas": CanvasExport, "moodle": MoodleExport}


def harmless(value):
    """A cell no spreadsheet takes for a formula: a text that begins like one gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value[:1]:
        return "'" + value
    return f"{value:g}" if isinstance(value, float) else value


class Table:
    """Lessons, and the students with their marks one after the other, from an open nbgrader Gradebook: two queries."""

    def __init__(self, gradebook, lessons=(), students=()):
        self.db, self.chosen = gradebook.db, set(students)
        there = [name for (name,) in self.db.execute(select(Assignments.name).order_by(Assignments.name))]
        unknown = sorted(set(lessons) - set(there))
        if unknown:
            raise CourseError(f"No lesson {', '.join(unknown)} in the gradebook; it has: {', '.join(there) or 'none'}.")
        self.lessons = [name for name in there if not lessons or name in lessons]
        self._read_cells(self.db)

    def _read_cells(self, db):
        rows = db.execute(
            select(Assignments.name, BaseCell.name, GradeCell.max_score)
            .join(Notebooks, Notebooks.assignment_id == Assignments.id)
            .join(GradeCell, GradeCell.notebook_id == Notebooks.id)
            .where(BaseCell.id == GradeCell.id)
        )
        self.cells = {lesson: {} for lesson in self.lessons}
        for lesson, name, points in rows:
            if lesson in self.cells:
                self.cells[lesson][name] = points
        self.points = {lesson: sum(cells.values()) for lesson, cells in self.cells.items()}

    def rows(self):
        """(Name, {lesson: Mark}) in the names' order; one student is held at a time."""
        for row, told in itertools.groupby(self._grades(), key=lambda row: Name(*row[:5])):
            if not self.chosen or row.id in self.chosen:
                yield row, self._marks(told)

    def scores(self, marks):
        """A student's score in each lesson, blank where nothing came."""
        return ["" if lesson not in marks else marks[lesson].score for lesson in self.lessons]

    def _grades(self):
        """All grades with whose they are, a student's together; one row of blanks for who handed in nothing."""
        who = (Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
        mark = (SubmittedAssignment.timestamp, SubmittedNotebook.late_submission_penalty)
        query = (
            select(*who, Assignments.name, *mark, BaseCell.name, Grade.score, Grade.needs_manual_grade)
            .select_from(Student)
            .outerjoin(SubmittedAssignment, SubmittedAssignment.student_id == Student.id)
            .outerjoin(Assignments, Assignments.id == SubmittedAssignment.assignment_id)
            .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .outerjoin(BaseCell, BaseCell.id == Grade.cell_id)
            .order_by(Student.last_name, Student.first_name, Student.id)
        )
        return self.db.execute(query.execution_options(yield_per=1000))

    def _marks(self, rows):
        marks = {}
        for *_, lesson, timestamp, penalty, cell, score, needs in rows:
            if lesson in self.cells and cell is not None:
                new = Mark(0.0, penalty or 0.0, timestamp.isoformat() if timestamp else "", False, {})
                mark = marks.setdefault(lesson, new)
                mark.cells[cell] = score
                mark.needs_reading |= bool(needs)
        for mark in marks.values():
            mark.score = max(0.0, sum(mark.cells.values()) - mark.penalty)
        return marks


def export(root, kind, to, lessons=()):
    """Write `to` as one of KINDS; returns its path."""
    from nbgrader.api import Gradebook

    from grading.course.folder import Course

    course = Course(root)
    if kind not in KINDS:
        raise CourseError(f"No export {kind!r}; there are: {', '.join(KINDS)}.")
    plugin = KINDS[kind]()
    plugin.to, plugin.assignment = str(to), course.choose(lessons)
    with Gradebook(course.db_url) as gradebook:
        plugin.export(gradebook)
    return Path(to)
