"""Marks filled into the gradebook that a learning-management system saved, so that it takes them back as its own.

A row is found by what the system calls the person, a column by the lesson's name or by the instructor's word; all else
in the file stays as it was. Every row and every mark is accounted for.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import Gradebook

from course_lib.files import write_atomically
from grading.course import roster
from grading.course.collect.keep import Shelf
from grading.course.folder import Course
from grading.course.systems import SYSTEMS, fold_heading, person_of, places, system_of
from grading.course.table import number, read_sheet
from grading.errors import CourseError
from grading.marking.boundary import Boundary
from grading.reporting.export import refuse_empty, refuse_unread
from grading.reporting.marks import Table

TITLE = re.compile(
    r"(?:(?:Assignment|Aufgabe|Devoir|Tarea|Compito|Tarefa|Opdracht)\s?:\s*)?(?P<title>.*?)\s*(\(\d+\)|"
    r"\[Total Pts: (up to )?(?P<points>[\d.,]+)[^\]]*\]\s*\|?\s*\d*|"
    r"\((?:Real|Punkte|Brut|Réel|Reale|Puntos)\)|Points Grade(\s*<([^>]*MaxPoints:(?P<most>[\d.]+))?[^>]*>)?)?\s*\Z"
)
READ_ONLY = "(read only)"
CHANGEABLE = "grade can be changed"  # Moodle's column: a row whose mark is locked says no
LOCKED = ("no", "nein", "non", "não", "nee", "nej", "nei", "nie", "ne", "0", "false")
NO_MARK = ("", "-", "n/a")
POINTS = re.compile(r"poi?nt|punkt|punt|poäng|pisteet", re.I)
NAMES = tuple(dict.fromkeys(system.name for system in SYSTEMS))


@dataclass
class Filled:
    """What came of filling a file."""

    path: Path
    columns: dict = field(default_factory=dict)  # lesson -> the column's title
    filled: list = field(default_factory=list)  # students
    without: list = field(default_factory=list)  # rows of the file nobody here has a mark for
    left: list = field(default_factory=list)  # students with a mark who are not in the file
    replaced: list = field(default_factory=list)  # sentences: another mark stood there
    locked: list = field(default_factory=list)  # students whose row the system has locked: nothing was written
    doubts: list = field(default_factory=list)  # sentences: nothing was written for them


def fill(root, kind, into, to, lessons=(), *, columns=(), as_is=False):
    """Write `to`: the file `into` with the marks in it. `columns` are (lesson, title) where names do not say."""
    course = Course(root)
    if kind not in NAMES:
        raise CourseError(f"No export {kind!r}; with --into there are: {', '.join(NAMES)}.")
    lessons = course.choose(lessons)
    refuse_unread(course, lessons, as_is)
    sheet = read_sheet(Path(into))
    system = _system(sheet.rows[0], kind)
    if system.name != kind:
        raise CourseError(f"{into} looks like {system.name}'s, not {kind}'s; give the file that {kind} saved.")
    at = places(system, sheet.rows[0])
    boundary = Boundary(course.root / "journal")
    with Gradebook(course.db_url) as book:
        refuse_empty(course, Table(book, lessons))
        table = Table(book, lessons, boundary=boundary)
        marks = {row.id: (row, told) for row, told in table.rows()}
    if system.mark:
        where, numbers = _worksheet(course, sheet, system, lessons, table.points, into)
    else:
        where, numbers = _gradebook(course, sheet, system, lessons, columns, table.points, into), None
    made = Filled(Path(to), {lesson: sheet.rows[0][place] for lesson, place in where.items()})
    _fill_rows(course, sheet, system, at, where, marks, made, numbers)
    write_atomically(Path(to), sheet.to_bytes())
    boundary.finish()
    return made


def _system(heading, kind):
    """The System whose table this is. Moodle's gradebook may lack the one column that tells it from a list of names
    and addresses: the instructor's word does."""
    system = system_of(heading)
    if kind == "moodle" and system.name in ("google", "plain") and {"first", "email"} <= set(places(system, heading)):
        return next(one for one in SYSTEMS if one.name == kind and not one.mark)
    return system


