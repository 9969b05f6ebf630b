"""Work is shared between threads: all of it, in order, whatever happens to one part."""

import os
import signal
import threading
import time
import weakref

import numpy as np
import pytest

from course_lib.ops import parallel


@pytest.fixture
def threads():
    before = parallel._chosen
    yield parallel.set_num_threads
    parallel._chosen = before


def test_share_keeps_the_order_and_uses_the_threads(threads):
    seen, gate = set(), threading.Barrier(2, timeout=30)

    def work(i):
        if i < 2:
            gate.wait()  # passes only if two threads stand here at once
        seen.add(threading.get_ident())
        return i * i

    threads(2)
    assert parallel.share(work, range(7)) == [i * i for i in range(7)]
    assert len(seen) == 2


def test_an_error_in_a_block_reaches_the_caller_and_the_next_work_is_done(threads):
    def work(i):
        if i == 3:
            raise ZeroDivisionError("block 3")

    threads(2)
    for blocks in (range(6), [3, 0], [0, 3]):
        with pytest.raises(ZeroDivisionError, match="block 3"):
            parallel.share(work, blocks)
    assert parallel.share(str, range(3)) == ["0", "1", "2"]


def test_work_within_work_and_work_beside_work_is_done_by_threads_that_are_left(threads):
    gate = threading.Barrier(3, timeout=30)
    threads(3)
    parallel.share(lambda i: parallel.share(lambda _: gate.wait(), range(2)) if i else gate.wait(), range(2))
    threads(2)
    inner = parallel.share(lambda i: parallel.share(lambda j: 10 * i + j, range(3)), range(4))
    assert inner == [[10 * i + j for j in range(3)] for i in range(4)]
    found = {}
    askers = [
        threading.Thread(target=lambda k=k: found.update({k: parallel.share(lambda i: k * i, range(50))}))
        for k in range(4)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(30)
    assert found == {k: [k * i for i in range(50)] for k in range(4)}


def test_the_blocks_of_several_tasks_are_done_side_by_side_and_what_is_not_wanted_is_not_made(threads):
    gate = threading.Barrier(2, timeout=30)
    threads(2)
    tasks = [
        lambda: parallel.Task(lambda i: gate.wait(), [0, 1], sum),
        lambda: 1 / 0,
        lambda: parallel.Task(lambda i: i * i, range(1, 4), list),
    ]
    assert parallel.beside(tasks, (True, False, True)) == (1, None, [1, 4, 9])  # both stood at the gate at once
    assert parallel.beside(tasks[::2], (False, False)) == (None, None)
    assert tasks[2]().run() == [1, 4, 9]


def test_the_callers_errstate_holds_in_every_thread(threads):
    gate = threading.Barrier(2, timeout=30)
    threads(2)

    def work(_):
        gate.wait()
        return np.geterr()["over"]

    with np.errstate(over="raise"):
        assert parallel.share(work, range(2)) == ["raise", "raise"]
    assert parallel.share(work, range(2)) == [np.geterr()["over"]] * 2


def test_a_forked_child_makes_threads_of_its_own(threads):
    threads(2)
    assert parallel.share(abs, [-1, 2]) == [1, 2]
    child = os.fork()
    if not child:
        os._exit(parallel.share(abs, [-3, 4]) != [3, 4])
    assert os.waitpid(child, 0)[1] == 0


def test_the_number_of_threads_is_set_or_read_from_the_environment(threads, monkeypatch):
    monkeypatch.setattr(parallel, "_chosen", None)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert parallel.get_num_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    assert parallel.get_num_threads() >= 1
    threads(5)
    assert parallel.get_num_threads() == 5
    for wrong in (0, 1.5, "2"):
        with pytest.raises(ValueError, match="needs a whole number of at least 1"):
            parallel.set_num_threads(wrong)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("parts", [1, 2, 5])
def test_split_covers_everything_once(count, parts):
    slices = parallel.split(count, parts)
    assert len(slices) == min(count, parts)
    assert [i for s in slices for i in range(count)[s]] == list(range(count))


@pytest.mark.parametrize("pause", [0, 0.0002, 0.001, 0.005])
def test_an_interrupt_loses_no_thread_and_stops_what_is_left(threads, pause):
    """Jupyter's stop raises KeyboardInterrupt anywhere in the caller: in its own block, or where it waits."""
    threads(2)
    done, gate = [], threading.Barrier(2, timeout=30)

    def work(i):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(pause)
            signal.raise_signal(signal.SIGINT)
        time.sleep(0.002)
        done.append(i)

    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            parallel.share(work, range(1000))
    assert len(done) < 200
    for _ in range(3):
        parallel.share(lambda _: gate.wait(), range(2))  # passes only if two threads stand here at once


def test_an_interrupt_while_the_caller_waits_for_the_other_loses_no_thread(threads):
    threads(2)
    began, gate = threading.Barrier(2, timeout=30), threading.Barrier(2, timeout=30)

    def work(i):
        began.wait()
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.02)  # the caller has nothing left and waits
            signal.raise_signal(signal.SIGINT)
            time.sleep(0.02)

    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            parallel.share(work, range(2))
        parallel.share(lambda _: gate.wait(), range(2))


