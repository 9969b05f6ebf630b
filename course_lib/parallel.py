"""Share the blocks of one operation between Python threads.

NumPy lets go of the interpreter lock inside ufuncs and matrix products, so two threads on two halves of an image
run side by side. While they do, the matrix library is held to one thread each: otherwise both would ask for all
cores. Nothing starts at import. The number of threads is `set_num_threads`, else the environment's OMP_NUM_THREADS,
else all cores.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

_chosen = None  # set_num_threads
_pools = {}  # (process, threads) -> executor: after a fork the child makes its own


def set_num_threads(threads):
    """Use this many threads from now on; 1 means none beside the caller."""
    global _chosen
    if not isinstance(threads, int) or threads < 1:
        raise ValueError(f"set_num_threads: needs a whole number of at least 1, got {threads!r}")
    _chosen = threads


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
    """Handles that set the threads of the loaded matrix libraries; none without threadpoolctl, then we stay serial."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return ()
    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)


def share(work, blocks):
    """Call `work(block)` for every block, on several threads if that is set; returns the results in order."""
    blocks = list(blocks)
    threads = min(get_num_threads(), len(blocks))
    libraries = _matrix_libraries() if threads > 1 else ()
    if not libraries:
        return [work(block) for block in blocks]
    before = [library.get_num_threads() for library in libraries]
    results = [None] * len(blocks)
    waiting = iter(enumerate(blocks))

    def take():
        for i, block in waiting:  # next() on one iterator is atomic: whoever is free takes the next block
            results[i] = work(block)

    for library in libraries:
        library.set_num_threads(1)
    try:
        helpers = [_pool(threads - 1).submit(take) for _ in range(threads - 1)]
        try:
            take()
        finally:
            for helper in helpers:
                helper.result()
    finally:
        for library, count in zip(libraries, before, strict=True):
            library.set_num_threads(count)
    return results


def _pool(threads):
    key = os.getpid(), threads
    if key not in _pools:
        _pools[key] = ThreadPoolExecutor(threads, thread_name_prefix="course_lib")
    return _pools[key]


def split(count, parts):
    """Cut range(count) into at most `parts` slices of nearly equal length."""
    parts = max(1, min(parts, count))
    edges = [count * i // parts for i in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]
