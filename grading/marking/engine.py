"""Grades a class: submissions in, gradebook out. Workers run ahead; one thread sanitises and writes.

    read -> sanitise -> (journal has it?) -> sandbox -> judge -> journal -> replay -> mark

Everything up to the journal is a function of bytes; the gradebook is written from the journal alone. So a killed run
continues where it was, and a second run does only what changed.
"""

import collections
import concurrent.futures
import contextlib
import functools
import hashlib
import os
import sys
import threading
import time
from dataclasses import replace

from grading.confinement.job import Step
from grading.confinement.sandbox import SandboxPool, default_workers
from grading.course.folder import Course
from grading.errors import CourseError
from grading.marking import judge
from grading.marking.jobs import (
    dress,
    joined,
    make_job,
    make_result,
    points_of,
    refused_result,
    second_chance,
    verdict_of,
)
from grading.marking.journal import Journal
from grading.marking.outcome import Graded, Shelf, Summary
from grading.marking.overlay import Sanitised, sanitise

AHEAD = 3  # jobs waiting per worker
SAME = 8  # submissions waiting per job: many hand in the same
CRASH_POINTS = ("ran", "journalled", "replayed", "marked")  # where tests kill the run


def lay_over(course, submission):
    """Sanitise one submission, with what is to be said about its file."""
    skeleton = course.skeleton(submission.lesson)
    if submission.refused:
        laid = sanitise(None, skeleton)
        outcome, sentence = submission.refused
        return _renamed(laid, outcome, sentence)
    laid = sanitise(submission.raw, skeleton, course.skeletons())
    if submission.note:
        laid.repairs.insert(0, submission.note)
    return laid


def _renamed(laid, outcome, sentence):
    laid.nb.metadata["course"].update(outcome=outcome, sentence=sentence)
    laid.nb.cells[0]["source"] = f"**Not graded.** {sentence}"
    return Sanitised(laid.nb, outcome, sentence, laid.repairs)


def job_of(course, submission, laid):
    """The sandbox's job for a laid-over submission."""
    lesson = submission.lesson
    return make_job(
        laid.nb,
        course.skeleton(lesson),
        course.records(lesson),
        fingerprint=course.fingerprint(lesson),
        limits=course.limits(submission.student),
        files=course.files(lesson),
    )


