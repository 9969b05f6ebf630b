"""Marks for a learning-management system, as nbgrader export plugins: Canvas, Moodle, and a table with every exercise.

`nbgrader export --exporter=grading.export.CanvasExport --to marks.csv` works as well as `course export canvas`.
"""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Assignment as Assignments
from nbgrader.api import BaseCell, Grade, GradeCell, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Notebook as Notebooks
from nbgrader.plugins import ExportPlugin
from sqlalchemy import select

from grading.errors import CourseError


@dataclass
class Mark:
    """One student's mark in one lesson."""

    score: float
    penalty: float
    timestamp: str
    needs_reading: bool
    cells: dict  # grade id -> score


class _CourseExport(ExportPlugin):
    """Reads the gradebook once; subclasses say what a row is."""

    default = "marks.csv"

    def export(self, gradebook):
        """Write the file `to` (nbgrader's flag); atomically, so that no half file is ever uploaded."""
        table = Table(gradebook, [str(a) for a in self.assignment], [str(s) for s in self.student])
        path = Path(self.to or self.default)
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with open(beside, "w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([[harmless(x) for x in row] for row in self.rows(table)])
            os.replace(beside, path)
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
        for student, row in table.students.items():
            for lesson in table.lessons:
                mark = table.marks.get((student, lesson))
                start = [student, row.first_name, row.last_name, row.email, lesson]
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
        for student, row in table.students.items():
            name = ", ".join(part for part in (row.last_name, row.first_name) if part) or student
            marks = (table.marks.get((student, lesson)) for lesson in table.lessons)
            yield [
                name,
                row.lms_user_id,
                student,
                row.email or student,
                "",
                *("" if m is None else m.score for m in marks),
            ]


class MoodleExport(_CourseExport):
    """Moodle's grade import, matched by ID number or e-mail; blank where nothing was handed in."""

    def rows(self, table):
        yield ["ID number", "First name", "Last name", "Email address", *table.lessons]
        for student, row in table.students.items():
            marks = (table.marks.get((student, lesson)) for lesson in table.lessons)
            yield [student, row.first_name, row.last_name, row.email, *("" if m is None else m.score for m in marks)]


KINDS = {"csv": GenericExport, "canvas": CanvasExport, "moodle": MoodleExport}


def harmless(value):
    """A cell no spreadsheet takes for a formula: a text that begins like one gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value[:1]:
        return "'" + value
    return f"{value:g}" if isinstance(value, float) else value


class Table:
    """Students, lessons, marks, read from an open nbgrader Gradebook with a handful of queries."""

    def __init__(self, gradebook, lessons=(), students=()):
        db = gradebook.db
        there = [name for (name,) in db.execute(select(Assignments.name).order_by(Assignments.name))]
        unknown = sorted(set(lessons) - set(there))
        if unknown:
            raise CourseError(f"No lesson {', '.join(unknown)} in the gradebook; it has: {', '.join(there) or 'none'}.")
        self.lessons = [name for name in there if not lessons or name in lessons]
        columns = (Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
        rows = db.execute(select(*columns).order_by(Student.last_name, Student.first_name, Student.id))
        self.students = {row.id: row for row in rows if not students or row.id in students}
        self._read_cells(db)
        self._read_marks(db)

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

    def _read_marks(self, db):
        rows = db.execute(
            select(
                SubmittedAssignment.student_id,
                Assignments.name,
                SubmittedAssignment.timestamp,
                SubmittedNotebook.late_submission_penalty,
                BaseCell.name,
                Grade.score,
                Grade.needs_manual_grade,
            )
            .join(Assignments, Assignments.id == SubmittedAssignment.assignment_id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
        )
        self.marks = {}
        for student, lesson, timestamp, penalty, cell, score, needs in rows:
            if student in self.students and lesson in self.cells:
                new = Mark(0.0, penalty or 0.0, timestamp.isoformat() if timestamp else "", False, {})
                mark = self.marks.setdefault((student, lesson), new)
                mark.cells[cell] = score
                mark.needs_reading |= bool(needs)
        for mark in self.marks.values():
            mark.score = max(0.0, sum(mark.cells.values()) - mark.penalty)


def export(root, kind, to, lessons=()):
    """Write `to` as one of KINDS; returns its path."""
    from nbgrader.api import Gradebook

    from grading.course import Course

    course = Course(root)
    if kind not in KINDS:
        raise CourseError(f"No export {kind!r}; there are: {', '.join(KINDS)}.")
    plugin = KINDS[kind]()
    plugin.to, plugin.assignment = str(to), course.choose(lessons)
    with Gradebook(course.db_url) as gradebook:
        plugin.export(gradebook)
    return Path(to)
