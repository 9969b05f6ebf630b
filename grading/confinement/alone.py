"""Lets a run that the clock stopped have the machine to itself."""

import contextlib
import threading


class Alone:
    """Lets many in together or one in alone."""

    def __init__(self):
        self.condition, self.inside, self.waiting = threading.Condition(), 0, 0

    @contextlib.contextmanager
    def together(self):
        """Inside with any number of others."""
        with self.condition:
            self.condition.wait_for(lambda: self.inside >= 0 and not self.waiting)
            self.inside += 1
        try:
            yield
        finally:
            with self.condition:
                self.inside -= 1
                self.condition.notify_all()

    @contextlib.contextmanager
    def alone(self):
        """Inside with nobody else; who comes later waits."""
        with self.condition:
            self.waiting += 1
            self.condition.wait_for(lambda: self.inside == 0)
            self.waiting -= 1
            self.inside = -1
        try:
            yield
        finally:
            with self.condition:
                self.inside = 0
                self.condition.notify_all()
