"""One student's files: which notebook counts, which helpers go along, and when it was handed in by whose word."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from unicodedata import normalize

from grading.course import helpers
from grading.course.collect.choose import DOWNLOADED, Candidate, choose, weigh
from grading.course.collect.given import MAX_FILE, UNNAMED, UNREADABLE, looks_like_a_notebook
from grading.course.collect.report import TAKEN, Outcome
from grading.course.collect.systems import UTC_TIMES
from grading.course.times import read_time, write_time

WHY_NOT = {
    ".pdf": "a PDF holds no cells to grade",
    ".html": "a page holds no cells to grade",
    ".htm": "a page holds no cells to grade",
}


SECRET = "submission_secret.txt"


@dataclass
class Counted(Outcome):
    """An Outcome that also says whether its time is one that a system or a person gave."""

    counted: bool = False


class OneStudent:
    """The files of one student in one upload; `left` says of each file that is not taken why."""

    def __init__(self, student, files, context):
        self.student, self.files, self.context = student, files, context
        self.left, self.along, self.helpers, self.why = {}, {}, {}, ""
        self.candidates, self.secret = [], b""

    def choose(self):
        """The Candidate that counts, or None with the reason in `why`."""
        candidates, unread = self.candidates, []
        for entry, claim in self.files:
            if claim.reason:
                self.left[entry] = claim.reason
            elif entry.bad:
                self.left[entry] = entry.bad
                unread.append(f"{entry.path} {entry.bad}")
            elif entry.is_notebook:
                one = self._candidate(entry, claim)
                if isinstance(one, str):
                    self.left[entry] = one
                    unread.append(f"{entry.path} {one}")
                else:
                    candidates.append(one)
        if not candidates:
            self.why = self._nothing(unread)
            return None
        chosen, self.why, left = choose(candidates)
        if chosen is None:
            return None
        self.left |= left
        self._others(chosen)
        return chosen

    def attempts(self, chosen):
        """[(Candidate, its time or None)] of the others that hold work and by the system's word were handed in too."""
        others = [c for c in self.candidates if c.answered and c.raw != chosen.raw and (c.when or any(c.claim.order))]
        return [(c, self.outcome(c)[0]) for c in others]

    def _candidate(self, entry, claim):
        try:
            raw = entry.read()
        except UNREADABLE as error:
            return f"cannot be read ({error}); ask for it again"
        if len(raw) > MAX_FILE:
            return f"has more than {MAX_FILE // 1_000_000} MB"
        when = self._time(claim, entry)[0]
        cells, answered = weigh(raw, self.context.course.skeleton(self.context.lesson))
        asked = any(normalize("NFC", entry.path) == normalize("NFC", path) for path, _ in self.context.options.who)
        return Candidate(entry, claim, raw, when, cells, answered, asked)

    def _nothing(self, unread):
        if unread:
            return f"{self.student}: no notebook could be read: {'; '.join(unread)}."
        unnamed = [entry.path for entry, claim in self.files if not claim.reason and looks_like_a_notebook(entry)]
        if unnamed:
            return f"{self.student}: {unnamed[0]} {UNNAMED} and collect again."
        own = [claim for _, claim in self.files if not claim.reason and not claim.note]
        reasons = [claim.reason for entry, claim in self.files if claim.reason and entry.is_notebook]
        if reasons and not own:
            return f"{self.student} handed in nothing: {reasons[0]}; ask for the work itself."
        own = own or [claim for _, claim in self.files]
        names = ", ".join(PurePosixPath(claim.file).name for claim in own[:3])
        return f"{self.student} handed in no notebook, only {names}; ask for the .ipynb file."

    def _others(self, chosen):
        """Everything beside the notebook that counts: helpers go along, the rest is told."""
        release = self.context.course.files(self.context.lesson)
        beside, folder = {}, PurePosixPath(chosen.claim.file).parent
        for entry, claim in self.files:
            if entry is chosen.entry or entry in self.left:
                continue
            if claim.who.system == "nbgrader" and claim.file == SECRET and claim.unit == chosen.claim.unit:
                self.secret, self.left[entry] = _secret(entry), "kept: the exchange gives the page back by it"
            elif entry.is_notebook or not claim.file.lower().endswith(".py"):
                suffix = PurePosixPath(entry.path).suffix.lower()
                self.left[entry] = WHY_NOT.get(suffix, "only the notebook and .py files beside it are used")
            elif claim.unit != chosen.claim.unit or not PurePosixPath(claim.file).is_relative_to(folder):
                self.left[entry] = "not beside the notebook that counts"
            else:
                name = PurePosixPath(claim.file).relative_to(folder).as_posix()
                beside.setdefault(name, []).append((claim.order, entry.path, entry))
        for name, same in sorted(beside.items()):
            *earlier, (_, _, entry) = sorted(same)
            self.left |= {old: "a later one of that name was handed in" for _, _, old in earlier}
            self._helper(name, entry, release)

    def _helper(self, name, entry, release):
        try:
            data = entry.read()
        except UNREADABLE as error:
            self.left[entry] = f"cannot be read ({error})"
            return
        why = helpers.refuse(name, len(data), release)
        total = sum(map(len, self.helpers.values())) + len(data)
        if not why and (len(self.helpers) == helpers.MAX_COUNT or total > helpers.MAX_TOTAL):
            why = f"at most {helpers.MAX_COUNT} files and {helpers.MAX_TOTAL // 1_000_000} MB go along"
        if why:
            self.left[entry] = f"cannot be imported: {why}"
        else:
            self.helpers[name], self.along[entry] = data, name

    # ------------------------------------------------------------------ when

    def outcome(self, chosen):
        """(the time for timestamp.txt or None, the Outcome)."""
        when, said = self._time(chosen.claim, chosen.entry)
        counted = when is not None
        if chosen.claim.late and when is None:
            if self.context.due is not None:
                when = self.context.due + timedelta(seconds=1)
                said = "marked LATE: counted from the due date; --times FILE gives the hour"
            else:
                said = "marked LATE, but no due date is set here: set it and collect again"
        who = chosen.claim.who
        return when, Counted(
            self.student,
            TAKEN,
            self.why,
            name=who.name,
            system=who.system,
            user_id=who.user_id,
            file=chosen.entry.path,
            time=write_time(when) if when is not None else "",
            time_from=said,
            late=chosen.claim.late,
            helpers=sorted(self.helpers),
            counted=counted,
        )

    def _time(self, claim, entry):
        """(the hand-in time or None, whose word it is): the table's, the system's, or nobody's."""
        if self.context.times is not None:
            found = self.context.times.find(self.student, claim.who)
            if found is not None:
                return found[0], f"{self.context.times.path.name}, line {found[1]}"
        if claim.time:
            return self._by_system(claim, entry)
        if self.context.times is not None:
            return None, f"{self.context.times.path.name} has no row for {self.student}"
        if claim.who.system in DOWNLOADED:
            return None, f"{claim.who.system} gives files the time of the download"
        return None, "no system wrote one"

    def _by_system(self, claim, entry):
        system, zone = claim.who.system, self.context.options.zone
        text, where = claim.time, entry.path
        if system == "blackboard":
            year, month, day, *clock = text.split("-") if re.fullmatch(r"[\d-]+", text) else (text, "", "")
            text = f"{year}-{month}-{day} {':'.join(clock)}" if clock else text
        if system == "brightspace":
            text = re.sub(r"(\d{1,2})(?: ?h ?)?(\d\d)( ?[AaPp]\.?[Mm]\.?)?\Z", r"\1:\2\3", text)
        if system in UTC_TIMES or re.search(r"\d[ T]?(?:Z|UTC|[+-]\d\d:?\d\d)\Z", text):
            return read_time(text, where), f"{system}'s own time"
        return read_time(text, where, zone or self.context.machine), (
            f"{system}'s clock, read in {_name(zone) if zone else 'the zone of this machine; --zone names another'}"
        )


def _name(zone):
    return getattr(zone, "key", str(zone))


def _secret(entry):
    try:
        return entry.read()[:200]
    except UNREADABLE:
        return b""
