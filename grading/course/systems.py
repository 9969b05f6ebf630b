"""How each system's table names its people: which columns say who, and which rows are no person.

Told apart by the heading alone. A column is found by its name without case, in English or another language
(headings.py).
"""

import re
from dataclasses import dataclass

from grading.course.headings import english, participant
from grading.course.roster import Person
from grading.course.table import MISTAKEN, plain_cell


@dataclass(frozen=True)
class System:
    """A system's table: the columns that tell it, and where a person's fields stand.

    A table of one assignment (Moodle's grading worksheet) has one column for the mark and one for the points it is out
    of; its user ids hold for that assignment alone.
    """

    name: str
    telling: tuple  # these columns are all there; of a tuple, one
    columns: dict  # field of Person -> names its column may have
    mark: str = ""
    most: str = ""
    never: frozenset = frozenset()  # columns that it has not

    def fits(self, heading):
        """Whether a heading (folded) is this system's."""
        return self.never.isdisjoint(heading) and all(
            set((told,) if isinstance(told, str) else told) & set(heading) for told in self.telling
        )


IDS = ("student", "id", "student id", "student_id")
NUMBERS = ("number", "id number", "sis id", "sis user id")
FIRST, LAST = ("first name", "first_name"), ("last name", "surname", "last_name")
EMAIL = ("email address", "email", "e-mail", "email addresses")
SYSTEMS = (
    System(
        "canvas",
        ("student", "id", "section"),
        {
            "name": ("student",),
            "user_id": ("id",),
            "login": ("sis login id",),
            "number": ("sis user id",),
            "section": ("section",),
        },
    ),
    System(
        "brightspace",
        ("orgdefinedid",),
        {"number": ("orgdefinedid",), "login": ("username",), "email": EMAIL, "section": ("sections", "section")},
    ),
    System(
        "gradescope",
        ("sid",),
        {"name": ("name",), "number": ("sid",), "email": EMAIL, "section": ("sections", "section")},
    ),
    System(
        "blackboard",
        ("last name", "first name", "username", "student id"),
        {"login": ("username",), "number": ("student id",)},
    ),
    System(
        "moodle",
        (("identifier", "id"), "grade", ("maximum grade", "scale")),
        {
            "user_id": ("identifier", "id"),
            "login": ("username",),
            "number": ("id number",),
            "email": EMAIL,
            "name": ("full name",),
        },
        mark="grade",
        most="maximum grade",
    ),
    System(
        "moodle",
        (("first name", "full name"), "email address", ("id number", "groups")),
        {
            "login": ("username",),
            "number": ("id number",),
            "email": EMAIL,
            "section": ("groups",),
            "name": ("full name",),
        },
    ),
    System(
        "github",
        ("identifier", "github_username"),
        {"login": ("github_username",), "user_id": ("github_id",), "number": ("identifier",), "name": ("name",)},
    ),
    System(
        "google",
        ("last name", "first name", "email address"),
        {"login": ("username",), "email": EMAIL},
        never=frozenset((*IDS, *NUMBERS)),  # one of somebody's own has these
    ),
    System(
        "plain",
        (),
        {
            "student": IDS,
            "name": ("name", "full name"),
            "user_id": ("user_id",),
            "login": ("login", "username", "user", "user id", "login id"),
            "email": EMAIL,
            "number": NUMBERS,
            "section": ("section", "group", "groups"),
        },
    ),
)
SUFFIX = re.compile(r", *(?:jr|sr|[iv]+|ph\.?d|m\.?d)\.?\s*\Z", re.I)  # not a first name
SUMS = re.compile(
    r"\W*(?:(?:overall|class|course|group)[ -])?(?:total|sum|average|mean|median|count|summe|gesamt|anzahl|"
    r"durchschnitt|mittelwert|moyenne|somme|promedio|media|suma|average score)s?\b[\W\d]*",
    re.I,
)
STAFF = re.compile(
    r"instruct|teach|lehr|dozent|lectur|tutor|\bta\b|assist|prof|design|build|grader|observ|admin|manag|maintain|owner|"
    r"enseignant|docent|leit|leader|betreu|staff",
    re.I,
)
GONE = re.compile(r"withdr|drop|inactive|suspend|left|gesperrt|inaktiv|abgemeldet|exmatrik|deleted|removed|retir", re.I)
NOBODY = re.compile(
    r"\s*points possible\s*|(student|test), (test|student)|test student|date|datum|fecha|points|punkte|puntos|punti|"
    r".*_previewuser|[0-9a-f]{40}",
    re.I,
)


