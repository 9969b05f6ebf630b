"""Memory that is used again: `scratch` within an operation, `empty` from one training step to the next.

A step of a small network makes and drops some hundred megabytes of arrays. The C library hands large blocks back to the
system, and getting them anew costs more than the arithmetic done on them. So large results are lent from a store: a
block is free again as soon as no array refers to it, which its reference count says.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

SMALL = 1 << 16  # bytes below which NumPy's own allocation is quicker
LIMIT = 1 << 30  # bytes the store may hold before it lets go of what is free

_kept = threading.local()  # scratch buffers, one set per thread
_store: dict = {}  # size in bytes -> blocks
_held = 0
_lock = threading.Lock()
if hasattr(os, "register_at_fork"):  # a child forked while another thread holds the lock would wait for it for ever
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def scratch(name: str, shape: Sequence[int], dtype: np.dtype) -> np.ndarray:
    """An uninitialised array of this thread's own, the same memory each time `name` is asked for.

    For what one operation computes and drops: the next call with that name overwrites it.

    `shape` and `dtype` are those of the array.
    """
    kept: dict[Any, np.ndarray] = _kept.__dict__
    key = name, shape, dtype
    found = kept.get(key)
    if found is not None:
        return found
    wanted = prod(shape) * dtype.itemsize
    held = kept.get(name)
    if held is None or held.size < wanted:
        for old in [k for k in kept if k[0] == name]:
            del kept[old]
        held = kept[name] = np.empty(wanted, np.uint8)
    elif len(kept) > 500:
        for old in [k for k in kept if isinstance(k, tuple)]:
            del kept[old]
    kept[key] = held[:wanted].view(dtype).reshape(shape)
    return kept[key]


def empty(shape: Sequence[int], dtype: np.dtype) -> np.ndarray:
    """An uninitialised array, as `np.empty`; a large one from the store. `shape` and `dtype` are those of the array."""
    dtype = np.dtype(dtype)
    wanted = prod(shape) * dtype.itemsize
    if wanted < SMALL:
        return np.empty(shape, dtype)
    return _lend(wanted)[:wanted].view(dtype).reshape(shape)


def room(x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray | None:
    """Where to put the result of an element-wise operation on `x` (and `y`): an array in the memory order of `x`.

    None, which NumPy's `out=` takes for "make one", where that is as good: for small arrays and where shapes differ.
    """
    if x.nbytes < SMALL or (y is not None and (y.shape != x.shape or y.dtype != x.dtype)):
        return None
    order = sorted(range(x.ndim), key=lambda axis: -x.strides[axis])
    back = [0] * x.ndim
    for position, axis in enumerate(order):
        back[axis] = position
    return empty([x.shape[axis] for axis in order], x.dtype).transpose(back)


def zeros_like(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Zeros in the shape and memory order of `x`, as `np.zeros_like`; a large array from the store, of kind `dtype`."""
    out = room(x) if x.dtype == dtype else None
    if out is None:
        return np.zeros_like(x, dtype=dtype)
    out.fill(0)
    return out


def empty_cache() -> None:
    """Give back to the system what is kept for later and not in use; arrays that somebody holds stay as they are."""
    _kept.__dict__.clear()
    with _lock:
        _forget_idle()


def _lend(wanted: int) -> np.ndarray:
    global _held
    step = 1 << max(0, wanted.bit_length() - 4)  # sizes in steps of an eighth or less, so that near sizes share blocks
    size = -(-wanted // step) * step
    with _lock:
        blocks = _store.setdefault(size, [])
        for i in range(len(blocks)):
            if sys.getrefcount(blocks[i]) == _IDLE:
                return blocks[i]
        if _held + size > LIMIT:
            _forget_idle()
        block = np.empty(size, np.uint8)
        if _held + size <= LIMIT:
            blocks = _store.setdefault(size, [])
            blocks.append(block)
            _held += size
        return block


def _forget_idle() -> None:
    """Give back to the system every block that nobody uses."""
    global _held
    for size, blocks in list(_store.items()):
        _store[size] = [b for b in blocks if sys.getrefcount(b) > _IDLE + 1]  # the loop's own name counts too
        _held -= size * (len(blocks) - len(_store[size]))


def _idle_count() -> int:
    blocks = [np.empty(1, np.uint8)]
    return sys.getrefcount(blocks[0])


_IDLE = _idle_count()
