"""Long work told step by step, with the time that has passed and about how much is left, by what it took before."""

import contextlib
import json
import time

from course_lib.files import write_atomically
from grading.paths import ROOT

MEMORY = ROOT / ".cache" / "steps.json"


class Steps:
    """Call it with the name of each step as it begins; `tell` hears a sentence. `plan` names the work as a whole."""

    def __init__(self, tell, plan, *, memory=None, clock=time.monotonic):
        self.tell, self.plan, self.memory, self.clock = tell, plan, memory or MEMORY, clock
        self.start = clock()
        self.begun = []  # (name, when)
        self.before = self._read().get(plan, [])

    def __call__(self, name):
        now = self.clock()
        self.begun.append((name, now))
        told = f"{now - self.start:.0f} s so far"
        left = self._left(name)
        self.tell(f"{name} ({told}{'' if left is None else f', about {left:.0f} s left'})")

    def _left(self, name):
        """Seconds from the beginning of this step to the end, as it was the last time; None when that is not known."""
        names = [one for one, _ in self.before]
        return sum(seconds for _, seconds in self.before[names.index(name) :]) if name in names else None

    def finish(self):
        """Remember what each step took."""
        ends = [when for _, when in self.begun[1:]] + [self.clock()]
        took = [[name, round(end - when, 2)] for (name, when), end in zip(self.begun, ends, strict=True)]
        with contextlib.suppress(OSError):  # the work is done; only the next estimate is lost
            write_atomically(self.memory, json.dumps({**self._read(), self.plan: took}))

    def _read(self):
        try:
            told = json.loads(self.memory.read_text(encoding="utf-8"))
            return {plan: [(str(name), float(seconds)) for name, seconds in steps] for plan, steps in told.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
