"""A list of graded work without names, for teaching assistants: a code for each student, the same every time.

A code is a keyed hash: nobody finds the student without the folder's key; the instructor's own list says who is who.
"""

import csv
import hashlib
import hmac
import io
import secrets

from course_lib.files import write_atomically
from grading.course.folder import Course
from grading.course.table import as_text
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.reporting.feedback import read_autograded
from grading.reporting.unread import unread_of

HEAD = ["code", "lesson", "outcome", "score", "points", "to read"]


def codes(course, students):
    """{student: code}, from a key that the folder keeps for itself."""
    path = course.root / "hidden" / "anonymous.key"
    if not path.exists():
        write_atomically(path, secrets.token_hex(32))
        path.chmod(0o600)
    key = path.read_text(encoding="utf-8").strip().encode()
    return {s: hmac.new(key, s.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:8] for s in students}


def table(root, lessons=(), named=False):
    """The rows of the list, heading first, ordered by code; `named` adds the student."""
    course = Course(root)
    rows = []
    with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
        for lesson in course.choose(lessons):
            students = journal.students(lesson)
            code, points = codes(course, students), sum(course.points(lesson).values())
            for student in sorted(students, key=code.get):
                nb = read_autograded(course, student, lesson)
                verdict = (nb or {}).get("metadata", {}).get("course", {}).get("verdict")
                if verdict is None:
                    continue
                scores = [row for row in book.scores(lesson, student).values() if "auto" in row]
                score = sum(row["manual"] if row["manual"] is not None else row["auto"] or 0.0 for row in scores)
                waiting = " ".join(one.cell for one in unread_of(course, lesson, student, book))
                row = [code[student], lesson, verdict["outcome"], score, points, waiting]
                rows.append([*row, student] if named else row)
    return [[*HEAD, "student"] if named else HEAD, *rows]


def to_csv(rows):
    """The list as CSV text."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([as_text(cell) for cell in row] for row in rows)
    return out.getvalue()
