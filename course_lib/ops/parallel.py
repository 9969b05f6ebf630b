"""Share the blocks of one operation between Python threads, and let helpers make what nobody waits for yet.

NumPy lets go of the interpreter lock inside ufuncs and matrix products, so two threads on two halves of an image run
side by side. The matrix library's own threads must keep out of it: after each product they spin for some 100 ms in
case of another, on the core that the second half needs. So the library is held to one thread from the first use on,
but for large products of two matrices (`products.py`): networks made of these, perceptrons and recurrent ones, share
out nothing else. Nothing starts at import. The number of threads is `set_num_threads`, else the environment's
OMP_NUM_THREADS, else all cores.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from contextvars import copy_context
from functools import cache, partial
from itertools import islice, pairwise
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np

from course_lib.ops.primitive import Flags, Gradients

_chosen = None  # set_num_threads
MOST_LATE = 32  # blocks that may wait for a helper: what they need stays in memory
_teams: dict = {}  # (process, threads) -> helper threads: after a fork the child makes its own


def set_num_threads(threads: int) -> None:
    """Use this many threads from now on; 1 means none beside the caller."""
    global _chosen
    if not isinstance(threads, int) or threads < 1:
        raise ValueError(f"set_num_threads: needs a whole number of at least 1, got {threads!r}")
    _chosen = threads
    matrix_libraries()


def get_num_threads() -> int:
    """How many threads an operation may use."""
    if _chosen is not None:
        return _chosen
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(asked)) if asked.isdigit() else len(_cores())


def _cores() -> Collection[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


@cache
def matrix_libraries() -> tuple[Any, ...]:
    """Handles of the loaded matrix libraries, held to one thread from here on; none without threadpoolctl."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return ()
    libraries = tuple(ThreadpoolController().select(user_api="blas").lib_controllers)
    for library in libraries:
        library.set_num_threads(1)
    return libraries


def share(work: Callable, blocks: Iterable[Any]) -> list[Any]:
    """Call `work(block)` for every block, on several threads if that is set; returns the results in order.

    Work may share out its own work again: it gets the threads that are left. np.errstate holds in all of them.
    """
    blocks = list(blocks)
    team = _team() if len(blocks) > 1 else None
    if team is None:
        return [work(block) for block in blocks]
    results: list[Any] = [None] * len(blocks)
    waiting = iter(enumerate(blocks))

    def take() -> None:
        for i, block in waiting:  # next() on one iterator is atomic: whoever is free takes the next block
            results[i] = work(block)

    offers = [team.offer(partial(copy_context().run, take)) for _ in range(min(len(blocks) - 1, team.helpers))]
    try:
        take()
    finally:
        deque(waiting, maxlen=0)  # after an error or an interrupt nobody begins another block
        errors = [offer.end() for offer in offers]
    for error in filter(None, errors):
        raise error
    return results


def _team() -> _Team | None:
    """The helpers of this process; None where the caller works alone."""
    threads = get_num_threads()
    if threads < 2 or not matrix_libraries():
        return None
    key = os.getpid(), threads
    return _teams.get(key) or _teams.setdefault(key, _Team(threads - 1))


class Task(NamedTuple):
    """An array to be made in blocks: `work(block)` for each, then `whole` of the list of what they returned."""

    work: Callable
    blocks: Sequence[Any]
    whole: Callable[[list[Any]], np.ndarray]

    def run(self) -> np.ndarray:
        """The array."""
        return self.whole(share(self.work, self.blocks))


def beside(makers: Sequence[Callable[[], Task]], needs: Flags) -> tuple[Any, ...]:
    """The arrays of all tasks that `needs` wants, else None; `makers` make the tasks.

    Their blocks are shared out at once: one hand-over.
    """
    tasks = [make() if needed else None for make, needed in zip(makers, needs, strict=False)]
    pairs = [(task.work, block) for task in tasks if task for block in task.blocks]
    results = iter(share(lambda pair: pair[0](pair[1]), pairs))
    return tuple(task.whole(list(islice(results, len(task.blocks)))) if task else None for task in tasks)


