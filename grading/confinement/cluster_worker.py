"""What a Dask worker does for the grader: it takes an order, runs it in its own warm Sandbox, and gives the Run back.

Its student code runs in that Sandbox: what dies there is a child, never the worker.
"""

import atexit
import functools
import platform
import signal
import threading
from dataclasses import dataclass, field, replace
from importlib import metadata

from grading.confinement.job import Job
from grading.errors import CourseError
from grading.imports import files_behind, hash_of, modules
from grading.paths import ROOT

RUNS = ("grading.confinement.cluster_worker", "grading.confinement.worker")  # with all that these import


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
    told = {"this course's package": digest.hexdigest()[:12], "Python": short(platform.python_version())}
    return told | {name: metadata.version(name).split("+")[0] for name in ("numpy", "torch", "distributed")}


def short(version):
    """The two numbers of a version of Python that matter."""
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
