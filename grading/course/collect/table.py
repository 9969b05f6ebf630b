"""`--times FILE`: a table of who handed in when, as a system or a person writes it; CSV with a header.

One column says who (any of the names below), one says when. It is the first source of a hand-in time: the time in a
zip or on disk is none where the system does not write it there.
"""

from dataclasses import replace
from pathlib import Path

from grading.course.headings import english, participant
from grading.course.roster import fold
from grading.course.table import read_sheet
from grading.course.times import read_time
from grading.errors import CourseError

WHO = {  # header -> what of a person it names
    "student": "student", "student id": "student", "user id": "user_id", "userid": "user_id", "id": "user_id",
    "sid": "user_id", "sis user id": "user_id", "orgdefinedid": "user_id", "identifier": "user_id",
    "login": "login", "login id": "login", "sis login id": "login", "username": "login", "user name": "login",
    "email": "email", "email address": "email", "name": "name", "full name": "name", "display name": "name",
}  # fmt: skip
WHEN = (
    "time", "timestamp", "submitted", "submitted at", "submission time", "submission date", "date submitted",
    "last modified (submission)", "hand-in time",
)  # fmt: skip


class Times:
    """The rows of a table by what they say of a person; `find(student, who)` gives (time, line) or None."""

    def __init__(self, path, zone=None):
        self.path = Path(path)
        self.rows, self.emails = {}, {}
        sheet = read_sheet(self.path)
        names, *rows = sheet.rows
        headers = dict(zip(names, english([name.replace("_", " ") for name in names]), strict=True))
        who = {name: WHO[plain] for name, plain in headers.items() if plain in WHO}
        when = [name for name, plain in headers.items() if plain in WHEN]
        if not who or len(when) != 1:
            raise CourseError(
                f"{path} needs a column that says who (student, user_id, login, email or name) and one that says when "
                f"(time, submitted_at); it has: {', '.join(headers) or 'none'}."
            )
        for cells, line in zip(rows, sheet.lines[1:], strict=True):
            self._add(dict(zip(names, cells, strict=False)), who, when[0], line, zone)

    def _add(self, row, who, when, line, zone):
        told = [(kind, participant(fold(row.get(name) or ""))) for name, kind in who.items()]
        numbers, emails = ([value for kind, value in told if kind == one and value] for one in ("user_id", "email"))
        self.emails |= dict.fromkeys(numbers, emails[0] if emails else "")
        text = (row.get(when) or "").strip()
        if text in ("", "-"):
            return
        found = read_time(text, f"{self.path}, line {line}", zone)
        for kind, value in told:
            if value:
                self.rows.setdefault((kind, value), []).append((found, line))

    def addressed(self, who):
        """The person with the address that the table has for the number: Moodle's worksheet, for that assignment."""
        return replace(who, email=who.email or self.emails.get(fold(who.user_id), "")) if who.user_id else who

    def find(self, student, who):
        """The hand-in time of a student and its line, the surest column first; CourseError when rows contradict."""
        asked = [("student", student), ("user_id", who.user_id), ("login", who.login), ("email", who.email)]
        for kind, value in [*asked, ("name", who.name), ("login", student), ("user_id", student)]:
            rows = self.rows.get((kind, fold(value)), []) if value else []
            if len({time for time, _ in rows}) > 1:
                lines = ", ".join(str(line) for _, line in rows)
                raise CourseError(f"{self.path}, lines {lines}: several times for {value}; leave one.")
            if rows:
                return rows[0]
        return None
