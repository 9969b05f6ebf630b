"""Marks for a learning-management system, as nbgrader export plugins, each with the columns by which it matches people.

`nbgrader export --exporter=grading.plugins.CanvasExport --to marks.csv` works as well as `course export canvas`. Who is
who there stands in roster.csv (course/roster.py); reporting/into.py fills a gradebook that the system itself saved.
"""

import csv
from pathlib import Path

from nbgrader.plugins import ExportPlugin

from course_lib.files import beside
from grading.course import roster
from grading.course.folder import Course
from grading.course.table import as_text
from grading.errors import CourseError
from grading.marking.boundary import Boundary
from grading.reporting.marks import Table
from grading.reporting.unread import unread


class _CourseExport(ExportPlugin):
    """Reads the gradebook once; subclasses say what a row is."""

    default, system, delimiter, encoding = "marks.csv", "", ",", "utf-8"

    def export(self, gradebook):
        """Write the file `to` (nbgrader's flag); atomically, so that no half file is ever uploaded.

        Who fails has no row, and a CourseError names them once the file is written.
        """
        root = Path(gradebook.engine.url.database).parent
        boundary = Boundary(root / "journal")
        table = Table(gradebook, [str(a) for a in self.assignment], [str(s) for s in self.student], boundary)
        self.people = {p.student: p for p in roster.read(root) if p.system == self.system}
        path = Path(self.to or self.default)
        try:
            with beside(path) as half, open(half, "w", newline="", encoding=self.encoding) as file:
                writer = csv.writer(file, delimiter=self.delimiter)
                writer.writerows([as_text(x) for x in row] for row in self.head(table))
                for row, marks in table.rows():
                    with table.around("writing its row", row.id):
                        writer.writerows([[as_text(x) for x in line] for line in self.lines(table, row, marks)])
        except OSError as error:
            raise CourseError(f"{path} cannot be written ({error.strerror}); give another file with --to.") from None
        boundary.finish()

    def head(self, table):
        """The rows above the students'."""
        raise NotImplementedError

    def lines(self, table, row, marks):
        """The rows of one student."""
        raise NotImplementedError

    def person(self, row):
        """What the system calls a student; what the gradebook knows where the roster says nothing."""
        return self.people.get(row.id) or roster.Person(row.id, email=row.email or "")


class GenericExport(_CourseExport):
    """One row per student and lesson, with a column for every exercise of the lesson."""

    def head(self, table):
        head = ["student", "first_name", "last_name", "email", "lesson", "handed_in", "score", "late_penalty"]
        yield [*head, "max_score", "needs_reading", *self._names(table)]

    def lines(self, table, row, marks):
        names = self._names(table)
        for lesson in table.lessons:
            mark = marks.get(lesson)
            start = [row.id, row.first_name, row.last_name, row.email, lesson]
            if mark is None:
                yield [*start, "", "", "", table.points[lesson], "", *[""] * len(names)]
                continue
            told = [mark.timestamp, mark.score, mark.penalty, table.points[lesson], int(mark.needs_reading)]
            yield [*start, *told, *(mark.cells.get(name, "") for name in names)]

    def _names(self, table):
        return list(dict.fromkeys(cell for lesson in table.lessons for cell in table.cells[lesson]))


class CanvasExport(_CourseExport):
    """Canvas's gradebook import: a "Points Possible" row, then a row per student; blank where nothing came.

    Canvas finds a student by ID, else by SIS Login ID or SIS User ID; a column without "(id)" by its name.
    """

    system = "canvas"

    def head(self, table):
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *table.lessons]
        yield ["    Points Possible", "", "", "", "", *(table.points[lesson] for lesson in table.lessons)]

    def lines(self, table, row, marks):
        one = self.person(row)
        name = ", ".join(filter(None, (row.last_name, row.first_name))) or one.name or row.id
        login = one.login or row.email or row.id
        number = one.number or ("" if row.id in self.people else row.id)
        yield [name, one.user_id or row.lms_user_id, number, login, one.section, *table.scores(marks)]


class MoodleExport(_CourseExport):
    """Moodle's grade import: map "ID number", "Username" or "Email address"; blank where nothing was handed in."""

    system = "moodle"

    def head(self, table):
        yield ["ID number", "First name", "Last name", "Email address", "Username", *table.lessons]

    def lines(self, table, row, marks):
        one = self.person(row)
        number = one.number or ("" if row.id in self.people else row.id)
        yield [number, row.first_name, row.last_name, one.email or row.email, one.login, *table.scores(marks)]


class BlackboardExport(_CourseExport):
    """Blackboard's upload: a student is found by Username; a column without "|id" becomes a new one, of text.

    So fill Blackboard's own file (`--into`) where the column is there already.
    """

    system, delimiter, encoding = "blackboard", "\t", "utf-16"

    def head(self, table):
        titles = [f"{lesson} [Total Pts: {table.points[lesson]:g} Score]" for lesson in table.lessons]
        yield ["Last Name", "First Name", "Username", "Student ID", *titles]

    def lines(self, table, row, marks):
        one = self.person(row)
        yield [row.last_name, row.first_name, one.login or row.id, one.number, *table.scores(marks)]


KINDS = {"csv": GenericExport, "canvas": CanvasExport, "moodle": MoodleExport, "blackboard": BlackboardExport}


def export(root, kind, to, lessons=(), *, as_is=False):
    """Write `to` as one of KINDS; returns its path. Refuses while answers wait to be read, unless `as_is`."""
    from nbgrader.api import Gradebook

    course = Course(root)
    if kind not in KINDS:
        raise CourseError(f"No export {kind!r}; there are: {', '.join(KINDS)}; with --into FILE more.")
    plugin = KINDS[kind]()
    plugin.to, plugin.assignment = str(to), course.choose(lessons)
    refuse_unread(course, plugin.assignment, as_is)
    with Gradebook(course.db_url) as gradebook:
        refuse_empty(course, Table(gradebook, plugin.assignment))
        plugin.export(gradebook)
    return Path(to)


def refuse_empty(course, table):
    """CourseError while nobody has a mark: a file without marks looks like one that went wrong."""
    if not any(marks for _, marks in table.rows()):
        told = " ".join(lesson[:2] for lesson in table.lessons)
        raise CourseError(f"Nobody has a mark in {told} yet; run `course grade {told} --course {course.root}` first.")


def refuse_unread(course, lessons, as_is):
    """CourseError that names the answers nobody has read, which an export would count 0 or with their old mark."""
    waiting = [] if as_is else unread(course, lessons)
    if not waiting:
        return
    new = [one for one in waiting if one.old is None]
    first = ", ".join(f"{one.student} {one.lesson} {one.cell}" for one in waiting[:3])
    more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
    told = f"{len(new)} would count 0"
    told += f", {len(waiting) - len(new)} rewritten ones their old mark" if len(waiting) > len(new) else ""
    raise CourseError(
        f"Answers wait to be read: {first}{more}; {told}. `course report` lists them all, formgrader opens them; "
        "--as-is exports all the same."
    )
