"""Whom a name means that is not written as the roster has it: `Smith_Ann_asmith_0012345`, `AnnSmith`, `HA9_12345`.

Systems and people put surname, first name, login and number together in any order, glued or not, beside words for the
work. A name means a known person when each of its words is one of that person's own (or says nothing, noise.py) and a
whole name, login, number or address is among them. A name that holds somebody's whole name or number and more besides,
a part of somebody's name, or words of several people, means nobody for certain: it could be that person or another.
"""

import re
import unicodedata
from collections import defaultdict
from itertools import product

import grading.course.collect.noise as noise
from grading.course.roster import fold, same_id

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"})
BARE = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
# Cyrillic and Greek letters that look like Latin ones
ALIKE = str.maketrans("асеіјорхуһԁԛԝѕαορν", "aceijopxyhdqwsaopv")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
AND = {"and", "und", "et", "y", "e", "i", "en", "och", "og", "with", "mit"}
ABOUT = {"dr", "mr", "mrs", "ms", "prof", "herr", "frau", "mme", "she", "her", "him", "they", "them"}  # no names
LONGEST_SHORT = 2  # letters of a login that says nothing among other words


def forms(word):
    """The ways in which a word is written where umlauts and accents are not to be had."""
    word = fold(word)
    return frozenset(_unmarked(word.translate(table)) for table in (GERMAN, BARE))