def test_no_more_threads_are_at_work_than_were_asked_for(threads):
    threads(2)
    at_work, most, lock = set(), [0], threading.Lock()

    def work(_):
        with lock:
            at_work.add(threading.get_ident())
            most[0] = max(most[0], len(at_work))
        time.sleep(0.0005)
        with lock:
            at_work.discard(threading.get_ident())

    parallel.share(lambda _: parallel.share(work, range(5)), range(6))
    assert most[0] == 2


def _patient(*tasks):
    needs = (True,) * len(tasks)
    return parallel.Patient(lambda g, run: run([lambda task=task: task for task in tasks], needs))


def test_what_can_wait_is_made_while_the_caller_goes_on(threads):
    begun, go_on = threading.Event(), threading.Event()

    def work(i):
        begun.set()
        assert go_on.wait(30)
        return threading.current_thread()

    def first(i):
        assert begun.wait(30)  # while the caller makes what is wanted now
        return i

    threads(2)
    vjp = _patient(parallel.Task(first, [7], sum), parallel.Task(work, [0], list))
    now, late = vjp.later(None)
    assert now == 7
    go_on.set()
    assert late.get() != [threading.main_thread()]
    threads(1)
    begun.set()
    assert vjp.later(None) == (7, [threading.main_thread()]) == vjp(None)


def test_what_a_task_needs_goes_when_it_is_made_not_when_it_is_asked_for(threads):
    threads(2)
    array = np.ones(9)
    seen = weakref.ref(array)
    task = parallel.Task(lambda i, array=array: array[i], range(9), lambda parts, array=array: sum(parts) + array[0])
    late = _patient(parallel.Task(abs, [], sum), task).later(None)[1]
    del array, task
    end = time.monotonic() + 30
    while seen() is not None and time.monotonic() < end:
        time.sleep(0.001)
    assert seen() is None
    assert late.get() == 10


def test_what_has_no_blocks_is_made_at_once(threads):
    threads(2)
    none = parallel.Task(abs, [], len)
    assert _patient(none, none).later(None) == (0, 0)


def test_what_somebody_waits_for_goes_before_what_can_wait(threads):
    threads(2)
    order, gate = [], threading.Barrier(2, timeout=30)

    def late(i):
        if i == 0:
            gate.wait()  # the helper has begun, then the caller asks for a hand
            time.sleep(0.05)
        order.append((threading.current_thread(), f"late {i}"))

    made = _patient(parallel.Task(lambda i: i, [], sum), parallel.Task(late, range(20), len)).later(None)[1]
    gate.wait()
    parallel.share(lambda _: (gate.wait(), order.append((threading.current_thread(), "now"))), range(2))
    assert made.get() == 20
    assert [what for thread, what in order if thread is not threading.main_thread()][:2] == ["late 0", "now"]
    assert sorted(what for _, what in order) == sorted(["now", "now", *(f"late {i}" for i in range(20))])


def test_helpers_that_do_not_keep_up_are_given_no_more(threads, monkeypatch):
    monkeypatch.setattr(parallel._Team, "_help", lambda self: None)
    monkeypatch.setattr(parallel, "_teams", {})
    threads(2)
    vjp = _patient(parallel.Task(lambda i: i, [1], sum), parallel.Task(lambda i: i, range(10), sum))
    late = [vjp.later(None)[1] for _ in range(6)]
    assert [isinstance(g, parallel.Later) for g in late] == [True] * 4 + [False] * 2
    assert [g.get() if isinstance(g, parallel.Later) else g for g in late] == [45] * 6


@pytest.mark.parametrize("helped", [False, True])
def test_an_error_in_what_can_wait_is_raised_where_it_is_asked_for(threads, monkeypatch, helped):
    if not helped:
        monkeypatch.setattr(parallel._Team, "_help", lambda self: None)
    monkeypatch.setattr(parallel, "_teams", {})
    threads(3)
    task = parallel.Task(lambda i: 1 / (i - 2), range(5), sum)
    with np.errstate(over="raise"):
        late, kept = _patient(parallel.Task(abs, [], sum), task, parallel.Task(lambda _: np.geterr(), [0], list)).later(
            0
        )[1:]
    with pytest.raises(ZeroDivisionError):
        late.get()
    assert kept.get()[0]["over"] == "raise"


def test_an_interrupt_ends_what_can_wait_at_once(threads, monkeypatch):
    monkeypatch.setattr(parallel._Team, "_help", lambda self: None)
    monkeypatch.setattr(parallel, "_teams", {})
    threads(2)
    done = []

    def work(i):
        done.append(i)
        signal.raise_signal(signal.SIGINT)

    late = _patient(parallel.Task(abs, [], sum), parallel.Task(work, range(9), list)).later(None)[1]
    with pytest.raises(KeyboardInterrupt):
        late.get()
    assert done == [8]
