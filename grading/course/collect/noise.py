"""What a name says besides who: the work, the day, that it is a copy, what a folder is for. None of it names anybody.

A name is a student's less all this. What is left may be one of several people's; that is for plain.py and meant.py.
"""

import re
import unicodedata
import urllib.parse

from grading.course.collect.archives import is_tar, without_ending
from grading.course.collect.given import real_name
from grading.course.roster import fold

WORK = re.findall(
    r"\w+",
    """hw hwk homework homeworks lesson lessons lecture ex exercise exercises assignment assignments assn asgn assg
    notebook notebooks final finale v ver version submission submissions resubmission resubmitted solution solutions
    answer answers task tasks late pset problemset abgabe abgaben abgegeben aufgabe aufgaben hausaufgabe hausaufgaben
    übung übungen uebung uebungen übungsblatt uebungsblatt lektion lösung loesung lösungen bearbeitet fertig
    endversion devoir devoirs exercice exercices tarea tareas ejercicio ejercicios práctica practica esercizio
    esercizi compito compiti tarefa tarefas opdracht oefening submitted turned ipynb colab colaboratory задание
    作业 作業 宿題 課題 课题 과제 숙제""",
)
WORDS = WORK + re.findall(
    r"\w+",
    """untitled my the of and for copy kopie new old backup work draft done download downloads upload uploads file files
    attachment attachments src code tmp temp desktop documents home homes users index grades data all export zip
    feedback readme document datei dateien eingereichte arbeitsdateien working fichiers released release source
    autograded inbound outbound exchange dropbox returnbox returned onedrive inbox re fwd fw aw wg prompt archive
    extracted downloaded collect collected question questions frage responses apps microsoft forms takeout classroom
    classes instructor teacher musterlösung musterloesung sample template checkpoint starter original completed finished
    updated revised jupyter""",
)
# a day in a name, or the fourteen digits of a moment: eight digits alone may be somebody's number
DATE = re.compile(
    r"(?<!\d)(?:20\d{6}T\d{6}Z?|20\d{6}-\d{4}(?:\d\d)?|20\d{12}|"
    r"20\d\d([-_.])\d{1,2}\1\d{1,2}(?:[T _-]\d{1,2}[-:.]?\d\d(?:[-:.]?\d\d)?(?!\d))?|\d{1,2}\.\d{1,2}\.20\d\d)(?!\d)"
)
GIVEN_BACK = re.compile(
    r"(?:\d+_)?(?:returned_files|returnbox|corrections?|korrekturen?|rückgaben?|feedback(?: files)?|rueckgaben?)", re.I
)
NOT_TURNED_IN = re.compile(r"working files|arbeitsdateien", re.I)  # Teams, beside "Submitted files"
# which of several hand-ins: Teams' `Version 2`, Schoology's `Revision 2 - Late`, Moodle's quiz `Attempt2`, OpenOlat's
VERSION = re.compile(
    r"(?:version|revision|attempt|versuch|tentative|intento)[ _-]?(?P<number>\d{1,4})(?: - (?P<when>[\w ]+))?|"
    r"(?P<step>\d)_(?:submissions?|revisions?)(?:_(?P<round>\d{1,3}))?",
    re.I,
)
SYSTEM_FOLDER = re.compile(  # Sakai's; Google's downloads and forms; Open edX's; new folders; parts of a quiz
    r"(?:submission|feedback) attachment\(s\)|drive-download-[\dTZ]+(?:-\d+)*|.*\((?:file responses|dateiantworten)\)|"
    r"\[\d+\].*, \[\d+\].*, \[\d+\].*|removed from course|\[(?:\d+|x)\]|archiv|archivio|archivo|komprimiert|compressed|"
    r"(?:new|untitled) folder.*|(?:neuer|unbenannter) ordner.*|nouveau dossier.*|nueva carpeta.*|nuova cartella.*|"
    r"nova pasta.*|nieuwe map.*|(?:question|frage|q)[ _-]?\d{1,3}",
    re.I,
)
SECTION = re.compile(  # parts of a class, which hold their students' folders
    r"(?:section|sektion|sección|seção|sec|tutorial|tutorium|tut|übungsgruppe|uebungsgruppe|period|klasse|kurs|cohort)"
    r"(?:[ _-]+\w{1,3}|\d{1,2})",
    re.I,
)
NUMBERED = (  # says what the work is where the lesson's own number follows: `HA 9`, `tp09`, `A9`
    "ha|hü|ab|ub|üb|ue|ü|tp|td|ps|ex|as|ass|a|l|p|u|nb|pa|cw|lab|wk|week|blatt|serie|hw|hwk|kw|unit|modul|module"
)
_COPY = (
    "copy|copie|copia|cópia|còpia|kopie|kopia|kopio|kopi|kópia|kopija|kopya|копия|копія|копие|másolat|αντίγραφο|副本|"
    "拷贝|複本|コピー|복사본|사본|สำเนา|نسخة|עותק"
)
COPIES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:(?:copy of|cop(?:ie|ia) d[ei]|cópia de|kopie v[ao]n|kopi a[vf])|копия|kopia)\s+(?P<rest>.+)",
        r"(?P<rest>.+?)\s*\(\d{1,3}\)",
        rf"(?P<rest>.+?)(?: ?[-–—_]+ ?| )(?:{_COPY})(?: ?\(?\d{{1,3}}\)?)?",
        r"(?P<rest>.+?)(?:の|的|의 ?)(?:コピー|副本|사본)(?: ?\(?\d{1,3}\)?)?",
        r"(?P<rest>.+?)[-_ ]copy ?\d*",
        r"(?P<rest>.+?)\s*\([^()]*(?:conflict|konflikt|conflit|conflic|конфликт)[^()]*\)",
        r"(?P<rest>.+?)(?:[-_ ]conflict(?:ed copy)?|\.sync-conflict-\d{8}-\d{6}-\w+)",
        r"(?P<rest>.+?)-(?:(?:DESKTOP|LAPTOP)-\w{5,8}|[\w’']+-(?:MacBook|iMac)[\w-]*)(?:-\d+)?",
    )
)


