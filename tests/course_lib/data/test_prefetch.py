"""Batches made ahead: in order, side by side with the work, errors at their place, no thread left behind."""

import threading
import time

import pytest

from course_lib.data.prefetch import prefetch


def helpers():
    return [t for t in threading.enumerate() if t.name == "prefetch"]


def test_all_items_come_in_order():
    assert list(prefetch(range(50), depth=3)) == list(range(50))
    assert list(prefetch([])) == []
    assert helpers() == []


def test_loading_runs_beside_the_work():
    made, begun = [], threading.Event()

    def batches():
        for i in range(4):
            made.append(i)
            if i == 2:
                begun.set()
            yield i

    source = prefetch(batches(), depth=2)
    assert next(source) == 0
    assert begun.wait(5)  # item 2 is made although only item 0 was taken
    assert list(source) == [1, 2, 3]


def test_no_more_than_the_depth_lies_ready():
    made = []
    source = prefetch((made.append(i) or i for i in range(20)), depth=2)
    assert next(source) == 0
    time.sleep(0.3)
    assert len(made) <= 4  # one taken, two ready, one in hand
    assert list(source) == list(range(1, 20))


def test_what_raises_there_is_raised_here_after_the_items_before_it():
    def broken():
        yield 1
        raise OSError("disk")

    source = prefetch(broken())
    assert next(source) == 1
    with pytest.raises(OSError, match="disk"):
        next(source)
    assert helpers() == []


def test_leaving_early_ends_the_thread():
    def endless():
        while True:
            yield 0

    for _ in prefetch(endless(), depth=1):
        break
    for _ in range(100):
        if not helpers():
            break
        time.sleep(0.02)
    assert helpers() == []
    with pytest.raises(ValueError, match="depth must be at least 1"):
        next(prefetch([1], depth=0))
