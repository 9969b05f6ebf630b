"""Batches made ready by a second thread while the first one computes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import Any

END = object()


def prefetch(batches: Iterable[Any], depth: int = 2) -> Iterator[Any]:
    """The items of `batches` in order, up to `depth` of them made ahead by a thread of its own.

    What raises there is raised here, at its place. Closing the generator (by a `break` in its loop) ends the thread.
    """
    if depth < 1:
        raise ValueError(f"prefetch: depth must be at least 1, got {depth}")
    ready, stop = Queue(depth), threading.Event()

    def put(item: tuple[Any, Any]) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.05)
                return
            except Full:
                continue

    def load() -> None:
        try:
            for item in batches:
                put((item, None))
                if stop.is_set():
                    return
            put((END, None))
        except BaseException as error:  # raised where the items are taken
            put((END, error))

    thread = threading.Thread(target=load, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        stop.set()
        while True:
            try:
                ready.get_nowait()
            except Empty:
                break
        thread.join()
