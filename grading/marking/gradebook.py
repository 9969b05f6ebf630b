"""The only writer of nbgrader's gradebook: replays results into it, one transaction a submission.

It runs the folder's own list of autograde steps (nbgrader_config.py) on a gradebook that stays open, so an instructor's
further steps and late policy take part. Manual scores and comments are never touched. A copy of the gradebook is kept
before the first write.
"""

import contextlib
import json
import shutil
import sqlite3
import time
from datetime import timedelta
from types import SimpleNamespace

import sqlalchemy
from nbgrader import utils
from nbgrader.api import Assignment as Assignments
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Notebook as Notebooks
from nbgrader.preprocessors import CheckCellMetadata
from sqlalchemy import insert, select, update
from traitlets.utils.importstring import import_item

from grading.course.folder import load_config, write_atomically
from grading.errors import CourseError

BACKUPS = 10
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


def backup(course):
    """Copy the gradebook into journal/backups; keeps the last ones. Returns the copy's path, or None."""
    source = course.root / "gradebook.db"
    if not source.exists():
        return None
    folder = course.root / "journal" / "backups"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / time.strftime("gradebook-%Y%m%d-%H%M%S.db")
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            contextlib.closing(sqlite3.connect(copy)) as new,
        ):
            old.backup(new)
        for spare in sorted(folder.glob("gradebook-*.db"))[:-BACKUPS]:
            spare.unlink()
    except (sqlite3.Error, OSError) as error:
        raise CourseError(f"{source} cannot be copied to {folder} ({error}); nothing was written.") from None
    return copy


