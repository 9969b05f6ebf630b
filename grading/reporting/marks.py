"""The gradebook's marks, read for whoever writes them down: exports, and the list of what is still to be read."""

import contextlib
import itertools
from dataclasses import dataclass
from typing import NamedTuple

from nbgrader.api import Assignment as Assignments
from nbgrader.api import BaseCell, Grade, GradeCell, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Notebook as Notebooks
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


class Name(NamedTuple):
    """A student as the roster has them."""

    id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    lms_user_id: str | None


class Table:
    """Lessons, and the students with their marks one after the other, from an open nbgrader Gradebook: two queries."""

    def __init__(self, gradebook, lessons=(), students=(), boundary=None):
        """What fails for one student is kept by `boundary` (marking/boundary.py); without one it ends the whole."""
        self.db, self.chosen, self.boundary = gradebook.db, set(students), boundary
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
            if self.chosen and row.id not in self.chosen:
                continue
            marks = None
            with self.around("reading its marks", row.id):
                marks = self._marks(told)
            if marks is not None:
                yield row, marks

    def around(self, doing, student):
        """The boundary around what is done with one student's marks."""
        return self.boundary.around(doing, (student, "marks")) if self.boundary else contextlib.nullcontext()

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
