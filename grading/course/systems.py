"""How each system's table names its people: which columns say who, and which rows are no person.

Told apart by the heading alone. A column is found by its name without case, in English or another language
(headings.py).
"""

import re
from dataclasses import dataclass

from grading.course.headings import english, participant
from grading.course.roster import Person


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

    def fits(self, heading):
        """Whether a heading (folded) is this system's."""
        return all(set((told,) if isinstance(told, str) else told) & set(heading) for told in self.telling)


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
    System("google", ("last name", "first name", "email address"), {"email": EMAIL}),
    System(
        "plain",
        (),
        {
            "student": ("student", "id", "student id", "student_id"),
            "name": ("name", "full name"),
            "user_id": ("user_id",),
            "login": ("login", "username", "user"),
            "email": EMAIL,
            "number": ("number", "id number", "matriculation number"),
            "section": ("section", "group", "groups"),
        },
    ),
)
NOBODY = re.compile(
    r"\s*points possible\s*|(student|test), (test|student)|test student|date|points|.*_previewuser|[0-9a-f]{40}", re.I
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
    wanted = {**system.columns, "first": FIRST, "last": LAST}
    found = {}
    for field, titles in wanted.items():
        at = next((names.index(title) for title in titles if title in names), None)
        if at is not None:
            found[field] = at
    return found


def person_of(system, at, row):
    """The Person of a row, or None when it is none: a row of points, a test student."""
    told = {field: _cell(row, place) for field, place in at.items()}
    first, last = told.pop("first", ""), told.pop("last", "")
    name = told.pop("name", "") or " ".join(filter(None, (first, last)))
    if "," in name and system.name == "canvas":
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    told["login"] = told.get("login", "").lstrip("#")  # Brightspace writes #login
    told["number"] = told.get("number", "").lstrip("#")
    if system.mark:
        told["user_id"] = participant(told.get("user_id", ""))
    ids = [told.get(field, "") for field in ("student", "user_id", "login", "email", "number")]
    if system.name == "canvas" and not any(ids):
        return None  # the row of points, in any language
    given = _cell(row, at.get("name", at.get("last", 0)))
    if NOBODY.fullmatch(given) or NOBODY.fullmatch(told["login"]) or not any([*ids, name]):
        return None
    return Person(student=told.pop("student", ""), name=name, system=system.name, **told)


def _cell(row, place):
    value = row[place].strip() if place < len(row) else ""
    return value[1:] if value[:1] == "'" and value[1:2] in tuple("=+-@") and value[1:2] else value
