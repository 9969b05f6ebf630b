"""Names that no system made: folders and files as people call them, and Google Classroom's `Name - Title`.

The student is a folder above the file, or the file's name less what names nobody (noise.py). Folders around everything
are wrapping. What is left may name one student; where two could be meant it is a Doubt, unless one of them is known to
the course folder.
"""

import re
import urllib.parse
from collections import defaultdict
from dataclasses import dataclass, replace

import grading.course.collect.noise as noise
from grading.course.collect.archives import without_ending
from grading.course.collect.given import real_name
from grading.course.collect.systems import Claim, Who
from grading.course.roster import fold

_COUNTED = (("number", "step"), ("round", "round"))  # what an order is made of
MAIL = (".eml", ".msg")
DOCUMENTS = (*MAIL, ".pdf", ".html", ".htm", ".docx", ".doc", ".odt", ".rar", ".7z", ".zip", ".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Doubt:
    """A file whose student is not certain; the sentence says who could be meant and what to do."""

    sentence: str
    student: str = ""  # one of those who could be meant, to show beside it


def claims(entries, lesson, known, level=None, around=frozenset()):
    """{entry: Claim, Doubt or None (names nobody)}; `known(name)` says whether it is a student of the folder.

    `level` says which folder of the path is the student: 1 the outermost, 0 the file's own name. `around` are paths of
    folders that a system put around everybody's work.
    """
    shared = _shared([entry.parts[:-1] for entry in entries if entry.is_notebook])
    strays = {
        entry for entry in entries if not entry.is_notebook and entry.parts[:-1] == shared[: len(entry.parts) - 1]
    }
    shared = _shared([entry.parts[:-1] for entry in entries if entry not in strays]) if shared else shared
    reader = _Reader(lesson, known, level, shared, around)
    reader.study([entry for entry in entries if entry.is_notebook])
    found = {entry: reader.read(entry) for entry in entries if entry.is_notebook}
    found = _apart(found)
    units = {one.unit: one for one in found.values() if isinstance(one, Claim) and one.unit}
    people = {fold(one.who.name) for one in found.values() if isinstance(one, Claim)}
    for entry in entries:
        if not entry.is_notebook:
            found[entry] = _further(entry, units, people, reader)
    return found


def _apart(found):
    """The claims, but one name in two sections of the class is a Doubt: ids and names are told apart within each."""
    sections = defaultdict(set)
    for one in found.values():
        if isinstance(one, Claim):
            sections[fold(one.who.name)] |= {part for part in one.unit.split("/")[:-1] if noise.SECTION.fullmatch(part)}
    for entry, one in found.items():
        within = sorted(sections[fold(one.who.name)]) if isinstance(one, Claim) else ()
        if len(within) > 1:
            told = f"{one.who.name!r} is in {' and in '.join(within)}: one person or two; say by --who 'PATH=STUDENT'."
            found[entry] = Doubt(told, one.who.name)
    return found


def _further(entry, units, people, reader):
    """A file that is no notebook is its folder's, if somebody's notebook lies there; by its own name only if it is a
    document that could be somebody's whole work, or of somebody with a notebook."""
    above = ["/".join(entry.parts[:depth]) for depth in range(len(entry.parts) - 1, 0, -1)]
    unit = next((path for path in above if path in units), None)
    if unit is not None:
        file = "/".join(entry.parts[len(unit.split("/")) :])
        return Claim(units[unit].who, file, unit, note=entry.parts[-1] == "timestamp.txt")
    one = reader.read(entry)
    document = entry.path.lower().endswith(DOCUMENTS) or real_name(entry.path) != entry.path
    if isinstance(one, Claim) and (document or one.unit or fold(one.who.name) in people or reader.known(one.who.name)):
        return one
    return one if isinstance(one, Doubt) and document else None


def _shared(folders):
    """The leading folders that all paths have in common."""
    if not folders:
        return ()
    first, last = min(folders), max(folders)
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return first[:length]


class _Reader:
    """Reads one path after the other, knowing what the others look like."""

    def __init__(self, lesson, known, level, shared, around):
        self.lesson, self.known, self.level, self.shared, self.around = lesson, known, level, shared, around
        self.outermost = set()
        self.wrapping = [f for f in map(self._bare, shared) if not noise.says_nothing(f, lesson)]
        self.outer = defaultdict(set)  # a second folder's name -> the outermost ones it lies in
        self.front = ""  # what all of the outermost begin with: `ORGANISATION-lesson-09-`
        self.tops = set()  # the outermost, where the same second ones lie in all
        self.numbered = None  # where the lesson's number stands in all names of files: it tells nobody apart
        self.stems, self.inside = set(), False  # inside: students' folders lie in what all have in common

    def study(self, notebooks):
        for entry in notebooks:
            inner = self._inner(entry)
            self.outermost |= set(inner[:1])
            for name in inner[1:2]:
                self.outer[fold(name)].add(inner[0])
            self.inside = self.inside or bool(inner)
            if not inner:
                self.stems.add(fold(noise.person_in(entry.parts[-1], self.lesson, self.known)))
        self.stems.discard("")
        number = self.lesson.split("_")[0].lstrip("0") or "0"
        ends = [
            re.compile(rf"\A0*{number}[ _.-]+(?=[^\W\d_]{{2}})"),
            re.compile(rf"(?<=[^\W\d_]{{2}})[ _.-]+0*{number}\Z"),
        ]
        self.numbered = next((end for end in ends if len(self.stems) > 1 and all(map(end.search, self.stems))), None)
        front = re.match(r".*[-_ ]", _shared(list(self.outermost))) if len(self.outermost) > 1 else None
        words = set(noise.words_in(front[0])) if front else set()
        if words & noise.own_words(self.lesson)[0] or words & set(noise.own_words(self.lesson)[1]):
            self.front = front[0]
        if len(self.outer) < len(self.outermost) and all(len(around) > 1 for around in self.outer.values()):
            self.tops = set().union(*self.outer.values())

    def _bare(self, folder):
        folder = without_ending(folder)
        return folder[:-6] if folder.lower().endswith(".ipynb") and len(folder) > 6 else folder

    def _inner(self, entry):
        above = len(self.shared) if entry.parts[: len(self.shared)] == self.shared else 0
        places = range(above, len(entry.parts) - 1)
        folders = [self._bare(entry.parts[n]) for n in places if "/".join(entry.parts[: n + 1]) not in self.around]
        told = [f for f in folders if not noise.says_nothing(f, self.lesson) or self.known(f)]
        return [f for f in told if not noise.SECTION.fullmatch(f) or self.known(f)]

    def read(self, entry):
        if self.level is not None:
            return self._by_level(entry)
        inner, own = self._inner(entry), noise.person_in(entry.parts[-1], self.lesson, self.known)
        own = self.numbered.sub("", own) if self.numbered and not self.known(own) else own
        if len(inner) == 1:
            return self._folder(entry, inner[0], own)
        if inner:
            return self._deep(entry, inner, own)
        beside = self.inside and not (entry.is_notebook and any(self.known(folder) for folder in self.wrapping))
        if not self.wrapping or beside or entry.parts[: len(self.shared)] != self.shared:
            return self._claim(entry, own, "") if own else None
        return self._wrapped(entry, own)

    def _by_level(self, entry):
        folders = [self._bare(f) for f in entry.parts[:-1]]
        if self.level == 0:
            name = noise.person_in(entry.parts[-1], self.lesson, self.known)
        else:
            name = folders[self.level - 1] if len(folders) >= self.level else ""
        return self._claim(entry, name, folders[self.level - 1] if self.level and name else "") if name else None

    def _folder(self, entry, folder, own):
        name = self._person(folder)
        if entry.is_notebook and own and fold(own) not in (fold(folder), fold(name)) and self.known(own):
            return self._doubt(entry, folder, own)
        return self._claim(entry, name, folder)

    def _person(self, folder):
        """Whom a folder names: less `lesson-09-` before and `-main` after, as GitHub Classroom calls them."""
        if self.known(folder):
            return folder
        side = noise.person_in(f"{folder}.zip", self.lesson, self.known)  # `Ann Smith - work`, which was an archive
        if self.known(side):
            return side
        if self.front and folder.startswith(self.front):  # and a commit at the end
            less = re.sub(r"-(?=[a-f]*\d)[0-9a-f]{7,40}\Z", "", folder.removeprefix(self.front))
            if self.known(less):
                return less
        folder = noise.no_date(noise.no_copy(urllib.parse.unquote(folder, errors="replace")))
        less = noise.without(folder, self.lesson)
        if self.known(folder) or self.known(less):
            return folder if self.known(folder) else less
        words = list(re.finditer(r"[^\W_]+", folder))
        for last in range(len(words) - 1, 0, -1):
            lead, rest = folder[: words[last].start()], re.sub(r"-(?:main|master)\Z", "", folder[words[last].start() :])
            own = len(set(noise.words_in(lead)) & set(noise.words_in(self.lesson)) - set(noise.WORDS))
            told = re.search(r"[^\W\d_]", lead) and (re.search(r"\d", lead) or own > 1)
            if told and noise.says_nothing(lead, self.lesson) and not noise.says_nothing(rest, self.lesson):
                return rest
        return folder

    def _deep(self, entry, folders, own):
        known = [f for f in folders if self.known(self._person(f))]
        if len({fold(self._person(f)) for f in folders}) == 1:  # bo.zip holds a folder bo
            return self._claim(entry, self._person(folders[0]), folders[0])
        if len(known) == 1:
            return self._claim(entry, self._person(known[0]), known[0])
        if not known and folders[0] in self.tops:  # `work` in ann's folder and in bo's is no student
            return self._claim(entry, self._person(folders[0]), folders[0])
        return self._doubt(entry, *(known or folders))

    def _wrapped(self, entry, own):
        known = [folder for folder in self.wrapping if self.known(folder)]
        if len({fold(self._person(folder)) for folder in known}) > 1:
            return self._doubt(entry, *known)
        folder = (known or self.wrapping)[-1]
        name = self._person(folder)
        if not own:
            return self._claim(entry, name, folder)
        if self.known(own) and not self.known(folder):
            return self._claim(entry, own, "")
        if self.known(folder) and not self.known(own):
            return self._claim(entry, name, folder)
        if len(self.stems) > 1 and not self.known(folder):
            return self._claim(entry, own, "")  # files of several names: the folder wraps them
        if not entry.is_notebook and not self.stems:
            return self._claim(entry, name, folder)
        return self._doubt(entry, folder, own)

    def _doubt(self, entry, *names):
        told = " or ".join(repr(name) for name in dict.fromkeys(names))
        return Doubt(
            f"{entry.path}: {told} could be the student; say which by --level N (folder N of the path, 0: the file's "
            f"name) or --who '{entry.path}=STUDENT'.",
            names[0],
        )

    def _claim(self, entry, name, folder):
        parts = entry.parts
        bare = [self._bare(f) for f in parts[:-1]]
        below = bare.index(folder) + 1 if folder else len(parts) - 1
        file = "/".join(p for p in parts[below:])
        unit = "/".join(parts[:below]) if folder else ""
        is_time = parts[-1] == "timestamp.txt" and bool(folder)
        version = next(filter(None, map(noise.VERSION.fullmatch, reversed(bare[below:]))), None)
        back = next((f for f in bare[below:] if noise.GIVEN_BACK.fullmatch(f)), "")
        drafts = next((f for f in bare if noise.NOT_TURNED_IN.fullmatch(f)), "")
        reason = f"{back or drafts} is the instructor's own" if back else f"{drafts}: not turned in" if drafts else ""
        order = tuple(int(version[one] or version[two] or 0) for one, two in _COUNTED) if version else ()
        late = bool(version and re.fullmatch(r"late|verspätet", version["when"] or "", re.I))
        claim = Claim(Who("plain", name), file, unit, order, late, note=is_time, reason=reason)
        if " - " in parts[-1] and not folder:
            return replace(claim, who=Who("google", name))
        return claim
