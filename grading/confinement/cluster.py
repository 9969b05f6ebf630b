"""Finds a Dask cluster for the engine: a pool whose threads are those of its workers.

    with connect("tcp://head:8786") as pool:      # or "local:4", or a scheduler file
        engine.grade(root, pool=pool)

Only running student code goes to the cluster. Reading, judging and the gradebook stay with the caller: so the hidden
expected values never leave its machine, one judge decides every mark, and as judging takes a small part of a run's time
there is nothing to win by moving it. A job holds the cells and the files of the release, so a worker needs nothing but
this package.

The scheduler keeps nothing that matters. Dask runs a lost worker's jobs elsewhere; what was lost four times with its
worker runs here; when the scheduler is gone the run ends with a sentence, and the next one goes on from the journal.
"""

import contextlib
import functools
import logging
import os
import time

from grading.confinement.cluster_pool import Cluster
from grading.confinement.cluster_worker import facts, short
from grading.errors import CourseError

REACH = 10  # seconds to find the scheduler
INSTALL = "python -m pip install 'dask[distributed]' cryptography"


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
                        preload=["grading.confinement.cluster_worker"],
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
            same_versions(client, address)
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


def same_versions(client, address):
    """Refuse a scheduler of another version: Dask only warns, and then fails in odd ways."""
    theirs, mine = client.get_versions()["scheduler"]["packages"], facts()
    for name, there in (("distributed", theirs["distributed"]), ("Python", short(theirs["python"]))):
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
