"""Runs jobs on many machines: a pool for the engine whose threads are a Dask cluster's.

    with connect("tcp://head:8786") as pool:      # or "local:4", or a scheduler file
        engine.grade(root, pool=pool)

Only running student code goes to the cluster. Reading, judging and the gradebook stay with the caller: so the hidden
expected values never leave its machine, one judge decides every mark, and as judging takes a small part of a run's time
there is nothing to win by moving it. A job holds the cells and the files of the release, so a worker needs nothing but
this package. Its student code runs in the worker's own warm Sandbox: what dies there is a child, never the worker.

The scheduler keeps nothing that matters. Dask runs a lost worker's jobs elsewhere; what was lost four times with its
worker runs here; when the scheduler is gone the run ends with a sentence, and the next one goes on from the journal.
"""

import atexit
import concurrent.futures
import contextlib
import functools
import hashlib
import logging
import os
import platform
import signal
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from importlib import metadata

from grading.confinement.job import Job, Run
from grading.errors import CourseError
from grading.imports import files_behind, hash_of, modules
from grading.paths import ROOT

REACH = 10  # seconds to find the scheduler
LOOK = 5  # seconds between two counts of the workers
AHEAD, FEWEST, MOST = 3, 16, 256  # jobs sent ahead: per thread of the cluster, at least, at most
# the files a worker runs
RUNS = ("grading.confinement.cluster", "grading.confinement.worker")  # and what they import
INSTALL = "python -m pip install 'dask[distributed]' cryptography"


# ------------------------------------------------------------------------------------------------ on a worker


@dataclass(frozen=True)
class Order:
    """A job without its files, as a worker gets it. It is never shown: Dask's logs must not quote hidden cells."""

    job: Job = field(repr=False)
    facts: dict = field(repr=False)
    trust: bool = False


@dataclass(frozen=True)
class Files:
    """What lies in the working folder of every submission of a lesson: relative path to bytes."""

    content: dict = field(repr=False)


@dataclass(frozen=True)
class Trouble:
    """A worker could not run the job; `says` is a sentence for the instructor."""

    says: str


@functools.cache
def facts():
    """What must be equal on all machines for the same verdicts: the code that runs there and the libraries below it."""
    runs = files_behind(modules(*RUNS), packages=("grading",))
    digest = hash_of([*runs, *sorted((ROOT / "course_lib").rglob("*.py"))])
    told = {"this course's package": digest.hexdigest()[:12], "Python": _short(platform.python_version())}
    return told | {name: metadata.version(name).split("+")[0] for name in ("numpy", "torch", "distributed")}


def _short(version):
    return ".".join(version.split(".")[:2])


def run_order(order, files):
    """The Run of an order, or Trouble. Raises nothing, as Dask would log an error together with what it was given."""
    mine = facts()
    for name, wanted in order.facts.items():
        if mine.get(name) != wanted:
            return Trouble(
                f"it has {name} {mine.get(name, 'not at all')}, and the machine that grades has {wanted}; "
                "install the same on both and start the worker again."
            )
    try:
        return _sandbox(order.trust).run(replace(order.job, files=files.content))
    except CourseError as error:
        return Trouble(str(error))
    except Exception as error:
        return Trouble(f"{type(error).__name__}: {str(error)[:200]}")


def hand_over(files):
    """The files as a task: each worker gets them once, and Dask makes them anew when their holder is lost."""
    return files


def dask_setup(worker):
    """Dask calls this in a worker of local:N. Ctrl-C in the terminal reaches it too, but is the caller's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


_starting = threading.Lock()


def _sandbox(trust):
    """This process's Sandbox, started when the first job comes and kept warm."""
    with _starting:
        return _started(trust)


@functools.cache
def _started(trust):
    from grading.confinement.sandbox import Sandbox

    sandbox = Sandbox(trust=trust)
    atexit.register(sandbox.close)
    return sandbox


# ------------------------------------------------------------------------------------------------ on the caller's side


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
        self._count()
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
        from grading.confinement.sandbox import SandboxPool

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
                self._count()

    def _count(self):
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


# ------------------------------------------------------------------------------------------------ finding a cluster


@contextlib.contextmanager
def connect(address, *, trust=False, say=None):
    """A Cluster at `address`: a scheduler's address or file, or local:N for N worker processes on this machine.

    CourseError when Dask is not installed, nobody answers there, or the scheduler's versions differ from these.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise CourseError(f"Dask is not installed here; `{INSTALL}` gets it.") from None
    local = _local_workers(address)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_silent())
        if local:
            try:
                where = stack.enter_context(
                    LocalCluster(
                        n_workers=local,
                        threads_per_worker=1,
                        processes=True,
                        preload=["grading.confinement.cluster"],
                        memory_limit=0,  # the sandbox bounds memory
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                        security=True,  # else anyone on this machine could send it work, in your name
                    )
                )
            except ImportError:
                raise CourseError(f"local:{local} needs the package cryptography; `{INSTALL}` gets it.") from None
            client = Client(where, set_as_default=False)
        else:
            client = _reach(Client, address)
        stack.callback(_leave, client)
        if not local:
            _same_versions(client, address)
        asked = {} if local else facts()  # local workers are this very installation
        restart = functools.partial(_start_anew, where, local) if local else None
        yield stack.enter_context(Cluster(client, trust=trust, say=say, facts=asked, restart=restart))


def _start_anew(cluster, workers):
    """Replace all workers of a LocalCluster: Dask's nanny gives one up that is killed while it starts."""
    cluster.scale(0)
    end = time.monotonic() + REACH
    while cluster.workers and time.monotonic() < end:
        time.sleep(0.1)
    cluster.scale(workers)


def _local_workers(address):
    """N of local:N, or 0."""
    kind, _, number = address.partition(":")
    if kind != "local":
        return 0
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= 4 * (os.cpu_count() or 1)):
        raise CourseError(f"--dask {address}: say how many workers this machine shall run, such as local:2.")
    return int(number)


def _reach(client, address):
    if os.path.isfile(address):
        where = {"scheduler_file": address}
    elif "://" in address or ":" in address:
        where = {"address": address}
    else:
        raise CourseError(f"--dask {address}: give a scheduler's address (tcp://head:8786), its file, or local:N.")
    try:
        return client(**where, timeout=REACH, set_as_default=False, name="course-grade")
    except Exception as error:
        reason = f" ({str(error).strip()[:160]})" if isinstance(error, ValueError | KeyError) else ""
        raise CourseError(
            f"No Dask scheduler answers at {address}{reason}; start it with `dask scheduler`, or mend the address "
            "or its TLS settings."
        ) from None


def _leave(client):
    with contextlib.suppress(Exception):
        client.close(timeout=2)


def _same_versions(client, address):
    """Refuse a scheduler of another version: Dask only warns, and then fails in odd ways."""
    theirs, mine = client.get_versions()["scheduler"]["packages"], facts()
    for name, there in (("distributed", theirs["distributed"]), ("Python", _short(theirs["python"]))):
        if there != mine[name]:
            raise CourseError(
                f"The Dask scheduler at {address} runs {name} {there}, and this machine {mine[name]}; "
                "install the same on both."
            )


@contextlib.contextmanager
def _silent():
    """Dask's logs tell of lost workers in tracebacks; what matters is said in sentences here."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in ("distributed", "tornado")]
    loggers = [logging.getLogger(name) for name in {*names, "distributed", "tornado", "tornado.application"}]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
