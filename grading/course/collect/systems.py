"""How each system names what it lets an instructor download: one rule a row, and where the form comes from.

A rule reads one part of a path, a folder's name or a file's. What it finds are named groups:

    name user_id login   who: `user_id` is the system's own number for the person
    number attempt       which of several hand-ins: larger is later
    late time            what the system says of the hand-in time, as it writes it
    file                 the file's own name, before the system put its words in front

canvas       "Download submissions" of an assignment (Canvas Instructor Guide, "How do I download all student
             submissions for an assignment?"; `ContentZipper` in the source): name_[LATE_]USERID_FILEID_file; the name
             is the sortable one without spaces, resubmitted files end in -1, -2. The time in the zip is the download's.
             Anonymous ones are [LATE_]anon_CODE_FILEID_file, the code of this assignment alone; what was typed in is
             name_USERID_text.html; files of a quiz are nameUSERID_question_N_FILEID_file.
moodle       "Download all submissions" (mod/assign/locallib.php): Name Surname_NUMBER_assignsubmission_file_ as a
             folder, or in front of the file's name without folders. NUMBER is the "Participant NUMBER" of the grading
             worksheet: each assignment numbers people anew, so between lessons the name is what ties them together.
blackboard   "Download Assignment Files" of the Grade Center: Assignment_login_attempt_YYYY-MM-DD-HH-MM-SS_file, and
             beside each attempt the same without a file's name as .txt: "Name: Ann Smith (login)".
brightspace  "Download" of an assignment's submissions: USERID-FOLDERID - Name - Oct 12, 2026 1159 PM (the day in the
             site's language), as a folder, or in front of the file's name with " - " between; the clock is written
             without its colon.
sakai        "Download All" of Assignments (the bulk zip): Surname, Name(login)/Submission attachment(s)/file and
             timestamp.txt beside, or Name(login) for who has one name; Feedback Attachment(s) are the instructor's own.
gradescope   "Export submissions": submission_N/file, and submission_metadata.yml says whose N is and when it came.
ilias        an exercise's submissions (also with "Multi-Feedback"): Surname_First_login_USERID/YYYYMMDDHHMMSS_file, the
             clock is the server's.
nbgrader     the exchange's inbound folder: login+lesson+time+random/file.

Google Classroom's (Google Drive: Name - Title) and plain names need the lesson's words to be read: see plain.py.
"""

import re
from dataclasses import dataclass, replace

from grading.course.collect.archives import is_archive

_MONTH = r"[^\W\d_]{3,12}\.?"
_HALF = r"(?: ?[AaPp]\.?[Mm]\.?)?"
_DAY = rf"(?:{_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,2}}\.?(?: de)? {_MONTH},?(?: de)? \d{{4}}|\d{{4}}-\d\d-\d\d)"
_BRIGHTSPACE_TIME = rf"{_DAY}(?: at| à)? (?:\d{{3,4}}|\d{{1,2}} ?h ?\d\d){_HALF}"
_ILIAS_FILE = re.compile(r"(?P<time>20\d{12})_(?P<file>.+)")

_SAKAI_INSIDE = re.compile(
    r"(?:submission|feedback) attachment\(s\)|timestamp\.txt|comments\.txt|feedbackText\.html", re.I
)

_CANVAS_FILE = r"(?P<file>.+?)(?:-(?P<attempt>\d+))?(?P<suffix>\.ipynb\.txt|\.ipynb\.json|\.[A-Za-z0-9]+)?"

RULES = tuple(
    (system, re.compile(pattern))
    for system, pattern in (
        (
            "canvas",
            r"(?:(?P<late>LATE)_)?(?P<name>anon_(?P<user_id>[A-Za-z0-9]+))_(?:(?P<number>\d+)_"
            rf"{_CANVAS_FILE}|(?P<page>(?:text|link)\.html))",
        ),
        ("canvas", r"(?P<name>[^_/]+)_(?:(?P<late>LATE)_)?(?P<user_id>\d+)_(?P<page>(?:text|link)\.html)"),
        ("canvas", rf"(?P<name>[^/]+?)(?P<user_id>\d+)_question_\d+_(?P<number>\d+)_{_CANVAS_FILE}"),
        (
            "canvas",
            r"(?P<name>[^_/]+)_(?:(?P<late>LATE)_)?(?P<user_id>\d+)_(?P<number>\d+)_"
            rf"{_CANVAS_FILE}",
        ),
        (  # a name with a _ in it, or none: letters that Canvas drops
            "canvas",
            r"(?P<name>[^/]*?)_(?:(?P<late>LATE)_)?(?P<user_id>\d{3,})_(?P<number>\d{5,})_"
            rf"{_CANVAS_FILE}",
        ),
        ("moodle", r"(?P<name>.+?)[_ ](?P<user_id>\d+)_assign(?P<kind>submission|feedback)_[a-z]+_?(?P<file>.*)"),
        (
            "blackboard",
            r"(?:(?P<assignment>.+)_)?(?P<login>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<note>\.txt))?",
        ),
        (
            "brightspace",
            rf"(?P<user_id>\d+)-\d+ ?- ?(?P<name>.+?) ?- ?(?P<time>{_BRIGHTSPACE_TIME})(?: ?- ?(?P<file>.+))?",
        ),
        ("sakai", r"(?P<name>[^(),]+, ?.+?) ?\((?P<login>(?!\d{1,2}\))[^()]+)\)"),
        ("sakai", r"(?P<name>[^(),]+?) ?\((?P<login>[^()\s]+)\)"),  # of one name, where its folders are inside
        ("gradescope", r"submission_(?P<number>\d+)"),
        ("ilias", r"(?P<name>_*[^_]+(?:_+[^_]+)*)_+(?P<login>[^_]+)_(?P<user_id>\d+)"),
        ("nbgrader", r"(?P<login>[^+]+)\+(?P<lesson>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d[^+]*(?:\+\d{4})?)(?:\+[^+]*)?"),
    )
)
UTC_TIMES = ("gradescope", "sakai", "nbgrader", "plain")  # a time without a zone is in UTC


