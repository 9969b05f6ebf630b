"""Grades a class: submissions in, gradebook out. Workers run ahead, one thread judges, one lays over and writes.

    read -> lay over -> (journal has it?) -> sandbox -> judge -> journal -> replay -> note

Everything up to the journal is a function of bytes; the gradebook is written from the journal alone. So a killed run
continues where it was, and a second run does only what changed. Each step stands inside the boundary around one
submission (grading/marking/boundary.py): what fails there costs nobody else.
"""

import contextlib
import gc
import sys
import time
from difflib import get_close_matches

from grading.confinement.pool import default_workers
from grading.course.folder import Course
from grading.course.times import read_time
from grading.errors import CourseError
from grading.marking.backup import scratch
from grading.marking.boundary import FAULT, Boundary
from grading.marking.choices import Work, best, choices_of
from grading.marking.jobs import points_of
from grading.marking.journal import Journal
from grading.marking.judge import not_graded
from grading.marking.mark import verdict_of, worth
from grading.marking.observed import Observed
from grading.marking.outcome import Graded, Summary, pack
from grading.marking.prepare import state_of
from grading.marking.under_way import UnderWay

SPARE = 600  # seconds: for who grades again and again, a copy of the gradebook is made no more often


@contextlib.contextmanager
def _quick_turns():
    """Threads that talk to a worker wait at most half a millisecond for the one that lays over and writes, and nobody
    looks for garbage in what was imported.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)


def grade(
    root,
    lessons=(),
    *,
    students=(),
    pairs=None,
    workers=None,
    force=False,
    dry=False,
    twice=False,
    trust=False,
    pool=None,
    tell=None,
    change=None,
    lane=None,
):
    """Grade what changed; returns a Summary. `root` is the folder's path or an open Course.

    `force` runs and writes everything again; `twice` runs each a second time under other conditions and flags what
    comes out otherwise; `dry` leaves the gradebook alone and says which marks would change; `pool` is anything with
    `submit(job) -> future of Run` (default: the sandbox); `tell(done, total, Graded)` hears of each one. With
    `change(writer)`, which changes a rule, only marks are made anew: what was not graded yet or has changed is left.
    `pairs` are the (student, lesson)s to grade, in this order, for who comes again every few seconds; in the `lane` 1,
    those that take long are left and named in `Summary.left`, in the lane 2 each has its full time at once.
    """
    start = time.monotonic()
    course = root if isinstance(root, Course) else Course(root)
    chosen = course.choose(lessons if pairs is None else sorted({lesson for _, lesson in pairs}))
    wanted = [(student, lesson) for lesson in chosen for student in course.students(lesson)] if pairs is None else pairs
    if students:
        unknown = sorted(set(students) - {student for student, _ in wanted})
        if unknown:
            near = [name for one in unknown for name in get_close_matches(one, sorted({s for s, _ in wanted}), 2)]
            hint = f"is it {' or '.join(near)}?" if near else f"look into {course.root / 'submitted'}."
            raise CourseError(f"Nothing was handed in by {', '.join(unknown)}; {hint}")
        wanted = [pair for pair in wanted if pair[0] in students]
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(Journal(course.root / "journal"))
        under_way = UnderWay(course, pool, workers=workers or default_workers(), trust=trust, twice=twice, lane=lane)
        stack.enter_context(under_way)
        if change is None and (force or any(journal.replayed(*pair) is None for pair in wanted)):
            under_way.start()  # it gets ready while the rest is read
        from grading.marking.replay import Writer  # nbgrader takes a second to import: the sandbox starts meanwhile
        from grading.marking.terms import put_points

        apart = stack.enter_context(scratch(course)) if dry else None
        writer = stack.enter_context(Writer(course, apart, spare=0 if pairs is None else SPARE))
        before = {lesson: writer.marks(lesson) for lesson in chosen}
        if change is not None:
            change(writer)
        put_points(writer, chosen)
        run = _Run(course, journal, writer, under_way, force=force, dry=dry, tell=tell, total=len(wanted))
        run.before, run.only_marks = before, change is not None
        run.today = {lesson: writer.marks(lesson) for lesson in chosen} if change is not None else before
        stack.enter_context(_quick_turns())
        graded = run.all(wanted)
    seconds = time.monotonic() - start
    astray = course.astray() if pairs is None and not students else []
    rest = under_way.last, under_way.left, astray, run.counted
    return Summary(graded, seconds, run.isolation, run.differs, course.unfit(), dry, run.unread, *rest)


class _Run:
    """The state of one grading run; all of it in one thread but the pool."""

    def __init__(self, course, journal, writer, under_way, *, force, dry, tell, total):
        self.course, self.journal, self.writer, self.under_way = course, journal, writer, under_way
        self.force, self.dry, self.tell, self.total = force, dry, tell, total
        self.present, self.observed = writer.submitted(), Observed(course.root)
        self.isolation, self.counted, self.differs = "", "", ()
        self.fresh = set()  # job keys run in this run: --force runs each once
        self.graded = []
        self.unread = []  # sentences: hand-in times that are none
        self.before = self.today = {}  # lesson -> {student: Mark}: as marked last, and judged by today's dates
        self.only_marks = False
        self.boundary = Boundary(course.root / "journal")

    def all(self, wanted):
        """Grade these (student, lesson) pairs; returns the list of Graded, in their order."""
        try:
            for student, lesson in wanted:
                with self.boundary.around("reading it or writing its marks", (student, lesson)) as faults:
                    self._take(student, lesson)
                self._fail(faults)
                while self.under_way.full():
                    self._write(self.under_way.done(wait=True))
                self._write(self.under_way.done())
                if self.under_way.many_late():
                    self._write(self.under_way.rest())
            self._write(self.under_way.rest())
        except BaseException:
            self.under_way.cancel()
            raise
        order = {pair: i for i, pair in enumerate(wanted)}
        return sorted(self.graded, key=lambda one: order[one.student, one.lesson])

    def _take(self, student, lesson):
        submission = self.course.submission(student, lesson)
        state = state_of(self.course, submission)
        try:
            read_time(submission.timestamp, f"submitted/{student}/{lesson}/timestamp.txt")
        except CourseError as error:  # the work is graded all the same, as if no time was given
            self.unread.append(str(error))
        before = self.journal.replayed(student, lesson)
        current = before is not None and before["mark"] == state and (student, lesson) in self.present
        current = current and (not before["key"] or self._good(self.journal.result(before["key"])))
        mark = self.today[lesson].get(student)
        same_rules = current and mark is not None and before.get("rules") == self.writer.rules(lesson, mark)
        if same_rules and not self.force and not self.journal.failed(student, lesson):
            one = Graded(student, lesson, before["outcome"], pack(self._kept(before)), "up to date")
            one.before = one.mark = mark
            one.unconfined = before.get("unconfined", False)
            return self._done(one)
        if self.only_marks and not current:
            return self._left(student, lesson)
        choices = choices_of(self.course, submission)
        jobs = {one.key: one.job for one in choices if one.job is not None}
        how = "re-marked" if current and not (self.force and jobs) else "from the journal" if jobs else "not run"
        work = Work(student, lesson, state, choices, how, {key for key in jobs if not self._there(key)})
        if not work.missing:
            return self._settle(work)
        if self.only_marks:  # an attempt that was never run
            return self._left(student, lesson)
        for key in work.missing:
            self.under_way.ask(jobs[key], work)
        return None

    def _left(self, student, lesson):
        verdict = not_graded(self.course.records(lesson), "new", "", points_of(self.course.skeleton(lesson)))
        return self._done(Graded(student, lesson, "new", pack(verdict), "left for course grade"))

    def _there(self, key):
        """Whether the journal's result of a job will do; with --force only one of this run."""
        return (key in self.fresh or not self.force) and self._good(self.journal.result(key))

    def _good(self, result):
        """Whether a result from the journal will do: it is there, and was checked twice when that is asked for.

        What ran without the promised confinement is run again in a confined run.
        """
        if result is None or (result.get("unconfined") and not self.under_way.trust):
            return False
        return not self.under_way.twice or "unsteady" in result

    def _kept(self, before):
        if not before["key"]:
            points = points_of(self.course.skeleton(before["lesson"]))
            records = self.course.records(before["lesson"])
            return worth(not_graded(records, before["outcome"], before["sentence"], points), self.course)
        return verdict_of(self.journal.result(before["key"]), before.get("repairs", []), self.course)

    def _write(self, done):
        """Write what came of these jobs, (job, future, who waits for it) each."""
        for job, future, waiting in done:
            pairs = [(work.student, work.lesson) for work in waiting]
            with self.boundary.around("running and judging it", *pairs) as faults:
                self._keep(job, *future.result())
            self._fail(faults)
            for work in waiting if faults else ():
                work.missing.clear()  # told once; its other attempts' runs are kept, and nothing waits for them
            for i, work in enumerate(waiting if not faults else ()):
                work.missing.discard(job.key)
                work.how = "ran" if i == 0 else work.how
                if not work.missing:
                    with self.boundary.around("writing its marks", pairs[i]) as faults:
                        self._settle(work)
                    self._fail(faults)

    def _keep(self, job, result, isolation, observed):
        """Put what a run gave into the journal, and first what its checks saw: the journal's are not run again."""
        self.isolation, self.counted, self.differs = isolation.path, isolation.memory, isolation.differs
        self.observed.write(job.key, observed)
        self.journal.add_result(job.key, result)
        self.under_way.ended(job, result)
        self.fresh.add(job.key)

    def _fail(self, faults):
        """Say of these submissions that the grader failed on them; their marks stay, and the next run tries again."""
        for fault in faults:
            student, lesson = fault.student, fault.lesson
            self.journal.add_fault(student, lesson, sentence=fault.sentence)
            points = points_of(self.course.skeleton(lesson))
            verdict = not_graded(self.course.records(lesson), FAULT, fault.sentence, points)
            self._done(Graded(student, lesson, FAULT, pack(verdict), "not run"))

    def _settle(self, work):
        """Write one student's marks: those of the attempt that counts."""
        student, lesson = work.student, work.lesson
        chosen = best(self.course, self.writer, work.choices, self.journal.result)
        laid, result, verdict = chosen.choice.laid, chosen.result, chosen.verdict
        one = Graded(student, lesson, laid.outcome, pack(verdict), work.how, cpu=result["cpu"])
        one.unsteady, one.unconfined = result.get("unsteady", []), result.get("unconfined", False)
        one.changes = self._changes(student, lesson, verdict)
        one.before = self.before[lesson].get(student)
        before = self.journal.replayed(student, lesson)
        changed = before is None or before["mark"] != work.state
        one.mark = self.writer.replay(chosen.choice.submission, chosen.nb, verdict, changed=changed)
        if not self.dry:
            told = {"outcome": laid.outcome, "repairs": laid.repairs, "sentence": laid.sentence}
            told |= {"unconfined": True} if one.unconfined else {}
            told |= {"key": chosen.choice.key, "rules": self.writer.rules(lesson, one.mark)}
            self.journal.add_replayed(student, lesson, mark=work.state, **told)
        self._done(one)

    def _changes(self, student, lesson, verdict):
        """Marks that are in the gradebook and will be others: (grade id, old, new)."""
        if (student, lesson) not in self.present:
            return []
        scores = self.writer.scores(lesson, student)
        changes = []
        for cell in self.course.skeleton(lesson).checks:
            old = scores.get(cell.grade_id, {}).get("auto")
            new = verdict.checks[cell.check].score
            if old is not None and old != new:
                changes.append((cell.grade_id, old, new))
        return changes

    def _done(self, one):
        self.graded.append(one)
        if self.tell is not None:
            self.tell(len(self.graded), self.total, one)
