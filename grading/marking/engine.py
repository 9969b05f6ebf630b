"""Grades a class: submissions in, gradebook out. Workers run ahead; one thread lays over and writes.

    read -> lay over -> (journal has it?) -> sandbox -> judge -> journal -> replay -> note

Everything up to the journal is a function of bytes; the gradebook is written from the journal alone. So a killed run
continues where it was, and a second run does only what changed. Each step stands inside the boundary around one
submission (grading/marking/boundary.py): what fails there costs nobody else.
"""

import collections
import concurrent.futures
import contextlib
import sys
import time

from grading.confinement.pool import SandboxPool, default_workers
from grading.course.folder import Course
from grading.course.times import read_time
from grading.errors import CourseError
from grading.marking.backup import scratch
from grading.marking.boundary import FAULT, Boundary
from grading.marking.choices import Work, best, choices_of
from grading.marking.jobs import points_of
from grading.marking.journal import Journal
from grading.marking.judge import not_graded
from grading.marking.lanes import HELD, Lanes, Late
from grading.marking.mark import verdict_of, worth
from grading.marking.observed import Observed
from grading.marking.outcome import Graded, Summary, pack
from grading.marking.prepare import state_of
from grading.marking.reruns import Judging, otherwise

AHEAD = 3  # jobs waiting per worker
SAME = 8  # submissions waiting per job: many hand in the same
SPARE = 600  # seconds: for who grades again and again, a copy of the gradebook is made no more often


@contextlib.contextmanager
def _quick_turns():
    """Threads that talk to a worker wait at most half a millisecond for the one that lays over and writes."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
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
            raise CourseError(f"Nothing was handed in by {', '.join(unknown)}; look into {course.root / 'submitted'}.")
        wanted = [pair for pair in wanted if pair[0] in students]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_quick_turns())
        journal = stack.enter_context(Journal(course.root / "journal"))
        workers = workers or default_workers()
        if pool is None and change is None and (force or any(journal.replayed(*pair) is None for pair in wanted)):
            pool = stack.enter_context(SandboxPool(workers, trust=trust))  # it starts while the rest is read
        from grading.marking.replay import Writer  # nbgrader takes a second to import: the sandbox starts meanwhile
        from grading.marking.terms import put_points

        apart = stack.enter_context(scratch(course)) if dry else None
        writer = stack.enter_context(Writer(course, apart, spare=0 if pairs is None else SPARE))
        before = {lesson: writer.marks(lesson) for lesson in chosen}
        if change is not None:
            change(writer)
        put_points(writer, chosen)
        run = _Run(course, journal, writer, force=force, dry=dry, twice=twice, tell=tell, total=len(wanted))
        run.before, run.only_marks = before, change is not None
        run.today = {lesson: writer.marks(lesson) for lesson in chosen} if change is not None else before
        run.pool_options, run.trust = (workers, trust), trust
        run.pool, run.stack, run.lane = pool, stack, lane
        graded = run.all(wanted)
    seconds = time.monotonic() - start
    return Summary(graded, seconds, run.isolation, run.differs, course.unfit(), dry, run.unread, run.last, run.left)


class _Run:
    """The state of one grading run; all of it in one thread but the pool."""

    def __init__(self, course, journal, writer, *, force, dry, twice, tell, total):
        self.course, self.journal, self.writer = course, journal, writer
        self.force, self.dry, self.twice, self.tell, self.total = force, dry, twice, tell, total
        self.present, self.observed = writer.submitted(), Observed(course.root)
        self.pool = self.stack = self.pool_options = None
        self.isolation, self.differs, self.trust = "", (), False
        self.fresh = set()  # job keys run in this run: --force runs each once
        self.running = {}  # future -> job
        self.waiting = collections.defaultdict(list)  # key -> [Work]
        self.graded = []
        self.unread = []  # sentences: hand-in times that are none
        self.before = self.today = {}  # lesson -> {student: Mark}: as marked last, and judged by today's dates
        self.only_marks = False
        self.boundary = Boundary(course.root / "journal")
        self.lanes, self.lane = Lanes(), None
        self.last, self.left = [], []  # (student, lesson)s: ran in the second lane; were left for it

    def all(self, wanted):
        """Grade these (student, lesson) pairs; returns the list of Graded, in their order."""
        try:
            for student, lesson in wanted:
                with self.boundary.around("reading it or writing its marks", (student, lesson)) as faults:
                    self._take(student, lesson)
                self._fail(faults)
                while self._enough():
                    self._collect(concurrent.futures.FIRST_COMPLETED)
                self._collect(None)
                if len(self.lanes.late) >= HELD:
                    self._finish()
            self._finish()
        except BaseException:
            for future in self.running:
                future.cancel()
            raise
        order = {pair: i for i, pair in enumerate(wanted)}
        return sorted(self.graded, key=lambda one: order[one.student, one.lesson])

    def _finish(self):
        """Wait for what is under way; then run what took too long for the first lane, with all the time it may take."""
        while self.running:
            self._collect(concurrent.futures.FIRST_COMPLETED)
        late, self.lanes.late = self.lanes.late, collections.deque()
        for job, runs in late:
            pairs = [(work.student, work.lesson) for work in self.waiting[job.key]]
            if self.lane == 1:
                self.left += pairs
                del self.waiting[job.key]
            else:
                self.last += pairs
                self.running[self._submit(job, runs)] = job
        while self.running:
            self._collect(concurrent.futures.FIRST_COMPLETED)

    def _enough(self):
        """Whether as much is under way as may be: what waits is held in memory."""
        most = getattr(self.pool, "ahead", AHEAD * self.pool_options[0])
        waiting = sum(len(self.waiting[job.key]) for job in self.running.values())
        return len(self.running) >= most or waiting >= SAME * most

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
            if key not in self.waiting:
                self.running[self._submit(jobs[key])] = jobs[key]
            self.waiting[key].append(work)
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
        if result is None or (result.get("unconfined") and not self.trust):
            return False
        return not self.twice or "unsteady" in result

    def _kept(self, before):
        if not before["key"]:
            points = points_of(self.course.skeleton(before["lesson"]))
            records = self.course.records(before["lesson"])
            return worth(not_graded(records, before["outcome"], before["sentence"], points), self.course)
        return verdict_of(self.journal.result(before["key"]), before.get("repairs", []), self.course)

    def _submit(self, job, short=None):
        """A future of what comes of a job: in the first lane, or after its `short` runs with all its time."""
        if self.pool is None:
            workers, trust = self.pool_options
            self.pool = self.stack.enter_context(SandboxPool(workers, trust=trust))
        records, skeleton = self.course.records(job.lesson), self.course.skeleton(job.lesson)
        job = self.lanes.short(job) if short is None and self.lane != 2 else job
        return Judging(self.pool, records, skeleton).watch([job, otherwise(job)] if self.twice else [job], short)

    def _collect(self, until):
        """Write the results that are there; `until` waits for the next one."""
        if not self.running:
            return
        timeout = None if until else 0
        done, _ = concurrent.futures.wait(self.running, timeout, until or concurrent.futures.FIRST_COMPLETED)
        for future in done:
            job = self.running.pop(future)
            late = not future.cancelled() and future.exception() is None and future.result()
            if isinstance(late, Late):
                self.lanes.late.append((job, late.runs))
                continue
            waiting = [work for work in self.waiting.pop(job.key) if work.missing]
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
        self.isolation, self.differs = isolation.path, isolation.differs
        self.observed.write(job.key, observed)
        self.journal.add_result(job.key, result)
        self.lanes.ended(job, result)
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
