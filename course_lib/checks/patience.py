"""A check that never ends: stop the learner's code after so many seconds of computing, and say where it was.

A second thread looks on. It counts only time in which the learner's own code is running (not imports, and not what the
check cell does by itself), and stops it by an exception in the kernel's thread: no signals, so on every system alike.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

SECONDS = 2.0
_LOOK = 0.05  # seconds between two looks
_FIRST = 0.25  # most checks have ended by then


class NeverEnds(BaseException):
    """Raised in the learner's code when it has computed for too long; no `except Exception` catches it."""


class Patience:
    """A context manager: `seconds` of computing for the learner's code below the check cell's `frame`.

    `is_learners(frame)` tells whether a frame is the learner's.
    """

    def __init__(self, frame: FrameType, is_learners: Callable, seconds: Any = None) -> None:
        self.seconds = patience() if seconds is None else seconds
        self._check, self._is_learners, self._thread = frame, is_learners, threading.get_ident()
        self._lock, self._end, self._fired = threading.Lock(), threading.Event(), False

    def __enter__(self) -> Patience:
        if self.seconds:
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *exc: Any) -> None:
        with contextlib.suppress(NeverEnds):  # one that was on its way when the code ended by itself
            self._end.set()
            with self._lock:
                if self._fired:
                    _raise_in(self._thread, None)

    def _watch(self) -> None:
        used, wait = 0.0, _FIRST
        clock, cpu = time.monotonic(), time.process_time()
        while not self._end.wait(wait):
            before, wait = (clock, cpu), _LOOK
            clock, cpu = time.monotonic(), time.process_time()
            if not self._runs():
                continue
            used += min(clock - before[0], cpu - before[1])
            if used > self.seconds:
                with self._lock:
                    if not self._end.is_set():
                        self._fired = True
                        _raise_in(self._thread, NeverEnds)

    def _runs(self) -> Any:
        """Whether the learner's code runs now, and no import below it."""
        frame, found = sys._current_frames().get(self._thread), False
        while frame is not None and frame is not self._check:
            if "importlib._bootstrap" in frame.f_code.co_filename:
                return False
            found = found or self._is_learners(frame)
            frame = frame.f_back
        return found


def patience() -> float:
    """The seconds that a check may compute: COURSE_SECONDS, else 2; 0 is no end."""
    try:
        return float(os.environ.get("COURSE_SECONDS") or SECONDS)
    except ValueError:
        return SECONDS


def _raise_in(thread: Any, error: Any) -> None:
    wanted = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), wanted)
