"""Whom a course folder knows: by submitted/, gradebook, roster, earlier collects; and what an id looks like."""

import contextlib
import hashlib
import re
import sqlite3
import unicodedata
from collections import defaultdict

from grading.course import roster
from grading.course.collect.keep import read_memory
from grading.course.collect.meant import Meant
from grading.course.roster import fold

LONGEST = 100  # letters; and bytes, twice as many: a folder's name may have 255


def slug(name):
    """A folder's name made of a person's: letters with their marks, digits and .@- stay, all else becomes _."""
    text = unicodedata.normalize("NFC", name)
    kept = "".join(c if _letter(c) else "" if unicodedata.category(c) == "Cf" else "\0" for c in text)
    short = re.sub("\0+", "_", kept).strip("._-")
    whole = short
    while len(short) > LONGEST or len(short.encode()) > 2 * LONGEST:
        short = short[:-1]
    if short != whole:
        short = f"{short[: LONGEST // 2]}_{hashlib.sha256(whole.encode()).hexdigest()[:8]}"
    return short


def _letter(c):
    return c in ".@-_" or unicodedata.category(c)[0] in "LMN"


class Known:
    """Everybody the course folder knows: submitted/, the gradebook, the roster, earlier collects."""

    def __init__(self, course, lesson=""):
        self.roster = roster.read(course.root)
        self.find = roster.Index(self.roster).find
        self.gradebook = _gradebook(course.root / "gradebook.db")
        self.earlier = _earlier(course.root)
        folders = [p.name for p in (course.root / "submitted").glob("*") if p.is_dir()]
        ids = [*folders, *(row["id"] for row in self.gradebook), *(person.student for person in self.roster)]
        self.meant = Meant(self.roster, lesson)
        self.by_slug, self.numbered = defaultdict(set), defaultdict(set)  # ann -> {ann_101}
        for one in ids:
            lead, _, number = one.rpartition("_")
            self.numbered[lead] |= {one} if number.isdecimal() else set()
            self.by_slug[slug(one)].add(one)
            self.by_slug[slug(one).casefold()].add(one)

    def __call__(self, name):
        """Whether a name is a student's id, or means somebody of the roster."""
        return bool(self.ids(name) or self.called(name) or self.meant(name)[0])

    @property
    def anybody(self):
        """Whether the folder knows people at all."""
        return bool(self.by_slug)

    def is_new(self, student):
        """Whether nobody here had this id before."""
        return student not in self.by_slug.get(slug(student), ())

    def called(self, name):
        """The ids of whom the roster calls so: by name, else by login, number or address, else by its number less the
        zeros that spreadsheet programs drop."""
        if not name:
            return set()
        ways = ("login", "number", "email")
        found = set(self.find(name=name))
        found |= self.meant(name)[0] if found else set()  # Wang Wei, where there is a Wei Wang too
        found = found or {x for way in ways for x in self.find(**{way: name})}
        return found or self.meant.number(name)

    def ids(self, name):
        """The ids that a name may mean, as they are written here."""
        return self.by_slug.get(slug(name), set()) or self.by_slug.get(slug(name).casefold(), set())

    def certain(self, who):
        """The students that have this person's number, login or address on record."""
        found = set()
        if who.user_id:
            found |= set(self.earlier.get((who.system, who.user_id), ()))
            if who.system != "moodle":
                found |= set(self.find(system=who.system, user_id=who.user_id))
                found |= {row["id"] for row in self.gradebook if row["lms_user_id"] == who.user_id}
        if not found and who.login:
            found |= set(self.find(system=who.system, login=who.login))
        if not found and who.system == "gradescope":  # its user_id is the institution's number
            found |= set(self.find(number=who.user_id)) if who.user_id else set()
            found = found or self.meant.number(who.user_id)
        if not found and who.email:
            found |= set(self.find(email=who.email))
            found |= {row["id"] for row in self.gradebook if fold(row["email"] or "") == fold(who.email)}
        return found

    def held_by_another(self, student, who):
        """Whether the roster has the id for somebody with another number in the same system."""
        rows = [p for p in self.roster if p.student == student and p.system == who.system and p.user_id]
        return bool(who.user_id and rows and all(p.user_id != who.user_id for p in rows))


def _gradebook(path):
    """The students of the gradebook, read only; [] when there is none."""
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in db.execute("select id, email, lms_user_id from student")]
        except sqlite3.Error:
            return []


def _earlier(root):
    """{(system, user id): students} of what was collected before."""
    found = defaultdict(set)
    for path in (root / "journal" / "collected").glob("*.json"):
        for student, one in read_memory(path).items():
            if one.get("user_id") and one.get("system"):
                found[one["system"], one["user_id"]].add(student)
    return found
