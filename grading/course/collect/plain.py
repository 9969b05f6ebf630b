"""Names that no system made: folders and files as people call them, and Google Classroom's `Name - Title`.

The student is a folder above the file, or the file's name less what names the work (the lesson, `homework 9`, `final`)
and less what a computer adds to a copy (`Copy of x`, `x (1)`, `x-Copy1`). Folders around everything are wrapping. What
is left may name one student; where two could be meant it is a Doubt, unless one of them is known to the course folder.
"""

import re
import unicodedata
import urllib.parse
from collections import defaultdict
from dataclasses import dataclass, replace

from grading.course.collect.given import real_name
from grading.course.collect.systems import Claim, Who
from grading.course.roster import fold

WORK = re.findall(
    r"\w+",
    """hw homework lesson lessons lecture ex exercise exercises assignment assignments notebook notebooks final v ver
    version submission submissions solution solutions answer answers task tasks abgabe abgaben aufgabe aufgaben
    hausaufgabe hausaufgaben übung übungen lektion devoir devoirs submitted turned ipynb colab colaboratory""",
)
WORDS = WORK + re.findall(
    r"\w+",
    """untitled my the of and for copy kopie new old backup work draft done download downloads upload uploads file files
    attachment attachments src code tmp temp desktop documents home index grades data all export zip feedback readme
    document datei dateien eingereichte arbeitsdateien working fichiers released release source autograded inbound
    outbound exchange dropbox returnbox returned onedrive inbox re fwd fw aw wg prompt archive extracted downloaded""",
)
# a day in a name, or the fourteen digits of a moment: eight digits alone may be somebody's number
DATE = re.compile(
    r"(?<!\d)(?:20\d{12}|20\d\d([-_.])\d{1,2}\1\d{1,2}(?:[T _-]\d{1,2}[-:.]?\d\d(?:[-:.]?\d\d)?(?!\d))?|"
    r"\d{1,2}\.\d{1,2}\.20\d\d)(?!\d)"
)
GIVEN_BACK = re.compile(
    r"(?:\d+_)?(?:returned_files|returnbox|corrections?|korrekturen?|rückgaben?|feedback(?: files)?|rueckgaben?)", re.I
)
NOT_TURNED_IN = re.compile(r"working files|arbeitsdateien", re.I)  # Teams, beside "Submitted files"
SYSTEM_FOLDER = re.compile(r"(?:submission|feedback) attachment\(s\)", re.I)  # Sakai's
COPIES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:copy of|copie de|kopie von|copia de|cópia de)\s+(?P<rest>.+)",
        r"(?P<rest>.+?)\s*\(\d{1,3}\)",
        r"(?P<rest>.+?)[-_ ]copy ?\d*",
        r"(?P<rest>.+?) - (?:copy|kopie|copie)(?: \(\d+\))?",
    )
)
MAIL = (".eml", ".msg")
DOCUMENTS = (*MAIL, ".pdf", ".html", ".htm", ".docx", ".doc", ".odt", ".rar", ".7z", ".zip", ".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Doubt:
    """A file whose student is not certain; the sentence says who could be meant and what to do."""

    sentence: str
    student: str = ""  # one of those who could be meant, to show beside it


def stem(name):
    """A file's name without the ending of a notebook or whatever it is, and without marks of copies."""
    text = name = unicodedata.normalize("NFC", urllib.parse.unquote(real_name(name), errors="replace"))
    text = re.sub(r"(?:\.ipynb)+(?:\.txt|\.json)?\Z", "", text, flags=re.I) if ".ipynb" in text.lower() else text
    text = re.sub(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z", "", text) if text == name else text
    return _no_copy(re.sub(r"\.ipynb\Z", "", text, flags=re.I))


def _no_date(text):
    """A name without the days and moments in it, unless nothing else is left."""
    less = DATE.sub(" ", text)
    less = " ".join(less.split()).strip("_-,. ") if less != text else text
    return less or text


def _no_copy(text):
    """A name without the marks that a computer adds to a copy."""
    while True:
        found = next((m for m in (pattern.fullmatch(text.strip()) for pattern in COPIES) if m), None)
        if found is None:
            return text.strip()
        text = found["rest"]


def is_copy(name):
    """Whether a file's name carries a mark that a computer adds to a copy."""
    bare = re.sub(r"(?:\.ipynb)+(?:\.txt|\.json)?\Z|\.[A-Za-z]{1,5}\Z", "", name, flags=re.I)
    return any(pattern.fullmatch(bare.strip()) for pattern in COPIES)


def says_nothing(text, lesson):
    """Whether a name holds only words for work and the lesson's own, and so names nobody."""
    if SYSTEM_FOLDER.fullmatch(text.strip()) or GIVEN_BACK.fullmatch(text.strip()):
        return True
    words = _words(DATE.sub(" ", text))
    number = [w.lstrip("0") or "0" for w in _words(lesson) if w.isdigit()]
    own = {*WORDS, *_words(lesson)}
    return all(w in own or (w.isdigit() and (len(w) <= 2 or (w.lstrip("0") or "0") in number)) for w in words)


def _words(text):
    return re.findall(r"\d+|[^\W\d_]+", fold(text))


def person_in(name, lesson):
    """What a file's name says besides the work it holds: a student, or ""."""
    text = _no_date(stem(name))
    sides = [side for side in re.split(r"\s+[-–]\s+", text) if not says_nothing(side, lesson)]
    if len(sides) != 1:
        return "" if not sides else text
    text = _without(sides[0], lesson)
    return "" if says_nothing(text, lesson) else text


def _without(text, lesson):
    """Less the lesson's name and words for work at both ends; a bare number stays, it may tell two people apart."""
    text = re.sub(rf"(?:(?<=[\W_])|\A){re.escape(lesson)}(?=[\W_]|\Z)", " ", text, flags=re.I).strip("_- ")
    work = "|".join(WORK)
    while True:
        less = re.sub(rf"\A(?:{work})[ _-]?\d{{0,2}}[ _-]+(?=.)", "", text, flags=re.I)
        less = re.sub(rf"(?<=.)[ _-]+(?:{work})[ _-]?\d{{0,2}}\Z", "", less, flags=re.I).strip("_- ")
        if less == text:
            return text
        text = less


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
    units = {one.unit: one for one in found.values() if isinstance(one, Claim) and one.unit}
    people = {fold(one.who.name) for one in found.values() if isinstance(one, Claim)}
    for entry in entries:
        if not entry.is_notebook:
            found[entry] = _further(entry, units, people, reader)
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
        self.wrapping = [f for f in map(self._bare, shared) if not says_nothing(f, lesson)]
        self.outer = defaultdict(set)  # an inner folder's name -> the folders it lies in
        self.stems, self.inside = set(), False  # inside: students' folders lie in what all have in common

    def study(self, notebooks):
        for entry in notebooks:
            inner = self._inner(entry)
            self.outermost |= set(inner[:1])
            for name in inner[1:]:
                self.outer[fold(name)].add(inner[0])
            self.inside = self.inside or bool(inner)
            if not inner:
                self.stems.add(fold(person_in(entry.parts[-1], self.lesson)))
        self.stems.discard("")

    def _bare(self, folder):
        folder = folder[:-4] if folder.lower().endswith(".zip") else folder
        return folder[:-6] if folder.lower().endswith(".ipynb") and len(folder) > 6 else folder

    def _inner(self, entry):
        above = len(self.shared) if entry.parts[: len(self.shared)] == self.shared else 0
        places = range(above, len(entry.parts) - 1)
        folders = [self._bare(entry.parts[n]) for n in places if "/".join(entry.parts[: n + 1]) not in self.around]
        return [f for f in folders if not says_nothing(f, self.lesson)]

    def read(self, entry):
        if self.level is not None:
            return self._by_level(entry)
        inner, own = self._inner(entry), person_in(entry.parts[-1], self.lesson)
        if len(inner) == 1:
            return self._folder(entry, inner[0], own)
        if inner:
            return self._deep(entry, inner, own)
        beside = not entry.is_notebook and self.inside
        if not self.wrapping or beside or entry.parts[: len(self.shared)] != self.shared:
            return self._claim(entry, own, "") if own else None
        return self._wrapped(entry, own)

    def _by_level(self, entry):
        folders = [self._bare(f) for f in entry.parts[:-1]]
        if self.level == 0:
            name = person_in(entry.parts[-1], self.lesson)
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
        folder = _no_date(_no_copy(urllib.parse.unquote(folder, errors="replace")))
        less = _without(folder, self.lesson)
        if self.known(folder) or self.known(less):
            return folder if self.known(folder) else less
        words = list(re.finditer(r"[^\W_]+", folder))
        for last in range(len(words) - 1, 0, -1):
            lead, rest = folder[: words[last].start()], re.sub(r"-(?:main|master)\Z", "", folder[words[last].start() :])
            own = len(set(_words(lead)) & set(_words(self.lesson)) - set(WORDS))
            told = re.search(r"[^\W\d_]", lead) and (re.search(r"\d", lead) or own > 1)
            if told and says_nothing(lead, self.lesson) and not says_nothing(rest, self.lesson):
                return rest
        return folder

    def _deep(self, entry, folders, own):
        known = [f for f in folders if self.known(f)]
        if len({fold(self._person(f)) for f in folders}) == 1:  # bo.zip holds a folder bo
            return self._claim(entry, self._person(folders[0]), folders[0])
        if len(known) == 1:
            return self._claim(entry, known[0], known[0])
        repeated = all(len(self.outer[fold(f)]) > 1 for f in folders[1:])
        if not known and repeated and len(self.outer) < len(self.outermost):
            return self._claim(
                entry, self._person(folders[0]), folders[0]
            )  # `work` in ann's folder and in bo's is no student
        return self._doubt(entry, *(known or folders))

    def _wrapped(self, entry, own):
        folder = self.wrapping[-1]
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
        version = [int(f.split()[1]) for f in bare[below:] if re.fullmatch(r"Version \d{1,4}", f)]  # Teams' folders
        back = next((f for f in bare[below:] if GIVEN_BACK.fullmatch(f)), "")
        drafts = next((f for f in bare if NOT_TURNED_IN.fullmatch(f)), "")
        reason = f"{back or drafts} is the instructor's own" if back else f"{drafts}: not turned in" if drafts else ""
        order = (version[-1], 0) if version else ()
        claim = Claim(Who("plain", name), file, unit, order, note=is_time, reason=reason)
        if " - " in parts[-1] and not folder:
            return replace(claim, who=Who("google", name))
        return claim
