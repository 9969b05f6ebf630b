"""Whom a name means that is not written as the roster has it: `Smith_Ann_asmith_0012345`, `Mueller Anna`, `12345`.

Systems and people put surname, first name, login and number together in any order. A name means a known person when
each of its words is one of that person's own and a whole name, login, number or address is among them. A name that
holds somebody's whole name or number and more besides means nobody for certain: it could be that person or another.
"""

import re
import unicodedata
from collections import defaultdict

from grading.course.roster import fold, same_id

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"})
BARE = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
LONGEST_SHORT = 2  # letters of a login that says nothing among other words


def forms(word):
    """The ways in which a word is written where umlauts and accents are not to be had."""
    word = fold(word)
    return frozenset(_unmarked(word.translate(table)) for table in (GERMAN, BARE))


def _unmarked(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def words(text):
    """The words of a name, each as its `forms`; a number stays without the zeros in front of it."""
    found = re.findall(r"[^\W_]+", fold(text).replace("'", "").replace("’", ""))
    return [frozenset([same_id(word)]) if word.isdecimal() else forms(word) for word in found]


class _Student:
    """What is known of one student, from all rows of the roster."""

    def __init__(self, rows):
        self.names = [words(name) for name in {row.name for row in rows if row.name}]
        self.ids = {fold(x) for row in rows for x in (row.student, row.login, row.number) if x}
        self.addresses = {fold(row.email) for row in rows if row.email}
        self.section = [word for row in rows for word in words(row.section)]
        self.own = set().union(*self.section, *(word for name in self.names for word in name))

    def every_form(self):
        """All forms by which this student may be found."""
        of_ids = [word for one in self.ids | self.addresses for word in words(one)]
        return set().union(*of_ids, *(word for name in self.names for word in name))

    def weigh(self, told, addresses):
        """(what points to this student, whether all of the words do): counts of words and of whole marks."""
        left = [word for word in told if not word & self.own]
        named = any(len(name) > 1 and all(any(one & word for word in told) for one in name) for name in self.names)
        marks = [one for one in self.ids if self._among(words(one), told)]
        mailed = bool(addresses & self.addresses)
        of_marks = set().union(*(word for one in marks for word in words(one)))
        of_marks |= set().union(*(word for one in addresses & self.addresses for word in words(one)))
        left = [word for word in left if not word & of_marks]
        certain = named or mailed or any(one.isdecimal() and len(one) > 3 for one in marks)
        if named + mailed + bool(marks) > 1:  # a system's own number beside name and login is no other person's
            left = [word for word in left if not all(form.isdecimal() for form in word)]
        return certain, bool(certain or marks) and not left, marks

    def _among(self, one, told):
        short = len(one) == 1 and all(len(form) <= LONGEST_SHORT and not form.isdecimal() for form in one[0])
        return bool(one) and not short and all(any(a & b for b in told) for a in one)


class Meant:
    """The students of a roster, found by the words of a name."""

    def __init__(self, people):
        rows = defaultdict(list)
        for person in people:
            rows[person.student].append(person)
        self.students = {student: _Student(mine) for student, mine in rows.items()}
        self.having, self.told = defaultdict(set), {}
        for student, one in self.students.items():
            for form in one.every_form():
                self.having[form].add(student)
        self.by_number = defaultdict(set)
        for person in people:
            for one in (person.student, person.number):
                if one.isdecimal():
                    self.by_number[same_id(one)].add(person.student)

    def number(self, text):
        """The students who have this number, zeros in front of it aside."""
        return self.by_number.get(same_id(text), set()) if text.isdecimal() else set()

    def __call__(self, name):
        """(students who are meant for certain, students who could be): two of the first are no certainty either."""
        if name not in self.told:
            self.told[name] = self._find(name)
        return self.told[name]

    def _find(self, name):
        told, addresses = words(name), {fold(one) for one in ADDRESS.findall(name)}
        near = set().union(*(self.having.get(form, ()) for word in told for form in word))
        certain, perhaps, marked = set(), set(), set()
        for student in near:
            some, whole, marks = self.students[student].weigh(told, addresses)
            certain |= {student} if whole else set()
            perhaps |= {student} if some else set()
            marked |= {student} if marks else set()
        if len(told) > 1 and perhaps and not certain:  # another one's login beside a name contradicts it
            perhaps |= marked
        return frozenset(certain), frozenset(perhaps | certain)
