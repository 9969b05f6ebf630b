"""A verdict: what the judge decides of one submission, down to every line. Plain data, to JSON and back."""

import json
from dataclasses import dataclass, field

from course_lib.evidence.mistakes import Mistake

STOPPED = {
    "cpu limit": "the notebook used up its CPU time",
    "wall limit": "the notebook took too long",
    "memory limit": "the notebook needed more memory than there is",
    "output limit": "the notebook wrote more output than is read",
    "died": "the notebook's process ended by itself",
}


@dataclass(frozen=True)
class LineVerdict:
    """One line of a check: its text is only filled in for visible lines."""

    position: int
    part: str
    label: str
    passed: bool
    say: str = ""


@dataclass
class CheckVerdict:
    """One check cell: all of its points or none, and why."""

    id: str
    points: float
    score: float
    lines: list[LineVerdict] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    reason: str = ""
    stopped: str = ""  # the sentence that says how its cell was stopped
    started: bool = True  # False: the exercise's cell stands as it was handed out
    passed: bool | None = None  # whether every line passed, whatever the check is worth; by its score when not given
    rule: str = ""  # the sentence on a check that was dropped

    def __post_init__(self):
        if self.passed is None:
            self.passed = self.score == self.points


@dataclass
class Verdict:
    """A whole submission: a verdict for each check, how the run ended, what was repaired."""

    lesson: str
    checks: dict[str, CheckVerdict]
    ended: str
    repairs: list[str] = field(default_factory=list)
    outcome: str = "graded"
    sentence: str = ""
    cause: str = ""  # the first cell that failed, in a sentence
    given: dict[str, float] = field(default_factory=dict)  # written answers that were dropped: grade id -> score

    @property
    def score(self):
        """Points of the checks that pass (written answers are not in it)."""
        return sum(check.score for check in self.checks.values())

    @property
    def points(self):
        """Points of all checks."""
        return sum(check.points for check in self.checks.values())


def to_json(verdict):
    """The verdict as JSON values, without times: equal verdicts give equal bytes."""
    checks = {
        name: {
            **vars(check),
            "lines": [dict(vars(line)) for line in check.lines],
            "mistakes": [dict(vars(mistake)) for mistake in check.mistakes],
        }
        for name, check in verdict.checks.items()
    }
    return {**vars(verdict), "checks": checks, "repairs": list(verdict.repairs)}


def to_bytes(verdict):
    """The verdict's canonical bytes: what must be the same on any number of workers."""
    return json.dumps(to_json(verdict), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(data):
    """The verdict again."""
    checks = {
        name: CheckVerdict(
            **{
                **check,
                "lines": [LineVerdict(**line) for line in check["lines"]],
                "mistakes": [Mistake(**mistake) for mistake in check["mistakes"]],
            }
        )
        for name, check in data["checks"].items()
    }
    return Verdict(**{**data, "checks": checks})
