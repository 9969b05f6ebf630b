"""The account of a collect: every file that was given gets one row, every student one outcome, and what is to do."""

from grading.course.collect.given import NOTEBOOKS, OTHER_ARCHIVES, UNNAMED, looks_like_a_notebook
from grading.course.collect.report import STOPPED, TAKEN, Outcome, Report, Row


class Account:
    """What became of the files and of the students so far."""

    def __init__(self):
        self.problems = []  # sentences that say what an instructor must do
        self._rows, self._outcomes, self._nobody = {}, [], []

    def has(self, entry):
        """Whether the file has its row."""
        return entry in self._rows

    def passed(self, entry, why):
        """A file that is nobody's work in this lesson."""
        self._rows[entry] = Row(entry.path, False, "", why)

    def nobodys(self, entry):
        """A file whose name does not say whose it is: to be settled where it may be somebody's work."""
        why = "its name does not say whose it is"
        if entry.bad:
            why = f"{entry.bad}; {why}"
        elif looks_like_a_notebook(entry):
            why = f"{UNNAMED}; {why}"
        self.passed(entry, why)
        work = (*NOTEBOOKS, ".zip", ".tar", ".tgz", *OTHER_ARCHIVES) if entry.bad else NOTEBOOKS
        if not entry.path.lower().endswith(work) and UNNAMED not in why:
            return
        self._nobody.append(entry.path)
        self.problems.append(
            f"{entry.path}: {why}; say --who '{entry.path}=STUDENT' or put it into a folder of the student's name."
        )

    def doubtful(self, doubt, entries):
        """Files that could be several people's (a Doubt): all of them are stopped."""
        self.problems.append(doubt.sentence)
        self._outcomes.append(Outcome(doubt.student, STOPPED, doubt.sentence, file=entries[0].path))
        for entry in entries:
            why = f"{entry.bad}; " if entry.bad else ""
            told = f"stopped: {why}it is not certain whose it is"
            self._rows[entry] = Row(entry.path, False, doubt.student, told)

    def stopped(self, one, why):
        """Nothing of OneStudent's is decided."""
        self.problems.append(why if why.startswith(one.student) else f"{one.student}: {why}")
        self._outcomes.append(Outcome(one.student, STOPPED, why, file=one.files[0][0].path))
        for entry, _ in one.files:
            self._row(entry, False, one.student, one.left.get(entry, "stopped: see what is to do"))

    def settled(self, one, chosen, outcome):
        """The `outcome` of OneStudent, whose notebook is `chosen`; helpers lie along with it, the rest is left."""
        for entry, why in one.left.items():
            self._row(entry, False, one.student, why)
        for entry, name in one.along.items():
            self._row(entry, outcome.status == TAKEN, one.student, f"helper beside the notebook, as {name}")
        self._row(chosen.entry, outcome.status == TAKEN, one.student, outcome.why)
        self._outcomes.append(outcome)

    def _row(self, entry, taken, student, why):
        """A file may be handed in by several people together."""
        before = self._rows.get(entry)
        if before is not None:
            student, taken = f"{before.student}, {student}", before.taken or taken
        self._rows[entry] = Row(entry.path, taken, student, why)

    def report(self, lesson, given, *, dry):
        """The Report on all that was given."""
        rows = [Row(path, False, "", why) for path, why in given.passed]
        rows += [self._rows.get(entry) or Row(entry.path, False, "", "not looked at") for entry in given.entries]
        rows.sort(key=lambda row: row.path)
        outcomes = sorted(self._outcomes, key=lambda one: one.student)
        return Report(lesson, dry, outcomes, rows, self._nobody, self.problems)