class Patient:
    """A vjp by `gradients(g, run)`, where `run` is `beside`; by `later` some gradients may come as a `Later`."""

    def __init__(self, gradients: Callable[[np.ndarray, Callable], Gradients]) -> None:
        self.gradients = gradients

    def __call__(self, g: np.ndarray) -> Gradients:
        """The gradients of the inputs."""
        return self.gradients(g, beside)

    def later(self, g: np.ndarray) -> tuple[np.ndarray | Later | None, ...]:
        """The same, but all after the first perhaps to come: for whoever needs these only at the end."""
        return self.gradients(g, _first_now)


def _first_now(makers: Sequence[Callable[[], Task]], needs: Flags) -> tuple[Any, ...]:
    """As `beside`, but what stands behind the first may come as a `Later`: helpers make it while the caller goes on.

    So they have something to do in all that is not shared out.
    """
    team = _team()
    if team is None or len(team.late) > MOST_LATE:
        return beside(makers, needs)
    tasks = [make() if needed else None for make, needed in zip(makers[1:], needs[1:], strict=False)]
    others = [team.later(task) if task and task.blocks else task and task.run() for task in tasks]
    return makers[0]().run() if needs[0] else None, *others


class Later:
    """The array of a task that helpers do when they have nothing else to do. What it needs goes when it is made."""

    def __init__(self, task: Task) -> None:
        self.task: Task | None = task
        self.array: np.ndarray | None = None
        self.results: list[Any] = [None] * len(task.blocks)
        self.others = iter(range(1, len(task.blocks)))
        self.offers = [_Offer(partial(copy_context().run, partial(self._make, i))) for i in range(len(task.blocks))]

    def _make(self, i: int) -> None:
        task: Any = self.task
        self.results[i] = task.work(task.blocks[i])
        if next(self.others, None) is None:  # atomic, as in `share`: one of the blocks is the last to end
            self.array = task.whole(self.results)
            self.task, self.results = None, []

    def get(self) -> np.ndarray:
        """The array: the caller makes what no helper has begun, from the end, as they come from the beginning."""
        for offer in reversed(self.offers):
            offer.accept()
            error = offer.end()
            if error:
                raise error
        array: Any = self.array
        return array


class _Team:
    """Helper threads, waiting at one queue for ever: nobody hands them out, so that no interrupt can lose them."""

    def __init__(self, helpers: int) -> None:
        self.helpers = helpers
        self.queue: SimpleQueue[_Offer | None] = SimpleQueue()
        self.late: deque[_Offer] = deque()
        for _ in range(helpers):
            threading.Thread(target=self._help, name="course_lib", daemon=True).start()

    def offer(self, work: Callable) -> _Offer:
        """Ask for one helper; whoever is free first takes part in `work`."""
        offer = _Offer(work)
        self.queue.put(offer)
        return offer

    def later(self, task: Task) -> Later:
        """Let the helpers begin with `task` as soon as nobody waits for them."""
        made = Later(task)
        self.late.extend(made.offers)
        for _ in range(self.helpers):
            self.queue.put(None)  # whoever sleeps wakes up
        return made

    def _help(self) -> None:
        while True:
            if offer := self.queue.get():
                offer.accept()
            with suppress(IndexError):  # another helper was quicker
                while self.queue.empty():
                    self.late.popleft().accept()


class _Offer:
    """Work that a helper may join until the caller has done it all. Two bare locks: nothing waits as quickly."""

    def __init__(self, work: Callable) -> None:
        self.work: Callable | None = work
        self.error: BaseException | None = None
        self.taken, self.done = threading.Lock(), threading.Lock()
        self.done.acquire()

    def accept(self) -> None:
        """In the helper's thread: work, unless the offer has ended."""
        if not self.taken.acquire(blocking=False):
            return
        try:
            self.work()  # type: ignore[misc]  # whoever took the offer first finds the work
        except BaseException as error:  # handed to the caller of `share`, who raises it
            self.error = error
        self.work = None
        self.done.release()

    def end(self) -> BaseException | None:
        """In the caller's: nobody may begin any more, and who has begun is waited for; what was raised there, or
        None."""
        if self.taken.acquire(blocking=False):
            self.work = None
        else:
            self.done.acquire()
        return self.error


def split(count: int, parts: int) -> list[slice]:
    """Cut range(count) into at most `parts` slices of nearly equal length."""
    parts = max(1, min(parts, count))
    edges = [count * i // parts for i in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]
