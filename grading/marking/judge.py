"""Decides: the records and what was seen go in, a verdict comes out. Pure; never runs or imports student code.

A line passes when it was seen exactly once and agrees with the record. A line not seen is not passed; a line seen
twice, or one the record does not know, fails its check. Of hidden lines the verdict keeps only whether they pass.
"""

import json
from dataclasses import dataclass, field

from course_lib.evidence.compare import check_line
from course_lib.evidence.mistakes import Mistake, name_mistake

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

    @property
    def passed(self):
        """Whether every line passed."""
        return self.score == self.points


@dataclass
class Verdict:
    """A whole submission: a verdict for each check, how the run ended, what was repaired."""

    lesson: str
    checks: dict[str, CheckVerdict]
    ended: str
    repairs: list[str] = field(default_factory=list)
    outcome: str = "graded"
    sentence: str = ""

    @property
    def score(self):
        """Points of the checks that pass (written answers are not in it)."""
        return sum(check.score for check in self.checks.values())

    @property
    def points(self):
        """Points of all checks."""
        return sum(check.points for check in self.checks.values())


NOT_STARTED = "Not started: the program is as it was handed out."


def judge(records, run, points=None, untouched=()):
    """records: {"visible": Record, "hidden": Record or None}; run: a Run -> Verdict.

    `points` (check id -> points, in notebook order) takes the place of the record's. `untouched` names exercises whose
    given program stands as it was handed out: what is wrong with it is the author's doing and no mistake of theirs.
    """
    visible, hidden = records["visible"], records.get("hidden")
    seen = {}
    for one in run.seen:
        seen.setdefault(one.check, []).append(one)
    checks = {}
    for name in points if points is not None else visible.checks:
        record = merged(visible.checks[name], hidden.checks.get(name) if hidden is not None else None)
        worth = record["points"] if points is None else points[name]
        checks[name] = _judge_check(name, record, seen.get(name, []), float(worth), run)
        if name.split("-")[0] in untouched and not checks[name].passed:
            checks[name].mistakes, checks[name].reason = [], NOT_STARTED
    return Verdict(visible.lesson, checks, run.ended)


def not_graded(records, outcome, sentence, points=None):
    """The verdict of a submission that was never run: every check 0, the sentence as the reason."""
    checks = {}
    visible = records["visible"].checks
    for name in points if points is not None else visible:
        worth = visible[name]["points"] if points is None else points[name]
        checks[name] = CheckVerdict(name, float(worth), 0.0, reason=sentence)
    return Verdict(records["visible"].lesson, checks, "not run", outcome=outcome, sentence=sentence)


def merged(visible, hidden):
    """One check's record over both parts; `parts` maps a position to its part, mistakes are joined by name."""
    lines = [*visible["lines"], *(hidden["lines"] if hidden else [])]
    mistakes = {}
    for part in (visible, hidden or {}):
        for mistake in part.get("mistakes", []):
            known = mistakes.setdefault(mistake["name"], {**mistake, "lines": []})
            known["lines"] = [*known["lines"], *mistake["lines"]]
    return {
        **visible,
        "lines": sorted(lines, key=lambda line: line["position"]),
        "mistakes": list(mistakes.values()),
        "parts": {line["position"]: "visible" for line in visible["lines"]}
        | {line["position"]: "hidden" for line in (hidden["lines"] if hidden else [])},
    }


def _judge_check(name, record, seen, points, run):
    by_position, strange = {}, []
    for one in seen:
        known = record["parts"].get(one.position) == one.part
        if known and one.position not in by_position:
            by_position[one.position] = one
        else:
            strange.append(one)
    lines, reached = [], True
    for line in record["lines"]:
        one = by_position.get(line["position"])
        lines.append(_line(line, record["parts"][line["position"]], one, reached))
        reached = reached and one is not None and one.kind != "raised"
    passed = bool(lines) and not strange and all(line.passed for line in lines)
    mistakes = [] if passed or strange else name_mistake(record, list(by_position.values()))
    reason = _reason(name, lines, strange, mistakes, run)
    return CheckVerdict(name, points, points if passed else 0.0, lines, mistakes, reason)


def _line(line, part, seen, reached):
    """A line's verdict. Labels and sentences of hidden lines name inputs or values, so they stay behind."""
    difference = check_line(line, seen)
    if part == "hidden":
        return LineVerdict(line["position"], part, "", difference is None)
    if difference is None:
        return LineVerdict(line["position"], part, line["label"], True)
    say = difference.say if reached or seen is not None else "Not reached."
    return LineVerdict(line["position"], part, line["label"], False, say)


def _reason(name, lines, strange, mistakes, run):
    if strange:
        return "This check ran more than once or sent lines it does not have; run its cell as it was handed out."
    wrong = next((line for line in lines if not line.passed), None)
    if wrong is None:
        return f"All {len(lines)} lines pass."
    if wrong.part == "hidden":
        count = sum(not line.passed for line in lines)
        of = sum(line.part == "hidden" for line in lines)
        first = f"The visible lines pass; {count} of {of} hidden lines do not."
    else:
        first = f"{wrong.label}: {wrong.say}"
    stopped = _stopped(name, run) if any(not line.passed for line in lines) else ""
    named = " ".join(mistake.sentence for mistake in mistakes)
    return " ".join(part for part in (first, stopped, named) if part)


CELL_STOPPED = "The cell was stopped: it "
WHY = {
    "cpu limit": "ran too long",
    "wall limit": "ran too long",
    "memory limit": "needed more memory than there is",
    "output limit": "wrote more than is read",
    "died": "ended the whole process",
}


def _stopped(check, run):
    for name in (f"check-{check}", f"predict-{check}", check.split("-")[0]):
        cell = run.cells.get(name)
        if cell is not None and cell.status == "killed":
            return f"{CELL_STOPPED}{WHY.get(cell.reason, 'ran too long')}."
    return f"The run was stopped: {STOPPED[run.ended]}." if run.ended in STOPPED else ""


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
