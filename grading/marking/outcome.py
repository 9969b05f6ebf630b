"""What became of each submission of a run, and of the run: for the table and for `--json`.

A class may be of any size, and a verdict with all its lines takes sixty kilobytes as objects. So each is kept packed,
in two kilobytes or less, and unpacked one at a time when it is looked at.
"""

import json
import zlib
from dataclasses import dataclass, field

from grading.marking.verdict import from_json, to_json

WAYS = ("ran", "from the journal", "up to date", "not run")


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
    late: float = 0.0
    changes: list = field(default_factory=list)  # (grade id, old, new)
    cpu: float = 0.0
    unsteady: list = field(default_factory=list)  # checks that came out otherwise the second time

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
        "differs": list(summary.differs),
        "unfit": summary.unfit,
        "dry": summary.dry,
        "unread": summary.unread,
    }
    yield "], " + json.dumps(rest, ensure_ascii=False)[1:]


def _row(one):
    verdict = one.verdict
    return {
        "student": one.student,
        "lesson": one.lesson,
        "outcome": one.outcome,
        "how": one.how,
        "score": verdict.score,
        "points": verdict.points,
        "changes": one.changes,
        "unsteady": one.unsteady,
        "verdict": to_json(verdict),
    }