class Writer:
    """An open gradebook and the steps to replay with. Use as a context manager, in one thread."""

    def __init__(self, course):
        self.course = course
        self.path = course.root / "gradebook.db"
        if not self.path.exists():
            raise CourseError(f"{self.path} is missing; run `course init {course.root}` or put a copy back.")
        self.config = load_config(course.root)
        self._lessons = {}
        self._steps = None
        self._copied = False

    def __enter__(self):
        try:
            self.book = Gradebook(self.course.db_url)
            self.db = self.book.db
        except sqlalchemy.exc.DatabaseError as error:
            raise explain(error, self.path) from None
        return self

    def __exit__(self, *_):
        self.book.close()

    # ------------------------------------------------------------------ reading

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

    def scores(self, lesson, student):
        """One submission's scores: {grade id: {"auto", "manual", "extra", "needs", "comment", "said"}}.

        `comment` is what formgrader shows, `said` what a person wrote."""
        known = self._lesson(lesson)
        at = self._submission(known, student)
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
        at = self._submission(self._lesson(lesson), student)
        if at is None:
            return None
        table = SubmittedNotebook.late_submission_penalty
        return self.db.execute(select(table).where(SubmittedNotebook.id == at.notebook)).scalar()

    def late(self, lesson, student):
        """Whether the gradebook has this submission as late."""
        known = self._lesson(lesson)
        handed_in = self.db.execute(
            select(SubmittedAssignment.timestamp).where(
                SubmittedAssignment.assignment_id == known.assignment, SubmittedAssignment.student_id == student
            )
        ).scalar()
        at = self._submission(known, student)
        due = _due(known, at) if at is not None else None
        return due is not None and handed_in is not None and handed_in > due

    def _lesson(self, lesson):
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

    def _submission(self, known, student):
        row = self.db.execute(
            select(SubmittedAssignment.id, SubmittedAssignment.extension, SubmittedNotebook.id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .where(SubmittedAssignment.assignment_id == known.assignment, SubmittedAssignment.student_id == student)
            .where(SubmittedNotebook.notebook_id == known.notebook)
        ).first()
        return None if row is None else SimpleNamespace(assignment=row[0], extension=row[1], notebook=row[2])

    # ------------------------------------------------------------------ writing

    def replay(self, submission, nb, verdict, *, changed=True):
        """Write one submission: autograded notebook, scores, reasons, late penalty; all rows in one transaction.

        `nb` is the dressed notebook; `changed` says that it is not what was graded before.
        """
        if not self._copied:
            backup(self.course)
            self._copied = True
        try:
            known = self._lesson(submission.lesson)
            timestamp = parse_time(submission.timestamp)
            at = self._open_submission(known, submission.student, timestamp)
            resources = self._resources(submission, known, at, timestamp, verdict, changed)
            for step in self._autograde_steps():
                nb, resources = step(nb, resources)
            self._write_notebook(submission, nb)
            self.db.commit()
        except sqlalchemy.exc.DatabaseError as error:
            self.db.rollback()
            raise explain(error, self.path) from None
        except OSError as error:
            self.db.rollback()
            what = error.strerror or type(error).__name__
            raise CourseError(
                f"{error.filename or self.course.root}: {what}; mend that and run the same command."
            ) from None
        return resources["course"]

    def _resources(self, submission, known, at, timestamp, verdict, changed):
        names = {"student": submission.student, "assignment": known.name, "notebook": known.name}
        due = _due(known, at)
        late = max(0.0, (timestamp - due).total_seconds()) if due is not None and timestamp is not None else 0.0
        return {
            "unique_key": known.name,
            "nbgrader": {**names, "db_url": self.course.db_url},
            "course": SimpleNamespace(writer=self, known=known, at=at, verdict=verdict, changed=changed, late=late),
        }

    def _open_submission(self, known, student, timestamp):
        """The rows of a submission, made when they are not there; as nbgrader's add_submission makes them."""
        at = self._submission(known, student)
        if at is not None:
            self.db.execute(
                update(SubmittedAssignment).where(SubmittedAssignment.id == at.assignment).values(timestamp=timestamp)
            )
            self._complete(known, at)
            return at
        if self.db.execute(select(Student.id).where(Student.id == student)).first() is None:
            self.db.execute(insert(Student).values(id=student))
        made = SubmittedAssignment(assignment_id=known.assignment, student_id=student, timestamp=timestamp)
        self.db.add(made)
        self.db.flush()
        notebook = SubmittedNotebook(notebook_id=known.notebook, assignment_id=made.id)
        self.db.add(notebook)
        self.db.flush()
        at = SimpleNamespace(assignment=made.id, extension=None, notebook=notebook.id)
        self._complete(known, at)
        return at

    def _complete(self, known, at):
        """Make the grade and comment rows that are missing."""
        for table, cells in ((Grade, known.grades), (Comment, known.comments)):
            there = self.db.execute(
                select(table.cell_id).where(table.cell_id.in_(cells), table.notebook_id == at.notebook)
            )
            lacking = set(cells) - {row[0] for row in there}
            if lacking:
                self.db.execute(insert(table), [{"cell_id": i, "notebook_id": at.notebook} for i in sorted(lacking)])

    def _autograde_steps(self):
        """The folder's autograde steps, made once; less the metadata check: metadata is the skeleton's."""
        from grading.marking.nbgrader_steps import SaveVerdict

        if self._steps is None:
            listed = self.config.Autograde.get("autograde_preprocessors", [])
            classes = [import_item(step) if isinstance(step, str) else step for step in listed]
            if SaveVerdict not in classes:
                raise CourseError(
                    f"{self.course.root}/nbgrader_config.py does not list grading.plugins.SaveVerdict; "
                    "put back the course's autograde_preprocessors."
                )
            kept = [cls for cls in classes if cls is not CheckCellMetadata]
            self._steps = [cls(config=self.config) for cls in kept]
        return self._steps

    def _write_notebook(self, submission, nb):
        """autograded/STUDENT/LESSON: the notebook, the time stamp and the release's files, as nbgrader leaves them."""
        folder = self.course.root / "autograded" / submission.student / submission.lesson
        if folder.exists():
            shutil.rmtree(folder)
        text = json.dumps(nb, ensure_ascii=False, sort_keys=True) + "\n"  # indenting takes three times as long
        path = folder / f"{submission.lesson}.ipynb"
        write_atomically(path, text.encode("utf-8", "replace"))
        path.chmod(0o444)
        if (self.course.root / "release" / submission.lesson / "pictures").is_dir():
            (folder / "pictures").symlink_to(f"../../../release/{submission.lesson}/pictures")  # for formgrader's pages
        if submission.timestamp:
            write_atomically(folder / "timestamp.txt", submission.timestamp.encode())

    def save_scores(self, nb, course):
        """The scores and reasons of one notebook; called by the step that stands for SaveAutoGrades."""
        known, at, verdict = course.known, course.at, course.verdict
        cells = {c.metadata["nbgrader"]["grade_id"]: c for c in nb.cells if "nbgrader" in c.metadata}
        before = self.db.execute(
            select(Grade.id, Grade.cell_id, Grade.manual_score, Grade.needs_manual_grade, Grade.auto_score).where(
                Grade.cell_id.in_(known.grades), Grade.notebook_id == at.notebook
            )
        )
        rows, total = [], 0.0
        for row, cell, manual, needs, old in before.all():
            auto = auto_score(cells[known.grades[cell]], verdict)
            needs = auto is None if manual is None else bool(needs) or (course.changed and auto != old)
            rows.append({"id": row, "auto_score": auto, "needs_manual_grade": needs})
            total += manual if manual is not None else auto or 0.0
        if rows:
            self.db.execute(update(Grade), rows)
        comments = self.db.execute(
            select(Comment.id, Comment.cell_id).where(
                Comment.cell_id.in_(known.comments), Comment.notebook_id == at.notebook
            )
        )
        said = [
            {"id": row, "auto_comment": reason(cells[known.comments[cell]], verdict)} for row, cell in comments.all()
        ]
        if said:
            self.db.execute(update(Comment), said)
        course.score = total

    def save_penalty(self, penalty, course):
        """The late penalty of one notebook (None: none)."""
        self.db.execute(
            update(SubmittedNotebook)
            .where(SubmittedNotebook.id == course.at.notebook)
            .values(late_submission_penalty=penalty)
        )


def _due(known, at):
    """When this submission was due, extension included, or None."""
    return known.duedate + (at.extension or timedelta(0)) if known.duedate else None


def auto_score(cell, verdict):
    """A grade cell's automatic score: the judge's for a check; for a written answer 0 when untouched, else None."""
    grade_id = cell.metadata["nbgrader"]["grade_id"]
    if utils.is_solution(cell):
        return utils.determine_grade(cell, None)[0] if verdict.outcome == "graded" else 0.0
    for prefix in ("check-", "predict-"):
        if grade_id.startswith(prefix) and grade_id.removeprefix(prefix) in verdict.checks:
            return verdict.checks[grade_id.removeprefix(prefix)].score
    return 0.0


def reason(cell, verdict):
    """The automatic comment at an answer: why its checks do not pass; "No response." for an untouched one; or None."""
    if verdict.outcome != "graded":
        return verdict.sentence
    if cell.metadata["nbgrader"].get("checksum") == utils.compute_checksum(cell):
        return "No response."
    name = cell.metadata["nbgrader"]["grade_id"]
    wrong = [c for c in verdict.checks.values() if c.id.split("-")[0] == name and not c.passed]
    return "\n\n".join(check.reason for check in wrong) or None


def parse_time(text):
    """nbgrader's reading of timestamp.txt, or None when it is empty or no time."""
    try:
        return utils.parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError):
        return None