def _unmarked(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def words(text):
    """The words of a name, each as its `forms`; a number stays without the zeros in front of it, `s0012345` is the
    number too."""
    plain = fold(unicodedata.normalize("NFKC", text)).replace("'", "").replace("’", "")
    return [_word(word) for word in re.findall(r"[^\W_]+", plain)]


def _word(word):
    if word.isdecimal():
        return frozenset([same_id(word)])
    lettered = re.fullmatch(r"[a-z](\d{5,})", word)
    return forms(word) | ({same_id(lettered[1])} if lettered else set())


class _Student:
    """What is known of one student, from all rows of the roster."""

    def __init__(self, rows):
        self.names = [words(name) for name in {row.name for row in rows if row.name}]
        self.ids = {fold(x) for row in rows for x in (row.student, row.login, row.number) if x}
        self.addresses = {fold(row.email) for row in rows if row.email}
        self.named = set().union(*(word for name in self.names for word in name))
        self.own = self.named.union(*(word for row in rows for word in words(row.section)))
        self.last = set().union(*(name[-1] for name in self.names if name))

    def every_form(self):
        """All forms by which this student may be found."""
        of_ids = [word for one in self.ids | self.addresses for word in words(one)]
        return self.named.union(self.glued(), *of_ids)

    def glued(self):
        """The name in one word, from whichever part of it on: annsmith, smithann."""
        found = set()
        for name in self.names:
            if 1 < len(name) < 6:
                for turned in (name[at:] + name[:at] for at in range(len(name))):
                    found |= {"".join(parts) for parts in product(*turned)}
        return found

    def weigh(self, told, addresses):
        """(what points to this student, whether all of the words do, which ids are among them)."""
        left = [word for word in told if not word & self.own]
        named = any(len(name) > 1 and all(any(one & word for word in told) for one in name) for name in self.names)
        named = named or (len(told) == 1 and any(told == name or told[0] & self.glued() for name in self.names))
        left = [] if named and len(told) == 1 else left
        marks = [one for one in self.ids if self._among(words(one), told)]
        mailed = bool(addresses & self.addresses)
        of_marks = set().union(*(word for one in marks for word in words(one)))
        of_marks |= set().union(*(word for one in addresses & self.addresses for word in words(one)))
        left = [word for word in left if not word & of_marks]
        certain = named or mailed or any(one.isdecimal() and len(one) > 3 for one in marks)
        if named + mailed + bool(marks) > 1:  # a system's own number beside name and login is no other person's
            left = [word for word in left if not all(form.isdecimal() for form in word)]
        return certain, bool(certain or marks) and not left, marks

    def in_part(self, told):
        """Whether all of the words are of this student's name, though not the whole of it: the surname, an initial in
        place of one, a shorter or a longer first name (Ann, Annie), an address without its place."""
        if any(told == words(one.partition("@")[0]) for one in self.addresses):
            return True  # often the login, but not for certain
        near = [word for word in told if not word & self.named]
        return len(told) > len(near) <= 1 and all(self._nearly(next(iter(word))) for word in near)

    def _nearly(self, form):
        return any(
            name.startswith(form) or (len(name) > 2 and form.startswith(name))
            for name in self.named
            if len(form) == 1 or len(form) > 2
        )

    def _among(self, one, told):
        short = len(one) == 1 and all(len(form) <= LONGEST_SHORT and not form.isdecimal() for form in one[0])
        short = short and len(told) > 1
        return bool(one) and not short and all(any(a & b for b in told) for a in one)


class Meant:
    """The students of a roster, found by the words of a name in uploads of a lesson."""

    def __init__(self, people, lesson=""):
        rows = defaultdict(list)
        for person in people:
            rows[person.student].append(person)
        self.students = {student: _Student(mine) for student, mine in rows.items()}
        self.having, self.told = defaultdict(set), {}
        for student, one in self.students.items():
            for form in one.every_form():
                self.having[form].add(student)
        self.glued = set().union(*(one.glued() for one in self.students.values()))
        self.by_number = defaultdict(set)
        for person in people:
            for one in (person.student, person.number):
                if one.isdecimal():
                    self.by_number[same_id(one)].add(person.student)
        self.lesson, (self.noise, self.number_of) = lesson, noise.own_words(lesson)

    def number(self, text):
        """The students who have this number, zeros in front of it aside."""
        return self.by_number.get(same_id(text), set()) if text.isdecimal() else set()

    def __call__(self, name):
        """(students who are meant for certain, students who could be): two of the first are no certainty either."""
        if name not in self.told:
            found = self._find(words(name), name)
            for other in () if found[0] else self._otherwise(name):
                less = self._find(other, name)
                found = less[0] or found[0], found[1] | less[1]
                if found[0]:
                    break
            self.told[name] = found if found[0] else (found[0], found[1] | self._alike(name))
        return self.told[name]

    def _otherwise(self, name):
        """The words of a name less what says nothing, and as JupyterHub escapes it: ann-2esmith."""
        text = noise.no_number(noise.no_date(noise.no_copy(name)), self.lesson)
        said = [word for word in words(text) if not self._says_nothing(word)]
        number = self.number_of[0] if self.number_of else None
        bare = [re.sub(rf"(?<=[^\W\d_]{{3}})0*{number}\Z", "", next(iter(word))) for word in said] if number else []
        yield said
        yield [forms(word) for word in bare]
        joined = "".join(next(iter(word)) for word in said)  # O Connor
        yield [frozenset({joined})] if joined in self.glued else []
        yield words(re.sub(r"-([2-7][0-9a-f])", lambda found: chr(int(found[1], 16)), name))

    def _says_nothing(self, word):
        return any(
            form in self.noise
            or form in ABOUT
            or re.fullmatch(r"v\d{1,2}", form)
            or (form.isdecimal() and (len(form) <= 2 or form in self.number_of))
            or (re.fullmatch(r"(?=.*\d)[0-9a-f]{7,40}", form) and not form.isdecimal())  # of a commit
            for form in word
        )

    def _find(self, told, name):
        addresses = {fold(one) for one in ADDRESS.findall(name)}
        near = set().union(*(self.having.get(form, ()) for word in told for form in word))
        certain, perhaps, marked = set(), set(), set()
        for student in near:
            some, whole, marks = self.students[student].weigh(told, addresses)
            certain |= {student} if whole else set()
            perhaps |= {student} if some or self.students[student].in_part(told) else set()
            marked |= {student} if marks else set()
        if len(told) > 1 and perhaps and not certain:  # another one's login beside a name contradicts it
            perhaps |= marked
        if not certain and not perhaps:
            perhaps = self._several([word for word in told if not word & AND], near)
        return frozenset(certain), frozenset(perhaps | certain)

    def _several(self, told, near):
        """Students of whom each word is somebody's surname, login or id: two who handed in together, perhaps."""
        held = [{s for s in near if self._called(s, word)} for word in told]
        return set().union(*held) if len(told) > 1 and all(held) else set()

    def _called(self, student, word):
        one = self.students[student]
        return bool(word & (one.last | one.ids) or word & one.glued())

    def _alike(self, name):
        """Those whose name only looks like this one, in letters of another alphabet."""
        plain = fold(name).translate(ALIKE)
        return self._find(words(plain), plain)[0] if plain != fold(name) else frozenset()