def fold_heading(row):
    """A heading's names as they are compared."""
    return english(row)


def system_of(heading):
    """The System whose table has this heading; the plain one when no other fits."""
    names = set(fold_heading(heading))
    return next(system for system in SYSTEMS if system.fits(names))


def places(system, heading):
    """{field of Person, "first" or "last": number of its column} of a heading."""
    names = fold_heading(heading)
    wanted = {
        **system.columns,
        "first": FIRST,
        "last": LAST,
        "role": ("role", "roles", "rolle", "rollen", "rolle im kurs", "course role"),
    }
    wanted |= {
        "status": ("status", "state", "enrollment status", "enrolment status", "registration status", "availability")
    }
    found = {}
    for field, titles in wanted.items():
        at = next((names.index(title) for title in titles if title in names), None)
        if at is not None:
            found[field] = at
    return found


def why_nobody(system, at, row):
    """Why a row that says something is no student of the class: a sum, the heading again, another role; else ""."""
    told = {field: _cell(row, place) for field, place in at.items()}
    said = [text for text in told.values() if text]
    if len(said) > 1 and all(title in TITLES for title in english(said)):
        return "the heading again"
    lead = next((cell.strip() for cell in row if cell.strip()), "")
    if SUMS.fullmatch(lead) and not any(re.search(r"[^\W\d_]", text) for text in said if text != lead):
        return "a line of sums"
    role = _cell(row, at["role"]) if "role" in at else ""
    status = _cell(row, at["status"]) if "status" in at else ""
    role = role or (status if STAFF.match(status) else "")  # Stud.IP's says who teaches
    if STAFF.search(role):
        return f"{role}, no student"
    return ""


def is_gone(at, row):
    """What a row says of somebody who is in the class no more, or ""."""
    status = _cell(row, at["status"]) if "status" in at else ""
    return status if GONE.match(status) or re.search(r"\bdropped\b", status, re.I) else ""


def person_of(system, at, row):
    """The Person of a row, or None when it is none: a row of points, a test student, what why_nobody says."""
    if why_nobody(system, at, row):
        return None
    told = {field: _cell(row, place) for field, place in at.items() if field not in ("role", "status")}
    first, last = _name(told.pop("first", "")), _name(told.pop("last", ""))
    name = told.pop("name", "") or " ".join(filter(None, (first, last)))
    if name.count(",") == 1 and (system.name == "canvas" or not SUFFIX.search(name)):
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}".strip()
    told["login"] = _unhashed(told.get("login", ""))  # Brightspace writes #login
    told["number"] = _unhashed(told.get("number", ""))
    if system.mark:
        told["user_id"] = participant(told.get("user_id", ""))
    if system.name == "github" and not told["number"].isdecimal():  # the identifier is whatever the roster had
        field = "email" if "@" in told["number"] else "name"
        name = told["number"] if field == "name" else name  # how the roster there calls them
        told[field], told["number"] = told["number"], ""
        told.pop("name", None)
    ids = [told.get(field, "") for field in ("student", "user_id", "login", "email", "number")]
    if system.name == "canvas" and not any(ids):
        return None  # the row of points, in any language
    given = _cell(row, at.get("name", at.get("last", 0)))
    if NOBODY.fullmatch(given) or NOBODY.fullmatch(told["login"]) or not any([*ids, name]):
        return None
    return Person(student=told.pop("student", ""), name=name, system=system.name, **told)


def _name(text):
    """A part of a name, "" for the sign that stands for none where a field must not be empty."""
    return text if re.search(r"\w", text) else ""


def _unhashed(text):
    """Less the # that Brightspace writes in front; a spreadsheet program's #NAME? stays and is refused later."""
    return text if text in MISTAKEN else text.lstrip("#")


def _cell(row, place):
    return plain_cell(row[place]) if place < len(row) else ""


TITLES = {title for system in SYSTEMS for titles in (*system.columns.values(), FIRST, LAST) for title in titles}
