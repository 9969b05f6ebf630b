"""Grades what arrives, within seconds, until it is told to stop: a look at the folder, a collect, a batch of marks.

Nothing of this is kept in memory alone. What arrived is remembered as taken in once it lies in submitted/, and what
lies there without a mark is found at the start; so a run that was killed loses nothing and grades nothing twice.
"""

import collections
import time
from dataclasses import dataclass, field

from grading.confinement.pool import SandboxPool, default_workers
from grading.course.arrivals import Arrivals
from grading.course.collect.parts import collect_parts, lesson_in
from grading.course.collect.report import STOPPED
from grading.course.folder import Course
from grading.errors import CourseError
from grading.marking import engine
from grading.marking.boundary import FAULT

BATCH = 8  # submissions per worker between two looks
OFTEN = 20  # batches after which one that takes long has its turn, though others wait
MEMORY = "watched.json"
DECIDE = ("rules.toml", "accommodations.toml", "nbgrader_config.py", "release/*/*", "source/*/*.ipynb", "hidden/*.npz")


class Turns:
    """Whose work is next: of those who had the fewest turns since nothing waited, who waits longest."""

    def __init__(self):
        self.waiting, self.had, self.count = {}, collections.Counter(), 0

    def add(self, pairs):
        """Put (student, lesson)s at the end; one that waits already keeps its place."""
        for pair in pairs:
            self.count += 1
            self.waiting.setdefault(pair, self.count)

    def take(self, most):
        """The next of them, in order, no more than `most`."""
        taken = []
        if not self.waiting:
            self.had.clear()
        while self.waiting and len(taken) < most:
            pair = min(self.waiting, key=lambda one: (self.had[one[0]], self.waiting[one]))
            del self.waiting[pair]
            self.had[pair[0]] += 1
            taken.append(pair)
        return taken


@dataclass
class Round:
    """What one round did: what was graded (engine's Graded), sentences that say what to do, whether anything waits.

    `stopped` where it could not go on: the folder is busy, may not be written, the disk is full.
    """

    graded: list = field(default_factory=list)
    told: list = field(default_factory=list)
    idle: bool = True
    stopped: bool = False


class Watch:
    """Watches one folder for one course folder. `pool` as engine.grade takes it; use `rounds` or `round`."""

    def __init__(self, root, folder, *, lesson=None, workers=None, pool, options=None):
        self.course, self.lesson = Course(root), lesson
        if lesson is not None:
            (self.lesson,) = self.course.choose([lesson])
        memory = self.course.root / "journal" / MEMORY
        self.arrivals = Arrivals(folder, memory, lambda name: lesson_in(self.course, name) is not None)
        self.workers, self.pool, self.options = workers or default_workers(), pool, options
        self.turns, self.decides, self.said, self.retry = Turns(), _stamp(self.course.root), set(), {}
        self.slow, self.batches = Turns(), 0  # what takes long, and how many batches went before it
        chosen = self.course.choose([self.lesson] if self.lesson else ())
        self.turns.add((student, lesson) for lesson in chosen for student in self.course.students(lesson))

    def rounds(self, every=1.0, once=False):
        """Yield a Round after the other, `every` seconds between looks; with `once`, until nothing is left to do or
        nothing can be done now."""
        while True:
            one = self.round()
            yield one
            if once and (one.idle or one.stopped):
                return
            if not one.graded:
                time.sleep(every)

    def round(self):
        """Take in what has arrived, grade a batch of what waits; what cannot be done now is done later, and told."""
        made = Round()
        try:
            self._reopen()
            self._take_in(made)
            self._grade(made)
        except CourseError as error:  # the folder is busy, the disk full, a rule cannot be read: nothing is lost
            made.told.append(str(error))
            made.stopped = True
        made.told = [sentence for sentence in made.told if sentence not in self.said]
        self.said |= set(made.told)
        made.idle = not self.turns.waiting and not self.slow.waiting and self.arrivals.settled
        return made

    def _reopen(self):
        """Read the course folder anew when what decides was changed: a due date, points, a lesson."""
        now = _stamp(self.course.root)
        if now != self.decides:
            self.course, self.decides = Course(self.course.root), now

    def _take_in(self, made):
        new = self.arrivals.look()
        if not new:
            return
        units = {**{unit: self.retry[unit] for unit in self.retry if unit in self.arrivals.seen}, **new}
        reports, problems = collect_parts(self.course, self.arrivals.folder, units, self.lesson, self.options)
        for lesson, report in reports.items():
            self.turns.add((one.student, lesson) for one in report.students if one.status != STOPPED)
        made.told += [f"To do: {sentence}" for told in problems.values() for sentence in told]
        self.retry = {unit: units[unit] for unit in problems if unit in units}  # what is missing may still come
        self.arrivals.done(units, again=problems)

    def _grade(self, made):
        self.batches += 1
        turns, most, lane = self.turns, BATCH * self.workers, 1
        if self.slow.waiting and (not turns.waiting or self.batches > OFTEN):  # nobody waits for an endless loop
            turns, most, lane, self.batches = self.slow, 1, 2, 0
        pairs = turns.take(most)
        if not pairs:
            return
        try:
            done = engine.grade(self.course, pairs=pairs, workers=self.workers, pool=self.pool, lane=lane)
        except BaseException:
            turns.add(pairs)
            raise
        made.graded = done.graded
        self.slow.add(done.left)
        made.told += [f"{student} {lesson} takes long: graded when nobody waits." for student, lesson in done.left]
        made.told += [
            f"{one.student} {one.lesson}: {one.verdict.sentence}" for one in made.graded if one.outcome == FAULT
        ]


def watch(root, folder, *, lesson=None, workers=None, trust=False, every=1.0, once=False, options=None):
    """Yield a Round after the other, with a warm sandbox that stays for all of them."""
    workers = workers or default_workers()
    with SandboxPool(workers, trust=trust) as pool:
        yield from Watch(root, folder, lesson=lesson, workers=workers, pool=pool, options=options).rounds(every, once)


def _stamp(root):
    """What changes when a file that decides a mark does."""
    return {str(path): path.stat().st_mtime_ns for pattern in DECIDE for path in root.glob(pattern)}
