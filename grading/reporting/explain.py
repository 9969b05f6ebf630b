"""Why a check does not pass, for its instructor: input, expected, got, and the lesson's line, hidden tests included.

What a learner may see is decided in marking/hidden_tests.py and does not come from here: nothing of this file's is
written anywhere but on the instructor's screen.
"""

from dataclasses import asdict, dataclass

from course_lib.evidence.compare import check_line
from course_lib.evidence.difference import short
from course_lib.evidence.records import join
from grading.lessons.expectations import expectation_of, expectations

MOST = 3  # failing lines of a check that are explained; the first says most


@dataclass(frozen=True)
class Explained:
    """One failing line: where it stands in the lesson, what it was given, what is right, what came."""

    check: str
    position: int
    hidden: bool
    label: str  # names the input
    text: str  # the lesson's line
    line: int  # in its cell
    rests_on: tuple
    expected: str
    got: str
    say: str

    def to_json(self):
        """As plain values."""
        return asdict(self)


def explain(course, lesson, observed, check, most=MOST):
    """([Explained] of the first failing lines, how many fail); `observed` is {position: Seen} as kept."""
    records = course.records(lesson)
    record = join(records["visible"].checks[check], records["hidden"].checks.get(check))
    own = {line["position"] for line in records["visible"].checks[check]["lines"]}
    wrong = [
        (line, difference, observed.get(line["position"]))
        for line in record["lines"]
        if (difference := check_line(line, observed.get(line["position"]))) is not None
    ]
    cell = next(cell for cell in course.skeleton(lesson).checks if cell.check == check)
    parts = [
        _Part(hidden, expectations(text), [x["position"] for x in record["lines"] if (x["position"] in own) != hidden])
        for hidden, text in ((True, cell.hidden or ""), (False, cell.source))
    ]
    told = [_explained(check, parts[x["position"] in own], x, found, seen) for x, found, seen in wrong[:most]]
    return told, len(wrong)


@dataclass(frozen=True)
class _Part:
    """The visible or the hidden part of a check: its expectations, and the positions that the record has."""

    hidden: bool
    found: list
    places: list

    def of(self, line):
        return expectation_of(line["label"], self.places.index(line["position"]), len(self.places), self.found)


def _explained(check, part, line, difference, seen):
    found = part.of(line)
    return Explained(
        check=check,
        position=line["position"],
        hidden=part.hidden,
        label=line["label"],
        text=found.text if found else "",
        line=found.line if found else 0,
        rests_on=found.rests_on if found else (),
        expected=difference.expected or _expected(line),
        got=difference.got or ("" if seen is None else short(seen.value)),
        say=difference.say,
    )


def _expected(line):
    """What the record's line wants, in few words."""
    if "hash" in line:
        return "the value that only the program's run gives; its hash is kept"
    return short(line["value"]) if line["kind"] == "value" else ""
