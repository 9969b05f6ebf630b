"""Several submissions at a time: one Sandbox, and threads that keep it busy."""

import os
from concurrent.futures import ThreadPoolExecutor

from grading.confinement.sandbox import Sandbox


def default_workers():
    """One per core this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SandboxPool:
    """A Sandbox with `n` threads that keep it busy. It starts in one of them, so that its maker can go on meanwhile."""

    def __init__(self, n, expected=None, **options):
        self.threads = ThreadPoolExecutor(n, thread_name_prefix="sandbox")
        self.started = self.threads.submit(Sandbox, expected, **options)

    @property
    def sandbox(self):
        """The Sandbox, once it is there; raises what its start raised."""
        return self.started.result()

    def submit(self, job):
        """A future for the job's Run."""
        return self.threads.submit(lambda: self.sandbox.run(job))

    def map(self, jobs):
        """The Runs of `jobs`, in their order."""
        return self.threads.map(lambda job: self.sandbox.run(job), jobs)

    def close(self):
        """Drop what has not begun, wait for what has, end the Sandbox."""
        self.threads.shutdown(cancel_futures=True)
        if not self.started.cancelled() and self.started.exception() is None:
            self.sandbox.close()

    def abandon(self):
        """End what runs at once: whoever waited for it has gone."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        if not self.started.cancelled() and self.started.exception() is None:
            self.sandbox.abandon()
        self.threads.shutdown()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and not issubclass(kind, Exception):  # Ctrl-C
            self.abandon()
        else:
            self.close()
