"""What makes a process cheap and safe to fork, and how its children run."""

import contextlib
import ctypes
import gc
import os

from syscalls import LIBC

HUGE, MADV_HUGEPAGE, MADV_COLLAPSE = 2 << 20, 14, 25
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST = 32 << 20  # bytes: glibc goes no higher by itself


def settle():
    """Make this process cheap to fork: no collection in a child touches, and so copies, every page.

    Nor does a child copy what lies where arrays were.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):  # other C libraries
        LIBC.malloc_trim(0)
    thicken()
    reserve()


def thicken():
    """Gather this process's memory into huge pages where the kernel can (Linux 6.1): a third of the time to fork."""
    with open("/proc/self/maps") as file:
        lines = [line.split() for line in file]
    for where, rights, *_, name in ((*line, "") if len(line) < 6 else line for line in lines):
        begin, end = (int(address, 16) for address in where.split("-"))
        begin, end = -(-begin // HUGE) * HUGE, end // HUGE * HUGE
        if "w" in rights and name in ("", "[heap]") and begin < end:
            LIBC.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_COLLAPSE)  # as far as it goes


def reserve():
    """Have room for a child's first arrays in huge pages: one fault of the kernel's for 512 of them."""
    LIBC.malloc.restype = ctypes.c_void_p
    size = LARGEST - HUGE
    place = LIBC.malloc(ctypes.c_size_t(size))  # `hold` keeps it here once it is free again
    if place is None:  # where no more may be promised than there is
        return
    begin, end = -(-place // HUGE) * HUGE, (place + size) // HUGE * HUGE
    LIBC.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_HUGEPAGE)
    LIBC.free(ctypes.c_void_p(place))


def hold():
    """Keep the memory of arrays that are gone for the next ones: to ask the kernel anew takes longer than many a sum.

    glibc learns this only from an array that large, and then less.
    """
    with contextlib.suppress(AttributeError):  # other C libraries
        LIBC.mallopt(M_MMAP_THRESHOLD, LARGEST)
        LIBC.mallopt(M_TRIM_THRESHOLD, 2 * LARGEST)


def threads():
    """How many threads this process has: with more than one it must not fork."""
    return len(os.listdir("/proc/self/task"))


def run_as(function, *args, complain):
    """Call `function` in a forked process, which never returns into its parent's code.

    `complain(text)` passes on what went wrong.
    """
    status = 70
    try:
        status = function(*args) or 0
    except BaseException as error:
        complain(f"{function.__name__}: {type(error).__name__}: {error}")
    finally:
        os._exit(status)