@dataclass(frozen=True)
class Who:
    """A person as one system names them; equal when they are the same to that system."""

    system: str
    name: str = ""
    user_id: str = ""
    login: str = ""
    email: str = ""
    given: str = ""  # the student's id, by the instructor's word


@dataclass(frozen=True)
class Claim:
    """Whose a file is by its path, and what the path says of the hand-in."""

    who: Who
    file: str  # the file's path as its owner had it
    unit: str  # what was handed in together: the files of one folder, archive or attempt
    order: tuple = ()  # (number, attempt) as the system counts
    late: bool = False
    time: str = ""
    note: bool = False  # the system wrote this file itself
    group: str = ""  # for whose members it was handed in
    reason: str = ""  # set when it is not part of the work at all


def claim(parts):
    """The Claim that a path's parts make by a system's rule, the outermost first; None when no rule fits."""
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        archive = is_archive(part)
        for system, pattern in RULES:
            found = pattern.fullmatch(re.sub("[\u00a0\u202f]", " ", part))  # Brightspace writes one before AM and PM
            if not found or not _stands(system, found, last, archive):
                continue
            if system == "ilias" and not _ILIAS_FILE.fullmatch(parts[place + 1]):
                continue
            if system == "sakai" and "," not in found["name"] and not _SAKAI_INSIDE.fullmatch(parts[place + 1]):
                continue
            return _claim(system, found.groupdict(), parts, place)
    return None


def _stands(system, found, last, archive):
    """Whether a match is where the system puts it: a folder's form on a folder, a file's on a file or an archive."""
    words = found.groupdict()
    if system in ("sakai", "gradescope", "nbgrader", "ilias"):
        return not last
    if system == "canvas":
        return last or archive
    return (last or archive) if words["file"] or words.get("note") else not last


def _claim(system, words, parts, place):
    words = {name: value or "" for name, value in words.items()}
    words["file"] = words.get("file") or words.get("page", "")
    who = Who(system, words.get("name", "").strip(), words.get("user_id", ""), words.get("login", ""))
    rest = parts[place + 1 :]
    if not rest:
        own = words["file"] + words.get("suffix", "") or parts[place]
        unit = "/".join([*parts[:place], _unit(system, who, words)])
    else:
        own, unit = "/".join(rest), "/".join(parts[: place + 1])
    order = (int(words.get("number") or 0), int(words.get("attempt") or 0))
    claim = Claim(who, own, unit, order, bool(words.get("late")), words.get("time", ""), bool(words.get("note")))
    if words.get("kind") == "feedback":
        return replace(claim, reason="the instructor's own feedback")
    if system == "sakai":
        return _sakai(claim, rest)
    if system == "ilias":
        found = _ILIAS_FILE.fullmatch(rest[0])
        claim = replace(
            claim, who=replace(who, name=" ".join(re.split("_+", who.name)).strip()), time=_clock(found["time"])
        )
        return replace(claim, file="/".join([found["file"], *rest[1:]]))
    return claim


def _clock(digits):
    return f"{digits[:8]}T{digits[8:]}"


def _unit(system, who, words):
    """Files side by side whose names share this were handed in together."""
    told = (system, who.name, who.user_id, who.login, words.get("time", ""))
    return " ".join(word for word in told if word)


def _sakai(claim, rest):
    inside = rest[0].lower()
    if inside.startswith("feedback") or rest[-1] in ("comments.txt", "feedbackText.html"):
        return Claim(claim.who, claim.file, claim.unit, reason="the instructor's own feedback")
    if inside.startswith("submission attachment") and len(rest) > 1:
        return Claim(claim.who, "/".join(rest[1:]), claim.unit)
    return Claim(claim.who, claim.file, claim.unit, note=rest[-1] == "timestamp.txt")