def lines(made):
    """What came of it, for the terminal."""
    yield f"{made.path}: {len(made.filled)} students"
    for lesson, title in made.columns.items():
        yield f"{lesson} -> {title}"
    if made.left:
        yield f"have a mark here and no row there: {', '.join(made.left)}"
    if made.without:
        yield f"have a row there and no mark here: {', '.join(made.without)}"
    if made.locked:
        told = ", ".join(made.locked)
        yield f"locked there, so nothing was written: {told}; unlock the grades there and save the file again"
    yield from made.replaced
    yield from made.doubts


def _worksheet(course, sheet, system, lessons, points, into):
    """({lesson: column of its mark}, {the assignment's number of a person: student}) of one assignment's table."""
    if len(lessons) != 1:
        raise CourseError(
            f"{into} is one assignment's; say which lesson it is: course export {system.name} NN --into ..."
        )
    (lesson,) = lessons
    heading = fold_heading(sheet.rows[0])
    if system.most not in heading:
        raise CourseError(f"{into}: the assignment is marked on a scale, not in points; set it to {points[lesson]:g}.")
    most = heading.index(system.most)
    for row in sheet.rows[1:]:
        _out_of(row[most] if most < len(row) else "", points[lesson], lesson, f"{into}: the assignment")
    memory = Shelf(course, lesson).memory
    numbers = {one["user_id"]: who for who, one in memory.items() if one.get("system") == system.name}
    return {lesson: heading.index(system.mark)}, numbers


def _gradebook(course, sheet, system, lessons, columns, points, into):
    """{lesson: column of its mark} of a gradebook with a column an assignment."""
    named = {course.choose([lesson])[0]: title for lesson, title in columns}
    where = {lesson: _column(course, lesson, sheet.rows[0], named.get(lesson)) for lesson in lessons}
    where = {lesson: place for lesson, place in where.items() if place is not None}
    if not where:
        raise CourseError(f"{into} has no column for {', '.join(lessons)}; say which: --column NN=TITLE.")
    _same_points(sheet, system, where, points, into)
    return where


def _column(course, lesson, heading, title):
    """The number of a lesson's column; None when none bears its name."""
    names = [TITLE.match(cell.strip())["title"] for cell in heading]
    if title is not None:
        found = [i for i, cell in enumerate(heading) if title in (cell.strip(), names[i])]
    else:
        first = next((c.source for c in course.skeleton(lesson).cells if c.source.startswith("# ")), "")
        known = {_plain(lesson), _plain(lesson[3:]), _plain(first.split("\n")[0])}
        found = [i for i, name in enumerate(names) if _plain(name) in known]
        found = found or [i for i, name in enumerate(names) if _plain(_inner(name)) in known]
    found = [i for i in found if READ_ONLY not in heading[i].casefold()]
    if len(found) > 1 or (title is not None and not found):
        many = ", ".join(heading[i] for i in found) or "none"
        raise CourseError(f"Columns for {lesson}: {many}; name one as it stands there: --column {lesson[:2]}=TITLE.")
    return found[0] if found else None


def _inner(title):
    """A title without "Assignment:" before and "(Real)" after it, in whatever language."""
    return re.sub(r"\A[^:]{2,25}:\s*|\s*\([^()]*\)\s*\Z", "", title)


def _plain(text):
    return re.sub(r"\W+", " ", text.replace("_", " ")).casefold().strip()


def _same_points(sheet, system, where, points, into):
    """Refuse a column that is out of other points than the lesson."""
    row = _row_of_points(sheet, system, where)
    for lesson, place in where.items():
        title = TITLE.match(sheet.rows[0][place].strip())
        told = title["points"] or title["most"] or (row[place] if place < len(row) else "")
        _out_of(told, points[lesson], lesson, f"{into}: {sheet.rows[0][place]}")


def _row_of_points(sheet, system, where):
    """The row that says what each column is out of: it stands above all people's rows. [] where there is none."""
    at, above = places(system, sheet.rows[0]), []
    for row in sheet.rows[1:] if system.name in ("canvas", "google") else ():
        if person_of(system, at, row) is not None or (row[1:2] or [""])[0].strip():
            break
        above.append(row)
    held = [row for row in above if any(_at(row, place) for place in where.values())]
    called = [row for row in held if POINTS.search(row[0])]
    return (called or held or [[]])[0] if called or system.name == "canvas" else []


