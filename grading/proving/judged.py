"""The judge's word on one exercise's checks: what an answer was seen to give, its verdict, the lines it fails."""

from course_lib.evidence.compare import Record, check_line, compare
from course_lib.evidence.mistakes import same_error
from course_lib.evidence.records import join
from grading.confinement.job import Isolation, Run
from grading.marking.judge import judge
from grading.proving.trials import shifted


class Judged:
    """One exercise's checks, their records joined, and the judge's verdict on any outcome."""

    def __init__(self, exercise, records):
        self.checks, self.records = exercise.checks, {}
        for part, record in records.items():
            mine = {c.id: record.checks[c.id] for c in exercise.checks if c.id in record.checks}
            self.records[part] = Record(record.lesson, part, mine)
        visible, hidden = (self.records[part].checks for part in ("visible", "hidden"))
        self.merged = {c.id: join(visible[c.id], hidden.get(c.id)) for c in exercise.checks}
        self.starts = {c.id: len(visible[c.id]["lines"]) for c in exercise.checks}

    def seen(self, outcome):
        """All observations of an outcome, hidden positions as the record counts them; {check id: [Seen]}."""
        return {
            c.id: [*outcome.part(c.id, "visible"), *shifted(outcome.part(c.id, "hidden"), self.starts[c.id])]
            for c in self.checks
        }

    def verdict(self, seen):
        """The judge's Verdict on observations {check id: [Seen]}."""
        flat = [s for observed in seen.values() for s in observed]
        return judge(self.records, Run("finished", {}, flat, Isolation("none")))

    def failures(self, seen):
        """[(check id, part, line, Difference)] of every line that does not pass, in order."""
        found = []
        for id, record in self.merged.items():
            at = {s.position: s for s in seen[id]}
            for line in record["lines"]:
                difference = check_line(line, at.get(line["position"]))
                if difference is not None:
                    found.append((id, record["parts"][line["position"]], line, difference))
        return found

    def values(self):
        """[(check id, line)] of every line that holds a value."""
        lines = [(id, line) for id, record in self.merged.items() for line in record["lines"]]
        return [(id, line) for id, line in lines if line["kind"] == "value" and "hash" not in line]


def rejected_by(failures):
    """The expectation that rejects an answer first, by name, as the certificate and its readers call it; or None."""
    return told(*failures[0][:3]) if failures else None


def told(check, part, line):
    """An expectation by name."""
    return f"{check} ({part}): {line['label']}" if line["label"] else f"{check} ({part})"


def alike(one, other):
    """Whether two sets of observations are the same up to rounding; exceptions by type, place and shapes."""
    for id, mine in one.items():
        theirs = other[id]
        if [(s.position, s.kind) for s in mine] != [(s.position, s.kind) for s in theirs]:
            return False
        if not all(_same(a, b) for a, b in zip(mine, theirs, strict=True)):
            return False
    return True


def _same(a, b):
    if a.kind == "raised":
        return same_error(a.value, b.value)
    if a.kind in ("work", "raises", "forbidden", "at_least"):
        return a.value == b.value
    return compare(a.value, b.value) is None
