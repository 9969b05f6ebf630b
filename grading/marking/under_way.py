"""The jobs of one grading run that are under way: each is run once for all who wait for it, in its lane.

All is used by one thread; what it starts runs in the pool's.
"""

import collections
import concurrent.futures
import contextlib

from grading.confinement.pool import SandboxPool
from grading.marking.judge import Judge
from grading.marking.lanes import HELD, Lanes, Late
from grading.marking.reruns import Judging, otherwise

AHEAD = 3  # jobs waiting per worker
SAME = 8  # submissions waiting per job: many hand in the same


class UnderWay:
    """Jobs in the pool and who waits for each; use it as a context manager, which closes the pool it started.

    `pool`, `workers`, `trust`, `twice` and `lane` are as `engine.grade` takes them. `last` and `left` are the
    (student, lesson)s that ran in the second lane, and that were left for it.
    """

    def __init__(self, course, pool, *, workers, trust=False, twice=False, lane=None):
        self.course, self.pool, self.workers, self.trust = course, pool, workers, trust
        self.twice, self.lane = twice, lane
        self.last, self.left = [], []
        self._running = {}  # future -> job
        self._waiting = collections.defaultdict(list)  # key -> [Work]
        self._lanes, self._stack = Lanes(), contextlib.ExitStack()
        self._judge_of = {}  # lesson -> Judge
        self._judges = self._stack.enter_context(concurrent.futures.ThreadPoolExecutor(1, "judge"))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def start(self):
        """Start the sandbox if no pool is there yet; it is ready a second or two later."""
        if self.pool is None:
            self.pool = self._stack.enter_context(SandboxPool(self.workers, trust=self.trust))

    def ask(self, job, work):
        """Run a job for this Work; one that is under way already is not run again."""
        if job.key not in self._waiting:
            self._running[self._submit(job)] = job
        self._waiting[job.key].append(work)

    def full(self):
        """Whether as much is under way as may be: what waits is held in memory."""
        most = getattr(self.pool, "ahead", AHEAD * self.workers)
        waiting = sum(len(self._waiting[job.key]) for job in self._running.values())
        return len(self._running) >= most or waiting >= SAME * most

    def many_late(self):
        """Whether as many wait for the second lane as may be."""
        return len(self._lanes.late) >= HELD

    def done(self, *, wait=False):
        """(job, its future, who waits for it) of each that is done; `wait` waits for the next one."""
        if not self._running:
            return
        timeout = None if wait else 0
        done, _ = concurrent.futures.wait(self._running, timeout, concurrent.futures.FIRST_COMPLETED)
        for future in done:
            job = self._running.pop(future)
            late = not future.cancelled() and future.exception() is None and future.result()
            if isinstance(late, Late):
                self._lanes.late.append((job, late.runs))
            else:
                yield job, future, [work for work in self._waiting.pop(job.key) if work.missing]

    def rest(self):
        """As `done`, of all that is under way; then of what took too long for the first lane, with all its time."""
        while self._running:
            yield from self.done(wait=True)
        late, self._lanes.late = self._lanes.late, collections.deque()
        for job, runs in late:
            pairs = [(work.student, work.lesson) for work in self._waiting[job.key]]
            if self.lane == 1:
                self.left += pairs
                del self._waiting[job.key]
            else:
                self.last += pairs
                self._running[self._submit(job, runs)] = job
        while self._running:
            yield from self.done(wait=True)

    def ended(self, job, result):
        """Take in what a run took that came to its end."""
        self._lanes.ended(job, result)

    def cancel(self):
        """Start nothing of what waits in the pool."""
        for future in self._running:
            future.cancel()

    def _submit(self, job, short=None):
        """A future of what comes of a job: in the first lane, or after its `short` runs with all its time."""
        self.start()
        records, skeleton = self.course.records(job.lesson), self.course.skeleton(job.lesson)
        job = self._lanes.short(job) if short is None and self.lane != 2 else job
        judge = self._judge_of.setdefault(job.lesson, Judge(records))
        judging = Judging(self.pool, records, skeleton, self._judges, judge)
        return judging.watch([job, otherwise(job)] if self.twice else [job], short)