def _at(row, place):
    return number(row[place]) if place < len(row) else None


def _out_of(told, points, lesson, what):
    most = number(told)
    if most is not None and abs(most - points) > 1e-9:
        raise CourseError(
            f"{what} is out of {most:g} points, {lesson} out of {points:g}; "
            "set the assignment's points there to the lesson's and save the file again."
        )


def _fill_rows(course, sheet, system, at, where, marks, made, numbers):
    known = [p for p in roster.read(course.root) if p.system in (system.name, "plain", "nbgrader", "")]
    found, comma = {}, sheet.comma
    for row in sheet.rows[1:]:
        person = person_of(system, at, row)
        if person is None:
            continue
        students = _students(person, known, marks, numbers)
        called = person.name or person.login or person.email or person.user_id
        if len(students) != 1:
            if students:
                made.doubts.append(f"{called} could be {' or '.join(students)}: left as it was; mend roster.csv.")
            else:
                made.without.append(called)
            continue
        found.setdefault(students[0], []).append((called, row))
    for student, rows in sorted(found.items()):
        if len(rows) > 1:
            made.doubts.append(f"{student} has {len(rows)} rows in the file: left as they were; mend roster.csv.")
            continue
        _, told = marks[student]
        row = rows[0][1]
        if _is_locked(sheet, row):
            made.locked += [student] if set(told) & set(where) else []
            continue
        wrote = []
        for lesson, place in where.items():
            if lesson in told:
                old = row[place].strip() if place < len(row) else ""
                wrote.append(_put(row, place, told[lesson].score, comma))
                made.replaced += _replaced(student, lesson, old, told[lesson].score, wrote[-1])
        (made.filled if any(wrote) else made.without).append(student if any(wrote) else rows[0][0])
    theirs = {s for s, (_, told) in marks.items() if set(told) & set(where)}
    made.left += sorted(theirs - set(found))


def _is_locked(sheet, row):
    """Whether the system takes no mark in this row: Moodle's worksheet says so of a grade that was locked."""
    heading = fold_heading(sheet.rows[0])
    at = heading.index(CHANGEABLE) if CHANGEABLE in heading else len(row)
    return at < len(row) and row[at].strip().casefold() in LOCKED


def _replaced(student, lesson, old, score, wrote):
    """[a sentence] on what stood there and stands no more, or was left: another mark, words in place of one."""
    was = number(old)
    if not wrote:
        return [f"{student} is excused there in {lesson} ({old}): left, {score:g} here"]
    if old.casefold() in NO_MARK or (was is not None and abs(was - score) <= 1e-6):
        return []
    return [f"{student} had {old if was is None else f'{was:g}'} there in {lesson}, now {score:g}"]


def _put(row, place, score, comma):
    """Write one mark; an excused one stays."""
    row += [""] * (place + 1 - len(row))
    if row[place].strip().casefold() in ("ex", "excused"):
        return False
    row[place] = f"{score:g}".replace(".", "," if comma else ".")
    return True


def _students(person, known, marks, numbers):
    """The students here that a row may be: by what is surest first, by the gradebook, then by name."""
    if numbers is not None:
        if person.user_id in numbers:
            return [student for student in (numbers[person.user_id],) if student in marks]
        person = replace(person, user_id="")
    for one in ("user_id", "login", "number", "email"):
        value = getattr(person, one)
        found = [s for s in roster.find(known, **{one: value}) if s in marks] if value else []
        if found:
            return found
    ids = {roster.fold(x) for x in (person.user_id, person.login, person.number, person.email) if x}
    by_id = sorted(s for s, (row, _) in marks.items() if ids & _ids(row))
    if by_id:
        return by_id
    named = {roster.fold(person.name)} - {""}
    held = {p.student for p in known if p.system == person.system and (p.user_id or p.login)}
    return sorted(
        s
        for s, (row, _) in marks.items()
        if s not in held and roster.fold(f"{row.first_name or ''} {row.last_name or ''}") in named
    )


def _ids(row):
    return {roster.fold(x) for x in (row.id, row.email, row.lms_user_id) if x}