def mark_of(course, submission):
    """The hash of all that decides what the gradebook says of a submission."""
    digest = hashlib.sha256()
    for part in (submission.raw or b"-", submission.name, submission.timestamp, str(submission.refused)):
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8", "replace"))
        digest.update(b"\0")
    limits = course.limits(submission.student)
    digest.update(f"{course.fingerprint(submission.lesson)} {limits}".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _quick_turns():
    """Threads that talk to a worker wait at most half a millisecond for the one that sanitises and writes."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def open_pool(workers, *, trust=False):
    """The sandbox with its threads."""
    return SandboxPool(workers, trust=trust)


def grade(
    root,
    lessons=(),
    *,
    students=(),
    workers=None,
    force=False,
    dry=False,
    twice=False,
    trust=False,
    pool=None,
    tell=None,
):
    """Grade what changed; returns a Summary.

    `force` runs and writes everything again; `twice` runs each a second time under other conditions and flags what
    comes out otherwise; `dry` leaves the gradebook alone and says which marks would change; `pool` is anything with
    `submit(job) -> future of Run` (default: the sandbox); `tell(done, total, Graded)` hears of each one.
    """
    start = time.monotonic()
    course = Course(root)
    chosen = course.choose(lessons)
    wanted = [(student, lesson) for lesson in chosen for student in course.students(lesson)]
    if students:
        unknown = sorted(set(students) - {student for student, _ in wanted})
        if unknown:
            raise CourseError(f"Nothing was handed in by {', '.join(unknown)}; look into {course.root / 'submitted'}.")
        wanted = [pair for pair in wanted if pair[0] in students]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_quick_turns())
        journal = stack.enter_context(Journal(course.root / "journal"))
        workers = workers or default_workers()
        if pool is None and (force or any(journal.replayed(*pair) is None for pair in wanted)):
            pool = stack.enter_context(open_pool(workers, trust=trust))  # it starts while the rest is read
        from grading.marking.gradebook import Writer

        writer = stack.enter_context(Writer(course))
        run = _Run(course, journal, writer, force=force, dry=dry, twice=twice, tell=tell, total=len(wanted))
        run.pool_options = (workers, trust)
        run.pool, run.stack = pool, stack
        graded = run.all(wanted)
    seconds = time.monotonic() - start
    return Summary(graded, seconds, run.isolation, run.differs, course.unfit(), dry)


class _Run:
    """The state of one grading run; all of it in one thread but the pool."""

    def __init__(self, course, journal, writer, *, force, dry, twice, tell, total):
        self.course, self.journal, self.writer = course, journal, writer
        self.force, self.dry, self.twice, self.tell, self.total = force, dry, twice, tell, total
        self.present = writer.submitted()
        self.pool = self.stack = self.pool_options = None
        self.isolation, self.differs = "", ()
        self.fresh = set()  # job keys run in this run: --force runs each once
        self.running = {}  # future -> job
        self.waiting = collections.defaultdict(list)  # key -> [(submission, laid, mark)]
        self.graded, self.shelf = [], Shelf()

    def all(self, wanted):
        """Grade these (student, lesson) pairs; returns the list of Graded, in their order."""
        try:
            for student, lesson in wanted:
                self._take(student, lesson)
                while self._enough():
                    self._collect(concurrent.futures.FIRST_COMPLETED)
                self._collect(None)
            while self.running:
                self._collect(concurrent.futures.FIRST_COMPLETED)
        except BaseException:
            for future in self.running:
                future.cancel()
            raise
        order = {pair: i for i, pair in enumerate(wanted)}
        return sorted(self.graded, key=lambda one: order[one.student, one.lesson])

    def _enough(self):
        """Whether as much is under way as may be: what waits is held in memory."""
        most = getattr(self.pool, "ahead", AHEAD * self.pool_options[0])
        return len(self.running) >= most or sum(map(len, self.waiting.values())) >= SAME * most

    def _take(self, student, lesson):
        submission = self.course.submission(student, lesson)
        mark = mark_of(self.course, submission)
        before = self.journal.replayed(student, lesson)
        current = before is not None and before["mark"] == mark and (student, lesson) in self.present
        current = current and (not before["key"] or self._good(self.journal.result(before["key"])))
        if current and not self.force:
            kept = self.shelf.put(self._kept(before))
            return self._done(Graded(student, lesson, before["outcome"], kept, "up to date"))
        laid = lay_over(self.course, submission)
        if laid.outcome != "graded":
            result = refused_result(laid, self.course.records(lesson), self.course.skeleton(lesson))
            return self._settle(submission, laid, mark, "", result, "not run")
        job = job_of(self.course, submission, laid)
        result = None if self.force and job.key not in self.fresh else self.journal.result(job.key)
        if self._good(result):
            return self._settle(submission, laid, mark, job.key, result, "from the journal")
        self.waiting[job.key].append((submission, laid, mark))
        if len(self.waiting[job.key]) == 1:
            self.running[self._submit(job)] = job
        return None

    def _good(self, result):
        """Whether a result from the journal will do: it is there, and was checked twice when that is asked for."""
        return result is not None and (not self.twice or "unsteady" in result)

    def _kept(self, before):
        if not before["key"]:
            points = points_of(self.course.skeleton(before["lesson"]))
            return judge.not_graded(
                self.course.records(before["lesson"]), before["outcome"], before["sentence"], points
            )
        result = self.journal.result(before["key"])
        verdict = judge.from_json(result["verdict"])
        verdict.repairs = before.get("repairs", [])
        return verdict

    def _submit(self, job):
        if self.pool is None:
            workers, trust = self.pool_options
            self.pool = self.stack.enter_context(open_pool(workers, trust=trust))
        records, skeleton = self.course.records(job.lesson), self.course.skeleton(job.lesson)
        return _Judging(self.pool, records, skeleton).watch([job, otherwise(job)] if self.twice else [job])

    def _collect(self, until):
        """Write the results that are there; `until` waits for the next one."""
        if not self.running:
            return
        timeout = None if until else 0
        done, _ = concurrent.futures.wait(self.running, timeout, until or concurrent.futures.FIRST_COMPLETED)
        for future in done:
            job = self.running.pop(future)
            result, isolation = future.result()
            self.isolation, self.differs = isolation.path, isolation.differs
            _crash("ran")
            self.journal.add_result(job.key, result)
            self.fresh.add(job.key)
            _crash("journalled")
            for i, (submission, laid, mark) in enumerate(self.waiting.pop(job.key)):
                self._settle(submission, laid, mark, job.key, result, "ran" if i == 0 else "from the journal")

    def _settle(self, submission, laid, mark, key, result, how):
        student, lesson = submission.student, submission.lesson
        verdict = verdict_of(result, laid)
        one = Graded(student, lesson, laid.outcome, self.shelf.put(verdict), how, cpu=result["cpu"])
        one.unsteady = result.get("unsteady", [])
        one.changes = self._changes(student, lesson, verdict)
        if not self.dry:
            nb = dress(laid.nb, result, verdict, self.course.skeleton(lesson))
            before = self.journal.replayed(student, lesson)
            changed = before is None or before["mark"] != mark
            told = self.writer.replay(submission, nb, verdict, changed=changed)
            one.late = told.late
            _crash("replayed")
            self.journal.add_replayed(
                student, lesson, mark=mark, key=key, outcome=laid.outcome, repairs=laid.repairs, sentence=laid.sentence
            )
            _crash("marked")
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


OTHERWISE = "import random as _random, numpy as _numpy\n_random.seed(20260)\n_numpy.random.seed(20260)"


def otherwise(job):
    """The same job under other conditions: another process at another time, other states of the global generators."""
    return replace(job, key=f"{job.key}-again", steps=(Step("conditions", OTHERWISE), *job.steps))


CHANCES = 2  # how often a run is repeated without the cells that ended it


class _Judging:
    """In the pool's threads: runs become a result there, so that the one writing thread stays free."""

    def __init__(self, pool, records, skeleton):
        self.pool, self.records, self.skeleton = pool, records, skeleton
        self.judged, self.lock = concurrent.futures.Future(), threading.Lock()

    def watch(self, jobs):
        """The future of (result, isolation); the first job's run counts, a second one is compared with it."""
        self.job = jobs[0]
        self.runs = [None] * len(jobs)
        for place, job in enumerate(jobs):
            self._submit(place, job, None, CHANCES)
        return self.judged

    def _submit(self, place, job, before, chances):
        future = self.pool.submit(job)
        future.add_done_callback(lambda done: self._ran(done, place, job, before, chances))

    def _ran(self, done, place, job, before, chances):
        try:
            run = done.result()
            run = run if before is None else joined(before, run)
            without = second_chance(job, run) if chances else None
            if without is not None:
                self._submit(place, without, run, chances - 1)
                return
            with self.lock:
                self.runs[place] = run
                complete = all(one is not None for one in self.runs)
            if complete:
                self._judge()
        except concurrent.futures.CancelledError:
            self.judged.cancel()
        except BaseException as error:
            if not self.judged.done():
                self.judged.set_exception(error)

    def _judge(self):
        results = [make_result(run, self.records, self.skeleton, self.job) for run in self.runs]
        if len(results) > 1:
            first, second = (result["verdict"]["checks"] for result in results)
            results[0]["unsteady"] = [name for name in first if first[name] != second[name]]
        self.judged.set_result((results[0], self.runs[0].isolation))


def _crash(point):
    """Tests kill the run here: COURSE_CRASH="journalled:3" is the third time that point is passed."""
    wanted = os.environ.get("COURSE_CRASH")
    if wanted:
        name, _, count = wanted.partition(":")
        if name == point:
            _passed[point] += 1
            if _passed[point] >= int(count or 1):
                os.kill(os.getpid(), 9)


_passed = collections.Counter()


@functools.cache
def _kept_pool():
    """A sandbox for nbgrader's own autograde, which comes one submission at a time: warm until this process ends."""
    import atexit

    pool = open_pool(1)
    atexit.register(pool.close)
    return pool


def grade_one(course, student, lesson, pool=None):
    """One submission's dressed notebook and verdict, from the journal or the sandbox; the gradebook is not written.

    What nbgrader's own autograde asks for through grading/marking/nbgrader_steps.py.
    """
    submission = course.submission(student, lesson)
    laid = lay_over(course, submission)
    skeleton, records = course.skeleton(lesson), course.records(lesson)
    if laid.outcome != "graded":
        result = refused_result(laid, records, skeleton)
    else:
        job = job_of(course, submission, laid)
        with Journal(course.root / "journal", exclusive=False) as journal:
            result = journal.result(job.key)
        if result is None:
            with Journal(course.root / "journal") as journal:
                result, _ = _Judging(pool or _kept_pool(), records, skeleton).watch([job]).result()
                journal.add_result(job.key, result)
    verdict = verdict_of(result, laid)
    return dress(laid.nb, result, verdict, skeleton), verdict
