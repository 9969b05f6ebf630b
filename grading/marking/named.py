"""Mistakes that this class's instructor has named: one sentence each, kept with what such an answer gives.

They stand in hidden/named/LESSON.npz, a record like the lesson's own. A verdict as judged keeps them out; they are
added whenever one is shown, so that a sentence reaches everybody without running student code again.
"""

from dataclasses import replace

from course_lib.evidence.compare import BadRecord, Record, load_record, record_line, save_record
from course_lib.evidence.mistakes import Mistake
from course_lib.evidence.observation import Seen
from course_lib.evidence.records import join
from grading.errors import CourseError
from grading.ids import exercise_of
from grading.marking.behaviour import alike, first_wrong
from grading.marking.observed import Observed
from grading.marking.verdict import from_json


class Named:
    """The named mistakes of one lesson in a course folder, read once."""

    def __init__(self, course, lesson):
        self.course, self.lesson = course, lesson
        self.path = course.root / "hidden" / "named" / f"{lesson}.npz"
        try:
            found = load_record(self.path).checks if self.path.exists() else {}
            self.checks = {check: list(found[check]["mistakes"]) for check in found}
        except BadRecord as error:
            raise CourseError(f"{error} Or remove it and name the groups again.") from None

    def record(self, check):
        """The lesson's expected values of a check, both parts."""
        records = self.course.records(self.lesson)
        return join(records["visible"].checks[check], records["hidden"].checks.get(check))

    def all(self):
        """[(check, mistake)] in the lesson's order."""
        return [(check, mistake) for check, mistakes in self.checks.items() for mistake in mistakes]

    def add(self, group, name, say, observed):
        """Name what gave `observed` ({check: {position: Seen}}); a group that has a name gets the new one."""
        self.remove(group)
        for check, seen in observed.items():
            lines = [record_line(one) for one in seen.values()]
            entry = {"name": name, "say": say, "group": group, "lines": lines}
            self.checks.setdefault(check, []).append(entry)
        self._write()

    def remove(self, group):
        """Take a group's name back; whether it had one."""
        before = len(self.all())
        for check in self.checks:
            self.checks[check] = [mistake for mistake in self.checks[check] if mistake["group"] != group]
        self._write()
        return len(self.all()) < before

    def _write(self):
        kept = {check: {"lines": [], "mistakes": mistakes} for check, mistakes in self.checks.items() if mistakes}
        if not kept and not self.path.exists():
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        save_record(self.path, Record(self.lesson, "named", kept))

    def of(self, check, seen):
        """The Mistakes named here that a failing check's {position: Seen} behaves like."""
        if not self.checks.get(check):
            return []
        record, found = self.record(check), []
        wrong = first_wrong(record, seen)
        for mistake in self.checks[check] if wrong else ():
            theirs = {x["position"]: _seen(check, x) for x in mistake["lines"]}
            if alike(record, theirs, seen):
                often = seen.get(wrong[0]["position"], _NOTHING).kind == "raised"
                found.append(Mistake(mistake["name"], mistake["say"], often))
        return found

    def dress(self, verdict, observed):
        """The verdict with the sentences for its failing checks that have none; `observed` as kept of its run."""
        if not self.checks:
            return verdict
        checks = dict(verdict.checks)
        for id, check in checks.items():
            if not unnamed(verdict, id) or id not in observed:
                continue
            found = self.of(id, observed[id])
            if not found:
                continue
            told = " ".join([check.reason, *(mistake.sentence for mistake in found)])
            checks[id] = replace(check, mistakes=found, reason=told)
        return replace(verdict, checks=checks)


class Dresser:
    """Verdicts of a course folder as they are shown: with what its instructor has named. One open journal."""

    def __init__(self, course, journal):
        self.course, self.journal, self.observed = course, journal, Observed(course.root)
        self.named = {}

    def verdict(self, student, lesson, nb):
        """The verdict in a graded notebook of this student's, dressed."""
        verdict = from_json(nb.metadata["course"]["verdict"])
        if lesson not in self.named:
            self.named[lesson] = Named(self.course, lesson)
        kept = self.journal.replayed(student, lesson)
        if kept is None or not kept["key"] or not self.named[lesson].checks:
            return verdict
        return self.named[lesson].dress(verdict, self.observed.read(kept["key"]))


def unnamed(verdict, check):
    """Whether a check was tried, fails, and no known mistake is recognised in its exercise.

    What was read off the values or the code by rule is no name: a person may know better what was meant.
    """
    mine = [c for c in verdict.checks.values() if exercise_of(c.id) == exercise_of(check)]
    one = verdict.checks[check]
    return one.started and not one.passed and all(mistake.relation for c in mine for mistake in c.mistakes)


_NOTHING = Seen("", "visible", 0, "", "value", None)


def _seen(check, line):
    return Seen(check, "visible", line["position"], line["label"], line["kind"], line["value"])