def stem(name):
    """A file's name without the ending of a notebook or whatever it is, and without marks of copies."""
    text = name = unicodedata.normalize("NFC", urllib.parse.unquote(real_name(name), errors="replace"))
    text = re.sub(r"(?:\.ipynb)+(?:\.txt|\.json)?\Z", "", text, flags=re.I) if ".ipynb" in text.lower() else text
    if text == name:
        text = without_ending(name) if is_tar(name) else re.sub(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z", "", name)
    return no_copy(re.sub(r"\.ipynb\Z", "", text, flags=re.I))


def no_date(text):
    """A name without the days and moments in it, unless nothing else is left."""
    less = DATE.sub(" ", text)
    less = " ".join(less.split()).strip("_-,. ") if less != text else text
    return less or text


def no_copy(text):
    """A name without the marks that a computer adds to a copy."""
    while True:
        found = next((m for m in (pattern.fullmatch(text.strip()) for pattern in COPIES) if m), None)
        if found is None:
            return text.strip()
        text = found["rest"]


def no_number(text, lesson):
    """A name without the lesson's number where a word for work stands before it, spaces left for both."""
    number = lesson.split("_")[0].lstrip("0") or "0"
    return re.sub(rf"(?<![^\W_])(?:{NUMBERED})[ _-]?0*{number}(?![^\W_])", " ", text, flags=re.I)


def words_in(text):
    """The words and numbers of a text, folded."""
    return re.findall(r"\d+|[^\W\d_]+", fold(unicodedata.normalize("NFKC", text)))


def own_words(lesson):
    """(the words that name work or this lesson, the lesson's number)."""
    number = [word.lstrip("0") or "0" for word in words_in(lesson) if word.isdigit()]
    return {*WORDS, *words_in(lesson)}, number


def says_nothing(text, lesson):
    """Whether a name holds only words for work and the lesson's own, and so names nobody."""
    if any(p.fullmatch(text.strip()) for p in (SYSTEM_FOLDER, GIVEN_BACK, VERSION)):
        return True
    own, number = own_words(lesson)
    words = words_in(no_number(DATE.sub(" ", text), lesson))
    return all(w in own or (w.isdigit() and (len(w) <= 2 or (w.lstrip("0") or "0") in number)) for w in words)


def nobody(_):
    """That a name is no known person's."""
    return False


def person_in(name, lesson, known=nobody):
    """What a file's name says besides the work it holds: a student, or ""; who is `known` may be called Mary Late."""
    text = no_date(stem(name))
    sides = [side for side in re.split(r"\s+[-–—]\s+", text) if not says_nothing(side, lesson) or known(side)]
    if len(sides) > 1:
        sides = [side for side in sides if known(side)]
        return sides[0] if len(sides) == 1 else text
    text = without(sides[0], lesson, known) if sides else ""
    return "" if says_nothing(text, lesson) and not known(text) else text


def without(text, lesson, known=nobody):
    """Less the lesson's name and words for work at both ends, until it is a `known` person's; a bare number stays, it
    may tell two people apart.
    """
    text = re.sub(rf"(?:(?<=[\W_])|\A){re.escape(lesson)}(?=[\W_]|\Z)", " ", text, flags=re.I).strip("_- ")
    less = no_number(text, lesson).strip("_- ")
    text = less if re.search(r"[^\W\d_]", less) else text
    bare = re.sub(r"\A\d{1,2}[ _-]+|[ _-]+\d{1,2}\Z", "", text)
    if known(text) or known(bare):
        return text if known(text) else bare
    work = "|".join(WORK)
    while True:
        less = re.sub(rf"\A(?:{work})[ _-]?\d{{0,2}}[ _-]+(?=.)", "", text, flags=re.I)
        less = re.sub(rf"(?<=.)[ _-]+(?:{work})[ _-]?\d{{0,2}}\Z", "", less, flags=re.I).strip("_- ")
        if less == text or known(text):
            return text
        text = less
