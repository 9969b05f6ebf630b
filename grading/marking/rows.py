"""The rows of one submission in nbgrader's gradebook: found, made as nbgrader makes them, written.

The statements are made once and go to the tables, past the objects of nbgrader's session: to make one takes longer than
to run it. `db` is the session's connection, so that all is part of its transaction; `known` are a lesson's own rows
(`Reader.lesson`).
"""

from types import SimpleNamespace

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import bindparam, func, insert, select, update

_STUDENT, _WORK, _BOOK = Student.__table__, SubmittedAssignment.__table__, SubmittedNotebook.__table__
_GRADE, _COMMENT = Grade.__table__, Comment.__table__

_KNOWN = select(_STUDENT.c.id).where(_STUDENT.c.id == bindparam("student"))
_HANDED_IN = select(_WORK.c.id, _WORK.c.extension).where(
    _WORK.c.assignment_id == bindparam("assignment"), _WORK.c.student_id == bindparam("student")
)
_FOUND = (
    _HANDED_IN.join(_BOOK, _BOOK.c.assignment_id == _WORK.c.id)
    .add_columns(_BOOK.c.id)
    .where(_BOOK.c.notebook_id == bindparam("notebook"))
)
_WHEN = update(_WORK).where(_WORK.c.id == bindparam("work")).values(timestamp=bindparam("when"))
_MORE_TIME = update(_WORK).where(_WORK.c.id == bindparam("work")).values(extension=bindparam("extra"))
_GRADES = select(
    _GRADE.c.id,
    _GRADE.c.cell_id,
    _GRADE.c.manual_score,
    _GRADE.c.needs_manual_grade,
    _GRADE.c.auto_score,
    func.coalesce(_GRADE.c.extra_credit, 0.0),
).where(_GRADE.c.notebook_id == bindparam("book"))
_COMMENTS = select(_COMMENT.c.id, _COMMENT.c.cell_id).where(_COMMENT.c.notebook_id == bindparam("book"))
_SCORED = (
    update(_GRADE)
    .where(_GRADE.c.id == bindparam("row"))
    .values(auto_score=bindparam("auto"), needs_manual_grade=bindparam("needs"))
)
_SAID = update(_COMMENT).where(_COMMENT.c.id == bindparam("row")).values(auto_comment=bindparam("said"))
_PENALTY = update(_BOOK).where(_BOOK.c.id == bindparam("book")).values(late_submission_penalty=bindparam("penalty"))


def find(db, known, student):
    """The ids of a submission's rows (`assignment`, `notebook`), and its `extension`; None when there are none."""
    asked = {"assignment": known.assignment, "student": student, "notebook": known.notebook}
    row = db.execute(_FOUND, asked).first()
    return None if row is None else SimpleNamespace(assignment=row[0], extension=row[1], notebook=row[2])


def open_assignment(db, known, student):
    """(id, extension) of nbgrader's row of a student in a lesson, made when it is not there: no notebook in it yet."""
    found = db.execute(_HANDED_IN, {"assignment": known.assignment, "student": student}).first()
    if found is not None:
        return tuple(found)
    if db.execute(_KNOWN, {"student": student}).first() is None:
        db.execute(insert(_STUDENT), {"id": student})
    made = db.execute(insert(_WORK), {"assignment_id": known.assignment, "student_id": student})
    return made.inserted_primary_key[0], None


def open_submission(db, known, student, timestamp):
    """As `find`, with all rows made that are not there; as nbgrader's add_submission makes them."""
    at = find(db, known, student)
    if at is None:
        work, extension = open_assignment(db, known, student)
        book = db.execute(insert(_BOOK), {"notebook_id": known.notebook, "assignment_id": work})
        at = SimpleNamespace(assignment=work, extension=extension, notebook=book.inserted_primary_key[0])
        there = frozenset()
    else:
        there = {row[1] for which in (_GRADES, _COMMENTS) for row in db.execute(which, {"book": at.notebook})}
    db.execute(_WHEN, {"work": at.assignment, "when": timestamp})
    for table, cells in ((_GRADE, known.grades), (_COMMENT, known.comments)):
        missing = [{"cell_id": cell, "notebook_id": at.notebook} for cell in sorted(cells) if cell not in there]
        if missing:
            db.execute(insert(table), missing)
    return at


def give_time(db, assignment, extra):
    """Write an extension: a timedelta, or None."""
    db.execute(_MORE_TIME, {"work": assignment, "extra": extra})


def grades(db, known, at):
    """(row, cell, manual score, whether it is to be read, automatic score, extra credit) of each graded cell."""
    return [row for row in db.execute(_GRADES, {"book": at.notebook}) if row[1] in known.grades]


def save_scores(db, scored):
    """Write automatic scores: {"row", "auto", "needs"} each."""
    if scored:
        db.execute(_SCORED, scored)


def save_comments(db, known, at, comment):
    """Write the automatic comments; `comment(name)` gives that of a cell."""
    rows = [row for row in db.execute(_COMMENTS, {"book": at.notebook}) if row[1] in known.comments]
    if rows:
        db.execute(_SAID, [{"row": row, "said": comment(known.comments[cell])} for row, cell in rows])


def save_penalty(db, at, penalty):
    """Write the late penalty (None: none)."""
    db.execute(_PENALTY, {"book": at.notebook, "penalty": penalty})
