"""Decides: the records and what was seen go in, a verdict comes out. Pure; never runs or imports student code.

A line passes when it was seen exactly once and agrees with the record. A line not seen is not passed; a line seen
twice, or one the record does not know, fails its check. So does a line that gave something else when the cell ran again
(kind "again", see checks/again.py). What a verdict may keep of hidden lines is decided in
hidden_tests.py.
"""

from dataclasses import dataclass, replace

from course_lib.evidence.compare import check_line
from course_lib.evidence.mistakes import name_mistake
from course_lib.evidence.records import join
from course_lib.evidence.relations import explain
from grading.ids import cells_of, exercise_of
from grading.marking import hidden_tests
from grading.marking.verdict import STOPPED, CheckVerdict, Verdict

KEPT = 2000  # checks whose observations are kept with what they came to
NOT_STARTED = "Not started: the program is as it was handed out."
STRANGE = "This check ran more than once or sent lines it does not have; run its cell as it was handed out."


def judge(records, run, points=None, untouched=(), sources=None):
    """The Verdict on a Run by {"visible": Record, "hidden": Record or None}; see Judge.judge."""
    return Judge(records).judge(run, points, untouched, sources)


class Judge:
    """Judges the runs of one lesson. What a check's observations come to is kept: many hand in what gives the same."""

    def __init__(self, records):
        """`records`: {"visible": Record, "hidden": Record or None}."""
        self.visible, self.hidden = records["visible"], records.get("hidden")
        self._records, self._found = {}, {}

    def judge(self, run, points=None, untouched=(), sources=None):
        """The Verdict on a Run.

        `points` (check id -> points, in notebook order) takes the place of the record's. `untouched` names exercises
        whose given program stands as it was handed out: what is wrong with it is the author's doing and no mistake of
        theirs. `sources` has the answers' texts by exercise: where values explain nothing, a habit may be read from
        them.
        """
        seen, checks = {}, {}
        for one in run.seen:
            seen.setdefault(one.check, []).append(one)
        for name in points if points is not None else self.visible.checks:
            worth = self._record(name)["points"] if points is None else points[name]
            source = (sources or {}).get(exercise_of(name), "")
            checks[name] = self._check(name, seen.get(name, []), float(worth), run, source)
            if exercise_of(name) in untouched and not checks[name].passed:
                checks[name] = replace(checks[name], mistakes=[], reason=NOT_STARTED, stopped="", started=False)
        return Verdict(self.visible.lesson, checks, run.ended)

    def _record(self, name):
        if name not in self._records:
            hidden = self.hidden.checks.get(name) if self.hidden is not None else None
            self._records[name] = join(self.visible.checks[name], hidden)
        return self._records[name]

    def _look(self, name, seen):
        """The _Found of a check's observations: made once for those that came in the same bytes.

        More lines than the check has, which may be a hundred thousand, are not kept.
        """
        key = (name, *(one.digest for one in seen))
        found = self._found.get(key)
        if found is None:
            found = _found(self._record(name), seen)
            if len(self._found) >= KEPT:
                self._found.clear()
            if all(key) and not found.strange:
                self._found[key] = found
        return found

    def _check(self, name, seen, points, run, source):
        found = self._look(name, seen)
        score, lines = points if found.passed else 0.0, list(found.lines)
        if found.strange:
            return CheckVerdict(name, points, score, lines, [], STRANGE, passed=False)
        first = hidden_tests.first_wrong(lines)
        if first is None:
            return CheckVerdict(name, points, score, lines, [], f"All {len(lines)} lines pass.", passed=found.passed)
        mistake = found.mistake or _explained(self._record(name), seen, source)
        mistakes = [mistake] if mistake else []
        stopped = _stopped(name, run)
        ended = f"The run was stopped: {STOPPED[run.ended]}." if run.ended in STOPPED else ""
        reason = " ".join(filter(None, (first, stopped or ended, *(one.sentence for one in mistakes))))
        return CheckVerdict(name, points, score, lines, mistakes, reason, stopped, passed=False)


def not_begun(verdict, exercises):
    """Mark the failing checks of exercises whose cell stands as it was handed out: nobody tried them."""
    for name, check in verdict.checks.items():
        if exercise_of(name) in exercises and not check.passed:
            verdict.checks[name] = replace(check, started=False)


def not_their_own(verdict, borrowed):
    """Take the points of exercises whose answer is the library's ({exercise: Borrowed}), and say why.

    No check passes then: a mark is made of that (mark.py), whatever a score was. Who has not begun is told so.
    """
    for name, check in verdict.checks.items():
        one = borrowed.get(exercise_of(name))
        if one is not None and check.started and (check.passed or not one.unseen):
            verdict.checks[name] = replace(check, score=0.0, passed=False, mistakes=[], reason=one.sentence)


def not_graded(records, outcome, sentence, points=None):
    """The verdict of a submission that was never run: every check 0, the sentence as the reason."""
    checks = {}
    visible = records["visible"].checks
    for name in points if points is not None else visible:
        worth = visible[name]["points"] if points is None else points[name]
        checks[name] = CheckVerdict(name, float(worth), 0.0, reason=sentence, passed=False)
    return Verdict(records["visible"].lesson, checks, "not run", outcome=outcome, sentence=sentence)


@dataclass(frozen=True)
class _Found:
    """What a check's observations come to, whoever made them: its lines, and the known mistake that they show."""

    lines: list
    strange: bool
    passed: bool
    mistake: object


def _found(record, seen):
    by_position, strange = _by_position(record, seen)
    lines, reached = [], True
    for line in record["lines"]:
        one = by_position.get(line["position"])
        lines.append(_line(line, record["parts"][line["position"]], one, reached))
        reached = reached and one is not None and one.kind != "raised"
    passed = bool(lines) and not strange and all(line.passed for line in lines)
    named = not passed and not strange
    return _Found(lines, strange, passed, name_mistake(record, list(by_position.values())) if named else None)


def _explained(record, seen, source):
    by_position, _ = _by_position(record, seen)
    return explain(record, list(by_position.values()), source)


def _by_position(record, seen):
    """({position: Seen}, whether anything else was seen: a line twice, or one that the record does not know)."""
    by_position, strange = {}, False
    for one in seen:
        known = record["parts"].get(one.position) == one.part
        before = by_position.get(one.position)
        if known and (before is None or (one.kind == "again" and before.kind != "again")):
            by_position[one.position] = one
        else:
            strange = True
    return by_position, strange


def _line(line, part, seen, reached):
    difference = check_line(line, seen)
    if difference is None:
        return hidden_tests.line_verdict(line, part, True)
    say = difference.say if reached or seen is not None else "Not reached."
    return hidden_tests.line_verdict(line, part, False, say)


WHY = {
    "cpu limit": "ran too long",
    "wall limit": "ran too long",
    "memory limit": "needed more memory than there is",
    "output limit": "wrote more than is read",
    "died": "ended the whole process",
}


def _stopped(check, run):
    """The sentence on the first of a check's cells that was stopped, or ""."""
    for name in cells_of(check):
        cell = run.cells.get(name)
        if cell is not None and cell.status == "killed":
            return f"The cell was stopped: it {WHY.get(cell.reason, 'ran too long')}."
    return ""
