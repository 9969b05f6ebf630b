"""What a collect says: a line for each student, a line for each file that was given, and what an instructor must do."""

from dataclasses import asdict, dataclass, field

TAKEN, KEPT, STOPPED = "taken", "kept", "stopped"


@dataclass
class Outcome:
    """What became of one student's hand-in: taken, kept (what was there stays) or stopped (nothing was decided)."""

    student: str
    status: str
    why: str
    name: str = ""
    system: str = ""
    user_id: str = ""
    file: str = ""
    time: str = ""
    time_from: str = ""
    late: bool = False
    helpers: list = field(default_factory=list)
    new: bool = False  # nobody of this id was known, though others were


@dataclass
class Row:
    """One file that was given: for whom it was taken, or why not."""

    path: str
    taken: bool
    student: str
    why: str


@dataclass
class Report:
    """All of one collect; every file that was given has exactly one row."""

    lesson: str
    dry: bool
    students: list
    files: list
    nobody: list
    problems: list

    @property
    def collected(self):
        """{student: the path of the notebook taken}."""
        return {one.student: one.file for one in self.students if one.status == TAKEN}

    def to_json(self):
        """Plain values for a script."""
        told = asdict(self)
        told["dry_run"] = told.pop("dry")
        return {"collected": self.collected, **told}


def lines(report):
    """The report as text: a table of students, the files that were not taken, the problems."""
    width = max((len(one.student) for one in report.students), default=0)
    for one in report.students:
        what = one.file or "-"
        told = [one.why]
        if one.status != STOPPED:
            told.append(f"{one.time} ({one.time_from})" if one.time else f"no hand-in time ({one.time_from})")
        if one.helpers:
            told.append(f"with {', '.join(one.helpers)}")
        yield f"{one.status:7}  {one.student:{width}}  {what}  {'; '.join(told)}"
    left = [row for row in report.files if not row.taken]
    if left:
        yield "not taken:"
    for row in left:
        whose = f" ({row.student})" if row.student else ""
        yield f"  {row.path}{whose}: {row.why}"
    new = [one.student for one in report.students if one.new and one.status == TAKEN]
    if new:
        yield f"not known here before, so look at how they are written: {', '.join(new)}"
    for sentence in report.problems:
        yield f"To do: {sentence}"
    counts = [(status, sum(one.status == status for one in report.students)) for status in (TAKEN, KEPT, STOPPED)]
    told = ", ".join(f"{count} {status}" for status, count in counts)
    changed = "; nothing was changed (--dry-run)" if report.dry else ""
    yield f"{report.lesson}: {told}; {len(report.files)} files given, {len(left)} not taken{changed}."
