"""Two lanes: all first get a few times what others took; what the clock stops there runs last, with its full time.

So nobody waits for an endless loop. A short attempt that the clock stopped decides nothing, and no hidden step is sent
once a visible cell was stopped; one that came to its end counts as it is.
"""

import collections
import statistics
from dataclasses import dataclass, replace

CLOCKS = ("cpu limit", "wall limit")
TIMES = 6  # what the others took
LEAST = {"cpu": 1.0, "wall": 5.0}  # seconds
FIRST = {"cpu": 4.0, "wall": 15.0}  # before the others are known
KNOWN = 5  # runs of a lesson that tell what the others take
RECENT = 99
HELD = 64  # submissions that wait for the second lane, at most: they are held in memory


@dataclass(frozen=True)
class Late:
    """Came of a short attempt at some jobs: they need longer. `runs` are what was seen of each, or None."""

    runs: tuple


class Lanes:
    """What runs of each lesson took so far, and the jobs that wait for the second lane."""

    def __init__(self):
        self.took = collections.defaultdict(lambda: collections.deque(maxlen=RECENT))
        self.late = collections.deque()  # (job, its runs)

    def short(self, job):
        """The job as everybody begins: within a few times what others took."""
        known = self.took[job.lesson]
        given = dict(FIRST)
        if len(known) >= KNOWN:
            typical = map(statistics.median, zip(*known, strict=True))
            given = {name: max(LEAST[name], TIMES * one) for name, one in zip(("cpu", "wall"), typical, strict=True)}
        full = job.limits
        limits = replace(
            full,
            cpu=min(full.cpu, given["cpu"]),
            cell_cpu=min(full.cell_cpu, given["cpu"]),
            wall=min(full.wall, given["wall"]),
            cell_wall=min(full.cell_wall, given["wall"]),
        )
        return replace(job, limits=limits, brief=limits != full)

    def ended(self, job, result):
        """Take in what a run took that came to its end."""
        self.took[job.lesson].append((result["cpu"], result["wall"]))
