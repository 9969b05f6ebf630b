"""What became of each submission of a run, and of the run: for the table and for `--json`.

A class may be of any size, and a verdict with all its lines takes sixty kilobytes as objects. So each is kept packed,
in two kilobytes or less, and unpacked one at a time when it is looked at.
"""

import json
import zlib
from dataclasses import dataclass, field

from grading.marking.boundary import FAULT
from grading.marking.mark import Mark
from grading.marking.verdict import from_json, to_json

WAYS = ("ran", "from the journal", "re-marked", "up to date", "not run", "left for course grade")


def pack(verdict):
    """The verdict as few bytes, for Graded."""
    return zlib.compress(json.dumps(to_json(verdict)).encode())


@dataclass(slots=True)
class Graded:
    """One submission's outcome, for the table and `--json`."""

    student: str
    lesson: str
    outcome: str
    packed: bytes = field(repr=False)  # what `pack` made
    how: str = "ran"  # one of WAYS
    before: Mark | None = None  # in the gradebook before this run
    mark: Mark | None = None  # and after it
    changes: list = field(default_factory=list)  # (grade id, old, new)
    cpu: float = 0.0
    unsteady: list = field(default_factory=list)  # checks that came out otherwise the second time
    unconfined: bool = False  # ran with --trust-submissions, less confined than promised

    @property
    def verdict(self):
        """The verdict, unpacked anew each time: ask once and keep it while it is needed."""
        return from_json(json.loads(zlib.decompress(self.packed)))


@dataclass
class Summary:
    """A whole run."""

    graded: list
    seconds: float
    isolation: str = ""
    differs: tuple = ()
    unfit: list = field(default_factory=list)
    dry: bool = False
    unread: list = field(default_factory=list)  # sentences: hand-in times that are none
    last: list = field(default_factory=list)  # (student, lesson): took too long for the first lane (marking/lanes.py)
    left: list = field(default_factory=list)  # (student, lesson): the same, and not graded yet
    astray: list = field(default_factory=list)  # files in submitted/ where no submission is looked for
    counted: str = ""  # how memory and CPU were: by cgroup or polling

    @property
    def faults(self):
        """The submissions on which the grader itself failed: {"student", "lesson", "sentence"} each."""
        failed = [one for one in self.graded if one.outcome == FAULT]
        return [{"student": one.student, "lesson": one.lesson, "sentence": one.verdict.sentence} for one in failed]

    def count(self, how):
        """How many submissions went this way."""
        return sum(one.how == how for one in self.graded)


def json_pieces(summary):
    """The summary for scripts, as the pieces of one JSON object: a class's is too long to be held at once."""
    yield '{"submissions": ['
    for i, one in enumerate(summary.graded):
        yield (", " if i else "") + json.dumps(_row(one), ensure_ascii=False)
    rest = {
        "counts": {how: summary.count(how) for how in WAYS},
        "seconds": round(summary.seconds, 3),
        "isolation": summary.isolation,
        "counted": summary.counted,
        "differs": list(summary.differs),
        "unfit": summary.unfit,
        "astray": summary.astray,
        "dry": summary.dry,
        "unread": summary.unread,
        "last": [{"student": student, "lesson": lesson} for student, lesson in summary.last],
        "faults": summary.faults,
    }
    yield "], " + json.dumps(rest, ensure_ascii=False)[1:]


def mark_json(mark):
    """A Mark as JSON values; times in UTC."""
    return {
        "raw": mark.raw,
        "penalty": mark.penalty,
        "counts": mark.counts,
        "unread": mark.unread,
        "handed_in": None if mark.handed_in is None else f"{mark.handed_in.isoformat(timespec='seconds')}Z",
        "due": None if mark.due is None else f"{mark.due.isoformat(timespec='seconds')}Z",
        "late_seconds": mark.late,
        "extension_hours": mark.extension.total_seconds() / 3600 if mark.extension else 0.0,
    }


def remarked(summary):
    """Those of a run whose mark in the gradebook is another one than before."""
    both = [one for one in summary.graded if one.before is not None and one.mark is not None]
    parts = ("raw", "late", "penalty", "counts")
    return [one for one in both if any(getattr(one.before, p) != getattr(one.mark, p) for p in parts)]


def decided_json(decided):
    """A decision (marking/decide.py) and the marks it changed, for scripts."""
    rows = [
        {"student": one.student, "before": mark_json(one.before), "after": mark_json(one.mark)}
        for one in remarked(decided.summary)
    ]
    left = decided.summary.count("left for course grade")
    told = {"lesson": decided.lesson, "decision": decided.sentence, "changed": rows, "by_hand": decided.by_hand}
    return {**told, "left": left, "dry": decided.summary.dry}


def _row(one):
    verdict = one.verdict
    return {
        "student": one.student,
        "lesson": one.lesson,
        "outcome": one.outcome,
        "how": one.how,
        "score": verdict.score,
        "points": verdict.points,
        "mark": None if one.mark is None else mark_json(one.mark),
        "changes": one.changes,
        "unsteady": one.unsteady,
        "unconfined": one.unconfined,
        "verdict": to_json(verdict),
    }
