"""Share the blocks of one operation between Python threads.

NumPy lets go of the interpreter lock inside ufuncs and matrix products, so two threads on two halves of an image run
side by side. The matrix library's own threads must keep out of it: after each product they spin for some 100 ms in
case of another, on the core that the second half needs. So the library is held to one thread from the first use on,
but for large products of two matrices (`product`): networks made of these, perceptrons and recurrent ones, share
out nothing else. Nothing starts at import. The number of threads is `set_num_threads`, else the environment's
OMP_NUM_THREADS, else all cores.
"""

import os
import threading
from functools import cache
from itertools import pairwise

import numpy as np

LARGE = 1 << 22  # multiplications, some 0.1 ms: with fewer a second thread is hardly awake before all is done

_chosen = None  # set_num_threads
_teams = {}  # process -> its helper threads: after a fork the child makes its own


def set_num_threads(threads):
    """Use this many threads from now on; 1 means none beside the caller."""
    global _chosen
    if not isinstance(threads, int) or threads < 1:
        raise ValueError(f"set_num_threads: needs a whole number of at least 1, got {threads!r}")
    _chosen = threads
    _matrix_libraries()


def get_num_threads():
    """How many threads an operation may use."""
    if _chosen is not None:
        return _chosen
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(asked)) if asked.isdigit() else len(_cores())


def _cores():
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


@cache
def _matrix_libraries():
    """Handles of the loaded matrix libraries, held to one thread from here on; none without threadpoolctl."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return ()
    libraries = tuple(ThreadpoolController().select(user_api="blas").lib_controllers)
    for library in libraries:
        library.set_num_threads(1)
    return libraries


def share(work, blocks):
    """Call `work(block)` for every block, on several threads if that is set; returns the results in order.

    Work may share out its own work again: it gets the threads that are left.
    """
    blocks = list(blocks)
    if min(get_num_threads(), len(blocks)) < 2 or not _matrix_libraries():
        return [work(block) for block in blocks]
    results = [None] * len(blocks)
    waiting = iter(enumerate(blocks))

    def take():
        for i, block in waiting:  # next() on one iterator is atomic: whoever is free takes the next block
            results[i] = work(block)

    team = _teams.setdefault(os.getpid(), _Team())
    helpers = team.lend(len(blocks) - 1)
    for helper in helpers:
        helper.start_on(take)
    try:
        take()
    finally:
        errors = [helper.wait() for helper in helpers]
        team.take_back(helpers)
    for error in filter(None, errors):
        raise error
    return results


def beside(parts, needs):
    """Call every function of `parts` that `needs` wants, side by side; a tuple of what they return, else None."""
    wanted = [i for i in range(len(parts)) if needs[i]]
    found = dict(zip(wanted, share(lambda i: parts[i](), wanted), strict=True))
    return tuple(found.get(i) for i in range(len(parts)))


class _Team:
    """The helper threads of a process: made when first wanted, never more at work than may be."""

    def __init__(self):
        self.lock, self.idle, self.working = threading.Lock(), [], 0

    def lend(self, wanted):
        """At most `wanted` threads with nothing to do."""
        with self.lock:
            count = max(0, min(wanted, get_num_threads() - 1 - self.working))
            self.idle += [_Helper() for _ in range(count - len(self.idle))]
            lent, self.idle = self.idle[:count], self.idle[count:]
            self.working += count
            return lent

    def take_back(self, helpers):
        with self.lock:
            self.idle += helpers
            self.working -= len(helpers)


class _Helper:
    """A thread that waits for work. Two bare locks hand it over: no queue is as quick."""

    def __init__(self):
        self.begin, self.end = threading.Lock(), threading.Lock()
        self.begin.acquire()
        self.end.acquire()
        threading.Thread(target=self._run, name="course_lib", daemon=True).start()

    def start_on(self, work):
        self.work, self.error = work, None
        self.begin.release()

    def wait(self):
        """Wait until the work is done; what it raised, or None."""
        self.end.acquire()
        self.work = None
        return self.error

    def _run(self):
        while True:
            self.begin.acquire()
            try:
                self.work()
            except BaseException as error:  # handed to the caller of `share`, who raises it
                self.error = error
            self.end.release()


def product(a, b, out=None):
    """The matrix product of a (n, k) and b (k, m); a large one on the matrix library's own threads."""
    threads = get_num_threads() if a.size * b.shape[1] >= LARGE else 1
    libraries = _matrix_libraries() if threads > 1 else ()
    for library in libraries:
        library.set_num_threads(threads)
    try:
        return np.matmul(a, b, out=out)
    finally:
        for library in libraries:
            library.set_num_threads(1)


def split(count, parts):
    """Cut range(count) into at most `parts` slices of nearly equal length."""
    parts = max(1, min(parts, count))
    edges = [count * i // parts for i in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]
