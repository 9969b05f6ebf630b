"""The store of large arrays never lends one block twice, keeps memory order, and does not grow with the steps."""

import multiprocessing
import threading
import time

import numpy as np
import pytest

from course_lib.ops import memory

LARGE = (64, 1024)


@pytest.fixture(autouse=True)
def empty_store(monkeypatch):
    monkeypatch.setattr(memory, "_store", {})
    monkeypatch.setattr(memory, "_held", 0)


def address(array):
    return array.__array_interface__["data"][0]


def test_a_block_is_lent_again_only_when_nothing_refers_to_it():
    first = memory.empty(LARGE, np.float32)
    second = memory.empty(LARGE, np.float32)
    assert not np.shares_memory(first, second)
    was, view = address(first), first[3:5].T
    del first
    third = memory.empty(LARGE, np.float32)
    assert not np.shares_memory(view, third), "a view keeps its block"
    del view
    assert address(memory.empty(LARGE, np.float32)) == was


def test_other_dtypes_and_near_sizes_share_blocks():
    a = memory.empty(LARGE, np.float32)
    was = address(a)
    del a
    b = memory.empty((32, 1024), np.float64)
    assert address(b) == was
    assert b.dtype == np.float64
    del b
    assert address(memory.empty((64, 1020), np.float32)) == was


def test_small_arrays_are_numpys_own():
    assert memory.empty((3, 4), np.float32).base is None
    assert memory.room(np.zeros((3, 4))) is None
    assert not memory._store


def test_the_store_lets_go_of_idle_blocks_before_it_grows_past_its_limit(monkeypatch):
    monkeypatch.setattr(memory, "LIMIT", 1 << 20)
    kept = memory.empty((1 << 17,), np.float32)
    kept[...] = 7
    for size in range(120_000, 131_000, 2000):
        memory.empty((size,), np.float32)
        assert memory._held <= memory.LIMIT
        assert memory._held == sum(block.size for blocks in memory._store.values() for block in blocks)
    assert (kept == 7).all()


def test_beyond_the_limit_arrays_are_made_but_not_kept(monkeypatch):
    monkeypatch.setattr(memory, "LIMIT", 1 << 18)
    arrays = [memory.empty((1 << 16,), np.float32) for _ in range(5)]
    for i, array in enumerate(arrays):
        array[...] = i
    assert [array[0] for array in arrays] == [0, 1, 2, 3, 4]
    assert memory._held <= memory.LIMIT


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (3, 0, 1, 2), (2, 0, 3, 1)])
def test_room_has_the_memory_order_of_what_it_is_for(axes):
    x = np.zeros((8, 16, 32, 40), np.float32).transpose(axes)
    room = memory.room(x)
    assert room.shape == x.shape
    assert room.strides == x.strides
    assert room.dtype == x.dtype
    assert memory.room(x, x[:1]) is None
    assert memory.room(x, x.astype(np.float64)) is None


def test_threads_never_get_one_block_twice():
    wrong = []

    def take(mark):
        for _ in range(300):
            mine = memory.empty((1 << 15,), np.float32)
            mine[...] = mark
            if not (mine == mark).all():
                wrong.append(mark)

    threads = [threading.Thread(target=take, args=(mark,)) for mark in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_scratch_is_the_same_memory_by_name_and_each_threads_own():
    dtype = np.dtype(np.float32)
    a = memory.scratch("test", (4, 5), dtype)
    assert memory.scratch("test", (4, 5), dtype) is a
    assert address(memory.scratch("test", (2, 5), dtype)) == address(a)
    assert not np.shares_memory(memory.scratch("other", (4, 5), dtype), a)
    larger = memory.scratch("test", (400, 5), dtype)
    assert np.shares_memory(memory.scratch("test", (4, 5), dtype), larger)
    found = []
    thread = threading.Thread(target=lambda: found.append(memory.scratch("test", (4, 5), dtype)))
    thread.start()
    thread.join()
    assert not np.shares_memory(found[0], larger)


def test_a_training_loop_keeps_no_more_after_many_steps_than_after_a_few():
    from course_lib import functional as F
    from course_lib import nn, optim
    from course_lib.autograd.tensor import Tensor

    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, rng=rng), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))
    descent = optim.SGD(model.parameters(), lr=0.01)
    x, held = Tensor(rng.standard_normal((16, 3, 32, 32)).astype(np.float32)), []
    for _ in range(8):
        descent.zero_grad()
        F.mse_loss(model(x), np.zeros((16, 8, 16, 16), np.float32)).backward()
        descent.step()
        held.append(memory._held)
    assert held[1] > 0
    assert held[-1] == held[1]


def test_what_is_not_in_use_can_be_given_back():
    held = memory.empty(LARGE, np.float32)
    held[...] = 3
    for size in (70_000, 90_000):
        memory.empty((size,), np.float32)
    mine = memory.scratch("mine", (100,), np.dtype(np.float32))
    assert len(memory._store) == 3
    memory.empty_cache()
    blocks = [block for blocks in memory._store.values() for block in blocks]
    assert [block.size for block in blocks] == [memory._held]
    assert (held == 3).all()
    assert memory.scratch("mine", (100,), np.dtype(np.float32)) is not mine


def test_a_child_forked_while_another_thread_holds_the_store_finds_it_free():
    held = threading.Event()

    def hold():
        with memory._lock:
            held.set()
            time.sleep(0.3)

    holder = threading.Thread(target=hold)
    child = multiprocessing.get_context("fork").Process(target=memory.empty, args=(LARGE, np.dtype(np.float32)))
    holder.start()
    assert held.wait(60)
    child.start()
    child.join(20)
    left = child.exitcode
    child.kill()
    holder.join()
    assert left == 0
    assert memory.empty(LARGE, np.float32).shape == LARGE
