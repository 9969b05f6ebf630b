"""nbgrader's gradebook, read: who handed in what, scores, comments, penalties. replay.py is its only writer."""

from datetime import timedelta
from types import SimpleNamespace

import sqlalchemy
from nbgrader.api import Assignment as Assignments
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Notebook as Notebooks
from sqlalchemy import func, select

from grading.course.times import read_time
from grading.errors import CourseError
from grading.marking import rows
from grading.marking.mark import Mark

EXPLAINED = {
    "locked": "another program is writing to it; close it and run the same command",
    "readonly": "it may not be written; permit writing and run the same command",
    "full": "the disk is full; make room and run the same command",
}


def explain(error, path):
    """A CourseError for a database error, with the remedy."""
    text = str(getattr(error, "orig", error))
    for word, remedy in EXPLAINED.items():
        if word in text.lower():
            return CourseError(f"{path}: {remedy}: nothing is lost.")
    return CourseError(f"{path}: {text}; check it with `sqlite3 {path} 'pragma integrity_check'`.")


class Reader:
    """An open gradebook. Use as a context manager, in one thread."""

    def __init__(self, course, path=None):
        """`path` is a copy of the folder's gradebook to read instead."""
        self.course = course
        self.path = course.root / "gradebook.db" if path is None else path
        if not self.path.exists():
            raise CourseError(f"{self.path} is missing; run `course init {course.root}` or put a copy back.")
        self._lessons = {}

    def __enter__(self):
        try:
            self.book = Gradebook(f"sqlite:///{self.path}")
            self.db = self.book.db
        except sqlalchemy.exc.DatabaseError as error:
            raise explain(error, self.path) from None
        return self

    def __exit__(self, *_):
        self.book.close()

    def submitted(self):
        """All (student, lesson) the gradebook holds."""
        rows = self.db.execute(
            select(SubmittedAssignment.student_id, Assignments.name).join(
                Assignments, Assignments.id == SubmittedAssignment.assignment_id
            )
        )
        return {tuple(row) for row in rows}

    def roster(self):
        """All students: {id: {"first_name", "last_name", "email"}}."""
        rows = self.db.execute(select(Student.id, Student.first_name, Student.last_name, Student.email))
        return {row[0]: dict(zip(("first_name", "last_name", "email"), row[1:], strict=True)) for row in rows}

    def terms(self, lesson, student=None):
        """(when a lesson is due, a student's extension): naive UTC, a timedelta; None where there is none."""
        due = self.db.execute(select(Assignments.duedate).where(Assignments.name == lesson)).scalar()
        extra = self.db.execute(
            select(SubmittedAssignment.extension)
            .join(Assignments, Assignments.id == SubmittedAssignment.assignment_id)
            .where(Assignments.name == lesson, SubmittedAssignment.student_id == student)
        ).scalar()
        return due, extra or None

    def scores(self, lesson, student):
        """One submission's scores: {grade id: {"auto", "manual", "extra", "needs", "comment", "said"}}.

        `comment` is what formgrader shows, `said` what a person wrote."""
        known = self.lesson(lesson)
        at = rows.find(self.db.connection(), known, student)
        if at is None:
            return {}
        grades = self.db.execute(
            select(Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
            .where(Grade.notebook_id == at.notebook)
            .where(Grade.cell_id.in_(known.grades))
        )
        keys = ("auto", "manual", "extra", "needs")
        told = {known.grades[row[0]]: dict(zip(keys, row[1:], strict=True)) for row in grades}
        comments = self.db.execute(
            select(Comment.cell_id, Comment.auto_comment, Comment.manual_comment)
            .where(Comment.notebook_id == at.notebook)
            .where(Comment.cell_id.in_(known.comments))
        )
        for cell, auto, manual in comments:
            told.setdefault(known.comments[cell], {}).update(comment=manual or auto, said=manual)
        return told

    def penalty(self, lesson, student):
        """The late penalty of one submission, or None."""
        at = rows.find(self.db.connection(), self.lesson(lesson), student)
        if at is None:
            return None
        table = SubmittedNotebook.late_submission_penalty
        return self.db.execute(select(table).where(SubmittedNotebook.id == at.notebook)).scalar()

    def marks(self, lesson):
        """All marks of a lesson that the gradebook holds: {student: Mark}, by one query."""
        known, sum_of = self.lesson(lesson), lambda column: func.coalesce(func.sum(column), 0.0)
        given = func.coalesce(Grade.manual_score, 0.0) + func.coalesce(Grade.extra_credit, 0.0)
        rows = self.db.execute(
            select(
                SubmittedAssignment.student_id,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
                SubmittedNotebook.late_submission_penalty,
                sum_of(Grade.score),
                sum_of(given),
                sum_of(Grade.needs_manual_grade),
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(SubmittedAssignment.assignment_id == known.assignment)
            .where(SubmittedNotebook.notebook_id == known.notebook)
            .group_by(SubmittedNotebook.id)
        )
        return {
            student: Mark(
                raw=raw,
                penalty=penalty or 0.0,
                by_hand=by_hand,
                unread=int(unread),
                handed_in=handed_in,
                due=due(known.duedate, extension),
                extension=extension or None,
            )
            for student, handed_in, extension, penalty, raw, by_hand, unread in rows
        }

    def by_hand(self, lesson, cell):
        """Who has points given by a person at a graded cell: {student: points}."""
        known = self.lesson(lesson)
        (at,) = [i for i, name in known.grades.items() if name == cell.grade_id]
        rows = self.db.execute(
            select(SubmittedAssignment.student_id, Grade.manual_score)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(Grade.cell_id == at, Grade.manual_score.is_not(None))
            .order_by(SubmittedAssignment.student_id)
        )
        return {row[0]: row[1] for row in rows}

    def mark(self, lesson, student):
        """One submission's Mark, or None when the gradebook has none."""
        return self.marks(lesson).get(student)

    def lesson(self, lesson):
        """The ids of a lesson's rows, read once."""
        if lesson not in self._lessons:
            found = self.db.execute(
                select(Assignments.id, Assignments.duedate, Notebooks.id)
                .join(Notebooks, Notebooks.assignment_id == Assignments.id)
                .where(Assignments.name == lesson, Notebooks.name == lesson)
            ).first()
            if found is None:
                raise CourseError(f"{lesson} is not in the gradebook; run `course init {self.course.root}`.")
            cells = self.db.execute(
                select(BaseCell.id, BaseCell.name, BaseCell.type).where(BaseCell.notebook_id == found[2])
            ).all()
            self._lessons[lesson] = SimpleNamespace(
                name=lesson,
                assignment=found[0],
                duedate=found[1],
                notebook=found[2],
                grades={i: name for i, name, kind in cells if kind in ("GradeCell", "TaskCell")},
                comments={i: name for i, name, kind in cells if kind in ("SolutionCell", "TaskCell")},
            )
        return self._lessons[lesson]

    def forget(self, lesson):
        """Read a lesson's rows anew when they are asked for: its due date was changed."""
        self._lessons.pop(lesson, None)


def due(duedate, extension):
    """When a submission was due, extension included, or None."""
    return duedate + (extension or timedelta(0)) if duedate else None


def parse_time(text):
    """The UTC time of a timestamp.txt; None when it is empty or no time, which the engine tells."""
    try:
        return read_time(text, "timestamp.txt")
    except CourseError:
        return None
