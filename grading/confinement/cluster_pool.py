"""A pool of machines: jobs go to a Dask cluster, Runs come back, and a lost worker costs no grade."""

import concurrent.futures
import contextlib
import functools
import hashlib
import threading
import uuid
from dataclasses import replace

from grading.confinement.cluster_worker import Files, Order, hand_over, run_order
from grading.confinement.job import Run
from grading.confinement.pool import SandboxPool
from grading.errors import CourseError

LOOK = 5  # seconds between two counts of the workers
AHEAD, FEWEST, MOST = 3, 16, 256  # jobs sent ahead: per thread of the cluster, at least, at most


class Cluster:
    """A pool on a Dask cluster: `submit(job)` gives a future of the job's Run. `say(sentence)` hears what happens.

    `client` is a connected distributed.Client; closing the pool leaves it open. `facts` is what its workers must equal.
    `restart`, where the workers are ours, starts them anew when all are lost.
    """

    def __init__(self, client, *, trust=False, say=None, facts=None, restart=None):
        self.client, self.trust, self.say = client, trust, say or (lambda sentence: None)
        self.facts, self.restart, self.without = facts or {}, restart, 0
        self.name = f"course-run-{uuid.uuid4().hex[:12]}"
        self.lock, self.closing = threading.Lock(), threading.Event()
        self.sent, self.tasks, self.files, self.home = 0, {}, {}, None
        self.threads = None
        self.count()
        threading.Thread(target=self._watch, name="dask-watch", daemon=True).start()

    @property
    def ahead(self):
        """How many jobs the engine should keep here at once: enough to keep a growing cluster busy."""
        return min(max(AHEAD * (self.threads or 0), FEWEST), MOST)

    def submit(self, job):
        """A future of the job's Run; CourseError in it when the cluster cannot give one."""
        run = concurrent.futures.Future()
        with self.lock:
            self.sent += 1
            key = (self.name, self.sent)
        order = Order(replace(job, files={}), self.facts, self.trust)
        try:
            task = self.client.submit(run_order, order, self._files(job), key=key, pure=False)
            self.tasks[key] = task
            task.add_done_callback(lambda task: self._back(task, key, job, run))
        except Exception as error:
            run.set_exception(self._lost(error))
        return run

    def _files(self, job):
        content = repr(sorted((name, hashlib.sha256(data).hexdigest()) for name, data in job.files.items()))
        key = f"course-files-{hashlib.sha256(content.encode()).hexdigest()[:16]}-{self.name}"
        with self.lock:
            known = self.files.get(key)
            if known is None or known.status in ("cancelled", "error", "lost"):
                known = self.files[key] = self.client.submit(hand_over, Files(job.files), key=key, pure=False)
        return known

    def _back(self, task, key, job, run):
        """In Dask's callback thread: a task has ended somehow."""
        from distributed import KilledWorker

        self.tasks.pop(key, None)
        if self.closing.is_set():
            run.cancel()
            return
        try:
            answer = task.result()
            if not isinstance(answer, Run):
                raise CourseError(f"A Dask worker cannot grade: {answer.says}")
            run.set_result(answer)
        except KilledWorker as error:
            where = getattr(error.last_worker, "address", "unknown")
            self.say(f"Workers were lost four times with the same submission, last {where}: it runs on this machine.")
            self._run_here(job, run)
        except CourseError as error:
            run.set_exception(error)
        except BaseException as error:
            run.set_exception(self._lost(error))

    def _run_here(self, job, run):
        try:
            if self.home is None:
                self.home = SandboxPool(1, trust=self.trust)
            ended = self.home.submit(job)
        except CourseError as error:
            run.set_exception(error)
            return
        ended.add_done_callback(functools.partial(_pass_on, to=run))

    def _lost(self, error):
        """The sentence for an error that is Dask's own."""
        if self.client.status != "running" or isinstance(error, concurrent.futures.CancelledError | OSError):
            return CourseError(
                "The Dask scheduler is gone. Nothing graded is lost: run `course grade` again, with --dask once the "
                "scheduler is back or without, and it goes on from the journal."
            )
        cause = error.__cause__ or error
        return CourseError(
            f"The Dask cluster cannot run the grader ({type(cause).__name__}: {str(cause).strip()[:160]}); install the "
            "same version of this package where its scheduler and its workers run, and start them again."
        )

    def _watch(self):
        while not self.closing.wait(LOOK):
            with contextlib.suppress(Exception):  # a lost scheduler is told by the tasks
                self.count()

    def count(self):
        """Look how many workers there are now; say so where it matters, and start ours anew when all are lost."""
        before, told = self.threads, self.client.nthreads()
        self.threads = sum(told.values())
        self.without = 0 if told else self.without + 1
        if not told and before != 0:
            self.say("Dask has no worker now: grading goes on when one comes. Ctrl-C loses nothing.")
        elif told and not before:
            self.say(f"Dask: {_counted(len(told), 'worker')}, {_counted(self.threads, 'submission')} at once.")
        if self.restart and self.without % 5 == 2:  # and again if these do not come either
            self.restart()

    def close(self):
        """Drop what is still under way; the journal has what came back."""
        self.closing.set()
        with contextlib.suppress(Exception):
            self.client.cancel(list(self.tasks.values()))
        self.tasks.clear()
        self.files.clear()
        if self.home is not None:
            self.home.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def _counted(number, thing):
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _pass_on(ended, to):
    try:
        to.set_result(ended.result())
    except BaseException as error:
        to.set_exception(error)
